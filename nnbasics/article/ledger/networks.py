"""Sections 1, 2 and 3: the neuron, the layers, forward propagation."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor, nn

from ...activations import ACTIVATIONS
from ...forward import trace_forward
from ...model import ThreeLayerNet, count_parameters
from ..claims import Claim, Outcome, Text
from ._toys import ROUNDING, Function, linear
from ._trials import normal


def article_model(generator: torch.Generator, output: str = "softmax") -> nn.Module:
    """The model of section 6, in float64 on the CPU."""
    with torch.device("cpu"):
        return ThreeLayerNet(output=output, generator=generator, dtype=torch.float64)


def weighted_sum(x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
    """The sum z = w . x + b, multiplied and added up."""
    return (x * weight).sum(-1) + bias


def neuron_linear(seed: int, *, neuron: Callable[[Tensor, Tensor, Tensor], Tensor] = weighted_sum) -> Outcome:
    """The formula for each unit, then f, against `nn.Linear` and f on random inputs, for every elementwise f."""
    generator = torch.Generator().manual_seed(seed)
    layer, x = linear(7, 4, generator), normal(generator, 100, 7)
    weight, bias = (p.detach() for p in layer.parameters())
    functions = [f for name, f in ACTIVATIONS.items() if name != "softmax"]
    with torch.no_grad():
        z = torch.stack([neuron(x, w, b) for w, b in zip(weight, bias, strict=True)], dim=1)
        off = max(float((f(z) - f(layer(x))).abs().max()) for f in functions)
    return Outcome(off < ROUNDING, False, {"off": off, "functions": len(functions)})


def weight_importance(seed: int, *, scales: Sequence[float] = (0.01, 0.1, 1.0, 10.0, 100.0)) -> Outcome:
    """The input with the largest |w| against the one whose absence changes z most, for 1,000 neurons.

    Inputs are standardized, then measured in units that differ as lengths in metres and centimetres do.
    """
    generator = torch.Generator().manual_seed(seed)
    x, weight = normal(generator, 500, len(scales)), normal(generator, 1000, len(scales))
    x = (x - x.mean(0)) / x.std(0)

    def agreement(x: Tensor) -> float:
        effect = (weight[:, None] * (x - x.mean(0))).square().mean(1)  # what z loses when input i stays at its mean
        return float((weight.abs().argmax(1) == effect.argmax(1)).double().mean())

    raw, standardized = agreement(x * torch.tensor(scales, dtype=x.dtype, device="cpu")), agreement(x)
    return Outcome(raw == 1 and standardized == 1, standardized == 1, {"raw": raw, "standardized": standardized})


def bias_threshold(seed: int, *, neuron: Callable[[Tensor, Tensor, Tensor], Tensor] = weighted_sum) -> Outcome:
    """Whether a ReLU unit fires (a > 0) exactly where w . x is above b, and where it is above -b."""
    generator = torch.Generator().manual_seed(seed)
    x, weight, bias = normal(generator, 1000, 5), normal(generator, 1000, 5), normal(generator, 1000)
    fires = torch.relu(neuron(x, weight, bias)) > 0
    drive = (x * weight).sum(-1)
    plus, minus = (float((fires == (drive > b)).double().mean()) for b in (bias, -bias))
    return Outcome(plus == 1, minus == 1, {"plus": plus, "minus": minus})


def fully_connected(seed: int, *, make_layer: Callable[[int, int, torch.Generator], nn.Module] = linear) -> Outcome:
    """How many of the 6 x 4 derivatives dz/dx of a layer are not zero, by autograd: each is a connection."""
    generator = torch.Generator().manual_seed(seed)
    layer, x = make_layer(6, 4, generator), normal(generator, 6)
    jacobian = torch.autograd.functional.jacobian(layer, x)
    connections = int((jacobian != 0).sum())
    return Outcome(connections == 6 * 4, False, {"connections": connections})


def no_lateral_connections(seed: int, *, output: str = "softmax") -> Outcome:
    """Derivatives da_i/dz_j, i != j, inside each layer of the model of section 6, by autograd: none, or some."""
    generator = torch.Generator().manual_seed(seed)
    model, x = article_model(generator, output), normal(generator, 3)
    last: Function = ACTIVATIONS["softmax" if output == "softmax" else "identity"]
    across = []
    for layer, function in zip(trace_forward(model, x), (torch.sigmoid, torch.relu, last), strict=True):
        jacobian = torch.autograd.functional.jacobian(function, layer.z)
        across.append(int((jacobian - jacobian.diag().diag() != 0).sum()))
    return Outcome(not any(across), not any(across[:-1]), {"hidden": sum(across[:-1]), "output": across[-1]})


def bias_per_connection(seed: int, *, make_layer: Callable[[int, int, torch.Generator], nn.Module] = linear) -> Outcome:
    """The weights and biases of a layer from 6 to 4 units, counted, against its 24 connections."""
    layer = make_layer(6, 4, torch.Generator().manual_seed(seed))
    count = {name: p.numel() for name, p in layer.named_parameters()}
    numbers = {"connections": 24, "weights": count["weight"], "biases": count["bias"]}
    return Outcome(count["weight"] == 24 and count["bias"] == 24, False, numbers)


def depth_hidden(seed: int, *, make_model: Callable[[torch.Generator], nn.Module] = article_model) -> Outcome:
    """The layers of the model that section 6 calls three-layer: all with weights, and those that feed another one."""
    model = make_model(torch.Generator().manual_seed(seed))
    weighted = len(count_parameters(model))
    numbers = {"hidden": weighted - 1, "weighted": weighted}
    return Outcome(numbers["hidden"] == 3, weighted == 3, numbers)


def forward_by_layer(seed: int, *, make_model: Callable[[torch.Generator], nn.Module] = article_model) -> Outcome:
    """The sums z = W a + b and a = f(z), layer after layer with the model's six parameters, against `model(x)`."""
    generator = torch.Generator().manual_seed(seed)
    model, x = make_model(generator), normal(generator, 50, 3)
    a = x
    with torch.no_grad():
        parameters = list(model.parameters())
        for weight, bias, f in zip(parameters[::2], parameters[1::2], ("sigmoid", "relu", "softmax"), strict=True):
            a = ACTIVATIONS[f](a @ weight.T + bias)
        off = float((a - model(x)).abs().max())
    return Outcome(off < ROUNDING, False, {"off": off})


def activation_bends(
    seed: int, *, functions: Sequence[str] = ("sigmoid", "tanh", "relu", "softmax", "identity")
) -> Outcome:
    """Whether f at the middle of two points is the mean of f at both, as for a line; 1,000 random pairs."""
    generator = torch.Generator().manual_seed(seed)
    u, v = 3 * normal(generator, 1000, 4), 3 * normal(generator, 1000, 4)
    bent = {}
    for name in functions:
        f = ACTIVATIONS[name]
        bent[name] = float((f((u + v) / 2) - (f(u) + f(v)) / 2).abs().max())
    hidden = min(bend for name, bend in bent.items() if name != "identity")
    numbers = {"least": hidden, "identity": bent.get("identity", 0.0)}
    return Outcome(min(bent.values()) > ROUNDING, hidden > ROUNDING, numbers)


CLAIMS: list[Claim] = [
    Claim(
        id="neuron-linear",
        section=1,
        statement=Text(
            "A neuron adds up its weighted inputs and a bias, z = w·x + b, and hands on a = f(z).",
            "神经元先求加权和再加偏置，z = w·x + b，然后输出 a = f(z)。",
        ),
        check=neuron_linear,
        evidence=Text(
            "largest difference from nn.Linear and f, over {functions} activations: {off:.1e}",
            "在 {functions} 种激活函数上，与 nn.Linear 加 f 的最大差：{off:.1e}",
        ),
    ),
    Claim(
        id="weight-importance",
        section=1,
        statement=Text(
            "A weight tells how important its input is.",
            "权重的大小说明对应输入有多重要。",
        ),
        check=weight_importance,
        evidence=Text(
            "the largest weight sits on the most influential input in {raw:.0%} of 1,000 neurons when the inputs have "
            "different units, in {standardized:.0%} when they are standardized",
            "1000 个神经元中，最大权重落在影响最大的输入上的：各输入单位不同时占 {raw:.0%}，"
            "标准化之后占 {standardized:.0%}",
        ),
        condition=Text(
            "The inputs must have the same scale: an input in smaller units needs a larger weight for the same effect.",
            "各输入的尺度必须相同：单位越小，同样的影响就需要越大的权重。",
        ),
        source="Gelman (2008), Scaling regression inputs by dividing by two standard deviations",
    ),
    Claim(
        id="bias-threshold",
        section=1,
        statement=Text(
            "The bias is the threshold that the weighted inputs must pass for the neuron to fire.",
            "偏置就是加权输入必须越过、神经元才会激活的阈值。",
        ),
        check=bias_threshold,
        evidence=Text(
            "a ReLU unit fires exactly where w·x > b in {plus:.0%} of 1,000 cases, where w·x > -b in {minus:.0%}",
            "在 1000 次试验中，ReLU 单元是否激活与 w·x > b 一致的占 {plus:.0%}，与 w·x > -b 一致的占 {minus:.0%}",
        ),
        condition=Text("With the sign reversed: the threshold is -b.", "符号要反过来：阈值是 -b。"),
        source="Rosenblatt (1958), The perceptron; Goodfellow, Bengio & Courville (2016), Deep Learning, chapter 6",
    ),
    Claim(
        id="fully-connected",
        section=2,
        statement=Text(
            "Every neuron of a layer is connected to every neuron of the next one.",
            "相邻两层的神经元两两相连。",
        ),
        check=fully_connected,
        evidence=Text(
            "nn.Linear from 6 to 4: {connections} of 24 derivatives dz/dx are not zero",
            "从 6 到 4 的 nn.Linear：24 个导数 dz/dx 中有 {connections} 个不为零",
        ),
    ),
    Claim(
        id="no-lateral-connections",
        section=2,
        statement=Text(
            "Neurons of the same layer do not influence each other.",
            "同一层的神经元互不影响。",
        ),
        check=no_lateral_connections,
        evidence=Text(
            "model of section 6, derivatives of a unit's output by another's sum that are not zero: {hidden} in the "
            "hidden layers, {output} in the output layer",
            "第六节的模型中，一个单元的输出对同层另一单元加权和的非零导数：隐藏层 {hidden} 个，输出层 {output} 个",
        ),
        condition=Text(
            "The activation must work on each number by itself: in a softmax layer every output depends on every sum.",
            "激活函数必须逐个数计算：softmax 层中，每个输出都依赖该层所有的加权和。",
        ),
        source="https://docs.pytorch.org/docs/stable/generated/torch.nn.Softmax.html",
    ),
    Claim(
        id="bias-per-connection",
        section=2,
        statement=Text(
            "Every connection has a weight and a bias of its own.",
            "每条连接都有自己的权重和偏置。",
        ),
        check=bias_per_connection,
        evidence=Text(
            "nn.Linear from 6 to 4: {connections} connections, {weights} weights, {biases} biases",
            "从 6 到 4 的 nn.Linear：{connections} 条连接，{weights} 个权重，{biases} 个偏置",
        ),
        correction=Text(
            "Every connection has a weight; a bias belongs to a neuron: m×n weights and n biases.",
            "每条连接有一个权重，偏置则属于神经元：共 m×n 个权重、n 个偏置。",
        ),
        source="https://docs.pytorch.org/docs/stable/generated/torch.nn.Linear.html",
    ),
    Claim(
        id="depth-hidden-layers",
        section=2,
        statement=Text(
            "Depth counts the hidden layers; the model of section 6 is three layers deep.",
            "网络的深度是隐藏层的层数；第六节的模型有三层。",
        ),
        check=depth_hidden,
        evidence=Text(
            "that model has {hidden} hidden layers and {weighted} layers with weights",
            "该模型有 {hidden} 个隐藏层，带权重的层有 {weighted} 个",
        ),
        condition=Text(
            "The output layer must be counted too, as is usual: depth is the number of layers with weights.",
            "输出层也要计入，这也是通行的数法：深度是带权重的层数。",
        ),
        source="Goodfellow, Bengio & Courville (2016), Deep Learning, chapter 6; Simonyan & Zisserman (2015)",
    ),
    Claim(
        id="forward-by-layer",
        section=3,
        statement=Text(
            "Data flows from the input through one layer after another, each giving z and then a, to the output.",
            "数据从输入开始逐层流动，每层先算 z 再算 a，直到输出。",
        ),
        check=forward_by_layer,
        evidence=Text(
            "model of section 6 computed by hand, layer by layer, against model(x): largest difference {off:.1e}",
            "手工逐层计算第六节的模型，与 model(x) 的最大差：{off:.1e}",
        ),
    ),
    Claim(
        id="activation-bends",
        section=3,
        statement=Text(
            "The activation turns z into a by a transformation that is not linear.",
            "激活函数对 z 作非线性变换得到 a。",
        ),
        check=activation_bends,
        evidence=Text(
            "largest distance from a straight line: at least {least:.2f} for sigmoid, tanh, ReLU and softmax, "
            "{identity:.0f} for the identity",
            "偏离直线的最大距离：sigmoid、tanh、ReLU、softmax 至少 {least:.2f}，恒等函数 {identity:.0f}",
        ),
        condition=Text(
            "The output layer of a regression is the exception, which section 4 itself gives: it keeps z as it is.",
            "回归的输出层是例外，第四节自己也给出了：它保留 z 不变。",
        ),
        source="https://docs.pytorch.org/docs/stable/generated/torch.nn.Identity.html",
    ),
]
