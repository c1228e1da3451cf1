"""Forward propagation: what a neuron sums up and passes on, and so for every layer of a model."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import ExitStack
from itertools import chain
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.func import functional_call
from torch.nn import functional as F
from torch.utils.hooks import RemovableHandle

from ._checks import check, check_tensor, shape_text
from ._layers import weighted_layers
from ._rng import kept_rng
from .activations import ACTIVATIONS, evaluate
from .text import Text


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
        TypeError: an argument is not a floating-point tensor, or `activation` is not callable.
        RuntimeError: from torch, where dtypes or devices differ.

    Example:
        >>> import torch
        >>> neuron(torch.tensor([1.0, 2.0]), torch.tensor([0.5, -0.25]), torch.tensor(0.0), "sigmoid")
        NeuronOutput(z=tensor(0.), a=tensor(0.5000))

    Source:
        https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.linear.html
    """
    check_tensor(weight, "weight", ndim=1)
    check_tensor(x, "x", last=len(weight))
    check_tensor(bias, "bias", ndim=0)
    z = F.linear(x, weight[None], bias[None]).squeeze(-1)
    return NeuronOutput(z, evaluate(activation, z))


class _Row(NamedTuple):
    name: str
    z: Tensor
    a: Tensor


class LayerTrace(_Row):
    """A layer's name, its weighted sum `z`, and the activation `a` that it hands on.

    Attributes:
        through: torch's names of the operations between `z` and `a`, where they are more than one of `ACTIVATIONS`.
    """

    through: str = ""

    @property
    def z_shape(self) -> tuple[int, ...]:
        """The shape of `z`."""
        return tuple(self.z.shape)

    @property
    def a_shape(self) -> tuple[int, ...]:
        """The shape of `a`."""
        return tuple(self.a.shape)

    def __repr__(self) -> str:
        through = f" through {self.through}" if self.through else ""
        return f"{self.name}: z {shape_text(self.z_shape)} -> a {shape_text(self.a_shape)}{through}"


class ForwardTrace(tuple[LayerTrace, ...]):
    """A tuple of `LayerTrace` that prints a line for each layer."""

    def __repr__(self) -> str:
        return "\n".join(map(repr, self))


def trace_forward(model: nn.Module, x: Tensor) -> ForwardTrace:
    """Weighted sum z and activation a of every layer as x goes through a model: z_i = W_i a_(i-1) + b_i, a_i = f(z_i).

    Nothing is computed twice or by hand: z is what the layer gave, and a is what the next layer that is fed by it
    took in, or the model's output. So f may be a module, or a function in the model's forward, and the last a is
    `model(x)` itself. Where there is more between two layers than one of `ACTIVATIONS`, such as dropout or a skip
    connection, a has been through all of it, and the line says so: `0: z (5, 4) -> a (5, 4) through Relu, Add`.

    Args:
        model: Any module of linear (or convolutional) layers and activations, in the mode that it is in.
        x: Its input, of any batch shape, with the dtype and device of the model.

    Returns:
        A tuple with a `LayerTrace` for each call of a layer, in the order of the calls, without a graph. The model,
        its buffers and the random state are what they were.

    Raises:
        ValueError: `x` does not fit a layer or is not finite; the model has no layer, calls none, hands on nothing
            of one, or does not return one tensor.
        TypeError: `model` is not an `nn.Module`, or `x` not a floating-point tensor.
        RuntimeError: from torch, where dtypes or devices differ.

    Example:
        >>> trace_forward(nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 2)), torch.ones(5, 3))
        0: z (5, 4) -> a (5, 4)
        2: z (5, 2) -> a (5, 2)

    Source:
        https://docs.pytorch.org/docs/stable/generated/torch.nn.Module.html#torch.nn.Module.register_forward_hook
    """
    layers = weighted_layers(model, "model")
    check_tensor(x, "x", empty=True)
    calls: list[tuple[str, Tensor, Tensor]] = []  # name, what came in, z

    def listen(name: str, layer: nn.Module) -> list[RemovableHandle]:
        def before(_: nn.Module, args: Any, kwargs: Any) -> None:
            _check_width(name, layer, [*args, *kwargs.values()][0])

        def after(_: nn.Module, args: Any, kwargs: Any, z: Tensor) -> Tensor:
            z = z.detach().requires_grad_()  # cut here, the graph of what comes next leads back to z and not further
            calls.append((name, [*args, *kwargs.values()][0].clone(), z))
            return z.clone()  # an activation in place writes over the clone

        return [
            layer.register_forward_pre_hook(before, with_kwargs=True),
            layer.register_forward_hook(after, with_kwargs=True),
        ]

    with kept_rng(model), torch.enable_grad(), ExitStack() as stack:
        held = {path: t.detach().clone() for path, t in chain(model.named_parameters(), model.named_buffers())}
        for handle in chain.from_iterable(listen(name, layer) for name, layer in layers):
            stack.callback(handle.remove)
        output = functional_call(model, held, (x.detach().clone().requires_grad_(),))
    tensor = isinstance(output, Tensor)
    check(tensor, "model", Text("return one tensor to be traced", "必须返回一个张量"), type(output).__name__)
    check(bool(calls), "model", Text("call its layers to be traced", "必须用到自己的层"), type(model).__name__)
    taken = [came_in for _, came_in, _ in calls[1:]] + [output]
    return ForwardTrace(_row(name, z, taken[i:]) for i, (name, _, z) in enumerate(calls))


def _row(name: str, z: Tensor, taken: list[Tensor]) -> LayerTrace:
    """z, and the first of what was taken in later that was made from it, or that torch kept no graph of."""
    found = [a for a in taken if not a.requires_grad or any(getattr(n, "variable", None) is z for n in _history(a))]
    allowed = Text(f"hand on what layer {name!r} gives", f"必须把层 {name!r} 的结果传下去")
    check(bool(found), "model", allowed, Text("one that drops it", "丢掉它的模型"))
    z, a = z.detach(), found[0].detach()
    row = LayerTrace(name, z, a)
    if not any(a.shape == z.shape and torch.equal(f(z), a) for f in ACTIVATIONS.values()):
        steps = [re.sub(r"Backward\d*$", "", node.name()) for node in reversed(_history(found[0]))]
        named = ", ".join(step for step in steps if step != "Clone" and "AccumulateGrad" not in step)
        row.through = named or Text("what torch keeps no graph of", "torch 没有记录的运算").here
    return row


def _history(tensor: Tensor) -> list[Any]:
    """The nodes of the graph that a tensor came out of, the last operation first."""
    nodes: list[Any] = [tensor.grad_fn] if tensor.grad_fn else []
    for node in nodes:
        nodes += [parent for parent, _ in node.next_functions if parent is not None and parent not in nodes]
    return nodes


def _check_width(name: str, layer: nn.Module, came_in: Any) -> None:
    """Torch tells two shapes, but not in which layer they meet."""
    width = layer.in_features if isinstance(layer, nn.Linear) else None
    allowed = Text(f"fit layer {name!r}, with a last dimension of {width}", f"必须适合层 {name!r}：最后一维是 {width}")
    fits = width is None or tuple(came_in.shape[-1:]) == (width,)
    check(fits, "x", allowed, f"shape {shape_text(came_in.shape)}")
