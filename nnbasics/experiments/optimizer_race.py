"""The optimizers on the digits, each at its own best learning rate, and how much that rate matters to each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import torch
from torch import Tensor

from .._device import resolve_device
from .._rng import check_generator
from ..data import digits, split
from ..ensemble import train_many
from ..fair import search_lr
from ..optimizers import OPTIMIZERS
from ._common import check_seeds, classifier, seeds_apart, track, whole_batches

RATES = tuple(10 ** (place / 3) for place in range(-9, 3))  # 0.001 to 4.6
QUICK: dict[str, Any] = {"seeds": range(8), "num_epochs": 5}


@dataclass(frozen=True, eq=False)
class OptimizerRace:
    """What each optimizer reached.

    Attributes:
        names: Those of `OPTIMIZERS`, O of them.
        epochs: The epoch at whose end each loss stands, shape (E,).
        losses: The mean training loss of each epoch, shape (O, S, E).
        accuracy: The share of test rows that each model puts into the right class at the end, shape (O, S).
        rates: The learning rates that were tried, shape (R,).
        scores: The score of each seed of the search at each of them, shape (O, R, 8): the mean loss of the last tenth
            of the updates, infinite where it diverged.
        lr: The best rate of each optimizer, shape (O,).
    """

    names: tuple[str, ...]
    epochs: Tensor
    losses: Tensor
    accuracy: Tensor
    rates: Tensor
    scores: Tensor
    lr: Tensor


def optimizer_race(
    *,
    seeds: Sequence[int] = range(32),
    data: Any = None,
    hidden: int = 32,
    num_epochs: int = 10,
    batch_size: int = 64,
    rates: Sequence[float] = RATES,
    device: str | torch.device = "cpu",
    progress: bool = False,
) -> OptimizerRace:
    """Train a classifier with every optimizer of `OPTIMIZERS`, each at its own best of the same learning rates.

    All settings but the learning rate are torch's defaults, momentum 0.9 apart.

    Args:
        seeds: The models; the rates are searched with 8 others, which share their batches.
        data: A pair of tensors (x, classes) or a `Dataset`; None takes scikit-learn's digits.
        hidden: Units of the hidden layer.
        num_epochs, batch_size: As in `train`.
        rates: The learning rates to choose from; by default three to a power of ten.
        device: Where torch computes.
        progress: Whether to show a bar with the time left.

    Returns:
        `OptimizerRace`, all tensors on the CPU.

    Source:
        Choi et al. (2019), On Empirical Comparisons of Optimizers for Deep Learning, https://arxiv.org/abs/1910.05446
    """
    seeds, where = check_seeds(seeds), resolve_device(device)
    (x, y), (test_x, test_y) = split(digits() if data is None else data, generator=check_generator(None))
    x, y = whole_batches(x, y, batch_size)
    x, y, test_x, test_y = x.to(where), y.to(where), test_x.to(where), test_y.to(where)
    make = partial(classifier, x.shape[1], hidden, int(torch.cat([y, test_y]).max()) + 1, where)
    losses, accuracy, scores, lr = [], [], [], []
    for name in track(tuple(OPTIMIZERS), progress, "optimizer-race"):
        settings: dict[str, Any] = {"loss_fn": "cross_entropy", "num_epochs": num_epochs, "batch_size": batch_size}
        settings["optimizer"] = name
        found = search_lr(make, x, y, rates=rates, seeds=seeds_apart(seeds, 8), shared_batches=True, **settings)
        run = train_many(make, x, y, seeds=seeds, lr=found.best, **settings)
        losses.append(run.losses.reshape(len(seeds), num_epochs, -1).double().mean(2).cpu())
        accuracy.append((run.predict(test_x).argmax(2) == test_y).double().mean(1).cpu())
        scores.append(found.scores)
        lr.append(found.best)
    return OptimizerRace(
        names=tuple(OPTIMIZERS),
        epochs=torch.arange(1, num_epochs + 1, dtype=torch.float64, device="cpu"),
        losses=torch.stack(losses),
        accuracy=torch.stack(accuracy),
        rates=torch.tensor([*rates], dtype=torch.float64, device="cpu"),
        scores=torch.stack(scores),
        lr=torch.tensor(lr, dtype=torch.float64, device="cpu"),
    )
