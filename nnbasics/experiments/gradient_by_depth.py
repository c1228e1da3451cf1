"""How much of the gradient comes back through many layers, by activation and by the scale of the weights."""

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
    Function,
    draw_layers,
    elementwise,
    mean_field,
    normal_numbers,
    pass_on,
    root_mean_square,
    weight_variance,
)

QUICK: dict[str, Any] = {"seeds": range(8), "depth": 25, "width": 64}
AT_ONCE = 8  # networks whose weights autograd holds at the same time


@dataclass(frozen=True, eq=False)
class GradientByDepth:
    """The scale of dL/dz in deep random networks, layer by layer.

    Attributes:
        activations: A names of `ACTIVATIONS`.
        initializers: The I laws that the weights are drawn by: `large` N(0, 1), `kaiming`, `xavier`, `default`
            (of `nn.Linear`), `small` N(0, 0.01^2).
        layers: 1 to L, shape (L,).
        gradient: The root mean square of dL/dz of each layer over its units and the rows, shape (A, I, S, L).
        theory: sqrt(chi_l chi_{l+1} ... chi_{L-1}), what it is in layers of endless width, shape (A, I, L).
        width: n, the units of each layer.
    """

    activations: tuple[str, ...]
    initializers: tuple[str, ...]
    layers: Tensor
    gradient: Tensor
    theory: Tensor
    width: int


def gradient_by_depth(
    *,
    seeds: Sequence[int] = range(32),
    activations: Sequence[str] = ("sigmoid", "tanh", "relu"),
    depth: int = 50,
    width: int = 100,
    rows: int = 8,
    device: str | torch.device = "cpu",
    progress: bool = False,
) -> GradientByDepth:
    """Send rows of N(0, 1) through networks of random weights, and a gradient of N(0, 1) at the last z back.

    It computes in float64, since many layers go below what float32 can hold. Theory: `_depth.py`. For ReLU
    chi = sigma_w^2 / 2: 1 for Kaiming's law, 1/2 for Xavier's, 1/6 for torch's default.

    Args:
        seeds: The networks; those of one seed see the same rows under every law.
        activations: Names of `ACTIVATIONS` that work number by number.
        depth, width: The layers, and the units of each.
        rows: The rows that go in.
        device: Where torch computes.
        progress: Whether to show a bar with the time left.

    Returns:
        `GradientByDepth`, all tensors on the CPU.

    Example:
        >>> found = gradient_by_depth(seeds=range(4), activations=["relu"], depth=3, width=50)
        >>> found.gradient.shape, found.theory[0, found.initializers.index("xavier")]
        (torch.Size([1, 5, 4, 3]), tensor([0.5000, 0.7071, 1.0000], dtype=torch.float64))
    """
    seeds, where = check_seeds(seeds), resolve_device(device)
    functions = elementwise(activations)
    depth, width, rows = check_count(depth, "depth"), check_count(width, "width"), check_count(rows, "rows")
    groups = [seeds[i : i + AT_ONCE] for i in range(0, len(seeds), AT_ONCE)]
    found, theory = [], []
    for activation, function in track([*functions.items()], progress, "gradient-by-depth"):
        for law in LAWS:
            found.append(torch.cat([_gradients(group, function, law, depth, width, rows, where) for group in groups]))
            chi = mean_field(activation, weight_variance(law, width), depth)[1]
            chi[-1] = 1.0  # at the last z stands what is sent back
            theory.append(chi.flip(0).cumprod(0).flip(0).sqrt())
    shape = (len(functions), len(LAWS))
    return GradientByDepth(
        activations=tuple(functions),
        initializers=tuple(LAWS),
        layers=torch.arange(1, depth + 1, dtype=torch.float64, device="cpu"),
        gradient=torch.stack(found).unflatten(0, shape),
        theory=torch.stack(theory).unflatten(0, shape),
        width=width,
    )


def _gradients(
    seeds: Sequence[int], function: Function, law: str, depth: int, width: int, rows: int, device: torch.device
) -> Tensor:
    """The root mean square of dL/dz of these networks, shape (S, L)."""
    generators = [torch.Generator(device="cpu").manual_seed(seed) for seed in seeds]
    with torch.inference_mode(False), torch.enable_grad(), one_thread():
        x = normal_numbers(generators, width, rows).to(device)
        layers = ((weight.to(device), None) for weight in draw_layers(generators, law, depth, width))
        sums = [z for z, _ in pass_on(x, layers, function)]
        sent = normal_numbers(generators, width, rows).to(device)
        return root_mean_square(torch.autograd.grad(sums[-1], sums, sent))
