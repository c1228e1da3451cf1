"""Section 5: the scale of the weights."""

from __future__ import annotations

import math

from torch import Generator, nn

from ..text import Text
from .entry import Case, Exercise, Mistake, integer, uniform

NO_ROOT = Text("This is the variance: the standard deviation is its square root.", "这是方差：标准差要再开平方。")
UNIFORM = Text(
    "This is the bound of the uniform distribution: the factor is 2, not 6.", "这是均匀分布的边界：系数应为 2，不是 6。"
)


def _xavier(fan_in: int, fan_out: int, gain: float) -> float:
    return gain * math.sqrt(2 / (fan_in + fan_out))


def _kaiming(fan_in: int, negative_slope: float) -> float:
    return nn.init.calculate_gain("leaky_relu", negative_slope) / math.sqrt(fan_in)


def _xavier_cases() -> list[Case]:
    return [
        {"fan_in": 5, "fan_out": 3, "gain": 1.0},
        {"fan_in": 1, "fan_out": 1, "gain": 1.0},
        {"fan_in": 3, "fan_out": 5, "gain": 5 / 3},
        {"fan_in": 100, "fan_out": 100, "gain": 1.0},
    ]


def _xavier_draw(generator: Generator, size: int) -> Case:
    fans = {name: integer(generator, 1, 5 * size) for name in ("fan_in", "fan_out")}
    return {**fans, "gain": round(uniform(generator, 0.5, 3.0), 2)}


def _kaiming_cases() -> list[Case]:
    return [
        {"fan_in": fan_in, "negative_slope": slope} for fan_in, slope in ((5, 0.0), (1, 0.0), (8, 0.5), (200, 0.01))
    ]


def _kaiming_draw(generator: Generator, size: int) -> Case:
    return {"fan_in": integer(generator, 1, 5 * size), "negative_slope": round(uniform(generator, 0.0, 1.0), 2)}


EXERCISES = (
    Exercise(
        id="xavier-std",
        section=5,
        arguments="fan_in, fan_out, gain",
        task=Text(
            "The standard deviation of Xavier's normal initialization:\n"
            "    std = gain * sqrt(2 / (fan_in + fan_out))\n"
            "Given: fan_in and fan_out, integers; gain, a number.\n"
            "Return: a number.",
            "Xavier 正态初始化的标准差：\n"
            "    std = gain * sqrt(2 / (fan_in + fan_out))\n"
            "已知：fan_in 和 fan_out，整数；gain，一个数。\n"
            "返回：一个数。",
        ),
        reference=_xavier,
        fixed=_xavier_cases,
        draw=_xavier_draw,
        mistakes=(
            Mistake(NO_ROOT, lambda i, o, g: g * 2 / (i + o), lambda i, o, g: g**2 * 2 / (i + o)),
            Mistake(UNIFORM, lambda i, o, g: g * math.sqrt(6 / (i + o))),
            Mistake(
                Text("Xavier takes both fans: fan_in + fan_out.", "Xavier 要用两个 fan：fan_in + fan_out。"),
                lambda i, o, g: g * math.sqrt(2 / i),
                lambda i, o, g: g * math.sqrt(2 / o),
                lambda i, o, g: g * math.sqrt(1 / i),
                lambda i, o, g: g * math.sqrt(2 / i + o),
                lambda i, o, g: g * math.sqrt(2 / (i * o)),
            ),
            Mistake(
                Text("The numerator is 2: both fans are added up.", "分子是 2，因为分母是两个 fan 之和。"),
                lambda i, o, g: g * math.sqrt(1 / (i + o)),
                lambda i, o, g: g * 2 / math.sqrt(i + o),
                lambda i, o, g: g * math.sqrt(2) / (i + o),
            ),
            Mistake(
                Text("gain multiplies the whole root.", "gain 应乘在整个根号外面。"),
                lambda i, o, g: math.sqrt(2 / (i + o)),
                lambda i, o, g: math.sqrt(g * 2 / (i + o)),
                lambda i, o, g: math.sqrt(2 / (i + o)) / g,
            ),
        ),
    ),
    Exercise(
        id="kaiming-std",
        section=5,
        arguments="fan_in, negative_slope",
        task=Text(
            "The standard deviation of Kaiming's normal initialization, for a leaky ReLU (a ReLU has slope 0):\n"
            "    std = sqrt(2 / ((1 + negative_slope^2) * fan_in))\n"
            "Given: fan_in, an integer; negative_slope, a number.\n"
            "Return: a number.",
            "Kaiming 正态初始化的标准差，用于 Leaky ReLU（ReLU 的斜率为 0）：\n"
            "    std = sqrt(2 / ((1 + negative_slope^2) * fan_in))\n"
            "已知：fan_in，整数；negative_slope，一个数。\n"
            "返回：一个数。",
        ),
        reference=_kaiming,
        fixed=_kaiming_cases,
        draw=_kaiming_draw,
        mistakes=(
            Mistake(NO_ROOT, lambda i, s: 2 / ((1 + s**2) * i), lambda i, s: 2 / i),
            Mistake(UNIFORM, lambda i, s: math.sqrt(6 / ((1 + s**2) * i))),
            Mistake(
                Text("The slope is missing: 1 + negative_slope^2.", "少了斜率：1 + negative_slope^2。"),
                lambda i, s: math.sqrt(2 / i),
            ),
            Mistake(
                Text("The slope is squared: 1 + negative_slope^2.", "斜率要取平方：1 + negative_slope^2。"),
                lambda i, s: math.sqrt(2 / ((1 + s) * i)),
                lambda i, s: math.sqrt(2 / ((1 + s) ** 2 * i)),
                lambda i, s: math.sqrt(2 / ((1 - s**2) * i)),
            ),
            Mistake(
                Text(
                    "The numerator is 2: a ReLU lets half of the signal through.",
                    "分子是 2，因为 ReLU 只让一半的信号通过。",
                ),
                lambda i, s: math.sqrt(1 / ((1 + s**2) * i)),
                lambda i, s: math.sqrt(1 / i),
            ),
            Mistake(
                Text("fan_in stands under the root as well.", "fan_in 也在根号里面。"),
                lambda i, s: math.sqrt(2 / (1 + s**2)) / i,
                lambda i, s: math.sqrt(2 / (1 + s**2)) * i,
            ),
            Mistake(
                Text(
                    "fan_in multiplies the whole bracket: (1 + negative_slope^2) * fan_in.",
                    "fan_in 乘的是整个括号：(1 + negative_slope^2) * fan_in。",
                ),
                lambda i, s: math.sqrt(2 / (1 + s**2 * i)),
                lambda i, s: math.sqrt(2 / (1 + s**2) * i),
            ),
        ),
    ),
)
