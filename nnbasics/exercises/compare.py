"""A student's answer beside the right one: what differs, and both as text."""

from __future__ import annotations

import copy
import math
from typing import Any

import numpy as np
import torch
from torch import Tensor

from ..text import Text

RTOL, ATOL = 1e-8, 1e-10
NUMBER_RTOL = 1e-5  # for single numbers: a float32 in between, such as torch.tensor(2.0), is no mistake
TEXT_LENGTH = 300

NOTHING_RETURNED = Text(
    "The function returned None. Does every path end in a return?", "函数返回了 None。每条路径都以 return 结束吗？"
)
WRONG_TYPE = Text(
    "The result is of another kind than the task asks for. Compare expected and got.",
    "返回值的类型与题目要求的不同，请对照“应得”和“实得”。",
)
WRONG_COUNT = Text(
    "The task asks for several results, returned as a tuple: return a, b.",
    "题目要求返回多个结果，用元组一起返回：return a, b。",
)
WRONG_SHAPE = Text(
    "The result has the wrong shape. Print .shape after each line; look for a missing or extra sum, mean or keepdim.",
    "结果的形状不对。逐行打印 .shape，看看 sum、mean 或 keepdim 是少了还是多了。",
)
WRONG_DTYPE = Text(
    "The result has the wrong dtype. Keep the dtype of the input: torch.zeros_like(x), or dtype=x.dtype.",
    "结果的 dtype 不对。应保持与输入相同的 dtype：用 torch.zeros_like(x)，或写 dtype=x.dtype。",
)
NOT_AN_INTEGER = Text("The result must be an integer (int).", "结果必须是整数（int）。")
CARRIES_GRAPH = Text(
    "The number still carries the graph of the computation. loss.item() returns it as a float.",
    "返回的数还带着计算图。用 loss.item() 取出普通的 float。",
)
NOT_FINITE = Text(
    "A nan or inf appears where a finite number is right: an exp that overflowed, a log of 0, or a division by 0.",
    "本应是有限数的地方出现了 nan 或 inf：可能是 exp 溢出、对 0 取对数，或除以 0。",
)
WRONG_VALUE = Text(
    "The kind of result is right, the numbers are not. Work this input out by hand and compare line by line.",
    "返回值的类型是对的，但数值不对。请用这组输入手算一遍，逐行对照。",
)


def difference(expected: Any, got: Any) -> Text | None:
    """What is wrong with `got` where `expected` is right; None if nothing is.

    A NumPy array, a number or a list counts as the tensor that it holds. Tensors must have the right shape and dtype
    and agree to 1e-8 relative plus 1e-10 absolute, single numbers to 1e-5 relative; nan equals nan.
    """
    if got is None or expected is None:
        return None if got is expected else NOTHING_RETURNED if got is None else WRONG_TYPE
    if isinstance(expected, (tuple, list)):
        if not isinstance(got, (tuple, list)):
            return WRONG_COUNT
        if len(got) != len(expected):
            return WRONG_COUNT
        found = (difference(right, mine) for right, mine in zip(expected, got, strict=True))
        return next((problem for problem in found if problem), None)
    if isinstance(expected, int):
        return _integer_difference(expected, got)
    mine = as_tensor(got)
    if mine is None:
        return WRONG_TYPE
    if isinstance(expected, float):
        return _number_difference(expected, got, mine)
    if mine.shape != expected.shape:
        return WRONG_SHAPE
    if mine.dtype != expected.dtype:
        return WRONG_DTYPE
    return _value_difference(expected.detach(), mine, RTOL)


def _integer_difference(expected: int, got: Any) -> Text | None:
    if isinstance(got, Tensor) and got.ndim == 0 and not got.dtype.is_floating_point and not got.is_complex():
        got = got.item()
    if isinstance(got, bool) or not isinstance(got, (int, float, np.integer, np.floating)):
        return WRONG_TYPE
    if got != expected:
        return WRONG_VALUE
    return None if isinstance(got, (int, np.integer)) else NOT_AN_INTEGER


def _number_difference(expected: float, got: Any, mine: Tensor) -> Text | None:
    if mine.ndim != 0:
        return WRONG_SHAPE
    if mine.dtype == torch.bool or mine.is_complex():
        return WRONG_TYPE
    if isinstance(got, Tensor) and got.requires_grad:
        return CARRIES_GRAPH
    return _value_difference(torch.tensor(expected, dtype=torch.float64, device="cpu"), mine.double(), NUMBER_RTOL)


def _value_difference(expected: Tensor, mine: Tensor, rtol: float) -> Text | None:
    if torch.allclose(mine, expected, rtol=rtol, atol=ATOL, equal_nan=True):
        return None
    return NOT_FINITE if bool((~mine.isfinite() & expected.isfinite()).any()) else WRONG_VALUE


def as_tensor(value: Any) -> Tensor | None:
    """The tensor that a tensor, an array, a number or a list of those holds, on the CPU; None if it is none of them."""
    if isinstance(value, Tensor):
        return value.detach().to("cpu") if value.layout == torch.strided and not value.is_meta else None
    if isinstance(value, (np.ndarray, np.generic)):
        try:
            return torch.from_numpy(np.array(value))
        except TypeError:  # strings, objects
            return None
    if isinstance(value, (bool, int, float)):
        return torch.tensor(value, dtype=torch.bool if isinstance(value, bool) else torch.float64, device="cpu")
    if isinstance(value, (list, tuple)):
        rows = [as_tensor(row) for row in value]
        if not rows:
            return torch.zeros(0, dtype=torch.float64, device="cpu")
        whole = [row for row in rows if row is not None]
        fits = len(whole) == len(rows) and all(r.shape == whole[0].shape and r.dtype == whole[0].dtype for r in whole)
        return torch.stack(whole) if fits else None
    return None


def copied(case: dict[str, Any]) -> dict[str, Any]:
    """The case with tensors of its own, so that nobody changes the original."""
    return {name: value.clone() if isinstance(value, Tensor) else copy.copy(value) for name, value in case.items()}


def changed(before: Any, after: Any) -> bool:
    """Whether a value of a case is not what it was."""
    if isinstance(before, Tensor):
        return before.shape != after.shape or not torch.equal(before.nan_to_num(), after.nan_to_num())
    return bool(before != after)


def extent(case: dict[str, Any]) -> tuple[int, float]:
    """How large a case is: how many numbers it holds, then the sum of their magnitudes."""
    tensors = [found for value in case.values() if (found := as_tensor(value)) is not None]
    return sum(t.numel() for t in tensors), sum(float(t.double().abs().sum()) for t in tensors)


def show(value: Any, digits: int = 6) -> str:
    """A value as text: a tensor of float64 or int64 as the list of its numbers, another with its dtype."""
    if isinstance(value, (Tensor, np.ndarray)) and (found := as_tensor(value)) is not None:
        kind = "" if found.dtype in (torch.float64, torch.int64, torch.bool) else f" ({found.dtype})"
        kind += f" (shape {tuple(found.shape)})" if found.numel() == 0 else ""
        return _short(show(found.tolist(), digits) + kind)
    if isinstance(value, (bool, int, np.integer)):
        return str(value)
    if isinstance(value, (float, np.floating)):
        return _decimal(float(value), digits)
    if isinstance(value, (list, tuple)):
        inside = ", ".join(show(item, digits) for item in value)
        opened, closed = "[]" if isinstance(value, list) else "()"
        return _short(opened + inside + ("," if closed == ")" and len(value) == 1 else "") + closed)
    try:
        return _short(str(value) if isinstance(value, Answer) else repr(value))
    except Exception:  # a student's object may not be able to tell
        return type(value).__name__


class Answer(str):
    """A text that stands for an answer, shown without quotes."""


def _decimal(value: float, digits: int) -> str:
    text = f"{value:.{digits}g}"
    return text + ".0" if math.isfinite(value) and text.lstrip("-").isdigit() else text


def _short(text: str) -> str:
    return text if len(text) <= TEXT_LENGTH else text[: TEXT_LENGTH - 1] + "…"
