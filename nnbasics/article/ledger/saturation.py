"""Section 4: what saturation costs, at depth and in training."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn

from ...initializers import INITIALIZERS
from ..claims import Claim, Outcome, Text
from ._toys import FAR, Function, propagate, race, speed, updates_needed

Module = Callable[[], nn.Module]


def kept(seed: int, function: Function, initializer: str, offset: float = 0.0) -> float:
    """The gradient at z of the first of ten layers, over that at the last."""
    gradient = propagate(seed, function, INITIALIZERS[initializer], offset=offset, nets=12).gradient
    return float(gradient[0] / gradient[-1])


def sigmoid_vanishes(seed: int, *, function: Function = torch.sigmoid) -> Outcome:
    """The gradient at the first of ten layers over that at the last, in 12 networks drawn by Xavier's law."""
    numbers = {"kept": kept(seed, function, "xavier_normal")}
    return Outcome(numbers["kept"] < 1 / FAR, False, numbers)


def tanh_vanishes(seed: int, *, function: Function = torch.tanh, bias: float = 3.0) -> Outcome:
    """The gradient at the first of ten layers over that at the last, in 12 networks drawn by Xavier's law.

    Once with biases 0, and once with biases +3 and -3, which push the units to where tanh is flat.
    """
    numbers = {"free": kept(seed, function, "xavier_normal"), "flat": kept(seed, function, "xavier_normal", bias)}
    return Outcome(max(numbers.values()) < 1 / FAR, numbers["flat"] < 1 / FAR, numbers)


def relu_relieves(seed: int, *, function: Function = torch.relu, other: Function = torch.sigmoid) -> Outcome:
    """The gradient at the first of ten layers over that at the last: f against sigmoid, under three initializers.

    Relieved means ten times as much is kept, under each.
    """
    laws = ("xavier_normal", "kaiming_normal", "default")
    mine, its = ([kept(seed, f, law) for law in laws] for f in (function, other))
    numbers = {"kaiming": mine[1], "xavier": mine[0], "default": mine[2], "other": max(its)}
    return Outcome(all(a > 10 * b for a, b in zip(mine, its, strict=True)), False, numbers)


class Centred(nn.Module):
    """Sigmoid minus 1/2: the same slope everywhere, but outputs around zero."""

    def forward(self, z: Tensor) -> Tensor:
        """What the units hand on."""
        return torch.sigmoid(z) - 0.5


def centring(seed: int, *, activation: Module = nn.Sigmoid, centred: Module = Centred) -> Outcome:
    """Updates until the loss is below 0.1: sigmoid against sigmoid minus 1/2, which differs in its centre alone.

    32 networks 2-16-16-1 on moons; for each side the rate is searched in the same way on the same other seeds.
    """
    numbers = race(seed, speed(seed, activation, (16, 16)), speed(seed, centred, (16, 16)))
    return Outcome(numbers["low"] > 1, False, numbers)


def tanh_faster(seed: int, *, activation: Module = nn.Tanh, other: Module = nn.Sigmoid) -> Outcome:
    """Updates until the loss is below 0.1: sigmoid against tanh.

    32 networks 2-16-16-1 on moons; for each side the rate is searched in the same way on the same other seeds.
    """
    numbers = race(seed, speed(seed, other, (16, 16)), speed(seed, activation, (16, 16)))
    return Outcome(numbers["low"] > 1, False, numbers)


def avoid_sigmoid(
    seed: int, *, activation: Module = nn.Sigmoid, other: Module = nn.ReLU, depths: tuple[int, int] = (1, 5)
) -> Outcome:
    """Updates until the loss is below 0.1 with one hidden layer of 16 and with five: sigmoid against ReLU.

    32 networks each on moons; for each side the rate is searched in the same way on the same other seeds.
    """
    numbers: dict[str, float] = {}
    for name, depth in zip(("shallow", "deep"), depths, strict=True):
        slow, fast = (speed(seed, f, [16] * depth, 200) for f in (activation, other))
        numbers |= {f"{name}_{key}": value for key, value in race(seed, slow, fast).items()}
        numbers[f"{name}_learned"] = float((updates_needed(slow) <= 200).double().mean())
    deep = numbers["deep_low"] > 1
    return Outcome(deep and numbers["shallow_low"] > 1, deep, numbers)


CLAIMS: list[Claim] = [
    Claim(
        id="sigmoid-vanishes",
        section=4,
        statement=Text("With sigmoid, gradients vanish easily.", "使用 sigmoid 容易出现梯度消失。"),
        check=sigmoid_vanishes,
        evidence=Text(
            "ten layers in Xavier's law: {kept:.1e} of the last layer's gradient reaches the first",
            "按 Xavier 初始化的十层网络：传到第一层的梯度只有最后一层的 {kept:.1e}",
        ),
    ),
    Claim(
        id="sigmoid-centre-slows",
        section=4,
        statement=Text(
            "That sigmoid's outputs are not centred on zero slows convergence.",
            "Sigmoid 的输出不以 0 为中心，会影响收敛速度。",
        ),
        check=centring,
        evidence=Text(
            "updates to a loss of 0.1: sigmoid {slow:.0f}, sigmoid minus 1/2 {fast:.0f}; ratio {low:.2f} to {high:.2f} "
            "(95 %, 32 networks)",
            "损失降到 0.1 所需的更新次数：sigmoid 为 {slow:.0f}，sigmoid 减 1/2 为 {fast:.0f}；"
            "比值 {low:.2f} 到 {high:.2f}（95 %，32 个网络）",
        ),
    ),
    Claim(
        id="tanh-faster",
        section=4,
        statement=Text(
            "Networks with tanh converge faster than those with sigmoid.", "用 tanh 的网络比用 sigmoid 的收敛更快。"
        ),
        check=tanh_faster,
        evidence=Text(
            "updates to a loss of 0.1: sigmoid {slow:.0f}, tanh {fast:.0f}; ratio {low:.2f} to {high:.2f} "
            "(95 %, 32 networks)",
            "损失降到 0.1 所需的更新次数：sigmoid 为 {slow:.0f}，tanh 为 {fast:.0f}；"
            "比值 {low:.2f} 到 {high:.2f}（95 %，32 个网络）",
        ),
    ),
    Claim(
        id="tanh-vanishes",
        section=4,
        statement=Text("Gradients vanish with tanh too.", "Tanh 仍有梯度消失的问题。"),
        check=tanh_vanishes,
        evidence=Text(
            "what reaches the first of ten layers in Xavier's law: {free:.2f} of the last layer's gradient with biases "
            "0, {flat:.1e} with biases of ±3",
            "按 Xavier 初始化的十层网络，第一层与最后一层的梯度之比：偏置为 0 时 {free:.2f}，偏置为 ±3 时 {flat:.1e}",
        ),
        condition=Text(
            "The units must be driven to where tanh is flat, as by large biases; around zero its slope is 1.",
            "单元要被推到 tanh 平坦的地方，例如偏置很大；在 0 附近它的斜率是 1。",
        ),
        source="Glorot & Bengio (2010), Understanding the difficulty of training deep feedforward neural networks",
    ),
    Claim(
        id="relu-relieves-vanishing",
        section=4,
        statement=Text("ReLU relieves vanishing gradients.", "ReLU 能缓解梯度消失。"),
        check=relu_relieves,
        evidence=Text(
            "of the gradient, the first of ten layers gets {kaiming:.2f} in Kaiming's law, {xavier:.3f} in Xavier's, "
            "{default:.1e} in torch's default; with sigmoid at most {other:.1e}",
            "十层网络的第一层得到的梯度：Kaiming 初始化 {kaiming:.2f}，Xavier {xavier:.3f}，torch 默认 {default:.1e}；"
            "换成 sigmoid 至多 {other:.1e}",
        ),
    ),
    Claim(
        id="avoid-sigmoid",
        section=4,
        statement=Text("Sigmoid is better avoided in hidden layers.", "隐藏层应尽量避免使用 sigmoid。"),
        check=avoid_sigmoid,
        evidence=Text(
            "sigmoid's updates to a loss of 0.1 over ReLU's: {shallow_low:.2f} to {shallow_high:.2f} times with one "
            "hidden layer, {deep_low:.2f} to {deep_high:.2f} or more with five (95 %, 32 networks), where "
            "{deep_learned:.0%} get there within 200 updates",
            "损失降到 0.1 所需的更新次数，sigmoid 与 ReLU 之比：一个隐藏层时 {shallow_low:.2f} 到 {shallow_high:.2f}，"
            "五个隐藏层时至少 {deep_low:.2f} 到 {deep_high:.2f}（95 %，32 个网络），"
            "且 200 次以内做到的只占 {deep_learned:.0%}",
        ),
    ),
]
