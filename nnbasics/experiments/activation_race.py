"""Which activation learns fastest, and whether depth changes that.

Each activation starts as its own theory asks: the weights are drawn so that a signal keeps its size through the
layers. What is left to tell them apart is their shape: sigmoid's outputs are all positive, its and tanh's slopes go
to 0 on both sides, ReLU's on one.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from itertools import pairwise
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import init

from .._checks import check_count
from .._device import resolve_device
from .._setup import check_seeds
from ..data import digits, moons, split
from ..plotting.bands import band_text
from ..plotting.style import PageFigure, color_of, new_figure, page_style, set_labels, set_title
from ..plotting.theme import now
from ..text import Text
from ._common import track
from .race import Race, plot_losses, plot_rates, race
from .verdicts import OWN_WORLD, Claim, Finding, Judgement, Result, choose_worlds, compare, title


class Centred(nn.Module):
    """Sigmoid minus 1/2: the same slope everywhere, but outputs around zero."""

    def forward(self, z: Tensor) -> Tensor:
        """What the units hand on."""
        return torch.sigmoid(z) - 0.5


class Side(NamedTuple):
    """An activation, how its weights are drawn, and how it is drawn."""

    activation: type[nn.Module]
    draw: Callable[[Tensor], Tensor]
    style: dict[str, Any]


SIDES = {
    "sigmoid": Side(nn.Sigmoid, partial(init.xavier_normal_, gain=4), {"label": "sigmoid"}),
    "centred": Side(Centred, partial(init.xavier_normal_, gain=4), {}),  # for a claim, not in the picture
    "tanh": Side(nn.Tanh, partial(init.xavier_normal_, gain=5 / 3), {"label": "tanh", "linestyle": ":"}),
    "relu": Side(nn.ReLU, init.kaiming_normal_, {"label": "ReLU"}),
    "gelu": Side(nn.GELU, init.kaiming_normal_, {"label": "GELU", "linestyle": "-."}),
}
STYLES = {side: {"color": color_of(side), **each.style} for side, each in SIDES.items() if side != "centred"}


class Setting(NamedTuple):
    """Data, and a network: how many hidden layers, of how many units each."""

    label: Text
    data: str
    depth: int
    hidden: int = 24


class Raced(NamedTuple):
    """A world's setting, how many classes there are, and what came of the race."""

    setting: Setting
    classes: int
    race: Race


WORLDS = {
    "digits, 1 layer": Setting(Text("digits, 1 hidden layer", "手写数字，1 个隐藏层"), "digits", 1),
    "digits, 4 layers": Setting(Text("digits, 4 hidden layers", "手写数字，4 个隐藏层"), "digits", 4),
    "digits, 4 wide layers": Setting(
        Text("digits, 4 layers twice as wide", "手写数字，4 个隐藏层，宽一倍"), "digits", 4, 48
    ),
    "moons, 1 layer": Setting(Text("moons, 1 hidden layer", "moons，1 个隐藏层"), "moons", 1),
    "moons, 4 layers": Setting(Text("moons, 4 hidden layers", "moons，4 个隐藏层"), "moons", 4),
}
RATES = tuple(0.1 * 2 ** (place / 2) for place in range(13))
QUICK: dict[str, Any] = {"seeds": range(6), "num_epochs": 4, "rates": RATES[::2], "worlds": ["digits, 1 layer"]}


def measure(
    *,
    seeds: Sequence[int] = range(32),
    data: Any = None,
    worlds: Sequence[str] | None = None,
    depth: int = 4,
    hidden: int = 24,
    num_epochs: int = 7,
    batch_size: int = 64,
    rates: Sequence[float] = RATES,
    device: str | torch.device = "cpu",
    progress: bool = False,
) -> Result:
    """Train classifiers by mini-batch SGD, with each activation at the learning rate that trains it fastest.

    Args:
        seeds: The networks; learning rates are searched with others. The first one draws the moons, and the rows
            that are kept for the test.
        data: Your own: a pair of tensors (x, classes) or a `Dataset`.
        worlds: Names of `WORLDS`; None takes all.
        depth, hidden: How many hidden layers, of how many units each, for your own data.
        num_epochs, batch_size, rates: As in `race`.
        device: Where torch computes.
        progress: Whether to show a bar with the time left.

    Returns:
        A `Result` with a `Raced` for each world.
    """
    names, seeds, where = choose_worlds(WORLDS, worlds, data), check_seeds(seeds), resolve_device(device)
    own = Setting(OWN_WORLD, "own", check_count(depth, "depth"), check_count(hidden, "hidden"))

    def run(setting: Setting) -> Raced:
        drawn = moons(1792, generator=_seeded(seeds)) if setting.data == "moons" else digits() if data is None else data
        train_data, test_data = split(drawn, generator=_seeded(seeds))
        classes = 1 + max(int(y.max()) for _, y in (train_data, test_data))
        sizes = [train_data[0].shape[1], *[setting.hidden] * setting.depth, classes]
        sides = {side: {"make_model": partial(network, sizes, side, where)} for side in SIDES}
        settings: dict[str, Any] = {"num_epochs": num_epochs, "batch_size": batch_size, "device": where}
        found = race(sides, train_data, test_data, seeds=seeds, rates=rates, **settings)
        return Raced(setting, classes, found)

    found = {name: run(WORLDS.get(name, own)) for name in track(names, progress, "activation-race")}
    return Result("activation-race", found, here=len(names) == 1)


def network(sizes: Sequence[int], side: str, device: torch.device) -> nn.Module:
    """A classifier with one activation throughout; the last layer is torch's own, and hidden biases start at 0.

    Sigmoid minus 1/2 is another way to write the same network: with half the sum of its weights added to each bias
    of the layer above, it starts as the very function that sigmoid starts as.
    """
    layers: list[nn.Module] = []
    for fan_in, fan_out in pairwise(sizes):
        layer = nn.Linear(fan_in, fan_out, device="cpu", dtype=torch.float32)  # the same weights on every device
        if len(layers) < 2 * len(sizes) - 4:
            SIDES[side].draw(layer.weight)
            init.zeros_(layer.bias)
        if side == "centred" and layers:
            layer.bias.data += layer.weight.data.sum(1) / 2
        layers += [layer, SIDES[side].activation()]
    return nn.Sequential(*layers[:-1]).to(device)


def _seeded(seeds: Sequence[int]) -> torch.Generator:
    return torch.Generator(device="cpu").manual_seed(seeds[0])


def cost_of(slow: str, fast: str, found: Race) -> Tensor:
    """The logarithm of the cost of `slow` over that of `fast`, shape (S,)."""
    return found.cost_ratio(slow, fast)


def cost_of_sigmoid(found: Race) -> Tensor:
    """The logarithm of sigmoid's cost over that of the cheaper of tanh and ReLU, shape (S,)."""
    return max((found.cost_ratio("sigmoid", other) for other in ("tanh", "relu")), key=Tensor.mean)


def saved_by_relu(found: Race) -> Tensor:
    """The logarithm of the cost of the cheaper of tanh and sigmoid over ReLU's, shape (S,)."""
    return min((found.cost_ratio(other, "relu") for other in ("tanh", "sigmoid")), key=Tensor.mean)


def right_by_relu(found: Race) -> Tensor:
    """The share that ReLU puts right on the test rows beyond the better of tanh and sigmoid, shape (S,)."""
    return min((found.right["relu"] - found.right[other] for other in ("tanh", "sigmoid")), key=Tensor.mean)


def decide(result: Result, effect: Callable[[Race], Tensor], measure: str = "cost", remarked: bool = False) -> Finding:
    """The worlds of a claim, and for the remark of one that has it whether any of them speaks against it."""
    worlds = [compare(setting.label, measure, effect(found)) for setting, _, found in result.worlds.values()]
    against = any(world.high is not None and world.high < 0 for world in worlds)
    return Finding(worlds, noted=against or not remarked)


def decide_sigmoid(result: Result) -> Finding:
    """Sigmoid against the better of tanh and ReLU; the remark is about ReLU alone."""
    alone = decide(result, partial(cost_of, "sigmoid", "relu"))
    return Finding(decide(result, cost_of_sigmoid).worlds, noted={each.outcome for each in alone.worlds} != {"holds"})


LECUN = "LeCun, Bottou, Orr & Müller (1998), Efficient BackProp"
GLOROT = "Glorot, Bordes & Bengio (2011), Deep sparse rectifier neural networks"
RIVALS = Text(
    "In some of these networks tanh or sigmoid is ahead of ReLU; updates are counted, not seconds.",
    "有的网络里，tanh 或 sigmoid 领先于 ReLU。这里按更新次数计，不按时间计。",
)
CLAIMS: tuple[Claim, ...] = (
    Claim(
        id="avoid-sigmoid",
        section=4,
        kind="recommendation",
        statement=Text("Sigmoid is better avoided in hidden layers.", "隐藏层应尽量避免使用 sigmoid。"),
        judge=decide_sigmoid,
        evidence=Text(
            "mean training loss, sigmoid over the better of tanh and ReLU",
            "训练全程的平均损失，sigmoid 与 tanh、ReLU 中较好的一个之比",
        ),
        remark=Text(
            "Against ReLU alone it is not shown in every one of these networks.",
            "只和 ReLU 比，并非在每个网络里都测到 sigmoid 更慢。",
        ),
        source="Glorot & Bengio (2010), Understanding the difficulty of training deep feedforward neural networks",
    ),
    Claim(
        id="tanh-faster",
        section=4,
        kind="measured",
        statement=Text(
            "Networks with tanh converge faster than those with sigmoid.", "用 tanh 的网络比用 sigmoid 的收敛更快。"
        ),
        judge=partial(decide, effect=partial(cost_of, "sigmoid", "tanh")),
        evidence=Text("mean training loss, sigmoid over tanh", "训练全程的平均损失，sigmoid 与 tanh 之比"),
        source=LECUN,
    ),
    Claim(
        id="sigmoid-centre-slows",
        section=4,
        kind="measured",
        statement=Text(
            "That sigmoid's outputs are not centred on zero slows convergence.",
            "Sigmoid 的输出不以 0 为中心，会影响收敛速度。",
        ),
        judge=partial(decide, effect=partial(cost_of, "sigmoid", "centred")),
        evidence=Text(
            "mean training loss, sigmoid over sigmoid minus 1/2, which starts as the same function",
            "训练全程的平均损失，sigmoid 与 sigmoid 减 1/2 之比，两者起点是同一个函数",
        ),
        source=LECUN,
    ),
    Claim(
        id="relu-first",
        section=4,
        kind="recommendation",
        statement=Text(
            "ReLU is the first choice for hidden layers, above all in deep ones.", "隐藏层首选 ReLU，尤其是深层网络。"
        ),
        judge=partial(decide, effect=right_by_relu, measure="accuracy", remarked=True),
        evidence=Text(
            "right on the test rows after training, ReLU minus the better of tanh and sigmoid",
            "训练后的测试正确率，ReLU 减去 tanh 与 sigmoid 中较好的一个",
        ),
        remark=RIVALS,
        source=GLOROT,
    ),
    Claim(
        id="relu-trains-fast",
        section=4,
        kind="measured",
        statement=Text("Training with ReLU is efficient.", "用 ReLU 训练效率高。"),
        judge=partial(decide, effect=saved_by_relu, remarked=True),
        evidence=Text(
            "mean training loss, the better of tanh and sigmoid over ReLU",
            "训练全程的平均损失，tanh 与 sigmoid 中较好的一个与 ReLU 之比",
        ),
        remark=RIVALS,
        source=GLOROT,
    ),
)
TITLES: dict[str, Text] = {  # what `avoid-sigmoid` comes to
    "holds": Text(
        "Sigmoid learns more slowly than the better of tanh and ReLU", "Sigmoid 比 tanh 和 ReLU 中较好的那个学得慢"
    ),
    "holds if": Text("Some networks learn more slowly with sigmoid", "有些网络用 sigmoid 学得更慢"),
    "wrong": Text("Sigmoid learns faster than both tanh and ReLU", "Sigmoid 比 tanh 和 ReLU 都学得快"),
    "not supported": Text(
        "Sigmoid was not found to learn more slowly in every network", "并没有在每个网络里都测到 sigmoid 更慢"
    ),
    "no effect": Text(
        "Sigmoid learns about as fast as the better of tanh and ReLU", "Sigmoid 与 tanh 和 ReLU 中较好的那个差不多快"
    ),
    "open": Text("Whether sigmoid learns more slowly stays open", "sigmoid 是否学得更慢，尚无定论"),
}
EPOCH, LOSS = Text("epoch", "训练轮次 epoch"), Text("training loss", "训练损失")
RATE, MEAN = Text("learning rate $\\eta$", "学习率 $\\eta$"), Text("mean loss of the training", "训练全程的平均损失")
GUESS = Text("theory: guessing, {guess:.3f}", "理论：瞎猜，{guess:.3f}")


def drawn(sides: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Those that the picture shows: sigmoid minus 1/2 is for the claim alone."""
    return {side: values for side, values in sides.items() if side in STYLES}


def draw(result: Result, verdicts: Mapping[str, Judgement], lang: str) -> PageFigure:
    """Of the first two worlds: the loss by epoch at each one's best learning rate, and what it was chosen by."""
    rows: list[Raced] = [*result.worlds.values()][:2]
    figure = new_figure(height=1.25 + 2.4 * len(rows))
    inch = 1 / float(figure.get_figheight())
    with page_style():
        set_title(figure, title(TITLES, verdicts["avoid-sigmoid"], lang))
        for row, (setting, classes, found) in enumerate(reversed(rows)):
            bottom = (1.25 + 2.4 * row) * inch
            left, right = (figure.add_axes((start, bottom, 0.35, 1.8 * inch)) for start in (0.145, 0.63))
            guess = math.log(classes)
            seen = replace(found, losses=drawn(found.losses), scores=drawn(found.scores))
            plot_losses(seen, left, STYLES)
            num_epochs = found.losses["relu"].shape[1]
            left.set_xticks(range(1, 1 + num_epochs, 1 + num_epochs // 8))
            right.set_xscale("log")
            right.xaxis.set_major_formatter("{x:g}")
            right.minorticks_off()
            plot_rates(seen, right, STYLES, top=4 * guess)
            set_labels(left, EPOCH.say(lang), LOSS.say(lang))
            set_labels(right, RATE.say(lang), MEAN.say(lang))
            for ax, at, side in ((left, 0.98, "right"), (right, 0.02, "left")):
                ax.axhline(guess, color=now().ink, linestyle=(0, (4, 2)), linewidth=1.3)
                text: dict[str, Any] = {"ha": side, "transform": ax.get_yaxis_transform(), "fontsize": 9.5}
                ax.text(at, guess * 1.03, GUESS.say(lang, guess=guess), color=now().ink, **text)
                ax.set_ylim(0, guess * 1.2)
            figure.text(0.02, bottom + 0.9 * inch, setting.label.say(lang), rotation=90, va="center", color=now().ink)
        place: dict[str, Any] = {"loc": "lower center", "bbox_to_anchor": (0.5, 0.32 * inch), "ncols": 4}
        figure.legend(*left.get_legend_handles_labels(), **place, fontsize=9.5, columnspacing=1.6)
        band = band_text(len(found.right["relu"]), lang)
        figure.text(0.98, 0.08 * inch, band, ha="right", fontsize=9.5, color=now().quiet)
    return figure
