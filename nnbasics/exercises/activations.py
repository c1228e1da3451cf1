"""Section 4: activations, their derivatives, and why they are needed."""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch import Generator, Tensor

from ..text import Text
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


def _shares(x: Tensor, dim: int, *, keepdim: bool = True) -> Tensor:
    """Softmax without the maximum taken off."""
    up = x.exp()
    return up / up.sum(dim, keepdim=keepdim)


def _along(fixed: int) -> tuple[Callable[..., Tensor], Callable[..., Tensor]]:
    """Softmax along one dimension whatever `dim` says, stable and not."""
    return lambda x, dim: torch.softmax(x, fixed), lambda x, dim: _shares(x, fixed)


def points() -> list[Case]:
    """Numbers of both signs and sizes, and 0."""
    return [
        {"x": numbers(-2.0, 0.0, 3.0)},
        {"x": numbers(0.0)},
        {"x": numbers([-1.5])},
        {"x": numbers([2.5])},
        {"x": numbers([[-1000.0, 1000.0], [1e-3, -1e-3]])},
    ]


def points_draw(generator: Generator, size: int) -> Case:
    """A tensor of `size` numbers."""
    return {"x": 3 * normal(generator, *((size,) if size % 2 else (2, size // 2)))}


def with_gradient(function: Callable[[Tensor], Tensor], x: Tensor) -> tuple[Tensor, Tensor]:
    """A function's values and its derivative, by autograd."""
    x = x.detach().requires_grad_()
    values = function(x)
    return values.detach(), torch.autograd.grad(values.sum(), x)[0]


def _by_math(x: Tensor) -> Tensor:
    """Number by number with `math.exp`, which raises where torch gives inf."""
    return torch.tensor([1 / (1 + math.exp(-v)) for v in x.flatten().tolist()], dtype=x.dtype, device=x.device).reshape(
        x.shape
    )


EXERCISES = (
    Exercise(
        id="sigmoid",
        section=4,
        arguments="x",
        task=Text(
            "The sigmoid of every number:\n"
            "    sigmoid(x) = 1 / (1 + exp(-x))\n"
            "It must stand large numbers of both signs, such as 1000 and -1000.\n"
            "Given: x, a tensor of any shape.\n"
            "Return: a tensor of the shape and dtype of x.",
            "对每个数求 sigmoid：\n"
            "    sigmoid(x) = 1 / (1 + exp(-x))\n"
            "正负很大的数（如 1000 和 -1000）也要算得对。\n"
            "已知：x，任意形状的张量。\n"
            "返回：形状和 dtype 与 x 相同的张量。",
        ),
        reference=torch.sigmoid,
        fixed=points,
        draw=points_draw,
        mistakes=(
            Mistake(
                Text(
                    "exp overflows for large numbers: hand it no argument that is large and positive.",
                    "数很大时 exp 会溢出：不要让 exp 的参数是很大的正数。",
                ),
                lambda x: x.exp() / (1 + x.exp()),
                _by_math,
            ),
            Mistake(
                Text("The sign in exp is wrong: 1 / (1 + exp(-x)).", "exp 中的符号不对：1 / (1 + exp(-x))。"),
                lambda x: (-x).sigmoid(),
                lambda x: 1 / (1 - (-x).exp()),
            ),
            Mistake(
                Text("The 1 in the denominator is missing: 1 / (1 + exp(-x)).", "分母里少了 1：1 / (1 + exp(-x))。"),
                lambda x: 1 / (-x).exp(),
                lambda x: x.exp(),
                lambda x: 1 + (-x).exp(),
            ),
            Mistake(
                Text("This is tanh: the sigmoid runs from 0 to 1.", "这是 tanh：sigmoid 的值在 0 到 1 之间。"),
                torch.tanh,
            ),
            Mistake(
                Text("This is the derivative, not the sigmoid.", "这是导数，不是 sigmoid 本身。"),
                lambda x: x.sigmoid() * (1 - x.sigmoid()),
            ),
            Mistake(
                Text("This rounds to 0 and 1: the sigmoid is smooth.", "这里取整成了 0 和 1：sigmoid 是平滑的。"),
                lambda x: x.sigmoid().round(),
                lambda x: (x > 0).to(x.dtype),
                lambda x: (x >= 0).to(x.dtype),
            ),
            Mistake(
                Text(
                    "This normalizes over all numbers: each one stands for itself.",
                    "这里对所有数做了归一化：每个数应单独计算。",
                ),
                lambda x: x.flatten().softmax(0).reshape(x.shape),
                lambda x: x.exp() / (1 + x.exp().sum()),
            ),
        ),
    ),
    Exercise(
        id="sigmoid-gradient",
        section=4,
        arguments="x",
        task=Text(
            "The derivative of the sigmoid at every number:\n"
            "    sigmoid'(x) = s * (1 - s)  with  s = sigmoid(x)\n"
            "It must stand large numbers of both signs.\n"
            "Given: x, a tensor of any shape, what goes into the sigmoid.\n"
            "Return: a tensor of the shape and dtype of x.",
            "sigmoid 在每个数处的导数：\n"
            "    sigmoid'(x) = s * (1 - s)，其中 s = sigmoid(x)\n"
            "正负很大的数也要算得对。\n"
            "已知：x，任意形状的张量，是 sigmoid 的输入。\n"
            "返回：形状和 dtype 与 x 相同的张量。",
        ),
        reference=lambda x: with_gradient(torch.sigmoid, x)[1],
        fixed=points,
        draw=points_draw,
        mistakes=(
            Mistake(
                Text(
                    "x is the input, not the sigmoid's value: take s = sigmoid(x) first.",
                    "x 是输入，不是 sigmoid 的值：要先求 s = sigmoid(x)。",
                ),
                lambda x: x * (1 - x),
                lambda x: x.sigmoid() * (1 - x),
                lambda x: x * (1 - x.sigmoid()),
            ),
            Mistake(
                Text(
                    "exp overflows for large numbers: s * (1 - s) does not.",
                    "数很大时 exp 会溢出：用 s * (1 - s) 就不会。",
                ),
                lambda x: (-x).exp() / (1 + (-x).exp()) ** 2,
                lambda x: x.exp() / (1 + x.exp()) ** 2,
                lambda x: _by_math(x) * (1 - _by_math(x)),
            ),
            Mistake(
                Text("This is the sigmoid, not its derivative.", "这是 sigmoid 本身，不是导数。"),
                torch.sigmoid,
            ),
            Mistake(
                Text("The derivative is s * (1 - s), with a minus sign.", "导数是 s * (1 - s)，括号里是减号。"),
                lambda x: x.sigmoid() * (1 + x.sigmoid()),
                lambda x: x.sigmoid() ** 2,
                lambda x: 1 - x.sigmoid(),
                lambda x: x.sigmoid() * (x.sigmoid() - 1),
                lambda x: -x.sigmoid() * (1 - x.sigmoid()),
            ),
            Mistake(
                Text("1 - s^2 is the derivative of tanh.", "1 - s^2 是 tanh 的导数。"),
                lambda x: 1 - x.sigmoid() ** 2,
                lambda x: 1 - x.tanh() ** 2,
            ),
            Mistake(
                Text("The sigmoid is taken twice.", "sigmoid 算了两次。"),
                lambda x: x.sigmoid().sigmoid() * (1 - x.sigmoid().sigmoid()),
            ),
        ),
    ),
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
            ),
            Mistake(
                Text(
                    "Subtract the maximum along dim, not that of all numbers: a row far below it becomes 0 / 0.",
                    "应减去沿 dim 的最大值，而不是所有数的最大值：远小于它的行会变成 0 / 0。",
                ),
                lambda x, dim: _shares(x - x.max(), dim),
            ),
            Mistake(
                Text(
                    "The sum runs over the wrong dimension: it must run along dim.",
                    "求和的维度不对：应沿 dim 求和。",
                ),
                *(each for dim in (0, 1, -1) for each in _along(dim)),
                lambda x, dim: x.flatten().softmax(0).reshape(x.shape),
                lambda x, dim: x.exp() / x.exp().sum(),
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
