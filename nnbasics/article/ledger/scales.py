"""Section 5: the scale of random weights."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ...initializers import INITIALIZERS
from ..claims import Claim, Outcome, Text
from ._toys import FAR, Function, Run, best_run, mlp, moons, propagate, race, updates_needed

Law = Callable[..., Tensor]

XAVIER, KAIMING = INITIALIZERS["xavier_normal"], partial(INITIALIZERS["kaiming_normal"], nonlinearity="relu")
FUNCTIONS: dict[str, Function] = {"sigmoid": torch.sigmoid, "tanh": torch.tanh, "relu": torch.relu}


def gradients(seed: int, draw: Law) -> dict[str, float]:
    """For each activation, the gradient at the first of ten layers over that at the last; 12 networks."""
    found = {}
    for name, function in FUNCTIONS.items():
        gradient = propagate(seed, function, draw, nets=12).gradient
        found[name] = float(gradient[0] / gradient[-1])
    return found


def small_vanish(seed: int, *, std: float = 0.01) -> Outcome:
    """The gradient at the first of ten layers of 64 units over that at the last, weights from N(0, std^2)."""
    found = gradients(seed, partial(INITIALIZERS["normal"], std=std))
    return Outcome(max(found.values()) < 1 / FAR, False, {**found, "std": std})


def large_explode(seed: int, *, std: float = 1.0) -> Outcome:
    """The gradient at the first of ten layers of 64 units over that at the last, weights from N(0, std^2).

    1 is the default of `normal_`, eight times Xavier's for such layers. Amended to ReLU and tanh.
    """
    found = gradients(seed, partial(INITIALIZERS["normal"], std=std))
    return Outcome(min(found.values()) > FAR, min(found["relu"], found["tanh"]) > FAR, {**found, "std": std})


def keeps(ratio: float) -> bool:
    """Whether ten layers change a variance by less than a factor of 2, which is 8 % a layer."""
    return 0.5 < ratio < 2


def moment(seed: int, function: Function, draw: Law, nets: int = 24) -> float:
    """The mean square that the last of ten layers hands on, over what the first does."""
    found = propagate(seed, function, draw, nets=nets).moment
    return float(found[-1] / found[0])


def xavier_tanh(seed: int, *, function: Function = torch.tanh, gain: float = 5 / 3) -> Outcome:
    """The mean square of a, which for tanh is its variance, after ten layers over that after one; gain 1, and 5/3."""
    plain, own = (moment(seed, function, partial(XAVIER, gain=g)) for g in (1.0, gain))
    return Outcome(keeps(plain), keeps(own), {"plain": plain, "gained": own, "gain": gain})


def xavier_sigmoid(seed: int, *, function: Function = torch.sigmoid, gain: float = 4.0) -> Outcome:
    """The variance of a from row to row of the data after ten layers over that after one; gain 1, and 4.

    4 makes up for sigmoid's slope of 1/4.
    """
    found = {}
    for name, g in (("plain", 1.0), ("gained", gain)):
        spread = propagate(seed, function, partial(XAVIER, gain=g), nets=24).spread
        found[name] = float(spread[-1] / spread[0])
    return Outcome(keeps(found["plain"]), keeps(found["gained"]), {**found, "gain": gain})


def kaiming_relu(seed: int, *, draw: Law = KAIMING) -> Outcome:
    """The mean square of ReLU's a after ten layers over that after one; Xavier's law beside it, by layer."""
    found = {"kaiming": moment(seed, torch.relu, draw, 32), "xavier": moment(seed, torch.relu, XAVIER, 32) ** (1 / 9)}
    return Outcome(keeps(found["kaiming"]), False, found)


def leaky(slope: float) -> Function:
    """Leaky ReLU with this slope."""
    return partial(F.leaky_relu, negative_slope=slope)


VARIANTS: dict[str, Function] = {
    "leaky": leaky(0.01),
    "steep": leaky(0.2),
    "elu": F.elu,
    "gelu": F.gelu,
    "silu": F.silu,
}


def kaiming_variants(seed: int, *, variants: Mapping[str, Function] = VARIANTS) -> Outcome:
    """The mean square of a after ten layers over that after one, by Kaiming's law with ReLU's gain.

    Amended to Leaky ReLU with slope 0.2 and the gain that Kaiming's law has for that slope.
    """
    found = {name: moment(seed, function, KAIMING, 16) for name, function in variants.items()}
    own = partial(INITIALIZERS["kaiming_normal"], nonlinearity="leaky_relu", a=0.2)
    found["own"] = moment(seed, variants["steep"], own, 32)
    return Outcome(all(map(keeps, found.values())), keeps(found["own"]), found)


def learn(seed: int, draw: Law | None) -> Run:
    """Moons learned by 48 networks 2-16-16-16-16-16-16-1 with ReLU, drawn by a law; None is torch's default."""

    def make() -> nn.Module:
        model = mlp(2, *[16] * 6, 1, activation=nn.ReLU)
        for layer in model:
            if isinstance(layer, nn.Linear) and draw is not None:
                draw(layer.weight)
                nn.init.zeros_(layer.bias)
        return model

    rates = (0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3)
    return best_run(make, moons, updates_needed, seed=seed, rates=rates, updates=150, models=48)


def prefer_scaled(seed: int, *, kaiming: Law = KAIMING, xavier: Law = XAVIER) -> Outcome:
    """Updates until the loss is below 0.1: N(0, 0.01^2), N(0, 1) and torch's default over Kaiming's and Xavier's laws.

    48 networks with six hidden layers of ReLU; for each law the rate is searched in the same way on the same other
    seeds; intervals of the ratio over pairs of networks. Amended to Kaiming, the law that is made for ReLU.
    """
    normal = INITIALIZERS["normal"]
    others = {"small": partial(normal, std=0.01), "large": partial(normal, std=1.0), "default": None}
    runs = {name: learn(seed, draw) for name, draw in others.items()}
    numbers: dict[str, float] = {}
    for law, draw in (("kaiming", kaiming), ("xavier", xavier)):
        mine = learn(seed, draw)
        found = {name: race(seed, run, mine) for name, run in runs.items()}
        numbers[law] = next(iter(found.values()))["fast"]
        for name, result in found.items():
            numbers |= {name: result["slow"], f"{law}_{name}": result["low"]}
    beats = {law: min(numbers[f"{law}_{name}"] for name in others) > 1 for law in ("kaiming", "xavier")}
    return Outcome(beats["kaiming"] and beats["xavier"], beats["kaiming"], numbers)


CLAIMS: list[Claim] = [
    Claim(
        id="small-weights-vanish",
        section=5,
        statement=Text("With weights too small, gradients vanish.", "权重太小，梯度会消失。"),
        check=small_vanish,
        evidence=Text(
            "weights from N(0, {std:g}²): the first of ten layers gets {relu:.0e} of the last layer's gradient with "
            "ReLU, {tanh:.0e} with tanh, {sigmoid:.0e} with sigmoid",
            "权重服从 N(0, {std:g}²) 时，十层网络的第一层与最后一层的梯度之比：ReLU {relu:.0e}，tanh {tanh:.0e}，"
            "sigmoid {sigmoid:.0e}",
        ),
    ),
    Claim(
        id="large-weights-explode",
        section=5,
        statement=Text("With weights too large, gradients explode.", "权重太大，梯度会爆炸。"),
        check=large_explode,
        evidence=Text(
            "weights from N(0, {std:g}²): the first of ten layers gets {relu:.0e} times the last layer's gradient with "
            "ReLU, {tanh:.0f} times with tanh, {sigmoid:.2f} times with sigmoid",
            "权重服从 N(0, {std:g}²) 时，十层网络的第一层与最后一层的梯度之比：ReLU {relu:.0e}，tanh {tanh:.0f}，"
            "sigmoid {sigmoid:.2f}",
        ),
        condition=Text(
            "Not with sigmoid, whose slope shrinks as its sums grow: its gradient does not even grow at this scale.",
            "sigmoid 例外：加权和越大，它的斜率越小，在这个尺度上梯度并不增长。",
        ),
        source="Glorot & Bengio (2010); Pascanu, Mikolov & Bengio (2013), On the difficulty of training recurrent "
        "neural networks",
    ),
    Claim(
        id="xavier-tanh",
        section=5,
        statement=Text(
            "Xavier's law keeps the variance from layer to layer with tanh.",
            "配合 tanh 时，Xavier 初始化使各层方差保持一致。",
        ),
        check=xavier_tanh,
        evidence=Text(
            "variance after ten layers over that after one: {plain:.2f} with gain 1, {gained:.2f} with gain {gain:.2f}",
            "第十层与第一层的输出方差之比：gain 为 1 时 {plain:.2f}，gain 为 {gain:.2f} 时 {gained:.2f}",
        ),
        condition=Text(
            "With the gain 5/3 of calculate_gain('tanh'); xavier_normal_ by itself takes 1, for linear layers.",
            "要用 calculate_gain('tanh') 的 gain 5/3；xavier_normal_ 默认的 1 是为线性层设的。",
        ),
        source="https://docs.pytorch.org/docs/stable/nn.init.html#torch.nn.init.calculate_gain",
    ),
    Claim(
        id="xavier-sigmoid",
        section=5,
        statement=Text(
            "Xavier's law keeps the variance from layer to layer with sigmoid.",
            "配合 sigmoid 时，Xavier 初始化使各层方差保持一致。",
        ),
        check=xavier_sigmoid,
        evidence=Text(
            "variance over the data after ten layers over that after one: {plain:.0e} with gain 1, {gained:.0e} with "
            "gain {gain:.0f}",
            "第十层与第一层的输出在数据上的方差之比：gain 为 1 时 {plain:.0e}，gain 为 {gain:.0f} 时 {gained:.0e}",
        ),
        correction=Text(
            "It was derived for functions through 0 with slope 1. With sigmoid, whose slope is 1/4 and "
            "whose output is 1/2, all inputs end up at one point; nor does a gain of 4 keep them apart.",
            "它的推导要求函数过 0 点且斜率为 1。Sigmoid 的斜率只有 1/4，输出在 1/2 附近，"
            "所有输入最后挤到一点；gain 取 4 也不行。",
        ),
        source="Glorot & Bengio (2010), Understanding the difficulty of training deep feedforward neural networks",
    ),
    Claim(
        id="kaiming-relu",
        section=5,
        statement=Text(
            "Kaiming's law is made for ReLU: it keeps the signal's size.",
            "Kaiming 初始化专为 ReLU 设计，使信号大小不变。",
        ),
        check=kaiming_relu,
        evidence=Text(
            "mean square after ten layers over that after one: {kaiming:.2f}; by Xavier's law each layer leaves "
            "{xavier:.2f} of it",
            "第十层与第一层的输出均方之比：{kaiming:.2f}；换成 Xavier，每过一层只剩 {xavier:.2f}",
        ),
    ),
    Claim(
        id="kaiming-variants",
        section=5,
        statement=Text("Kaiming's law suits the variants of ReLU too.", "Kaiming 初始化也适合 ReLU 的变体。"),
        check=kaiming_variants,
        evidence=Text(
            "mean square after ten layers over that after one, with ReLU's gain: Leaky ReLU {leaky:.2f} (slope 0.01) "
            "and {steep:.2f} (slope 0.2), ELU {elu:.2f}, GELU {gelu:.2f}, SiLU {silu:.2f}; "
            "slope 0.2 with its own gain {own:.2f}",
            "用 ReLU 的 gain 时，第十层与第一层的输出均方之比："
            "Leaky ReLU {leaky:.2f}（斜率 0.01）和 {steep:.2f}（斜率 0.2），ELU {elu:.2f}，GELU {gelu:.2f}，"
            "SiLU {silu:.2f}；斜率 0.2 用自己的 gain 时 {own:.2f}",
        ),
        condition=Text(
            "For Leaky ReLU, given its slope as `a`; calculate_gain has nothing for ELU, GELU and SiLU.",
            "适合 Leaky ReLU，并把斜率传给参数 a；对 ELU、GELU、SiLU，calculate_gain 没有给出 gain。",
        ),
        source="https://docs.pytorch.org/docs/stable/nn.init.html#torch.nn.init.kaiming_normal_; He et al. (2015)",
    ),
    Claim(
        id="prefer-scaled-laws",
        section=5,
        statement=Text(
            "Kaiming's or Xavier's law is the first choice for a deep network.",
            "深度网络优先使用 Kaiming 或 Xavier 初始化。",
        ),
        check=prefer_scaled,
        evidence=Text(
            "six layers of ReLU, updates to a loss of 0.1: Kaiming {kaiming:.0f}, Xavier {xavier:.0f}, N(0, 1) "
            "{large:.0f}, torch's default {default:.0f}, N(0, 0.01²) {small:.0f} or more; N(0, 1) takes at least "
            "{kaiming_large:.2f} times Kaiming's updates, {xavier_large:.2f} times Xavier's (95 %, 48 networks)",
            "六层 ReLU，损失降到 0.1 所需的更新次数：Kaiming {kaiming:.0f}，Xavier {xavier:.0f}，N(0, 1) {large:.0f}，"
            "torch 默认 {default:.0f}，N(0, 0.01²) 至少 {small:.0f}；N(0, 1) 至少是 Kaiming 的 {kaiming_large:.2f} 倍、"
            "Xavier 的 {xavier_large:.2f} 倍（95 %，48 个网络）",
        ),
        condition=Text(
            "It must be the activation's own: with ReLU, Kaiming's. Xavier's was no faster than N(0, 1) "
            "when both had their best rates.",
            "要选与激活函数相配的：ReLU 配 Kaiming。学习率各取最佳时，Xavier 并不比 N(0, 1) 更快。",
        ),
        source="He et al. (2015), Delving deep into rectifiers",
    ),
]
