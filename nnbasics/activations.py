"""Activations by name, and their derivatives by autograd."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from functools import partial

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ._checks import check_tensor, shape_text, tried
from ._lookup import lookup_callable, name_of

ACTIVATIONS: dict[str, Callable[[Tensor], Tensor]] = {
    "identity": nn.Identity(),
    "sigmoid": torch.sigmoid,
    "tanh": torch.tanh,
    "relu": torch.relu,
    "leaky_relu": F.leaky_relu,
    "elu": F.elu,
    "gelu": F.gelu,
    "silu": F.silu,
    "softplus": F.softplus,
    "softmax": partial(torch.softmax, dim=-1),
}
"""Name -> the torch callable itself, with torch's own defaults; `softmax` works along the last dimension."""


def evaluate(activation: str | Callable[[Tensor], Tensor], x: Tensor) -> Tensor:
    """f(x), with everything of the caller's left as it was: x, the module's buffers, the random state.

    Raises:
        ValueError: the name is unknown, the activation raises, or it does not return a tensor of the shape of x.
        TypeError: `activation` is not callable.
    """
    function = lookup_callable(ACTIVATIONS, activation, kind="activation")
    name = name_of(activation)
    if isinstance(function, nn.Module):
        function = deepcopy(function)
    # The state is put back each time, so a function that draws draws the same for its value and its derivative.
    with torch.random.fork_rng(devices=[x.device] if x.device.type == "cuda" else []):
        problem = f"activation {name!r} cannot take x of shape {shape_text(x.shape)} and {x.dtype}"
        y = tried(lambda: function(x.clone()), problem)  # a clone, so that an in-place one may write over it
    if not isinstance(y, Tensor) or y.shape != x.shape or not y.dtype.is_floating_point:
        got = f"shape {shape_text(y.shape)} and {y.dtype}" if isinstance(y, Tensor) else type(y).__name__
        raise ValueError(
            f"activation {name!r} must return floating-point numbers of the shape of x, {shape_text(x.shape)}, "
            f"got {got}."
        )
    return y


def derivative(activation: str | Callable[[Tensor], Tensor], x: Tensor) -> Tensor:
    """Derivative f'(x) of an elementwise activation f at every number of `x`, by autograd.

    It is the gradient of sum_i f(x_i), which is f'(x_i) in place i because f(x_i) depends on x_i alone.
    Nothing is differentiated by hand: where f has a kink, the answer is the one that torch gives.

    Args:
        activation: A name of `ACTIVATIONS`, or any callable from a tensor to a tensor of the same shape,
            an `nn.Module` included.
        x: The inputs: a finite floating-point tensor of any shape, on any device.

    Returns:
        A tensor of the shape, dtype and device of `x`, without a graph.

    Raises:
        ValueError: the name is unknown; `x` is empty or not finite; the activation changes the shape,
            carries no gradient, or mixes its inputs, as softmax does (its derivative is a Jacobian matrix).
        TypeError: `x` is not a floating-point tensor, or `activation` not callable.

    Example:
        >>> derivative("sigmoid", torch.tensor([0.0]))
        tensor([0.2500])

    Source:
        https://docs.pytorch.org/docs/stable/generated/torch.autograd.grad.html
    """
    lookup_callable(ACTIVATIONS, activation, kind="activation")
    check_tensor(x, "x")
    name = name_of(activation)
    with torch.inference_mode(False), torch.enable_grad():
        leaf = x.detach().clone().requires_grad_()
        y = evaluate(activation, leaf)
        if not y.requires_grad:
            raise ValueError(f"activation {name!r} must be differentiable by autograd: its result carries no gradient.")
        ones = torch.ones_like(y)
        (slope,) = torch.autograd.grad(y, leaf, ones, retain_graph=True)
        # For a diagonal Jacobian, weights on the outputs just scale the slopes; any mixing breaks that.
        weights = torch.linspace(1, 2, y.numel(), dtype=y.dtype, device=y.device).reshape(y.shape)
        (weighted,) = torch.autograd.grad(y, leaf, weights)
    atol = 1e-3 * float(weighted.nan_to_num(posinf=0, neginf=0).abs().max())
    if not torch.allclose(weighted, weights * slope, rtol=1e-2, atol=atol, equal_nan=True):
        raise ValueError(
            f"activation {name!r} must work on each number by itself, but an output depends on several inputs: "
            "its derivative is a matrix (torch.autograd.functional.jacobian)."
        )
    return slope
