"""What the computations draw from their seed: in float64 on the CPU, whatever the caller's defaults are."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.utils import skip_init

from ...initializers import init_weights
from ...training import seeded_model

Function = Callable[[Tensor], Tensor]

ROUNDING = 1e-12  # float64 keeps sixteen digits of numbers near 1; a wrong formula is off in the first ones


def numbers(*values: Any) -> Tensor:
    """The values as they are."""
    return torch.tensor(values, dtype=torch.float64, device="cpu")


def grid(low: float, high: float, count: int) -> Tensor:
    """Evenly spaced numbers."""
    return torch.linspace(low, high, count, dtype=torch.float64, device="cpu")


def normal(generator: torch.Generator, *shape: int, dtype: torch.dtype = torch.float64) -> Tensor:
    """Standard normal numbers."""
    return torch.randn(*shape, generator=generator, dtype=dtype, device="cpu")


def uniform(generator: torch.Generator, *shape: int) -> Tensor:
    """Numbers from U(0, 1)."""
    return torch.rand(shape, generator=generator, dtype=torch.float64, device="cpu")


def integers(generator: torch.Generator, high: int, *shape: int) -> Tensor:
    """Integers from 0 to high - 1."""
    return torch.randint(high, shape, generator=generator, dtype=torch.int64, device="cpu")


def linear(in_features: int, out_features: int, generator: torch.Generator) -> nn.Module:
    """`nn.Linear` in torch's default initialization."""
    layer: nn.Module = skip_init(nn.Linear, in_features, out_features, dtype=torch.float64, device="cpu")
    init_weights(layer, "default", bias=None, generator=generator)
    return layer


def built(make_model: Callable[..., nn.Module], seed: int, *sizes: int) -> nn.Module:
    """A model that draws from torch's global state, which is what it was afterwards."""
    with torch.device("cpu"):
        return seeded_model(lambda: make_model(*sizes), seed).double()
