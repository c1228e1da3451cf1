"""Adam's steps on drawn gradients: with its bias correction, without it, and by hand."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import torch
from torch import Tensor, optim

BETA1, BETA2S, EPS = 0.9, (0.9, 0.99, 0.999), 1e-8
WEIGHTS = 20  # how many weights of a seed get drawn gradients


@dataclass(frozen=True, eq=False)
class Steps:
    """What Adam makes of drawn gradients, at lr = 1, for each of B beta2 with beta1 = 0.9; T steps; torch.float64.

    Attributes:
        ratios: How much longer a step is without the correction, as a ratio, the median over a seed's weights,
            shape (B, S, T).
        theory: (1 - beta1^t)/sqrt(1 - beta2^t), shape (B, T).
        off: How far torch's way is from Algorithm 1 by hand, the largest distance: with its corrections, and without.
    """

    ratios: Tensor
    theory: Tensor
    off: tuple[float, float]


def uncorrected_adam(
    parameters: Iterable[Tensor], lr: float, betas: tuple[float, float] = (BETA1, 0.999)
) -> optim.Adam:
    """Build a `torch.optim.Adam` that steps as if it had no bias correction.

    Torch's Adam has no switch for it. Its step t is lr * (m / (1 - beta1^t)) / (sqrt(v / (1 - beta2^t)) + eps), so
    lr * (1 - beta1^t)/sqrt(1 - beta2^t) in the place of lr cancels both corrections and leaves
    lr * m / (sqrt(v) + eps * sqrt(1 - beta2^t)): only eps is smaller than in lr * m / (sqrt(v) + eps), for a while.
    Two hooks of the optimizer put that learning rate in before each step, and restore the old one after it.

    Example:
        >>> w = torch.zeros(1)
        >>> optimizer = uncorrected_adam([w], lr=0.1)
        >>> w.grad = torch.ones(1)
        >>> optimizer.step(), w
        (None, tensor([-0.3162]))
    """
    optimizer = optim.Adam(parameters, lr=lr, betas=betas)
    kept: list[float] = []
    step = 0

    def shorten(optimizer: optim.Optimizer, *_: Any) -> None:
        nonlocal step
        step += 1
        kept[:] = [group["lr"] for group in optimizer.param_groups]
        for group in optimizer.param_groups:
            group["lr"] *= (1 - betas[0] ** step) / math.sqrt(1 - betas[1] ** step)

    def restore(optimizer: optim.Optimizer, *_: Any) -> None:
        for group, rate in zip(optimizer.param_groups, kept, strict=True):
            group["lr"] = rate

    optimizer.register_step_pre_hook(shorten)
    optimizer.register_step_post_hook(restore)
    return optimizer


def steps_of(seeds: Sequence[int], num_steps: int, device: torch.device) -> Steps:
    """The steps on gradients from N(0, 1), with the correction and without, and thirty of them by hand."""
    draw = partial(torch.randn, num_steps, WEIGHTS, dtype=torch.float64, device="cpu")
    gradients = torch.stack([draw(generator=torch.Generator().manual_seed(seed)) for seed in seeds], 1).to(device)
    times = torch.arange(1, num_steps + 1, dtype=torch.float64, device="cpu")
    ratios = []
    for beta2 in BETA2S:
        with_it, without = (walk(make, gradients, (BETA1, beta2)) for make in (optim.Adam, uncorrected_adam))
        ratios.append((without / with_it).median(dim=2).values.T.cpu())
    few = gradients[:30]
    by_hand = (walk_by_hand(few, corrected=corrected) for corrected in (True, False))
    real = walk(optim.Adam, few, (BETA1, BETA2S[-1]))
    theory = torch.stack([(1 - BETA1**times) / torch.sqrt(1 - beta2**times) for beta2 in BETA2S])
    off_with, off_without = (float((steps - real).abs().max()) for steps in by_hand)
    return Steps(torch.stack(ratios), theory, (off_with, off_without))


def walk(make: Any, gradients: Tensor, betas: tuple[float, float]) -> Tensor:
    """The steps of an optimizer at lr = 1 on gradients of shape (T, S, weights): where each leads from 0."""
    weight, moves = torch.zeros_like(gradients[0]), torch.empty_like(gradients)
    optimizer = make([weight], lr=1.0, betas=betas)
    for gradient, move in zip(gradients, moves, strict=True):
        weight.grad = gradient
        weight.zero_()
        optimizer.step()
        move.copy_(weight)
    return moves


def walk_by_hand(gradients: Tensor, *, corrected: bool) -> Tensor:
    """Momentum's mean of the gradients over the root of RMSProp's mean of their squares, step by step, lr = 1."""
    beta2 = BETA2S[-1]
    mean, square, moves = torch.zeros_like(gradients[0]), torch.zeros_like(gradients[0]), []
    for step, gradient in enumerate(gradients, start=1):
        mean = BETA1 * mean + (1 - BETA1) * gradient
        square = beta2 * square + (1 - beta2) * gradient**2
        c1, c2 = (1 - BETA1**step, 1 - beta2**step) if corrected else (1.0, 1.0)
        moves.append(-(mean / c1) / ((square / c2).sqrt() + EPS))
    return torch.stack(moves)
