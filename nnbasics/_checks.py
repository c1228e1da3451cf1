"""Checks of arguments: each raises one line that names the argument, what is allowed, and what it got."""

from __future__ import annotations

import math
from numbers import Integral, Real

from .text import Text

TYPE_CHECKING = False  # shapes are checked before anything slow is imported
if TYPE_CHECKING:
    from typing import Any

    from torch import Tensor


def shape_text(shape: tuple[int, ...]) -> str:
    """`(2, 3)`, as torch and NumPy print a shape."""
    return str(tuple(shape))


def first_line(error: Exception) -> str:
    """What an error of torch says, without the lines of detail that may follow."""
    return (str(error).splitlines() or [type(error).__name__])[0].rstrip(".:")


def told(value: object) -> str:
    """A value and its type, for a message: `3 (int)`; a class where an object belongs is `class ReLU`."""
    if isinstance(value, type):
        return f"class {value.__name__}"
    text = " ".join(repr(value).split())
    return f"{text if len(text) <= 80 else text[:77] + '...'} ({type(value).__name__})"


def check(fits: bool, name: str, must: Text, got: object, error: type[Exception] = ValueError) -> None:
    """Raise an error in the reader's language unless `fits`: "`name` must ..., got ...".

    Example:
        >>> check(-1 > 0, "lr", Text("be > 0", "必须大于 0"), -1)
        Traceback (most recent call last):
        ValueError: lr must be > 0, got -1.
    """
    if not fits:
        en, zh = got if isinstance(got, Text) else (got, f" {got}")
        raise error(Text(f"{name} must {must.en}, got {en}.", f"{name} {must.zh}，现在是{zh}。").here)


def check_tensor(
    value: Any,
    name: str,
    *,
    last: int | None = None,
    ndim: int | None = None,
    empty: bool = False,
    finite: bool = True,
) -> Tensor:
    """Return `value` if it is a finite floating-point tensor of the wanted shape.

    Args:
        value: What the caller passed.
        name: The argument's name, for the message.
        last: The size that the last dimension must have.
        ndim: The number of dimensions that it must have.
        empty: True lets a tensor without numbers pass, such as an empty batch.
        finite: False lets infinity, NaN and emptiness pass, as where a path diverges.
    """
    from torch import Tensor

    kind = Text("be a torch.Tensor", "必须是 torch.Tensor")
    check(isinstance(value, Tensor), name, kind, type(value).__name__, TypeError)
    floating = Text("have a floating-point dtype such as torch.float32", "必须是浮点类型，例如 torch.float32")
    check(value.dtype.is_floating_point, name, floating, value.dtype, TypeError)
    shape = f"shape {shape_text(value.shape)}"
    check(ndim in (None, value.ndim), name, Text(f"have {ndim} dimension(s)", f"必须是 {ndim} 维张量"), shape)
    ends = Text(f"have a last dimension of {last}", f"的最后一维必须是 {last}")
    check(last is None or tuple(value.shape[-1:]) == (last,), name, ends, shape)
    check(empty or not finite or value.numel() > 0, name, Text("not be empty", "不能为空"), shape)
    bad = value[~value.isfinite()][:1].tolist() if finite else []
    check(not bad, name, Text("be finite", "的每个数都必须有限"), bad and bad[0])
    checked: Tensor = value
    return checked


def check_number(value: Any, name: str, *, above: float | None = None) -> float:
    """Return `value` as a float if it is a finite number, and greater than `above`."""
    real = isinstance(value, Real) and not isinstance(value, bool)
    check(real, name, Text("be a number", "必须是一个数"), told(value), TypeError)
    allowed = Text("be a finite number", "必须是有限的数")
    if above is not None:
        allowed = Text(f"be a finite number > {above:g}", f"必须是大于 {above:g} 的有限数")
    check(math.isfinite(value) and (above is None or value > above), name, allowed, repr(value))
    return float(value)


def check_positive(value: Any, name: str) -> float:
    """Return `value` as a float if it is a finite number above zero."""
    return check_number(value, name, above=0)


def check_count(value: Any, name: str, *, minimum: int = 1) -> int:
    """Return `value` if it is an integer that is at least `minimum`."""
    whole = isinstance(value, Integral) and not isinstance(value, bool)
    check(whole, name, Text("be an integer", "必须是整数"), told(value), TypeError)
    check(value >= minimum, name, Text(f"be an integer >= {minimum}", f"必须是不小于 {minimum} 的整数"), repr(value))
    return int(value)
