"""The comparison that many questions make: the same seeds and batches for each side, each at its best learning rate."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from matplotlib.axes import Axes
from torch import Tensor
from torch.nn import functional as F

from ..data import Data
from ..ensemble import Ensemble, train_many
from ..fair import best_lr
from ..plotting.bands import plot_band

SEARCHED = 8  # networks at each learning rate of a search, of other seeds than those that are judged


@dataclass(frozen=True, eq=False)
class Race:
    """What a race left behind, all on the CPU in torch.float64; S seeds, E epochs.

    Attributes:
        losses: side -> the mean training loss of each epoch, shape (S, E).
        test_losses: side -> the mean loss on the test rows at the end, shape (S,).
        right: side -> the share of the test rows put into the right class at the end, shape (S,); NaN without classes.
        rates: side -> the learning rates that were tried, shape (R,).
        scores: side -> what each scored with the seeds of the search, lower is better, shape (8, R).
        lr: side -> the best of them.
    """

    losses: dict[str, Tensor]
    test_losses: dict[str, Tensor]
    right: dict[str, Tensor]
    rates: dict[str, Tensor]
    scores: dict[str, Tensor]
    lr: dict[str, float]

    def cost(self, side: str) -> Tensor:
        """The mean loss of the whole training, shape (S,): the faster, the lower. The learning rate is chosen by it."""
        return self.losses[side].mean(1)

    def cost_ratio(self, slow: str, fast: str) -> Tensor:
        """The logarithm of `slow`'s cost over `fast`'s, seed by seed, shape (S,): the effect of the measure "cost"."""
        return (self.cost(slow) / self.cost(fast)).log()


def mean_loss(run: Ensemble) -> Tensor:
    """The loss of each network averaged over the whole training, shape (S,); infinite where it diverged."""
    return run.losses.double().mean(1).masked_fill(run.diverged, torch.inf)


def race(
    sides: Mapping[str, Mapping[str, Any]],
    train_data: Data,
    test_data: Data,
    *,
    seeds: Sequence[int],
    rates: Sequence[float],
    num_epochs: int,
    batch_size: int | None = None,
    loss_fn: str = "cross_entropy",
    score: Callable[[Ensemble], Tensor] = mean_loss,
    finer: bool = False,
    device: str | torch.device = "cpu",
    **settings: Any,
) -> Race:
    """Train every side on the same rows, with the same seeds, each at the best of the same learning rates.

    Args:
        sides: Side -> the arguments of `train_many` that are its own: `make_model`, `optimizer`, `loss_fn`, ...
        train_data, test_data: `(x, y)` each.
        seeds: The networks that are judged.
        rates: The learning rates to choose from, ascending; `best_lr` goes on beyond them where the best is at an end.
        num_epochs, batch_size, loss_fn, settings: As in `train_many`. Rows that would make a smaller last batch are
            left out: a step on a few rows disturbs what is measured right after it.
        score: What the best learning rate has the lowest mean of.
        finer: As in `best_lr`, for a coarse grid.
        device: Where torch computes.
    """
    (x, y), (test_x, test_y) = whole_batches(*train_data, batch_size), test_data
    x, y, test_x, test_y = (part.to(device) for part in (x, y, test_x, test_y))
    shared = {"loss_fn": loss_fn, "num_epochs": num_epochs, "batch_size": batch_size, **settings}
    found = Race({}, {}, {}, {}, {}, {})
    for side, own in sides.items():
        every = {**shared, **own}
        others = seeds_apart(seeds, SEARCHED)
        search = best_lr(x=x, y=y, rates=rates, seeds=others, score=score, finer=finer, **every)
        run = train_many(x=x, y=y, seeds=seeds, lr=search.best, **every)
        found.losses[side] = run.losses.reshape(len(seeds), num_epochs, -1).double().mean(2).cpu()
        predicted = run.predict(test_x)
        if test_y.dtype == torch.int64:
            flat, wanted = predicted.flatten(0, 1), test_y.repeat(len(seeds))
            each = F.cross_entropy(flat, wanted, reduction="none")
            found.right[side] = (predicted.argmax(2) == test_y).double().mean(1).cpu()
        else:
            each = (predicted - test_y).square()
            found.right[side] = torch.full((len(seeds),), torch.nan, dtype=torch.float64, device="cpu")
        found.test_losses[side] = each.reshape(len(seeds), -1).double().mean(1).cpu()
        found.rates[side], found.scores[side], found.lr[side] = search.rates, search.scores.T, search.best
    return found


def seeds_apart(seeds: Sequence[int], count: int) -> range:
    """`count` seeds that are not among `seeds`, to search with: nothing is judged by the luck it was chosen for."""
    first = max(seeds) + 1000
    return range(first, first + count)


def whole_batches(x: Tensor, y: Tensor, batch_size: int | None) -> Data:
    """The rows without those that would make a smaller last batch, where there are as many as a batch."""
    rows = len(x) if batch_size is None else len(x) // batch_size * batch_size or len(x)
    return x[:rows], y[:rows]


def plot_losses(race: Race, ax: Axes, styles: Mapping[str, dict[str, Any]]) -> None:
    """The training loss of each side by epoch, with the band of its seeds."""
    for side, losses in race.losses.items():
        plot_band(torch.arange(1.0, 1 + losses.shape[1]), losses, ax=ax, **styles[side])
