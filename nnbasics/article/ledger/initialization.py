"""Section 5: zeros, ones, chance, biases, and what the two laws look at."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from ...initializers import INITIALIZERS
from ...training import seeded_model
from ..claims import Claim, Outcome, Text
from ._toys import mlp
from ._trials import normal

Law = Callable[..., Tensor]
ACTIVATIONS: dict[str, Callable[[], nn.Module]] = {"sigmoid": nn.Sigmoid, "tanh": nn.Tanh, "relu": nn.ReLU}


class Trained(NamedTuple):
    """What 60 updates made of a network 3-8-8-2: the share of its weights that moved, and the distinct units of 8."""

    moved: float
    distinct: int


def train_from(seed: int, activation: Callable[[], nn.Module], draw: Law, bias: float) -> Trained:
    """Learn 64 random rows with Adam from weights that a law draws, all biases being one number."""
    generator = torch.Generator().manual_seed(seed)
    x = normal(generator, 64, 3)
    y = torch.stack([x.sum(1).sin(), x.prod(1)], dim=1)
    model = seeded_model(lambda: mlp(3, 8, 8, 2, activation=activation), seed).double()
    weights = [p for name, p in model.named_parameters() if name.endswith("weight")]
    with torch.no_grad():
        for name, p in model.named_parameters():
            if name.endswith("weight"):
                draw(p, generator=generator)
            else:
                p.fill_(bias)
    start = [w.detach().clone() for w in weights]
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    for _ in range(60):
        optimizer.zero_grad()
        nn.functional.mse_loss(model(x), y).backward()
        optimizer.step()
    moved = torch.cat([(w != old).flatten() for w, old in zip(weights, start, strict=True)])
    # A unit is what comes in, its own bias, and what goes out; equal ones may differ by rounding.
    units = torch.cat([weights[0], weights[1].T], dim=1).detach()
    return Trained(float(moved.double().mean()), len((units * 1e6).round().unique(dim=0)))


def without_generator(draw: Law) -> Law:
    """A law that draws nothing, called as one that does."""
    return lambda weight, generator: draw(weight)


ZEROS, ONES = without_generator(INITIALIZERS["zeros"]), without_generator(INITIALIZERS["ones"])
KAIMING = partial(INITIALIZERS["kaiming_normal"], nonlinearity="relu")


def of_each(seed: int, draw: Law, bias: float) -> tuple[dict[str, Trained], dict[str, float]]:
    """The networks of the three activations, and their numbers by name."""
    found = {name: train_from(seed, f, draw, bias) for name, f in ACTIVATIONS.items()}
    moved = {f"moved_{name}": trained.moved for name, trained in found.items()}
    return found, {**moved, "distinct": max(trained.distinct for trained in found.values())}


def zeros_symmetric(seed: int, *, draw: Law = ZEROS, bias: float = 0.0) -> Outcome:
    """From zeros, after 60 updates: the weights move, or not, with the units of a layer alike. Amended to sigmoid."""
    found, numbers = of_each(seed, draw, bias)
    alike = {name: trained.moved == 1 and trained.distinct == 1 for name, trained in found.items()}
    return Outcome(all(alike.values()), alike["sigmoid"], numbers)


def ones_symmetric(seed: int, *, draw: Law = ONES, bias: float = 0.0) -> Outcome:
    """From ones, after 60 updates: the weights move, or not, with the units of a layer alike; zeros beside it."""
    found, numbers = of_each(seed, draw, bias)
    numbers["zeros"] = train_from(seed, nn.ReLU, ZEROS, bias).moved
    return Outcome(all(trained.moved == 1 and trained.distinct == 1 for trained in found.values()), False, numbers)


LAWS: dict[str, Law] = {
    "uniform": partial(INITIALIZERS["uniform"], a=-0.1, b=0.1),
    "normal": partial(INITIALIZERS["normal"], std=0.1),
}


def chance_breaks(seed: int, *, laws: Mapping[str, Law] = LAWS) -> Outcome:
    """Distinct units of 8 after 60 updates, from small uniform and from small normal weights."""
    counts = [trained.distinct for draw in laws.values() for trained in of_each(seed, draw, 0.0)[0].values()]
    return Outcome(min(counts) == 8, False, {"distinct": min(counts)})


CPU: dict[str, Any] = {"device": "cpu", "dtype": torch.float32}
CONNECTING: dict[str, Callable[[], nn.Module]] = {
    "linear": lambda: nn.Linear(8, 8, **CPU),
    "convolution": lambda: nn.Conv2d(8, 8, 3, **CPU),
    "transposed": lambda: nn.ConvTranspose2d(8, 8, 3, **CPU),
    "bilinear": lambda: nn.Bilinear(8, 8, 8, **CPU),
    "lstm": lambda: nn.LSTM(8, 8, **CPU),
    "gru": lambda: nn.GRU(8, 8, **CPU),
}
OTHERS: dict[str, Callable[[], nn.Module]] = {
    "batch": lambda: nn.BatchNorm1d(8, **CPU),
    "layer": lambda: nn.LayerNorm(8, **CPU),
    "group": lambda: nn.GroupNorm(2, 8, **CPU),
    "attention": lambda: nn.MultiheadAttention(8, 2, **CPU),
}


def biases_constant(seed: int, *, connecting: Mapping[str, Callable[[], nn.Module]] = CONNECTING) -> Outcome:
    """How many kinds of torch's layers start with all their biases at 0, or all at 1; amended to those of OTHERS."""

    def constant(make: Callable[[], nn.Module]) -> bool:
        parameters = seeded_model(make, seed).named_parameters()
        biases = torch.cat([p.detach().flatten() for name, p in parameters if "bias" in name])
        return bool((biases == 0).all() or (biases == 1).all())

    mine, others = ([constant(make) for make in kinds.values()] for kinds in (connecting, OTHERS))
    numbers = {"mine": sum(mine), "kinds": len(mine), "rest": sum(others), "rest_kinds": len(others)}
    return Outcome(all(mine) and all(others), all(others), numbers)


def fan_formulas(
    seed: int,
    *,
    xavier: Law = INITIALIZERS["xavier_normal"],
    kaiming: Law = KAIMING,
) -> Outcome:
    """The standard deviation of 1,000 weights of nn.Linear(5, 3) by each law, against sqrt(2/(5+3)) and sqrt(2/5)."""
    generator = torch.Generator().manual_seed(seed)
    empty = partial(torch.empty, 3, 5, dtype=torch.float64, device="cpu")
    found = [
        float(torch.stack([draw(empty(), generator=generator) for _ in range(1000)]).std())
        for draw in (xavier, kaiming)
    ]
    right = (math.sqrt(2 / (5 + 3)), math.sqrt(2 / 5))
    # Five standard errors of a standard deviation of 15,000 numbers: one seed in two million strays further.
    far = [abs(std / formula - 1) > 5 / math.sqrt(2 * 15_000) for std, formula in zip(found, right, strict=True)]
    numbers = {"xavier": found[0], "kaiming": found[1], "xavier_formula": right[0], "kaiming_formula": right[1]}
    return Outcome(not any(far), False, numbers)


CLAIMS: list[Claim] = [
    Claim(
        id="zeros-symmetric",
        section=5,
        statement=Text(
            "With all weights zero, units stay alike (symmetry), which makes the network useless.",
            "权重全为 0 时，各单元始终相同（对称问题），网络不可用。",
        ),
        check=zeros_symmetric,
        evidence=Text(
            "weights that move in 60 updates: sigmoid {moved_sigmoid:.0%}, tanh {moved_tanh:.0%}, "
            "ReLU {moved_relu:.0%}; distinct units of 8: {distinct}",
            "60 次更新中有变化的权重：sigmoid {moved_sigmoid:.0%}，tanh {moved_tanh:.0%}，ReLU {moved_relu:.0%}；"
            "8 个单元中不同的：{distinct} 个",
        ),
        condition=Text(
            "So with sigmoid. With tanh and ReLU it is worse: they hand on 0, so no weight ever gets a gradient; only "
            "the last bias learns.",
            "这是 sigmoid 的情形。Tanh 和 ReLU 更糟：输出为 0，任何权重都得不到梯度，只有最后的偏置在学习。",
        ),
        source="Goodfellow, Bengio & Courville (2016), Deep Learning, section 8.4",
    ),
    Claim(
        id="ones-symmetric",
        section=5,
        statement=Text(
            "With all weights one, units stay alike through training (symmetry).",
            "权重全为 1 时也有对称问题：训练中各单元始终相同。",
        ),
        check=ones_symmetric,
        evidence=Text(
            "weights that move in 60 updates: sigmoid {moved_sigmoid:.0%}, tanh {moved_tanh:.0%}, "
            "ReLU {moved_relu:.0%} (from zeros {zeros:.0%}); distinct units of 8: {distinct}",
            "60 次更新中有变化的权重：sigmoid {moved_sigmoid:.0%}，tanh {moved_tanh:.0%}，ReLU {moved_relu:.0%}"
            "（全 0 时 {zeros:.0%}）；8 个单元中不同的：{distinct} 个",
        ),
    ),
    Claim(
        id="chance-breaks-symmetry",
        section=5,
        statement=Text(
            "Small random weights, uniform or normal, do without the symmetry problem.",
            "小范围的随机初始化（均匀或正态）没有对称问题。",
        ),
        check=chance_breaks,
        evidence=Text(
            "distinct units of 8 after 60 updates: at least {distinct}",
            "60 次更新之后，8 个单元中不同的：至少 {distinct} 个",
        ),
    ),
    Claim(
        id="fan-formulas",
        section=5,
        statement=Text(
            "Xavier's law looks at inputs and outputs, Kaiming's at the inputs: for nn.Linear(5, 3), standard "
            "deviations sqrt(2/(5+3)) and sqrt(2/5).",
            "Xavier 兼顾输入和输出的维数，Kaiming 只看输入：对 nn.Linear(5, 3)，标准差为 sqrt(2/(5+3)) 和 sqrt(2/5)。",
        ),
        check=fan_formulas,
        evidence=Text(
            "standard deviations found: {xavier:.4f} and {kaiming:.4f}; the formulas give {xavier_formula:.4f} and "
            "{kaiming_formula:.4f}",
            "测得的标准差：{xavier:.4f} 和 {kaiming:.4f}；公式给出 {xavier_formula:.4f} 和 {kaiming_formula:.4f}",
        ),
    ),
    Claim(
        id="biases-zero-or-one",
        section=5,
        statement=Text("Biases usually start at 0 or 1.", "偏置通常初始化为 0 或 1。"),
        check=biases_constant,
        evidence=Text(
            "torch: {mine} of {kinds} kinds of linear, convolutional and recurrent layers start so, {rest} of "
            "{rest_kinds} kinds of normalization and attention",
            "torch 中这样做的：线性、卷积、循环层 {kinds} 种中有 {mine} 种，"
            "归一化与注意力层 {rest_kinds} 种中有 {rest} 种",
        ),
        condition=Text(
            "In normalization and attention, or set by hand, where 0 is usual; nn.Linear draws its biases from "
            "U(-1/√m, 1/√m), m being the number of inputs. 1 is for an LSTM's forget gate.",
            "限于归一化和注意力层，或由人手工设置（常用 0）；nn.Linear 从 U(-1/√m, 1/√m) 中抽取偏置，m 是输入个数。"
            "1 多用于 LSTM 的遗忘门。",
        ),
        source="https://docs.pytorch.org/docs/stable/generated/torch.nn.Linear.html; Jozefowicz et al. (2015)",
    ),
]
