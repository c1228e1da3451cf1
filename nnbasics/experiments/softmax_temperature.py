"""What a temperature does to softmax: from all for one class to the same for each."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from .._checks import check_count, check_positive, check_tensor
from .._device import resolve_device
from ._common import check_seeds

EXAMPLE = (0.2, 1.3, 3.75)  # the article's
TEMPERATURES = tuple(10 ** (place / 20 - 1) for place in range(41))
QUICK: dict[str, Any] = {"seeds": range(8)}


@dataclass(frozen=True, eq=False)
class SoftmaxTemperature:
    """Softmax of z/T: an example in full, and the entropy of many drawn logits.

    Attributes:
        temperatures: T, ascending, shape (T,).
        example: The example's logits, shape (K,).
        example_probabilities: softmax(z/T) of them, shape (T, K).
        entropy: H = -sum_k p_k ln p_k of each seed's logits, shape (S, T).
        theory_warm: ln K - v/(2 T^2), where v is the variance of each seed's logits, shape (S, T): what H comes near
            to when T is large beside their spread.
        theory_uniform: ln K, the entropy of T -> infinity.
        classes: K of the drawn logits.
    """

    temperatures: Tensor
    example: Tensor
    example_probabilities: Tensor
    entropy: Tensor
    theory_warm: Tensor
    theory_uniform: float
    classes: int


def softmax_temperature(
    *,
    seeds: Sequence[int] = range(32),
    logits: Sequence[float] = EXAMPLE,
    classes: int = 10,
    spread: float = 2.0,
    temperatures: Sequence[float] = TEMPERATURES,
    device: str | torch.device = "cpu",
    progress: bool = False,
) -> SoftmaxTemperature:
    """Divide logits by a temperature before softmax, and measure how far the probabilities are spread out.

    p_k = exp(z_k/T) / sum_j exp(z_j/T). For T -> 0 the largest logit takes all, H = 0, and equal ones share it; for
    T -> infinity p_k = 1/K, H = ln K, and on the way there H = ln K - v/(2 T^2) + O(1/T^3).

    Args:
        seeds: Each draws `classes` logits from N(0, spread^2).
        logits: The example; by default the article's.
        classes: K of the drawn logits, at least 2.
        spread: Their standard deviation.
        temperatures: T, each > 0.
        device: Where torch computes, in float32.
        progress: Taken as everywhere; nothing here takes long enough for a bar.

    Returns:
        `SoftmaxTemperature`, all tensors on the CPU.

    Source:
        Hinton, Vinyals & Dean (2015), Distilling the knowledge in a neural network, https://arxiv.org/abs/1503.02531
    """
    seeds, where = check_seeds(seeds), resolve_device(device)
    size, scale = check_count(classes, "classes", minimum=2), check_positive(spread, "spread")
    example = check_tensor(torch.tensor([*logits], dtype=torch.float32, device="cpu"), "logits", ndim=1)
    degrees = [check_positive(t, "temperatures") for t in temperatures]
    t = check_tensor(torch.tensor(degrees, dtype=torch.float32, device="cpu"), "temperatures").to(where)
    generators = (torch.Generator(device="cpu").manual_seed(seed) for seed in seeds)
    drawn = [torch.randn(size, generator=g, dtype=torch.float32, device="cpu") for g in generators]
    z = scale * torch.stack(drawn).to(where)
    p = torch.softmax(z[:, None, :] / t[:, None], dim=2)
    variance = z.var(dim=1, correction=0)
    return SoftmaxTemperature(
        temperatures=t.cpu(),
        example=example,
        example_probabilities=torch.softmax(example.to(where) / t[:, None], dim=1).cpu(),
        entropy=torch.special.entr(p).sum(2).cpu(),  # entr(p) = -p ln p, and 0 at p = 0
        theory_warm=(math.log(size) - variance[:, None] / (2 * t.square())).cpu(),
        theory_uniform=math.log(size),
        classes=size,
    )
