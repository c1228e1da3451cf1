"""How many hidden units it takes to bend the boundary between two classes around the data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn

from .._checks import check_count, shape_text
from .._device import resolve_device
from .._lookup import lookup
from .._rng import check_generator
from ..data import TOYS, split
from ..ensemble import train_many
from ..fair import final_loss, search_lr
from ._common import check_seeds, seeds_apart, track

QUICK: dict[str, Any] = {"seeds": range(8), "num_epochs": 150, "points": 31}
HELD = 0.5  # the share of the rows that the accuracy is measured on


@dataclass(frozen=True, eq=False)
class DecisionBoundary:
    """Where networks with one hidden layer draw the line between two classes.

    Attributes:
        datasets: D names: `moons`, `circles`, `spirals`, or `data` for the caller's own.
        hidden: The numbers of hidden units, shape (H,); 0 is a single linear layer.
        x: The training points of each, shape (D, N, 2).
        y: Their classes, shape (D, N).
        grid: The coordinates of a square grid that holds them, along both axes, shape (D, G).
        share: The share of the models that call a point of the grid class 1, shape (D, H, G, G), rows along the
            second coordinate.
        median: The logit there of the model whose training loss is the median, shape (D, H, G, G): its boundary is
            where that is 0.
        losses: The mean training loss over the last tenth of the updates, shape (D, H, S).
        accuracy: The share of test points that each model puts into the right class, shape (D, H, S).
        rates: The learning rates that were tried, shape (R,).
        lr: The best rate, shape (D, H).
    """

    datasets: tuple[str, ...]
    hidden: Tensor
    x: Tensor
    y: Tensor
    grid: Tensor
    share: Tensor
    median: Tensor
    losses: Tensor
    accuracy: Tensor
    rates: Tensor
    lr: Tensor


def decision_boundary(
    *,
    seeds: Sequence[int] = range(32),
    data: Any = None,
    datasets: Sequence[str] = ("circles", "spirals"),
    hidden: Sequence[int] = (0, 2, 4, 16),
    num_rows: int = 256,
    num_epochs: int = 300,
    rates: Sequence[float] = (0.01, 0.03, 0.1, 0.3, 1.0, 3.0),
    points: int = 61,
    device: str | torch.device = "cpu",
    progress: bool = False,
) -> DecisionBoundary:
    """Train networks 2-h-1 with tanh by Adam, each size at its own best rate, and ask them about every point of a grid.

    The boundary is where w.x + b = 0 without a hidden layer: a straight line. Each hidden unit is one such
    line made soft, and the network adds up what lies on which side of each.

    Args:
        seeds: The models; each rate is searched with 8 others.
        data: A pair of tensors (x (N, 2), classes 0 or 1) or a `Dataset`; None takes those of `datasets`.
        datasets: Names of `TOYS`: `moons`, `circles`, `spirals`.
        hidden: The numbers of hidden units.
        num_rows: The rows of each toy; half of them are kept for the accuracy.
        num_epochs: As in `train`.
        rates: The learning rates to choose from. A single layer, being convex, does equally well at several of them,
            so that its best one may be the last.
        points: G, the points of the grid along each axis.
        device: Where torch computes.
        progress: Whether to show a bar with the time left.

    Returns:
        `DecisionBoundary`, all tensors on the CPU.

    Raises:
        ValueError: the rows of `data` do not hold two numbers, or a setting is out of range.
    """
    seeds, where = check_seeds(seeds), resolve_device(device)
    hidden = tuple(check_count(units, "hidden", minimum=0) for units in hidden)
    points, num_rows = check_count(points, "points", minimum=2), check_count(num_rows, "num_rows", minimum=4)
    toys = {name: lookup(TOYS, name, kind="dataset") for name in datasets}
    sets = {"data": data} if data is not None else {name: toy(num_rows) for name, toy in toys.items()}
    parts = {name: split(rows, share=HELD, generator=check_generator(None)) for name, rows in sets.items()}
    found: list[tuple[Tensor, ...]] = []
    for name, units in track([(name, units) for name in parts for units in hidden], progress, "decision-boundary"):
        train, test = parts[name]
        if train[0].ndim != 2 or train[0].shape[1] != 2:
            raise ValueError(
                f"data must hold points of two numbers each, shape (N, 2), got {shape_text(train[0].shape)}."
            )
        x, test_x = (part[0].to(where, torch.float32) for part in (train, test))
        target, test_y = train[1][:, None].to(where, torch.float32), test[1].to(where)
        axis = _axis(train[0], points)
        places = torch.cartesian_prod(axis, axis).flip(1).to(where, x.dtype)
        settings: dict[str, Any] = {"loss_fn": "bce_with_logits", "optimizer": "adam", "num_epochs": num_epochs}
        make = partial(_model, units, where)
        rate = search_lr(make, x, target, rates=rates, seeds=seeds_apart(seeds, 8), **settings).best
        run = train_many(make, x, target, seeds=seeds, lr=rate, **settings)
        loss, logits = final_loss(run), run.predict(places).reshape(len(seeds), points, points).cpu()
        right = ((run.predict(test_x).squeeze(2) > 0) == (test_y > 0)).double().mean(1).cpu()
        middle = logits[loss.argsort()[(len(seeds) - 1) // 2]]
        best = torch.tensor(rate, dtype=torch.float64, device="cpu")
        found.append((axis, (logits > 0).double().mean(0), middle, loss, right, best))
    grid, share, median, losses, accuracy, lr = (
        torch.stack(each).unflatten(0, (len(parts), len(hidden))) for each in zip(*found, strict=True)
    )
    return DecisionBoundary(
        datasets=tuple(parts),
        hidden=torch.tensor(hidden, dtype=torch.float64, device="cpu"),
        x=torch.stack([train[0].cpu() for train, _ in parts.values()]),
        y=torch.stack([train[1].cpu() for train, _ in parts.values()]),
        grid=grid[:, 0],
        share=share,
        median=median,
        losses=losses,
        accuracy=accuracy,
        rates=torch.tensor([*rates], dtype=torch.float64, device="cpu"),
        lr=lr,
    )


def _axis(x: Tensor, points: int) -> Tensor:
    """Coordinates that reach a little further than the points do."""
    low, high = float(x.min()), float(x.max())
    margin = 0.08 * (high - low)
    return torch.linspace(low - margin, high + margin, points, dtype=torch.float64, device="cpu")


def _model(units: int, device: torch.device) -> nn.Module:
    linear = partial(nn.Linear, device="cpu", dtype=torch.float32)  # drawn on the CPU: the same weights everywhere
    layers = [linear(2, units), nn.Tanh(), linear(units, 1)] if units else [linear(2, 1)]
    return nn.Sequential(*layers).to(device)
