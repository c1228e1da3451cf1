"""How fast networks learn with each activation, shallow and deep, and how much the learning rate matters to each."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from typing import Any

import torch
from torch import Tensor, nn

from .._checks import check_count
from .._device import resolve_device
from .._rng import check_generator
from ..data import digits, split
from ..ensemble import Ensemble, train_many
from ..fair import search_lr
from ._common import check_seeds, seeds_apart, track, whole_batches

SIDES: dict[str, type[nn.Module]] = {
    "sigmoid": nn.Sigmoid,
    "tanh": nn.Tanh,
    "relu": nn.ReLU,
    "leaky_relu": nn.LeakyReLU,
    "gelu": nn.GELU,
}
RATES = tuple(0.025 * 2**place for place in range(9))
SEARCHED = 4  # networks at each rate
QUICK: dict[str, Any] = {"seeds": range(6), "num_epochs": 6, "rates": RATES[::2]}


@dataclass(frozen=True, eq=False)
class ActivationRace:
    """Networks that differ in their activation alone, each trained at its own best rate.

    Attributes:
        activations: Names of the activations, A of them.
        depths: How many hidden layers, shape (D,).
        epochs: The epoch at whose end each loss stands, shape (E,).
        losses: The mean training loss of each epoch, shape (D, A, S, E).
        accuracy: The share of test rows that each network puts into the right class at the end, shape (D, A, S).
        rates: The learning rates that were tried, shape (R,).
        scores: The mean loss of the whole training in the search, shape (D, A, 4, R); infinite where it diverged.
        lr: The best rate, shape (D, A). Where no rate gets below `theory_guess`, it means nothing.
        theory_guess: ln K, the loss of giving each class the same probability.
    """

    activations: tuple[str, ...]
    depths: Tensor
    epochs: Tensor
    losses: Tensor
    accuracy: Tensor
    rates: Tensor
    scores: Tensor
    lr: Tensor
    theory_guess: float


def activation_race(
    *,
    seeds: Sequence[int] = range(32),
    data: Any = None,
    depths: Sequence[int] = (1, 4),
    hidden: int = 24,
    num_epochs: int = 10,
    batch_size: int = 64,
    rates: Sequence[float] = RATES,
    device: str | torch.device = "cpu",
    progress: bool = False,
) -> ActivationRace:
    """Train classifiers by mini-batch SGD, for each depth and activation at the best of the same rates.

    The best is the fastest: the rate with the lowest loss on the average over the whole training.

    Each activation gets the weights that are drawn for it: Xavier's normal law for sigmoid and tanh, Kaiming's for
    the others; all biases of hidden layers start at 0.

    Args:
        seeds: The networks; the rates are searched with 4 others.
        data: A pair of tensors (x, classes) or a `Dataset`; None takes scikit-learn's digits.
        depths: Numbers of hidden layers.
        hidden: Units of each.
        num_epochs, batch_size: As in `train`.
        rates: The learning rates to choose from.
        device: Where torch computes.
        progress: Whether to show a bar with the time left.

    Returns:
        `ActivationRace`, all tensors on the CPU.
    """
    seeds, where = check_seeds(seeds), resolve_device(device)
    layers = [check_count(depth, "depths") for depth in depths]
    width = check_count(hidden, "hidden")
    if len(layers) < 2:
        raise ValueError(f"depths must hold at least two integers to be compared, got {depths!r}.")
    (x, y), (test_x, test_y) = split(digits() if data is None else data, generator=check_generator(None))
    x, y = whole_batches(x, y, batch_size)
    x, y, test_x, test_y = x.to(where), y.to(where), test_x.to(where), test_y.to(where)
    classes = int(torch.cat([y, test_y]).max()) + 1
    settings: dict[str, Any] = {"loss_fn": "cross_entropy", "num_epochs": num_epochs, "batch_size": batch_size}
    others = seeds_apart(seeds, SEARCHED)
    losses, accuracy, scores, lr = [], [], [], []
    for depth, name in track([(depth, name) for depth in layers for name in SIDES], progress, "activation-race"):
        make = partial(_model, [x.shape[1], *[width] * depth], classes, name, where)
        found = search_lr(make, x, y, rates=rates, seeds=others, score=mean_loss, **settings)
        run = train_many(make, x, y, seeds=seeds, lr=found.best, **settings)
        losses.append(run.losses.reshape(len(seeds), num_epochs, -1).double().mean(2).cpu())
        accuracy.append((run.predict(test_x).argmax(2) == test_y).double().mean(1).cpu())
        scores.append(found.scores.T)
        lr.append(found.best)
    both = (len(layers), len(SIDES))
    return ActivationRace(
        activations=tuple(SIDES),
        depths=torch.tensor(layers, dtype=torch.int64, device="cpu"),
        epochs=torch.arange(1, num_epochs + 1, dtype=torch.float64, device="cpu"),
        losses=torch.stack(losses).unflatten(0, both),
        accuracy=torch.stack(accuracy).unflatten(0, both),
        rates=torch.tensor([*rates], dtype=torch.float64, device="cpu"),
        scores=torch.stack(scores).unflatten(0, both),
        lr=torch.tensor(lr, dtype=torch.float64, device="cpu").unflatten(0, both),
        theory_guess=math.log(classes),
    )


def mean_loss(run: Ensemble) -> Tensor:
    """The loss of each network averaged over the whole training, shape (S,): the faster, the lower."""
    return run.losses.double().mean(1).masked_fill(run.diverged, torch.inf)


def _model(sizes: Sequence[int], classes: int, name: str, device: torch.device) -> nn.Module:
    linear = partial(nn.Linear, device="cpu", dtype=torch.float32)  # drawn on the CPU: the same weights everywhere
    layers: list[nn.Module] = []
    for fan_in, fan_out in pairwise(sizes):
        layer = linear(fan_in, fan_out)
        if name in ("sigmoid", "tanh"):
            nn.init.xavier_normal_(layer.weight)
        else:
            nn.init.kaiming_normal_(layer.weight)
        nn.init.zeros_(layer.bias)
        layers += [layer, SIDES[name]()]
    return nn.Sequential(*layers, linear(sizes[-1], classes)).to(device)
