"""Which activation learns fastest, and whether depth changes that.

Each activation starts as its own theory asks: the weights are drawn so that a signal keeps its size through the
layers. What is left to tell them apart is their shape: sigmoid's outputs are all positive, its and tanh's slopes go
to 0 on both sides, ReLU's on one. The picture adds sigmoid from Xavier's start as it is, a quarter of what it asks for.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

import torch
from matplotlib.axes import Axes
from torch import Tensor

from .._checks import check_count
from .._device import resolve_device
from .._setup import check_seeds
from ..data import digits, moons, split
from ..plotting.bands import band_text, plot_band
from ..plotting.functions import label_ends
from ..plotting.style import PageFigure, color_of, new_figure, page_style, set_labels, set_title
from ..plotting.theme import now
from ..text import Text
from ._activations import LONG, SIDES, WORLDS, Setting, network, train_long
from ._common import track
from .race import Race, race, whole_batches
from .verdicts import OWN_WORLD, Claim, Finding, Judgement, Result, choose_worlds, compare, title


class Raced(NamedTuple):
    """A world's setting, how many classes there are, what came of the race, and in one world of a longer training.

    `long` has for each of `LONG` the training loss of each epoch, shape (8, E); without the world, none.
    """

    setting: Setting
    classes: int
    race: Race
    long: dict[str, Tensor]


PICTURED = "digits, 4 layers"
RATES = tuple(0.1 * 2 ** (place / 2) for place in range(13))
QUICK: dict[str, Any] = {"seeds": range(6), "num_epochs": 4, "rates": RATES[::2], "worlds": ["digits, 1 layer"]}
QUICK["long_epochs"] = 20


def measure(
    *,
    seeds: Sequence[int] = range(32),
    data: Any = None,
    worlds: Sequence[str] | None = None,
    depth: int = 4,
    hidden: int = 24,
    num_epochs: int = 7,
    long_epochs: int = 100,
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
        long_epochs: Of the training that the picture shows, with the first 8 seeds: in the world `PICTURED` if it is
            among them, or else in the first.
        device: Where torch computes.
        progress: Whether to show a bar with the time left.

    Returns:
        A `Result` with a `Raced` for each world.
    """
    names, seeds, where = choose_worlds(WORLDS, worlds, data), check_seeds(seeds), resolve_device(device)
    own = Setting(OWN_WORLD, "own", check_count(depth, "depth"), check_count(hidden, "hidden"))

    def run(name: str) -> Raced:
        setting = WORLDS.get(name, own)
        drawn = moons(1792, generator=_seeded(seeds)) if setting.data == "moons" else digits() if data is None else data
        train_data, test_data = split(drawn, generator=_seeded(seeds))
        classes = 1 + max(int(y.max()) for _, y in (train_data, test_data))
        sizes = [train_data[0].shape[1], *[setting.hidden] * setting.depth, classes]
        sides = {side: {"make_model": partial(network, sizes, how, where)} for side, how in SIDES.items()}
        settings: dict[str, Any] = {"num_epochs": num_epochs, "batch_size": batch_size, "device": where}
        found = race(sides, train_data, test_data, seeds=seeds, rates=rates, **settings)
        if name != (PICTURED if PICTURED in names else names[0]):
            return Raced(setting, classes, found, {})
        x, y = (part.to(where) for part in whole_batches(*train_data, batch_size))
        more: dict[str, Any] = {"num_epochs": long_epochs, "batch_size": batch_size}
        return Raced(setting, classes, found, train_long(sizes, x, y, seeds=seeds, lr=found.lr, **more))

    found = {name: run(name) for name in track(names, progress, "activation-race")}
    return Result("activation-race", found, here=len(names) == 1)


def _seeded(seeds: Sequence[int]) -> torch.Generator:
    return torch.Generator(device="cpu").manual_seed(seeds[0])


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
    worlds = [compare(setting.label, measure, effect(found)) for setting, _, found, _ in result.worlds.values()]
    against = any(world.high is not None and world.high < 0 for world in worlds)
    return Finding(worlds, noted=against or not remarked)


def decide_sigmoid(result: Result) -> Finding:
    """Sigmoid against the better of tanh and ReLU; the remark is about ReLU alone."""
    alone = decide(result, lambda found: found.cost_ratio("sigmoid", "relu"))
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
        judge=partial(decide, effect=lambda found: found.cost_ratio("sigmoid", "tanh")),
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
        judge=partial(decide, effect=lambda found: found.cost_ratio("sigmoid", "centred")),
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
        "Sigmoid can stall for dozens of epochs; tanh and ReLU start at once",
        "sigmoid 可能停滞几十轮才开始学，tanh 和 ReLU 立刻就学",
    ),
    "holds if": Text("Some networks learn more slowly with sigmoid", "有些网络用 sigmoid 学得更慢"),
    "wrong": Text("Sigmoid learns faster than both tanh and ReLU", "sigmoid 比 tanh 和 ReLU 都学得快"),
    "not supported": Text("Sigmoid was not slower in every network", "并没有在每个网络里都测到 sigmoid 更慢"),
    "no effect": Text(
        "Sigmoid is about as fast as the better of tanh and ReLU", "sigmoid 与 tanh、ReLU 中较好的差不多快"
    ),
    "open": Text("Whether sigmoid learns more slowly stays open", "sigmoid 是否学得更慢，尚无定论"),
}
SLOWER = Text("Either tanh or ReLU learns faster than sigmoid", "tanh 和 ReLU 之中，总有一个比 sigmoid 学得快")
NAMES = {
    "usual": Text("sigmoid, Xavier start", "sigmoid，Xavier 初始化"),
    "sigmoid": Text("sigmoid, Xavier start × 4", "sigmoid，Xavier 初始化 × 4"),
    "tanh": Text("tanh", "tanh"),
    "relu": Text("ReLU", "ReLU"),
}
PLACES = {"sigmoid": (0.38, 12, "left"), "tanh": (0.5, 10, "left"), "relu": (0.3, -17, "right")}  # height, pixels, side
EPOCH, LOSS = Text("epoch (logarithmic)", "训练轮次 epoch（对数刻度）"), Text("training loss", "训练损失")
GUESS = Text("theory: guessing, ln {classes} = {guess:.3f}", "理论：随机猜测，ln {classes} = {guess:.3f}")
PLATEAU = Text("{name}:\n{epochs} epochs on the plateau", "{name}\n停滞 {epochs} 轮")


def waits(found: Raced, side: str) -> int:
    """For how many epochs, from the first on, the median loss is that of guessing: no 5% below."""
    middle = found.long[side].median(0).values
    below = (middle < 0.95 * math.log(found.classes)).nonzero()
    return int(below[0]) if len(below) else len(middle)


def stalls(found: Raced) -> bool:
    """Whether sigmoid waits for dozens of epochs and learns then, and tanh and ReLU do not wait."""
    waited = {side: waits(found, side) for side in LONG}
    return 24 <= waited["usual"] < found.long["usual"].shape[1] and max(waited["tanh"], waited["relu"]) <= 2


def plot_long(ax: Axes, found: Raced, lang: str) -> None:
    """The training loss by epoch, each named where it falls, and dashed that of guessing."""
    guess, last = math.log(found.classes), found.long["usual"].shape[1]
    ax.set_xscale("log")
    ax.axhline(guess, color=now().ink, linestyle=(0, (4, 2)), linewidth=1.3)
    at: dict[str, Any] = {"textcoords": "offset points", "linespacing": 1.35}
    ax.annotate(GUESS.say(lang, classes=found.classes, guess=guess), (last, guess), (0, 5), ha="right", **at)
    apart, ends = stalls(found), []
    for side, losses in found.long.items():
        color = color_of("sigmoid") if side in ("usual", "sigmoid") else now().quiet
        plot_band(torch.arange(1.0, 1 + last), losses, ax=ax, color=color, linewidth=2.8 if side == "usual" else 1.6)
        name, middle = NAMES[side].say(lang), losses.median(0).values
        if not apart:
            ends.append((float(middle[-1]), name, color))
        elif side == "usual":
            text = PLATEAU.say(lang, name=name, epochs=(epochs := waits(found, side)))
            ax.annotate(text, (0.6 * epochs, guess), (0, -8), ha="right", va="top", color=color, **at)
        else:
            height, off, ha = PLACES[side]
            x = 1 + int((middle >= height * guess).sum())
            ax.annotate(name, (x, height * guess), (off, 0), ha=ha, va="center", color=color, **at)
    ticks = [tick for tick in (1, 3, 10, 30, 100) if tick <= last]
    ax.set_xticks(ticks, [f"{tick}" for tick in ticks])
    ax.minorticks_off()
    ax.set(xlim=(1, max(last, 2)), ylim=(0, 1.2 * guess))
    label_ends(ax, ends)
    set_labels(ax, EPOCH.say(lang), LOSS.say(lang))


def draw(result: Result, verdicts: Mapping[str, Judgement], lang: str) -> PageFigure:
    """The training loss of one world by epoch, each side at its best learning rate."""
    figure, found = new_figure(), next(each for each in result.worlds.values() if each.long)
    titles = TITLES if stalls(found) else {**TITLES, "holds": SLOWER}
    with page_style():
        set_title(figure, title(titles, verdicts["avoid-sigmoid"], lang))
        plot_long(figure.add_axes((0.09, 0.19, 0.88 if stalls(found) else 0.6, 0.68)), found, lang)
        note: dict[str, Any] = {"fontsize": 9.5, "color": now().quiet}
        figure.text(0.02, 0.02, found.setting.label.say(lang), **note)
        figure.text(0.98, 0.02, band_text(len(found.long["usual"]), lang), ha="right", **note)
    return figure
