"""Initializers by name, and a module's weights drawn afresh with one of them."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

import torch
from torch import Tensor, nn
from torch.nn import init

from ._checks import check, check_number
from ._layers import WeightedLayer, weighted_layers
from ._lookup import key_of, lookup
from ._rng import check_generator
from .text import Text

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
    A uniform distribution of that std is bounded by sqrt(3) * std.

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
        ValueError: the name is unknown; the module holds no such layer, or one that is parametrized; the weights
            or `bias` would not be finite.
        TypeError: `module` is not an `nn.Module`, `generator` not a generator, `bias` not a number; a keyword is
            unknown or missing.
        ValueError, RuntimeError: from torch, where it refuses a keyword's value, or where a layer is lazy.

    Example:
        >>> init_weights(nn.Linear(2, 1), "constant", val=0.5, bias=1.0).weight.tolist()
        [[0.5, 0.5]]

    Source:
        https://docs.pytorch.org/docs/stable/nn.init.html; Glorot & Bengio (2010); He et al. (2015)
    """
    initializer = lookup(INITIALIZERS, key_of(INITIALIZERS, name), kind="initializer")
    layers = weighted_layers(module, "module")
    _check_plain([layer for _, layer in layers])
    generator, bias = check_generator(generator), None if bias is None else check_number(bias, "bias")
    if "generator" in inspect.signature(initializer).parameters:
        kwargs["generator"] = generator
    drawn: list[tuple[Tensor, Tensor]] = []  # all of it before anything is written
    for _, layer in layers:
        drawn.append((layer.weight, initializer(_empty_like(layer.weight), **kwargs)))
        if layer.bias is not None:
            fan_in, room = math.prod(layer.weight.shape[1:]), _empty_like(layer.bias)
            bound = 1 / math.sqrt(fan_in) if fan_in else 0.0
            if bias is None:
                init.uniform_(room, -bound, bound, generator=generator)
            else:
                init.constant_(room, bias)
            drawn.append((layer.bias, room))
    fresh = [(parameter, _finite(numbers.to(parameter.dtype), name)) for parameter, numbers in drawn]
    for parameter, numbers in fresh:
        with torch.inference_mode(parameter.is_inference()), torch.no_grad():
            parameter.copy_(numbers)
    return module


def _empty_like(parameter: Tensor) -> Tensor:
    """Room on the CPU for a parameter's numbers; in float32 for a 16-bit one, which not all of torch can draw."""
    dtype = torch.float32 if parameter.dtype.itemsize < 4 else parameter.dtype
    return torch.empty(parameter.shape, dtype=dtype, device="cpu")


def _finite(numbers: Tensor, name: str) -> Tensor:
    bad = numbers[~numbers.isfinite()][:1].tolist()
    check(not bad, f"initializer {name!r}", Text("give finite numbers", "必须给出有限的数"), bad and bad[0])
    return numbers


def _check_plain(layers: list[WeightedLayer]) -> None:
    """A computed weight, as of `weight_norm`, takes no notice of what is written into it."""
    allowed = Text("hold plain parameters", "必须含有普通的参数")
    for layer in layers:
        plain = all(isinstance(part, nn.Parameter | None) for part in (layer.weight, layer.bias))
        kind = type(layer).__name__
        check(plain, "module", allowed, Text(f"computed ones in {kind}", f" {kind} 里算出来的参数"))
