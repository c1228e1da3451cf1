"""Section 4: sigmoid and tanh."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from ...activations import derivative
from ...experiments.verdicts import Claim, Finding, exactly
from ...experiments.worlds import MEASURES
from ...text import NOTHING, Text
from .draws import ROUNDING, Function, grid, normal, numbers

FLAT = math.exp(-MEASURES["vanishing"].smallest)  # a slope this many times below its peak: a hundredth
SYMMETRIC = torch.special.ndtri(grid(0.0005, 0.9995, 1000))  # a thousand quantiles of N(0, 1)
INPUTS = {
    "N(0, 1)": (SYMMETRIC, True),
    "U(-2, 2)": (grid(-2, 2, 1001), True),
    "N(0.1, 1)": (SYMMETRIC + 0.1, False),
    "N(1, 1)": (SYMMETRIC + 1, False),
}


def sigmoid_written(x: Tensor) -> Tensor:
    """The formula as it is written."""
    return 1 / (1 + (-x).exp())


def tanh_written(x: Tensor) -> Tensor:
    """The formula as it is written."""
    return (x.exp() - (-x).exp()) / (x.exp() + (-x).exp())


def sigmoid_formula(seed: int, *, formula: Function = sigmoid_written) -> Finding:
    """The formula against torch.sigmoid in float32, on the numbers from -255 to 255 in steps of 0.01."""
    x = grid(-255, 255, 51_001).float()
    # A NaN is not near anything. 1e-6: some units of float32's last digit.
    off = float((formula(x) - torch.sigmoid(x)).abs().nan_to_num(torch.inf).max())
    overflows = bool(x.neg().exp().isinf().any())
    return Finding([exactly(NOTHING, off < 1e-6)], {"off": off}, noted=overflows)


def tanh_formula(seed: int, *, formula: Function = tanh_written) -> Finding:
    """The formula against torch.tanh in float32: up to 88, and at a pixel's 255; the first integer that overflows."""
    x = grid(-255, 255, 51_001).float()
    off = (formula(x) - torch.tanh(x)).abs().nan_to_num(torch.inf)
    small = float(off[x.abs() <= 88].max())
    worlds = [
        # 1e-6: some units of float32's last digit.
        exactly(Text("x from -88 to 88", "x 从 -88 到 88"), small < 1e-6, inside=True),
        exactly(
            Text("x = 255, a pixel that was not scaled", "x = 255：未缩放的像素"), bool(off[-1] < 1e-6), inside=False
        ),
    ]
    n = grid(0, 255, 256).float()
    first = int((~formula(n).isfinite()).int().argmax())
    return Finding(worlds, {"off": small, "first": first}, noted=first == 89)


def open_range(function: Function, low: float, high: float) -> Finding:
    """Whether f lies strictly between two numbers: at the integers from -8 to 8, and from -40 to 40."""
    n = grid(-40, 40, 81)
    worlds, first = [], {}
    for bits, dtype in ((32, torch.float32), (64, torch.float64)):
        y = function(n.to(dtype))
        strict = (y > low) & (y < high)
        first[f"x{bits}"] = int((y[40:] >= high).int().argmax())  # 0: nowhere
        small = Text(f"x from -8 to 8 in float{bits}", f"float{bits} 中 x 从 -8 到 8")
        large = Text(f"x from -40 to 40 in float{bits}", f"float{bits} 中 x 从 -40 到 40")
        worlds += [
            exactly(small, bool(strict[n.abs() <= 8].all()), inside=True),
            exactly(large, bool(strict.all()), inside=False),
        ]
    return Finding(worlds, first, noted=min(first.values()) > 8)


def sigmoid_range(seed: int, *, function: Function = torch.sigmoid) -> Finding:
    """Whether f lies strictly between 0 and 1."""
    return open_range(function, 0, 1)


def tanh_range(seed: int, *, function: Function = torch.tanh) -> Finding:
    """Whether f lies strictly between -1 and 1."""
    return open_range(function, -1, 1)


def sigmoid_slope(seed: int, *, function: Function = torch.sigmoid) -> Finding:
    """The largest derivative by autograd on a fine grid and at 1,000 random points, in float64, against 1/4."""
    generator = torch.Generator().manual_seed(seed)
    peak = float(derivative(function, torch.cat([grid(-20, 20, 4001), 5 * normal(generator, 1000)])).max())
    return Finding([exactly(NOTHING, abs(peak - 0.25) < ROUNDING)], {"peak": peak})


def sigmoid_saturation(seed: int, *, function: Function = torch.sigmoid) -> Finding:
    """Where the slope is below a hundredth of its peak; up to which integer float32 tells f(n) from f(n - 1)."""
    x = grid(0, 20, 200_001)
    share = derivative(function, x) / derivative(function, x).max()
    outside = share[x >= 6]
    at5, at6 = (float(derivative(function, numbers(point)) / derivative(function, x).max()) for point in (5, 6))
    told = function(grid(0, 100, 101).float())
    last = int((told[1:] != told[:-1]).int().cumprod(0).sum())
    found = {"from": float(x[share >= FLAT].max()), "at5": at5, "at6": at6, "last": last}
    return Finding([exactly(NOTHING, bool((outside < FLAT).all()))], found, noted=last > 6)


def means(function: Function) -> dict[str, float]:
    """The mean of f for each kind of inputs."""
    return {name: float(function(x).mean()) for name, (x, _) in INPUTS.items()}


def sigmoid_not_centred(seed: int, *, function: Function = torch.sigmoid) -> Finding:
    """The mean output against 0, for inputs around 0 and for shifted ones."""
    found = means(function)
    worlds = [exactly(Text(name, name), abs(mean) > ROUNDING) for name, mean in found.items()]
    return Finding(worlds, {"least": min(found.values()), "around": found["N(0, 1)"]})


def tanh_centred(seed: int, *, function: Function = torch.tanh) -> Finding:
    """The mean output against 0, for inputs around 0 and for shifted ones."""
    found = means(function)
    worlds = [exactly(Text(name, name), abs(found[name]) < ROUNDING, inside=even) for name, (_, even) in INPUTS.items()]
    measured = {"around": abs(found["N(0, 1)"]), "little": found["N(0.1, 1)"], "one": found["N(1, 1)"]}
    return Finding(worlds, measured, noted=measured["one"] > 0)


RANGE_EVIDENCE = Text(
    "The output is 1 exactly from x = {x32} on in float32, from x = {x64} on in float64.",
    "float32 中从 x = {x32} 起、float64 中从 x = {x64} 起，输出恰好等于 1。",
)
CLAIMS: tuple[Claim, ...] = (
    Claim(
        id="sigmoid-formula",
        section=4,
        kind="identity",
        statement=Text("Sigmoid is 1 / (1 + exp(-x)).", "Sigmoid 的公式是 1 / (1 + exp(-x))。"),
        judge=sigmoid_formula,
        evidence=Text(
            "In float32, from -255 to 255, the formula differs from torch.sigmoid by at most {off:.1e}.",
            "在 float32 中，x 从 -255 到 255，公式与 torch.sigmoid 至多相差 {off:.1e}。",
        ),
        remark=Text(
            "exp(-x) overflows for x below -88, and one over infinity still is the right 0.",
            "x 小于 -88 时 exp(-x) 会溢出，不过 1 除以无穷大正好是 0，结果仍然正确。",
        ),
    ),
    Claim(
        id="sigmoid-range",
        section=4,
        kind="identity",
        statement=Text("Sigmoid lies strictly between 0 and 1.", "Sigmoid 的输出范围是开区间 (0, 1)。"),
        judge=sigmoid_range,
        evidence=RANGE_EVIDENCE,
        condition=Text(
            "In real numbers, or while x is small: rounding makes it exactly 1, and log(1 - a) infinite.",
            "在实数中，或 x 不大时成立：舍入会使它恰为 1，于是 log(1 - a) 变成无穷。",
        ),
        source="https://docs.pytorch.org/docs/stable/generated/torch.nn.BCEWithLogitsLoss.html",
    ),
    Claim(
        id="sigmoid-slope",
        section=4,
        kind="identity",
        statement=Text("The derivative of sigmoid is at most 0.25.", "Sigmoid 的导数最大为 0.25。"),
        judge=sigmoid_slope,
        evidence=Text("The largest derivative found is {peak:.4f}.", "找到的最大导数为 {peak:.4f}。"),
    ),
    Claim(
        id="sigmoid-saturation",
        section=4,
        kind="identity",
        statement=Text(
            "Outside [-6, 6] sigmoid is nearly saturated.",
            "输入超出 [-6, 6] 时，sigmoid 几乎饱和。",
        ),
        judge=sigmoid_saturation,
        evidence=Text(
            "The slope is less than a hundredth of its peak beyond |x| = {from:.2f}: it is {at5:.1%} of it at 5 and "
            "{at6:.2%} at 6. In float32 whole numbers still get different outputs up to {last}.",
            "|x| 超过 {from:.2f} 之后，斜率不到峰值的百分之一：在 5 处为 {at5:.1%}，在 6 处为 {at6:.2%}。"
            "在 float32 中，直到 {last}，相邻整数的输出仍然不同。",
        ),
        remark=Text(
            "Here, nearly saturated means a slope below a hundredth of its peak. The article adds that information "
            "gets lost: what is lost there is gradient; outputs of whole numbers stay apart much longer.",
            "这里把“几乎饱和”理解为斜率不到峰值的百分之一。文中说会导致信息丢失：丢失的是梯度，"
            "相邻整数的输出在更远的地方仍可区分。",
        ),
        source="Glorot & Bengio (2010), Understanding the difficulty of training deep feedforward neural networks, "
        "https://proceedings.mlr.press/v9/glorot10a.html",
    ),
    Claim(
        id="sigmoid-not-centred",
        section=4,
        kind="identity",
        statement=Text("Sigmoid's outputs are not centred on zero.", "Sigmoid 的输出不以 0 为中心。"),
        judge=sigmoid_not_centred,
        evidence=Text(
            "On inputs from N(0, 1) the mean output is {around:.3f}; of four kinds of inputs the lowest mean is "
            "{least:.3f}.",
            "输入服从 N(0, 1) 时，输出的均值为 {around:.3f}；四种输入中，均值最小的为 {least:.3f}。",
        ),
    ),
    Claim(
        id="sigmoid-cost",
        section=4,
        kind="measured",
        statement=Text(
            "Sigmoid is expensive to compute, because of its exponential.", "Sigmoid 因指数运算而计算开销大。"
        ),
        judge=None,
        remark=Text(
            "Only a stopwatch could tell, and what it reads changes with the width of the layer, the machine and the "
            "library. An exponential is more work than a comparison; in a wide layer the matrix product is more work "
            "than both.",
            "只有秒表能回答，而秒表的读数随层的宽度、机器和程序库而变。指数运算比一次比较费事；在宽的层中，"
            "矩阵乘法比两者都费事。",
        ),
        source="https://docs.pytorch.org/docs/stable/benchmark_utils.html",
    ),
    Claim(
        id="tanh-formula",
        section=4,
        kind="identity",
        statement=Text(
            "Tanh is (exp(x) - exp(-x)) / (exp(x) + exp(-x)).",
            "Tanh 的公式是 (exp(x) - exp(-x)) / (exp(x) + exp(-x))。",
        ),
        judge=tanh_formula,
        evidence=Text(
            "In float32 the formula differs from torch.tanh by at most {off:.1e} up to |x| = 88; from x = {first} on "
            "it gives no number.",
            "在 float32 中，|x| 不超过 88 时，公式与 torch.tanh 至多相差 {off:.1e}；从 x = {first} 起得不到数值。",
        ),
        condition=Text(
            "In real numbers, or while |x| stays below 89 in float32: there exp overflows, and infinity over infinity "
            "is no number. torch.tanh computes it another way.",
            "在实数中，或 float32 中 |x| 小于 89 时成立：再大 exp 就会溢出，无穷除以无穷得不到数值。torch.tanh "
            "用的是别的算法。",
        ),
        source="Higham (2002), Accuracy and Stability of Numerical Algorithms, section 2.8",
    ),
    Claim(
        id="tanh-range",
        section=4,
        kind="identity",
        statement=Text("Tanh lies strictly between -1 and 1.", "Tanh 的输出范围是开区间 (-1, 1)。"),
        judge=tanh_range,
        evidence=RANGE_EVIDENCE,
        condition=Text(
            "In real numbers, or while x is small: rounding makes it exactly 1, and its slope exactly 0.",
            "在实数中，或 x 不大时成立：舍入会使它恰为 1，斜率恰为 0。",
        ),
        source="https://docs.pytorch.org/docs/stable/generated/torch.tanh.html",
    ),
    Claim(
        id="tanh-centred",
        section=4,
        kind="identity",
        statement=Text("Tanh's outputs are centred on zero.", "Tanh 的输出以 0 为中心。"),
        judge=tanh_centred,
        evidence=Text(
            "The mean output is {around:.3f} on inputs from N(0, 1), {little:.3f} where they are shifted by 0.1, and "
            "{one:.3f} where they are shifted by 1.",
            "输入服从 N(0, 1) 时，输出的均值为 {around:.3f}；输入平移 0.1 后为 {little:.3f}，平移 1 后为 {one:.3f}。",
        ),
        condition=Text(
            "The inputs lie symmetrically around 0. Biases of 1, with which the article's own model starts, shift "
            "them.",
            "输入关于 0 对称。文中的模型把偏置初始化为 1，就会使输入偏移。",
        ),
        source="LeCun, Bottou, Orr & Müller (1998), Efficient BackProp, section 4.3",
    ),
    Claim(
        id="tanh-less-popular",
        section=4,
        kind="convention",
        statement=Text(
            "Tanh serves in hidden layers, but is less popular than ReLU.", "Tanh 适用于隐藏层，但不如 ReLU 流行。"
        ),
        judge=None,
        remark=Text(
            "What is popular changes with the year and the field, and no computation tells. What ReLU and tanh do in "
            "training is measured in other entries.",
            "流行与否随年代和领域而变，无法用计算判断。ReLU 和 tanh 在训练中的表现，另有条目实测。",
        ),
    ),
)
