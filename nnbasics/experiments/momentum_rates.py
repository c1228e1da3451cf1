"""How many steps does momentum save in a ravine? Both parameters at their best, against the factors of theory.

For curvatures m <= L and kappa = L/m, gradient descent shortens the distance by (kappa - 1)/(kappa + 1) a step at most,
the heavy ball by (sqrt(kappa) - 1)/(sqrt(kappa) + 1).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import torch
from matplotlib.axes import Axes
from torch import Tensor, nn

from .._device import resolve_device
from .._setup import check_seeds, one_thread
from ..data import moons
from ..optimizers import OPTIMIZERS
from ..plotting import style
from ..plotting.theme import now
from ..surfaces import descend_all, quadratic
from ..text import Text, resolve_language
from ._common import track
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
QUICK: dict[str, Any] = {"seeds": range(8), "num_lrs": 20, "num_betas": 10, "worlds": ["100"]}
BELOW = 1e-3  # the share of the start's distance from the minimum that counts as arrived
USUAL = (0.5, 0.9)  # momentum that people take without a search
HIGH = {"1/L": 1.0, "1.9/L": 1.9}  # learning rates, times L, that plain descent bears: without swinging, and with
SEARCHED = 8  # starts of the search
BETAS, RATES = (0.5, 0.8, 0.9), tuple(0.02 * 2**place for place in range(8))  # for the network


@dataclass(frozen=True, eq=False)
class Valley:
    """What came of descents on `quadratic(1, kappa)`, by side: plain descent, and the heavy ball; torch.float64.

    Attributes:
        kappa: The condition number.
        steps: The updates until the distance stays below a thousandth of the start's, shape (2, S).
        factors: What a step multiplies the distance by in the long run, shape (2, S), measured.
        ways: The way across the valley, of the start's distance across: 1 for who never swings; settings -> (2, S).
        found: The factor at each momentum and learning rate of the search, its median over the starts, (B, R).
        betas, lrs: What was searched, shapes (B,) and (R,).
    """

    kappa: float
    steps: Tensor
    factors: Tensor
    ways: dict[str, Tensor]
    found: Tensor
    betas: Tensor
    lrs: Tensor


def measure(
    *,
    seeds: Sequence[int] = range(32),
    worlds: Sequence[str] | None = None,
    num_betas: int = 20,
    num_lrs: int = 40,
    device: str | torch.device = "cpu",
    progress: bool = False,
) -> Result:
    """Step torch's SGD without and with momentum down ravines, and train a network with both.

    In a ravine both sides get the settings that theory calls best (`heavy_ball`), which the picture's search over
    momentum and learning rate together finds again. A network's best ones have no formula: there every momentum of
    `BETAS` gets the best learning rate of a search, and the best of them is taken.

    Args:
        seeds: A start each, drawn from N(0, 1), or a network.
        worlds: Names of `WORLDS`; None takes all.
        num_betas, num_lrs: How many to search in the first ravine, >= 2.
        device: Where torch computes.
        progress: Whether to show a bar.

    Source:
        B. T. Polyak, Some methods of speeding up the convergence of iteration methods, 1964;
        https://distill.pub/2017/momentum/
    """
    names, seeds, where = choose_worlds(WORLDS, worlds), check_seeds(seeds), resolve_device(device)
    normal = partial(torch.randn, 2, dtype=torch.float64, device="cpu")
    starts = torch.stack([normal(generator=torch.Generator().manual_seed(seed)) for seed in seeds]).to(where)
    found: dict[str, Any] = {}
    with torch.inference_mode(False), one_thread():  # the search's surface holds tensors of ours
        for name in track(names, progress, "momentum-rates"):
            world = WORLDS[name]
            grid = (num_betas, num_lrs) if name == names[0] else (0, 0)
            found[name] = trained(world, seeds, where) if isinstance(world, Task) else descended(world, starts, *grid)
    return Result("momentum-rates", found, here=len(names) == 1)


def heavy_ball(kappa: float) -> tuple[float, float, float]:
    """The best lr and momentum of the heavy ball for curvatures 1 and kappa, and the factor that they give.

    lr = (2/(1 + sqrt(kappa)))^2, beta = ((sqrt(kappa) - 1)/(sqrt(kappa) + 1))^2, and the factor is sqrt(beta).
    """
    factor = (math.sqrt(kappa) - 1) / (math.sqrt(kappa) + 1)
    return (2 / (1 + math.sqrt(kappa))) ** 2, factor**2, factor


def descended(kappa: float, starts: Tensor, num_betas: int, num_lrs: int) -> Valley:
    """One ravine. The recurrence of the heavy ball has a double root r there: its distance falls as t * r^t.

    So its factor is measured from distance / t, over 50 times as many steps as the distance needs for a factor 1/e.
    """
    lr, beta, _ = heavy_ball(kappa)
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
    betas = torch.linspace(0.0, 0.95, num_betas, dtype=torch.float64, device="cpu")
    lrs = lr / 4 * (16 / (kappa * lr)) ** torch.linspace(0.0, 1.0, num_lrs, dtype=torch.float64, device="cpu")
    found = searched(kappa, betas, lrs, starts[:SEARCHED]) if num_betas else torch.empty(0, 0, dtype=torch.float64)
    return Valley(kappa, steps.cpu(), factors.cpu(), ways, found, betas, lrs)


def paths_of(kappa: float, starts: Tensor, num_steps: int, *settings: tuple[float, float]) -> Tensor:
    """The paths at settings (lr, momentum), shape (settings, num_steps + 1, S, 2)."""
    makers = {str(each): partial(OPTIMIZERS["momentum"], lr=each[0], momentum=each[1]) for each in settings}
    return torch.stack([*descend_all(quadratic(1.0, kappa), starts, makers, num_steps=num_steps).values()])


def way_across(paths: Tensor) -> Tensor:
    """How far paths (2, T, S, 2) go across the valley, of the start's distance across: 1 without any swing."""
    across = paths[..., 1]
    return (across.diff(dim=1).abs().sum(1) / across[:, 0].abs()).cpu()


def searched(kappa: float, betas: Tensor, lrs: Tensor, starts: Tensor) -> Tensor:
    """The measured factors over the grid, shape (B, R): a batch of all starts at all learning rates, by momentum.

    Multiplying the surface by the learning rate and stepping at lr = 1 is SGD at that learning rate. The factor is that
    between the largest distances of two stretches: one that oscillates may be small at a step by chance.
    """
    scale, bowl = lrs.to(starts).repeat_interleave(len(starts)), quadratic(1.0, kappa)
    makers = {f"{beta:g}": partial(OPTIMIZERS["momentum"], lr=1.0, momentum=beta) for beta in betas.tolist()}
    steps, stretch, rows = 400, 100, []
    for path in descend_all(lambda p: scale * bowl(p), starts.repeat(len(lrs), 1), makers, num_steps=steps).values():
        distance = path.norm(dim=-1)
        first, last = (distance[end - stretch : end].max(dim=0).values for end in (steps // 2, steps))
        factor = (last / first) ** (2 / steps)
        rows.append(factor.reshape(len(lrs), -1).nan_to_num(torch.inf).median(dim=1).values)
    return torch.stack(rows).cpu()


def best_factor(kappa: float, beta: float) -> float:
    """The factor at lr = 2 (1 + beta)/(1 + kappa), the best for this momentum: the larger root of
    z^2 - (1 + beta - lr) z + beta. Both curvatures have roots of one size: real ones for little momentum, else complex
    ones, of size sqrt(beta).
    """
    middle = (1 + beta) * (kappa - 1) / (kappa + 1)
    return (middle + math.sqrt(max(middle**2 - 4 * beta, 0.0))) / 2 if middle**2 > 4 * beta else math.sqrt(beta)


def trained(task: Task, seeds: Sequence[int], device: torch.device) -> dict[str, Tensor]:
    """The mean loss of the whole training: plain, and with the best momentum, shape (S,)."""
    data = moons(256, generator=torch.Generator().manual_seed(seeds[0]))
    sides: dict[str, dict[str, Any]] = {"0": {}} | {
        f"{beta:g}": {"optimizer": partial(OPTIMIZERS["momentum"], momentum=beta)} for beta in BETAS
    }
    settings: dict[str, Any] = {"seeds": seeds, "rates": RATES, "device": device}
    settings |= {"num_epochs": task.num_epochs, "batch_size": task.batch_size, "make_model": partial(network, device)}
    found = race(sides, data, data, **settings)
    best = min((f"{beta:g}" for beta in BETAS), key=lambda side: float(found.scores[side].mean(0).min()))
    return {"plain": found.cost("0"), "momentum": found.cost(best)}


def network(device: torch.device) -> nn.Module:
    """Sixteen hidden units of ReLU in Kaiming's initialization, drawn on the CPU."""
    linear = partial(nn.Linear, device="cpu", dtype=torch.float32)
    layers = [linear(2, 16), linear(16, 2)]
    for layer in layers:
        nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
        nn.init.zeros_(layer.bias)
    return nn.Sequential(layers[0], nn.ReLU(), layers[1]).to(device)


def steps_per_e(factors: Tensor) -> Tensor:
    """The steps that a distance needs to fall by the factor e where each multiplies it by `factors`: -1/ln(factor)."""
    return -1 / factors.log()


def label(name: str) -> Text:
    """A world, in words."""
    world = WORLDS[name]
    if isinstance(world, Task):
        return world.label
    return Text(*(RAVINE.say(lang, kappa=world) for lang in ("en", "zh")))


def faster(result: Result) -> Finding:
    """Updates to arrive in the ravines, the mean training loss of the networks: plain over momentum."""
    worlds: list[World] = []
    ravines: list[World] = []
    networks: list[World] = []
    for name, each in result.worlds.items():
        ravine = isinstance(each, Valley)
        plain, heavy = each.steps if ravine else (each["plain"], each["momentum"])
        worlds.append(compare(label(name), "cost", (plain / heavy).log()))
        (ravines if ravine else networks).append(worlds[-1])
    gains = [math.exp(world.effect or 0) for world in ravines] or [1.0]
    noted = (
        {world.outcome for world in ravines} == {"holds"} and networks[-1:] != [] and networks[-1].outcome != "holds"
    )
    return Finding(worlds, {"least": min(gains), "most": max(gains)}, noted)


def damps(result: Result) -> Finding:
    """The way across the valley, plain over momentum: each at its best, and both at one learning rate."""
    worlds: list[World] = []
    ravines = {name: each for name, each in result.worlds.items() if isinstance(each, Valley)}
    for name, each in ravines.items():
        first = name == next(iter(ravines))
        for settings, (plain, heavy) in each.ways.items():
            if settings != "best" and not first:
                continue  # across the valley only lr * L counts: it is the same in all of them
            rate, *beta = settings.split(", ")
            said = BEST if settings == "best" else Text(*(s.format(rate=rate, beta=beta[0]) for s in SAME))
            where = label(name)
            worlds.append(
                compare(Text(f"{where.en}: {said.en}", f"{where.zh}：{said.zh}"), "swing", (plain / heavy).log())
            )
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
    "holds": Text(
        "Each at its best settings, momentum takes fewer steps than plain descent",
        "各取最佳参数，动量法比普通梯度下降更快到达",
    ),
    "holds if": Text("Momentum arrives in fewer steps under a condition", "动量法是否更快，要看条件"),
    "wrong": Text("Momentum takes more steps than plain descent", "动量法比普通梯度下降更慢"),
    "not supported": Text(
        "Momentum saves many steps in a ravine; a network may gain little", "动量法在峡谷里省很多步，网络未必"
    ),
    "no effect": Text("Momentum takes about as many steps as plain descent", "动量法和普通梯度下降的步数差不多"),
    "open": Text("Whether momentum takes fewer steps is not clear", "动量法是否更快，尚不清楚"),
}
THEORY: dict[str, Any] = {"color": now().ink, "linestyle": (0, (4, 2)), "linewidth": 1.3}
SIDES: dict[str, tuple[Text, str]] = {
    "sgd": (Text("plain descent", "普通梯度下降"), "s"),
    "momentum": (Text("with momentum", "动量法"), "o"),
}
KAPPA, BETA = (
    Text("condition number $\\kappa = L/m$", "条件数 $\\kappa = L/m$"),
    Text("momentum $\\beta$", "动量系数 $\\beta$"),
)
STEPS = Text("steps for a factor e", "距离缩小到 1/e 所需步数")
STAR = Text("best in theory:\n$\\beta$ = {beta:.2f}", "理论最优：\n$\\beta$ = {beta:.2f}")
FOR_EACH = Text("$\\kappa$ = {kappa:g}, best lr for each $\\beta$", "$\\kappa$ = {kappa:g}，每个 $\\beta$ 取最佳学习率")
NOTE = Text(
    "points: measured, median of {n} random starts    dashed: theory",
    "点：实测，{n} 个随机起点的中位数    虚线：理论",
)


def plot_momentum_rates(
    valleys: Sequence[Valley], *, ax: Axes | None = None, lang: str | None = None, **kwargs: Any
) -> Axes:
    """Draw the steps for a factor e by condition number, measured as points and dashed in theory, on two log axes."""
    language, ax = resolve_language(lang), style.new_axes(ax)
    x = torch.logspace(math.log10(2), 4, 60, dtype=torch.float64, device="cpu")
    measured = {valley.kappa: steps_per_e(valley.factors.median(dim=1).values) for valley in valleys}
    with style.page_style():
        for place, (side, (name, marker)) in enumerate(SIDES.items()):
            root = x if side == "sgd" else x.sqrt()
            theory, color = steps_per_e((root - 1) / (root + 1)), style.color_of(side)
            ax.plot(x.numpy(), theory.numpy(), **THEORY)
            points = {"color": color, "linestyle": "none", "marker": marker, "markersize": 6, **style.own(kwargs)}
            ax.plot([*measured], [float(steps[place]) for steps in measured.values()], **points)
            where: dict[str, Any] = {"ha": "right", "va": "bottom" if place else "center", "color": color}
            at, off = (float(x[-1]), float(theory[-1])), (0, 12) if place else (-22, 0)
            ax.annotate(name.say(language), at, off, textcoords="offset points", **where)
        ax.set(xscale="log", yscale="log", xlim=(1.6, 14000))
        ax.minorticks_off()
        style.set_labels(ax, KAPPA.say(language), STEPS.say(language))
    return ax


def plot_by_momentum(valley: Valley, *, ax: Axes | None = None, lang: str | None = None, **kwargs: Any) -> Axes:
    """Draw the steps for a factor e by momentum, each at the best learning rate searched, and dashed in theory.

    A star stands at what theory calls best, where its curve has a corner.
    """
    language, ax = resolve_language(lang), style.new_axes(ax)
    _, beta, best = heavy_ball(valley.kappa)
    x = sorted([*valley.betas.tolist(), beta])
    theory = steps_per_e(torch.tensor([best_factor(valley.kappa, each) for each in x], dtype=torch.float64))
    with style.page_style():
        ax.plot(x, theory.numpy(), **THEORY)
        points = {"color": style.color_of("momentum"), "linestyle": "none", "marker": "o", "markersize": 4.5}
        ax.plot(
            valley.betas.numpy(), steps_per_e(valley.found.min(dim=1).values).numpy(), **{**points, **style.own(kwargs)}
        )
        least = -1 / math.log(best)
        ax.plot(beta, least, "*", color=now().ink, markersize=12, zorder=5, clip_on=False)
        where: dict[str, Any] = {"textcoords": "offset points", "ha": "right", "va": "center", "color": now().ink}
        ax.annotate(STAR.say(language, beta=beta), (beta, least), (-10, 0), **where)
        ax.set(xlim=(-0.03, 1), xticks=[0, 0.5, 1], ylim=(-0.03 * float(theory.max()), None))
        style.set_labels(ax, BETA.say(language), STEPS.say(language))
        ax.set_title(FOR_EACH.say(language, kappa=valley.kappa), fontsize=10.5, loc="left")
    return ax


def draw(result: Result, verdicts: Mapping[str, Judgement], lang: str) -> style.PageFigure:
    """Steps for a factor e: by condition number with and without momentum, and by momentum."""
    figure = style.new_figure(height=3.8)
    valleys = [each for each in result.worlds.values() if isinstance(each, Valley)]
    with style.page_style():
        left, right = figure.add_axes((0.095, 0.2, 0.475, 0.58)), figure.add_axes((0.675, 0.2, 0.305, 0.58))
        plot_momentum_rates(valleys, ax=left, lang=lang)
        left.set_title(BEST.say(lang), fontsize=10.5, loc="left")
        if valleys and valleys[0].found.numel():
            plot_by_momentum(valleys[0], ax=right, lang=lang)
        style.set_title(figure, title(TITLES, verdicts["momentum-faster"], lang))
        count = valleys[0].steps.shape[1] if valleys else 0
        figure.text(0.98, 0.02, NOTE.say(lang, n=count), ha="right", fontsize=9.5, color=now().quiet)
    return figure
