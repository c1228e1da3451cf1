"""Whether one short run with a growing learning rate finds a good one: the range test against a search."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import torch
from torch import Tensor, optim
from torch.nn import functional as F
from torch.optim.lr_scheduler import ExponentialLR

from .._checks import check_count
from .._device import resolve_device
from .._rng import check_generator
from ..data import digits, split
from ..ensemble import train_many
from ..fair import final_loss, search_lr
from ._common import check_seeds, classifier, seeds_apart, track, whole_batches

RULES = ("steepest", "tenth")
SIDES = (*RULES, "search")
LOWEST, HIGHEST = 1e-3, 10.0  # the learning rates of the range test
RATES = (0.01, 0.018, 0.032, 0.056, 0.1, 0.18, 0.32, 0.56, 1.0, 1.8, 3.2, 5.6, 10.0)
WIDTH = 7  # the updates that a smoothed loss is the mean of
QUICK: dict[str, Any] = {"seeds": range(8), "num_epochs": 5}


@dataclass(frozen=True, eq=False)
class LrFinder:
    """The range test of each seed, what two rules read off it, and what training at those rates gives.

    Attributes:
        tested: The learning rate of each update of the range test, ascending, shape (U,).
        losses: The loss of each update's batch, before it, shape (S, U); infinite where it was no number.
        smooth: The mean of 7 such losses around each update, shape (S, U).
        sides: Where a rate comes from: the two rules, then the search.
        chosen: The rate that each side trains each seed at, shape (3, S); of the search the same for all.
        final: The loss of each seed at the end of its training, shape (3, S); infinite where it diverged.
        rates: The learning rates that the search tried, shape (R,).
        scores: Its mean score at each, shape (R,).
        test_updates: The updates that a range test took, U.
        search_updates: Those that the search took, of all its models.
    """

    tested: Tensor
    losses: Tensor
    smooth: Tensor
    sides: tuple[str, ...]
    chosen: Tensor
    final: Tensor
    rates: Tensor
    scores: Tensor
    test_updates: int
    search_updates: int


def lr_finder(
    *,
    seeds: Sequence[int] = range(32),
    data: Any = None,
    hidden: int = 32,
    num_updates: int = 100,
    num_epochs: int = 10,
    batch_size: int = 64,
    rates: Sequence[float] = RATES,
    device: str | torch.device = "cpu",
    progress: bool = False,
) -> LrFinder:
    """Run the range test, take a rate from it by two rules, and train at each beside the best rate of a search.

    The rate grows by the same factor at each update. `"steepest"` takes the rate at which the smoothed loss falls
    fastest, per factor of the rate; `"tenth"` a tenth of the rate at which it is back above its start.

    Args:
        seeds: The models; the search takes 8 others.
        data: A pair of tensors (x, classes) or a `Dataset`; None takes scikit-learn's digits.
        hidden: Units of the hidden layer.
        num_updates: U, the length of the range test, from the rate 0.001 to 10.
        num_epochs, batch_size: As in `train`, for the trainings.
        rates: The learning rates that the search tries, a factor 1.8 apart by default.
        device: Where torch computes.
        progress: Whether to show a bar with the time left.

    Returns:
        `LrFinder`, all tensors on the CPU.

    Source:
        L. N. Smith, Cyclical Learning Rates for Training Neural Networks, 2017, section 3.3,
        https://arxiv.org/abs/1506.01186; the rates grow there in equal steps, here in equal ratios.
    """
    seeds, where = check_seeds(seeds), resolve_device(device)
    updates = check_count(num_updates, "num_updates", minimum=2 * WIDTH)
    (x, y), _ = split(digits() if data is None else data, generator=check_generator(None))
    x, y = whole_batches(x, y, batch_size)
    x, y = x.to(where), y.to(where)
    make = partial(classifier, x.shape[1], hidden, int(y.max()) + 1, where)
    settings: dict[str, Any] = {"loss_fn": "cross_entropy", "batch_size": batch_size}

    growth = (HIGHEST / LOWEST) ** (1 / (updates - 1))
    epochs = -(-updates // -(-len(x) // batch_size))
    growing = partial(growing_sgd, gamma=growth)
    test = train_many(make, x, y, seeds=seeds, optimizer=growing, lr=LOWEST, num_epochs=epochs, **settings)
    tested = LOWEST * growth ** torch.arange(updates, dtype=torch.float64, device="cpu")
    losses = test.losses[:, :updates].double().cpu().nan_to_num(torch.inf, torch.inf)
    smooth = smoothed(losses)

    settings["num_epochs"] = num_epochs
    others = seeds_apart(seeds, 8)
    found = search_lr(make, x, y, rates=rates, seeds=others, **settings)
    best = torch.full((len(seeds),), found.best, dtype=torch.float64, device="cpu")
    chosen = torch.stack([steepest(tested, smooth), tenth(tested, smooth), best])
    runs = [train_many(make, x, y, seeds=seeds, lr=lr, **settings) for lr in track(list(chosen), progress, "lr-finder")]
    return LrFinder(
        tested=tested,
        losses=losses,
        smooth=smooth,
        sides=SIDES,
        chosen=chosen,
        final=torch.stack([final_loss(run) for run in runs]),
        rates=found.rates,
        scores=found.scores.mean(1),
        test_updates=updates,
        search_updates=len(found.rates) * len(others) * runs[0].losses.shape[1],
    )


def growing_sgd(parameters: Any, lr: float, *, gamma: float) -> optim.Optimizer:
    """SGD whose learning rate a real ExponentialLR multiplies by gamma after every update, instead of every epoch."""
    optimizer = optim.SGD(parameters, lr=lr)
    schedule = ExponentialLR(optimizer, gamma)
    optimizer.register_step_post_hook(lambda *_: schedule.step())
    return optimizer


def smoothed(losses: Tensor) -> Tensor:
    """The mean of 7 losses around each, shape (S, U); at the ends the outermost one is repeated.

    A running mean of the past would lag behind, and so move every rate that is read off it upwards.
    """
    padded = F.pad(losses[:, None], (WIDTH // 2, WIDTH // 2), mode="replicate")[:, 0]
    return padded.unfold(1, WIDTH, 1).mean(2)


def steepest(tested: Tensor, smooth: Tensor) -> Tensor:
    """The rate, for each seed, at which the loss falls fastest on the way to its minimum, shape (S,)."""
    slope = torch.gradient(smooth.clamp(max=1e6), dim=1)[0]  # of equal ratios of the rate
    slope = slope.where(torch.arange(len(tested), device="cpu") < smooth.argmin(1, keepdim=True), torch.inf)
    return tested[slope.argmin(1)]


def tenth(tested: Tensor, smooth: Tensor) -> Tensor:
    """A tenth of the rate at which the loss, past its minimum, is back above its start, or of the last rate."""
    above = (smooth > smooth[:, :1]) & (torch.arange(len(tested), device="cpu") > smooth.argmin(1, keepdim=True))
    above[:, -1] = True
    return tested[above.int().argmax(1)] / 10
