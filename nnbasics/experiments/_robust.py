"""Rows with outliers, and the numbers and lines that a loss fits to them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import NamedTuple

import torch
from torch import Tensor

from ..losses import LOSSES
from ..surfaces import descend
from ..text import Text

STEPS = 60  # of the fit
BETA = 1.0  # of Smooth L1, in torch


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


WORLDS: dict[str, Setting] = {
    "number": Setting(Text("a number, 10 % of the rows 10 σ off", "拟合一个数，10 % 的样本偏离 10 σ"), line=False),
    "far": Setting(
        Text("a number, 10 % of the rows 1,000 σ off", "拟合一个数，10 % 的样本偏离 1000 σ"),
        line=False,
        distance=1000.0,
    ),
    "line": Setting(Text("a line, 10 % of the rows 10 σ off in y", "拟合直线，10 % 的样本在 y 上偏离 10 σ")),
    "few": Setting(Text("a line, 1 % of the rows 10 σ off in y", "拟合直线，1 % 的样本在 y 上偏离 10 σ"), share=0.01),
    "many": Setting(Text("a line, 30 % of the rows 10 σ off in y", "拟合直线，30 % 的样本在 y 上偏离 10 σ"), share=0.3),
    "end": Setting(
        Text("a line, the 10 % with the largest x 10 σ off in y", "拟合直线，x 最大的 10 % 在 y 上偏离 10 σ"),
        where="end",
    ),
    "leverage": Setting(Text("a line, 10 % of the rows 10 off in x", "拟合直线，10 % 的样本在 x 上偏离 10"), where="x"),
    "small": Setting(
        Text("a line, 10 % of the rows 10 σ off in y, less than β", "拟合直线，10 % 在 y 上偏离 10 σ，但小于 β"),
        noise=0.05,
        distance=0.5,
    ),
    "normal": Setting(Text("a line, normal noise, no outliers", "拟合直线，正态噪声，无异常值"), share=0.0),
    "tails": Setting(
        Text("a line, noise with heavy tails (Student's t, 3)", "拟合直线，厚尾噪声（自由度为 3 的 t 分布）"),
        share=0.0,
        tails=True,
    ),
}


def moves_a_mean(world: Setting) -> bool:
    """Whether p d is more than a third of σ: so far is a mean moved, at the cost of (p d / σ)^2 of the variance."""
    return bool(world.share * world.distance > world.noise / 3)


def few_in_y(world: Setting) -> bool:
    """Whether the outliers are in y, at most a tenth of the rows, and not just those at the end of x."""
    return bool(world.where == "y" and world.share <= 0.1)


def beyond_beta(world: Setting) -> bool:
    """Whether an outlier's error is larger than beta."""
    return bool(world.distance > BETA)


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
