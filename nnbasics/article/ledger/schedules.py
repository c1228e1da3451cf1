"""Section 10: schedules of the learning rate."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn
from torch.optim.lr_scheduler import ExponentialLR, MultiStepLR, StepLR

from ...ensemble import Ensemble
from ...schedulers import trace_lr
from ..claims import Claim, Outcome, Text
from ._trials import interval, normal, numbers, train_fairly

PAGE = "https://docs.pytorch.org/docs/stable/optim.html#how-to-adjust-learning-rate"


def step_lr(seed: int, *, scheduler: Callable[..., Any] = StepLR) -> Outcome:
    """Rates of the real scheduler over 300 calls, sizes 50 (the article's), 7 and 1, against lr * 0.5^(t // size)."""
    calls = torch.arange(300, dtype=torch.float64, device="cpu")
    off = 0.0
    for size in (1, 7, 50):
        rates = trace_lr(partial(scheduler, step_size=size, gamma=0.5), lr=0.1, num_steps=300)
        off = max(off, float((rates / (0.1 * 0.5 ** (calls // size)) - 1).abs().max()))
    found = {f"lr{t}": float(rates[t]) for t in (49, 50, 100)}
    # 1e-12: the rounding of up to 300 multiplications.
    return Outcome(off < 1e-12, False, found)


def exponential_lr(seed: int, *, scheduler: Callable[..., Any] = ExponentialLR) -> Outcome:
    """Rates of the real scheduler over 100 calls, for three gammas, against lr * gamma^t."""
    calls = torch.arange(100, dtype=torch.float64, device="cpu")
    off = 0.0
    for gamma in (0.5, 0.99, 0.9):
        rates = trace_lr(partial(scheduler, gamma=gamma), lr=0.1, num_steps=100)
        off = max(off, float((rates / (0.1 * gamma**calls) - 1).abs().max()))
    # 1e-12: the rounding of up to 100 multiplications.
    return Outcome(off < 1e-12, False, {"off": off, "half": float(rates[50] / rates[0])})


def multi_step_lr(seed: int, *, scheduler: Callable[..., Any] = MultiStepLR) -> Outcome:
    """The epoch in which the rate falls, if the scheduler is called once an epoch, and at each of 10 updates in one."""
    milestones, epochs, updates = [5, 12, 18], 20, 10
    wanted = [sum(epoch >= milestone for milestone in milestones) for epoch in range(epochs)]
    fits = []
    firsts = []
    for calls in (1, updates):
        rates = trace_lr(partial(scheduler, milestones=milestones, gamma=0.1), lr=1.0, num_steps=epochs * calls)
        by_epoch = rates[::calls]
        # 1e-12: the rounding of three multiplications.
        fits.append(bool((by_epoch / numbers(*[0.1**count for count in wanted]) - 1).abs().max() < 1e-12))
        firsts.append(int((rates < 1).nonzero()[0]) / calls)
    return Outcome(all(fits), fits[0], {"once": firsts[0], "each": firsts[1]})


def line_data(seed: int) -> tuple[Tensor, Tensor]:
    """Sixty-four rows of a noisy linear relation in three inputs."""
    generator = torch.Generator().manual_seed(seed)
    x = normal(generator, 64, 3, dtype=torch.float32)
    return x, x @ normal(generator, 3, 1, dtype=torch.float32) + normal(generator, 64, 1, dtype=torch.float32)


def excess(many: Ensemble, x: Tensor, y: Tensor) -> Tensor:
    """By how much each model's error on all rows is above the least possible one, shape (S,)."""
    full = torch.cat([x, torch.ones_like(x[:, :1])], dim=1).double()
    least = (full @ torch.linalg.pinv(full) @ y.double() - y.double()).square().mean()
    excesses: Tensor = (many.predict(x).double() - y.double()).square().mean((1, 2)) - least
    return excesses


def decay_calms(seed: int, *, gamma: float = 0.5) -> Outcome:
    """The excess error of 32 linear models on batches of 4 after 40 epochs: rate kept, against rate * gamma every 10.

    Once at the same first rate, 0.1, and once at the rate, of five, that serves each of the two best.
    """
    x, y = line_data(seed)
    found: dict[str, Tensor] = {}
    for name, factor in (("kept", 1.0), ("cut", gamma)):
        for place, rates in (("", (0.1,)), ("_best", (0.003, 0.01, 0.03, 0.1, 0.3))):
            found[name + place] = train_fairly(
                lambda: nn.Linear(3, 1, dtype=torch.float32, device="cpu"),
                x,
                y,
                seed=seed,
                rates=rates,
                score=excess,
                loss_fn="mse",
                batch_size=4,
                num_epochs=40,
                scheduler=partial(StepLR, step_size=10, gamma=factor),
            )
    same, best = (interval(found["kept" + place] - found["cut" + place], seed) for place in ("", "_best"))
    means = {name: float(values.mean()) for name, values in found.items()}
    return Outcome(same[0] > 0 and best[0] > 0, False, means | {"low": same[0], "high": same[1]})


CLAIMS: list[Claim] = [
    Claim(
        id="step-lr",
        section=10,
        statement=Text(
            "StepLR lowers the rate at fixed distances: with step_size=50 and gamma=0.5 it halves every 50 calls.",
            "StepLR 每隔固定步数衰减一次：step_size=50、gamma=0.5 时，每 50 次调用减半。",
        ),
        check=step_lr,
        evidence=Text(
            "from 0.1: {lr49:.4f} at call 49, {lr50:.4f} at call 50, {lr100:.4f} at call 100",
            "从 0.1 开始：第 49 次调用时 {lr49:.4f}，第 50 次 {lr50:.4f}，第 100 次 {lr100:.4f}",
        ),
        source=PAGE,
    ),
    Claim(
        id="multi-step-lr",
        section=10,
        statement=Text("MultiStepLR lowers the rate at chosen epochs.", "MultiStepLR 在指定的 epoch 衰减。"),
        check=multi_step_lr,
        evidence=Text(
            "with a first milestone of 5 the rate falls in epoch {once:.1f} if called once an epoch, in epoch "
            "{each:.1f} if called at each of 10 updates",
            "第一个 milestone 为 5：每个 epoch 调用一次，在 epoch {once:.1f} 衰减；每次更新都调用（每个 epoch 10 次），"
            "则在 epoch {each:.1f} 衰减",
        ),
        condition=Text(
            "scheduler.step() is called once an epoch: the scheduler counts calls and knows no epochs.",
            "每个 epoch 调用一次 scheduler.step()：调度器只数调用次数，并不知道 epoch。",
        ),
        source="https://docs.pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.MultiStepLR.html",
    ),
    Claim(
        id="exponential-lr",
        section=10,
        statement=Text(
            "ExponentialLR lowers the rate exponentially: each call multiplies it by gamma.",
            "ExponentialLR 按指数衰减：每次调用都乘以 gamma。",
        ),
        check=exponential_lr,
        evidence=Text(
            "100 calls follow lr * gamma^t to {off:.1e}; with gamma 0.9, 50 calls leave {half:.4f} of the rate",
            "100 次调用与 lr * gamma^t 的相对误差至多 {off:.1e}；gamma 取 0.9 时，50 次调用后剩下 {half:.4f}",
        ),
        source=PAGE,
    ),
    Claim(
        id="decay-calms",
        section=10,
        statement=Text(
            "A smaller learning rate late in training prevents oscillation.",
            "训练后期减小学习率，可以防止震荡。",
        ),
        check=decay_calms,
        evidence=Text(
            "error above the least possible after 40 epochs from rate 0.1: kept {kept:.1e}, halved every 10 epochs "
            "{cut:.1e} (saved [{low:.1e}, {high:.1e}]); from the best rate of each {kept_best:.1e} and {cut_best:.1e}",
            "学习率从 0.1 开始，40 轮之后误差超出最小可能值：不变时 {kept:.1e}，每 10 轮减半时 {cut:.1e}"
            "（减少 [{low:.1e}, {high:.1e}]）；各取最佳学习率时为 {kept_best:.1e} 和 {cut_best:.1e}",
        ),
        source="Robbins & Monro (1951), A Stochastic Approximation Method, https://doi.org/10.1214/aoms/1177729586",
    ),
]
