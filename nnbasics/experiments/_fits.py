"""What one layer of drawn hidden units can fit: the functions of `decision_boundary` and what is left of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import torch
from torch import Tensor
from torch.nn import functional as F

from ..text import Text


class Fit(NamedTuple):
    """A layer of `units` drawn hidden units whose output layer is fitted to random functions of one kind."""

    label: Text
    activation: Callable[[Tensor], Tensor]
    units: int
    target: str  # "waves" or "zigzag"
    able: bool  # whether theory says that it fits: enough units, and no polynomial


def variance_left(fit: Fit, seed: int) -> Tensor:
    """What share of a random function's variance on [-1, 1] a network 1-h-1 leaves, the best of 20 where it is small.

    The hidden units are drawn, the output layer is fitted by least squares to every other of 1601 points, three
    for a weight, and all of them are judged: training all layers could only do better.
    """
    generator = torch.Generator(device="cpu").manual_seed(seed)
    drawn: dict[str, Any] = {"generator": generator, "dtype": torch.float64, "device": "cpu"}
    x = torch.linspace(-1, 1, 1601, dtype=torch.float64, device="cpu")[:, None]
    y = TARGETS[fit.target](x, drawn)
    y = (y - y.mean()) / y.std(correction=0)
    shape = (20 if fit.units < 10 else 1, 1, fit.units)
    slope, place = 10 * torch.randn(shape, **drawn), 2 * torch.rand(shape, **drawn) - 1
    hidden = F.pad(fit.activation(slope * (x - place)), (0, 1), value=1.0)
    # Many columns are nearly the same: without the singular values and a bound for them rounding decides what is left.
    solved = torch.linalg.lstsq(hidden[:, ::2], y[::2].expand(shape[0], -1, -1), rcond=1e-10, driver="gelsd")
    weights = solved.solution
    errors: Tensor = (hidden @ weights - y).square().mean((1, 2))
    return errors.min()


def waves(x: Tensor, drawn: dict[str, Any]) -> Tensor:
    """A sum of eight sines, each of random height and phase."""
    k = torch.arange(1.0, 9.0, dtype=torch.float64, device="cpu")
    return (torch.randn(8, **drawn) * torch.sin(torch.pi * (k * x + 2 * torch.rand(8, **drawn)))).sum(1, keepdim=True)


def zigzag(x: Tensor, drawn: dict[str, Any]) -> Tensor:
    """Straight pieces between nine equally spaced points of random height."""
    heights, place = torch.randn(9, **drawn), 4 * (x + 1)
    left = place.floor().clamp(max=7).long()
    return heights[left] + (place - left) * (heights[left + 1] - heights[left])


TARGETS = {"waves": waves, "zigzag": zigzag}
