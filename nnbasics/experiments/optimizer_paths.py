"""Six optimizers on four surfaces, each at its own best learning rate for each surface."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

import torch
from torch import Tensor

from .._checks import check_count
from .._device import resolve_device
from .._setup import one_thread
from ..optimizers import OPTIMIZERS
from ..surfaces import descend_all, himmelblau, quadratic, rosenbrock, saddle
from ._common import check_seeds, seeds_apart, track

COS, SIN = math.cos(math.pi / 6), math.sin(math.pi / 6)
RAVINE = quadratic(1.0, 40.0)
NAMES = ("sgd", "momentum", "nesterov", "adagrad", "rmsprop", "adam")
BELOW = 1e-3  # the share of the drawn start's height above the minimum that is called arrived
RATES = tuple(10 ** (place / 6) for place in range(-18, 10))  # 0.001 to 32
QUICK: dict[str, Any] = {
    "seeds": range(8),
    "num_steps": 150,
    "rates": tuple(10 ** (place / 3) for place in range(-9, 5)),
}


def turned_ravine(point: Tensor) -> Tensor:
    """`quadratic(1, 40)`, turned by 30 degrees.

    Along an axis, a rate for each coordinate would undo the ravine: Adagrad and RMSprop would arrive in 3 steps.
    """
    return RAVINE(turned_back(point))


def turned_back(point: Tensor) -> Tensor:
    """Points of `turned_ravine` by their place along its floor and across it, shape (..., 2)."""
    a, b = point.unbind(-1)
    return torch.stack([COS * a + SIN * b, COS * b - SIN * a], dim=-1)


class Ground(NamedTuple):
    """A surface, the height of its minima, where the drawn start is, and how far from it the others lie."""

    surface: Callable[[Tensor], Tensor]
    lowest: float
    start: tuple[float, float]
    spread: tuple[float, float]


GROUNDS: dict[str, Ground] = {
    "ravine": Ground(turned_ravine, 0.0, (-8.0, -4.0), (0.3, 0.3)),
    "rosenbrock": Ground(rosenbrock, 0.0, (-1.2, 1.0), (0.1, 0.1)),
    "saddle": Ground(saddle, -0.25, (1.5, 0.01), (0.1, 0.002)),
    "himmelblau": Ground(himmelblau, 0.0, (-0.5, -4.5), (0.3, 0.3)),
}


@dataclass(frozen=True, eq=False)
class OptimizerPaths:
    """Where each optimizer went on each surface.

    Attributes:
        surfaces: Names of `GROUNDS`, G of them.
        names: Names of `OPTIMIZERS`, O of them.
        paths: From the drawn start of each surface, shape (G, O, num_steps + 1, 2), torch.float64.
        heights: Above the minimum, by step, from each seed's start, shape (G, O, S, num_steps + 1).
        targets: The height above the minimum at which a path has arrived, shape (G,).
        steps: The step from which on it stays below that, shape (G, O, S); num_steps + 1 where it does not.
        rates: The learning rates that were tried, shape (R,).
        scores: The median of the steps at each of them over the starts of the search, shape (G, O, R).
        lr: The best rate, shape (G, O).
    """

    surfaces: tuple[str, ...]
    names: tuple[str, ...]
    paths: Tensor
    heights: Tensor
    targets: Tensor
    steps: Tensor
    rates: Tensor
    scores: Tensor
    lr: Tensor


def optimizer_paths(
    *,
    seeds: Sequence[int] = range(32),
    num_steps: int = 300,
    rates: Sequence[float] = RATES,
    device: str | torch.device = "cpu",
    progress: bool = False,
) -> OptimizerPaths:
    """Let six optimizers go from the same starts at their own best of the same learning rates, surface by surface.

    Best is the rate that arrives in the fewest steps, and among rates that do not arrive the one that ends lowest:
    both are medians over 16 starts that are not among the judged ones. A path that diverges does not arrive.

    Args:
        seeds: A start each, near the drawn one.
        num_steps: How many updates at most.
        rates: The learning rates to choose from, ascending; by default six to a power of ten.
        device: Where torch computes.
        progress: Whether to show a bar with the time left.

    Returns:
        `OptimizerPaths`, all tensors on the CPU.
    """
    seeds, where = check_seeds(seeds), resolve_device(device)
    num_steps = check_count(num_steps, "num_steps")
    parts: list[tuple[Tensor, ...]] = []
    with one_thread():
        for ground in track(tuple(GROUNDS.values()), progress, "optimizer-paths"):
            parts.append(_explore(ground, seeds, num_steps, rates, where))
    paths, heights, targets, steps, scores, lr = (torch.stack(part) for part in zip(*parts, strict=True))
    return OptimizerPaths(
        surfaces=tuple(GROUNDS),
        names=NAMES,
        paths=paths,
        heights=heights,
        targets=targets,
        steps=steps,
        rates=torch.tensor([*rates], dtype=torch.float64, device="cpu"),
        scores=scores,
        lr=lr,
    )


def _explore(
    ground: Ground, seeds: tuple[int, ...], num_steps: int, rates: Sequence[float], device: torch.device
) -> tuple[Tensor, ...]:
    """One surface: paths, heights, target, steps, scores, lr, as `OptimizerPaths` holds them."""
    drawn = torch.tensor([ground.start], dtype=torch.float64, device="cpu")
    target = BELOW * (ground.surface(drawn[0]) - ground.lowest)

    def go(starts: Tensor, makers: dict[str, Any]) -> tuple[Tensor, Tensor, Tensor]:
        """Paths (K, T, N, 2), heights above the minimum (K, T, N), steps (K, N)."""
        found = descend_all(ground.surface, starts.to(device), makers, num_steps=num_steps)
        paths = torch.stack([*found.values()]).cpu()
        heights = (ground.surface(paths) - ground.lowest).nan_to_num(torch.inf)
        return paths, heights, arrival(heights, target)

    trials = {f"{name} {rate}": partial(OPTIMIZERS[name], lr=rate) for name in NAMES for rate in rates}
    _, tried, steps = go(_starts(ground, seeds_apart(seeds, 16)), trials)
    scores = steps.median(dim=1).values.reshape(len(NAMES), -1)
    # Of two rates with as many steps, that with the lower end: the ends only decide where the steps are equal.
    ends = tried[:, -1].median(dim=1).values.reshape(len(NAMES), -1)
    lr = [
        min(range(len(rates)), key=list(zip(few, low, strict=True)).__getitem__)
        for few, low in zip(scores.tolist(), ends.tolist(), strict=True)
    ]
    best = {name: partial(OPTIMIZERS[name], lr=rates[place]) for name, place in zip(NAMES, lr, strict=True)}
    paths, heights, steps = go(torch.cat([drawn, _starts(ground, seeds)]), best)
    chosen = torch.tensor([rates[place] for place in lr], dtype=torch.float64, device="cpu")
    return paths[:, :, 0], heights[:, :, 1:].transpose(1, 2), target, steps[:, 1:], scores, chosen


def arrival(heights: Tensor, target: Tensor) -> Tensor:
    """The step from which on heights of shape (..., T, N) stay at or below the target, shape (..., N), or T."""
    late = (heights > target) * torch.arange(1, heights.shape[-2] + 1, device=heights.device)[:, None]
    return late.amax(dim=-2).double()


def _starts(ground: Ground, seeds: Sequence[int]) -> Tensor:
    generators = [torch.Generator(device="cpu").manual_seed(seed) for seed in seeds]
    noise = torch.stack([torch.randn(2, generator=g, dtype=torch.float64, device="cpu") for g in generators])
    return noise * torch.tensor(ground.spread, dtype=torch.float64, device="cpu") + torch.tensor(
        ground.start, dtype=torch.float64, device="cpu"
    )
