"""How many steps does momentum save in a ravine? Both parameters at their best, against the factors of theory.

For curvatures m <= L and kappa = L/m, gradient descent shortens the distance by (kappa - 1)/(kappa + 1) a step at most,
the heavy ball by (sqrt(kappa) - 1)/(sqrt(kappa) + 1) (Polyak, 1964; https://distill.pub/2017/momentum/).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import torch
from matplotlib.axes import Axes
from torch import Tensor

from .._device import resolve_device
from .._setup import check_seeds, one_thread
from ..data import moons
from ..optimizers import OPTIMIZERS
from ..plotting import style
from ..plotting.functions import label_ends
from ..plotting.theme import now
from ..surfaces import descend_all, quadratic
from ..text import Text, resolve_language
from ._common import moons_network, track
from .race import race
from .verdicts import Claim, Finding, Judgement, Result, choose_worlds, compare, title
from .worlds import World


@dataclass(frozen=True)
class Task:
    """A network that learns moons: for how long, and in batches of how many rows (None: all of them)."""

    label: Text
    num_epochs: int
    batch_size: int | None


RAVINE = Text("ravine, condition number {kappa:g}", "峡谷，条件数 {kappa:g}")
WORLDS: dict[str, float | Task] = {  # a number is the condition number of a ravine
    "100": 100.0,
    "3": 3.0,
    "10": 10.0,
    "1000": 1000.0,
    "full": Task(Text("a network on moons, full batch", "moons 上的网络，全批量"), 150, None),
    "batches": Task(Text("a network on moons, batches of 32", "moons 上的网络，批量 32"), 20, 32),
    "small": Task(Text("a network on moons, batches of 8", "moons 上的网络，批量 8"), 10, 8),
}
QUICK: dict[str, Any] = {"seeds": range(8), "worlds": ["100"]}
BELOW = 1e-3  # the share of the start's distance from the minimum that counts as arrived
USUAL = (0.5, 0.9)  # momentum that people take without a search
HIGH = {"1/L": 1.0, "1.9/L": 1.9}  # learning rates, times L, that plain descent bears: without swinging, and with
BETAS, RATES = (0.5, 0.8, 0.9), tuple(0.02 * 2**place for place in range(8))  # for the network


@dataclass(frozen=True, eq=False)
class Valley:
    """What came of descents on `quadratic(1, kappa)`, by side: plain descent, and the heavy ball; torch.float64.

    Attributes:
        kappa: The condition number.
        steps: The updates until the distance stays below a thousandth of the start's, shape (2, S).
        factors: What a step multiplies the distance by in the long run, shape (2, S), measured.
        ways: The way across the valley, of the start's distance across: 1 for who never swings; settings -> (2, S).
    """

    kappa: float
    steps: Tensor
    factors: Tensor
    ways: dict[str, Tensor]


def measure(
    *,
    seeds: Sequence[int] = range(32),
    worlds: Sequence[str] | None = None,
    device: str | torch.device = "cpu",
    progress: bool = False,
) -> Result:
    """Step torch's SGD without and with momentum down ravines, and train a network with both.

    In a ravine both sides get the settings that theory calls best (`heavy_ball`). A network's best ones have no
    formula: there every momentum of `BETAS` gets the best learning rate of a search, and the best of them is taken.

    Args:
        seeds: A start each, drawn from N(0, 1), or a network.
        worlds: Names of `WORLDS`; None takes all.
        device, progress: Where torch computes; whether to show a bar.
    """
    names, seeds, where = choose_worlds(WORLDS, worlds), check_seeds(seeds), resolve_device(device)
    normal = partial(torch.randn, 2, dtype=torch.float64, device="cpu")
    starts = torch.stack([normal(generator=torch.Generator().manual_seed(seed)) for seed in seeds]).to(where)
    found: dict[str, Any] = {}
    with torch.inference_mode(False), one_thread():
        for name in track(names, progress, "momentum-rates"):
            world = WORLDS[name]
            found[name] = trained(world, seeds, where) if isinstance(world, Task) else descended(world, starts)
    return Result("momentum-rates", found, here=len(names) == 1)


def heavy_ball(kappa: float) -> tuple[float, float]:
    """The best lr and momentum for curvatures 1 and kappa: (2/(1 + sqrt(kappa)))^2 and the square of its factor."""
    root = math.sqrt(kappa)
    return (2 / (1 + root)) ** 2, ((root - 1) / (root + 1)) ** 2


def descended(kappa: float, starts: Tensor) -> Valley:
    """One ravine. The recurrence of the heavy ball has a double root r there: its distance falls as t * r^t.

    So its factor is measured from distance / t, over 50 times as many steps as the distance needs for a factor 1/e.
    """
    lr, beta = heavy_ball(kappa)
    unit = math.ceil(max(1.0, math.sqrt(kappa) / 2))  # steps of the heavy ball for a factor 1/e, about
    early, late = 50 * unit, max(100 * unit, math.ceil(-math.log(BELOW) * (kappa + 1) / 2) + 10)
    best = paths_of(kappa, starts, late, (2 / (1 + kappa), 0.0), (lr, beta))
    distance = best.norm(dim=-1)
    counts = torch.arange(1, late + 2, device=starts.device)[:, None]
    steps = ((distance > BELOW * distance[:, :1]) * counts).amax(1).double()
    falls = distance / torch.stack([torch.ones_like(counts), counts])
    last = 100 * unit
    factors = (falls[:, last] / falls[:, early]) ** (1 / (last - early))
    ways = {"best": way_across(best)}
    for name, high in HIGH.items():
        plain, *heavy = paths_of(kappa, starts, 400, *((high / kappa, each) for each in (0.0, *USUAL)))
        ways |= {f"{name}, {b:g}": way_across(torch.stack([plain, each])) for b, each in zip(USUAL, heavy, strict=True)}
    return Valley(kappa, steps.cpu(), factors.cpu(), ways)


def paths_of(kappa: float, starts: Tensor, num_steps: int, *settings: tuple[float, float]) -> Tensor:
    """The paths at settings (lr, momentum), shape (settings, num_steps + 1, S, 2)."""
    makers = {str(each): partial(OPTIMIZERS["momentum"], lr=each[0], momentum=each[1]) for each in settings}
    return torch.stack([*descend_all(quadratic(1.0, kappa), starts, makers, num_steps=num_steps).values()])


def way_across(paths: Tensor) -> Tensor:
    """How far paths (2, T, S, 2) go across the valley, of the start's distance across: 1 without any swing."""
    across = paths[..., 1]
    return (across.diff(dim=1).abs().sum(1) / across[:, 0].abs()).cpu()


def trained(task: Task, seeds: Sequence[int], device: torch.device) -> dict[str, Tensor]:
    """The mean loss of the whole training: plain, and with the best momentum, shape (S,)."""
    data = moons(256, generator=torch.Generator().manual_seed(seeds[0]))
    sides: dict[str, dict[str, Any]] = {"0": {}} | {
        f"{beta:g}": {"optimizer": partial(OPTIMIZERS["momentum"], momentum=beta)} for beta in BETAS
    }
    settings: dict[str, Any] = {"seeds": seeds, "rates": RATES, "device": device}
    settings |= {
        "num_epochs": task.num_epochs,
        "batch_size": task.batch_size,
        "make_model": partial(moons_network, 16, device),
    }
    found = race(sides, data, data, **settings)
    best = min((f"{beta:g}" for beta in BETAS), key=lambda side: float(found.scores[side].mean(0).min()))
    return {"plain": found.cost("0"), "momentum": found.cost(best)}


def steps_to_a_tenth(factors: Tensor) -> Tensor:
    """The steps that a distance needs to fall to a tenth where each multiplies it by `factors`: -1/log10(factor)."""
    return -1 / factors.log10()


def label(name: str) -> Text:
    """A world, in words."""
    world = WORLDS[name]
    return world.label if isinstance(world, Task) else Text(*(each.format(kappa=world) for each in RAVINE))


def faster(result: Result) -> Finding:
    """Updates to arrive in the ravines, the mean training loss of the networks: plain over momentum."""
    ravines: list[World] = []
    networks: list[World] = []
    for name, each in result.worlds.items():
        plain, heavy = each.steps if isinstance(each, Valley) else (each["plain"], each["momentum"])
        (ravines if isinstance(each, Valley) else networks).append(compare(label(name), "cost", (plain / heavy).log()))
    gains = [math.exp(world.effect or 0) for world in ravines] or [1.0]
    noted = {each.outcome for each in ravines} == {"holds"} and (networks or ravines)[-1].outcome != "holds"
    return Finding([*ravines, *networks], {"least": min(gains), "most": max(gains)}, noted)


def damps(result: Result) -> Finding:
    """The way across the valley, plain over momentum: each at its best, and both at one learning rate."""
    worlds: list[World] = []
    for name, each in [item for item in result.worlds.items() if isinstance(item[1], Valley)]:
        first = not worlds
        for settings, (plain, heavy) in each.ways.items():
            if settings != "best" and not first:
                continue  # across the valley only lr * L counts: it is the same in all of them
            rate, *beta = settings.split(", ")
            said = BEST if settings == "best" else Text(*(s.format(rate=rate, beta=beta[0]) for s in SAME))
            where = Text(f"{label(name).en}: {said.en}", f"{label(name).zh}：{said.zh}")
            worlds.append(compare(where, "swing", (plain / heavy).log()))
    outcomes = [world.outcome for world in worlds]
    noted = {"no effect", "opposite", "holds"} == set(outcomes) and outcomes[0] == "no effect"
    return Finding(worlds, {}, noted)


BEST = Text("each at its best settings", "各取最佳参数")
SAME = Text("both at learning rate {rate}, momentum {beta}", "学习率同为 {rate}，动量 {beta}")
GOH = "Goh (2017), Why Momentum Really Works, https://distill.pub/2017/momentum"
CLAIMS: tuple[Claim, ...] = (
    Claim(
        id="momentum-faster",
        section=10,
        kind="measured",
        statement=Text("Momentum speeds convergence up.", "动量法加速收敛。"),
        judge=faster,
        evidence=Text(
            "plain descent over momentum, both at their best settings: updates to a thousandth of the distance; "
            "for the networks the mean training loss",
            "普通梯度下降与动量法之比，各取最佳参数：距离缩小到千分之一所需的更新次数；网络则为训练全程的平均损失",
        ),
        remark=Text(
            "In the ravines it arrives {least:.1f} to {most:.0f} times as fast, the more so the larger the condition "
            "number. A network trained in batches of 8 shows no gain of a tenth.",
            "在峡谷里，它快 {least:.1f} 到 {most:.0f} 倍，条件数越大越明显。网络用批量 8 时，没有测到一成以上的好处。",
        ),
        source=GOH,
    ),
    Claim(
        id="momentum-damps",
        section=10,
        kind="measured",
        statement=Text("Momentum reduces oscillation.", "动量法减少震荡。"),
        judge=damps,
        evidence=Text(
            "the way across the valley, plain descent over momentum", "横穿峡谷走过的路程，普通梯度下降与动量法之比"
        ),
        remark=Text(
            "At the best settings of each both go equally far across. At one learning rate it depends: momentum damps "
            "where plain descent all but diverges, and swings where plain descent does not.",
            "各取最佳参数时，两者横穿的路程一样长。学习率相同时则不一定：普通梯度下降快要发散时，动量能减小摆动；"
            "普通梯度下降并不摆动时，动量反而带来摆动。",
        ),
        source=GOH,
    ),
)
TITLES = {
    "holds": Text("Each at its best, momentum takes fewer steps than plain descent", "各取最佳参数，动量法步数更少"),
    "holds if": Text("Momentum arrives in fewer steps under a condition", "动量法是否更快，要看条件"),
    "wrong": Text("Momentum takes more steps than plain descent", "动量法比普通梯度下降更慢"),
    "not supported": Text(
        "Momentum saves many steps in a ravine; a network may gain little", "动量法在峡谷里省很多步，网络未必"
    ),
    "no effect": Text("Momentum takes about as many steps as plain descent", "动量法和普通梯度下降的步数差不多"),
    "open": Text("Whether momentum takes fewer steps is not clear", "动量法是否更快，尚不清楚"),
}
SIDES = {"sgd": Text("plain descent", "普通梯度下降"), "momentum": Text("with momentum", "动量法")}
KAPPA = Text("how many times as steep across the ravine as along it", "横穿峡谷的方向比沿峡谷的方向陡多少倍")
STEPS = Text("steps to a tenth\nof the distance", "距离缩小到十分之一\n所需步数")
AT = Text("{n:,.0f} steps", "{n:,.0f} 步")
NOTE = Text("points: median of {n} random starts    dashed: theory", "点：{n} 个随机起点的中位数    虚线：理论")


def plot_momentum_rates(
    valleys: Sequence[Valley], *, ax: Axes | None = None, lang: str | None = None, **line_kwargs: Any
) -> Axes:
    """Draw the steps to a tenth of the distance by condition number: points measured, dashed theory, both axes log."""
    language, ax, ends = resolve_language(lang), style.new_axes(ax), []
    x = torch.logspace(math.log10(2), math.log10(2000), 60, dtype=torch.float64, device="cpu")
    with style.page_style():
        for place, (side, name) in enumerate(SIDES.items()):
            root, color = x if side == "sgd" else x.sqrt(), style.color_of(side)
            theory = steps_to_a_tenth((root - 1) / (root + 1))
            ax.plot(x, theory, color=color, linestyle=(0, (4, 2)), linewidth=1.5)
            points = {"color": color, "linestyle": "none", "marker": "o", "markersize": 8, **style.own(line_kwargs)}
            for valley in valleys:
                steps = float(steps_to_a_tenth(valley.factors[place].median()))
                ax.plot([valley.kappa], [steps], **points)
                if valley.kappa >= 100:  # where it matters, and there is room
                    off: dict[str, Any] = {"xytext": (-6, 7), "ha": "right"} if side == "sgd" else {"xytext": (6, -17)}
                    off |= {"textcoords": "offset points", "color": color, "fontsize": 12}
                    ax.annotate(AT.say(language, n=steps), (valley.kappa, steps), **off)
            ends.append((float(theory[-1]), name.say(language), color))
        ax.set(xscale="log", yscale="log", xlim=(2, 2000))
        ax.xaxis.set_major_formatter("{x:,.0f}")
        ax.yaxis.set_major_formatter("{x:,.0f}")
        ax.minorticks_off()
        label_ends(ax, ends)
        style.set_labels(ax, KAPPA.say(language), STEPS.say(language))
    return ax


def draw(result: Result, verdicts: Mapping[str, Judgement], lang: str) -> style.PageFigure:
    """Steps to a tenth of the distance by condition number, with and without momentum."""
    figure = style.new_figure(height=4.0)
    valleys = [each for each in result.worlds.values() if isinstance(each, Valley)]
    with style.page_style():
        plot_momentum_rates(valleys, ax=figure.add_axes((0.135, 0.225, 0.665, 0.645)), lang=lang)
        style.set_title(figure, title(TITLES, verdicts["momentum-faster"], lang))
        note = NOTE.say(lang, n=valleys[0].steps.shape[1]) if valleys else ""
        figure.text(0.98, 0.02, note, ha="right", fontsize=9.5, color=now().quiet)
    return figure
