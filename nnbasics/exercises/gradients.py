"""Section 9: backpropagation by hand."""

from __future__ import annotations

from typing import Any

import torch
from torch import Generator, Tensor
from torch.nn import functional as F

from ..text import Text
from .activations import with_gradient
from .classification import OVERFLOW, hot, naive, target_cases, target_draw
from .entry import Case, Exercise, Mistake, integer, normal, numbers

Gradients = tuple[Tensor, Tensor, Tensor, Tensor]


def _gradient(logits: Tensor, target: Tensor) -> Tensor:
    return with_gradient(lambda x: F.cross_entropy(x, target), logits)[1]


def _backward(x: Tensor, target: Tensor, *parameters: Tensor) -> Gradients:
    leaves = [parameter.clone().requires_grad_() for parameter in parameters]
    weight1, bias1, weight2, bias2 = leaves
    pred = F.linear(torch.sigmoid(F.linear(x, weight1, bias1)), weight2, bias2)
    found: Gradients = torch.autograd.grad(F.mse_loss(pred, target), leaves)  # type: ignore[assignment]
    return found


def _by_hand(
    x: Tensor,
    target: Tensor,
    weight1: Tensor,
    bias1: Tensor,
    weight2: Tensor,
    bias2: Tensor,
    *,
    factor: float = 2.0,
    rows: bool = False,
    summed: bool = False,
    slope: str = "h",
    through: bool = True,
    bias: str = "sum",
) -> Gradients:
    """The chain rule with one of its usual mistakes."""
    z = x @ weight1.T + bias1
    h = z.sigmoid()
    pred = h @ weight2.T + bias2
    delta2 = factor * (pred - target) / (1 if summed else len(x) if rows else pred.numel())
    slopes = {"h": h * (1 - h), "z": z * (1 - z), "none": torch.ones_like(h), "tanh": 1 - h**2, "h only": h}
    delta1 = (delta2 @ weight2 if through else delta2.sum(1, keepdim=True)) * slopes[slope]

    def reduce(delta: Tensor) -> Tensor:
        return delta.sum(0) if bias == "sum" else delta.mean(0) if bias == "mean" else delta

    return delta1.T @ x, reduce(delta1), delta2.T @ h, reduce(delta2)


def _by(**change: Any) -> Any:
    return lambda *case: _by_hand(*case, **change)


def _net_cases() -> list[Case]:
    return [
        {
            "x": numbers([[1.0, 2.0]]),
            "target": numbers([[1.0]]),
            "weight1": numbers([[0.5, -0.25], [0.0, 1.0]]),
            "bias1": numbers(0.0, -1.0),
            "weight2": numbers([[1.0, 2.0]]),
            "bias2": numbers([0.5]),
        }
    ]


def _net_draw(generator: Generator, size: int) -> Case:
    rows, wide, hidden, out = (integer(generator, 1, 1 + (size + 1) // 2) for _ in range(4))
    return {
        "x": normal(generator, rows, wide),
        "target": normal(generator, rows, out),
        "weight1": normal(generator, hidden, wide),
        "bias1": normal(generator, hidden),
        "weight2": normal(generator, out, hidden),
        "bias2": normal(generator, out),
    }


EXERCISES = (
    Exercise(
        id="cross-entropy-gradient",
        section=9,
        arguments="logits, target",
        task=Text(
            "The gradient of the cross-entropy (the mean over N rows) with respect to the logits:\n"
            "    gradient_nj = (softmax(logits_n)_j - (1 where j = target_n, else 0)) / N\n"
            "Given: logits of shape (N, K); target of shape (N,), classes in int64.\n"
            "Return: a tensor of shape (N, K).",
            "交叉熵（对 N 行取平均）对 logits 的梯度：\n"
            "    gradient_nj = (softmax(logits_n)_j - (j = target_n 时为 1，否则为 0)) / N\n"
            "已知：logits，形状 (N, K)；target，形状 (N,)，int64 的类别。\n"
            "返回：形状 (N, K) 的张量。",
        ),
        reference=_gradient,
        fixed=target_cases,
        draw=target_draw,
        mistakes=(
            Mistake(
                Text("The loss is a mean over N rows: divide by N.", "损失对 N 行取了平均：要除以 N。"),
                lambda x, y: x.softmax(1) - hot(x, y),
            ),
            Mistake(
                Text(
                    "The 1 of the right class is missing: softmax - one_hot.",
                    "没有在正确类别处减 1：应为 softmax - one_hot。",
                ),
                lambda x, y: x.softmax(1) / len(x),
                lambda x, y: x.softmax(1),
                lambda x, y: (x.softmax(1) - 1) / len(x),
                lambda x, y: (x.softmax(1) - 1) * hot(x, y) / len(x),
            ),
            Mistake(
                Text("The sign is wrong: softmax - one_hot.", "符号反了：应为 softmax - one_hot。"),
                lambda x, y: (hot(x, y) - x.softmax(1)) / len(x),
                lambda x, y: hot(x, y) - x.softmax(1),
            ),
            Mistake(
                Text("The softmax runs along the classes, dim=1.", "softmax 应沿类别（dim=1）计算。"),
                lambda x, y: (x.softmax(0) - hot(x, y)) / len(x),
            ),
            Mistake(OVERFLOW, lambda x, y: (naive(x) - hot(x, y)) / len(x), lambda x, y: naive(x) - hot(x, y)),
            Mistake(
                Text("Divide by the number of rows N, not by N K or K.", "除以行数 N，不是 N K 或 K。"),
                lambda x, y: (x.softmax(1) - hot(x, y)) / x.numel(),
                lambda x, y: (x.softmax(1) - hot(x, y)) / x.shape[1],
            ),
            Mistake(
                Text(
                    "The softmax is missing: probabilities less one_hot, not logits.",
                    "少了 softmax：应是概率减 one_hot，不是 logits。",
                ),
                lambda x, y: (x - hot(x, y)) / len(x),
                lambda x, y: (x.sigmoid() - hot(x, y)) / len(x),
                lambda x, y: (x.log_softmax(1) - hot(x, y)) / len(x),
            ),
        ),
    ),
    Exercise(
        id="backward",
        section=9,
        arguments="x, target, weight1, bias1, weight2, bias2",
        task=Text(
            "Backpropagation through a small network, by hand, without autograd:\n"
            "    h = sigmoid(x weight1^T + bias1),  pred = h weight2^T + bias2\n"
            "    loss = mean over all values of (pred - target)^2\n"
            "Given: x (N, in), target (N, out), weight1 (hidden, in), bias1 (hidden,), weight2 (out, hidden), "
            "bias2 (out,).\n"
            "Return: the gradients of the loss, (d_weight1, d_bias1, d_weight2, d_bias2), of the parameters' shapes.",
            "不用自动求导，手工对一个小网络做反向传播：\n"
            "    h = sigmoid(x weight1^T + bias1)，pred = h weight2^T + bias2\n"
            "    loss = (pred - target)^2 对全部元素取平均\n"
            "已知：x，形状 (N, in)；target，(N, out)；weight1，(hidden, in)；bias1，(hidden,)；weight2，(out, hidden)；"
            "bias2，(out,)。\n"
            "返回：损失的梯度 (d_weight1, d_bias1, d_weight2, d_bias2)，形状与各参数相同。",
        ),
        reference=_backward,
        fixed=_net_cases,
        draw=_net_draw,
        mistakes=(
            Mistake(
                Text(
                    "The sigmoid's derivative is missing on the way back: times h * (1 - h).",
                    "反向经过 sigmoid 时少乘了导数 h * (1 - h)。",
                ),
                _by(slope="none"),
                _by(slope="none", factor=1.0),
            ),
            Mistake(
                Text(
                    "The sigmoid's derivative is h * (1 - h), with h, what came out of it.",
                    "sigmoid 的导数是 h * (1 - h)，其中 h 是它的输出。",
                ),
                _by(slope="z"),
                _by(slope="tanh"),
                _by(slope="h only"),
            ),
            Mistake(
                Text("The factor 2 is missing: the derivative of e^2 is 2 e.", "少了系数 2：e^2 的导数是 2 e。"),
                _by(factor=1.0),
            ),
            Mistake(
                Text("The sign is wrong: the error is pred - target.", "符号反了：误差是 pred - target。"),
                _by(factor=-2.0),
                _by(factor=-1.0),
            ),
            Mistake(
                Text(
                    "The loss is a mean over all N * out values: divide by their number.",
                    "损失对全部 N * out 个元素取了平均：要除以元素个数。",
                ),
                _by(summed=True),
                _by(rows=True),
                _by(summed=True, factor=1.0),
                _by(rows=True, factor=1.0),
            ),
            Mistake(
                Text(
                    "A bias acts on every row: its gradient is the sum over the rows, not the mean.",
                    "偏置作用于每一行：它的梯度是对各行求和，不是平均，也不能不求和。",
                ),
                _by(bias="mean"),
                _by(bias="rows"),
            ),
            Mistake(
                Text(
                    "On the way back to the hidden layer the error passes through weight2: delta @ weight2.",
                    "误差传回隐藏层时要经过 weight2：delta @ weight2。",
                ),
                _by(through=False),
            ),
            Mistake(
                Text(
                    "The weights' gradients are transposed: they have the shapes of the weights.",
                    "权重的梯度转置了：它的形状应与权重相同。",
                ),
                lambda *case: tuple(g.T if g.ndim == 2 else g for g in _by_hand(*case)),
            ),
        ),
    ),
)
