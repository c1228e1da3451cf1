"""What depth brings without an activation, and what it brings with one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from .._checks import check_count
from .._device import resolve_device
from .._rng import check_generator
from ..data import moons, split
from ..ensemble import Ensemble, train_many
from ..fair import final_loss, search_lr
from ._common import check_seeds, seeds_apart, track

SIDES = ("identity", "relu")
ACTIVATIONS: dict[str, type[nn.Module]] = {"identity": nn.Identity, "relu": nn.ReLU}
QUICK: dict[str, Any] = {"seeds": range(8), "depths": (1, 2, 4), "num_epochs": 120}


@dataclass(frozen=True, eq=False)
class LinearCollapse:
    """Stacks of linear layers, with nothing between them and with ReLU between them.

    Attributes:
        sides: What stands between the layers: `identity`, which is nothing, or `relu`.
        depths: The number of linear layers, shape (D,).
        losses: The mean training loss over the last tenth of the updates, shape (2, D, S).
        accuracy: The share of test rows that each model puts into the right class, shape (2, D, S).
        rates: The learning rates that were tried, shape (R,).
        scores: The mean score of the search at each of them, shape (2, D, R).
        lr: The best rate, shape (2, D).
        floor: The least loss that any single linear layer can have on the training data: logistic regression's.
        off: The largest difference, for each model without activation, between what the stack makes of the test rows
            and what the one layer with the product of its matrices makes of them, in float64, shape (D, S).
    """

    sides: tuple[str, ...]
    depths: Tensor
    losses: Tensor
    accuracy: Tensor
    rates: Tensor
    scores: Tensor
    lr: Tensor
    floor: float
    off: Tensor


def linear_collapse(
    *,
    seeds: Sequence[int] = range(32),
    data: Any = None,
    depths: Sequence[int] = (1, 2, 4, 8),
    hidden: int = 16,
    num_epochs: int = 300,
    rates: Sequence[float] = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0),
    device: str | torch.device = "cpu",
    progress: bool = False,
) -> LinearCollapse:
    """Train stacks of `nn.Linear` of several depths by Adam, each at its own best rate, on all rows at once.

    W_L (... (W_2 (W_1 x + b_1) + b_2) ...) + b_L = W x + b with W = W_L ... W_1: a single layer could do the same.
    At depth 1 both sides are that layer.

    Args:
        seeds: The models; each rate is searched with 8 others.
        data: A pair of tensors (x, classes 0 or 1) or a `Dataset`; None takes two moons.
        depths: How many linear layers, ascending.
        hidden: Units between two of them.
        num_epochs: As in `train`.
        rates: The learning rates to choose from. A single layer, being convex, does equally well at several of them,
            so that its best one may be the last.
        device: Where torch computes.
        progress: Whether to show a bar with the time left.

    Returns:
        `LinearCollapse`, all tensors on the CPU.
    """
    seeds, where = check_seeds(seeds), resolve_device(device)
    depths = tuple(check_count(depth, "depths") for depth in depths)
    (x, y), (test_x, test_y) = split(moons(256) if data is None else data, share=0.5, generator=check_generator(None))
    x, test_x = (rows.to(where, torch.float32) for rows in (x, test_x))
    y, test_y = y[:, None].to(where, torch.float32), test_y.to(where)
    settings: dict[str, Any] = {"loss_fn": "bce_with_logits", "optimizer": "adam", "num_epochs": num_epochs}
    losses, accuracy, scores, lr, off = [], [], [], [], []
    for side, depth in track([(side, depth) for side in SIDES for depth in depths], progress, "linear-collapse"):
        make = partial(_model, x.shape[1], hidden, depth, side, where)
        found = search_lr(make, x, y, rates=rates, seeds=seeds_apart(seeds, 8), **settings)
        run = train_many(make, x, y, seeds=seeds, lr=found.best, **settings)
        losses.append(final_loss(run))
        accuracy.append(((run.predict(test_x).squeeze(2) > 0) == (test_y > 0)).double().mean(1).cpu())
        scores.append(found.scores.mean(1))
        lr.append(found.best)
        if side == "identity":
            off.append(_off(run, test_x))
    shape = (len(SIDES), len(depths))
    return LinearCollapse(
        sides=SIDES,
        depths=torch.tensor(depths, dtype=torch.float64, device="cpu"),
        losses=torch.stack(losses).unflatten(0, shape),
        accuracy=torch.stack(accuracy).unflatten(0, shape),
        rates=torch.tensor([*rates], dtype=torch.float64, device="cpu"),
        scores=torch.stack(scores).unflatten(0, shape),
        lr=torch.tensor(lr, dtype=torch.float64, device="cpu").unflatten(0, shape),
        floor=_logistic_regression(x, y),
        off=torch.stack(off),
    )


def _model(inputs: int, hidden: int, depth: int, side: str, device: torch.device) -> nn.Module:
    sizes = [inputs, *[hidden] * (depth - 1), 1]
    layers: list[nn.Module] = []
    for m, n in pairwise(sizes):  # drawn on the CPU: the same weights everywhere
        layers += [nn.Linear(m, n, device="cpu", dtype=torch.float32), ACTIVATIONS[side]()]
    return nn.Sequential(*layers[:-1]).to(device)


def _off(run: Ensemble, x: Tensor) -> Tensor:
    """How far each stack is from the one layer that its matrices multiply to, shape (S,)."""
    leaves = [leaf.double() for leaf in run.params.values()]
    rows = x.double()
    step = rows.expand(len(run.seeds), *rows.shape)
    weight = torch.eye(x.shape[1], dtype=torch.float64, device=x.device)
    bias = torch.zeros(x.shape[1], 1, dtype=torch.float64, device=x.device)
    for w, b in zip(leaves[::2], leaves[1::2], strict=True):
        step = step @ w.mT + b[:, None]
        weight, bias = w @ weight, w @ bias + b[:, :, None]
    return (step - (rows @ weight.mT + bias.mT)).abs().amax((1, 2)).cpu()


def _logistic_regression(x: Tensor, y: Tensor) -> float:
    """The least mean cross-entropy of sigmoid(w.x + b), by Newton's method in float64 on the CPU."""
    rows, target = F.pad(x.double().cpu(), (0, 1), value=1.0), y.double().cpu()
    w = torch.zeros(rows.shape[1], 1, dtype=torch.float64, device="cpu")
    for _ in range(50):
        p = torch.sigmoid(rows @ w)
        # A touch of the identity, for data that a line separates: there the optimum lies at infinity.
        curvature = rows.T @ (p * (1 - p) * rows) + 1e-9 * torch.eye(len(w), dtype=torch.float64, device="cpu")
        w = w - torch.linalg.solve(curvature, rows.T @ (p - target))
    return float(F.binary_cross_entropy_with_logits(rows @ w, target))
