"""Section 11: the initializations and the optimizers that the summary recommends."""

from __future__ import annotations

import math
from functools import lru_cache, partial
from typing import Any

import torch
from torch import Tensor

from ...initializers import INITIALIZERS
from ...optimizers import OPTIMIZERS
from ..claims import Claim, Outcome, Text
from ._networks import Networks
from ._trials import SEEDS, interval

GUESSING = math.log(2)
DEPTH = 12  # hidden layers: enough for what a layer does to the scale to add up
HE = "He et al. (2015), Delving Deep into Rectifiers, https://arxiv.org/abs/1502.01852"
STARTS: dict[str, tuple[str, dict[str, Any]]] = {
    "kaiming": ("kaiming_normal", {"nonlinearity": "relu"}),
    "xavier": ("xavier_normal", {}),
    "small": ("normal", {"std": 0.01}),
    "large": ("normal", {"std": 1.0}),
    "default": ("default", {}),
}


def drawn(seeds: list[int], copies: int, start: str, activation: str, depth: int) -> Networks:
    """Networks of this many hidden layers of width 10, each with 64 points of its own, and as many copies of each."""
    networks = Networks(seeds * copies, sizes=(2, *[10] * depth, 1), activation=getattr(torch, activation), rows=64)
    name, settings = STARTS[start]
    parameters = []
    for generator in networks.generators[: len(seeds)]:
        parts = [torch.zeros(shape, dtype=torch.float32, device="cpu") for shape in networks.shapes]
        for weight in parts[::2]:
            INITIALIZERS[name](weight, generator=generator, **settings)
        parameters.append(torch.cat([part.flatten() for part in parts]))
    networks.start = torch.stack(parameters).repeat(copies, 1)
    return networks


@lru_cache(maxsize=16)
def trained(seed: int, start: str, activation: str, depth: int) -> Tensor:
    """The loss of 64 networks after 60 updates at the best of ten rates, chosen on 8 networks of other seeds.

    What does worse than guessing, or diverges, counts as guessing.
    """

    def losses(networks: Networks, rates: list[float]) -> Tensor:
        end = networks.descend(rates, 64, 60)[-1]
        return networks.losses(end).nan_to_num(torch.inf).clamp(max=GUESSING)

    rates = [10 ** (place / 2) for place in range(-8, 2)]  # 0.0001 to 3
    search = drawn([1000 * seed + 500 + s for s in range(8)], len(rates), start, activation, depth)
    found = losses(search, [rate for rate in rates for _ in range(8)]).reshape(len(rates), 8).mean(1)
    judged = drawn([1000 * seed + s for s in range(64)], 1, start, activation, depth)
    return losses(judged, [rates[int(found.argmin())]] * 64)


def init_decides(seed: int, *, depth: int = DEPTH) -> Outcome:
    """A network of ReLU from Kaiming's law and from deviation 0.01, each at its best rate: which one learns at all."""
    good, small = (trained(seed, start, "relu", depth) for start in ("kaiming", "small"))
    low, high = interval(small - good, seed)
    # 0.99: a loss within a hundredth of guessing has learned nothing.
    stated = low > 0 and float(small.mean()) > 0.99 * GUESSING
    measured = {"good": float(good.mean()), "small": float(small.mean()), "low": low, "high": high}
    return Outcome(stated, False, measured | {"guess": GUESSING})


def init_first(seed: int, *, relu: str = "kaiming", tanh: str = "xavier") -> Outcome:
    """Kaiming for deep ReLU against three other starts; Xavier for deep tanh, and one layer, against deviation 1."""
    measured: dict[str, float] = {}

    def beats(activation: str, start: str, depth: int, name: str, others: tuple[str, ...]) -> bool:
        own = trained(seed, start, activation, depth)
        measured[name] = float(own.mean())
        lows = []
        for other in others:
            theirs = trained(seed, other, activation, depth)
            low, high = interval(theirs - own, seed)
            lows.append(low)
            measured.update({f"{name}_{other}": float(theirs.mean()), f"{name}_low": low, f"{name}_high": high})
        return min(lows) > 0

    amended = beats("relu", relu, DEPTH, "relu", ("small", "default", "large"))
    elsewhere = beats("tanh", tanh, DEPTH, "tanh", ("large",)) & beats("relu", relu, 1, "one", ("large",))
    return Outcome(amended and elsewhere, amended, measured)


def reached(seed: int, name: str) -> Tensor:
    """The loss of 32 networks, each with its own data, after 10 passes in batches of 16 at the best of twelve rates.

    A mean over the last 8 of the 80 updates; the rate is chosen by the same mean on 32 networks of other seeds.
    """

    def late_loss(first: int, rate: float) -> Tensor:
        networks = Networks([first + s for s in range(SEEDS)])
        path = networks.descend([1.0] * SEEDS, 16, 80, partial(OPTIMIZERS[name], lr=rate))
        return torch.stack([networks.losses(points) for points in path[-8:]]).mean(0).nan_to_num(torch.inf)

    rates = [10 ** (place / 3) for place in range(-7, 5)]  # 0.005 to 22
    best = min(rates, key=lambda rate: float(late_loss(1000 * seed + 500, rate).mean()))
    return late_loss(1000 * seed, best)


def optimizer_better(seed: int, *, names: tuple[str, str] = ("momentum", "adam")) -> Outcome:
    """The loss after 10 passes with plain SGD against SGD with momentum and Adam, each at its own best rate."""
    plain = reached(seed, "sgd")
    measured = {"plain": float(plain.mean())}
    lows = []
    for place, name in enumerate(names):
        loss = reached(seed, name)
        low, high = interval(plain - loss, seed)
        measured |= {f"loss{place}": float(loss.mean()), f"low{place}": low, f"high{place}": high}
        lows.append(low)
    return Outcome(min(lows) > 0, False, measured)


CLAIMS: list[Claim] = [
    Claim(
        id="init-decides",
        section=11,
        statement=Text(
            "Initialization decides whether training succeeds.",
            "参数初始化决定训练的成败。",
        ),
        check=init_decides,
        evidence=Text(
            "twelve hidden layers of ReLU, each start at its own best rate: loss {good:.3f} from Kaiming's law, "
            "{small:.3f} from deviation 0.01 (difference [{low:.3f}, {high:.3f}]; guessing has {guess:.3f})",
            "十二个 ReLU 隐藏层，各取最佳学习率：Kaiming 初始化的损失为 {good:.3f}，标准差 0.01 的为 {small:.3f}"
            "（差值 [{low:.3f}, {high:.3f}]；随机猜测为 {guess:.3f}）",
        ),
        source=HE,
    ),
    Claim(
        id="init-first",
        section=11,
        statement=Text(
            "Kaiming's or Xavier's initialization is the first choice.",
            "初始化首选 Kaiming 或 Xavier。",
        ),
        check=init_first,
        evidence=Text(
            "loss at the best rate of each start, twelve hidden layers of ReLU: {relu:.3f} from Kaiming's law, "
            "{relu_small:.3f} from deviation 0.01, {relu_default:.3f} from torch's default, {relu_large:.3f} from "
            "deviation 1 (more by [{relu_low:.3f}, {relu_high:.3f}]); of tanh: {tanh:.3f} from Xavier's, "
            "{tanh_large:.3f} from 1 ([{tanh_low:.3f}, {tanh_high:.3f}]); one layer of ReLU: {one:.3f} and "
            "{one_large:.3f} ([{one_low:.3f}, {one_high:.3f}])",
            "各取最佳学习率时的损失：十二个 ReLU 隐藏层，Kaiming 为 {relu:.3f}，标准差 0.01 为 {relu_small:.3f}，"
            "torch 默认为 {relu_default:.3f}，标准差 1 为 {relu_large:.3f}（多出 [{relu_low:.3f}, {relu_high:.3f}]）；"
            "改用 tanh，Xavier 为 {tanh:.3f}，标准差 1 为 {tanh_large:.3f}（[{tanh_low:.3f}, {tanh_high:.3f}]）；"
            "一个 ReLU 隐藏层，为 {one:.3f} 和 {one_large:.3f}（[{one_low:.3f}, {one_high:.3f}]）",
        ),
        condition=Text(
            "The network is deep and of ReLU. A shallow one, or one of tanh, whose outputs are bounded, trained as "
            "well from a deviation of 1.",
            "网络较深，而且用 ReLU。浅的网络，或者输出有界的 tanh 网络，从标准差 1 出发训练得也不差。",
        ),
        source=HE,
    ),
    Claim(
        id="optimizer-first",
        section=11,
        statement=Text(
            "SGD with momentum or Adam is the optimizer to take.",
            "优化算法选 SGD 加 Momentum，或者 Adam。",
        ),
        check=optimizer_better,
        evidence=Text(
            "loss after 10 passes, each at its own best rate: plain SGD {plain:.3f}, with momentum {loss0:.3f} (less "
            "by [{low0:.3f}, {high0:.3f}]), Adam {loss1:.3f} ([{low1:.3f}, {high1:.3f}])",
            "10 轮之后的损失，各取最佳学习率：普通 SGD {plain:.3f}，加动量 {loss0:.3f}"
            "（减少 [{low0:.3f}, {high0:.3f}]），Adam {loss1:.3f}（[{low1:.3f}, {high1:.3f}]）",
        ),
        source="Choi et al. (2019), On Empirical Comparisons of Optimizers for Deep Learning, arXiv:1910.05446",
    ),
]
