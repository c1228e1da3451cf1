"""Sections 9 and 10: one step of each optimizer, on a given gradient."""

from __future__ import annotations

from typing import Any

from torch import Generator, Tensor, optim

from ..text import Text
from .entry import Case, Exercise, Mistake, normal, numbers, uniform

UPHILL = Text(
    "The step went uphill: the gradient points to where the loss grows. Subtract it.",
    "参数走向了上坡：梯度指向损失增大的方向，更新时应减去它。",
)
EPS_INSIDE = Text("eps belongs outside the root: sqrt(v) + eps.", "eps 应加在根号外面：sqrt(v) + eps。")
NOT_SQUARED = Text(
    "The second average is one of the squared gradients: grad ** 2.", "第二个平均是梯度平方的平均：grad ** 2。"
)
NO_ROOT = Text("Divide by the square root of the average of squares.", "应除以“梯度平方的平均”的平方根。")


def stepped(optimizer: optim.Optimizer, parameter: Tensor, grad: Tensor, **state: Any) -> Any:
    """One real step from a given state; the parameter after it, and the state."""
    parameter.grad = grad.clone()
    optimizer.state[parameter] = state
    optimizer.step()
    return parameter.detach(), optimizer.state[parameter]


def leaf_of(param: Tensor) -> Tensor:
    """The parameter as a leaf that an optimizer takes."""
    return param.clone().requires_grad_()


def _sgd(param: Tensor, grad: Tensor, lr: float) -> Tensor:
    leaf = leaf_of(param)
    after: Tensor = stepped(optim.SGD([leaf], lr=lr), leaf, grad)[0]
    return after


def _momentum(param: Tensor, grad: Tensor, buf: Tensor, lr: float, momentum: float) -> tuple[Tensor, Tensor]:
    leaf = leaf_of(param)
    optimizer = optim.SGD([leaf], lr=lr, momentum=momentum)
    after, state = stepped(optimizer, leaf, grad, momentum_buffer=buf.clone())
    return after, state["momentum_buffer"]


def _sgd_cases() -> list[Case]:
    return [
        {"param": numbers([1.0]), "grad": numbers([0.5]), "lr": 0.1},
        {"param": numbers(0.0), "grad": numbers(0.0), "lr": 0.1},
        {"param": numbers(2.0, -1.0), "grad": numbers(-3.0, 4.0), "lr": 0.01},
    ]


def sgd_draw(generator: Generator, size: int) -> Case:
    """A parameter, its gradient and a learning rate."""
    shape = (size,) if size % 2 else (2, size // 2)
    return {
        "param": normal(generator, *shape),
        "grad": normal(generator, *shape),
        "lr": round(uniform(generator, 0.001, 0.5), 3),
    }


def _momentum_cases() -> list[Case]:
    return [
        {"param": numbers([1.0]), "grad": numbers([0.5]), "buf": numbers([2.0]), "lr": 0.1, "momentum": 0.9},
        {"param": numbers([1.0]), "grad": numbers([0.5]), "buf": numbers([0.0]), "lr": 0.1, "momentum": 0.9},
        {"param": numbers([1.0]), "grad": numbers([0.5]), "buf": numbers([2.0]), "lr": 0.1, "momentum": 0.5},
    ]


def _momentum_draw(generator: Generator, size: int) -> Case:
    case = dict(sgd_draw(generator, size))
    case["buf"] = normal(generator, *case["param"].shape)
    order = ("param", "grad", "buf", "lr")
    return {name: case[name] for name in order} | {"momentum": round(uniform(generator, 0.1, 0.99), 2)}


EXERCISES = (
    Exercise(
        id="sgd-step",
        section=9,
        arguments="param, grad, lr",
        task=Text(
            "One step of gradient descent:\n"
            "    param <- param - lr * grad\n"
            "Given: param and grad, tensors of one shape; lr, a number.\n"
            "Return: the new parameter, as a new tensor; leave param as it is.",
            "梯度下降走一步：\n"
            "    param <- param - lr * grad\n"
            "已知：param 和 grad，形状相同的张量；lr，一个数。\n"
            "返回：新的参数（新张量）；不要改动 param。",
        ),
        reference=_sgd,
        fixed=_sgd_cases,
        draw=sgd_draw,
        mistakes=(
            Mistake(UPHILL, lambda p, g, lr: p + lr * g),
            Mistake(
                Text("The learning rate is missing: lr * grad.", "少了学习率：lr * grad。"),
                lambda p, g, lr: p - g,
                lambda p, g, lr: p + g,
            ),
            Mistake(
                Text(
                    "This is only how far to move. Return param minus it.",
                    "这只是移动量，应返回 param 减去它之后的结果。",
                ),
                lambda p, g, lr: lr * g,
                lambda p, g, lr: -lr * g,
            ),
            Mistake(
                Text("Take the gradient as it is: do not normalize it.", "直接使用梯度，不要归一化。"),
                lambda p, g, lr: p - lr * g.sign(),
                lambda p, g, lr: p - lr * g / g.norm(),
            ),
            Mistake(
                Text("Multiply by lr, do not divide by it.", "应乘以 lr，而不是除以 lr。"),
                lambda p, g, lr: p - g / lr,
            ),
            Mistake(
                Text(
                    "lr scales the gradient only, not the parameter.",
                    "学习率只乘在梯度上，不乘在参数上。",
                ),
                lambda p, g, lr: lr * (p - g),
                lambda p, g, lr: p * (1 - lr * g),
                lambda p, g, lr: p - lr * p * g,
            ),
        ),
    ),
    Exercise(
        id="momentum-step",
        section=10,
        arguments="param, grad, buf, lr, momentum",
        task=Text(
            "One step of SGD with momentum, as torch.optim.SGD does it:\n"
            "    buf <- momentum * buf + grad\n"
            "    param <- param - lr * buf\n"
            "Given: param, grad and buf, tensors of one shape; lr and momentum, numbers.\n"
            "Return: (param, buf), both new.",
            "带动量的 SGD 走一步，与 torch.optim.SGD 相同：\n"
            "    buf <- momentum * buf + grad\n"
            "    param <- param - lr * buf\n"
            "已知：param、grad 和 buf，形状相同的张量；lr 和 momentum，两个数。\n"
            "返回：(param, buf)，都是新张量。",
        ),
        reference=_momentum,
        fixed=_momentum_cases,
        draw=_momentum_draw,
        mistakes=(
            Mistake(
                Text(
                    "torch's buffer is no average: there is no factor (1 - momentum) before the gradient.",
                    "torch 的动量缓存不是平均值：梯度前面没有 (1 - momentum) 这个系数。",
                ),
                lambda p, g, b, lr, mu: (p - lr * (mu * b + (1 - mu) * g), mu * b + (1 - mu) * g),
            ),
            Mistake(
                Text(
                    "Update the buffer first, then step with the new one.",
                    "应先更新缓存，再用新的缓存更新参数。",
                ),
                lambda p, g, b, lr, mu: (p - lr * b, mu * b + g),
            ),
            Mistake(
                Text("Return the new buffer, not the old one.", "应返回新的缓存，而不是旧的。"),
                lambda p, g, b, lr, mu: (p - lr * (mu * b + g), b),
            ),
            Mistake(
                Text(
                    "The learning rate belongs to the step, not into the buffer.",
                    "学习率应乘在参数更新那一步，不要放进缓存里。",
                ),
                lambda p, g, b, lr, mu: (p - (mu * b + lr * g), mu * b + lr * g),
                lambda p, g, b, lr, mu: (p + (mu * b - lr * g), mu * b - lr * g),
            ),
            Mistake(
                Text("momentum multiplies the old buffer, not the gradient.", "momentum 乘的是旧缓存，不是梯度。"),
                lambda p, g, b, lr, mu: (p - lr * (b + mu * g), b + mu * g),
                lambda p, g, b, lr, mu: (p - lr * mu * (b + g), mu * (b + g)),
            ),
            Mistake(
                Text(
                    "This is Nesterov's momentum: step with the buffer itself.",
                    "这是 Nesterov 动量：应直接用缓存更新参数。",
                ),
                lambda p, g, b, lr, mu: (p - lr * (g + mu * (mu * b + g)), mu * b + g),
            ),
            Mistake(
                Text(
                    "The parameter moved by the gradient alone. Step with the buffer.",
                    "参数只按梯度移动了，应该用缓存更新。",
                ),
                lambda p, g, b, lr, mu: (p - lr * g, mu * b + g),
            ),
            Mistake(UPHILL, lambda p, g, b, lr, mu: (p + lr * (mu * b + g), mu * b + g)),
        ),
    ),
)
