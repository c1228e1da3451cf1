"""Section 11: the losses that the summary recommends."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import torch
from torch import Tensor, optim
from torch.nn import functional as F

from ...surfaces import descend
from ..claims import Claim, Outcome, Text
from ._networks import ROWS, Networks
from ._trials import SEEDS, interval, normal

LossFunction = Callable[..., Tensor]


def squared(logits: Tensor, y: Tensor, reduction: str) -> Tensor:
    """The mean squared error of the probabilities."""
    return F.mse_loss(logits.sigmoid(), y, reduction=reduction)


def tested(seed: int, loss_fn: LossFunction, stretch: float) -> Tensor:
    """Accuracy on new points of 32 networks, each with its own data, after 100 updates at the best of nine rates.

    The last layer starts `stretch` times as large: at 20 a network is sure of itself before it has learned anything.
    """

    def descend_at(seeds: list[int], rates: list[float]) -> tuple[Networks, Tensor]:
        networks = Networks(seeds, loss_fn)
        networks.start[:, -9:-1] *= stretch  # the weights of the last layer
        return networks, networks.descend(rates, ROWS, 100)[-1]

    rates = [10 ** (place / 2) for place in range(-3, 6)]  # 0.03 to 316
    others = [1000 * seed + 500 + s for s in range(SEEDS)]
    search, points = descend_at(others * len(rates), [rate for rate in rates for _ in others])
    best = rates[int(search.accuracy(points).reshape(len(rates), SEEDS).mean(1).argmax())]
    _, points = descend_at([1000 * seed + s for s in range(SEEDS)], [best] * SEEDS)
    return Networks([1000 * seed + 900 + s for s in range(SEEDS)]).accuracy(points)


def cross_entropy_better(
    seed: int, *, loss_fn: LossFunction = F.binary_cross_entropy_with_logits, other: LossFunction = squared
) -> Outcome:
    """Accuracy on new data, trained by cross-entropy and by the squared error of probabilities, from two starts."""
    measured: dict[str, float] = {}
    better = {}
    for name, stretch in (("plain", 1.0), ("sure", 20.0)):
        own, theirs = tested(seed, loss_fn, stretch), tested(seed, other, stretch)
        low, high = interval(own - theirs, seed)
        better[name] = low > 0
        found = {"": float(own.mean()), "2": float(theirs.mean()), "_low": low, "_high": high}
        measured |= {name + place: value for place, value in found.items()}
    return Outcome(better["plain"] and better["sure"], better["sure"], measured)


def fitted_error(seed: int, loss_fn: LossFunction, outliers: float) -> Tensor:
    """Squared error of the slopes fitted to 64 rows with normal noise, of which a share is thirty times as large."""
    drawn = [torch.Generator().manual_seed(1000 * seed + s) for s in range(8 * SEEDS)]
    x = torch.stack([normal(generator, 64, 3) for generator in drawn])
    noise = torch.stack([normal(generator, 64) for generator in drawn])
    noise[:, : round(64 * outliers)] *= 30
    y = x.sum(2) + noise  # the true slopes are 1

    def surface(points: Tensor) -> Tensor:
        return loss_fn(torch.bmm(x, points[:, :, None]).squeeze(2), y, reduction="none").mean(1)

    # 200 steps at 0.3 come to the minimum of either loss: greatest curvatures are about 2 x 1.5.
    path = descend(surface, torch.zeros_like(x[:, 0]), partial(optim.SGD, lr=0.3), num_steps=200)
    return (path[-1] - 1).square().sum(1)


def smooth_l1_better(seed: int, *, loss_fn: LossFunction = F.smooth_l1_loss) -> Outcome:
    """Errors of lines fitted by Smooth L1 and by MSE to 256 data sets, with one outlier in ten rows and without."""
    measured: dict[str, float] = {}
    better = {}
    for name, outliers in (("spoiled", 0.1), ("clean", 0.0)):
        own, theirs = fitted_error(seed, loss_fn, outliers), fitted_error(seed, F.mse_loss, outliers)
        low, high = interval(theirs - own, seed)
        better[name] = low > 0
        found = {"": float(own.mean()), "2": float(theirs.mean()), "_low": low, "_high": high}
        measured |= {name + place: value for place, value in found.items()}
    return Outcome(all(better.values()), better["spoiled"], measured)


CLAIMS: list[Claim] = [
    Claim(
        id="cross-entropy-first",
        section=11,
        statement=Text(
            "Cross-entropy is the loss for classification.",
            "分类任务用交叉熵损失。",
        ),
        check=cross_entropy_better,
        evidence=Text(
            "accuracy on new data, cross-entropy and the squared error of probabilities, each at its best rate: "
            "{plain:.3f} and {plain2:.3f} (difference [{plain_low:.3f}, {plain_high:.3f}]); from a start that is sure "
            "of itself {sure:.3f} and {sure2:.3f} ([{sure_low:.3f}, {sure_high:.3f}])",
            "新数据上的准确率，交叉熵与概率的均方误差各取最佳学习率：{plain:.3f} 和 {plain2:.3f}"
            "（差值 [{plain_low:.3f}, {plain_high:.3f}]）；从过于自信的参数出发：{sure:.3f} 和 {sure2:.3f}"
            "（[{sure_low:.3f}, {sure_high:.3f}]）",
        ),
        condition=Text(
            "Outputs can be sure and wrong: there the squared error of a saturated probability has no gradient. From a "
            "start of ordinary size it was as accurate.",
            "输出可能自信而错误：此时饱和概率的均方误差没有梯度。参数初值大小正常时，均方误差的准确率并不差。",
        ),
        source="Hui & Belkin (2021), Evaluation of Neural Architectures Trained with Square Loss vs Cross-Entropy in "
        "Classification Tasks, https://arxiv.org/abs/2006.07322",
    ),
    Claim(
        id="smooth-l1-first",
        section=11,
        statement=Text("Smooth L1 is the loss for regression.", "回归任务用 Smooth L1 损失。"),
        check=smooth_l1_better,
        evidence=Text(
            "squared error of fitted slopes, Smooth L1 and MSE: {spoiled:.3f} and {spoiled2:.3f} with one outlier in "
            "ten rows (difference [{spoiled_low:.3f}, {spoiled_high:.3f}]), {clean:.4f} and {clean2:.4f} with normal "
            "noise ([{clean_low:.4f}, {clean_high:.4f}])",
            "拟合斜率的平方误差，Smooth L1 与 MSE：十行中有一个异常值时为 {spoiled:.3f} 和 {spoiled2:.3f}"
            "（差值 [{spoiled_low:.3f}, {spoiled_high:.3f}]），噪声为正态时为 {clean:.4f} 和 {clean2:.4f}"
            "（[{clean_low:.4f}, {clean_high:.4f}]）",
        ),
        condition=Text(
            "The data have outliers. With normal noise MSE is the more accurate one.",
            "数据中有异常值。噪声为正态分布时，MSE 更准确。",
        ),
        source="Huber (1964), Robust Estimation of a Location Parameter, https://doi.org/10.1214/aoms/1177703732",
    ),
]
