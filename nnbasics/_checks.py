"""Checks of arguments: each raises one line that names the argument, its value and what is allowed."""

from __future__ import annotations

import math
import numbers
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor


def shape_text(shape: torch.Size | tuple[int, ...]) -> str:
    """`(2, 3)`, as torch and NumPy print a shape."""
    return str(tuple(shape))


def first_line(error: Exception) -> str:
    """What an error of torch says, without the lines of detail that may follow."""
    return (str(error).splitlines() or [type(error).__name__])[0].rstrip(".:")


def tried(call: Callable[[], Any], problem: str) -> Any:
    """The result of a call of the caller's code; whatever it raises becomes a ValueError of one line."""
    try:
        return call()
    except Exception as error:  # it is not our code: it may raise anything
        raise ValueError(f"{problem}: {first_line(error)}.") from error


def check_tensor(
    value: object, name: str, *, last: int | None = None, ndim: int | None = None, empty: bool = False
) -> Tensor:
    """Return `value` if it is a non-empty, finite, real floating-point tensor of the wanted shape.

    Args:
        value: What the caller passed.
        name: The argument's name, for the message.
        last: The size that the last dimension must have.
        ndim: The number of dimensions that it must have.
        empty: True lets a tensor without numbers pass, such as an empty batch.
    """
    if not isinstance(value, Tensor):
        raise TypeError(f"{name} must be a torch.Tensor, got {type(value).__name__}.")
    if not value.dtype.is_floating_point:
        raise TypeError(f"{name} must have a floating-point dtype such as torch.float32, got {value.dtype}.")
    if value.dtype.itemsize < 2 or value.layout != torch.strided or value.is_meta:
        kind = "meta" if value.is_meta else f"{value.layout} {value.dtype}"
        raise TypeError(f"{name} must be a dense tensor of 16 bits or more that holds numbers, got a {kind} one.")
    if ndim is not None and value.ndim != ndim:
        raise ValueError(f"{name} must have {ndim} dimension(s), got shape {shape_text(value.shape)}.")
    if last is not None and (value.ndim == 0 or value.shape[-1] != last):
        raise ValueError(f"{name} must have a last dimension of {last}, got shape {shape_text(value.shape)}.")
    if value.numel() == 0 and not empty:
        raise ValueError(f"{name} must not be empty, got shape {shape_text(value.shape)}.")
    if not bool(torch.isfinite(value).all()):
        bad = value[~torch.isfinite(value)].flatten()[0].item()
        raise ValueError(f"{name} must be finite, got {bad} among its {value.numel()} number(s).")
    return value


def check_number(value: object, name: str) -> float:
    """Return `value` as a float if it is a finite number."""
    if isinstance(value, bool) or not isinstance(value, numbers.Real):
        raise TypeError(f"{name} must be a number, got {value!r} ({type(value).__name__}).")
    if not math.isfinite(value):
        raise ValueError(f"{name} must be a finite number, got {value!r}.")
    return float(value)


def check_positive(value: object, name: str) -> float:
    """Return `value` as a float if it is a finite number above zero."""
    if isinstance(value, bool) or not isinstance(value, numbers.Real):
        raise TypeError(f"{name} must be a number, got {value!r} ({type(value).__name__}).")
    if not (math.isfinite(value) and float(value) > 0):
        raise ValueError(f"{name} must be a finite number > 0, got {value!r}.")
    return float(value)


def check_count(value: object, name: str, *, minimum: int = 1) -> int:
    """Return `value` if it is an integer that is at least `minimum`."""
    if isinstance(value, bool) or not isinstance(value, numbers.Integral):
        raise TypeError(f"{name} must be an integer, got {value!r} ({type(value).__name__}).")
    if int(value) < minimum:
        raise ValueError(f"{name} must be an integer >= {minimum}, got {value!r}.")
    return int(value)
