"""Numbers and lines fitted by a loss to rows with outliers, and what theory says of infinitely many rows."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import partial
from typing import NamedTuple

import torch
from torch import Tensor

from ..losses import LOSSES
from ..surfaces import descend
from ..text import Text

STEPS = 60  # of the fit


class Setting(NamedTuple):
    """A world: the truth is a number, 0, or the line y = x; its noise in y has the scale `noise`, σ.

    A share of the rows are outliers, moved by `distance` in y, in x, or (`"end"`) in y of those with the largest x.
    """

    label: Text
    line: bool = True
    share: float = 0.1
    distance: float = 10.0
    noise: float = 1.0
    tails: bool = False
    where: str = "y"


def draw_rows(
    world: Setting, seeds: Sequence[int], rows: int, shares: Sequence[float]
) -> tuple[Tensor, Tensor, Tensor]:
    """x, y and which rows are outliers, each of shape (S, R, N); float64, for rows 1,000 away from others."""
    normal = partial(torch.randn, dtype=torch.float64, device="cpu")
    drawn = []
    for seed in seeds:
        g = torch.Generator(device="cpu").manual_seed(seed)
        drawn.append(torch.stack([normal(rows, generator=g) for _ in range(5)]))
    x, noise, *squares = torch.stack(drawn, 1)
    if world.tails:
        noise = noise / torch.stack(squares).square().mean(0).sqrt()  # Student's t with 3 degrees of freedom
    place = (
        x.argsort(dim=1, descending=True).argsort(dim=1) if world.where == "end" else torch.arange(rows).expand(x.shape)
    )
    moved = place[:, None] < (torch.tensor(shares, dtype=torch.float64) * rows).round()[:, None]
    y = float(world.line) * x + world.noise * noise
    x, y = (t[:, None].expand(moved.shape) for t in (x, y))
    far = world.distance * moved
    return (x + far, y, moved) if world.where == "x" else (x, y + far, moved)


def fit(name: str, x: Tensor, y: Tensor, line: bool) -> Tensor:
    """The intercept, and the slope of a line, that minimize the mean loss of each row of x and y: shape (..., 1 or 2).

    Each step solves least squares in which a row has the weight psi(e)/e, by autograd: the minimum is where that no
    longer moves. As errors near 0 have no such weight under MAE, they are held away from it, by less at each step.
    """
    design = torch.stack([torch.ones_like(x), x] if line else [torch.ones_like(x)], dim=-1)
    found = torch.zeros_like(design[..., 0, :])
    for step in range(STEPS):
        error = (design @ found[..., None]).squeeze(-1) - y
        error = error.sign().where(error != 0, 1.0) * error.abs().clamp(min=max(0.7**step, 1e-9))
        with torch.inference_mode(False), torch.enable_grad():
            leaf = error.clone().requires_grad_()
            (pull,) = torch.autograd.grad(LOSSES[name](leaf, torch.zeros_like(leaf), reduction="sum"), leaf)
        weighted = design * (pull / error)[..., None]
        found = torch.linalg.solve(weighted.mT @ design, weighted.mT @ y[..., None]).squeeze(-1)
    return found


def settle(name: str, x: Tensor) -> Tensor:
    """How far 200 steps at the learning rate 0.1 end from the line y = x, which the rows lie on: shape (S,)."""

    def loss(points: Tensor) -> Tensor:
        each: Tensor = LOSSES[name](points[..., :1] + points[..., 1:] * x, x, reduction="none")
        return each.mean(-1)

    path = descend(loss, x.new_zeros(len(x), 2), partial(torch.optim.SGD, lr=0.1), num_steps=200)
    off: Tensor = (path[-1] - x.new_tensor([0.0, 1.0])).norm(dim=1)
    return off


def in_theory(name: str, share: Tensor, world: Setting) -> Tensor:
    """The m with E psi(m - x) = 0 for x from (1 - share) N(0, s^2) + share N(distance, s^2), by bisection."""
    if world.where != "y" or world.tails:
        return torch.full_like(share, torch.nan)
    balance, far = partial(mean_pull, name, noise=world.noise), world.distance
    low, high = torch.full_like(share, min(0.0, far)), torch.full_like(share, max(0.0, far))
    for _ in range(60):
        m = (low + high) / 2
        above = (1 - share) * balance(m) + share * balance(m - far) > 0
        low, high = torch.where(above, low, m), torch.where(above, m, high)
    return ((low + high) / 2).abs()


def mean_pull(name: str, m: Tensor, noise: float) -> Tensor:
    """E psi(m - x) for x from N(0, noise^2): psi(e) is 2e for MSE, the sign for MAE, and else e cut off at -1 and 1."""
    if name == "mse":
        return 2 * m
    if name == "mae":
        sign: Tensor = 2 * torch.special.ndtr(m / noise) - 1
        return sign

    def integral(u: Tensor) -> Tensor:  # of Phi
        density = (-u.square() / 2).exp() / math.sqrt(2 * math.pi)
        total: Tensor = u * torch.special.ndtr(u) + density
        return total

    return noise * (integral((m + 1) / noise) - integral((m - 1) / noise)) - 1
