"""Section 7: broadcasting."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import product
from typing import Any

import torch

from ...broadcasting import explain_broadcast
from ..claims import Claim, Outcome, Text
from ._trials import integers, normal, numbers

Shape = tuple[int, ...]


def three_rules(*shapes: Sequence[int]) -> Shape | None:
    """The shape that the three rules give, None where they refuse."""
    return explain_broadcast(*shapes, lang="en").shape


def torch_shape(*shapes: Shape) -> Shape | None:
    """The shape that torch gives to a sum of tensors of these shapes, None where it refuses."""
    first, second = (torch.empty(shape, dtype=torch.float32, device="cpu") for shape in shapes)
    try:
        return tuple((first + second).shape)
    except RuntimeError:
        return None


def broadcast_rules(seed: int, *, rules: Callable[..., Shape | None] = three_rules) -> Outcome:
    """The rules against a real sum: all pairs of rank <= 2 and sizes 0 to 3, and 400 drawn pairs of rank <= 5."""
    generator = torch.Generator().manual_seed(seed)
    shapes = [shape for rank in range(3) for shape in product(range(4), repeat=rank)]
    pairs = list(product(shapes, shapes))
    for row in integers(generator, 4, 400, 10).tolist():
        cut = integers(generator, 6, 2).tolist()
        pairs.append((tuple(row[: cut[0]]), tuple(row[5 : 5 + cut[1]])))
    results = [torch_shape(*pair) for pair in pairs]
    same = sum(rules(*pair) == result for pair, result in zip(pairs, results, strict=True))
    refused = results.count(None)
    return Outcome(same == len(pairs), False, {"same": same, "tried": len(pairs), "refused": refused})


def broadcast_example(seed: int, *, b: tuple[float, ...] = (1, 1, 1), printed: Any = ((2, 3, 4), (5, 6, 7))) -> Outcome:
    """The example's sum, cell by cell, against the printed one."""
    found = numbers((1, 2, 3), (4, 5, 6)) + numbers(*b)
    right = numbers(*printed)
    off = float((found - right).abs().max()) if found.shape == right.shape else torch.inf
    return Outcome(off == 0, False, {"rows": found.shape[0], "columns": found.shape[1], "off": off})


def broadcast_refused(seed: int, *, shapes: tuple[Shape, Shape] = ((4,), (2, 3))) -> Outcome:
    """Whether torch refuses drawn numbers of the two shapes in six operations."""
    generator = torch.Generator().manual_seed(seed)
    first, second = (normal(generator, *shape) for shape in shapes)
    operations = (torch.add, torch.sub, torch.mul, torch.div, torch.maximum, torch.lt)
    refused = 0
    for operation in operations:
        try:
            operation(first, second)
        except RuntimeError:
            refused += 1
    return Outcome(refused == len(operations), False, {"refused": refused, "tried": len(operations)})


CLAIMS: list[Claim] = [
    Claim(
        id="broadcast-rules",
        section=7,
        statement=Text(
            "Three rules decide: fill up with 1s on the left, repeat a size of 1, refuse any other difference.",
            "广播由三条规则决定：左侧补 1，大小为 1 的维度可扩展，其余不相等的情况报错。",
        ),
        check=broadcast_rules,
        evidence=Text(
            "rules and torch agree on {same:.0f} of {tried:.0f} pairs of shapes, of which torch refuses {refused:.0f}",
            "{tried:.0f} 对形状中，规则与 torch 有 {same:.0f} 对一致，其中 torch 拒绝 {refused:.0f} 对",
        ),
    ),
    Claim(
        id="broadcast-example",
        section=7,
        statement=Text(
            "A matrix (2, 3) of 1 to 6 plus a row of three ones is [[2, 3, 4], [5, 6, 7]].",
            "由 1 到 6 组成的 (2, 3) 矩阵加上三个 1，结果是 [[2, 3, 4], [5, 6, 7]]。",
        ),
        check=broadcast_example,
        evidence=Text(
            "the sum has shape ({rows:.0f}, {columns:.0f}) and differs from the printed cells by at most {off:.0f}",
            "和的形状为 ({rows:.0f}, {columns:.0f})，与文中各格最多相差 {off:.0f}",
        ),
    ),
    Claim(
        id="broadcast-refused",
        section=7,
        statement=Text("Shapes (4,) and (2, 3) cannot be added.", "形状 (4,) 与 (2, 3) 无法相加。"),
        check=broadcast_refused,
        evidence=Text(
            "torch refuses {refused:.0f} of {tried:.0f} elementwise operations",
            "{tried:.0f} 种逐元素运算中，torch 拒绝了 {refused:.0f} 种",
        ),
    ),
]
