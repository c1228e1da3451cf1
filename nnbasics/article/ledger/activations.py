"""Section 4: the activation functions by themselves."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import torch

from ...activations import derivative
from ..claims import Claim, Outcome, Text
from ._toys import ROUNDING, Function, grid, linear, times
from ._trials import normal

DTYPES = (torch.float32, torch.float64)


def open_range(function: Function, low: float, high: float) -> Outcome:
    """Whether f lies strictly between two numbers at the integers from -200 to 200, and at those from -8 to 8.

    In float32 and in float64; the numbers say at which integer f first is its upper bound itself.
    """
    x = grid(-200, 200, 401)
    values = {dtype.itemsize * 8: function(x.to(dtype)) for dtype in DTYPES}
    inside = [(y > low) & (y < high) for y in values.values()]
    stated, amended = (all(bool(i[rows].all()) for i in inside) for rows in (x.abs() <= 200, x.abs() <= 8))
    return Outcome(stated, amended, {f"x{bits}": float((y < high).sum()) - 200 for bits, y in values.items()})


def sigmoid_range(seed: int, *, function: Function = torch.sigmoid) -> Outcome:
    """Whether f lies strictly between 0 and 1 at the integers from -200 to 200, and at those from -8 to 8."""
    return open_range(function, 0, 1)


def tanh_range(seed: int, *, function: Function = torch.tanh) -> Outcome:
    """Whether f lies strictly between -1 and 1 at the integers from -200 to 200, and at those from -8 to 8."""
    return open_range(function, -1, 1)


def sigmoid_slope(seed: int, *, function: Function = torch.sigmoid) -> Outcome:
    """The largest derivative by autograd on a fine grid and at 1,000 random points, in float64, against 1/4."""
    generator = torch.Generator().manual_seed(seed)
    slopes = derivative(function, torch.cat([grid(-20, 20, 4001), 5 * normal(generator, 1000)]))
    return Outcome(abs(float(slopes.max()) - 0.25) < ROUNDING, False, {"peak": float(slopes.max())})


def sigmoid_saturation(seed: int, *, function: Function = torch.sigmoid) -> Outcome:
    """The largest slope where |x| >= 6 against the peak, and how much of f's range lies beyond."""
    x = grid(-6000, 6000, 12001) / 100
    slopes, y = derivative(function, x), function(x)
    share = float(slopes[x.abs() >= 6].max() / slopes.max())
    left = float((y.max() - y[(x >= 6).nonzero()[0]]) / (y.max() - y.min()))
    # A hundredth of the peak: there, learning takes a hundred times as many steps.
    return Outcome(share < 0.01, False, {"share": share, "left": left})


def mean_output(seed: int, function: Function) -> tuple[float, bool]:
    """The mean of f over 100,000 inputs from N(0, 1), and whether it may be 0."""
    y = function(normal(torch.Generator().manual_seed(seed), 100_000))
    # Five standard errors: one seed in two million strays further.
    return float(y.mean()), abs(float(y.mean())) < 5 * float(y.std()) / 100_000**0.5


def sigmoid_not_centred(seed: int, *, function: Function = torch.sigmoid) -> Outcome:
    """The mean output on inputs from N(0, 1) against 0."""
    mean, centred = mean_output(seed, function)
    return Outcome(not centred, False, {"mean": mean})


def tanh_centred(seed: int, *, function: Function = torch.tanh) -> Outcome:
    """The mean output on inputs from N(0, 1) against 0."""
    mean, centred = mean_output(seed, function)
    return Outcome(centred, False, {"mean": mean})


def relu_slope(seed: int, *, function: Function = torch.relu) -> Outcome:
    """The derivative by autograd at 1,000 random x > 0, and at 0, against 1."""
    x = 10 * normal(torch.Generator().manual_seed(seed), 1000).abs()
    slopes = derivative(function, torch.cat([x, torch.zeros_like(x[:1])]))
    numbers = {"least": float(slopes[:-1].min()), "most": float(slopes[:-1].max()), "zero": float(slopes[-1])}
    return Outcome(numbers["least"] == numbers["most"] == 1, False, numbers)


def activation_gate(seed: int, *, functions: Sequence[Function] = (torch.sigmoid, torch.tanh, torch.relu)) -> Outcome:
    """For each f, the share of 10,000 inputs from N(0, 1) on which nothing is handed on: f(z) = 0 exactly."""
    z = normal(torch.Generator().manual_seed(seed), 10_000)
    off = [float((f(z) == 0).double().mean()) for f in functions]
    return Outcome(min(off) > 0, max(off) > 0, {"least": min(off), "most": max(off)})


def relu_sparse(
    seed: int, *, function: Function = torch.relu, others: Sequence[Function] = (torch.sigmoid, torch.tanh)
) -> Outcome:
    """The share of exact zeros among the outputs of 256 units in torch's default initialization, on 1,000 inputs."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        z = linear(64, 256, generator)(normal(generator, 1000, 64))
        zeros, rest = (max(float((f(z) == 0).double().mean()) for f in fs) for fs in ([function], others))
    # A quarter is far from the half that symmetric sums give ReLU, and from the nothing that a smooth f gives.
    return Outcome(zeros > 0.25 and rest < 0.25, False, {"zeros": zeros, "others": rest})


def sigmoid_cost(seed: int, *, function: Function = torch.sigmoid) -> Outcome:
    """Time against ReLU, the quickest of 101 repeats: f on 65,536 numbers, and in a layer from 256 to 256 units."""
    generator = torch.Generator().manual_seed(seed)
    x, rows = (normal(generator, *shape, dtype=torch.float32) for shape in ((65_536,), (64, 256)))
    layer = linear(256, 256, generator).float()
    alone = times([lambda: function(x), lambda: torch.relu(x)])
    inside = times([lambda: function(layer(rows)), lambda: torch.relu(layer(rows))])
    numbers = {"alone": alone[0] / alone[1], "layer": inside[0] / inside[1]}
    # Half as much again is far from the few percent by which such times differ; below a tenth nobody sees it.
    return Outcome(numbers["layer"] > 1.1, numbers["alone"] > 1.5, numbers)


def relu_cheap(
    seed: int, *, function: Function = torch.relu, others: Sequence[Function] = (torch.sigmoid, torch.tanh)
) -> Outcome:
    """Time of the other functions against f on 65,536 numbers, the quickest of 101 repeats."""
    x = normal(torch.Generator().manual_seed(seed), 65_536, dtype=torch.float32)
    base, *rest = times([partial(f, x) for f in (function, *others)])
    ratios = [time / base for time in rest]
    # Half as much again is far from the few percent by which such times differ.
    return Outcome(min(ratios) > 1.5, False, {"least": min(ratios), "most": max(ratios)})


CLAIMS: list[Claim] = [
    Claim(
        id="activation-gate",
        section=4,
        statement=Text(
            "The activation decides whether a neuron passes its signal on.",
            "激活函数决定神经元是否把信号传下去。",
        ),
        check=activation_gate,
        evidence=Text(
            "sigmoid, tanh and ReLU hand on an exact 0 for {least:.0%} to {most:.0%} of the inputs",
            "sigmoid、tanh、ReLU 中，输出恰为 0 的输入占 {least:.0%} 到 {most:.0%}",
        ),
        condition=Text(
            "Of the three only ReLU switches a signal off; sigmoid and tanh always pass something on.",
            "三者之中只有 ReLU 会切断信号；sigmoid 和 tanh 总会传出一些东西。",
        ),
        source="Glorot, Bordes & Bengio (2011), Deep sparse rectifier neural networks",
    ),
    Claim(
        id="sigmoid-range",
        section=4,
        statement=Text("Sigmoid lies strictly between 0 and 1.", "Sigmoid 的输出严格在 0 与 1 之间。"),
        check=sigmoid_range,
        evidence=Text(
            "it is 1 exactly from x = {x32:.0f} on in float32, from x = {x64:.0f} on in float64",
            "float32 中从 x = {x32:.0f} 起、float64 中从 x = {x64:.0f} 起，输出恰好等于 1",
        ),
        condition=Text(
            "In real numbers, or while x is small: rounding makes it exactly 1, and log(1 - a) infinite.",
            "在实数中，或 x 不大时成立：舍入会使它恰为 1，于是 log(1 - a) 变成无穷。",
        ),
        source="https://docs.pytorch.org/docs/stable/generated/torch.nn.BCEWithLogitsLoss.html",
    ),
    Claim(
        id="sigmoid-slope",
        section=4,
        statement=Text("The derivative of sigmoid is at most 0.25.", "Sigmoid 的导数最大为 0.25。"),
        check=sigmoid_slope,
        evidence=Text("largest derivative found: {peak:.4f}", "找到的最大导数：{peak:.4f}"),
    ),
    Claim(
        id="sigmoid-saturation",
        section=4,
        statement=Text(
            "Outside [-6, 6] sigmoid is all but flat, so inputs there can hardly be told apart.",
            "在 [-6, 6] 之外，sigmoid 几乎是平的，那里的输入难以区分。",
        ),
        check=sigmoid_saturation,
        evidence=Text(
            "the slope there is at most {share:.2%} of its peak; {left:.2%} of the range is left for all x > 6",
            "那里的斜率至多为峰值的 {share:.2%}；所有 x > 6 只占输出范围的 {left:.2%}",
        ),
    ),
    Claim(
        id="sigmoid-not-centred",
        section=4,
        statement=Text("Sigmoid's outputs are not centred on zero.", "Sigmoid 的输出不以 0 为中心。"),
        check=sigmoid_not_centred,
        evidence=Text("mean output on N(0, 1): {mean:.3f}", "输入服从 N(0, 1) 时，输出的均值：{mean:.3f}"),
    ),
    Claim(
        id="sigmoid-cost",
        section=4,
        statement=Text(
            "Sigmoid is expensive to compute, because of its exponential.", "Sigmoid 含指数运算，计算开销大。"
        ),
        check=sigmoid_cost,
        evidence=Text(
            "against ReLU on this machine: alone {alone:.1f} times the time, with its layer of 256 units {layer:.2f}",
            "在本机上与 ReLU 相比：单独计算耗时为 {alone:.1f} 倍，连同 256 个单元的层为 {layer:.2f} 倍",
        ),
        condition=Text(
            "Only the function by itself: in a layer the matrix product takes nearly all of the time.",
            "只就函数本身而言：在一层之中，矩阵乘法占了几乎全部时间。",
        ),
        source="https://docs.pytorch.org/docs/stable/benchmark_utils.html",
        timed=True,
    ),
    Claim(
        id="tanh-range",
        section=4,
        statement=Text("Tanh lies strictly between -1 and 1.", "Tanh 的输出严格在 -1 与 1 之间。"),
        check=tanh_range,
        evidence=Text(
            "it is 1 exactly from x = {x32:.0f} on in float32, from x = {x64:.0f} on in float64",
            "float32 中从 x = {x32:.0f} 起、float64 中从 x = {x64:.0f} 起，输出恰好等于 1",
        ),
        condition=Text(
            "In real numbers, or while x is small: rounding makes it exactly 1, and its slope exactly 0.",
            "在实数中，或 x 不大时成立：舍入会使它恰为 1，斜率恰为 0。",
        ),
        source="https://docs.pytorch.org/docs/stable/generated/torch.tanh.html",
    ),
    Claim(
        id="tanh-centred",
        section=4,
        statement=Text("Tanh's outputs are centred on zero.", "Tanh 的输出以 0 为中心。"),
        check=tanh_centred,
        evidence=Text("mean output on N(0, 1): {mean:.4f}", "输入服从 N(0, 1) 时，输出的均值：{mean:.4f}"),
    ),
    Claim(
        id="relu-slope",
        section=4,
        statement=Text("For x > 0 the gradient of ReLU is 1.", "x > 0 时，ReLU 的梯度恒为 1。"),
        check=relu_slope,
        evidence=Text(
            "derivatives found for x > 0: {least:.4f} to {most:.4f}; at 0 torch says {zero:.0f}",
            "x > 0 处的导数：{least:.4f} 到 {most:.4f}；在 0 处 torch 取 {zero:.0f}",
        ),
    ),
    Claim(
        id="relu-cheap",
        section=4,
        statement=Text("ReLU is simpler to compute than sigmoid and tanh.", "ReLU 的计算比 sigmoid 和 tanh 简单。"),
        check=relu_cheap,
        evidence=Text(
            "sigmoid and tanh take {least:.1f} to {most:.1f} times as long on this machine",
            "在本机上，sigmoid 和 tanh 的耗时是它的 {least:.1f} 到 {most:.1f} 倍",
        ),
        timed=True,
    ),
    Claim(
        id="relu-sparse",
        section=4,
        statement=Text("ReLU makes activations sparse: many are exactly zero.", "ReLU 使激活稀疏：许多输出恰好为 0。"),
        check=relu_sparse,
        evidence=Text(
            "exact zeros in a fresh layer: {zeros:.0%}; with sigmoid or tanh {others:.0%}",
            "刚初始化的一层中，恰为 0 的输出占 {zeros:.0%}；换成 sigmoid 或 tanh 为 {others:.0%}",
        ),
    ),
]
