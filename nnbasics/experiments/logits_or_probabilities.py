"""What a softmax before the cross-entropy costs, which takes a softmax of its own."""

from __future__ import annotations

import math
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn

from .._device import resolve_device
from .._rng import check_generator
from ..data import digits, split
from ..ensemble import train_many
from ..fair import search_lr
from ._common import check_seeds, classifier, seeds_apart, track, whole_batches

SIDES = ("logits", "probabilities")
QUICK: dict[str, Any] = {"seeds": range(8), "num_epochs": 8}


@dataclass(frozen=True, eq=False)
class LogitsOrProbabilities:
    """Cross-entropy trained on logits and, as the article's model would have it, on softmax's output.

    Attributes:
        sides: What the last layer returns: logits, or probabilities.
        epochs: The epoch at whose end each loss stands, shape (E,).
        losses: The mean training loss of each epoch, shape (2, S, E).
        accuracy: The share of test rows that each model puts into the right class at the end, shape (2, S).
        rates: The learning rates that were tried, shape (R,).
        scores: The mean score of the search at each of them, shape (2, R).
        lr: The best rate of each side, shape (2,).
        floor: ln(1 + (K - 1)/e), below which the cross-entropy of probabilities cannot fall.
        classes: K.
    """

    sides: tuple[str, ...]
    epochs: Tensor
    losses: Tensor
    accuracy: Tensor
    rates: Tensor
    scores: Tensor
    lr: Tensor
    floor: float
    classes: int


def logits_or_probabilities(
    *,
    seeds: Sequence[int] = range(32),
    data: Any = None,
    hidden: int = 32,
    num_epochs: int = 20,
    batch_size: int = 64,
    rates: Sequence[float] = (0.03, 0.1, 0.3, 1.0, 3.0, 10.0),
    device: str | torch.device = "cpu",
    progress: bool = False,
) -> LogitsOrProbabilities:
    """Train both sides by mini-batch SGD, each at its own best rate, and test them on rows that were held back.

    The best value of -log softmax(p)_t over probabilities p is at p_t = 1: -log(e / (e + K - 1)).

    Args:
        seeds: The models; the rate is searched with 8 others.
        data: A pair of tensors (x, classes) or a `Dataset`; None takes scikit-learn's digits.
        hidden: Units of the hidden layer.
        num_epochs, batch_size: As in `train`.
        rates: The learning rates to choose from.
        device: Where torch computes.
        progress: Whether to show a bar with the time left.

    Returns:
        `LogitsOrProbabilities`, all tensors on the CPU.
    """
    seeds, where = check_seeds(seeds), resolve_device(device)
    (x, y), (test_x, test_y) = split(digits() if data is None else data, generator=check_generator(None))
    x, y = whole_batches(x, y, batch_size)
    x, y, test_x, test_y = x.to(where), y.to(where), test_x.to(where), test_y.to(where)
    classes = int(torch.cat([y, test_y]).max()) + 1
    settings: dict[str, Any] = {"loss_fn": "cross_entropy", "num_epochs": num_epochs, "batch_size": batch_size}
    losses, accuracy, scores, lr = [], [], [], []
    for side in track(SIDES, progress, "logits-or-probabilities"):
        make = partial(_model, x.shape[1], hidden, classes, side, where)
        with warnings.catch_warnings():  # the double softmax is meant
            warnings.filterwarnings("ignore", message="(?s).*(softmax|cross-entropy)", category=UserWarning)
            found = search_lr(make, x, y, rates=rates, seeds=seeds_apart(seeds, 8), shared_batches=True, **settings)
            run = train_many(make, x, y, seeds=seeds, lr=found.best, **settings)
        losses.append(run.losses.reshape(len(seeds), num_epochs, -1).double().mean(2).cpu())
        accuracy.append((run.predict(test_x).argmax(2) == test_y).double().mean(1).cpu())
        scores.append(found.scores.mean(1))
        lr.append(found.best)
    return LogitsOrProbabilities(
        sides=SIDES,
        epochs=torch.arange(1, num_epochs + 1, dtype=torch.float64, device="cpu"),
        losses=torch.stack(losses),
        accuracy=torch.stack(accuracy),
        rates=torch.tensor([*rates], dtype=torch.float64, device="cpu"),
        scores=torch.stack(scores),
        lr=torch.tensor(lr, dtype=torch.float64, device="cpu"),
        floor=math.log(1 + (classes - 1) / math.e),
        classes=classes,
    )


def _model(inputs: int, hidden: int, classes: int, side: str, device: torch.device) -> nn.Module:
    return nn.Sequential(*classifier(inputs, hidden, classes, device), *[nn.Softmax(dim=1)] * (side == "probabilities"))
