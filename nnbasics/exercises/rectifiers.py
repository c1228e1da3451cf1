"""Section 4: ReLU and leaky ReLU, with their gradients."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

from ..text import Text
from .activations import points, points_draw, with_gradient
from .entry import Exercise, Mistake, numbers, uniform


def _pick(mask: Tensor, yes: float, no: float) -> Tensor:
    return torch.where(mask, numbers(yes), numbers(no))


EXERCISES = (
    Exercise(
        id="relu",
        section=4,
        arguments="x",
        task=Text(
            "ReLU and its gradient:\n"
            "    a_i = max(x_i, 0),  g_i = 1 where x_i > 0, else 0\n"
            "Given: x, a tensor of any shape.\n"
            "Return: (a, g), two tensors of the shape and dtype of x.",
            "ReLU 及其梯度：\n"
            "    a_i = max(x_i, 0)，g_i 在 x_i > 0 处为 1，其余为 0\n"
            "已知：x，任意形状的张量。\n"
            "返回：(a, g)，两个张量，形状和 dtype 与 x 相同。",
        ),
        reference=lambda x: with_gradient(F.relu, x),
        fixed=points,
        draw=points_draw,
        mistakes=(
            Mistake(
                Text("At x = 0 the gradient is 0, as in torch.", "在 x = 0 处梯度取 0，与 torch 相同。"),
                lambda x: (x.relu(), (x >= 0).to(x.dtype)),
                lambda x: (x.relu(), torch.heaviside(x, 0.5 * torch.ones_like(x))),
            ),
            Mistake(
                Text("The gradient is 1 where x > 0, not x itself.", "在 x > 0 处梯度是 1，不是 x 本身。"),
                lambda x: (x.relu(), x.relu()),
                lambda x: (x.relu(), x * x.relu()),
            ),
            Mistake(
                Text("Negative inputs have gradient 0.", "输入为负时梯度是 0。"),
                lambda x: (x.relu(), torch.ones_like(x)),
                lambda x: (x.relu(), x.sign()),
            ),
            Mistake(
                Text("Compare each number with 0 and keep the larger one.", "每个数与 0 比较，取较大的一个。"),
                lambda x: (x.clamp(max=0), (x > 0).to(x.dtype)),
                lambda x: (x.abs(), (x > 0).to(x.dtype)),
                lambda x: (x.abs(), x.sign()),
                lambda x: (x.clamp(0, 1), (x > 0).to(x.dtype)),
                lambda x: (x, (x > 0).to(x.dtype)),
            ),
            Mistake(
                Text(
                    "A mask is bool: turn it into numbers, (x > 0).to(x.dtype).",
                    "掩码是 bool 类型：要转成数，(x > 0).to(x.dtype)。",
                ),
                lambda x: (x.relu(), x > 0),
            ),
            Mistake(
                Text(
                    "This is a leaky ReLU: ReLU is 0 for negative inputs.", "这是 Leaky ReLU：ReLU 对负数的输出是 0。"
                ),
                lambda x: (F.leaky_relu(x), _pick(x > 0, 1.0, 0.01)),
            ),
        ),
    ),
    Exercise(
        id="leaky-relu",
        section=4,
        arguments="x, negative_slope",
        task=Text(
            "Leaky ReLU and its gradient:\n"
            "    a_i = x_i where x_i > 0, else negative_slope * x_i\n"
            "    g_i = 1 where x_i > 0, else negative_slope\n"
            "Given: x, a tensor of any shape; negative_slope, a number between 0 and 1.\n"
            "Return: (a, g), two tensors of the shape and dtype of x.",
            "Leaky ReLU 及其梯度：\n"
            "    a_i 在 x_i > 0 处为 x_i，其余为 negative_slope * x_i\n"
            "    g_i 在 x_i > 0 处为 1，其余为 negative_slope\n"
            "已知：x，任意形状的张量；negative_slope，0 到 1 之间的数。\n"
            "返回：(a, g)，两个张量，形状和 dtype 与 x 相同。",
        ),
        reference=lambda x, negative_slope: with_gradient(lambda t: F.leaky_relu(t, negative_slope), x),
        fixed=lambda: [{**case, "negative_slope": slope} for case in points() for slope in (0.01, 0.3)],
        draw=lambda generator, size: {
            **points_draw(generator, size),
            "negative_slope": round(uniform(generator, 0.01, 0.5), 2),
        },
        mistakes=(
            Mistake(
                Text(
                    "At x = 0 the gradient is negative_slope, as in torch.",
                    "在 x = 0 处梯度取 negative_slope，与 torch 相同。",
                ),
                lambda x, s: (F.leaky_relu(x, s), _pick(x >= 0, 1.0, s)),
                lambda x, s: (F.leaky_relu(x, s), _pick(x > 0, 1.0, s) * (x != 0)),
            ),
            Mistake(
                Text(
                    "Negative inputs have gradient negative_slope, not 0.", "输入为负时梯度是 negative_slope，不是 0。"
                ),
                lambda x, s: (F.leaky_relu(x, s), (x > 0).to(x.dtype)),
                lambda x, s: (F.leaky_relu(x, s), (x >= 0).to(x.dtype)),
                lambda x, s: (x.relu(), (x > 0).to(x.dtype)),
            ),
            Mistake(
                Text(
                    "The gradient is a slope, 1 or negative_slope: do not multiply it by x.",
                    "梯度是斜率，即 1 或 negative_slope：不要再乘 x。",
                ),
                lambda x, s: (F.leaky_relu(x, s), F.leaky_relu(x, s)),
                lambda x, s: (F.leaky_relu(x, s), torch.where(x > 0, torch.ones_like(x), s * x)),
                lambda x, s: (F.leaky_relu(x, s), torch.where(x > 0, x, s)),
            ),
            Mistake(
                Text("The negative side keeps its sign: negative_slope * x.", "负半轴要保持负号：negative_slope * x。"),
                lambda x, s: (torch.where(x > 0, x, -s * x), _pick(x > 0, 1.0, -s)),
                lambda x, s: (torch.where(x > 0, x, -s * x), _pick(x > 0, 1.0, s)),
                lambda x, s: (torch.where(x > 0, x, s * x.abs()), _pick(x > 0, 1.0, s)),
            ),
            Mistake(
                Text("Negative inputs are multiplied by negative_slope.", "负的输入应乘以 negative_slope。"),
                lambda x, s: (torch.where(x > 0, x, x - s), _pick(x > 0, 1.0, s)),
                lambda x, s: (torch.where(x > 0, x, s), _pick(x > 0, 1.0, s)),
                lambda x, s: (x.relu(), _pick(x > 0, 1.0, s)),
                lambda x, s: (torch.where(x > 0, x, x / s), _pick(x > 0, 1.0, 1 / s)),
            ),
            Mistake(
                Text(
                    "The slope is the argument negative_slope, not always 0.01.",
                    "斜率是参数 negative_slope，不总是 0.01。",
                ),
                lambda x, s: with_gradient(F.leaky_relu, x),
            ),
            Mistake(
                Text("The two sides are swapped: the slope belongs to x <= 0.", "两边写反了：斜率用在 x <= 0 的一侧。"),
                lambda x, s: (torch.where(x > 0, s * x, x), _pick(x > 0, s, 1.0)),
            ),
        ),
    ),
)
