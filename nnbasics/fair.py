"""A learning rate for each side of a comparison, found by the same search."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from .ensemble import Ensemble, train_many

LAST = 0.1  # the share of the updates, at the end, whose mean loss is the score


@dataclass(frozen=True, eq=False)
class RateSearch:
    """What came of training at several learning rates.

    Attributes:
        rates: The learning rates that were tried, ascending, shape (R,), torch.float64.
        scores: The score of each seed at each rate, lower is better, infinite where it diverged, shape (R, S).
        best: The rate with the lowest mean score.
    """

    rates: Tensor
    scores: Tensor
    best: float

    @property
    def at_edge(self) -> bool:
        """Whether the best rate is the first or the last one tried: then a better one may lie outside."""
        return self.best in (float(self.rates[0]), float(self.rates[-1]))


def final_loss(run: Ensemble) -> Tensor:
    """The mean loss of each model over the last tenth of its updates, shape (S,); infinite where it diverged."""
    last = max(1, round(LAST * run.losses.shape[1]))
    means = run.losses[:, -last:].double().mean(1)
    return means.masked_fill(run.diverged.to(means.device), torch.inf).nan_to_num(torch.inf, torch.inf).cpu()


def train_whole(*args: Any, **settings: Any) -> Ensemble:
    """`train_many` for a comparison, which half a training would falsify: an interrupt passes through."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="train_many was interrupted")
        run = train_many(*args, **settings)
    if run.interrupted:
        raise KeyboardInterrupt
    return run


def search_lr(
    make_model: Callable[[], nn.Module],
    x: Tensor,
    y: Tensor,
    *,
    rates: Sequence[float],
    seeds: Sequence[int],
    score: Callable[[Ensemble], Tensor] = final_loss,
    **settings: Any,
) -> RateSearch:
    """Train every seed at every rate, all at once, and name the rate with the lowest mean score.

    Compare two sides fairly by giving each the same rates, seeds, score and number of updates; then train other
    seeds at each side's own best rate, since the lowest of several scores flatters the seeds that it was found with.

    Args:
        make_model, x, y: As in `train_many`.
        rates: The learning rates to try, each > 0.
        seeds: The models that each rate is tried with.
        score: From an `Ensemble` of R * S models (rate after rate) to a score for each, shape (R * S,): lower is
            better, NaN counts as infinite. By default the mean loss of the last tenth of the updates.
        settings: The other arguments of `train_many`: `loss_fn`, `num_epochs`, ...

    Returns:
        A `RateSearch`.

    Raises:
        ValueError: `rates` is empty or not ascending; whatever `train_many` refuses.

    Example:
        >>> x = torch.tensor([[1.0], [2.0]])
        >>> found = search_lr(lambda: nn.Linear(1, 1), x, 3 * x, rates=[0.01, 0.1, 1.0], seeds=range(4),
        ...                   loss_fn="mse", num_epochs=30)
        >>> found.best, found.at_edge
        (0.1, False)
    """
    tried = [float(rate) for rate in rates]
    if not tried or sorted(set(tried)) != tried:
        raise ValueError(f"rates must be ascending learning rates, got {rates!r}.")
    own = [rate for rate in tried for _ in seeds]
    run = train_whole(make_model, x, y, seeds=[*seeds] * len(tried), lr=own, **settings)
    scores = score(run).double().cpu().nan_to_num(torch.inf, torch.inf).reshape(len(tried), len(seeds))
    best = tried[int(scores.mean(1).argmin())]
    return RateSearch(torch.tensor(tried, dtype=torch.float64, device="cpu"), scores, best)


def best_lr(
    make_model: Callable[[], nn.Module],
    x: Tensor,
    y: Tensor,
    *,
    rates: Sequence[float],
    seeds: Sequence[int],
    score: Callable[[Ensemble], Tensor] = final_loss,
    **settings: Any,
) -> RateSearch:
    """Temporary."""
    return search_lr(make_model, x, y, rates=rates, seeds=seeds, score=score, **settings)
