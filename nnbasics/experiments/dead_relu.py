"""When ReLU units die.

A unit whose weighted sum is negative for every row gives 0 for all of them and gets no gradient from any: with one
hidden layer and plain descent it stays as it is. A step that is too long takes it there, or a negative bias.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

import torch
from matplotlib.axes import Axes
from torch import Tensor, nn
from torch.nn import init

from .._checks import check_count
from .._device import resolve_device
from .._setup import check_seeds
from ..activations import derivative
from ..data import digits, moons
from ..ensemble import train_many
from ..plotting.bands import band_text, plot_band
from ..plotting.functions import label_ends
from ..plotting.style import PageFigure, color_of, new_figure, page_style, set_labels, set_title
from ..plotting.theme import now
from ..text import Text
from ..training import seeded_model
from ._common import track
from .race import Race, race, whole_batches
from .verdicts import Claim, Finding, Judgement, Result, choose_worlds, compare, exactly, title

SIDES: dict[str, type[nn.Module]] = {"relu": nn.ReLU, "leaky_relu": nn.LeakyReLU}
DRAWN: dict[str, Callable[[Tensor], Tensor]] = {
    "relu": init.kaiming_normal_,
    "leaky_relu": partial(init.kaiming_normal_, a=nn.LeakyReLU().negative_slope, nonlinearity="leaky_relu"),
}


class Setting(NamedTuple):
    """Data, an optimizer, and whether the start is the one drawn for the activation, with biases 0, or torch's."""

    data: str
    optimizer: str
    drawn: bool

    @property
    def label(self) -> Text:
        """All three in words."""
        words = [WORDS[self.data], WORDS[self.optimizer], WORDS["drawn" if self.drawn else "default"]]
        return Text(", ".join(word.en for word in words), "，".join(word.zh for word in words))


WORDS = {
    "moons": Text("moons", "moons"),
    "digits": Text("digits", "手写数字"),
    "sgd": Text("SGD", "SGD"),
    "momentum": Text("momentum", "动量法"),
    "adam": Text("Adam", "Adam"),
    "drawn": Text("Kaiming's start", "Kaiming 初始化"),
    "default": Text("torch's start", "torch 默认初始化"),
}
WORLDS = {
    "moons, sgd": Setting("moons", "sgd", True),
    "moons, sgd, default": Setting("moons", "sgd", False),
    "moons, momentum": Setting("moons", "momentum", True),
    "moons, momentum, default": Setting("moons", "momentum", False),
    "digits, sgd": Setting("digits", "sgd", True),
    "digits, adam, default": Setting("digits", "adam", False),
}
RATES = tuple(0.0125 * 2**place for place in range(10))
BEST, BEYOND = 1.0, 10.0  # what ReLU's best learning rate is multiplied by, where it is judged
FACTORS = (0.01, 0.03, 0.1, 0.3, BEST, 1.5, 2.0, 3.0, 5.0, BEYOND)
QUICK: dict[str, Any] = {"seeds": range(8), "num_updates": 100, "worlds": ["moons, sgd"]}


@dataclass(frozen=True, eq=False)
class Deaths:
    """Shares of dead hidden units: the activation's derivative is exactly 0 there for every row of the data.

    Attributes:
        race: ReLU against leaky ReLU, each at its own best learning rate.
        before: The share of dead ReLU units before training, shape (S,).
        factors: What ReLU's best learning rate was multiplied by, R of them.
        dead: side -> the share after training at each, shape (S, R). What is NaN counts as alive.
    """

    race: Race
    before: Tensor
    factors: tuple[float, ...]
    dead: dict[str, Tensor]

    def died(self, factor: float) -> Tensor:
        """The share of ReLU units that died in training at `factor` times the best learning rate, shape (S,)."""
        return self.dead["relu"][:, self.factors.index(factor)] - self.before


def measure(
    *,
    seeds: Sequence[int] = range(32),
    worlds: Sequence[str] | None = None,
    rates: Sequence[float] = RATES,
    hidden: int = 32,
    num_updates: int = 150,
    num_epochs: int = 3,
    device: str | torch.device = "cpu",
    progress: bool = False,
) -> Result:
    """Train networks with one hidden layer, and count the units that no row reaches any more.

    Args:
        seeds: The networks; the best learning rates are searched with others. The first one draws the moons.
        worlds: Names of `WORLDS`; None takes all. The first one gets all of `FACTORS`, which the picture shows; the
            others what is judged.
        rates: The learning rates to choose the best from: that with the lowest mean loss of the whole training.
        hidden: Units of the hidden layer.
        num_updates: Full-batch updates on the 64 rows of moons.
        num_epochs: Passes over the digits, in batches of 64.
        device: Where torch computes, in float32.
        progress: Whether to show a bar with the time left.

    Returns:
        A `Result` with `Deaths` for each world.

    Source:
        He et al. (2015), Delving deep into rectifiers, https://arxiv.org/abs/1502.01852 (the weights)
    """
    names, seeds, where = choose_worlds(WORLDS, worlds), check_seeds(seeds), resolve_device(device)
    units = check_count(hidden, "hidden")

    def run(name: str) -> Deaths:
        data, optimizer, drawn = WORLDS[name]
        if data == "moons":
            x, y = moons(64, generator=torch.Generator(device="cpu").manual_seed(seeds[0]))
            how: dict[str, Any] = {"num_epochs": check_count(num_updates, "num_updates")}
        else:
            x, y = whole_batches(*digits(), 64)
            how = {"num_epochs": num_epochs, "batch_size": 64}
        x, y, how = x.to(where), y.to(where), {"loss_fn": "cross_entropy", "optimizer": optimizer, **how}
        sizes = (x.shape[1], units, 1 + int(y.max()))
        make = partial(network, sizes, drawn=drawn, device=where)
        sides = {side: {"make_model": partial(make, side)} for side in SIDES}
        found = race(sides, (x, y), (x, y), seeds=seeds, rates=rates, device=where, **how)

        def dead(side: str, tried: Sequence[float]) -> Tensor:
            own, every = [rate for rate in tried for _ in seeds], [*seeds] * len(tried)
            after = train_many(partial(make, side), x, y, seeds=every, lr=own, **how)
            return _dead(after.params, x, SIDES[side]).reshape(len(tried), len(seeds)).T

        models = [seeded_model(partial(make, "relu"), seed).state_dict() for seed in seeds]
        fresh = _dead({key: torch.stack([model[key] for model in models]) for key in models[0]}, x, nn.ReLU)
        factors = FACTORS if name == names[0] else (BEST, BEYOND)
        after = {side: dead(side, [found.lr["relu"] * factor for factor in factors]) for side in SIDES}
        return Deaths(found, fresh, factors, after)

    found = {name: run(name) for name in track(names, progress, "dead-relu")}
    return Result("dead-relu", found, here=len(names) == 1)


def network(sizes: tuple[int, int, int], side: str, *, drawn: bool, device: torch.device) -> nn.Module:
    """A classifier with one hidden layer."""
    linear = partial(nn.Linear, device="cpu", dtype=torch.float32)  # drawn on the CPU: the same weights everywhere
    first = linear(*sizes[:2])
    if drawn:
        DRAWN[side](first.weight)
        init.zeros_(first.bias)
    return nn.Sequential(first, SIDES[side](), linear(*sizes[1:])).to(device)


def _dead(params: Mapping[str, Tensor], x: Tensor, activation: type[nn.Module]) -> Tensor:
    """The share of hidden units whose derivative is 0 for every row, shape (S,)."""
    z = x @ params["0.weight"].transpose(1, 2) + params["0.bias"][:, None]
    return (derivative(activation(), z.nan_to_num(1.0)) == 0).all(1).double().mean(1).cpu()


AT = {
    BEST: Text("{world}, at the best learning rate", "{world}，最佳学习率"),
    BEYOND: Text("{world}, at ten times the best", "{world}，最佳学习率的十倍"),
}


def dies(result: Result) -> Finding:
    """The share of ReLU units that died in training, at the best learning rate and at ten times that."""
    worlds = []
    for factor, at in AT.items():
        for name, found in result.worlds.items():
            label = WORLDS[name].label
            words = Text(at.say("en", world=label.en), at.say("zh", world=label.zh))
            worlds.append(compare(words, "share", found.died(factor), inside=factor == BEYOND))
    return Finding(worlds)


def lives(result: Result) -> Finding:
    """Whether every unit of leaky ReLU has a slope for some row, at every learning rate that was tried."""
    worlds = [
        exactly(WORLDS[name].label, not bool(found.dead["leaky_relu"].any())) for name, found in result.worlds.items()
    ]
    beyond = [found.died(BEYOND) + found.before for found in result.worlds.values()]
    return Finding(worlds, {"relu": float(torch.stack(beyond).mean())})


def saves(result: Result) -> Finding:
    """The mean training loss of ReLU over that of leaky ReLU, each at its own best learning rate."""
    ratios = {name: found.race.cost_ratio("relu", "leaky_relu") for name, found in result.worlds.items()}
    worlds = [compare(WORLDS[name].label, "cost", ratio) for name, ratio in ratios.items()]
    return Finding(worlds, noted=not {"holds", "opposite"} & {world.outcome for world in worlds})


MAAS = "Maas, Hannun & Ng (2013), Rectifier nonlinearities improve neural network acoustic models"
CLAIMS: tuple[Claim, ...] = (
    Claim(
        id="relu-dies",
        section=4,
        kind="measured",
        statement=Text(
            "A ReLU unit can die: it then gives 0 on all data, and learns no more.",
            "ReLU 神经元可能“死亡”：对所有数据都输出 0，不再学习。",
        ),
        judge=dies,
        evidence=Text("share of hidden units that died in training", "训练中死亡的隐藏单元所占比例"),
        condition=Text(
            "The learning rate is far too high, as at ten times the best one. "
            "At the best one, in some of these networks hardly any unit dies.",
            "学习率过大，例如是最佳值的十倍；在最佳值处，有的网络几乎没有单元死亡。",
        ),
        source=MAAS,
    ),
    Claim(
        id="leaky-relu-lives",
        section=4,
        kind="identity",
        statement=Text("Leaky ReLU keeps units from dying.", "Leaky ReLU 可以防止神经元死亡。"),
        judge=lives,
        evidence=Text(
            "With leaky ReLU no unit loses its gradient; with ReLU {relu:.0%} do, at ten times its best learning rate.",
            "用 Leaky ReLU，没有一个单元的梯度全为 0；用 ReLU，在最佳学习率的十倍处有 {relu:.0%}。",
        ),
        remark=Text(
            "By definition: its slope is 1 or 0.01, never 0.", "由定义就能看出：它的斜率不是 1 就是 0.01，从不为 0。"
        ),
        source=MAAS,
    ),
    Claim(
        id="leaky-relu-first",
        section=4,
        kind="recommendation",
        statement=Text("Where units might die, leaky ReLU is the choice.", "担心神经元死亡时，选 Leaky ReLU。"),
        judge=saves,
        evidence=Text("mean training loss, ReLU over leaky ReLU", "训练全程的平均损失，ReLU 与 Leaky ReLU 之比"),
        remark=Text(
            "It keeps units from dying, but in none of these networks was training found to be faster, or slower.",
            "它能防止神经元死亡，但在这些网络里，都没有测到它训练得更快或更慢。",
        ),
        source=MAAS,
    ),
)
TITLES: dict[str, Text] = {  # what `relu-dies` comes to
    "holds": Text("ReLU units die, even at the best learning rate", "即使学习率最合适，ReLU 单元也会死亡"),
    "holds if": Text("Far above the best learning rate, ReLU units die", "学习率远超最佳值时，ReLU 单元会死亡"),
    "wrong": Text("Training brings dead ReLU units back to life", "训练让死亡的 ReLU 单元复活"),
    "not supported": Text("ReLU units were not seen to die in every network", "并没有测到每个网络里都有 ReLU 单元死亡"),
    "open": Text("Whether ReLU units die at the best rate stays open", "最佳学习率下 ReLU 单元是否死亡，尚无定论"),
}
NAMES = {"relu": "ReLU", "leaky_relu": "leaky ReLU"}
DEAD = Text("dead units (always output 0)", "死亡的单元（恒输出 0）")
RATE = Text("learning rate, in multiples of the best ({best:g})", "学习率，以最佳值 {best:g} 为单位")
HERE = Text("the best\nlearning rate", "最佳学习率")


def plot_dead(ax: Axes, found: Deaths, lang: str) -> None:
    """The share of dead units by learning rate, and how large it is at the largest."""
    ax.set_xscale("log")
    factors, ends = torch.tensor(found.factors, dtype=torch.float64, device="cpu"), []
    ax.axvline(BEST, color=now().faint, linewidth=1)
    ax.text(BEST * 0.9, 80, HERE.say(lang), ha="right", va="center", color=now().ink, linespacing=1.35)
    for side in reversed(SIDES):
        color = color_of(side) if side == "relu" else now().quiet
        plot_band(factors, 100 * found.dead[side], ax=ax, color=color, marker="o", markersize=4, clip_on=False)
        last = float(found.dead[side][:, -1].median())
        ends.append((100 * last, f"{NAMES[side]}: {last:.0%}", color))
    ax.set(ylim=(-3, 103), xlim=(found.factors[0], found.factors[-1]))
    ax.set_yticks([0, 25, 50, 75, 100], ["0%", "25%", "50%", "75%", "100%"])
    ax.set_xticks([0.01, 0.1, 1, 10], ["1/100", "1/10", "1", "10"])
    ax.minorticks_off()
    label_ends(ax, ends)
    set_labels(ax, RATE.say(lang, best=found.race.lr["relu"]), DEAD.say(lang))


def draw(result: Result, verdicts: Mapping[str, Judgement], lang: str) -> PageFigure:
    """The shares of dead units by learning rate, in the first world."""
    figure, (name, found) = new_figure(), next(iter(result.worlds.items()))
    with page_style():
        set_title(figure, title(TITLES, verdicts["relu-dies"], lang))
        plot_dead(figure.add_axes((0.11, 0.2, 0.7, 0.66)), found, lang)
        note: dict[str, Any] = {"fontsize": 9.5, "color": now().quiet}
        figure.text(0.02, 0.02, WORLDS[name].label.say(lang), **note)
        figure.text(0.98, 0.02, band_text(len(found.before), lang), ha="right", **note)
    return figure
