"""Section 4: activations, their derivatives, and why they are needed."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Generator, Tensor

from .._bilingual import Text
from .entry import Case, Exercise, Mistake, integer, normal, numbers

OVERFLOW = Text(
    "exp overflows for large inputs. Softmax does not change when the maximum is subtracted from x first.",
    "输入很大时 exp 会溢出。先从 x 中减去最大值，softmax 的结果不变。",
)


def _softmax_cases() -> list[Case]:
    return [
        {"x": numbers(0.2, 1.3, 3.75), "dim": 0},
        {"x": numbers([5.0]), "dim": 0},
        {"x": numbers(1000.0, 0.0), "dim": -1},
        {"x": numbers(-1000.0, -1000.0), "dim": 0},
        {"x": numbers([[0.0, 1.0], [2.0, 4.0]]), "dim": 0},
        {"x": numbers([[0.0, 1.0], [2.0, 4.0]]), "dim": 1},
        {"x": numbers([[1.0, 2.0, 3.0], [1e4, 1e4 + 1, -1e4]]), "dim": -1},
    ]


def _softmax_draw(generator: Generator, size: int) -> Case:
    dims = 1 + size % 3
    shape = [integer(generator, 1, 2 + size // 3) for _ in range(dims)]
    return {"x": 3 * normal(generator, *shape), "dim": integer(generator, -dims, dims - 1)}


def _shares(x: Tensor, *dim: int, keepdim: bool = True) -> Tensor:
    """Softmax without the maximum taken off; over all numbers where `dim` is not given."""
    up = x.exp()
    return up / (up.sum(*dim, keepdim=keepdim) if dim else up.sum())


def _sums_over(x: Tensor, *dim: int) -> Tensor:
    return torch.softmax(x, *dim) if dim else torch.softmax(x.flatten(), 0).reshape(x.shape)


def _along(fixed: int) -> tuple[Callable[..., Tensor], Callable[..., Tensor]]:
    """Softmax along one dimension whatever `dim` says, stable and not."""
    return lambda x, dim: torch.softmax(x, fixed), lambda x, dim: _shares(x, fixed)


EXERCISES = (
    Exercise(
        id="softmax",
        section=4,
        arguments="x, dim",
        task=Text(
            "Turn logits into probabilities along dimension dim:\n"
            "    softmax(x)_i = exp(x_i) / sum_j exp(x_j)\n"
            "It must stand large numbers, such as 1000.\n"
            "Given: x, a tensor of any shape; dim, an integer, which may be negative.\n"
            "Return: a tensor of the shape and dtype of x.",
            "沿维度 dim 把 logits 变成概率：\n"
            "    softmax(x)_i = exp(x_i) / sum_j exp(x_j)\n"
            "输入很大（如 1000）时也要算得对。\n"
            "已知：x，任意形状的张量；dim，整数，可以为负。\n"
            "返回：形状和 dtype 与 x 相同的张量。",
        ),
        reference=torch.softmax,
        fixed=_softmax_cases,
        draw=_softmax_draw,
        mistakes=(
            Mistake(
                OVERFLOW,
                _shares,
                lambda x, dim: torch.softmax(x - x.max(), dim).masked_fill(
                    (x - x.max()).exp().sum(dim, True) == 0, torch.nan
                ),
            ),
            Mistake(
                Text(
                    "The sum runs over the wrong dimension: it must run along dim.",
                    "求和的维度不对：应沿 dim 求和。",
                ),
                *(each for dim in (0, 1, -1) for each in _along(dim)),
                lambda x, dim: _sums_over(x),
                lambda x, dim: _shares(x),
            ),
            Mistake(
                Text(
                    "The sum needs keepdim=True, or it divides along another dimension.",
                    "求和要加 keepdim=True，否则会沿着别的维度去除。",
                ),
                lambda x, dim: _shares(x, dim, keepdim=False),
                lambda x, dim: (x - x.amax(dim, True)).exp() / (x - x.amax(dim, True)).exp().sum(dim),
            ),
            Mistake(
                Text("These are the logarithms: take exp of them.", "这是概率的对数：还要取 exp。"),
                torch.log_softmax,
            ),
            Mistake(
                Text("The numbers do not sum to 1: divide by the sum of exp.", "结果之和不为 1：要除以 exp 的和。"),
                lambda x, dim: x.exp(),
                lambda x, dim: (x - x.amax(dim, True)).exp(),
                lambda x, dim: x.exp() / x.exp().mean(dim, True),
                lambda x, dim: x.exp() / x.exp().amax(dim, True),
            ),
            Mistake(
                Text(
                    "exp is missing: softmax divides exponentials, not the inputs.",
                    "少了 exp：softmax 用的是指数，不是输入本身。",
                ),
                lambda x, dim: x / x.sum(dim, True),
                lambda x, dim: x.abs() / x.abs().sum(dim, True),
                lambda x, dim: x.sigmoid(),
            ),
        ),
    ),
)
