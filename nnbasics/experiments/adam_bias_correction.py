"""What Adam's bias correction does: to the length of a step, and to the loss early in training."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import torch
from torch import Tensor, optim

from .._checks import check_count
from .._device import resolve_device
from .._rng import check_generator
from .._setup import one_thread
from ..data import digits, split
from ..ensemble import train_many
from ..fair import search_lr
from ._common import check_seeds, classifier, seeds_apart, track, whole_batches

SIDES = ("corrected", "uncorrected", "uncorrected_same_lr")
BETA1, BETA2S = 0.9, (0.9, 0.99, 0.999)
WEIGHTS = 20  # how many weights of a seed get gradients
RATES = tuple(10 ** (place / 4) for place in range(-14, 0))  # 0.0003 to 0.56
QUICK: dict[str, Any] = {"seeds": range(8), "num_epochs": 5, "num_steps": 300}


@dataclass(frozen=True, eq=False)
class AdamBiasCorrection:
    """Adam with its bias corrections and without them.

    Attributes:
        beta2s: The beta2 that were tried, shape (B,); beta1 is 0.9.
        first: The length of the first step with the correction, as a share of lr, shape (B, S).
        ratios: How many times as long a step is without the correction as with it, on the same gradients, by step
            from the first on, shape (B, S, T): the median over a seed's weights.
        theory: (1 - beta1^t)/sqrt(1 - beta2^t) for t = 1 ... T, shape (B, T).
        sides: With the correction; without; without, at the rate that is best with it. In training, beta2 is 0.999.
        updates: The number of each update, from 1 on, shape (U,).
        losses: The training loss at each update, taken before it, shape (3, S, U).
        rates: The learning rates that were tried, shape (R,).
        scores: The mean score of the search at each of them, with and without, shape (2, R).
        lr: The rate of each side, shape (3,).
    """

    beta2s: Tensor
    first: Tensor
    ratios: Tensor
    theory: Tensor
    sides: tuple[str, ...]
    updates: Tensor
    losses: Tensor
    rates: Tensor
    scores: Tensor
    lr: Tensor


def adam_bias_correction(
    *,
    seeds: Sequence[int] = range(32),
    data: Any = None,
    hidden: int = 32,
    num_epochs: int = 10,
    batch_size: int = 64,
    num_steps: int = 1000,
    rates: Sequence[float] = RATES,
    device: str | torch.device = "cpu",
    progress: bool = False,
) -> AdamBiasCorrection:
    """Give the same drawn gradients to Adam with and without correction; then train with both, each at its best rate.

    Args:
        seeds: The gradients, from N(0, 1), and the models; the rates are searched with 8 others.
        data: A pair of tensors (x, classes) or a `Dataset`; None takes scikit-learn's digits.
        hidden: Units of the hidden layer.
        num_epochs, batch_size: As in `train`.
        num_steps: T, how many gradients.
        rates: The learning rates to choose from; by default four to a power of ten.
        device: Where torch computes.
        progress: Whether to show a bar with the time left.

    Returns:
        `AdamBiasCorrection`, all tensors on the CPU.

    Source:
        Kingma & Ba (2015), Adam: A Method for Stochastic Optimization, section 3, https://arxiv.org/abs/1412.6980
    """
    seeds, where = check_seeds(seeds), resolve_device(device)
    with torch.no_grad(), one_thread():
        gradients = torch.stack([_gradients(seed, check_count(num_steps, "num_steps")) for seed in seeds], dim=1)
        lengths = [_lengths(gradients.to(where), beta2) for beta2 in track(BETA2S, progress, "adam-bias-correction")]
    (x, y), _ = split(digits() if data is None else data, generator=check_generator(None))
    x, y = whole_batches(x, y, batch_size)
    x, y = x.to(where), y.to(where)
    make = partial(classifier, x.shape[1], hidden, int(y.max()) + 1, where)
    settings: dict[str, Any] = {"loss_fn": "cross_entropy", "num_epochs": num_epochs, "batch_size": batch_size}
    apart = seeds_apart(seeds, 8)
    makers: dict[str, Callable[..., optim.Optimizer]] = {"corrected": optim.Adam, "uncorrected": uncorrected_adam}
    found = {
        side: search_lr(make, x, y, rates=rates, seeds=apart, shared_batches=True, optimizer=maker, **settings)
        for side, maker in makers.items()
    }
    lr = [found["corrected"].best, found["uncorrected"].best, found["corrected"].best]
    runs = [
        train_many(make, x, y, seeds=seeds, lr=rate, optimizer=makers[side.removesuffix("_same_lr")], **settings)
        for side, rate in zip(SIDES, lr, strict=True)
    ]
    times = torch.arange(1, num_steps + 1, dtype=torch.float64, device="cpu")
    return AdamBiasCorrection(
        beta2s=torch.tensor(BETA2S, dtype=torch.float64, device="cpu"),
        first=torch.stack([steps[0] for steps, _ in lengths]).mean(2).cpu(),
        ratios=torch.stack([(other / steps).median(dim=2).values.T for steps, other in lengths]).cpu(),
        theory=torch.stack([(1 - BETA1**times) / torch.sqrt(1 - beta2**times) for beta2 in BETA2S]),
        sides=SIDES,
        updates=torch.arange(1, runs[0].losses.shape[1] + 1, dtype=torch.float64, device="cpu"),
        losses=torch.stack([run.losses.double().cpu() for run in runs]),
        rates=torch.tensor([*rates], dtype=torch.float64, device="cpu"),
        scores=torch.stack([search.scores.mean(1) for search in found.values()]),
        lr=torch.tensor(lr, dtype=torch.float64, device="cpu"),
    )


def uncorrected_adam(
    parameters: Iterable[Tensor], lr: float, betas: tuple[float, float] = (BETA1, 0.999)
) -> optim.Adam:
    """Build a `torch.optim.Adam` that steps as if it had no bias correction.

    Torch's Adam has no switch for it. Its step t is lr * (m / (1 - beta1^t)) / (sqrt(v / (1 - beta2^t)) + eps), so
    lr * (1 - beta1^t)/sqrt(1 - beta2^t) in the place of lr cancels both corrections and leaves
    lr * m / (sqrt(v) + eps * sqrt(1 - beta2^t)): only eps is smaller than in lr * m / (sqrt(v) + eps), for a while.
    Two hooks of the optimizer put that rate in before each step, and the own one back after it.

    Args:
        parameters, lr, betas: As in `torch.optim.Adam`.

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


def _gradients(seed: int, num_steps: int) -> Tensor:
    generator = torch.Generator(device="cpu").manual_seed(seed)
    return torch.randn(num_steps, WEIGHTS, generator=generator, dtype=torch.float64, device="cpu")


def _lengths(gradients: Tensor, beta2: float) -> tuple[Tensor, Tensor]:
    """The length of each step at lr = 1 on gradients of shape (T, S, weights), with the correction and without."""
    both = []
    for maker in (optim.Adam, uncorrected_adam):
        weight = torch.zeros_like(gradients[0])
        optimizer = maker([weight], lr=1.0, betas=(BETA1, beta2))
        moves = torch.empty_like(gradients)
        for gradient, move in zip(gradients, moves, strict=True):
            weight.grad = gradient
            weight.zero_()  # so that a step is where it leads
            optimizer.step()
            move.copy_(weight.abs())
        both.append(moves)
    return both[0], both[1]
