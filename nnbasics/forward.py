"""Forward propagation: what a neuron sums up and passes on, and so for every layer of a model."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.overrides import TorchFunctionMode

from ._checks import check_tensor, shape_text, tried
from ._layers import weighted_layers
from ._lookup import lookup_callable, name_of
from ._rng import kept_rng
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

    Source:
        https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.linear.html
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
    problem = f"activation {name_of(activation)!r} cannot take z of shape {shape_text(z.shape)} and {z.dtype}"
    a = tried(lambda: function(z.clone()), problem)  # a clone, so that an in-place activation leaves z alone
    if not isinstance(a, Tensor) or a.shape != z.shape:
        got = f"shape {shape_text(a.shape)}" if isinstance(a, Tensor) else type(a).__name__
        raise ValueError(
            f"activation {name_of(activation)!r} must return a tensor of the shape of z, {shape_text(z.shape)}, "
            f"got {got}."
        )
    return NeuronOutput(z, a)


class LayerTrace(NamedTuple):
    """A layer's name, its weighted sum `z`, and the activation `a` that it hands on."""

    name: str
    z: Tensor
    a: Tensor

    @property
    def z_shape(self) -> tuple[int, ...]:
        """The shape of `z`."""
        return tuple(self.z.shape)

    @property
    def a_shape(self) -> tuple[int, ...]:
        """The shape of `a`."""
        return tuple(self.a.shape)

    def __repr__(self) -> str:
        return f"{self.name}: z {shape_text(self.z_shape)} -> a {shape_text(self.a_shape)}"


class ForwardTrace(tuple[LayerTrace, ...]):
    """A tuple of `LayerTrace` that prints a line for each layer."""

    def __repr__(self) -> str:
        return "\n".join(map(repr, self))


def trace_forward(model: nn.Module, x: Tensor) -> ForwardTrace:
    """Weighted sum z and activation a of every layer as x goes through a model: z_i = W_i a_(i-1) + b_i, a_i = f(z_i).

    Nothing is computed twice or by hand: z is what the layer gave, and a is what the next layer that is fed by it
    took in, or the model's output. So f may be a module, or a function in the model's forward, and the last a is
    `model(x)` itself. Where there is more between two layers than an activation, such as dropout or a skip
    connection, a has been through all of it.

    Args:
        model: Any module of linear (or convolutional) layers and activations, in the mode that it is in.
        x: Its input, of any batch shape, with the dtype and device of the model.

    Returns:
        A tuple with a `LayerTrace` for each call of a layer, in the order of the calls, without a graph. The model,
        its buffers and the random state are what they were.

    Raises:
        ValueError: `x` does not fit a layer or is not finite; the model has no layer, calls none, or does not
            return one tensor.
        TypeError: `model` is not an `nn.Module`, `x` not a floating-point tensor, or of another dtype or device.

    Example:
        >>> trace_forward(nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 2)), torch.ones(5, 3))
        0: z (5, 4) -> a (5, 4)
        2: z (5, 2) -> a (5, 2)

    Source:
        https://docs.pytorch.org/docs/stable/generated/torch.nn.Module.html#torch.nn.Module.register_forward_hook
    """
    layers = weighted_layers(model, "model")
    check_tensor(x, "x", empty=True)
    calls: list[tuple[str, Tensor, Tensor, frozenset[int]]] = []  # name, what came in, z, whose z it was made from
    lineage = _Lineage()

    def before(path: str, layer: nn.Module, args: Any, kwargs: Any) -> None:
        _check_fit(path, layer, next(_tensors((args, kwargs)), x), x)

    def after(path: str, args: Any, kwargs: Any, z: Tensor) -> None:
        came_in = next(_tensors((args, kwargs)))  # a clone of it is kept: an activation may write over it
        calls.append((path, came_in.detach().clone(), z.detach().clone(), lineage.of(came_in)))
        lineage.add(z, len(calls) - 1)

    buffers = [(buffer, buffer.clone()) for buffer in model.buffers()]
    with ExitStack() as stack:
        stack.enter_context(kept_rng(model))
        stack.enter_context(torch.inference_mode(False))
        stack.enter_context(torch.no_grad())
        for path, layer in layers:
            hook = layer.register_forward_pre_hook(
                lambda layer, args, kwargs, path=path: before(path, layer, args, kwargs), with_kwargs=True
            )
            stack.callback(hook.remove)
            hook = layer.register_forward_hook(
                lambda _, args, kwargs, z, path=path: after(path, args, kwargs, z), with_kwargs=True
            )
            stack.callback(hook.remove)
        try:
            with lineage:
                output = model(x)
        finally:
            for buffer, old in buffers:
                with torch.inference_mode(buffer.is_inference()):
                    buffer.copy_(old)
    if not isinstance(output, Tensor):
        raise ValueError(f"model must return one tensor to be traced, got {type(output).__name__}.")
    if not calls:
        raise ValueError(f"model must call its layers to be traced: {type(model).__name__} called none of them.")
    return ForwardTrace(
        LayerTrace(
            name, z, next((later for _, later, _, made_from in calls[i + 1 :] if i in made_from), output.detach())
        )
        for i, (name, _, z, _) in enumerate(calls)
    )


def _check_fit(path: str, layer: nn.Module, came_in: Tensor, x: Tensor) -> None:
    if isinstance(layer, nn.Linear) and (came_in.ndim == 0 or came_in.shape[-1] != layer.in_features):
        raise ValueError(
            f"x of shape {shape_text(x.shape)} does not fit model: layer {path!r} takes a last dimension of "
            f"{layer.in_features}, got shape {shape_text(came_in.shape)}."
        )
    weight = layer.weight
    assert isinstance(weight, Tensor)
    if (came_in.dtype, came_in.device) != (weight.dtype, weight.device):
        raise TypeError(
            f"x must have the dtype and device of model, {weight.dtype} on {weight.device} in layer {path!r}, "
            f"got {came_in.dtype} on {came_in.device}."
        )


class _Lineage(TorchFunctionMode):
    """Remembers, of every tensor that is made while it is on, which calls of a layer it was made from."""

    def __init__(self) -> None:
        super().__init__()
        self._known: dict[int, tuple[Tensor, frozenset[int]]] = {}  # holds the tensors, so that an id stays taken

    def of(self, tensor: Tensor) -> frozenset[int]:
        return self._known[id(tensor)][1] if id(tensor) in self._known else frozenset()

    def add(self, tensor: Tensor, *calls: int) -> None:
        self._known[id(tensor)] = (tensor, self.of(tensor).union(calls))

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        result = func(*args, **(kwargs or {}))
        calls = frozenset[int]().union(*map(self.of, _tensors((args, kwargs))))
        if calls:
            for tensor in _tensors((result, args[:1] if func is Tensor.__setitem__ else ())):
                self.add(tensor, *calls)
        return result


def _tensors(value: object) -> Iterator[Tensor]:
    """The tensors in nested lists, tuples and dicts."""
    if isinstance(value, Tensor):
        yield value
    elif isinstance(value, dict):
        yield from _tensors(list(value.values()))
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from _tensors(item)
