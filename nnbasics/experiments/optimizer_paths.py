"""Which optimizer is the fastest down a surface? Six of them on four surfaces, each at its best learning rate there.

Theory names a winner for a known surface (the heavy ball in a straight ravine), and none for all of them.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import torch
from matplotlib.axes import Axes
from torch import Tensor

from .._checks import check_count
from .._device import resolve_device
from .._setup import check_seeds, one_thread
from ..optimizers import OPTIMIZERS
from ..plotting import style
from ..plotting.theme import now, readable
from ..surfaces import himmelblau, quadratic, rosenbrock, saddle
from ..text import Text, resolve_language
from ._landscape import highest, plot_landscape, plot_way
from .race import seeds_apart
from .verdicts import Claim, Finding, Judgement, Result, choose_worlds, compare, title
from .worlds import World


class Trip(NamedTuple):
    """A world: how far from the drawn ones the starts lie, and what share of the drawn height is the goal."""

    label: Text
    spread: float
    below: float


WORLDS: dict[str, Trip] = {
    "near": Trip(Text("starts near the drawn one", "起点在图中起点附近"), 1.0, 1e-3),
    "far": Trip(Text("starts twice as far apart", "起点分散到两倍远"), 2.0, 1e-3),
    "exact": Trip(Text("a goal 10 times as low", "目标高度降到十分之一"), 1.0, 1e-4),
}
NAMES = ("sgd", "momentum", "nesterov", "adagrad", "rmsprop", "adam")
RATES = tuple(10 ** (place / 6) for place in range(-18, 10))  # 0.001 to 32
QUICK: dict[str, Any] = {"num_steps": 200, "worlds": ["near"]}
SEARCHED = 16  # starts of the search
COS, SIN = math.cos(math.pi / 6), math.sin(math.pi / 6)
RAVINE = quadratic(1.0, 40.0)


def turned_ravine(point: Tensor) -> Tensor:
    """`quadratic(1, 40)`, turned by 30 degrees.

    Along an axis, a learning rate for each coordinate would undo the ravine: Adagrad would arrive in 3 steps.
    """
    return RAVINE(turned_back(point))


def turned_back(point: Tensor) -> Tensor:
    """Points of `turned_ravine` by their place along its floor and across it, shape (..., 2)."""
    a, b = point.unbind(-1)
    return torch.stack([COS * a + SIN * b, COS * b - SIN * a], dim=-1)


class Ground(NamedTuple):
    """A surface, the height of its minima, its name; where the drawn start is, and how far others lie from it."""

    surface: Callable[[Tensor], Tensor]
    lowest: float
    label: Text
    start: tuple[float, float]
    spread: tuple[float, float]


GROUNDS: dict[str, Ground] = {
    "ravine": Ground(turned_ravine, 0.0, Text("turned ravine", "斜放的峡谷"), (-8.0, -4.0), (0.3, 0.3)),
    "rosenbrock": Ground(rosenbrock, 0.0, Text("Rosenbrock", "Rosenbrock"), (-1.2, 1.0), (0.1, 0.1)),
    "saddle": Ground(saddle, -0.25, Text("saddle", "鞍面"), (1.5, 0.01), (0.1, 0.002)),
    "himmelblau": Ground(himmelblau, 0.0, Text("Himmelblau", "Himmelblau"), (-0.5, -4.5), (0.3, 0.3)),
}


@dataclass(frozen=True, eq=False)
class OptimizerPaths:
    """Where each of O optimizers went on each of G surfaces; torch.float64.

    Attributes:
        paths: From the drawn start of each surface, shape (G, O, num_steps + 1, 2).
        targets: The height above the minimum at which a path has arrived, shape (G,).
        steps: The step from which on it stays below that, for each seed's start, shape (G, O, S); num_steps + 1 where
            it does not.
        rates: The learning rates that were tried, shape (R,).
        scores: The mean of the logarithm of the steps at each of them over the starts of the search, shape (G, O, R).
        lr: The best of them, shape (G, O).
    """

    paths: Tensor
    targets: Tensor
    steps: Tensor
    rates: Tensor
    scores: Tensor
    lr: Tensor


def measure(
    *,
    seeds: Sequence[int] = range(32),
    worlds: Sequence[str] | None = None,
    num_steps: int = 300,
    rates: Sequence[float] = RATES,
    device: str | torch.device = "cpu",
    progress: bool = False,
) -> Result:
    """Let six optimizers go from the same starts at their own best of the same learning rates, surface by surface.

    Best is the learning rate that arrives in the fewest steps, by the mean of their logarithm over 16 starts that are
    not among the judged ones; where none arrives, the one that ends lowest. A path that diverges does not arrive.

    Args:
        seeds: A start each, near the drawn one.
        worlds: Names of `WORLDS`; None takes all.
        num_steps: How many updates at most.
        rates: The learning rates to choose from, ascending; by default six to a power of ten.
        device, progress: Where torch computes; no bar is shown, it takes a second or two.
    """
    names, seeds, where = choose_worlds(WORLDS, worlds), check_seeds(seeds), resolve_device(device)
    count, tried = check_count(num_steps, "num_steps"), torch.tensor([*rates], dtype=torch.float64, device="cpu")
    with one_thread():
        found = {name: explore(WORLDS[name], seeds, count, tried, where) for name in names}
    return Result("optimizer-paths", found, here=len(names) == 1)


def explore(trip: Trip, seeds: Sequence[int], num_steps: int, rates: Tensor, device: torch.device) -> OptimizerPaths:
    """One world: the search with starts of its own, then every optimizer at its best learning rates."""
    drawn = starts_near(0.0, seeds[:1])
    targets = trip.below * heights(drawn)[:, 0]

    def go(starts: Tensor, lrs: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Paths (G, O, R, T, N, 2), heights and steps at learning rates of shape (G, O, R)."""
        paths = descend_at(starts.to(device), lrs.to(device), num_steps).cpu()
        above = heights(paths).nan_to_num(torch.inf)
        return paths, above, arrival(above, targets[:, None, None, None, None])

    _, tried, few = go(
        starts_near(trip.spread, seeds_apart(seeds, SEARCHED)), rates.expand(len(GROUNDS), len(NAMES), -1)
    )
    scores = few.log().mean(dim=3)
    # Where no learning rate arrives, that with the lowest end.
    ends = tried[..., -1, :].median(dim=3).values
    best = torch.where(scores.amin(2) < math.log(num_steps + 1), scores.argmin(2), ends.argmin(2))
    paths, _, few = go(torch.cat([drawn, starts_near(trip.spread, seeds)], dim=1), rates[best][:, :, None])
    return OptimizerPaths(paths[:, :, 0, :, 0], targets, few[:, :, 0, 1:], rates, scores, rates[best])


def heights(points: Tensor) -> Tensor:
    """The height of points of each surface above its minima, shape (G, ..., 2) -> (G, ...)."""
    return torch.stack([g.surface(part) - g.lowest for g, part in zip(GROUNDS.values(), points, strict=True)])


def descend_at(starts: Tensor, rates: Tensor, num_steps: int) -> Tensor:
    """The paths from starts (G, N, 2) at learning rates (G, O, R), shape (G, O, R, num_steps + 1, N, 2).

    An optimizer steps at lr = 1, and each path goes its share: with these six a step is lr times what knows no lr.
    """
    with torch.enable_grad():
        points = [starts[:, None].repeat(1, rates.shape[2], 1, 1).requires_grad_() for _ in NAMES]
        optimizers = [OPTIMIZERS[name]([point], lr=1.0) for name, point in zip(NAMES, points, strict=True)]
        path = [torch.stack(points, 1).detach()]
        for _ in range(num_steps):
            heights(torch.stack(points, 1)).sum().backward()
            for optimizer, point, old, lr in zip(optimizers, points, path[-1].unbind(1), rates.unbind(1), strict=True):
                optimizer.step()
                point.data.copy_(old.lerp(point.data, lr[..., None, None]))
                point.grad = None
            path.append(torch.stack(points, 1).detach())
    return torch.stack(path, 3)


def arrival(heights: Tensor, target: Tensor) -> Tensor:
    """The step from which on heights of shape (..., T, N) stay at or below the target, shape (..., N), or T."""
    late = (heights > target) * torch.arange(1, heights.shape[-2] + 1, device=heights.device)[:, None]
    return late.amax(dim=-2).double()


def starts_near(spread: float, seeds: Sequence[int]) -> Tensor:
    """A start for each seed on each surface, shape (G, S, 2): the drawn one and what N(0, spread^2) adds to it."""
    real: dict[str, Any] = {"dtype": torch.float64, "device": "cpu"}
    noise = torch.stack([torch.randn(2, generator=torch.Generator().manual_seed(seed), **real) for seed in seeds])
    grounds = GROUNDS.values()
    return torch.stack(
        [torch.tensor(g.start, **real) + spread * noise * torch.tensor(g.spread, **real) for g in grounds]
    )


BEATEN = {  # a counterexample each: optimizer -> a surface, and another one that is faster there
    "sgd": ("ravine", "nesterov"),
    "momentum": ("saddle", "sgd"),
    "nesterov": ("saddle", "adagrad"),
    "adagrad": ("ravine", "nesterov"),
    "rmsprop": ("ravine", "nesterov"),
    "adam": ("saddle", "sgd"),
}


def none_fastest(result: Result) -> Finding:
    """Each optimizer on the surface where it should lose, the steps of both; the one that loses least speaks."""

    def least(name: str, found: OptimizerPaths) -> World:
        steps = dict(zip(GROUNDS, found.steps.log(), strict=True))
        lags = {
            each: steps[surface][NAMES.index(each)] - steps[surface][NAMES.index(faster)]
            for each, (surface, faster) in BEATEN.items()
        }
        last = min(lags, key=lambda each: float(lags[each].mean()))
        surface, faster = BEATEN[last]
        place, label = GROUNDS[surface].label, WORLDS[name].label
        said = Text(
            f"{label.en}: {last} behind {faster}, {place.en}", f"{label.zh}：{place.zh}上，{last} 不及 {faster}"
        )
        return compare(said, "cost", lags[last])

    return Finding([least(name, found) for name, found in result.worlds.items()])


CLAIMS: tuple[Claim, ...] = (
    Claim(
        id="no-fastest",
        section=10,
        kind="measured",
        statement=Text("No optimizer is the fastest on every surface.", "没有哪种优化器在所有曲面上都最快。"),
        judge=none_fastest,
        evidence=Text(
            "updates to arrive: each optimizer over a faster one on some surface, of the six that which loses least",
            "到达所需的更新次数之比：每种优化器与某个曲面上更快的一种相比，取六者中落后最少的",
        ),
        origin="ours",
    ),
)
TITLES = {
    "holds": Text(
        "The fastest in one landscape, such as this ravine, loses in another",
        "在这个峡谷里最快的优化器，换个曲面就落后",
    ),
    "holds if": Text("Whether the fastest in this ravine wins everywhere depends", "最快的是否处处最快，要看情形"),
    "wrong": Text("One optimizer wins even on the surface where another should", "有一种优化器，本该落后处也赢了"),
    "not supported": Text(
        "That every optimizer is clearly beaten somewhere is not shown", "没有测到每种优化器都有明显落后之处"
    ),
}
SHOWN = {"sgd": "SGD", "momentum": "Momentum", "rmsprop": "RMSprop", "adam": "Adam"}
STEPS, MORE = Text("{n:.0f} steps", "{n:.0f} 步"), Text("more than {n} steps", "超过 {n} 步")
NOTE = Text(
    "each at its best learning rate; steps until the height stays below {share:g} of the start's, median of {n} seeds",
    "各取最佳学习率；步数：直到高度稳定在起点的 {share:g} 以下，{n} 个随机种子的中位数",
)


def way(found: OptimizerPaths, name: str) -> Tensor:
    """The drawn path down the ravine until it has arrived, or at least as long as it is finite; shape (T, 2)."""
    path = found.paths[0, NAMES.index(name)]
    finite = int(path.isfinite().all(dim=1).long().cumprod(0).sum())
    return path[: min(finite, int(arrival(turned_ravine(path)[:, None], found.targets[0])) + 1)]


def plot_optimizer_path(
    found: OptimizerPaths, name: str, *, ax: Axes | None = None, lang: str | None = None, **line_kwargs: Any
) -> Axes:
    """Draw the way of one of `SHOWN` down the turned ravine, and its steps; the fastest of them is in colour."""
    language, ax = resolve_language(lang), style.new_axes(ax)
    medians = dict(zip(NAMES, found.steps[0].median(dim=1).values.tolist(), strict=True))
    steps, last = medians[name], found.paths.shape[2] - 1
    wins = steps == min(medians[each] for each in SHOWN) <= last
    every = torch.cat([found.paths.new_tensor([[-9.1, -4.9], [1.7, 0.7]]), *(way(found, each) for each in SHOWN)])
    low, high = every.amin(0).clamp(min=-16) - 0.7, every.amax(0).clamp(max=16) + 0.7
    xlim, ylim = torch.stack([low, high], dim=1).tolist()
    with style.page_style():
        plot_landscape(turned_ravine, (0.0, 0.0), ax=ax, xlim=xlim, ylim=ylim)
        line = {"color": style.color_of(name) if wins else now().quiet, "linewidth": 2.4 if wins else 1.4}
        plot_way(way(found, name), ax=ax, **{**line, **style.own(line_kwargs)})
        color = readable(line["color"], highest())
        text: dict[str, Any] = {"transform": ax.transAxes, "color": color}
        ax.text(0.03, 0.94, SHOWN[name], va="top", fontsize=12, **text)
        arrives = STEPS.say(language, n=steps) if steps <= last else MORE.say(language, n=last)
        ax.text(0.97, 0.06, arrives, ha="right", fontsize=17, **text)
    return ax


def draw(result: Result, verdicts: Mapping[str, Judgement], lang: str) -> style.PageFigure:
    """One ravine four times, with the way of an optimizer in each."""
    name, found = next(iter(result.worlds.items()))
    figure = style.new_figure(height=4.9)
    with style.page_style():
        for place, each in enumerate(SHOWN):
            ax = figure.add_axes((0.02 + 0.487 * (place % 2), 0.505 - 0.415 * (place // 2), 0.473, 0.395))
            plot_optimizer_path(found, each, ax=ax, lang=lang)
        style.set_title(figure, title(TITLES, verdicts["no-fastest"], lang))
        note = NOTE.say(lang, n=found.steps.shape[2], share=WORLDS[name].below)
        figure.text(0.98, 0.022, note, ha="right", fontsize=9.5, color=now().quiet)
    return figure
