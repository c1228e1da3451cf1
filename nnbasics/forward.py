"""One neuron: what it sums up, and what it passes on."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from torch import Tensor
from torch.nn import functional as F

from ._checks import check_tensor, shape_text
from ._lookup import lookup_callable
from .activations import ACTIVATIONS


class NeuronOutput(NamedTuple):
    """The weighted sum `z` of a neuron and its activation `a`."""

    z: Tensor
    a: Tensor


def neuron(x: Tensor, weight: Tensor, bias: Tensor, activation: str | Callable[[Tensor], Tensor]) -> NeuronOutput:
    """Weighted sum z = w . x + b and activation a = f(z) of one neuron.

    It is `torch.nn.functional.linear` with one output, followed by the activation.

    Args:
        x: The inputs, shape (n,) or a batch (..., n).
        weight: The weights w, shape (n,), dtype and device of `x`.
        bias: The bias b, shape (), dtype and device of `x`.
        activation: f: a name of `ACTIVATIONS` or a callable.

    Returns:
        `(z, a)`, each of shape () or (...).

    Raises:
        ValueError: a shape does not fit or a number is not finite.
        TypeError: an argument is not a floating-point tensor, dtypes differ, or `activation` is not callable.

    Example:
        >>> import torch
        >>> neuron(torch.tensor([1.0, 2.0]), torch.tensor([0.5, -0.25]), torch.tensor(0.0), "sigmoid")
        NeuronOutput(z=tensor(0.), a=tensor(0.5000))
    """
    function = lookup_callable(ACTIVATIONS, activation, kind="activation")
    check_tensor(weight, "weight", ndim=1)
    check_tensor(x, "x", last=weight.shape[0])
    check_tensor(bias, "bias")
    if bias.ndim != 0:
        raise ValueError(f"bias must be one number, shape (), got shape {shape_text(bias.shape)}.")
    for name, value in (("weight", weight), ("bias", bias)):
        if (value.dtype, value.device) != (x.dtype, x.device):
            raise TypeError(
                f"{name} must have the dtype and device of x, {x.dtype} on {x.device}, "
                f"got {value.dtype} on {value.device}."
            )
    z = F.linear(x, weight[None], bias[None]).squeeze(-1)
    return NeuronOutput(z, function(z))
