"""A learning rate for each side of a comparison, found by the same search."""

from __future__ import annotations

import math
import warnings
from bisect import bisect
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from ._checks import check
from .ensemble import Ensemble, train_many
from .text import Text

LAST = 0.1  # the share of the updates, at the end, whose mean loss is the score
TIED = 1e-3  # mean scores this close, relative to the best, are the same to `best_lr`
MORE = 4  # learning rates that `best_lr` adds beyond an end of the grid, at most


class EdgeWarning(UserWarning):
    """The best learning rate lies at the end of those that were tried: a better one may lie beyond."""


@dataclass(frozen=True, eq=False)
class RateSearch:
    """What came of training at several learning rates.

    Attributes:
        rates: The learning rates that were tried, ascending, shape (R,), torch.float64.
        scores: The score of each seed at each rate, lower is better, infinite where it diverged, shape (R, S).
        best: The rate with the lowest mean score; of several, the middle one.
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
    allowed = Text("be ascending learning rates", "必须是从小到大的学习率")
    check(bool(tried) and sorted(set(tried)) == tried, "rates", allowed, repr(rates))
    own = [rate for rate in tried for _ in seeds]
    run = train_many(make_model, x, y, seeds=[*seeds] * len(tried), lr=own, **settings)
    scores = score(run).double().cpu().nan_to_num(torch.inf, torch.inf).reshape(len(tried), len(seeds))
    return RateSearch(torch.tensor(tried, dtype=torch.float64, device="cpu"), scores, _middle_best(tried, scores))


def best_lr(
    make_model: Callable[[], nn.Module],
    x: Tensor,
    y: Tensor,
    *,
    rates: Sequence[float],
    seeds: Sequence[int],
    score: Callable[[Ensemble], Tensor] = final_loss,
    finer: bool = False,
    **settings: Any,
) -> RateSearch:
    """`search_lr` for a comparison, which a best rate at the end of its grid would make unfair: it looks beyond.

    Where the best rate is the first or the last one, the grid grows there, in the ratio of its last two rates, by one
    rate after another, at most four on a side; only the new ones are trained. Rates whose mean scores lie within a
    thousandth of the best one are tied, and their middle is the best: what learns nothing at any rate has no edge.

    Args:
        make_model, x, y, rates, seeds, score, settings: As in `search_lr`; a single rate is taken as it is. With
            `own_data` `x` and `y` hold the rows of R * S models, rate after rate; a new rate gets those of the first.
        finer: Whether to try the two rates halfway (in the ratio) to the best one's neighbours at last: a coarse grid
            may miss both what is fast and what is safe.

    Returns:
        A `RateSearch` of all the rates that were tried.

    Raises:
        ValueError: whatever `search_lr` refuses.

    Warns:
        EdgeWarning: the best rate still lies at an end, as on data that ever larger rates fit ever better. What the
            ledger judges by must not: there the warning is an error.
    """

    def search(some: Sequence[float], x: Tensor, y: Tensor) -> Tensor:
        return search_lr(make_model, x, y, rates=some, seeds=seeds, score=score, **settings).scores

    tried, scores = [float(rate) for rate in rates], search(rates, x, y)
    if settings.get("own_data"):
        x, y = x[: len(seeds)], y[: len(seeds)]
    added = {True: 0, False: 0}  # below the first rate, and above the last one
    while (best := _middle_best(tried, scores, TIED)) in (tried[0], tried[-1]) and len(rates) > 1:
        below = best == tried[0]
        if added[below] == MORE:
            listed = ", ".join(f"{rate:g}" for rate in tried)
            told = f"the best learning rate, {best:g}, lies at an end of those tried: {listed}."
            warnings.warn(told, EdgeWarning, stacklevel=2)
            break
        added[below] += 1
        end, inner = tried[:2] if below else tried[:-3:-1]
        new = _written(end * end / inner)
        pair = [search([new], x, y), scores]
        tried, scores = ([new, *tried], torch.cat(pair)) if below else ([*tried, new], torch.cat(pair[::-1]))
    place = tried.index(best)
    if finer and 0 < place < len(tried) - 1:
        for new in [_written(math.sqrt(best * beside)) for beside in (tried[place - 1], tried[place + 1])]:
            at = bisect(tried, new)
            scores = torch.cat([scores[:at], search([new], x, y), scores[at:]])
            tried.insert(at, new)
        best = _middle_best(tried, scores, TIED)
    return RateSearch(torch.tensor(tried, dtype=torch.float64, device="cpu"), scores, best)


def _written(rate: float) -> float:
    """The rate as a person would write it: 0.01 is beside 0.1, not 0.010000000000000002."""
    return float(f"{rate:.12g}")


def _middle_best(rates: Sequence[float], scores: Tensor, within: float = 0.0) -> float:
    """The middle of the rates whose mean score is the lowest, or within so much of it; the lower one of two.

    Where every rate diverges that is no tie: the lowest is the one that a better one may lie beside.
    """
    means = scores.mean(1)
    lowest = means.min()
    if lowest.isinf():
        return rates[0]
    tied = (means <= lowest + within * lowest.abs()).nonzero().flatten().tolist()
    middle: int = tied[(len(tied) - 1) // 2]
    return rates[middle]
