"""Section 10: schedules that fall in steps, as functions of the epoch."""

from __future__ import annotations

import bisect
import math
from collections.abc import Callable, Sequence
from typing import Any

from torch import Generator
from torch.optim import lr_scheduler

from ..schedulers import trace_lr
from ..text import Text
from .entry import Case, Exercise, Mistake, integer, uniform

WITHOUT_LR = Text("This is only the factor: multiply lr by it.", "这只是系数，还要乘以 lr。")
OFF_BY_ONE = Text(
    "The rate changes one epoch too early or too late: epochs count from 0.",
    "学习率早变或晚变了一轮：epoch 从 0 开始数。",
)
GAMMA_ONCE = Text(
    "gamma counts again at each drop: a power, not one factor.", "每次下降都要再乘一次 gamma：应是幂，而不是只乘一次。"
)
MULTIPLIED = Text(
    "gamma is raised to the power of the count, not multiplied by it.", "应取 gamma 的幂次，而不是 gamma 乘次数。"
)


def rate_at(make: Callable[..., Any], lr: float, epoch: int) -> float:
    """The rate of a real scheduler in an epoch."""
    return float(trace_lr(make, lr=lr, num_steps=epoch + 1)[epoch])


def _step(lr: float, epoch: int, step_size: int, gamma: float) -> float:
    return rate_at(lambda opt: lr_scheduler.StepLR(opt, step_size, gamma), lr, epoch)


def _multistep(lr: float, epoch: int, milestones: Sequence[int], gamma: float) -> float:
    return rate_at(lambda opt: lr_scheduler.MultiStepLR(opt, list(milestones), gamma), lr, epoch)


def rate(generator: Generator) -> float:
    """A learning rate."""
    return round(uniform(generator, 0.01, 1.0), 2)


def factor(generator: Generator) -> float:
    """A gamma."""
    return round(uniform(generator, 0.3, 0.95), 2)


def _step_cases() -> list[Case]:
    epochs = (7, 0, 1, 2, 3, 4, 6)
    return [{"lr": 0.1, "epoch": epoch, "step_size": 3, "gamma": 0.5} for epoch in epochs]


def _step_draw(generator: Generator, size: int) -> Case:
    epoch, step_size = integer(generator, 0, 5 * size), integer(generator, 1, 3 + size)
    return {"lr": rate(generator), "epoch": epoch, "step_size": step_size, "gamma": factor(generator)}


def _multistep_cases() -> list[Case]:
    return [{"lr": 0.1, "epoch": epoch, "milestones": [2, 5, 6], "gamma": 0.5} for epoch in (5, 0, 1, 2, 3, 4, 6, 9)]


def _multistep_draw(generator: Generator, size: int) -> Case:
    milestones = sorted({integer(generator, 1, 3 * size + 2) for _ in range(1 + size // 3)})
    epoch = integer(generator, 0, 4 * size + 2)
    return {"lr": rate(generator), "epoch": epoch, "milestones": milestones, "gamma": factor(generator)}


EXERCISES = (
    Exercise(
        id="step-lr",
        section=10,
        arguments="lr, epoch, step_size, gamma",
        task=Text(
            "The learning rate of StepLR in an epoch: it is multiplied by gamma every step_size epochs.\n"
            "    lr * gamma^floor(epoch / step_size)\n"
            "Given: lr and gamma, numbers; epoch, an integer, 0 for the first; step_size, an integer.\n"
            "Return: a number.",
            "StepLR 在某一轮的学习率：每过 step_size 轮乘一次 gamma。\n"
            "    lr * gamma^floor(epoch / step_size)\n"
            "已知：lr 和 gamma，两个数；epoch，整数，第一轮为 0；step_size，整数。\n"
            "返回：一个数。",
        ),
        reference=_step,
        fixed=_step_cases,
        draw=_step_draw,
        mistakes=(
            Mistake(
                Text(
                    "The rate falls in steps: use integer division, epoch // step_size.",
                    "学习率是分段下降的：要用整除 epoch // step_size。",
                ),
                lambda lr, epoch, size, gamma: lr * gamma ** (epoch / size),
                lambda lr, epoch, size, gamma: lr * gamma ** round(epoch / size),
                lambda lr, epoch, size, gamma: lr * gamma ** math.ceil(epoch / size),
            ),
            Mistake(
                OFF_BY_ONE,
                lambda lr, epoch, size, gamma: lr * gamma ** ((epoch + 1) // size),
                lambda lr, epoch, size, gamma: lr * gamma ** (max(epoch - 1, 0) // size),
                lambda lr, epoch, size, gamma: lr * gamma ** (epoch // size + 1),
            ),
            Mistake(
                MULTIPLIED,
                lambda lr, epoch, size, gamma: lr * gamma * (epoch // size),
                lambda lr, epoch, size, gamma: lr * gamma * (epoch // size) if epoch >= size else lr,
            ),
            Mistake(GAMMA_ONCE, lambda lr, epoch, size, gamma: lr * gamma if epoch >= size else lr),
            Mistake(
                Text(
                    "The rate was multiplied only in the epoch of the drop: it stays lower afterwards.",
                    "只在下降的那一轮乘了 gamma：之后应一直保持较低的值。",
                ),
                lambda lr, epoch, size, gamma: lr * gamma if epoch % size == 0 else lr,
                lambda lr, epoch, size, gamma: lr * gamma if epoch and epoch % size == 0 else lr,
            ),
            Mistake(
                Text(
                    "gamma counts once every step_size epochs, not every epoch.",
                    "每 step_size 轮才乘一次 gamma，不是每轮都乘。",
                ),
                lambda lr, epoch, size, gamma: lr * gamma**epoch,
                lambda lr, epoch, size, gamma: lr * gamma ** (epoch % size),
            ),
            Mistake(WITHOUT_LR, lambda lr, epoch, size, gamma: gamma ** (epoch // size)),
        ),
    ),
    Exercise(
        id="multistep-lr",
        section=10,
        arguments="lr, epoch, milestones, gamma",
        task=Text(
            "The learning rate of MultiStepLR in an epoch: it is multiplied by gamma in each epoch of milestones.\n"
            "    lr * gamma^(how many milestones <= epoch)\n"
            "Given: lr and gamma, numbers; epoch, an integer, 0 for the first; milestones, a list of integers, "
            "growing.\n"
            "Return: a number.",
            "MultiStepLR 在某一轮的学习率：每到 milestones 中的一轮就乘一次 gamma。\n"
            "    lr * gamma^(不大于 epoch 的里程碑个数)\n"
            "已知：lr 和 gamma，两个数；epoch，整数，第一轮为 0；milestones，递增的整数列表。\n"
            "返回：一个数。",
        ),
        reference=_multistep,
        fixed=_multistep_cases,
        draw=_multistep_draw,
        mistakes=(
            Mistake(
                Text(
                    "In the epoch of a milestone itself the rate is lower already: count milestones <= epoch.",
                    "到了里程碑那一轮，学习率就已经下降：应数 milestones <= epoch 的个数。",
                ),
                lambda lr, epoch, stones, gamma: lr * gamma ** bisect.bisect_left(stones, epoch),
            ),
            Mistake(OFF_BY_ONE, lambda lr, epoch, stones, gamma: lr * gamma ** bisect.bisect_right(stones, epoch + 1)),
            Mistake(
                GAMMA_ONCE,
                lambda lr, epoch, stones, gamma: lr * gamma if epoch >= stones[0] else lr,
                lambda lr, epoch, stones, gamma: lr * gamma if epoch >= stones[-1] else lr,
            ),
            Mistake(
                Text(
                    "The rate was multiplied only in the epoch of a milestone: it stays lower afterwards.",
                    "只在里程碑那一轮乘了 gamma：之后应一直保持较低的值。",
                ),
                lambda lr, epoch, stones, gamma: lr * gamma if epoch in stones else lr,
                lambda lr, epoch, stones, gamma: lr * gamma ** stones.index(epoch) if epoch in stones else lr,
            ),
            Mistake(
                MULTIPLIED,
                lambda lr, epoch, stones, gamma: lr * gamma * bisect.bisect_right(stones, epoch),
                lambda lr, epoch, stones, gamma: lr * gamma * (bisect.bisect_right(stones, epoch) or 1 / gamma),
            ),
            Mistake(
                Text(
                    "Only the milestones that are reached count, not all of them.", "只数已经到达的里程碑，不是全部。"
                ),
                lambda lr, epoch, stones, gamma: lr * gamma ** len(stones),
                lambda lr, epoch, stones, gamma: lr * gamma ** sum(stone >= epoch for stone in stones),
                lambda lr, epoch, stones, gamma: lr * gamma ** sum(stone > epoch for stone in stones),
            ),
            Mistake(WITHOUT_LR, lambda lr, epoch, stones, gamma: gamma ** bisect.bisect_right(stones, epoch)),
        ),
    ),
)
