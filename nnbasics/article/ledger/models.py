"""Sections 5 and 6: how parameters start, the three-layer model, and how many parameters it has."""

from __future__ import annotations

import inspect
import io
import math
import re
from collections.abc import Callable
from contextlib import redirect_stdout
from functools import partial
from typing import Any
from unittest.mock import patch

import torch
import torchsummary
from torch import Tensor, nn

from ..._rng import kept_rng
from ...experiments.verdicts import Claim, Finding, exactly
from ...initializers import INITIALIZERS
from ...text import NOTHING, Text
from .draws import built, integers, normal

Initializer = Callable[..., Tensor]
KAIMING = partial(INITIALIZERS["kaiming_normal"], nonlinearity="relu")
NAMED = {
    "linear1.weight": (3, 3),
    "linear1.bias": (3,),
    "linear2.weight": (2, 3),
    "linear2.bias": (2,),
    "out.weight": (2, 2),
    "out.bias": (2,),
}


class Model(nn.Module):
    """The article's model as it is printed, but for its sizes, which are arguments."""

    def __init__(self, inputs: int = 3, first: int = 3, second: int = 2, classes: int = 2) -> None:
        super().__init__()
        self.linear1 = nn.Linear(inputs, first)
        nn.init.xavier_normal_(self.linear1.weight)
        nn.init.ones_(self.linear1.bias)
        self.linear2 = nn.Linear(first, second)
        nn.init.kaiming_normal_(self.linear2.weight, nonlinearity="relu")
        nn.init.ones_(self.linear2.bias)
        self.out = nn.Linear(second, classes)

    def forward(self, x: Tensor) -> Tensor:
        """Sigmoid, ReLU, softmax."""
        x = torch.sigmoid(self.linear1(x))
        x = torch.relu(self.linear2(x))
        return torch.softmax(self.out(x), dim=-1)


def fan_formulas(seed: int, *, xavier: Initializer = INITIALIZERS["xavier_normal"]) -> Finding:
    """The standard deviation of 1,000 weights of nn.Linear(5, 3), by each, against sqrt(2/(5+3)) and sqrt(2/5)."""
    generator = torch.Generator().manual_seed(seed)
    empty = partial(torch.empty, 3, 5, dtype=torch.float64, device="cpu")
    found = [
        float(torch.stack([draw(empty(), generator=generator) for _ in range(1000)]).std())
        for draw in (xavier, KAIMING)
    ]
    right = (math.sqrt(2 / (5 + 3)), math.sqrt(2 / 5))
    # Five standard errors of a standard deviation of 15,000 numbers: one seed in two million strays further.
    near = [abs(std / formula - 1) < 5 / math.sqrt(2 * 15_000) for std, formula in zip(found, right, strict=True)]
    numbers = {"xavier": found[0], "kaiming": found[1], "xavier_formula": right[0], "kaiming_formula": right[1]}
    return Finding([exactly(NOTHING, all(near))], numbers)


def model_init(seed: int, *, make_model: Callable[..., nn.Module] = Model) -> Finding:
    """Weights of the model, 300-300-200-2, against the deviations of Glorot and He; its biases."""
    model = built(make_model, seed, 300, 300, 200)
    parameters = {name: p.detach() for name, p in model.named_parameters()}
    first, second = parameters["linear1.weight"], parameters["linear2.weight"]
    wanted, found = ((2 / (300 + 300)) ** 0.5, (2 / 300) ** 0.5), (float(first.std()), float(second.std()))
    # The deviation of N normal numbers is known to 1 / sqrt(2 N); five times that fails once in 1.7 million.
    near = all(
        abs(f / w - 1) < 5 / (2 * n) ** 0.5
        for f, w, n in zip(found, wanted, (first.numel(), second.numel()), strict=True)
    )
    biases = torch.cat([parameters["linear1.bias"], parameters["linear2.bias"]])
    measured = {"s1": found[0], "w1": wanted[0], "s2": found[1], "w2": wanted[1], "bias": float(biases.mean())}
    return Finding([exactly(NOTHING, near and bool((biases == 1).all()))], measured)


def model_output(seed: int, *, make_model: Callable[..., nn.Module] = Model) -> Finding:
    """The output of 20 models on drawn batches of 5: its shape, and how far its rows are from summing to 1."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        outputs = [built(make_model, 20 * seed + place)(normal(generator, 5, 3)) for place in range(20)]
    off = max(float((y.sum(-1) - 1).abs().max()) for y in outputs)
    right = all(y.shape == (5, 2) and bool((y > 0).all()) for y in outputs)
    # 1e-12: a sum of two float64 numbers is right to about 1e-16.
    rows, columns = outputs[0].shape
    return Finding([exactly(NOTHING, right and off < 1e-12)], {"rows": rows, "columns": columns, "off": off})


def model_parameters(seed: int, *, sizes: tuple[int, ...] = (3, 3, 2, 2)) -> Finding:
    """Names and shapes that the model itself reports, in their order, against the printed ones."""
    found = {name: tuple(parameter.shape) for name, parameter in built(Model, seed, *sizes).named_parameters()}
    same = sum(found.get(name) == shape for name, shape in NAMED.items())
    return Finding([exactly(NOTHING, list(found.items()) == list(NAMED.items()))], {"same": same, "found": len(found)})


def model_count(seed: int, *, sizes: tuple[int, ...] = (3, 3, 2, 2), printed: int = 26) -> Finding:
    """The numbers in all of the model's tensors, counted, against the printed total."""
    counts = [sum(p.numel() for p in layer.parameters()) for layer in built(Model, seed, *sizes).children()]
    numbers = {"n0": counts[0], "n1": counts[1], "n2": counts[2], "total": sum(counts)}
    return Finding([exactly(NOTHING, sum(counts) == printed)], numbers)


def linear_count(
    seed: int, *, bias: bool = True, formula: Callable[[int, int], int] = lambda m, n: m * n + n
) -> Finding:
    """Numbers that 200 linear layers of drawn sizes hold, against the formula."""
    generator = torch.Generator().manual_seed(seed)
    sizes = (1 + integers(generator, 500, 200, 2)).tolist()
    # device="meta": a layer with shapes and no numbers, so that nothing is drawn.
    counts = [sum(p.numel() for p in nn.Linear(m, n, bias=bias, device="meta").parameters()) for m, n in sizes]
    same = sum(count == formula(m, n) for count, (m, n) in zip(counts, sizes, strict=True))
    numbers = {"same": same, "tried": len(sizes), "largest": max(counts)}
    return Finding([exactly(NOTHING, same == len(sizes))], numbers)


def summary_cuda(seed: int, *, summary: Callable[..., Any] = torchsummary.summary) -> Finding:
    """What torchsummary counts on the CPU: told so, and by the article's call where there is no CUDA.

    Where there is CUDA, the device that the call means is read off torchsummary's signature: the model is on the CPU.
    """
    model = built(Model, seed).float()

    def total(**device: str) -> int:
        printed = io.StringIO()
        with torch.device("cpu"), kept_rng(model), redirect_stdout(printed):
            summary(model, input_size=(3,), **device)
        return int(re.findall(r"Total params: (\d+)", printed.getvalue())[0])

    told = total(device="cpu")
    with patch("torch.cuda.is_available", lambda: False):
        without = total()
    default = inspect.signature(summary).parameters["device"].default
    worlds = [
        exactly(Text('device="cpu"', 'device="cpu"'), told == 26, inside=True),
        exactly(Text("a machine without CUDA", "没有 CUDA 的机器"), without == 26, inside=True),
        exactly(Text("a machine with CUDA", "有 CUDA 的机器"), default == "cpu", inside=False),
    ]
    return Finding(worlds, {"told": told, "without": without}, noted=default == "cuda")


CLAIMS: tuple[Claim, ...] = (
    Claim(
        id="fan-formulas",
        section=5,
        kind="identity",
        statement=Text(
            "Xavier's initialization looks at inputs and outputs, Kaiming's at the inputs: for nn.Linear(5, 3), normal "
            "weights of standard deviation sqrt(2/(5+3)) and sqrt(2/5).",
            "Xavier 初始化兼顾输入和输出的维数，Kaiming 只看输入：对 nn.Linear(5, 3)，正态权重的标准差为 sqrt(2/(5+3)) "
            "和 sqrt(2/5)。",
        ),
        judge=fan_formulas,
        evidence=Text(
            "The weights drawn have standard deviations {xavier:.4f} and {kaiming:.4f}; the formulas give "
            "{xavier_formula:.4f} and {kaiming_formula:.4f}.",
            "抽取的权重，标准差为 {xavier:.4f} 和 {kaiming:.4f}；公式给出 {xavier_formula:.4f} 和 "
            "{kaiming_formula:.4f}。",
        ),
        source="https://docs.pytorch.org/docs/stable/nn.init.html",
    ),
    Claim(
        id="biases-zero-or-one",
        section=5,
        kind="convention",
        statement=Text("Biases usually start at 0 or 1.", "偏置通常初始化为 0 或 1。"),
        judge=None,
        remark=Text(
            "How usual something is, no computation tells. Keras starts them at 0; torch draws those of nn.Linear from "
            "U(-1/√m, 1/√m), m being the number of inputs; 1 is known from an LSTM's forget gate.",
            "是否“通常”，无法用计算判断。Keras 从 0 开始；torch 从 U(-1/√m, 1/√m) 中抽取 nn.Linear 的偏置，m "
            "是输入个数；取 1 的著名例子是 LSTM 的遗忘门。",
        ),
        source="https://docs.pytorch.org/docs/stable/generated/torch.nn.Linear.html; Jozefowicz, Zaremba & Sutskever "
        "(2015), https://proceedings.mlr.press/v37/jozefowicz15.html",
    ),
    Claim(
        id="model-init",
        section=6,
        kind="identity",
        statement=Text(
            "The first layer starts from Xavier's initialization, the second from Kaiming's, and both have biases of "
            "1.",
            "第一层按 Xavier 初始化，第二层按 Kaiming 初始化，两层的偏置都是 1。",
        ),
        judge=model_init,
        evidence=Text(
            "With 300, 300 and 200 units in place of 3, 3 and 2, the standard deviations are {s1:.4f} (Xavier's "
            "formula {w1:.4f}) and {s2:.4f} (Kaiming's {w2:.4f}), and the mean bias is {bias:.1f}.",
            "把 3、3、2 个单元换成 300、300、200 个，标准差为 {s1:.4f}（Xavier 公式为 {w1:.4f}）和 {s2:.4f}"
            "（Kaiming 公式为 {w2:.4f}），偏置的均值为 {bias:.1f}。",
        ),
    ),
    Claim(
        id="model-output",
        section=6,
        kind="identity",
        statement=Text(
            "From 5 inputs of 3 numbers the model makes 5 rows of 2 probabilities, and each row sums to 1.",
            "输入 5 个样本、每个 3 个特征，模型输出 5 行、每行 2 个概率，且每行之和为 1。",
        ),
        judge=model_output,
        evidence=Text(
            "The output has shape ({rows}, {columns}), and its rows sum to 1 within {off:.1e}.",
            "输出的形状为 ({rows}, {columns})，各行之和与 1 最多相差 {off:.1e}。",
        ),
    ),
    Claim(
        id="model-parameters",
        section=6,
        kind="identity",
        statement=Text(
            "The model names six parameters: weights (3, 3), (2, 3), (2, 2) and biases (3), (2), (2), layer by layer.",
            "模型有六个具名参数：权重 (3, 3)、(2, 3)、(2, 2) 和偏置 (3)、(2)、(2)，逐层排列。",
        ),
        judge=model_parameters,
        evidence=Text(
            "{same} of the {found} parameters have the printed name and shape.",
            "{found} 个参数中，有 {same} 个的名称和形状与文中一致。",
        ),
    ),
    Claim(
        id="model-count",
        section=6,
        kind="identity",
        statement=Text("The model has 26 parameters in all.", "模型共有 26 个参数。"),
        judge=model_count,
        evidence=Text(
            "Counted layer by layer: {n0} + {n1} + {n2} = {total}.", "逐层数出：{n0} + {n1} + {n2} = {total}。"
        ),
    ),
    Claim(
        id="linear-count",
        section=6,
        kind="identity",
        statement=Text(
            "A layer from m to n units has m×n + n parameters.",
            "从 m 个单元到 n 个单元的一层有 m×n + n 个参数。",
        ),
        judge=linear_count,
        evidence=Text(
            "Of {tried} layers of drawn sizes, {same} hold as many as the formula says; the largest holds {largest}.",
            "随机取 {tried} 种大小的层，有 {same} 个与公式一致；最大的一层有 {largest} 个参数。",
        ),
    ),
    Claim(
        id="summary-cuda",
        section=6,
        kind="identity",
        statement=Text(
            "summary(model, input_size=(3,)) of torchsummary confirms the 26 parameters.",
            "用 torchsummary 的 summary(model, input_size=(3,)) 可以验证这 26 个参数。",
        ),
        judge=summary_cuda,
        evidence=Text(
            'torchsummary counts {told} parameters with device="cpu", and {without} by the article\'s call where there '
            "is no CUDA.",
            '指定 device="cpu" 时，torchsummary 数出 {told} 个参数；在没有 CUDA 的机器上照文中的写法调用，数出 '
            "{without} 个。",
        ),
        condition=Text(
            'The machine has no CUDA, or the call says device="cpu". By default torchsummary makes its inputs on CUDA '
            "wherever there is one, while the article's model is on the CPU.",
            '机器上没有 CUDA，或者调用时写明 device="cpu"。只要有 CUDA，torchsummary 就默认在 CUDA 上造输入，'
            "而文中的模型在 CPU 上。",
        ),
        source="https://github.com/sksq96/pytorch-summary/blob/master/torchsummary/torchsummary.py",
    ),
)
