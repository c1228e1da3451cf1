"""Section 6: the three-layer model and its parameters."""

from __future__ import annotations

import inspect
import io
import re
from collections.abc import Callable
from contextlib import redirect_stdout, suppress
from typing import Any

import torch
import torchsummary
from torch import Tensor, nn
from torch.nn import functional as F

from ..._rng import kept_rng
from ...model import ThreeLayerNet, count_parameters
from ..claims import Claim, Outcome, Text
from ._trials import integers, normal, numbers

NAMED = {
    "linear1.weight": (3, 3),
    "linear1.bias": (3,),
    "linear2.weight": (2, 3),
    "linear2.bias": (2,),
    "out.weight": (2, 2),
    "out.bias": (2,),
}


def build(generator: torch.Generator, *sizes: Any, output: str = "softmax") -> ThreeLayerNet:
    """The article's model on the CPU, in float64."""
    return ThreeLayerNet(*sizes, output=output, generator=generator, dtype=torch.float64).cpu()


def model_output(seed: int, *, output: str = "softmax") -> Outcome:
    """The output of 20 models on drawn batches of 5: its shape, and how far its rows are from summing to 1."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        outputs = [build(generator, output=output)(normal(generator, 5, 3)) for _ in range(20)]
    off = max(float((y.sum(-1) - 1).abs().max()) for y in outputs)
    right = all(y.shape == (5, 2) and bool((y > 0).all()) for y in outputs)
    # 1e-12: a sum of two float64 numbers is right to about 1e-16.
    return Outcome(
        right and off < 1e-12, False, {"rows": outputs[0].shape[0], "columns": outputs[0].shape[1], "off": off}
    )


def model_init(seed: int, *, make_model: Callable[..., nn.Module] = build) -> Outcome:
    """Weights of a model of the same kind, 300-300-200-2, against the deviations of Glorot and He; its biases."""
    model = make_model(torch.Generator().manual_seed(seed), 300, (300, 200))
    first, second = (model.get_submodule(name) for name in ("linear1", "linear2"))
    assert isinstance(first, nn.Linear)
    assert isinstance(second, nn.Linear)
    wanted = (2 / (300 + 300)) ** 0.5, (2 / 300) ** 0.5
    found = float(first.weight.detach().std()), float(second.weight.detach().std())
    counts = first.weight.numel(), second.weight.numel()
    # The deviation of N normal numbers is known to 1 / sqrt(2 N); five times that fails once in 1.7 million.
    near = all(abs(f / w - 1) < 5 / (2 * n) ** 0.5 for f, w, n in zip(found, wanted, counts, strict=True))
    biases = torch.cat([first.bias, second.bias]).detach()
    measured = {"s1": found[0], "w1": wanted[0], "s2": found[1], "w2": wanted[1], "bias": float(biases.mean())}
    return Outcome(near and bool((biases == 1).all()), False, measured)


def model_parameters(
    seed: int, *, hidden: tuple[int, int] = (3, 2), named: dict[str, tuple[int, ...]] = NAMED
) -> Outcome:
    """Names and shapes that the model itself reports, in their order, against the printed ones."""
    model = build(torch.Generator().manual_seed(seed), 3, hidden)
    found = {name: tuple(parameter.shape) for name, parameter in model.named_parameters()}
    same = sum(found.get(name) == shape for name, shape in named.items())
    return Outcome(list(found.items()) == list(named.items()), False, {"same": same, "found": len(found)})


def model_count(seed: int, *, sizes: tuple[Any, ...] = (3, (3, 2), 2), printed: int = 26) -> Outcome:
    """The numbers in all of the model's tensors, counted, against the printed total."""
    count = count_parameters(build(torch.Generator().manual_seed(seed), *sizes))
    layers = {f"n{place}": layer.total for place, layer in enumerate(count)}
    return Outcome(count.total == printed, False, {**layers, "total": count.total})


def linear_count(
    seed: int, *, bias: bool = True, formula: Callable[[int, int], int] = lambda m, n: m * n + n
) -> Outcome:
    """Numbers that 200 linear layers of drawn sizes hold, against the formula."""
    generator = torch.Generator().manual_seed(seed)
    sizes = (1 + integers(generator, 500, 200, 2)).tolist()
    # device="meta": a layer with shapes and no numbers, so that nothing is drawn.
    counts = [sum(p.numel() for p in nn.Linear(m, n, bias=bias, device="meta").parameters()) for m, n in sizes]
    same = sum(count == m * n + n for count, (m, n) in zip(counts, sizes, strict=True))
    return Outcome(same == len(sizes), False, {"same": same, "tried": len(sizes), "largest": max(counts)})


def summary_anywhere(seed: int, *, summary: Callable[..., Any] = torchsummary.summary) -> Outcome:
    """What torchsummary counts on the CPU; then the call as the article has it: run where there is CUDA.

    Elsewhere the device that the call means is read off torchsummary's signature, and held against the model's.
    """
    model = ThreeLayerNet(generator=torch.Generator().manual_seed(seed), dtype=torch.float32).cpu()
    serves = inspect.signature(summary).parameters["device"].default == model.out.weight.device.type
    printed = io.StringIO()
    with torch.device("cpu"), kept_rng(model), redirect_stdout(printed):
        summary(model, input_size=(3,), device="cpu")
        if torch.cuda.is_available():
            with suppress(RuntimeError):
                summary(model, input_size=(3,))
                serves = True
    totals = [int(total) for total in re.findall(r"Total params: (\d+)", printed.getvalue())]
    right = set(totals) == {26}
    return Outcome(right and serves, right, {"total": totals[0], "serves": serves})


def double_softmax(seed: int, *, ending: Callable[[Tensor], Tensor] = lambda z: z.softmax(-1)) -> Outcome:
    """Cross-entropy of a model that is as right as can be, behind its ending; the gradient beside that of logits."""
    generator = torch.Generator().manual_seed(seed)
    # 100 against 0: the softmax of such logits is 1 and 0 to the last digit.
    floor = float(F.cross_entropy(ending(numbers([100, 0])), torch.tensor([0], device="cpu")))
    drawn, y = normal(generator, 1000, 2), integers(generator, 2, 1000)
    norms = []
    for function in (ending, lambda z: z):
        z = drawn.clone().requires_grad_()
        F.cross_entropy(function(z), y, reduction="sum").backward()
        assert z.grad is not None
        norms.append(z.grad.norm(dim=1))
    # 1e-6: a loss that can come down to zero is far below this at such logits.
    ratio = float((norms[0] / norms[1]).median())
    floors = {"formula": float(numbers(-1).exp().log1p()), "floor": floor}
    return Outcome(floor < 1e-6, False, {**floors, "ratio": ratio})


CLAIMS: list[Claim] = [
    Claim(
        id="model-output",
        section=6,
        statement=Text(
            "From 5 inputs of 3 numbers the model makes 5 rows of 2 probabilities, and each row sums to 1.",
            "输入 5 个样本、每个 3 个特征，模型输出 5 行、每行 2 个概率，且每行之和为 1。",
        ),
        check=model_output,
        evidence=Text(
            "shape ({rows:.0f}, {columns:.0f}); row sums differ from 1 by at most {off:.1e}",
            "形状为 ({rows:.0f}, {columns:.0f})；各行之和与 1 最多相差 {off:.1e}",
        ),
    ),
    Claim(
        id="model-init",
        section=6,
        statement=Text(
            "The first layer starts from Xavier's law, the second from Kaiming's, and both have biases of 1.",
            "第一层按 Xavier 初始化，第二层按 Kaiming 初始化，两层的偏置都是 1。",
        ),
        check=model_init,
        evidence=Text(
            "at widths 300, 300, 200: deviation {s1:.4f} (Xavier {w1:.4f}) and {s2:.4f} (Kaiming {w2:.4f}), "
            "mean bias {bias:.1f}",
            "宽度取 300、300、200 时：标准差 {s1:.4f}（Xavier 应为 {w1:.4f}）和 {s2:.4f}（Kaiming 应为 {w2:.4f}），"
            "偏置均值 {bias:.1f}",
        ),
    ),
    Claim(
        id="model-parameters",
        section=6,
        statement=Text(
            "The model names six parameters: weights (3, 3), (2, 3), (2, 2) and biases (3), (2), (2), layer by layer.",
            "模型有六个具名参数：权重 (3, 3)、(2, 3)、(2, 2) 和偏置 (3)、(2)、(2)，逐层排列。",
        ),
        check=model_parameters,
        evidence=Text(
            "{same:.0f} of the {found:.0f} parameters have the printed name and shape",
            "{found:.0f} 个参数中有 {same:.0f} 个的名称和形状与文中一致",
        ),
    ),
    Claim(
        id="model-count",
        section=6,
        statement=Text("The model has 26 parameters in all.", "模型共有 26 个参数。"),
        check=model_count,
        evidence=Text(
            "layer by layer {n0:.0f} + {n1:.0f} + {n2:.0f} = {total:.0f}",
            "逐层为 {n0:.0f} + {n1:.0f} + {n2:.0f} = {total:.0f}",
        ),
    ),
    Claim(
        id="linear-count",
        section=6,
        statement=Text(
            "A layer from m to n units has m×n + n parameters.",
            "从 m 个单元到 n 个单元的一层有 m×n + n 个参数。",
        ),
        check=linear_count,
        evidence=Text(
            "{same:.0f} of {tried:.0f} layers of drawn sizes have as many; the largest holds {largest:.0f}",
            "随机取 {tried:.0f} 种大小的层，{same:.0f} 个符合公式；最大的一层有 {largest:.0f} 个参数",
        ),
    ),
    Claim(
        id="summary-cuda",
        section=6,
        statement=Text(
            "summary(model, input_size=(3,)) of torchsummary confirms the 26 parameters.",
            "用 torchsummary 的 summary(model, input_size=(3,)) 可以验证这 26 个参数。",
        ),
        check=summary_anywhere,
        evidence=Text(
            'with device="cpu" it counts {total:.0f}; its default device is the one that the model is on: {serves:.0f} '
            "(1 yes, 0 no)",
            '指定 device="cpu" 时数出 {total:.0f} 个；它的默认设备就是模型所在的设备：{serves:.0f}（1 是，0 否）',
        ),
        condition=Text(
            'The machine has no CUDA, or the call says device="cpu": where there is CUDA, torchsummary makes its '
            "inputs there, and the article's model stands on the CPU.",
            '机器上没有 CUDA，或者调用时写明 device="cpu"：只要有 CUDA，torchsummary 就默认在 CUDA 上造输入，'
            "而文中的模型在 CPU 上。",
        ),
        source="https://github.com/sksq96/pytorch-summary/blob/master/torchsummary/torchsummary.py",
    ),
    Claim(
        id="double-softmax",
        section=6,
        statement=Text(
            "The model as it is built, with a softmax at its end, is ready for CrossEntropyLoss.",
            "按文中的写法，末尾带 softmax 的模型可以直接配上 CrossEntropyLoss。",
        ),
        check=double_softmax,
        evidence=Text(
            "the loss of a perfect prediction of two classes is {floor:.4f}, as ln(1 + 1/e) = {formula:.4f}; "
            "gradients are {ratio:.2f} times those of logits",
            "二分类完全预测正确时，损失仍为 {floor:.4f}，即 ln(1 + 1/e) = {formula:.4f}；"
            "梯度只有直接用 logits 时的 {ratio:.2f} 倍",
        ),
        correction=Text(
            "CrossEntropyLoss takes a softmax itself: two of them keep the loss above ln(1 + (C - 1)/e) for C classes "
            "and damp the gradient. Train on logits and take the softmax for predictions only.",
            "CrossEntropyLoss 自带 softmax：做两次 softmax，C 类的损失就不会低于 ln(1 + (C - 1)/e)，梯度也被削弱。"
            "训练时用 logits，只在预测时取 softmax。",
        ),
        source="https://docs.pytorch.org/docs/stable/generated/torch.nn.CrossEntropyLoss.html",
    ),
]
