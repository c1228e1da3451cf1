"""Section 10: momentum."""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

import torch
from torch import Tensor, optim

from ...surfaces import descend, quadratic
from ..claims import Claim, Outcome, Text
from ._trials import SEEDS, interval, normal, numbers

STEPS = 500
RATES = tuple(0.01 * 390 ** (place / 39) for place in range(40))  # 0.01/L to 3.9/L; momentum 0.9 bears up to 3.8/L
SGD_PAGE = "https://docs.pytorch.org/docs/stable/generated/torch.optim.SGD.html"
GOH = "Goh (2017), Why Momentum Really Works, https://distill.pub/2017/momentum"


def step_weights(momentum: float, dampening: float) -> Tensor:
    """How much each of 300 gradients counts in the last step, oldest first: weight k has a gradient at step k only."""
    weight = torch.zeros(300, dtype=torch.float64, device="cpu")
    optimizer = optim.SGD([weight], lr=1.0, momentum=momentum, dampening=dampening)
    before = weight.clone()
    for step in range(len(weight)):
        before = weight.clone()
        weight.grad = torch.zeros_like(weight)
        weight.grad[step] = -1.0
        optimizer.step()
    return weight - before


def momentum_average(seed: int, *, momentum: float = 0.9, dampening: float = 0.0) -> Outcome:
    """The weights of the gradients in torch's step: whether they are as momentum^age, and what they sum to."""
    weights, damped = step_weights(momentum, dampening), step_weights(momentum, momentum)
    ages = torch.arange(len(weights) - 1, -1, -1, dtype=torch.float64, device="cpu")
    sums = float(weights.sum()), float(damped.sum())
    # 1e-9: 300 float64 numbers lose less. [1:]: torch takes the first gradient whole, whatever the dampening.
    falls = [torch.allclose(w[1:], w[-1] * momentum ** ages[1:], atol=1e-9) for w in (weights, damped)]
    averages = [fall and abs(total - 1) < 1e-9 for fall, total in zip(falls, sums, strict=True)]
    return Outcome(averages[0], averages[1], {"sum": sums[0], "damped": sums[1]})


class Runs(NamedTuple):
    """32 runs: updates needed, turns across the valley and the way gone across it (of the start's distance), rate."""

    steps: Tensor
    turns: Tensor
    way: Tensor
    rate: float


def roll(starts: Tensor, rates: Tensor, condition: float, momentum: float) -> Runs:
    """Roll down a bowl of curvatures 1 and `condition` until its height stays below a millionth of the start's."""
    surface = quadratic(1.0, condition)
    scale = rates / condition  # times the surface at lr = 1: a rate of its own for each start
    optimizer = partial(optim.SGD, lr=1.0, momentum=momentum)
    path = descend(lambda p: scale * surface(p), starts, optimizer, num_steps=STEPS)
    heights = surface(path)
    counts = torch.arange(STEPS + 1, device="cpu")[:, None]
    steps = (((heights > 1e-6 * heights[0]) | ~heights.isfinite()) * (counts + 1)).max(0).values
    moves = path[:, :, 1].diff(dim=0) * (counts[1:] <= steps)
    turns = (moves[1:] * moves[:-1] < 0).sum(0)
    return Runs(steps.double(), turns.double(), moves.abs().sum(0) / path[0, :, 1].abs(), float(rates[0]))


def drawn_starts(seed: int) -> tuple[Tensor, Tensor]:
    """32 starts to judge by, and 16 others to choose a rate by."""
    starts = normal(torch.Generator().manual_seed(seed), SEEDS + 16, 2)
    return starts[:SEEDS], starts[SEEDS:]


def at_best(seed: int, condition: float, momentum: float) -> Runs:
    """The 32 starts at the rate, of 40, that needs the fewest updates from the 16 others."""
    starts, others = drawn_starts(seed)
    tried = roll(others.repeat(len(RATES), 1), numbers(*RATES).repeat_interleave(16), condition, momentum)
    rate = RATES[int(tried.steps.reshape(len(RATES), 16).mean(1).argmin())]
    return roll(starts, numbers(rate).expand(SEEDS), condition, momentum)


def momentum_faster(seed: int, *, momentum: float = 0.9) -> Outcome:
    """Updates without and with momentum, each at its own best rate, down bowls of condition 100 and 10; 32 starts."""
    measured: dict[str, float] = {}
    faster = {}
    for condition in (100, 10):
        plain, heavy = at_best(seed, condition, 0.0), at_best(seed, condition, momentum)
        low, high = interval(plain.steps - heavy.steps, seed)
        faster[condition] = low > 0
        found = {"plain": plain.steps.mean(), "heavy": heavy.steps.mean()}
        measured |= {f"{name}{condition}": float(mean) for name, mean in found.items()}
        measured |= {f"low{condition}": low, f"high{condition}": high}
    return Outcome(all(faster.values()), faster[100], measured)


def momentum_damps(seed: int, *, momentum: float = 0.9) -> Outcome:
    """Turns across a valley of condition 100 without and with momentum: at the best rate of each, and both at 0.1/L."""
    plain, heavy = at_best(seed, 100, 0.0), at_best(seed, 100, momentum)
    starts, _ = drawn_starts(seed)
    slow, slow2 = (roll(starts, numbers(0.1).expand(SEEDS), 100, m) for m in (0.0, momentum))
    low, high = interval(plain.turns - heavy.turns, seed)
    same, _ = interval(slow.turns - slow2.turns, seed)
    found = {"plain": plain.turns, "heavy": heavy.turns, "slow": slow.turns, "slow2": slow2.turns}
    found |= {"way": plain.way, "way2": heavy.way}
    measured = {name: float(values.mean()) for name, values in found.items()} | {"low": low, "high": high}
    return Outcome(low > 0 and same > 0, low > 0, measured)


CLAIMS: list[Claim] = [
    Claim(
        id="momentum-average",
        section=10,
        statement=Text(
            "SGD with momentum=0.9 steps along the exponentially weighted average of the gradients.",
            "SGD 取 momentum=0.9 时，沿梯度的指数加权平均前进。",
        ),
        check=momentum_average,
        evidence=Text(
            "the weights fall by 0.9 from step to step and sum to {sum:.4f}; with dampening=0.9 to {damped:.4f}",
            "权重逐步乘以 0.9，总和为 {sum:.4f}；取 dampening=0.9 时总和为 {damped:.4f}",
        ),
        condition=Text(
            "dampening equals momentum. By default torch adds gradients up without the factor (1 - momentum): a "
            "weighted sum, ten times as long a step at 0.9, so lr has another meaning.",
            "dampening 与 momentum 相等。torch 默认累加梯度时不乘 (1 - momentum)：得到的是加权和，取 0.9 时步长是平均的"
            "十倍，lr 的含义也随之不同。",
        ),
        source=SGD_PAGE,
    ),
    Claim(
        id="momentum-faster",
        section=10,
        statement=Text("Momentum speeds convergence up.", "动量法加速收敛。"),
        check=momentum_faster,
        evidence=Text(
            "updates at the best rate of each, curvatures 1 and 100: {plain100:.0f} without, {heavy100:.0f} with it "
            "(saved [{low100:.0f}, {high100:.0f}]); curvatures 1 and 10: {plain10:.0f} and {heavy10:.0f} "
            "(saved [{low10:.0f}, {high10:.0f}])",
            "各取最佳学习率时的更新次数：曲率 1 和 100，不用动量 {plain100:.0f}，用动量 {heavy100:.0f}"
            "（节省 [{low100:.0f}, {high100:.0f}]）；曲率 1 和 10，分别为 {plain10:.0f} 和 {heavy10:.0f}"
            "（节省 [{low10:.0f}, {high10:.0f}]）",
        ),
        condition=Text(
            "The curvatures differ widely; on a round bowl momentum=0.9 is the slower one.",
            "各方向的曲率相差很大；在接近圆形的碗中，momentum=0.9 反而更慢。",
        ),
        source=GOH,
    ),
    Claim(
        id="momentum-damps",
        section=10,
        statement=Text("Momentum reduces oscillation.", "动量法减少震荡。"),
        check=momentum_damps,
        evidence=Text(
            "turns across a valley of curvatures 1 and 100, at the best rate of each: {plain:.0f} without, {heavy:.0f} "
            "with momentum (saved [{low:.0f}, {high:.0f}]), the way across {way:.1f} and {way2:.1f}; "
            "both at 0.1/L: {slow:.0f} and {slow2:.0f} turns",
            "曲率 1 和 100 的山谷，各取最佳学习率时横向折返的次数：不用动量 {plain:.0f}，用动量 {heavy:.0f}"
            "（减少 [{low:.0f}, {high:.0f}]），横向路程为 {way:.1f} 和 {way2:.1f}；学习率同取 0.1/L 时，"
            "折返 {slow:.0f} 次和 {slow2:.0f} 次",
        ),
        condition=Text(
            "Plain descent runs at so high a rate that it turns at every step, and turns are what is counted: the way "
            "across is about as long. At a low rate it is momentum that overshoots and swings.",
            "普通梯度下降的学习率高到每步都折返，而且只计折返次数：横向路程其实差不多。"
            "学习率低时，反而是动量法会冲过头而摆动。",
        ),
        source=GOH,
    ),
]
