"""Section 8: losses of numbers, each with its gradient."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Generator, Tensor
from torch.nn import functional as F

from ..text import Text
from .activations import with_gradient
from .entry import Case, Exercise, Mistake, normal, numbers, uniform

Pair = tuple[Tensor, Tensor]
Curve = Callable[..., Tensor]
SUMMED = Text(
    "This is the sum: the loss is the mean, divided by the number of values.",
    "这是求和：损失是平均值，要除以元素个数。",
)
UNDIVIDED = Text(
    "The gradient of a mean: divide it by the number of values too.", "损失取了平均，梯度也要除以元素个数。"
)
REVERSED = Text(
    "The gradient has the wrong sign: it is that with respect to pred, and the error is pred - target.",
    "梯度的符号反了：这是对 pred 的梯度，误差是 pred - target。",
)
NOT_REDUCED = Text("The losses are not averaged: the loss is one number.", "各元素的损失还没有平均：损失是一个数。")


def _value_and_gradient(loss: Curve) -> Callable[..., Pair]:
    """The mean of a loss and its gradient with respect to pred, by autograd."""
    return lambda pred, target, *rest: with_gradient(lambda p: loss(p, target, *rest), pred)


def _smooth(pred: Tensor, target: Tensor, beta: float) -> Tensor:
    return F.smooth_l1_loss(pred, target, beta=beta)


def _huber(pred: Tensor, target: Tensor, beta: float) -> Tensor:
    return F.huber_loss(pred, target, delta=beta)


def _cases() -> list[Case]:
    return [
        {"pred": numbers(2.0, 2.5, 5.0), "target": numbers(1.0, 2.0, 3.0)},
        {"pred": numbers([1.0]), "target": numbers([1.0])},
        {"pred": numbers([0.0]), "target": numbers([0.5])},
        {"pred": numbers(1.0, 0.0), "target": numbers(0.0, 0.0)},
        {"pred": numbers([[1.0, 2.0], [3.0, -4.0]]), "target": numbers([[0.0, 2.0], [5.0, 4.0]])},
    ]


def _draw(generator: Generator, size: int) -> Case:
    shape = (size,) if size % 2 else (2, size // 2)
    return {"pred": normal(generator, *shape), "target": normal(generator, *shape)}


def _smooth_cases() -> list[Case]:
    beta_one = [{**case, "beta": 1.0} for case in _cases()]
    return [*beta_one, *({**case, "beta": beta} for case in _cases()[:3] for beta in (0.25, 3.0))]


def _usual(loss: Curve) -> tuple[Mistake, ...]:
    """What goes wrong with every one of them; `loss` takes `reduction`."""

    def value(pred: Tensor, target: Tensor, *rest: float, reduction: str = "mean") -> Tensor:
        return loss(pred, target, *rest, reduction=reduction)

    right = _value_and_gradient(value)
    summed = _value_and_gradient(lambda *case: value(*case, reduction="sum"))
    return (
        Mistake(SUMMED, summed, lambda *case: (summed(*case)[0], right(*case)[1])),
        Mistake(UNDIVIDED, lambda *case: (right(*case)[0], summed(*case)[1])),
        Mistake(
            REVERSED,
            lambda *case: (right(*case)[0], -right(*case)[1]),
            lambda *case: (right(*case)[0], -summed(*case)[1]),
        ),
        Mistake(
            NOT_REDUCED,
            lambda *case: (value(*case, reduction="none"), right(*case)[1]),
            lambda *case: (value(*case, reduction="none"), summed(*case)[1]),
        ),
    )


def _mae(pred: Tensor, target: Tensor, reduction: str = "mean") -> Tensor:
    return F.l1_loss(pred, target, reduction=reduction)


def _mse(pred: Tensor, target: Tensor, reduction: str = "mean") -> Tensor:
    return F.mse_loss(pred, target, reduction=reduction)


def _smooth_reduced(pred: Tensor, target: Tensor, beta: float, reduction: str = "mean") -> Tensor:
    return F.smooth_l1_loss(pred, target, beta=beta, reduction=reduction)


def _pieces(pred: Tensor, target: Tensor, beta: float, *, half: float = 0.5, drop: float = 0.5) -> Tensor:
    """Smooth L1 with other constants: `half` of the square, `drop` of beta off the straight part."""
    error = (pred - target).abs()
    return torch.where(error < beta, half * error**2 / beta, error - drop * beta).mean()


EXERCISES = (
    Exercise(
        id="mae",
        section=8,
        arguments="pred, target",
        task=Text(
            "The mean absolute error and its gradient with respect to pred:\n"
            "    loss = mean |pred - target|,  gradient_i = sign(pred_i - target_i) / n\n"
            "where n is the number of values, and sign(0) = 0.\n"
            "Given: pred and target, tensors of one shape.\n"
            "Return: (loss, gradient): a number of shape (), a tensor of the shape of pred.",
            "平均绝对误差及其对 pred 的梯度：\n"
            "    loss = mean |pred - target|，gradient_i = sign(pred_i - target_i) / n\n"
            "其中 n 是元素个数，sign(0) = 0。\n"
            "已知：pred 和 target，形状相同的张量。\n"
            "返回：(loss, gradient)：形状 () 的数，和形状与 pred 相同的张量。",
        ),
        reference=_value_and_gradient(_mae),
        fixed=_cases,
        draw=_draw,
        mistakes=(
            *_usual(_mae),
            Mistake(
                Text("The absolute value is missing: errors of both signs cancel.", "少了绝对值：正负误差会互相抵消。"),
                lambda p, t: ((p - t).mean(), (p - t).sign() / p.numel()),
                lambda p, t: ((p - t).mean(), torch.ones_like(p) / p.numel()),
                lambda p, t: ((p - t).mean().abs(), (p - t).sign() / p.numel()),
            ),
            Mistake(
                Text(
                    "This divides the error by its absolute value, which is 0 / 0 where they agree: use sign.",
                    "误差除以它的绝对值，在误差为 0 处是 0 / 0：应使用 sign。",
                ),
                lambda p, t: (F.l1_loss(p, t), (p - t) / (p - t).abs() / p.numel()),
            ),
            Mistake(
                Text("Where pred equals target, the gradient is 0.", "在 pred 等于 target 处，梯度是 0。"),
                lambda p, t: (F.l1_loss(p, t), (2.0 * (p >= t) - 1).to(p.dtype) / p.numel()),
                lambda p, t: (F.l1_loss(p, t), (2.0 * (p > t) - 1).to(p.dtype) / p.numel()),
            ),
            Mistake(
                Text("The gradient is a sign, not the size of the error.", "梯度只取误差的符号，与误差大小无关。"),
                lambda p, t: (F.l1_loss(p, t), (p - t) / p.numel()),
                lambda p, t: (F.l1_loss(p, t), (p - t).abs() / p.numel()),
                lambda p, t: (F.l1_loss(p, t), 2 * (p - t) / p.numel()),
            ),
            Mistake(
                Text("This squares the errors: MAE takes absolute values.", "这里取了平方：MAE 用的是绝对值。"),
                _value_and_gradient(_mse),
                lambda p, t: (F.mse_loss(p, t), (p - t).sign() / p.numel()),
                lambda p, t: (F.mse_loss(p, t).sqrt(), (p - t).sign() / p.numel()),
            ),
        ),
    ),
    Exercise(
        id="mse",
        section=8,
        arguments="pred, target",
        task=Text(
            "The mean squared error and its gradient with respect to pred:\n"
            "    loss = mean (pred - target)^2,  gradient_i = 2 (pred_i - target_i) / n\n"
            "where n is the number of values.\n"
            "Given: pred and target, tensors of one shape.\n"
            "Return: (loss, gradient): a number of shape (), a tensor of the shape of pred.",
            "均方误差及其对 pred 的梯度：\n"
            "    loss = mean (pred - target)^2，gradient_i = 2 (pred_i - target_i) / n\n"
            "其中 n 是元素个数。\n"
            "已知：pred 和 target，形状相同的张量。\n"
            "返回：(loss, gradient)：形状 () 的数，和形状与 pred 相同的张量。",
        ),
        reference=_value_and_gradient(_mse),
        fixed=_cases,
        draw=_draw,
        mistakes=(
            *_usual(_mse),
            Mistake(
                Text(
                    "The factor 2 is missing in the gradient: the derivative of e^2 is 2 e.",
                    "梯度里少了系数 2：e^2 的导数是 2 e。",
                ),
                lambda p, t: (F.mse_loss(p, t), (p - t) / p.numel()),
                lambda p, t: (F.mse_loss(p, t), p - t),
            ),
            Mistake(
                Text("torch's MSE has no factor 1/2.", "torch 的 MSE 没有系数 1/2。"),
                lambda p, t: (F.mse_loss(p, t) / 2, (p - t) / p.numel()),
                lambda p, t: (F.mse_loss(p, t) / 2, 2 * (p - t) / p.numel()),
            ),
            Mistake(
                Text("This is the root of it (RMSE): no square root.", "这是它的平方根（RMSE）：不要开方。"),
                lambda p, t: (F.mse_loss(p, t).sqrt(), 2 * (p - t) / p.numel()),
                _value_and_gradient(lambda p, t: F.mse_loss(p, t).sqrt()),
            ),
            Mistake(
                Text("Square each error first, then take the mean.", "先对每个误差取平方，再求平均。"),
                lambda p, t: ((p - t).mean() ** 2, 2 * (p - t) / p.numel()),
                lambda p, t: ((p**2 - t**2).mean(), 2 * (p - t) / p.numel()),
            ),
            Mistake(
                Text("This takes absolute values: MSE squares the errors.", "这里取了绝对值：MSE 要取平方。"),
                _value_and_gradient(_mae),
                lambda p, t: (F.l1_loss(p, t), 2 * (p - t) / p.numel()),
            ),
        ),
    ),
    Exercise(
        id="smooth-l1",
        section=8,
        arguments="pred, target, beta",
        task=Text(
            "Smooth L1 and its gradient with respect to pred. With e = pred - target, averaged over the n values:\n"
            "    loss: e^2 / (2 beta) where |e| < beta, else |e| - beta / 2\n"
            "    gradient: e / (beta n) where |e| < beta, else sign(e) / n\n"
            "Given: pred and target, tensors of one shape; beta, a number > 0.\n"
            "Return: (loss, gradient): a number of shape (), a tensor of the shape of pred.",
            "Smooth L1 及其对 pred 的梯度。记 e = pred - target，对 n 个元素取平均：\n"
            "    损失：|e| < beta 处为 e^2 / (2 beta)，其余为 |e| - beta / 2\n"
            "    梯度：|e| < beta 处为 e / (beta n)，其余为 sign(e) / n\n"
            "已知：pred 和 target，形状相同的张量；beta，大于 0 的数。\n"
            "返回：(loss, gradient)：形状 () 的数，和形状与 pred 相同的张量。",
        ),
        reference=_value_and_gradient(_smooth),
        fixed=_smooth_cases,
        draw=lambda generator, size: {**_draw(generator, size), "beta": round(uniform(generator, 0.2, 3.0), 2)},
        mistakes=(
            *_usual(_smooth_reduced),
            Mistake(
                Text("beta is always taken as 1: use the argument.", "beta 总是取成了 1：应使用参数 beta。"),
                lambda p, t, beta: _value_and_gradient(_smooth)(p, t, 1.0),
            ),
            Mistake(
                Text(
                    "This is the Huber loss, beta times as large: the square is divided by beta.",
                    "这是 Huber 损失，是它的 beta 倍：平方项要除以 beta。",
                ),
                _value_and_gradient(_huber),
            ),
            Mistake(
                Text(
                    "The two parts do not meet at |e| = beta: the straight part is |e| - beta / 2.",
                    "两段在 |e| = beta 处没有接上：直线部分应为 |e| - beta / 2。",
                ),
                _value_and_gradient(lambda p, t, beta: _pieces(p, t, beta, drop=0.0)),
                _value_and_gradient(lambda p, t, beta: _pieces(p, t, beta, drop=1.0)),
                _value_and_gradient(lambda p, t, beta: _pieces(p, t, beta, drop=0.5 / beta)),
            ),
            Mistake(
                Text("The square is halved: e^2 / (2 beta).", "平方项要除以 2：e^2 / (2 beta)。"),
                _value_and_gradient(lambda p, t, beta: _pieces(p, t, beta, half=1.0)),
                lambda p, t, beta: (_pieces(p, t, beta, half=1.0), _value_and_gradient(_smooth)(p, t, beta)[1]),
            ),
            Mistake(
                Text(
                    "The square is divided by beta: e^2 / (2 beta), and e / beta in the gradient.",
                    "平方项要除以 beta：e^2 / (2 beta)，梯度为 e / beta。",
                ),
                _value_and_gradient(lambda p, t, beta: _pieces(p, t, beta, half=0.5 * beta)),
                lambda p, t, beta: (_smooth(p, t, beta), (p - t).clamp(-1, 1) / p.numel()),
                lambda p, t, beta: (
                    _smooth(p, t, beta),
                    torch.where((p - t).abs() < beta, p - t, (p - t).sign()) / p.numel(),
                ),
            ),
            Mistake(
                Text("The two parts are swapped: the square belongs to small errors.", "两段写反了：误差小时用平方。"),
                _value_and_gradient(
                    lambda p, t, beta: torch.where(
                        (p - t).abs() > beta, 0.5 * (p - t) ** 2 / beta, (p - t).abs() - 0.5 * beta
                    ).mean()
                ),
            ),
        ),
    ),
)
