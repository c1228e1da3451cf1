"""Section 7: broadcasting."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import product
from typing import Any

import numpy as np
import torch

from ...broadcasting import explain_broadcast
from ...experiments.verdicts import Claim, Finding, exactly
from ...text import NOTHING, Text
from .draws import integers

Shape = tuple[int, ...]
NUMPY_PAGE = "https://numpy.org/doc/stable/user/basics.broadcasting.html"
TORCH_PAGE = "https://docs.pytorch.org/docs/stable/notes/broadcasting.html"


def three_rules(*shapes: Sequence[int]) -> Shape | None:
    """The shape that the three rules give, None where they refuse."""
    return explain_broadcast(*shapes, lang="en").shape


def torch_shape(first: Shape, second: Shape) -> Shape | None:
    """The shape that torch gives to a sum of tensors of these shapes, None where it refuses."""
    try:
        return tuple((torch.zeros(first, device="cpu") + torch.zeros(second, device="cpu")).shape)
    except RuntimeError:
        return None


def numpy_shape(first: Shape, second: Shape) -> Shape | None:
    """The shape that NumPy gives to a sum of arrays of these shapes, None where it refuses."""
    try:
        return (np.zeros(first) + np.zeros(second)).shape
    except ValueError:
        return None


def agreement(seed: int, rules: Callable[..., Shape | None], shape: Callable[[Shape, Shape], Shape | None]) -> Finding:
    """The rules against real sums: all pairs of rank <= 2 and sizes 0 to 3, and 400 drawn pairs of rank <= 5."""
    generator = torch.Generator().manual_seed(seed)
    shapes = [shape for rank in range(3) for shape in product(range(4), repeat=rank)]
    pairs = list(product(shapes, shapes))
    for row in integers(generator, 4, 400, 10).tolist():
        cut = integers(generator, 6, 2).tolist()
        pairs.append((tuple(row[: cut[0]]), tuple(row[5 : 5 + cut[1]])))
    results = [shape(*pair) for pair in pairs]
    same = sum(rules(*pair) == result for pair, result in zip(pairs, results, strict=True))
    numbers = {"same": same, "tried": len(pairs), "refused": results.count(None)}
    return Finding([exactly(NOTHING, same == len(pairs))], numbers)


def broadcast_numpy(seed: int, *, rules: Callable[..., Shape | None] = three_rules) -> Finding:
    """The rules against NumPy."""
    return agreement(seed, rules, numpy_shape)


def broadcast_rules(seed: int, *, rules: Callable[..., Shape | None] = three_rules) -> Finding:
    """The rules against torch."""
    return agreement(seed, rules, torch_shape)


def broadcast_example(seed: int, *, b: tuple[float, ...] = (1, 1, 1)) -> Finding:
    """The example's sum in NumPy, cell by cell, against the printed one."""
    found, printed = np.array([[1, 2, 3], [4, 5, 6]]) + np.array(b), np.array([[2, 3, 4], [5, 6, 7]])
    numbers = {"rows": found.shape[0], "columns": found.shape[1], "same": int((found == printed).sum())}
    return Finding([exactly(NOTHING, bool((found == printed).all()))], numbers)


def broadcast_refused(seed: int, *, shapes: tuple[Shape, Shape] = ((4,), (2, 3))) -> Finding:
    """Whether NumPy and torch refuse numbers of the two shapes in three operations each."""
    libraries: tuple[Any, Any] = (np, torch)
    tried = refused = 0
    for library in libraries:
        first, second = (library.ones(shape) for shape in shapes)
        for operation in (library.add, library.multiply, library.maximum):
            tried += 1
            try:
                operation(first, second)
            except (ValueError, RuntimeError):
                refused += 1
    return Finding([exactly(NOTHING, refused == tried)], {"refused": refused, "tried": tried})


AGREEMENT = Text(
    "The rules and it agree on {same} of {tried} pairs of shapes, of which it refuses {refused}.",
    "{tried} 对形状中，有 {same} 对与规则一致，其中拒绝 {refused} 对。",
)
CLAIMS: tuple[Claim, ...] = (
    Claim(
        id="broadcast-rules",
        section=7,
        kind="identity",
        statement=Text(
            "Three rules decide: fill up with 1s on the left, repeat a size of 1, refuse any other difference.",
            "广播由三条规则决定：左侧补 1，大小为 1 的维度可扩展，其余不相等的情况报错。",
        ),
        judge=broadcast_rules,
        evidence=Text("Held against torch. " + AGREEMENT.en, "与 torch 对照：" + AGREEMENT.zh),
        source=TORCH_PAGE,
    ),
    Claim(
        id="broadcast-numpy",
        section=7,
        kind="identity",
        statement=Text(
            "NumPy, in which the article's examples are written, follows the same three rules.",
            "文中的例子用 NumPy 写成，NumPy 遵循同样的三条规则。",
        ),
        judge=broadcast_numpy,
        evidence=Text("Held against NumPy. " + AGREEMENT.en, "与 NumPy 对照：" + AGREEMENT.zh),
        source=NUMPY_PAGE,
    ),
    Claim(
        id="broadcast-example",
        section=7,
        kind="identity",
        statement=Text(
            "A matrix (2, 3) of 1 to 6 plus a row of three ones is [[2, 3, 4], [5, 6, 7]].",
            "由 1 到 6 组成的 (2, 3) 矩阵加上三个 1，结果是 [[2, 3, 4], [5, 6, 7]]。",
        ),
        judge=broadcast_example,
        evidence=Text(
            "The sum has shape ({rows}, {columns}), and {same} of its 6 cells are the printed ones.",
            "和的形状为 ({rows}, {columns})，6 格中有 {same} 格与文中相同。",
        ),
    ),
    Claim(
        id="broadcast-refused",
        section=7,
        kind="identity",
        statement=Text("Shapes (4,) and (2, 3) cannot be added.", "形状 (4,) 与 (2, 3) 无法相加。"),
        judge=broadcast_refused,
        evidence=Text(
            "NumPy and torch refuse {refused} of {tried} elementwise operations.",
            "NumPy 与 torch 的 {tried} 种逐元素运算中，有 {refused} 种报错。",
        ),
    ),
)
