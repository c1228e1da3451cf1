"""Section 4: ReLU."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from ...activations import derivative
from ...experiments.verdicts import Claim, Finding, exactly
from ...experiments.worlds import MEASURES
from ...text import NOTHING, Text
from .draws import Function, linear, normal


def relu_written(x: Tensor) -> Tensor:
    """The formula as it is written."""
    return torch.maximum(torch.zeros_like(x), x)


def relu_formula(seed: int, *, function: Function = torch.relu) -> Finding:
    """The formula against f at 10,000 random numbers."""
    x = 10 * normal(torch.Generator().manual_seed(seed), 10_000)
    off = float((relu_written(x) - function(x)).abs().max())
    return Finding([exactly(NOTHING, off == 0)], {"off": off})


def relu_slope(seed: int, *, function: Function = torch.relu) -> Finding:
    """The derivative by autograd at 1,000 random x > 0, and at 0, against 1."""
    x = 10 * normal(torch.Generator().manual_seed(seed), 1000).abs()
    slopes = derivative(function, torch.cat([x, torch.zeros_like(x[:1])]))
    numbers = {"least": float(slopes[:-1].min()), "most": float(slopes[:-1].max()), "zero": float(slopes[-1])}
    return Finding([exactly(NOTHING, numbers["least"] == numbers["most"] == 1)], numbers)


def relu_sparse(
    seed: int, *, function: Function = torch.relu, others: Sequence[Function] = (torch.sigmoid, torch.tanh)
) -> Finding:
    """The share of exact zeros among the outputs of 256 units in torch's default initialization, on 1,000 inputs."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        z = linear(64, 256, generator)(normal(generator, 1000, 64))
        zeros, rest = (max(float((f(z) == 0).double().mean()) for f in fs) for fs in ([function], others))
    return Finding([exactly(NOTHING, zeros - rest > MEASURES["share"].smallest)], {"zeros": zeros, "others": rest})


CLAIMS: tuple[Claim, ...] = (
    Claim(
        id="relu-formula",
        section=4,
        kind="identity",
        statement=Text("ReLU is max(0, x).", "ReLU 的公式是 max(0, x)。"),
        judge=relu_formula,
        evidence=Text(
            "At 10,000 random numbers the formula differs from torch.relu by {off:.0f}.",
            "在 10000 个随机数上，公式与 torch.relu 相差 {off:.0f}。",
        ),
    ),
    Claim(
        id="relu-slope",
        section=4,
        kind="identity",
        statement=Text("For x > 0 the gradient of ReLU is 1.", "x > 0 时，ReLU 的梯度恒为 1。"),
        judge=relu_slope,
        evidence=Text(
            "At 1,000 numbers above 0 the derivatives lie between {least:.4f} and {most:.4f}; at 0 torch says "
            "{zero:.0f}.",
            "在 1000 个大于 0 的数上，导数在 {least:.4f} 与 {most:.4f} 之间；在 0 处 torch 取 {zero:.0f}。",
        ),
    ),
    Claim(
        id="relu-cheap",
        section=4,
        kind="measured",
        statement=Text("ReLU is simple to compute.", "ReLU 的计算简单。"),
        judge=None,
        remark=Text(
            "Its formula is shorter than those of sigmoid and tanh. Whether that saves time only a stopwatch could "
            "tell, and what it reads changes with the width of the layer, the machine and the library.",
            "它的公式比 sigmoid 和 tanh 的短。是否因此省时，只有秒表能回答，而秒表的读数随层的宽度、机器和程序库而变。",
        ),
        source="https://docs.pytorch.org/docs/stable/benchmark_utils.html",
    ),
    Claim(
        id="relu-sparse",
        section=4,
        kind="identity",
        statement=Text("ReLU makes activations sparse: many are exactly zero.", "ReLU 使激活稀疏：许多输出恰好为 0。"),
        judge=relu_sparse,
        evidence=Text(
            "In a layer as torch starts it, {zeros:.0%} of ReLU's outputs are exactly zero; of sigmoid's and tanh's it "
            "is {others:.0%}.",
            "在 torch 默认初始化的一层中，ReLU 有 {zeros:.0%} 的输出恰为 0；sigmoid 和 tanh 为 {others:.0%}。",
        ),
        source="Glorot, Bordes & Bengio (2011), Deep sparse rectifier neural networks, "
        "https://proceedings.mlr.press/v15/glorot11a.html",
    ),
    Claim(
        id="relu-popular",
        section=4,
        kind="convention",
        statement=Text("ReLU is the activation that is used most today.", "ReLU 是目前最常用的激活函数。"),
        judge=None,
        remark=Text(
            "How much something is used, no computation tells. Language models mostly take GELU or SwiGLU now. What "
            "ReLU brings in training is measured in other entries.",
            "用得多不多，无法用计算判断。如今的语言模型多用 GELU 或 SwiGLU。ReLU 在训练中有什么好处，另有条目实测。",
        ),
        source="Shazeer (2020), GLU Variants Improve Transformer, https://arxiv.org/abs/2002.05202",
    ),
)
