"""What several entries measure with: seeded numbers, an interval over seeds, toy data and a fair learning rate."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from ... import data
from ...ensemble import Ensemble, train_many
from ...fair import search_lr

SEEDS = 32  # models that a statement about training is judged by


def numbers(*values: Any) -> Tensor:
    """The values as float64 on the CPU, whatever the caller's defaults are."""
    return torch.tensor(values, dtype=torch.float64, device="cpu")


def normal(generator: torch.Generator, *shape: int, dtype: torch.dtype = torch.float64) -> Tensor:
    """Standard normal numbers."""
    return torch.randn(*shape, generator=generator, dtype=dtype, device="cpu")


def integers(generator: torch.Generator, high: int, *shape: int) -> Tensor:
    """Integers from 0 to high - 1."""
    return torch.randint(high, shape, generator=generator, dtype=torch.int64, device="cpu")


def interval(values: Tensor, seed: int) -> tuple[float, float]:
    """95 % interval of the mean over seeds: the bootstrap's percentiles from 2,000 resamples."""
    generator = torch.Generator().manual_seed(seed)
    rows = integers(generator, len(values), 2000, len(values))
    means = values.double().cpu()[rows].mean(1)
    low, high = torch.quantile(means, numbers(0.025, 0.975)).tolist()
    return low, high


def moons(seed: int, count: int = 128) -> tuple[Tensor, Tensor]:
    """The package's two moons, drawn from the seed."""
    return data.moons(count, generator=torch.Generator().manual_seed(seed))


def train_fairly(
    make_model: Callable[[], nn.Module],
    x: Tensor,
    y: Tensor,
    *,
    seed: int,
    rates: Sequence[float],
    score: Callable[[Ensemble, Tensor, Tensor], Tensor],
    **settings: Any,
) -> Tensor:
    """The scores of 32 models, trained at the rate with the lowest mean score of 8 models of other seeds."""
    others = range(1000 * seed + 500, 1000 * seed + 508)
    found = search_lr(make_model, x, y, rates=rates, seeds=others, score=lambda run: score(run, x, y), **settings)
    seeds = range(1000 * seed, 1000 * seed + SEEDS)
    return score(train_many(make_model, x, y, seeds=seeds, lr=found.best, **settings), x, y)
