"""Sections 2 and 3: layers, connections, depth, and how data flows through them."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ...activations import ACTIVATIONS
from ...experiments.verdicts import Claim, Finding, exactly
from ...text import NOTHING, Text
from .draws import ROUNDING, built, linear, normal
from .models import Model

MakeLayer = Callable[[int, int, torch.Generator], nn.Module]
LINEAR_PAGE = "https://docs.pytorch.org/docs/stable/generated/torch.nn.Linear.html"


def feature_neuron(seed: int, *, make_layer: MakeLayer = linear) -> Finding:
    """Whether a first layer made for m features takes rows of m numbers, and refuses m - 1 and m + 1; m is 3 to 12."""
    generator = torch.Generator().manual_seed(seed)
    taken = refused = 0
    for m in range(3, 13):
        layer = make_layer(m, 2, generator)
        for count in (m - 1, m, m + 1):
            try:
                layer(normal(generator, count))
                taken += count == m
            except RuntimeError:
                refused += count != m
    columns = F.one_hot(torch.arange(3, device="cpu")).shape[1]  # a category of three values
    exact = taken == 10 and refused == 20
    return Finding([exactly(NOTHING, exact)], {"taken": taken, "refused": refused}, noted=columns == 3)


def fully_connected(seed: int, *, make_layer: MakeLayer = linear) -> Finding:
    """How many of the 6 x 4 derivatives dz/dx of a layer are not zero, by autograd: each is a connection."""
    generator = torch.Generator().manual_seed(seed)
    layer, x = make_layer(6, 4, generator), normal(generator, 6)
    connections = int((torch.autograd.functional.jacobian(layer, x) != 0).sum())
    return Finding([exactly(NOTHING, connections == 6 * 4)], {"connections": connections})


def no_lateral_connections(seed: int, *, make_layer: MakeLayer = linear) -> Finding:
    """How many of a layer's sums change when the weights and the bias of another unit do; and its softmax outputs."""
    generator = torch.Generator().manual_seed(seed)
    layer, x = make_layer(6, 4, generator), normal(generator, 6)
    across = {"sums": 0, "outputs": 0}
    with torch.no_grad():
        z = layer(x)
        for unit in range(4):
            state = {name: p.clone() for name, p in layer.named_parameters()}
            for name in ("weight", "bias"):
                state[name][unit] += 1
            moved = torch.func.functional_call(layer, state, (x,))
            others = torch.arange(4, device="cpu") != unit
            across["sums"] += int((moved != z)[others].sum())
            across["outputs"] += int((moved.softmax(0) != z.softmax(0))[others].sum())
    return Finding([exactly(NOTHING, across["sums"] == 0)], across, noted=across["outputs"] == 4 * 3)


def bias_per_connection(seed: int, *, make_layer: MakeLayer = linear) -> Finding:
    """The weights and biases of a layer from 6 to 4 units, counted, against its 24 connections."""
    layer = make_layer(6, 4, torch.Generator().manual_seed(seed))
    count = {name: p.numel() for name, p in layer.named_parameters()}
    numbers = {"connections": 24, "weights": count["weight"], "biases": count["bias"]}
    exact = count["weight"] == 24 and count["bias"] == 24
    return Finding([exactly(NOTHING, exact)], numbers, noted=(count["weight"], count["bias"]) == (24, 4))


def three_layers(seed: int, *, make_model: Callable[[], nn.Module] = Model) -> Finding:
    """The layers of section 6's three-layer model: those with weights, and the input beside them."""
    weighted = sum(isinstance(module, nn.Linear) for module in built(make_model, seed).modules())
    counted = {"hidden": weighted - 1, "weighted": weighted, "all": weighted + 1}
    return Finding([exactly(NOTHING, counted["all"] == 3)], counted, noted=weighted == 3)


def forward_by_layer(seed: int, *, make_model: Callable[[], nn.Module] = Model) -> Finding:
    """The sums z = W a + b and a = f(z), layer after layer with the model's six parameters, against `model(x)`."""
    model, x = built(make_model, seed), normal(torch.Generator().manual_seed(seed), 50, 3)
    a: Tensor = x
    with torch.no_grad():
        parameters = list(model.parameters())
        for weight, bias, f in zip(parameters[::2], parameters[1::2], ("sigmoid", "relu", "softmax"), strict=True):
            a = ACTIVATIONS[f](a @ weight.T + bias)
        off = float((a - model(x)).abs().max())
    return Finding([exactly(NOTHING, off < ROUNDING)], {"off": off})


CLAIMS: tuple[Claim, ...] = (
    Claim(
        id="three-layers",
        section=2,
        kind="convention",
        statement=Text(
            "A typical network has three layers: input, hidden and output.",
            "典型的神经网络由三层构成：输入层、隐藏层、输出层。",
        ),
        judge=three_layers,
        evidence=Text(
            "The model that section 6 calls a three-layer network has an input, {hidden} hidden layers and an output: "
            "{all} layers. With weights there are {weighted}.",
            "第六节称为三层网络的模型，有一个输入层、{hidden} 个隐藏层和一个输出层：共 {all} 层，其中带权重的有 "
            "{weighted} 层。",
        ),
        correction=Text(
            "These are three kinds of layers, and there may be many hidden ones. Whoever says “three-layer network”, "
            "as section 6 does, counts the layers with weights and leaves out the input, which has none.",
            "这是三类层，隐藏层可以有许多个。像第六节那样说“三层网络”，数的是带权重的层；输入层没有权重，不计在内。",
        ),
        source="Goodfellow, Bengio & Courville (2016), Deep Learning, chapter 6, https://www.deeplearningbook.org",
    ),
    Claim(
        id="feature-neuron",
        section=2,
        kind="convention",
        statement=Text("The input layer has one neuron for each feature.", "输入层中，每个特征对应一个神经元。"),
        judge=feature_neuron,
        evidence=Text(
            "Of ten first layers made for 3 to 12 features, {taken} take rows of as many numbers; rows of one number "
            "more or less are refused {refused} times out of 20.",
            "按 3 到 12 个特征建立的十个首层，有 {taken} 个接收同样多个数的输入；多一个或少一个数，20 次中拒绝 "
            "{refused} 次。",
        ),
        remark=Text(
            "In torch the input layer is no module but the first layer's in_features. A category of three values, "
            "one-hot, counts as three features.",
            "在 torch 中，输入层不是模块，而是首层的 in_features。取三种值的类别作 one-hot 编码后，算三个特征。",
        ),
        source=LINEAR_PAGE,
    ),
    Claim(
        id="high-level-features",
        section=2,
        kind="measured",
        statement=Text("Hidden layers extract high-level features of the data.", "隐藏层负责提取数据中的高级特征。"),
        judge=None,
        remark=Text(
            "What “high-level” means is nowhere fixed, so nothing can be measured. In deep networks trained on images, "
            "early layers have been seen to answer to edges, and late ones to parts of objects.",
            "什么算“高级”，并没有定义，也就无从测量。在图像上训练的深层网络里，有人观察到靠前的层对边缘有反应，"
            "靠后的层对物体的局部有反应。",
        ),
        source="Zeiler & Fergus (2014), Visualizing and Understanding Convolutional Networks, "
        "https://arxiv.org/abs/1311.2901",
    ),
    Claim(
        id="depth-hidden-layers",
        section=2,
        kind="convention",
        statement=Text(
            "The depth of a network is the number of its hidden layers.",
            "网络的“深度”即隐藏层的数量。",
        ),
        judge=None,
        remark=Text(
            "A matter of words: many count the output too, so that depth is the number of layers with weights (the 16 "
            "of VGG-16). Say which you mean.",
            "这是用词问题：许多人把输出层也算上，深度就是带权重的层数（VGG-16 的 16 便是如此）。用时要说明是哪一种。",
        ),
        source="Goodfellow, Bengio & Courville (2016), Deep Learning, chapter 6; Simonyan & Zisserman (2015), "
        "https://arxiv.org/abs/1409.1556",
    ),
    Claim(
        id="fully-connected",
        section=2,
        kind="identity",
        statement=Text(
            "Every neuron of a layer is connected to every neuron of the next one.",
            "相邻两层的神经元两两相连。",
        ),
        judge=fully_connected,
        evidence=Text(
            "In an nn.Linear from 6 to 4 units, {connections} of the 24 derivatives dz/dx are not zero.",
            "在从 6 到 4 个单元的 nn.Linear 中，24 个导数 dz/dx 里有 {connections} 个不为零。",
        ),
    ),
    Claim(
        id="no-lateral-connections",
        section=2,
        kind="identity",
        statement=Text("Neurons of the same layer are not connected.", "同一层的神经元无连接。"),
        judge=no_lateral_connections,
        evidence=Text(
            "In an nn.Linear from 6 to 4 units, new weights for one unit change {sums} of the 12 sums z of others. "
            "Behind a softmax they change {outputs} of the 12 outputs of others.",
            "在从 6 到 4 个单元的 nn.Linear 中，改动一个单元的权重，其他单元的 12 个加权和 z 有 {sums} 个改变；"
            "若再经过 softmax，其他单元的 12 个输出有 {outputs} 个改变。",
        ),
        remark=Text(
            "A softmax couples the units of its layer all the same: each output is divided by the sum over all of "
            "them.",
            "不过，softmax 会把同层的单元联系起来：每个输出都要除以全体之和。",
        ),
        source="https://docs.pytorch.org/docs/stable/generated/torch.nn.Softmax.html",
    ),
    Claim(
        id="bias-per-connection",
        section=2,
        kind="identity",
        statement=Text("Every connection has a weight and a bias.", "每条连接都有权重和偏置。"),
        judge=bias_per_connection,
        evidence=Text(
            "An nn.Linear from 6 to 4 units has {connections} connections, {weights} weights and {biases} biases.",
            "从 6 到 4 个单元的 nn.Linear 有 {connections} 条连接、{weights} 个权重、{biases} 个偏置。",
        ),
        correction=Text(
            "Every connection has a weight; a bias belongs to a neuron. From m to n units there are m×n weights and n "
            "biases.",
            "每条连接有一个权重，偏置则属于神经元。从 m 到 n 个单元，共有 m×n 个权重、n 个偏置。",
        ),
        source=LINEAR_PAGE,
    ),
    Claim(
        id="forward-by-layer",
        section=3,
        kind="identity",
        statement=Text(
            "Data flows from the input through one layer after another, each giving z and then a, to the output.",
            "数据从输入开始逐层流动，每层先算 z 再算 a，直到输出。",
        ),
        judge=forward_by_layer,
        evidence=Text(
            "Section 6's model, computed by hand layer by layer, differs from model(x) by at most {off:.1e}.",
            "手工逐层计算第六节的模型，与 model(x) 至多相差 {off:.1e}。",
        ),
    ),
)
