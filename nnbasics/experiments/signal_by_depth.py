"""How large the signal is after many layers, from weights of different scales."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from .._checks import check_count
from .._device import resolve_device
from .._setup import one_thread
from ._common import check_seeds, track
from ._depth import (
    LAWS,
    draw_layers,
    elementwise,
    mean_field,
    normal_numbers,
    pass_on,
    root_mean_square,
    weight_variance,
)

QUICK: dict[str, Any] = {"seeds": range(8), "depth": 40, "width": 64}


@dataclass(frozen=True, eq=False)
class SignalByDepth:
    """The scale of z in deep random networks, layer by layer.

    Attributes:
        activations: A names of `ACTIVATIONS`.
        initializers: The I laws that the weights are drawn by: `large` N(0, 1), `kaiming`, `xavier`, `default`
            (of `nn.Linear`), `small` N(0, 0.01^2).
        layers: 1 to L, shape (L,).
        signal: The root mean square of z of each layer over its units and the rows, shape (A, I, S, L).
        theory: sqrt(q_l), what it is in layers of endless width, shape (A, I, L).
        width: n, the units of each layer.
    """

    activations: tuple[str, ...]
    initializers: tuple[str, ...]
    layers: Tensor
    signal: Tensor
    theory: Tensor
    width: int


def signal_by_depth(
    *,
    seeds: Sequence[int] = range(32),
    activations: Sequence[str] = ("tanh", "relu"),
    depth: int = 100,
    width: int = 100,
    rows: int = 8,
    device: str | torch.device = "cpu",
    progress: bool = False,
) -> SignalByDepth:
    """Send rows of N(0, 1) through networks of random weights, without biases, and measure z at every layer.

    It computes in float64, since 100 layers of small weights go below what float32 can hold. Theory: `_depth.py`.
    For ReLU, q_l / q_{l-1} = sigma_w^2 / 2: 1 for Kaiming's law, 1/2 for Xavier's, 1/6 for torch's default.

    Args:
        seeds: The networks; those of one seed see the same rows under every law.
        activations: Names of `ACTIVATIONS` that work number by number.
        depth, width: The layers, and the units of each.
        rows: The rows that go in.
        device: Where torch computes.
        progress: Whether to show a bar with the time left.

    Returns:
        `SignalByDepth`, all tensors on the CPU.

    Example:
        >>> found = signal_by_depth(seeds=range(4), activations=["relu"], depth=3, width=50)
        >>> found.signal.shape, found.theory[0, found.initializers.index("kaiming")]
        (torch.Size([1, 5, 4, 3]), tensor([1.4142, 1.4142, 1.4142], dtype=torch.float64))
    """
    seeds, where = check_seeds(seeds), resolve_device(device)
    functions = elementwise(activations)
    depth, width, rows = check_count(depth, "depth"), check_count(width, "width"), check_count(rows, "rows")
    found, theory = [], []
    with torch.no_grad(), one_thread():
        for activation, function in track([*functions.items()], progress, "signal-by-depth"):
            for law in LAWS:
                generators = [torch.Generator(device="cpu").manual_seed(seed) for seed in seeds]
                x = normal_numbers(generators, width, rows).to(where)
                layers = ((weight.to(where), None) for weight in draw_layers(generators, law, depth, width))
                found.append(torch.cat([root_mean_square([z]) for z, _ in pass_on(x, layers, function)], dim=1))
                theory.append(mean_field(activation, weight_variance(law, width), depth)[0].sqrt())
    shape = (len(functions), len(LAWS))
    return SignalByDepth(
        activations=tuple(functions),
        initializers=tuple(LAWS),
        layers=torch.arange(1, depth + 1, dtype=torch.float64, device="cpu"),
        signal=torch.stack(found).unflatten(0, shape),
        theory=torch.stack(theory).unflatten(0, shape),
        width=width,
    )
