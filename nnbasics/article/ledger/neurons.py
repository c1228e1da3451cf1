"""Sections 1 and 3: the neuron."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import torch
from torch import Tensor

from ...activations import ACTIVATIONS
from ...experiments.verdicts import Claim, Finding, exactly
from ...text import NOTHING, Text
from .draws import ROUNDING, linear, normal, numbers

Neuron = Callable[[Tensor, Tensor, Tensor], Tensor]
SAME_UNITS = (1.0, 1.0, 1.0, 1.0, 1.0)
CENTIMETRES = (100.0, 1.0, 1.0, 1.0, 1.0)  # five lengths, one of them in centimetres and the others in metres
TOGETHER = 0.9  # the correlation of any two inputs, where they go together


def weighted_sum(x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
    """The sum z = w . x + b, multiplied and added up."""
    return (x * weight).sum(-1) + bias


def neuron_linear(seed: int, *, neuron: Neuron = weighted_sum) -> Finding:
    """The formula for each unit, then f, against `nn.Linear` and f on random inputs, for every elementwise f."""
    generator = torch.Generator().manual_seed(seed)
    layer, x = linear(7, 4, generator), normal(generator, 100, 7)
    weight, bias = (p.detach() for p in layer.parameters())
    functions = [f for name, f in ACTIVATIONS.items() if name != "softmax"]
    with torch.no_grad():
        z = torch.stack([neuron(x, w, b) for w, b in zip(weight, bias, strict=True)], dim=1)
        off = max(float((f(z) - f(layer(x))).abs().max()) for f in functions)
    return Finding([exactly(NOTHING, off < ROUNDING)], {"off": off, "functions": len(functions)})


def weight_importance(seed: int, *, scales: Sequence[float] = CENTIMETRES) -> Finding:
    """The input with the largest |w| against the one that moves z most, for 1,000 neurons of 5 inputs.

    What input i does by itself is the spread of w_i x_i, that is |w_i| s_i, s_i being the spread of x_i. Where inputs
    of spread 1 go together, with correlations C, input i goes with z as |C w|_i.
    """
    weight = normal(torch.Generator().manual_seed(seed), 1000, len(scales))
    largest = weight.abs().argmax(1)

    def agreement(effects: Tensor) -> float:
        return float((largest == effects.abs().argmax(1)).double().mean())

    same, units = (agreement(weight * numbers(*spread)) for spread in (SAME_UNITS, scales))
    together = agreement((1 - TOGETHER) * weight + TOGETHER * weight.sum(1, keepdim=True))
    worlds = [
        exactly(
            Text("five lengths of one spread, in metres", "五个变化幅度相同的长度，以米为单位"), same == 1, inside=True
        ),
        exactly(Text("one of them in centimetres", "其中一个以厘米为单位"), units == 1, inside=False),
    ]
    return Finding(worlds, {"same": same, "units": units, "together": together}, same == 1 and units < 1)


def bias_threshold(seed: int, *, neuron: Neuron = weighted_sum) -> Finding:
    """Whether a ReLU unit fires (a > 0) exactly where w . x is above b, and where it is above -b."""
    generator = torch.Generator().manual_seed(seed)
    x, weight, bias = normal(generator, 1000, 5), normal(generator, 1000, 5), normal(generator, 1000)
    fires = torch.relu(neuron(x, weight, bias)) > 0
    drive = (x * weight).sum(-1)
    plus, minus = (float((fires == (drive > b)).double().mean()) for b in (bias, -bias))
    return Finding([exactly(NOTHING, plus == 1)], {"plus": plus, "minus": minus}, noted=minus == 1)


def activation_bends(
    seed: int, *, functions: Sequence[str] = ("sigmoid", "tanh", "relu", "softmax", "identity")
) -> Finding:
    """Whether f at the middle of two points is the mean of f at both, as for a line; 1,000 random pairs."""
    generator = torch.Generator().manual_seed(seed)
    u, v = 3 * normal(generator, 1000, 4), 3 * normal(generator, 1000, 4)
    bent = {}
    for name in functions:
        f = ACTIVATIONS[name]
        bent[name] = float((f((u + v) / 2) - (f(u) + f(v)) / 2).abs().max())
    worlds = [exactly(Text(name, name), bend > ROUNDING, inside=name != "identity") for name, bend in bent.items()]
    least = min(bend for name, bend in bent.items() if name != "identity")
    return Finding(worlds, {"least": least, "identity": bent.get("identity", 0.0)})


GATES = {"ReLU": torch.relu, "sigmoid": torch.sigmoid, "tanh": torch.tanh}


def activation_gate(seed: int, *, functions: Mapping[str, Callable[[Tensor], Tensor]] = GATES) -> Finding:
    """For each f, the share of 10,000 inputs from N(0, 1) on which nothing is handed on: f(z) = 0 exactly."""
    z = normal(torch.Generator().manual_seed(seed), 10_000)
    off = {name: float((f(z) == 0).double().mean()) for name, f in functions.items()}
    worlds = [exactly(Text(name, name), share > 0, inside=name == "ReLU") for name, share in off.items()]
    others = max(share for name, share in off.items() if name != "ReLU")
    return Finding(worlds, {"relu": off["ReLU"], "others": others}, others == 0)


CLAIMS: tuple[Claim, ...] = (
    Claim(
        id="brain-model",
        section=1,
        kind="convention",
        statement=Text(
            "A neuron of the brain weighs its signals, adds them up, and fires when a threshold is reached; an "
            "artificial network is a mathematical model of that.",
            "人脑的神经元对信号加权求和，达到阈值就放电；人工神经网络是对它的数学模拟。",
        ),
        judge=None,
        remark=Text(
            "This is biology, on which no computation here can decide. It is a simplification in any case: cells send "
            "pulses in time, an artificial neuron gives one number.",
            "这属于生物学，这里的计算无法判断。无论如何这是一种简化：细胞发出的是随时间变化的脉冲，"
            "人工神经元只给出一个数。",
        ),
    ),
    Claim(
        id="neuron-linear",
        section=1,
        kind="identity",
        statement=Text(
            "A neuron adds up its weighted inputs and a bias, z = w·x + b, and hands on a = f(z).",
            "神经元先求加权和再加偏置，z = w·x + b，然后输出 a = f(z)。",
        ),
        judge=neuron_linear,
        evidence=Text(
            "Computed by the formula, a differs from nn.Linear followed by f by at most {off:.1e}, for {functions} "
            "activations.",
            "按公式算出的 a，与 nn.Linear 再接 f 的结果至多相差 {off:.1e}，共试 {functions} 种激活函数。",
        ),
    ),
    Claim(
        id="weight-importance",
        section=1,
        kind="identity",
        statement=Text("A weight tells how important its input is.", "权重的大小表示对应输入的重要性。"),
        judge=weight_importance,
        evidence=Text(
            "In 1,000 neurons with five lengths as inputs, the largest weight belongs to the input that moves z most "
            "in {same:.0%} where all are in metres, in {units:.0%} where one is in centimetres. Where the inputs go "
            "together (correlation 0.9), it belongs to the one that z follows most closely in {together:.0%}.",
            "1000 个神经元，输入是五个长度：都以米为单位时，最大的权重落在对 z 影响最大的输入上的占 {same:.0%}；"
            "其中一个改用厘米，占 {units:.0%}。若各输入同涨同落（相关系数 0.9），最大的权重落在与 z 最相关的输入上的占 "
            "{together:.0%}。",
        ),
        condition=Text(
            "The inputs have the same scale, and what counts is an input that changes by itself: the same length in "
            "smaller units needs a smaller weight for the same effect.",
            "各输入的尺度相同，而且问的是单独改变一个输入的影响：同一个长度换成更小的单位，数值变大，"
            "同样的影响只需更小的权重。",
        ),
        source="Gelman (2008), Scaling regression inputs by dividing by two standard deviations, "
        "https://doi.org/10.1002/sim.3107",
    ),
    Claim(
        id="bias-threshold",
        section=1,
        kind="identity",
        statement=Text(
            "The bias is the threshold that the weighted inputs must pass for the neuron to fire.",
            "偏置就是加权输入必须越过、神经元才会激活的阈值。",
        ),
        judge=bias_threshold,
        evidence=Text(
            "w·x > b tells whether a ReLU unit fires in {plus:.0%} of 1,000 cases, w·x > -b in {minus:.0%}.",
            "在 1000 次试验中，ReLU 单元是否激活，与 w·x > b 一致的占 {plus:.0%}，与 w·x > -b 一致的占 {minus:.0%}。",
        ),
        correction=Text(
            "The sign is the other one: the threshold is -b. The larger the bias, the more readily the neuron fires.",
            "符号相反：阈值是 -b。偏置越大，神经元越容易激活。",
        ),
        source="Rosenblatt (1958), The perceptron, https://doi.org/10.1037/h0042519",
    ),
    Claim(
        id="activation-bends",
        section=3,
        kind="identity",
        statement=Text(
            "The activation turns z into a by a transformation that is not linear.",
            "激活函数对 z 作非线性变换得到 a。",
        ),
        judge=activation_bends,
        evidence=Text(
            "Between two points, sigmoid, tanh, ReLU and softmax leave the straight line by up to {least:.2f} or more, "
            "the identity by {identity:.0f}.",
            "在两点之间，sigmoid、tanh、ReLU、softmax 偏离直线的最大值都不小于 {least:.2f}，恒等函数为 "
            "{identity:.0f}。",
        ),
        condition=Text(
            "The layer is not the output of a regression, for which section 4 itself takes the identity: there, a is "
            "z.",
            "回归的输出层除外：第四节自己也说那里用恒等函数，a 就是 z。",
        ),
        source="https://docs.pytorch.org/docs/stable/generated/torch.nn.Identity.html",
    ),
    Claim(
        id="activation-gate",
        section=4,
        kind="identity",
        statement=Text(
            "The activation decides whether a neuron passes its signal on.",
            "激活函数决定神经元是否把信号传下去。",
        ),
        judge=activation_gate,
        evidence=Text(
            "Of inputs from N(0, 1), ReLU turns {relu:.0%} into an exact 0; sigmoid and tanh turn {others:.0%}.",
            "输入服从 N(0, 1) 时，ReLU 使 {relu:.0%} 的输出恰为 0；sigmoid 和 tanh 为 {others:.0%}。",
        ),
        condition=Text(
            "The activation is ReLU, which gives an exact 0 for all negative sums. Sigmoid and tanh always pass "
            "something on, more or less of it.",
            "激活函数是 ReLU：加权和为负时，输出恰为 0。Sigmoid 和 tanh 总会传出一些，只有多少之分。",
        ),
        source="Glorot, Bordes & Bengio (2011), Deep sparse rectifier neural networks, "
        "https://proceedings.mlr.press/v15/glorot11a.html",
    ),
)
