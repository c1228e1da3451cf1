"""Section 9: what the size of a batch does to descent."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import torch
from torch import Tensor

from ..claims import Claim, Outcome, Text
from ._networks import ROWS, Networks
from ._trials import SEEDS, interval

MINI = 16
RATES = tuple(10 ** (place / 4) for place in range(-6, 6))  # 0.03 to 18, four to a decade
PASSES, UPDATES = 10, 100  # the two budgets of a run: passes over the data, or updates
PAPER = "Bottou, Curtis & Nocedal (2018), Optimization Methods for Large-Scale Machine Learning, arXiv:1606.04838"


class Run(NamedTuple):
    """32 networks, each on data of its own: the loss late in the run, and the share of late updates that raised it."""

    loss: Tensor
    raised: Tensor
    rate: float


@lru_cache(maxsize=12)
def run(seed: int, batch_size: int, num_updates: int) -> Run:
    """Descend at the rate that leaves the lowest mean loss after as many updates for 32 networks of other seeds."""
    late = max(1, min(8, num_updates // 8))  # updates that the loss is a mean of: one point of a restless path is luck
    others = [1000 * seed + 500 + s for s in range(SEEDS)]
    search = Networks(others * len(RATES))
    last = search.descend([rate for rate in RATES for _ in others], batch_size, num_updates)[-late:]
    found = torch.stack([search.losses(points) for points in last]).mean(0).nan_to_num(torch.inf)
    rate = RATES[int(found.reshape(len(RATES), -1).mean(1).argmin())]
    networks = Networks([1000 * seed + s for s in range(SEEDS)])
    path = networks.descend([rate] * SEEDS, batch_size, num_updates)[-65:]
    losses = torch.stack([networks.losses(points) for points in path])
    return Run(losses[-late:].mean(0), (losses[1:] > losses[:-1]).double().mean(0), rate)


class Duel(NamedTuple):
    """A batch size against another, each at its own best rate; each interval is of other minus own, paired."""

    calmer: tuple[float, float]
    by_passes: tuple[float, float]
    by_updates: tuple[float, float]


def duel(seed: int, size: int, other: int) -> tuple[Duel, dict[str, float]]:
    """Intervals of the differences, and the means they are of: the other's names end in 2."""
    own, own2 = (run(seed, each, PASSES * ROWS // each) for each in (size, other))
    timed, timed2 = (run(seed, each, UPDATES) for each in (size, other))
    intervals = Duel(
        interval(own2.raised - own.raised, seed),
        interval(own2.loss - own.loss, seed),
        interval(timed2.loss - timed.loss, seed),
    )
    means = {"raised": own.raised, "passes": own.loss, "updates": timed.loss}
    means |= {"raised2": own2.raised, "passes2": own2.loss, "updates2": timed2.loss}
    low, high = intervals.by_passes
    return intervals, {name: float(mean.mean()) for name, mean in means.items()} | {"low": low, "high": high}


def full_batch(seed: int, *, size: int = ROWS, other: int = 1) -> Outcome:
    """All 128 rows at a time against one: updates that raise the loss; the loss after 10 passes, after 100 updates."""
    found, measured = duel(seed, size, other)
    amended = found.calmer[0] > 0 and found.by_passes[1] < 0
    return Outcome(amended and found.by_updates[1] < 0, amended, measured)


def single_sample(seed: int, *, size: int = 1, other: int = MINI) -> Outcome:
    """One row at a time against 16: updates that raise the loss; the loss after 10 passes, after 100 updates."""
    found, measured = duel(seed, size, other)
    amended = found.calmer[1] < 0 and found.by_passes[0] > 0
    return Outcome(amended and found.by_updates[0] > 0, amended, measured)


def mini_batch(seed: int, *, size: int = MINI, low: int = 1, high: int = ROWS) -> Outcome:
    """Rows 16 at a time: calmer than 1 and faster by updates, less calm than 128 and faster by passes."""
    against_one, measured = duel(seed, size, low)
    against_all, others = duel(seed, size, high)
    between = against_one.calmer[0] > 0 and against_one.by_updates[0] > 0
    between &= against_all.calmer[1] < 0 and against_all.by_passes[0] > 0
    return Outcome(between, False, measured | {name[:-1] + "3": value for name, value in others.items() if "2" in name})


PASSES_EN = "after 10 passes the loss is {passes:.3f} against {passes2:.3f} (their difference [{low:.3f}, {high:.3f}])"
PASSES_ZH = "10 轮之后损失为 {passes:.3f}，对比 {passes2:.3f}（差值的区间 [{low:.3f}, {high:.3f}]）"
REST_EN = (
    ", after 100 updates {updates:.3f} against {updates2:.3f}; share of late updates that raise it: {raised:.2f} "
    "against {raised2:.2f}"
)
REST_ZH = "，100 次更新之后 {updates:.3f} 对比 {updates2:.3f}；后期使损失上升的更新占 {raised:.2f}，对比 {raised2:.2f}"

CLAIMS: list[Claim] = [
    Claim(
        id="batch-full",
        section=9,
        statement=Text(
            "Descent on the whole data set is steady, but slow.",
            "用整个数据集做梯度下降，稳定但慢。",
        ),
        check=full_batch,
        evidence=Text(
            "all 128 rows against one: " + PASSES_EN + REST_EN, "128 个样本一起对比单个样本：" + PASSES_ZH + REST_ZH
        ),
        condition=Text(
            "It is slow by passes over the data. By updates it is the faster one, and a machine can compute the rows "
            "of an update all at once.",
            "慢是按遍历数据的轮数算。按更新次数算，它反而更快，而且一次更新中的各个样本可以并行计算。",
        ),
        source=PAPER,
    ),
    Claim(
        id="batch-single",
        section=9,
        statement=Text(
            "Descent on one sample at a time is fast, but restless.",
            "每次只用一个样本做梯度下降，快但震荡。",
        ),
        check=single_sample,
        evidence=Text("one row against 16: " + PASSES_EN + REST_EN, "单个样本对比 16 个样本：" + PASSES_ZH + REST_ZH),
        condition=Text(
            "It is fast by passes over the data; by updates it is the slower one.",
            "快是按遍历数据的轮数算；按更新次数算，它反而更慢。",
        ),
        source=PAPER,
    ),
    Claim(
        id="batch-mini",
        section=9,
        statement=Text(
            "Mini-batches balance speed against steadiness.",
            "小批量在速度与稳定之间取得平衡。",
        ),
        check=mini_batch,
        evidence=Text(
            "1, 16, 128 rows: late updates that raise the loss {raised2:.2f}, {raised:.2f}, {raised3:.2f}; loss after "
            "10 passes {passes2:.3f}, {passes:.3f}, {passes3:.3f}, after 100 updates {updates2:.3f}, {updates:.3f}, "
            "{updates3:.3f}",
            "1、16、128 个样本：后期使损失上升的更新占 {raised2:.2f}、{raised:.2f}、{raised3:.2f}；10 轮之后损失为 "
            "{passes2:.3f}、{passes:.3f}、{passes3:.3f}，100 次更新之后为 "
            "{updates2:.3f}、{updates:.3f}、{updates3:.3f}",
        ),
        source=PAPER,
    ),
]
