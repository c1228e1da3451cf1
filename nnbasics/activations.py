"""Activations by name, and their derivatives by autograd."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from functools import partial

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ._checks import check, check_tensor, shape_text
from ._lookup import lookup_callable, name_of
from .text import Text

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

    ValueError: the name is unknown, or f does not return a number for each of x; TypeError: it is not callable.
    """
    function = lookup_callable(ACTIVATIONS, activation, kind="activation")
    if isinstance(function, nn.Module):
        function = deepcopy(function)
    # The state is put back each time, so a function that draws draws the same for its value and its derivative.
    with torch.random.fork_rng(devices=[x.device] if x.device.type == "cuda" else []):
        y = function(x.clone())  # a clone, so that an in-place one may write over it
    shape = shape_text(x.shape)
    allowed = Text(f"return a tensor of the shape {shape}", f"必须返回形状为 {shape} 的张量")
    got = shape_text(y.shape) if isinstance(y, Tensor) else type(y).__name__
    check(isinstance(y, Tensor) and y.shape == x.shape, f"activation {name_of(activation)!r}", allowed, got)
    value: Tensor = y
    return value


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
        ValueError: the name is unknown; `x` is empty or not finite; the activation changes the shape, or mixes
            its inputs, as softmax does (its derivative is a Jacobian matrix).
        TypeError: `x` is not a floating-point tensor, or `activation` not callable.
        RuntimeError: from torch, where the activation cannot take `x` or carries no gradient.

    Example:
        >>> derivative("sigmoid", torch.tensor([0.0]))
        tensor([0.2500])

    Source:
        https://docs.pytorch.org/docs/stable/generated/torch.autograd.grad.html
    """
    with torch.inference_mode(False):
        leaf = check_tensor(x, "x").detach().clone().requires_grad_()
        y = evaluate(activation, leaf)
        (slope,) = torch.autograd.grad(y.sum(), leaf)
        _check_elementwise(activation, leaf.detach(), y.detach())
    return slope


def _check_elementwise(activation: str | Callable[[Tensor], Tensor], x: Tensor, y: Tensor) -> None:
    """Move the first number of x far away, to the other end of them: no number of y but the first may change."""
    moved, first, far = x.clone(), (0,) * x.ndim, 2 * x.abs().max() + 1
    moved[first] = -far if x[first] == x.max() else far
    rest = evaluate(activation, moved).flatten()[1:]
    allowed = Text(
        "work on each number by itself, or its derivative is a matrix (torch.autograd.functional.jacobian)",
        "必须逐个数地计算，否则导数是一个矩阵（torch.autograd.functional.jacobian）",
    )
    alone = torch.allclose(rest, y.flatten()[1:], atol=0, equal_nan=True)
    got = Text("an output that depends on several inputs", "依赖多个输入的输出")
    check(alone, f"activation {name_of(activation)!r}", allowed, got)
