"""Initializers by name, and a module's weights drawn afresh with one of them."""

from __future__ import annotations

import inspect
import math
import numbers
from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

import torch
from torch import Tensor, nn
from torch.nn import init

from ._checks import first_line
from ._layers import WeightedLayer, weighted_layers
from ._lookup import lookup
from ._rng import check_generator

M = TypeVar("M", bound=nn.Module)

INITIALIZERS: dict[str, Callable[..., Tensor]] = {
    "zeros": init.zeros_,
    "ones": init.ones_,
    "constant": init.constant_,
    "uniform": init.uniform_,
    "normal": init.normal_,
    "xavier_uniform": init.xavier_uniform_,
    "xavier_normal": init.xavier_normal_,
    "kaiming_uniform": init.kaiming_uniform_,
    "kaiming_normal": init.kaiming_normal_,
    "orthogonal": init.orthogonal_,
    "default": partial(init.kaiming_uniform_, a=math.sqrt(5)),
}
"""Name -> the torch function itself, called as `INITIALIZERS["normal"](weight, std=0.1)`.

`default` is what `nn.Linear` does to its own weight: U(-1/sqrt(fan_in), 1/sqrt(fan_in)).
"""


def init_weights(
    module: M, name: str, *, bias: float | None = 0.0, generator: torch.Generator | None = None, **kwargs: Any
) -> M:
    """Draw the weights of a module's linear and convolutional layers afresh, in place.

    With fan_in numbers into a unit and fan_out out of it, the torch functions draw
    Xavier: std = gain * sqrt(2 / (fan_in + fan_out)); Kaiming: std = gain / sqrt(fan_in), gain = sqrt(2) for ReLU.
    A uniform law of that std is bounded by sqrt(3) * std.

    The numbers are drawn on the CPU and then moved: one seed gives the same weights on every device.
    A call that is refused leaves the module as it was.

    Args:
        module: Any module; its other layers, such as batch normalization, stay as they are.
        name: A name of `INITIALIZERS`.
        bias: What every bias is set to; None draws it as torch does, from U(-1/sqrt(fan_in), 1/sqrt(fan_in)), so
            `init_weights(layer, "default", bias=None)` is `layer.reset_parameters()`.
        generator: A CPU generator to draw from; None means a new one with seed 0. The global stream stays still.
        kwargs: Of the torch function, e.g. `gain=5 / 3`, `nonlinearity="relu"`, `val=0.5`.

    Returns:
        `module` itself.

    Raises:
        ValueError: the name is unknown; the module holds no such layer, or one that is lazy or parametrized;
            torch refuses a keyword's value, or the weights would not be finite; `bias` is not finite.
        TypeError: `module` is not an `nn.Module`, `generator` not a generator, `bias` not a number; a keyword is
            unknown or missing.

    Example:
        >>> init_weights(nn.Linear(2, 1), "constant", val=0.5, bias=1.0).weight.tolist()
        [[0.5, 0.5]]

    Source:
        https://docs.pytorch.org/docs/stable/nn.init.html; Glorot & Bengio (2010); He et al. (2015)
    """
    initializer = lookup(INITIALIZERS, name, kind="initializer")
    layers = weighted_layers(module, "module")
    takes = _check_keywords(initializer, name, kwargs)
    if bias is not None:
        _check_bias(bias)
    generator = check_generator(generator)
    if "generator" in takes:
        kwargs["generator"] = generator
    fresh: list[tuple[Tensor, Tensor]] = []
    for path, layer in layers:
        for part in ("weight", "bias"):
            if not isinstance(getattr(layer, part), nn.Parameter | None):
                raise ValueError(f"module must hold plain parameters, but {path}.{part} is computed from others.")
        fresh.append((layer.weight, _draw_weight(initializer, name, layer.weight, kwargs)))
        if layer.bias is not None:
            fresh.append((layer.bias, _draw_bias(layer, bias, generator)))
    for parameter, values in fresh:
        with torch.inference_mode(parameter.is_inference()), torch.no_grad():
            parameter.copy_(values)
    return module


def _check_keywords(initializer: Callable[..., Tensor], name: str, kwargs: dict[str, Any]) -> set[str]:
    """The keywords that the initializer takes, after a look at those that it is given."""
    parameters = dict(inspect.signature(initializer).parameters)
    del parameters["tensor"]
    known = [key for key in parameters if key != "generator"]
    for key in kwargs:
        if key not in known:
            raise TypeError(f"initializer {name!r} takes no {key!r}. Expected one of: {', '.join(known) or 'none'}.")
    for key in known:
        if parameters[key].default is inspect.Parameter.empty and key not in kwargs:
            raise TypeError(f"initializer {name!r} needs {key!r}: init_weights(module, {name!r}, {key}=...).")
    return set(parameters)


def _check_bias(bias: object) -> None:
    if isinstance(bias, bool) or not isinstance(bias, numbers.Real):
        raise TypeError(f"bias must be a number, or None for torch's own law, got {bias!r} ({type(bias).__name__}).")
    if not math.isfinite(bias):
        raise ValueError(f"bias must be a finite number, or None for torch's own law, got {bias!r}.")


def _empty_like(parameter: Tensor) -> Tensor:
    """Room on the CPU for a parameter's numbers; in float32 for a 16-bit one, which not all of torch can draw."""
    dtype = torch.float32 if parameter.dtype.itemsize < 4 else parameter.dtype
    return torch.empty(parameter.shape, dtype=dtype, device="cpu")


def _draw_weight(initializer: Callable[..., Tensor], name: str, weight: Tensor, kwargs: dict[str, Any]) -> Tensor:
    try:
        drawn = initializer(_empty_like(weight), **kwargs)
    except (RuntimeError, TypeError, ValueError) as error:
        raise ValueError(f"initializer {name!r} was refused by torch: {first_line(error)}.") from error
    if not bool(torch.isfinite(drawn).all()):
        given = {key: value for key, value in kwargs.items() if key != "generator"}
        raise ValueError(f"initializer {name!r} must give finite weights, but with {given} it does not.")
    return drawn


def _draw_bias(layer: WeightedLayer, bias: float | None, generator: torch.Generator) -> Tensor:
    assert layer.bias is not None
    drawn = _empty_like(layer.bias)
    if bias is not None:
        if abs(bias) > torch.finfo(layer.bias.dtype).max:
            raise ValueError(f"bias must fit into {layer.bias.dtype}, got {bias!r}.")
        return init.constant_(drawn, float(bias))
    fan_in = math.prod(layer.weight.shape[1:])
    bound = 1 / math.sqrt(fan_in) if fan_in else 0.0
    return init.uniform_(drawn, -bound, bound, generator=generator)
