"""Section 10: Adam."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, optim

from ..claims import Claim, Outcome, Text
from ._trials import normal

MakeOptimizer = Callable[..., optim.Optimizer]
STEPS = 30
BETA1, BETA2, EPS = 0.9, 0.999, 1e-8  # torch's defaults, which are the paper's
PAPER = "Kingma & Ba (2015), Adam: A Method for Stochastic Optimization, https://arxiv.org/abs/1412.6980"


def walk(make_optimizer: MakeOptimizer, start: Tensor, gradients: Tensor) -> Tensor:
    """Where a real optimizer takes the weights on these gradients at lr = 0.01, shape (steps + 1, weights)."""
    weight = start.clone()
    optimizer = make_optimizer([weight], lr=0.01)
    path = [start]
    for gradient in gradients:
        weight.grad = gradient.clone()
        optimizer.step()
        path.append(weight.clone())
    return torch.stack(path)


def walk_by_hand(start: Tensor, gradients: Tensor, *, corrected: bool) -> Tensor:
    """Momentum's mean of the gradients over the root of RMSProp's mean of their squares, step by step."""
    mean, square, weight = torch.zeros_like(start), torch.zeros_like(start), start
    path = [start]
    for step, gradient in enumerate(gradients, start=1):
        mean = BETA1 * mean + (1 - BETA1) * gradient
        square = BETA2 * square + (1 - BETA2) * gradient**2
        biases = (1 - BETA1**step, 1 - BETA2**step) if corrected else (1.0, 1.0)
        weight = weight - 0.01 * (mean / biases[0]) / ((square / biases[1]).sqrt() + EPS)
        path.append(weight)
    return torch.stack(path)


def adam_parts(seed: int, *, optimizer: MakeOptimizer = optim.Adam) -> Outcome:
    """Thirty steps of 50 weights on drawn gradients against the two means by hand, without and with bias correction."""
    generator = torch.Generator().manual_seed(seed)
    start, gradients = normal(generator, 50), normal(generator, STEPS, 50)
    real = walk(optimizer, start, gradients)
    plain, corrected = (walk_by_hand(start, gradients, corrected=choice) for choice in (False, True))
    # 1e-12: the rounding of thirty float64 steps.
    same = [float((path - real).abs().max()) < 1e-12 for path in (plain, corrected)]
    lengths = [path.diff(dim=0).abs().mean(1) for path in (plain, corrected)]
    ratio = lengths[0] / lengths[1]
    off = float((corrected - real).abs().max())
    return Outcome(same[0], same[1], {"off": off, "first": float(ratio[0]), "longest": float(ratio.max())})


def adam_adaptive(seed: int, *, optimizer: MakeOptimizer = optim.Adam) -> Outcome:
    """Thirty steps of seven weights whose gradients are the same but for a scale of 0.001 to 1,000: ways they go."""
    generator = torch.Generator().manual_seed(seed)
    scales = torch.logspace(-3, 3, 7, dtype=torch.float64, device="cpu")
    gradients = normal(generator, STEPS, 1) * scales
    path = walk(optimizer, torch.zeros_like(scales), gradients)
    ways = path.diff(dim=0).abs().sum(0)
    first = (path[1] - path[0]) / (-0.01 * gradients[0].sign())
    rates = path[1].abs() / gradients[0].abs()
    measured = {"spread": float(ways.max() / ways.min()), "first": float(first.mean())}
    # 1.01: eps moves the ways apart by a millionth; one rate for all would let them go 1,000,000 times as far.
    return Outcome(measured["spread"] < 1.01, False, measured | {"rates": float(rates.max() / rates.min())})


CLAIMS: list[Claim] = [
    Claim(
        id="adam-parts",
        section=10,
        statement=Text("Adam is momentum and RMSProp put together.", "Adam 就是 Momentum 加 RMSProp。"),
        check=adam_parts,
        evidence=Text(
            "with bias correction the two means give torch's steps to {off:.1e}; without it the first step is "
            "{first:.2f} times as long, the longest of thirty {longest:.2f} times",
            "加上偏差修正，两个平均给出的每一步与 torch 至多相差 {off:.1e}；不加修正，第一步长 {first:.2f} 倍，"
            "三十步中最多长 {longest:.2f} 倍",
        ),
        condition=Text(
            "Bias correction comes with it: both means start from zero, the one of the squares stays too small for "
            "longer, and without a correction the early steps are too long.",
            "还要加上偏差修正：两个平均都从零开始，平方的平均偏小的时间更长，不修正的话，前期的步子就太大。",
        ),
        source=PAPER,
    ),
    Claim(
        id="adam-adaptive",
        section=10,
        statement=Text(
            "Adam adapts the learning rate, to each parameter by itself.",
            "Adam 为每个参数自适应地调整学习率。",
        ),
        check=adam_adaptive,
        evidence=Text(
            "gradients that differ a million times give ways that differ {spread:.6f} times; the first step is "
            "{first:.4f} lr whatever the gradient, so rates differ {rates:.0f} times",
            "梯度相差一百万倍，走过的路程只差 {spread:.6f} 倍；无论梯度多大，第一步都是 {first:.4f} 倍 lr，"
            "即实际学习率相差 {rates:.0f} 倍",
        ),
        source=PAPER,
    ),
]
