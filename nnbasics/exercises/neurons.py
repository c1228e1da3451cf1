"""Sections 1 to 4: one neuron, a layer, and what two layers without an activation are."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Generator, Tensor
from torch.nn import functional as F

from ..text import Text
from .entry import Case, Exercise, Mistake, integer, normal, numbers


def _neuron(x: Tensor, weight: Tensor, bias: Tensor) -> tuple[Tensor, Tensor]:
    z = F.linear(x, weight[None], bias[None])[0]
    return z, torch.sigmoid(z)


def _neuron_cases() -> list[Case]:
    return [
        {"x": numbers(1.0, 2.0, -1.0), "weight": numbers(0.5, 0.25, 1.0), "bias": numbers(0.5)},
        {"x": numbers([2.0]), "weight": numbers([3.0]), "bias": numbers(-1.0)},
        {"x": numbers(0.0, 0.0), "weight": numbers(1.0, 2.0), "bias": numbers(1.0)},
        {"x": numbers(1000.0, 1.0), "weight": numbers(-1.0, 1.0), "bias": numbers(0.0)},
    ]


def _neuron_draw(generator: Generator, size: int) -> Case:
    return {"x": normal(generator, size), "weight": normal(generator, size), "bias": normal(generator)}


def _layer_cases() -> list[Case]:
    x = numbers([[1.0, 2.0, 3.0], [0.0, -1.0, 1.0]])
    return [
        {"x": x, "weight": numbers([[1.0, 0.0, 2.0], [0.5, -1.0, 0.0]]), "bias": numbers(0.5, -0.5)},
        {"x": numbers([[2.0]]), "weight": numbers([[3.0]]), "bias": numbers([1.0])},
        {"x": numbers([[1.0, 2.0]]), "weight": numbers([[0.0, 1.0], [2.0, 0.0]]), "bias": numbers(1.0, 2.0)},
    ]


def _layer_draw(generator: Generator, size: int) -> Case:
    rows, wide, out = (integer(generator, 1, 2 + size // 3) for _ in range(3))
    return {"x": normal(generator, rows, wide), "weight": normal(generator, out, wide), "bias": normal(generator, out)}


def _collapse(weight1: Tensor, bias1: Tensor, weight2: Tensor, bias2: Tensor) -> tuple[Tensor, Tensor]:
    """What the two layers do with zero is the bias; what they do with a unit vector, less that, a column."""

    def layers(x: Tensor) -> Tensor:
        return F.linear(F.linear(x, weight1, bias1), weight2, bias2)

    wide = weight1.shape[1]
    bias = layers(weight1.new_zeros(wide))
    unit = torch.eye(wide, dtype=weight1.dtype, device=weight1.device)
    return (layers(unit) - bias).T, bias


def _collapse_cases() -> list[Case]:
    square = numbers([[1.0, 2.0], [0.0, 1.0]])
    return [
        {"weight1": square, "bias1": numbers(1.0, 0.0), "weight2": square.T.clone(), "bias2": numbers(0.0, 3.0)},
        {"weight1": numbers([[2.0]]), "bias1": numbers([1.0]), "weight2": numbers([[3.0]]), "bias2": numbers([0.5])},
    ]


def _collapse_draw(generator: Generator, size: int) -> Case:
    wide, hidden, out = (integer(generator, 1, 2 + size // 4) for _ in range(3))
    first = {"weight1": normal(generator, hidden, wide), "bias1": normal(generator, hidden)}
    return first | {"weight2": normal(generator, out, hidden), "bias2": normal(generator, out)}


Pair = tuple[Tensor, Tensor]
TRANSPOSED = Text(
    "A weight has shape (out_features, in_features): the layer is x @ weight.T.",
    "权重的形状是 (out_features, in_features)：这一层应为 x @ weight.T。",
)
NO_BIAS = Text("The bias is missing.", "少了偏置。")


def _activated(f: Callable[[Tensor], Tensor]) -> Callable[[Tensor, Tensor, Tensor], Pair]:
    return lambda x, w, b: ((w * x).sum() + b, f((w * x).sum() + b))


EXERCISES = (
    Exercise(
        id="neuron",
        section=1,
        arguments="x, weight, bias",
        task=Text(
            "One neuron with a sigmoid:\n"
            "    z = sum_i weight_i * x_i + bias\n"
            "    a = 1 / (1 + exp(-z))\n"
            "Given: x and weight of shape (n,); bias, one number of shape ().\n"
            "Return: (z, a), both of shape ().",
            "一个带 sigmoid 的神经元：\n"
            "    z = sum_i weight_i * x_i + bias\n"
            "    a = 1 / (1 + exp(-z))\n"
            "已知：x 和 weight，形状 (n,)；bias，一个数，形状 ()。\n"
            "返回：(z, a)，形状都是 ()。",
        ),
        reference=_neuron,
        fixed=_neuron_cases,
        draw=_neuron_draw,
        mistakes=(
            Mistake(NO_BIAS, lambda x, w, b: (w @ x, (w @ x).sigmoid())),
            Mistake(
                Text(
                    "The bias is added once, after the sum, not to every product.",
                    "偏置只在求和之后加一次，不是每个乘积都加。",
                ),
                lambda x, w, b: ((w * x + b).sum(), (w * x + b).sum().sigmoid()),
            ),
            Mistake(
                Text("Add the products up: a sum, not a mean.", "应把乘积相加：是求和，不是求平均。"),
                lambda x, w, b: ((w * x).mean() + b, ((w * x).mean() + b).sigmoid()),
            ),
            Mistake(
                Text("The products are not summed: z is one number.", "乘积还没有求和：z 是一个数。"),
                lambda x, w, b: (w * x + b, (w * x + b).sigmoid()),
            ),
            Mistake(
                Text(
                    "The order is (z, a): first the sum, then the activation.", "返回的顺序是 (z, a)：先是 z，再是 a。"
                ),
                lambda x, w, b: _neuron(x, w, b)[::-1],
            ),
            Mistake(
                Text("The activation is missing: a = sigmoid(z).", "少了激活函数：a = sigmoid(z)。"),
                _activated(lambda z: z),
            ),
            Mistake(
                Text(
                    "The activation asked for is the sigmoid, 1 / (1 + exp(-z)).",
                    "要求的激活函数是 sigmoid：1 / (1 + exp(-z))。",
                ),
                _activated(torch.tanh),
                _activated(torch.relu),
                _activated(lambda z: (-z).sigmoid()),
                _activated(lambda z: (z > 0).to(z.dtype)),
            ),
        ),
    ),
    Exercise(
        id="linear-layer",
        section=3,
        arguments="x, weight, bias",
        task=Text(
            "A fully connected layer for a whole batch, as nn.Linear computes it:\n"
            "    z = x weight^T + bias\n"
            "Given: x of shape (N, in_features), weight (out_features, in_features), bias (out_features,).\n"
            "Return: z of shape (N, out_features).",
            "对一整批数据计算全连接层，与 nn.Linear 相同：\n"
            "    z = x weight^T + bias\n"
            "已知：x，形状 (N, in_features)；weight，(out_features, in_features)；bias，(out_features,)。\n"
            "返回：z，形状 (N, out_features)。",
        ),
        reference=F.linear,
        fixed=_layer_cases,
        draw=_layer_draw,
        mistakes=(
            Mistake(TRANSPOSED, lambda x, w, b: x @ w + b, lambda x, w, b: x @ w),
            Mistake(NO_BIAS, lambda x, w, b: x @ w.T),
            Mistake(
                Text(
                    "The result is transposed: a row of the result belongs to a row of x.",
                    "结果转置了：结果的每一行应对应 x 的一行。",
                ),
                lambda x, w, b: w @ x.T + b[:, None],
                lambda x, w, b: w @ x.T + b,
                lambda x, w, b: w @ x.T,
            ),
            Mistake(
                Text(
                    "This multiplies element by element: a matrix product (@) sums over the features.",
                    "这里是逐元素相乘：应使用矩阵乘法 @，它会对特征求和。",
                ),
                lambda x, w, b: x * w + b,
                lambda x, w, b: x * w.T + b,
            ),
            Mistake(
                Text(
                    "The bias is added, with a plus sign, once for each output.", "偏置应以加号相加，每个输出只加一次。"
                ),
                lambda x, w, b: x @ w.T - b,
                lambda x, w, b: x @ w.T + b.sum(),
                lambda x, w, b: x @ w.T + b * x.shape[1],
            ),
            Mistake(
                Text("A layer is z alone here: no activation.", "这里只要求 z：不加激活函数。"),
                lambda x, w, b: F.linear(x, w, b).relu(),
                lambda x, w, b: F.linear(x, w, b).sigmoid(),
            ),
        ),
    ),
    Exercise(
        id="linear-collapse",
        section=4,
        arguments="weight1, bias1, weight2, bias2",
        task=Text(
            "Two linear layers without an activation are one. Find it:\n"
            "    weight x + bias = weight2 (weight1 x + bias1) + bias2   for every x\n"
            "Given: weight1 (hidden, in), bias1 (hidden,), weight2 (out, hidden), bias2 (out,).\n"
            "Return: (weight, bias) of shapes (out, in) and (out,).",
            "没有激活函数的两个线性层其实只是一层。求出这一层：\n"
            "    weight x + bias = weight2 (weight1 x + bias1) + bias2   对任意 x 成立\n"
            "已知：weight1，形状 (hidden, in)；bias1，(hidden,)；weight2，(out, hidden)；bias2，(out,)。\n"
            "返回：(weight, bias)，形状 (out, in) 和 (out,)。",
        ),
        reference=_collapse,
        fixed=_collapse_cases,
        draw=_collapse_draw,
        mistakes=(
            Mistake(
                Text(
                    "The second layer stands on the left: weight2 @ weight1.",
                    "第二层应写在左边：weight2 @ weight1。",
                ),
                lambda w, b, v, c: (w @ v, v @ b + c),
                lambda w, b, v, c: (w @ v, w @ b + c),
                lambda w, b, v, c: (w @ v, b + c),
            ),
            Mistake(
                Text(
                    "The first bias passes through the second layer: weight2 @ bias1 + bias2.",
                    "第一层的偏置还要经过第二层：weight2 @ bias1 + bias2。",
                ),
                lambda w, b, v, c: (v @ w, b + c),
                lambda w, b, v, c: (v @ w, c),
                lambda w, b, v, c: (v @ w, v @ (b + c)),
                lambda w, b, v, c: (v @ w, w @ b + c),
                lambda w, b, v, c: (v @ w, v * b + c),
            ),
            Mistake(
                Text("The second bias is missing.", "少了第二层的偏置。"),
                lambda w, b, v, c: (v @ w, v @ b),
                lambda w, b, v, c: (v @ w, b),
            ),
            Mistake(
                Text("The weight is transposed: its shape is (out, in).", "权重转置了：形状应为 (out, in)。"),
                lambda w, b, v, c: ((v @ w).T, v @ b + c),
                lambda w, b, v, c: (w.T @ v.T, v @ b + c),
            ),
            Mistake(
                Text(
                    "Matrices are combined by the matrix product @, not element by element.",
                    "矩阵之间应使用矩阵乘法 @，不是逐元素运算。",
                ),
                lambda w, b, v, c: (v * w, v @ b + c),
                lambda w, b, v, c: (v + w, b + c),
                lambda w, b, v, c: (v * w, b * c),
                lambda w, b, v, c: (v * w, b + c),
            ),
        ),
    ),
)
