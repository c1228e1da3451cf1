"""Section 10: one step of RMSProp and of Adam."""

from __future__ import annotations

from typing import Any

import torch
from torch import Generator, Tensor, optim

from ..text import Text
from .entry import Case, Exercise, Mistake, integer, normal, numbers, uniform
from .steps import EPS_INSIDE, NO_ROOT, NOT_SQUARED, UPHILL, leaf_of, sgd_draw, stepped


def _rmsprop(
    param: Tensor, grad: Tensor, square_avg: Tensor, lr: float, alpha: float, eps: float
) -> tuple[Tensor, Tensor]:
    leaf = leaf_of(param)
    optimizer = optim.RMSprop([leaf], lr=lr, alpha=alpha, eps=eps)
    step = torch.zeros((), dtype=torch.float32, device="cpu")
    after, state = stepped(optimizer, leaf, grad, step=step, square_avg=square_avg.clone())
    return after, state["square_avg"]


def _rmsprop_like(
    param: Tensor,
    grad: Tensor,
    average: Tensor,
    lr: float,
    alpha: float,
    eps: float,
    *,
    inside: bool = False,
    root: bool = True,
    power: int = 2,
    sign: float = -1.0,
) -> tuple[Tensor, Tensor]:
    """RMSProp with one of its usual mistakes."""
    average = alpha * average + (1 - alpha) * grad**power
    below = average + eps if not root else (average + eps).sqrt() if inside else average.sqrt() + eps
    return param + sign * lr * grad / below, average


def _adam(
    param: Tensor,
    grad: Tensor,
    exp_avg: Tensor,
    exp_avg_sq: Tensor,
    step: int,
    lr: float,
    beta1: float,
    beta2: float,
    eps: float,
) -> tuple[Tensor, Tensor, Tensor]:
    leaf = leaf_of(param)
    optimizer = optim.Adam([leaf], lr=lr, betas=(beta1, beta2), eps=eps)
    before = torch.tensor(step - 1, dtype=torch.float32, device="cpu")
    averages = {"exp_avg": exp_avg.clone(), "exp_avg_sq": exp_avg_sq.clone()}
    after, state = stepped(optimizer, leaf, grad, step=before, **averages)
    return after, state["exp_avg"], state["exp_avg_sq"]


def _adam_like(
    param: Tensor,
    grad: Tensor,
    m: Tensor,
    v: Tensor,
    step: int,
    lr: float,
    beta1: float,
    beta2: float,
    eps: float,
    *,
    correct: str = "mv",
    shift: int = 0,
    inside: bool = False,
    root: bool = True,
    squared: bool = True,
    sign: float = -1.0,
    hats: bool = False,
) -> tuple[Tensor, Tensor, Tensor]:
    """Adam with one of its usual mistakes."""
    m = beta1 * m + (1 - beta1) * grad
    v = beta2 * v + (1 - beta2) * (grad**2 if squared else grad)
    m_hat = m / (1 - beta1 ** (step + shift)) if "m" in correct else m
    v_hat = v / (1 - beta2 ** (step + shift)) if "v" in correct else v
    below = v_hat + eps if not root else (v_hat + eps).sqrt() if inside else v_hat.sqrt() + eps
    moved = param + sign * lr * m_hat / below
    return (moved, m_hat, v_hat) if hats else (moved, m, v)


def _with(**change: Any) -> Any:
    return lambda *case: _adam_like(*case, **change)


def _swapped(
    p: Tensor, g: Tensor, m: Tensor, v: Tensor, t: int, lr: float, beta1: float, beta2: float, eps: float
) -> tuple[Tensor, Tensor, Tensor]:
    """The averages with beta and 1 - beta swapped, the correction as it should be."""
    m, v = (1 - beta1) * m + beta1 * g, (1 - beta2) * v + beta2 * g**2
    return p - lr * m / (1 - beta1**t) / ((v / (1 - beta2**t)).sqrt() + eps), m, v


def _adam_cases() -> list[Case]:
    settings = {"lr": 0.1, "beta1": 0.9, "beta2": 0.999, "eps": 1e-8}
    zero = {"exp_avg": numbers([0.0]), "exp_avg_sq": numbers([0.0]), "step": 1}
    later = {"exp_avg": numbers([1.0]), "exp_avg_sq": numbers([4.0]), "step": 10}
    return [
        {"param": numbers([1.0]), "grad": numbers([0.5]), **zero, **settings},
        {"param": numbers([1.0]), "grad": numbers([0.0]), **zero, **settings},
        {"param": numbers([1.0]), "grad": numbers([-1e-6]), **zero, **settings},
        {"param": numbers([1.0]), "grad": numbers([0.5]), **later, **settings},
    ]


def _adam_draw(generator: Generator, size: int) -> Case:
    case = sgd_draw(generator, size)
    shape = case["param"].shape
    return {
        "param": case["param"],
        "grad": case["grad"],
        "exp_avg": normal(generator, *shape),
        "exp_avg_sq": normal(generator, *shape) ** 2,
        "step": integer(generator, 1, 40),
        "lr": case["lr"],
        "beta1": round(uniform(generator, 0.5, 0.95), 2),
        "beta2": round(uniform(generator, 0.96, 0.999), 3),
        "eps": 1e-8,
    }


def _rmsprop_cases() -> list[Case]:
    settings = {"lr": 0.1, "alpha": 0.9, "eps": 1e-8}
    return [
        {"param": numbers([1.0]), "grad": numbers([0.5]), "square_avg": numbers([4.0]), **settings},
        {"param": numbers([1.0]), "grad": numbers([-0.5]), "square_avg": numbers([0.0]), **settings},
        {"param": numbers([0.0]), "grad": numbers([0.0]), "square_avg": numbers([0.0]), **settings},
        {"param": numbers([1.0]), "grad": numbers([1e-6]), "square_avg": numbers([0.0]), **settings},
    ]


def _rmsprop_draw(generator: Generator, size: int) -> Case:
    case = sgd_draw(generator, size)
    return {
        "param": case["param"],
        "grad": case["grad"],
        "square_avg": normal(generator, *case["param"].shape) ** 2,
        "lr": case["lr"],
        "alpha": round(uniform(generator, 0.7, 0.99), 2),
        "eps": 1e-8,
    }


EXERCISES = (
    Exercise(
        id="rmsprop-step",
        section=10,
        arguments="param, grad, square_avg, lr, alpha, eps",
        task=Text(
            "One step of RMSProp, as torch.optim.RMSprop does it:\n"
            "    square_avg <- alpha * square_avg + (1 - alpha) * grad^2\n"
            "    param <- param - lr * grad / (sqrt(square_avg) + eps)\n"
            "Given: param, grad and square_avg, tensors of one shape; lr, alpha and eps, numbers.\n"
            "Return: (param, square_avg), both new.",
            "RMSProp 走一步，与 torch.optim.RMSprop 相同：\n"
            "    square_avg <- alpha * square_avg + (1 - alpha) * grad^2\n"
            "    param <- param - lr * grad / (sqrt(square_avg) + eps)\n"
            "已知：param、grad 和 square_avg，形状相同的张量；lr、alpha 和 eps，三个数。\n"
            "返回：(param, square_avg)，都是新张量。",
        ),
        reference=_rmsprop,
        fixed=_rmsprop_cases,
        draw=_rmsprop_draw,
        mistakes=(
            Mistake(EPS_INSIDE, lambda *case: _rmsprop_like(*case, inside=True)),
            Mistake(NO_ROOT, lambda *case: _rmsprop_like(*case, root=False)),
            Mistake(NOT_SQUARED, lambda *case: _rmsprop_like(*case, power=1)),
            Mistake(
                Text(
                    "alpha keeps the old average, 1 - alpha weighs the new square: they are swapped.",
                    "alpha 乘旧的平均，1 - alpha 乘新的平方：两者写反了。",
                ),
                lambda p, g, s, lr, alpha, eps: _rmsprop_like(p, g, s, lr, 1 - alpha, eps),
            ),
            Mistake(
                Text(
                    "The squares only add up, as in Adagrad: the factors alpha and 1 - alpha are missing.",
                    "平方只累加而不衰减（那是 Adagrad）：缺少系数 alpha 和 1 - alpha。",
                ),
                lambda p, g, s, lr, alpha, eps: (p - lr * g / ((s + g**2).sqrt() + eps), s + g**2),
                lambda p, g, s, lr, alpha, eps: (p - lr * g / ((alpha * s + g**2).sqrt() + eps), alpha * s + g**2),
            ),
            Mistake(
                Text("Update the average first, then divide by the new one.", "应先更新平均，再用新的平均去除。"),
                lambda p, g, s, lr, alpha, eps: (p - lr * g / (s.sqrt() + eps), alpha * s + (1 - alpha) * g**2),
            ),
            Mistake(
                Text(
                    "eps is missing: where the gradient is 0, this divides 0 by 0.",
                    "少了 eps：梯度为 0 时会出现 0 除以 0。",
                ),
                lambda p, g, s, lr, alpha, eps: _rmsprop_like(p, g, s, lr, alpha, 0.0),
            ),
            Mistake(UPHILL, lambda *case: _rmsprop_like(*case, sign=1.0)),
        ),
    ),
    Exercise(
        id="adam-step",
        section=10,
        arguments="param, grad, exp_avg, exp_avg_sq, step, lr, beta1, beta2, eps",
        task=Text(
            "One step of Adam, as torch.optim.Adam does it:\n"
            "    exp_avg <- beta1 * exp_avg + (1 - beta1) * grad\n"
            "    exp_avg_sq <- beta2 * exp_avg_sq + (1 - beta2) * grad^2\n"
            "    m = exp_avg / (1 - beta1^step),  v = exp_avg_sq / (1 - beta2^step)\n"
            "    param <- param - lr * m / (sqrt(v) + eps)\n"
            "Given: param, grad, exp_avg and exp_avg_sq, tensors of one shape; step, the number of this step, "
            "1 for the first; lr, beta1, beta2 and eps, numbers.\n"
            "Return: (param, exp_avg, exp_avg_sq), all new, the averages without the correction.",
            "Adam 走一步，与 torch.optim.Adam 相同：\n"
            "    exp_avg <- beta1 * exp_avg + (1 - beta1) * grad\n"
            "    exp_avg_sq <- beta2 * exp_avg_sq + (1 - beta2) * grad^2\n"
            "    m = exp_avg / (1 - beta1^step),  v = exp_avg_sq / (1 - beta2^step)\n"
            "    param <- param - lr * m / (sqrt(v) + eps)\n"
            "已知：param、grad、exp_avg 和 exp_avg_sq，形状相同的张量；step，这是第几步，第一步为 1；"
            "lr、beta1、beta2 和 eps，四个数。\n"
            "返回：(param, exp_avg, exp_avg_sq)，都是新张量，两个平均值不含偏差修正。",
        ),
        reference=_adam,
        fixed=_adam_cases,
        draw=_adam_draw,
        mistakes=(
            Mistake(
                Text(
                    "The bias correction is missing: exp_avg / (1 - beta1^step), exp_avg_sq / (1 - beta2^step).",
                    "缺少偏差修正：m = exp_avg / (1 - beta1^step)，v = exp_avg_sq / (1 - beta2^step)。",
                ),
                _with(correct=""),
            ),
            Mistake(
                Text("Both averages need the bias correction.", "两个平均值都要做偏差修正。"),
                _with(correct="m"),
                _with(correct="v"),
            ),
            Mistake(
                Text(
                    "The bias correction counts from the wrong step: the first step has step = 1.",
                    "偏差修正的步数不对：第一步的 step 就是 1。",
                ),
                _with(shift=-1),
                _with(shift=1),
            ),
            Mistake(
                Text(
                    "The corrected averages are for this step only: return exp_avg and exp_avg_sq uncorrected.",
                    "修正后的值只用于这一步：应返回未修正的 exp_avg 和 exp_avg_sq。",
                ),
                _with(hats=True),
            ),
            Mistake(EPS_INSIDE, _with(inside=True)),
            Mistake(NO_ROOT, _with(root=False)),
            Mistake(NOT_SQUARED, _with(squared=False)),
            Mistake(
                Text(
                    "beta1 belongs to the average of the gradients, beta2 to that of the squares: they are swapped.",
                    "beta1 用于梯度的平均，beta2 用于平方的平均：两者写反了。",
                ),
                lambda p, g, m, v, t, lr, beta1, beta2, eps: _adam_like(p, g, m, v, t, lr, beta2, beta1, eps),
            ),
            Mistake(
                Text(
                    "beta keeps the old average, 1 - beta weighs what is new: they are swapped.",
                    "beta 乘旧的平均，1 - beta 乘新的值：两者写反了。",
                ),
                lambda p, g, m, v, t, lr, beta1, beta2, eps: _adam_like(p, g, m, v, t, lr, 1 - beta1, 1 - beta2, eps),
                lambda p, g, m, v, t, lr, beta1, beta2, eps: _swapped(p, g, m, v, t, lr, beta1, beta2, eps),
            ),
            Mistake(UPHILL, _with(sign=1.0)),
        ),
    ),
)
