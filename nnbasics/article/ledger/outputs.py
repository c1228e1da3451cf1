"""Section 4: why layers need an activation between them, softmax, and the choice of an output."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

from ...activations import ACTIVATIONS
from ...experiments.verdicts import Claim, Finding, exactly
from ...text import NOTHING, Text
from .draws import ROUNDING, Function, grid, linear, normal, numbers, uniform

SOFTMAX_PAGE = "https://docs.pytorch.org/docs/stable/generated/torch.nn.Softmax.html"


def linear_stack(seed: int, *, function: Function = ACTIVATIONS["identity"]) -> Finding:
    """Five layers, f between them, against the one layer that gives the same on 0 and the unit vectors."""
    generator = torch.Generator().manual_seed(seed)
    layers, x = [linear(8, 8, generator) for _ in range(5)], normal(generator, 100, 8)
    with torch.no_grad():

        def stack(a: Tensor) -> Tensor:
            for layer in layers[:-1]:
                a = function(layer(a))
            result: Tensor = layers[-1](a)
            return result

        bias = stack(torch.zeros_like(x[:1]))
        weight = stack(torch.eye(8, dtype=x.dtype, device="cpu")) - bias
        off = float((stack(x) - (x @ weight + bias)).abs().max())
    return Finding([exactly(NOTHING, off < ROUNDING)], {"off": off})


def softmax_distribution(seed: int, *, function: Function = ACTIVATIONS["softmax"]) -> Finding:
    """The least output, and the largest distance of a sum from 1, for 1,000 rows of random scores in float32."""
    p = function(10 * normal(torch.Generator().manual_seed(seed), 1000, 10, dtype=torch.float32))
    off, least = float((p.double().sum(1) - 1).abs().max()), float(p.min())
    # 1e-6: ten outputs, each rounded in the eighth digit.
    return Finding([exactly(NOTHING, least >= 0 and off < 1e-6)], {"least": least, "off": off})


def softmax_printed(seed: int, *, printed: tuple[float, ...] = (0.0212, 0.0638, 0.7392)) -> Finding:
    """The printed numbers against torch's softmax of the printed scores, to the four digits that were printed.

    Were there further scores, the three would be the right ones times their sum.
    """
    right, shown = torch.softmax(numbers(0.2, 1.3, 3.75), dim=0), numbers(*printed)
    total = float(shown.sum())
    # 5e-5: half a unit of the last digit printed; the sum of the three is known to three times that.
    same, shrunk = (bool((p - shown).abs().max() <= most) for p, most in ((right, 5e-5), (right * total, 2e-4)))
    found = {f"p{i}": float(p) for i, p in enumerate(right)}
    noted = abs(total - 1) > 2e-4 and shrunk
    return Finding([exactly(NOTHING, same)], {**found, "sum": total}, noted)


def output_two(seed: int, *, function: Function = torch.sigmoid) -> Finding:
    """The output f(z) for two classes against the softmax of the scores (0, z), for 1,000 random z."""
    z = 5 * normal(torch.Generator().manual_seed(seed), 1000, 1)
    off = float((function(z) - torch.softmax(F.pad(z, (1, 0)), 1)[:, 1:]).abs().max())
    return Finding([exactly(NOTHING, off < ROUNDING)], {"off": off})


def output_many(seed: int, *, function: Function = ACTIVATIONS["softmax"]) -> Finding:
    """Whether f gives back drawn distributions over 3 to 10 classes, handed the logarithm of each: all can be reached.

    And how far its rows are from summing to 1 on any scores.
    """
    generator = torch.Generator().manual_seed(seed)
    off = excess = 0.0
    for classes in range(3, 11):
        p = uniform(generator, 100, classes) + 0.01
        p /= p.sum(1, keepdim=True)
        off = max(off, float((function(p.log()) - p).abs().max()))
        excess = max(excess, float((function(3 * normal(generator, 100, classes)).sum(1) - 1).abs().max()))
    return Finding([exactly(NOTHING, off < ROUNDING and excess < ROUNDING)], {"off": off, "excess": excess})


TARGETS = {"U(-3, 3)": (-3.0, 3.0, True), "U(-300, 300)": (-300.0, 300.0, True)}
TARGETS |= {"U(0, 1)": (0.0, 1.0, False), "U(0, 3)": (0.0, 3.0, False)}


def output_regression(seed: int, *, targets: dict[str, tuple[float, float, bool]] = TARGETS) -> Finding:
    """The share of 1,000 targets that an output can reach at all, for each kind: the identity, and the best other.

    The range of an f is measured on z from -500 to 500; its two ends may be missing, as 0 and 1 are to sigmoid.
    """
    generator, z = torch.Generator().manual_seed(seed), grid(-500, 500, 10_001)
    worlds, found = [], {}
    for name, (low, high, inside) in targets.items():
        drawn = low + (high - low) * uniform(generator, 1000)
        reach = {}
        for output in ("identity", "sigmoid", "tanh", "relu"):
            y = ACTIVATIONS[output](z)
            reach[output] = float(((drawn >= y.min()) & (drawn <= y.max())).double().mean())
        own, best = reach.pop("identity"), max(reach.values())
        worlds.append(exactly(Text(f"targets from {name}", f"目标服从 {name}"), own == 1 and best < 1, inside=inside))
        found[name] = best
    both, *_, positive = found.values()
    reached = all(best == 1 for name, best in found.items() if not targets[name][2])
    return Finding(worlds, {"both": both, "positive": positive}, noted=reached)


CLAIMS: tuple[Claim, ...] = (
    Claim(
        id="linear-stack",
        section=4,
        kind="identity",
        statement=Text(
            "Without activations, many layers still make one linear layer.",
            "没有激活函数时，再多层也只相当于一个线性层。",
        ),
        judge=linear_stack,
        evidence=Text(
            "Five linear layers differ from a single one by at most {off:.1e}.",
            "五个线性层与单独一层至多相差 {off:.1e}。",
        ),
    ),
    Claim(
        id="softmax-distribution",
        section=4,
        kind="identity",
        statement=Text(
            "Softmax turns scores into a probability distribution: none negative, sum 1.",
            "Softmax 把得分变成概率分布：都不为负，和为 1。",
        ),
        judge=softmax_distribution,
        evidence=Text(
            "The least of 10,000 outputs is {least:.1e}, and the sums are 1 within {off:.1e}.",
            "10000 个输出中最小的为 {least:.1e}；各行之和与 1 最多相差 {off:.1e}。",
        ),
    ),
    Claim(
        id="softmax-printed",
        section=4,
        kind="identity",
        statement=Text(
            "The softmax of [0.2, 1.3, 3.75] prints [0.0212, 0.0638, 0.7392].",
            "[0.2, 1.3, 3.75] 的 softmax 输出 [0.0212, 0.0638, 0.7392]。",
        ),
        judge=softmax_printed,
        evidence=Text(
            "torch gives [{p0:.4f}, {p1:.4f}, {p2:.4f}]. The printed numbers sum to {sum:.4f}.",
            "torch 算出 [{p0:.4f}, {p1:.4f}, {p2:.4f}]。文中数字之和为 {sum:.4f}。",
        ),
        correction=Text(
            "A softmax sums to 1. The printed numbers stand in the right proportion, but belong to a longer input, "
            "whose other scores are missing.",
            "softmax 之和必为 1。文中数字之间的比例是对的，但属于一个更长的输入，其余得分漏掉了。",
        ),
        source=SOFTMAX_PAGE,
    ),
    Claim(
        id="output-two-classes",
        section=4,
        kind="identity",
        statement=Text(
            "For two classes, one sigmoid output is the probability of one of them.",
            "二分类的输出层用 sigmoid：一个输出就是其中一类的概率。",
        ),
        judge=output_two,
        evidence=Text(
            "It differs from the softmax of the scores (0, z) by at most {off:.1e}.",
            "它与得分 (0, z) 的 softmax 至多相差 {off:.1e}。",
        ),
    ),
    Claim(
        id="output-many-classes",
        section=4,
        kind="identity",
        statement=Text(
            "For many classes, a softmax output is a probability for each of them.",
            "多分类的输出层用 softmax：输出就是各类的概率。",
        ),
        judge=output_many,
        evidence=Text(
            "For 3 to 10 classes, any scores give rows that sum to 1 within {excess:.1e}, and every one of 800 drawn "
            "distributions can be reached, within {off:.1e}.",
            "3 到 10 个类别，任意得分的各行之和与 1 最多相差 {excess:.1e}；随机取 800 个分布，都能取到，误差至多 "
            "{off:.1e}。",
        ),
        source=SOFTMAX_PAGE,
    ),
    Claim(
        id="output-regression",
        section=4,
        kind="identity",
        statement=Text(
            "The output layer of a regression takes no activation (the identity).", "回归的输出层不加激活（恒等函数）。"
        ),
        judge=output_regression,
        evidence=Text(
            "The identity reaches every target. Of those between -3 and 3, sigmoid, tanh and ReLU reach {both:.0%} at "
            "best; of those between 0 and 3, {positive:.0%}.",
            "恒等函数能取到任何目标。目标在 -3 到 3 之间时，sigmoid、tanh、ReLU 至多取到 {both:.0%}；"
            "在 0 到 3 之间时，至多取到 {positive:.0%}。",
        ),
        condition=Text(
            "The targets lie on both sides of 0 and beyond 1. Where all are positive ReLU reaches them too, and where "
            "all are between 0 and 1 sigmoid does.",
            "目标有正有负，而且超出 1。若目标都是正数，ReLU 也能取到；若都在 0 与 1 之间，sigmoid 也能取到。",
        ),
        source="Goodfellow, Bengio & Courville (2016), Deep Learning, section 6.2.2, https://www.deeplearningbook.org",
    ),
)
