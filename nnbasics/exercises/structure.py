"""Sections 6 and 7: how many parameters there are, and which shapes fit."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise, zip_longest

import torch
from torch import Generator, nn

from ..text import Text
from .entry import Case, Exercise, Mistake, integer

Shape = Sequence[int]


def _count(sizes: Shape) -> int:
    layers = [nn.Linear(wide, out, device="meta") for wide, out in pairwise(sizes)]
    return sum(parameter.numel() for layer in layers for parameter in layer.parameters())


def _shape(a: Shape, b: Shape) -> Shape | None:
    try:
        return tuple(torch.broadcast_shapes(tuple(a), tuple(b)))
    except RuntimeError:
        return None


def _count_cases() -> list[Case]:
    return [{"sizes": sizes} for sizes in ([3, 3, 2, 2], [1, 1], [2, 3], [5, 1], [784, 128, 10])]


def _count_draw(generator: Generator, size: int) -> Case:
    return {"sizes": [integer(generator, 1, 2 + size) for _ in range(2 + size // 3)]}


def _shape_cases() -> list[Case]:
    pairs: list[tuple[Shape, Shape]] = [
        ((2, 3), (3,)),
        ((), ()),
        ((), (3,)),
        ((3,), (1,)),
        ((4,), (2, 3)),
        ((2, 3), (2,)),
        ((2, 1), (1, 3)),
        ((2,), (2, 3)),
        ((2, 1, 3), (4, 1)),
        ((2, 3), (3, 2)),
    ]
    return [{"a": a, "b": b} for a, b in pairs]


def _shape_draw(generator: Generator, size: int) -> Case:
    """Shapes that fit, except every third, which may not."""
    whole = [integer(generator, 1, 1 + size) for _ in range(integer(generator, 1, 1 + size // 3))]
    a, b = ([1 if integer(generator, 0, 3) == 0 else n for n in whole] for _ in range(2))
    if size % 3 == 0:
        b[-1] += 1
    return {"a": tuple(a), "b": tuple(b[integer(generator, 0, len(b) - 1) :])}


def _shape_like(a: Shape, b: Shape, *, left: bool = False, strict: bool = False, ones: bool = True) -> Shape | None:
    """The result's shape with one of the usual mistakes."""
    step = 1 if left else -1
    sizes = []
    for m, n in zip_longest(a[::step], b[::step], fillvalue=1):
        if strict and m != n and (not ones or 1 not in (m, n)):
            return None
        sizes.append(max(m, n))
    return tuple(sizes[::step])


def _refuses(a: Shape, b: Shape) -> Shape:
    return tuple(torch.broadcast_shapes(tuple(a), tuple(b)))


EXERCISES = (
    Exercise(
        id="count-parameters",
        section=6,
        arguments="sizes",
        task=Text(
            "How many parameters a fully connected network has: each layer from m to n units has m * n weights and n "
            "biases.\n"
            "Given: sizes, the list of its layers' sizes, the input first, such as [3, 3, 2, 2].\n"
            "Return: an integer.",
            "全连接网络有多少个参数：从 m 个单元到 n 个单元的一层，有 m * n 个权重和 n 个偏置。\n"
            "已知：sizes，各层大小的列表，第一个是输入层，例如 [3, 3, 2, 2]。\n"
            "返回：一个整数。",
        ),
        reference=_count,
        fixed=_count_cases,
        draw=_count_draw,
        mistakes=(
            Mistake(
                Text("The biases are missing: n for each layer.", "少了偏置：每层 n 个。"),
                lambda s: sum(m * n for m, n in pairwise(s)),
            ),
            Mistake(
                Text(
                    "A bias belongs to an output of a layer: n of them, not m, not 1.",
                    "偏置属于一层的输出：有 n 个，不是 m 个，也不是 1 个。",
                ),
                lambda s: sum(m * n + m for m, n in pairwise(s)),
                lambda s: sum(m * n + 1 for m, n in pairwise(s)),
                lambda s: sum(m * n + m + n for m, n in pairwise(s)),
                lambda s: sum(m * n for m, n in pairwise(s)) + sum(s),
                lambda s: sum(2 * m * n for m, n in pairwise(s)),
                lambda s: sum((m + 1) * (n + 1) for m, n in pairwise(s)),
            ),
            Mistake(
                Text("A layer is missing: count every pair of neighbours.", "漏了一层：每一对相邻层都要算。"),
                lambda s: sum(m * n + n for m, n in pairwise(s[:-1])),
                lambda s: sum(m * n + n for m, n in pairwise(s[1:])),
                lambda s: s[0] * s[1] + s[1],
                lambda s: s[0] * s[-1] + s[-1],
            ),
            Mistake(
                Text("Weights join neighbouring layers: m * n for each pair.", "权重连接相邻两层：每一对有 m * n 个。"),
                lambda s: sum(m + n for m, n in pairwise(s)),
                lambda s: sum(m * m + m for m in s),
                lambda s: math.prod(s),
                lambda s: math.prod(s) + sum(s[1:]),
            ),
            Mistake(
                Text("These are the units, not the parameters.", "这是神经元的个数，不是参数的个数。"),
                lambda s: sum(s),
                lambda s: sum(s[1:]),
            ),
        ),
    ),
    Exercise(
        id="broadcast-shape",
        section=7,
        arguments="a, b",
        task=Text(
            "The shape of the sum of two tensors, by the rules of broadcasting: write both shapes flush right, fill up "
            "with 1 on the left; two sizes fit if they are equal or one of them is 1.\n"
            "Given: a and b, tuples of sizes of 1 or more.\n"
            "Return: the shape as a tuple, or None where the shapes do not fit.",
            "按广播规则求两个张量之和的形状：两个形状右对齐，左边用 1 补齐；两个大小相等，或其中一个为 1，才相容。\n"
            "已知：a 和 b，由不小于 1 的整数组成的元组。\n"
            "返回：元组形式的形状；形状不相容时返回 None。",
        ),
        reference=_shape,
        fixed=_shape_cases,
        draw=_shape_draw,
        mistakes=(
            Mistake(
                Text("Shapes are aligned at the right, not at the left.", "形状应右对齐，而不是左对齐。"),
                lambda a, b: _shape_like(a, b, left=True, strict=True),
                lambda a, b: _shape_like(a, b, left=True),
                lambda a, b: (
                    _shape(a, tuple(b) + (1,) * (len(a) - len(b)))
                    if len(a) >= len(b)
                    else _shape(b, tuple(a) + (1,) * (len(b) - len(a)))
                ),
            ),
            Mistake(
                Text(
                    "Sizes that differ fit only where one of them is 1: otherwise return None.",
                    "大小不同时，只有其中一个为 1 才相容：否则应返回 None。",
                ),
                lambda a, b: _shape_like(a, b),
                lambda a, b: tuple(a) if len(a) > len(b) else tuple(b),
            ),
            Mistake(
                Text(
                    "The shapes need not be equally long: fill up with 1 on the left.",
                    "两个形状不必一样长：左边用 1 补齐。",
                ),
                lambda a, b: _shape(a, b) if len(a) == len(b) else None,
            ),
            Mistake(
                Text(
                    "The sizes further left are lost: zip stops at the shorter shape.",
                    "左边的大小丢失了：zip 会在较短的形状处停止。",
                ),
                lambda a, b: (
                    s[max(len(a), len(b)) - min(len(a), len(b)) :] if (s := _shape(a, b)) is not None else None
                ),
            ),
            Mistake(
                Text("A size of 1 is stretched to the other's size.", "大小为 1 的维度会扩展成另一个的大小。"),
                lambda a, b: _shape_like(a, b, strict=True, ones=False) if len(a) == len(b) else None,
                lambda a, b: tuple(a) if tuple(a) == tuple(b) else None,
                lambda a, b: (
                    _shape_like(
                        a[len(a) - min(len(a), len(b)) :], b[len(b) - min(len(a), len(b)) :], strict=True, ones=False
                    )
                    and _shape(a, b)
                ),
            ),
            Mistake(
                Text("The sizes come out in reverse order.", "大小的顺序反了。"),
                lambda a, b: s[::-1] if (s := _shape(a, b)) is not None else None,
            ),
            Mistake(
                Text("Where the shapes do not fit, return None.", "形状不相容时应返回 None。"),
                _refuses,
                lambda a, b: () if (s := _shape(a, b)) is None else s,
            ),
        ),
    ),
)
