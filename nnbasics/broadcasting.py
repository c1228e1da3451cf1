"""Broadcasting in words: what each of its three rules does to given shapes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from numbers import Integral
from typing import Any

from ._checks import check, told
from .text import Text, resolve_language

Shape = tuple[int, ...]

GROWS = Text(
    "Rule 1: {shape} has fewer dimensions than {rank}, so it gets 1s on its left: {padded}.",
    "规则 1：{shape} 的维数不足 {rank}，在左侧补 1，变成 {padded}。",
)
NOTHING_GROWS = Text(
    "Rule 1: no shape has fewer dimensions than another, so nothing is added.",
    "规则 1：各个形状的维数都相同，不需要补 1。",
)
REPEATS = Text(
    "Rule 2: in dimension {dim}, {shape} has size 1, which is repeated to {size}.",
    "规则 2：{shape} 在维度 {dim} 上的大小是 1，重复扩展到 {size}。",
)
NOTHING_REPEATS = Text(
    "Rule 2: no size 1 stands beside one other size, so nothing is repeated.",
    "规则 2：没有哪个维度能把大小 1 扩展成唯一的另一个大小，不需要重复。",
)
DIFFERS = Text(
    "Rule 3: in dimension {dim} the sizes {sizes} differ and none of them is 1, so they are refused.",
    "规则 3：维度 {dim} 上的大小 {sizes} 互不相等，又都不是 1，因此拒绝广播。",
)
ALLOWED = Text(
    "Rule 3: no dimension is left with two sizes, so the result has shape {shape}.",
    "规则 3：没有哪个维度还留有两种大小，结果的形状是 {shape}。",
)


@dataclass(frozen=True, repr=False)
class Broadcast:
    """How shapes broadcast together. It prints as what it says.

    Attributes:
        shapes: What was asked about.
        steps: What each rule does, a sentence for each step.
        shape: The shape of the result, or None where the shapes are refused.
        refused_by: The sentence of the rule that refuses them, or None.
    """

    shapes: tuple[Shape, ...]
    steps: tuple[str, ...]
    shape: Shape | None
    refused_by: str | None

    def __repr__(self) -> str:
        result = "" if self.shape is None else f" -> {self.shape}"
        return "\n".join([(", ".join(map(str, self.shapes)) + result).lstrip(), *self.steps])


def explain_broadcast(*shapes: Sequence[int] | int, lang: str | None = None) -> Broadcast:
    """Say step by step how shapes broadcast together, or why they do not.

    Rule 1: a shape with fewer dimensions gets 1s on its left. Rule 2: size 1 is repeated to the other's size.
    Rule 3: any other difference is refused. Dimensions are counted from the right, as in torch: -1 is the last.

    Args:
        shapes: Any number of shapes: tuples, `tensor.shape`, or an integer n for (n,).
        lang: `"en"` or `"zh"`; None as `nnbasics` resolves it.

    Returns:
        A `Broadcast` with `.steps`, `.shape` and `.refused_by`; its shape is that of `torch.broadcast_shapes`.

    Raises:
        ValueError: a size is negative.
        TypeError: a shape is not a sequence of integers.

    Example:
        >>> explain_broadcast((2, 3), (3,), lang="en")
        (2, 3), (3,) -> (2, 3)
        Rule 1: (3,) has fewer dimensions than 2, so it gets 1s on its left: (1, 3).
        Rule 2: in dimension -2, (1, 3) has size 1, which is repeated to 2.
        Rule 3: no dimension is left with two sizes, so the result has shape (2, 3).

    Source:
        https://docs.pytorch.org/docs/stable/notes/broadcasting.html
    """
    language = resolve_language(lang)
    checked = tuple(_check_shape(shape, f"shapes[{place}]") for place, shape in enumerate(shapes))
    rank = max(map(len, checked), default=0)
    padded = [(1,) * (rank - len(shape)) + shape for shape in checked]

    steps = []
    steps += [
        GROWS.say(language, shape=shape, rank=rank, padded=full)
        for shape, full in zip(checked, padded, strict=True)
        if shape != full
    ]
    if not steps:
        steps.append(NOTHING_GROWS.say(language))

    sizes = [{full[place] for full in padded} - {1} for place in range(rank)]  # all that a 1 could be repeated to
    repeated = [
        REPEATS.say(language, dim=place - rank, shape=full, size=next(iter(sizes[place])))
        for place in reversed(range(rank))
        for full in dict.fromkeys(padded)
        if len(sizes[place]) == 1 and full[place] == 1
    ]
    steps += repeated or [NOTHING_REPEATS.say(language)]

    comma = Text(", ", "、").say(language)
    refusals = [
        DIFFERS.say(language, dim=place - rank, sizes=comma.join(map(str, sorted(sizes[place]))))
        for place in reversed(range(rank))
        if len(sizes[place]) > 1
    ]
    if refusals:
        return Broadcast(checked, (*steps, *refusals), None, refusals[0])
    shape = tuple(next(iter(found), 1) for found in sizes)
    return Broadcast(checked, (*steps, ALLOWED.say(language, shape=shape)), shape, None)


def _check_shape(shape: Any, name: str) -> Shape:
    sizes = (shape,) if isinstance(shape, Integral) else shape
    whole = isinstance(sizes, Sequence) and all(isinstance(s, Integral) and not isinstance(s, bool) for s in sizes)
    allowed = Text("be a tuple of integers, such as tensor.shape", "必须是整数的元组，例如 tensor.shape")
    check(whole, name, allowed, told(shape), TypeError)
    check(min(sizes, default=0) >= 0, name, Text("hold sizes >= 0", "的大小都必须不小于 0"), shape)
    return tuple(map(int, sizes))
