"""Section 10: momentum, Adam, and schedules of the learning rate."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import torch
from torch import Tensor, optim
from torch.optim.lr_scheduler import ExponentialLR, MultiStepLR, StepLR

from ...experiments.verdicts import Claim, Finding, exactly
from ...schedulers import trace_lr
from ...text import NOTHING, Text
from .draws import grid, normal, numbers

MakeOptimizer = Callable[..., optim.Optimizer]
STEPS = 30
MILESTONES = [5, 12, 18]
SGD_PAGE = "https://docs.pytorch.org/docs/stable/generated/torch.optim.SGD.html"
SCHEDULES_PAGE = "https://docs.pytorch.org/docs/stable/optim.html#how-to-adjust-learning-rate"
ADAM = "Kingma & Ba (2015), Adam: A Method for Stochastic Optimization, https://arxiv.org/abs/1412.6980"


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


def momentum_average(seed: int, *, dampening: float = 0.0) -> Finding:
    """The weights of the gradients in torch's step at momentum 0.9: whether they fall as 0.9^age, and sum to 1."""
    ages = torch.arange(299, -1, -1, dtype=torch.float64, device="cpu")
    worlds, sums = [], {}
    for name, damping, inside in (("damped", 0.9, True), ("plain", dampening, False)):
        weights = step_weights(0.9, damping)
        sums[name] = float(weights.sum())
        # 1e-9: 300 float64 numbers lose less. [1:]: torch takes the first gradient whole, whatever the dampening.
        falls = torch.allclose(weights[1:], weights[-1] * 0.9 ** ages[1:], atol=1e-9)
        case = Text(f"dampening={damping:g}", f"dampening={damping:g}")
        worlds.append(exactly(case, falls and abs(sums[name] - 1) < 1e-9, inside=inside))
    return Finding(worlds, sums, noted=abs(sums["plain"] - 10) < 1e-9)


def walk(make_optimizer: MakeOptimizer, scales: Tensor, gradients: Tensor) -> Tensor:
    """Where a real optimizer takes weights from 0 on these gradients at lr = 0.01, shape (steps + 1, weights)."""
    weight = torch.zeros_like(scales)
    optimizer = make_optimizer([weight], lr=0.01)
    path = [weight.clone()]
    for gradient in gradients:
        weight.grad = gradient.clone()
        optimizer.step()
        path.append(weight.clone())
    return torch.stack(path)


def adam_adaptive(seed: int, *, optimizer: MakeOptimizer = optim.Adam) -> Finding:
    """Thirty steps of seven weights whose gradients are the same but for a scale of 0.001 to 1,000: ways they go."""
    scales = 10 ** grid(-3, 3, 7)
    gradients = normal(torch.Generator().manual_seed(seed), STEPS, 1) * scales

    def spread(path: Tensor) -> float:
        ways = path.diff(dim=0).abs().sum(0)
        return float(ways.max() / ways.min())

    path = walk(optimizer, scales, gradients)
    lrs = path[1].abs() / gradients[0].abs()
    measured = {
        "spread": spread(path),
        "first": float(path[1].abs().mean() / 0.01),
        "lrs": float(lrs.max() / lrs.min()),
    }
    # 1.01: eps moves the ways apart by less; one learning rate for all would let them go 1,000,000 times as far.
    rmsprop = spread(walk(optim.RMSprop, scales, gradients))
    return Finding([exactly(NOTHING, measured["spread"] < 1.01)], measured, noted=rmsprop < 1.01)


def adam_lr(seed: int, *, optimizer: MakeOptimizer = optim.Adam) -> Finding:
    """The learning rate that the optimizer takes where none is given, against 0.001."""
    lr = float(optimizer([numbers(0)]).defaults["lr"])
    return Finding([exactly(NOTHING, lr == 0.001)], {"lr": lr, "times": 0.01 / lr})


def step_lr(seed: int, *, scheduler: Callable[..., Any] = StepLR) -> Finding:
    """Learning rates of the real scheduler over 300 calls, sizes 50 (the article's), 7 and 1, against the formula."""
    calls = torch.arange(300, dtype=torch.float64, device="cpu")
    off = 0.0
    for size in (1, 7, 50):
        lrs = trace_lr(partial(scheduler, step_size=size, gamma=0.5), lr=0.1, num_steps=300)
        off = max(off, float((lrs / (0.1 * 0.5 ** (calls // size)) - 1).abs().max()))
    found = {f"lr{t}": float(lrs[t]) for t in (49, 50, 100)}
    # 1e-12: the rounding of up to 300 multiplications.
    return Finding([exactly(NOTHING, off < 1e-12)], found)


def exponential_lr(seed: int, *, scheduler: Callable[..., Any] = ExponentialLR) -> Finding:
    """Learning rates of the real scheduler over 100 calls, for three gammas, against lr * gamma^t."""
    calls = torch.arange(100, dtype=torch.float64, device="cpu")
    off = 0.0
    for gamma in (0.5, 0.99, 0.9):
        lrs = trace_lr(partial(scheduler, gamma=gamma), lr=0.1, num_steps=100)
        off = max(off, float((lrs / (0.1 * gamma**calls) - 1).abs().max()))
    # 1e-12: the rounding of up to 100 multiplications.
    return Finding([exactly(NOTHING, off < 1e-12)], {"off": off, "half": float(lrs[50] / lrs[0])})


def multi_step_lr(seed: int, *, scheduler: Callable[..., Any] = MultiStepLR) -> Finding:
    """The learning rate at the start of 20 epochs, the scheduler called once in each, and at all of 10 updates."""
    wanted = numbers(*[0.1 ** sum(epoch >= milestone for milestone in MILESTONES) for epoch in range(20)])
    worlds, first = [], {}
    for name, calls in (("once", 1), ("each", 10)):
        lrs = trace_lr(partial(scheduler, milestones=MILESTONES, gamma=0.1), lr=1.0, num_steps=20 * calls)
        case = {
            1: Text("called once an epoch", "每个 epoch 调用一次"),
            10: Text("called at each of 10 updates in an epoch", "每个 epoch 的 10 次更新都调用"),
        }[calls]
        # 1e-12: the rounding of three multiplications.
        fits = bool((lrs[::calls] / wanted - 1).abs().max() < 1e-12)
        worlds.append(exactly(case, fits, inside=calls == 1))
        first[name] = int((lrs < 1).nonzero()[0]) // calls
    return Finding(worlds, first, noted=first["each"] == 0)


CLAIMS: tuple[Claim, ...] = (
    Claim(
        id="momentum-average",
        section=10,
        kind="identity",
        statement=Text(
            "SGD with momentum=0.9 steps along the exponentially weighted average of the gradients.",
            "SGD 取 momentum=0.9 时，沿梯度的指数加权平均前进。",
        ),
        judge=momentum_average,
        evidence=Text(
            "Going back in time, each gradient has 0.9 times the weight of the one after it. The weights sum to "
            "{plain:.4f}, and with dampening=0.9 to {damped:.4f}.",
            "每往回一步，梯度的权重乘以 0.9。权重之和为 {plain:.4f}；取 dampening=0.9 时为 {damped:.4f}。",
        ),
        condition=Text(
            "dampening equals momentum. By default torch adds gradients up without the factor (1 - momentum): a "
            "weighted sum, a step ten times as long at 0.9, so that lr has another meaning.",
            "dampening 与 momentum 相等。torch 默认累加梯度时不乘 (1 - momentum)：得到的是加权和，取 0.9 时步长是平均的"
            "十倍，lr 的含义也随之不同。",
        ),
        source=SGD_PAGE,
    ),
    Claim(
        id="adam-adaptive",
        section=10,
        kind="identity",
        statement=Text(
            "Adam adapts the learning rate, to each parameter by itself.",
            "Adam 为每个参数自适应地调整学习率。",
        ),
        judge=adam_adaptive,
        evidence=Text(
            "The gradients of seven weights differ by a factor of up to a million, the lengths of the ways they go by "
            "{spread:.4f}. The first step is {first:.4f} lr for all, so that their learning rates in effect differ by "
            "{lrs:.0f}.",
            "七个权重的梯度，最大与最小之比为一百万，走过的路程之比只有 {spread:.4f}。第一步都是 {first:.4f} 倍 lr，"
            "即实际学习率之比为 {lrs:.0f}。",
        ),
        remark=Text("It has that from RMSProp, which does the same.", "这一点来自 RMSProp，它也是这样做的。"),
        source=ADAM,
    ),
    Claim(
        id="adam-popular",
        section=10,
        kind="convention",
        statement=Text(
            "Adam is the optimizer used most in language processing and for large models.",
            "Adam 在 NLP 和大模型中最常用。",
        ),
        judge=None,
        remark=Text(
            "How much something is used, no computation tells. What large models take today is mostly AdamW, Adam with "
            "weight decay apart from the gradient.",
            "用得多不多，无法用计算判断。如今的大模型多用 AdamW，即把权重衰减与梯度分开的 Adam。",
        ),
        source="Loshchilov & Hutter (2019), Decoupled Weight Decay Regularization, https://arxiv.org/abs/1711.05101",
    ),
    Claim(
        id="adam-lr",
        section=10,
        kind="identity",
        statement=Text(
            "Where no learning rate is given, torch's Adam takes 0.001; the article's example sets 0.01.",
            "不指定学习率时，torch 的 Adam 取 0.001；文中的例子设为 0.01。",
        ),
        judge=adam_lr,
        evidence=Text(
            "Its default is {lr:g}; the example's learning rate is {times:.0f} times that.",
            "默认值为 {lr:g}；例子中的学习率是它的 {times:.0f} 倍。",
        ),
        source="https://docs.pytorch.org/docs/stable/generated/torch.optim.Adam.html",
        origin="ours",
    ),
    Claim(
        id="step-lr",
        section=10,
        kind="identity",
        statement=Text(
            "StepLR lowers the learning rate at fixed intervals: with step_size=50 and gamma=0.5 it halves it every 50 "
            "calls.",
            "StepLR 每隔固定步数衰减一次：step_size=50、gamma=0.5 时，每 50 次调用减半。",
        ),
        judge=step_lr,
        evidence=Text(
            "From 0.1 the learning rate comes to {lr49:.4f} after 49 calls, {lr50:.4f} after 50 and {lr100:.4f} after "
            "100.",
            "学习率从 0.1 开始，调用 49 次后为 {lr49:.4f}，50 次后为 {lr50:.4f}，100 次后为 {lr100:.4f}。",
        ),
        source=SCHEDULES_PAGE,
    ),
    Claim(
        id="multi-step-lr",
        section=10,
        kind="identity",
        statement=Text("MultiStepLR lowers the learning rate at chosen epochs.", "MultiStepLR 在指定的 epoch 衰减。"),
        judge=multi_step_lr,
        evidence=Text(
            "With a first milestone of 5 the learning rate falls in epoch {once} if the scheduler is called once an "
            "epoch, and in epoch {each}, the first of all, if it is called at each of 10 updates.",
            "第一个 milestone 为 5：每个 epoch 调用一次，学习率在 epoch {once} 衰减；若 10 次更新都调用，"
            "则在最开头的 epoch {each} 就衰减。",
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
        kind="identity",
        statement=Text(
            "ExponentialLR lowers the learning rate exponentially: each call multiplies it by gamma.",
            "ExponentialLR 按指数衰减：每次调用都乘以 gamma。",
        ),
        judge=exponential_lr,
        evidence=Text(
            "100 calls follow lr * gamma^t to {off:.1e}; with gamma 0.9, 50 calls leave {half:.4f} of the learning "
            "rate.",
            "100 次调用与 lr * gamma^t 的相对误差至多 {off:.1e}；gamma 取 0.9 时，50 次调用后学习率剩下 {half:.4f}。",
        ),
        source=SCHEDULES_PAGE,
    ),
)
