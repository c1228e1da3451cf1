"""Section 10: learning rate schedules as functions of the epoch."""

from __future__ import annotations

import bisect
import math
from collections.abc import Callable, Sequence
from typing import Any

from torch import Generator
from torch.optim import lr_scheduler

from .._bilingual import Text
from ..schedulers import trace_lr
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


def _at(make: Callable[..., Any], lr: float, epoch: int) -> float:
    """The rate of a real scheduler in an epoch."""
    return float(trace_lr(make, lr=lr, num_steps=epoch + 1)[epoch])


def _step(lr: float, epoch: int, step_size: int, gamma: float) -> float:
    return _at(lambda opt: lr_scheduler.StepLR(opt, step_size, gamma), lr, epoch)


def _multistep(lr: float, epoch: int, milestones: Sequence[int], gamma: float) -> float:
    return _at(lambda opt: lr_scheduler.MultiStepLR(opt, list(milestones), gamma), lr, epoch)


def _exponential(lr: float, epoch: int, gamma: float) -> float:
    return _at(lambda opt: lr_scheduler.ExponentialLR(opt, gamma), lr, epoch)


def _cosine(lr: float, epoch: int, t_max: int, eta_min: float) -> float:
    return _at(lambda opt: lr_scheduler.CosineAnnealingLR(opt, t_max, eta_min), lr, epoch)


def _rate(generator: Generator) -> float:
    return round(uniform(generator, 0.01, 1.0), 2)


def _factor(generator: Generator) -> float:
    return round(uniform(generator, 0.3, 0.95), 2)


def _step_cases() -> list[Case]:
    epochs = (7, 0, 1, 2, 3, 4, 6)
    return [{"lr": 0.1, "epoch": epoch, "step_size": 3, "gamma": 0.5} for epoch in epochs]


def _step_draw(generator: Generator, size: int) -> Case:
    epoch, step_size = integer(generator, 0, 5 * size), integer(generator, 1, 3 + size)
    return {"lr": _rate(generator), "epoch": epoch, "step_size": step_size, "gamma": _factor(generator)}


def _multistep_cases() -> list[Case]:
    return [{"lr": 0.1, "epoch": epoch, "milestones": [2, 5, 6], "gamma": 0.5} for epoch in (5, 0, 1, 2, 3, 4, 6, 9)]


def _multistep_draw(generator: Generator, size: int) -> Case:
    milestones = sorted({integer(generator, 1, 3 * size + 2) for _ in range(1 + size // 3)})
    epoch = integer(generator, 0, 4 * size + 2)
    return {"lr": _rate(generator), "epoch": epoch, "milestones": milestones, "gamma": _factor(generator)}


def _exponential_cases() -> list[Case]:
    return [{"lr": 0.1, "epoch": epoch, "gamma": 0.9} for epoch in (2, 0, 1, 10)]


def _exponential_draw(generator: Generator, size: int) -> Case:
    return {"lr": _rate(generator), "epoch": integer(generator, 0, 3 * size), "gamma": _factor(generator)}


def _cosine_cases() -> list[Case]:
    epochs = (5, 0, 1, 9, 10)
    return [{"lr": 0.1, "epoch": epoch, "t_max": 10, "eta_min": eta} for epoch in epochs for eta in (0.01, 0.0)]


def _cosine_draw(generator: Generator, size: int) -> Case:
    t_max = integer(generator, 2, 3 + 3 * size)
    eta_min = round(uniform(generator, 0.001, 0.01), 4)
    return {"lr": _rate(generator), "epoch": integer(generator, 0, t_max), "t_max": t_max, "eta_min": eta_min}


def _half_cosine(lr: float, epoch: float, t_max: float, eta_min: float) -> float:
    return eta_min + (lr - eta_min) * (1 + math.cos(math.pi * epoch / t_max)) / 2


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
    Exercise(
        id="exponential-lr",
        section=10,
        arguments="lr, epoch, gamma",
        task=Text(
            "The learning rate of ExponentialLR in an epoch: it is multiplied by gamma after every epoch.\n"
            "    lr * gamma^epoch\n"
            "Given: lr and gamma, numbers; epoch, an integer, 0 for the first.\n"
            "Return: a number.",
            "ExponentialLR 在某一轮的学习率：每过一轮乘一次 gamma。\n"
            "    lr * gamma^epoch\n"
            "已知：lr 和 gamma，两个数；epoch，整数，第一轮为 0。\n"
            "返回：一个数。",
        ),
        reference=_exponential,
        fixed=_exponential_cases,
        draw=_exponential_draw,
        mistakes=(
            Mistake(
                OFF_BY_ONE,
                lambda lr, epoch, gamma: lr * gamma ** (epoch + 1),
                lambda lr, epoch, gamma: lr * gamma ** (epoch - 1),
                lambda lr, epoch, gamma: lr * gamma ** max(epoch - 1, 0),
            ),
            Mistake(MULTIPLIED, lambda lr, epoch, gamma: lr * gamma * epoch),
            Mistake(
                GAMMA_ONCE, lambda lr, epoch, gamma: lr * gamma, lambda lr, epoch, gamma: lr * gamma if epoch else lr
            ),
            Mistake(
                Text("Only gamma is raised to the power, not lr.", "只对 gamma 取幂，lr 不取幂。"),
                lambda lr, epoch, gamma: (lr * gamma) ** epoch,
                lambda lr, epoch, gamma: lr**epoch * gamma,
                lambda lr, epoch, gamma: lr**epoch,
            ),
            Mistake(
                Text(
                    "torch's base is gamma itself: gamma^epoch, not exp(-gamma * epoch).",
                    "torch 的底数就是 gamma：gamma^epoch，而不是 exp(-gamma * epoch)。",
                ),
                lambda lr, epoch, gamma: lr * math.exp(-gamma * epoch),
                lambda lr, epoch, gamma: lr * math.exp(-(1 - gamma) * epoch),
            ),
            Mistake(
                Text(
                    "gamma is the base and epoch the exponent: they are swapped.",
                    "gamma 是底数，epoch 是指数：两者写反了。",
                ),
                lambda lr, epoch, gamma: lr * epoch**gamma,
            ),
            Mistake(
                Text("The rate is multiplied by gamma, not lowered by it.", "学习率是乘以 gamma，不是减去 gamma。"),
                lambda lr, epoch, gamma: lr - gamma * epoch,
                lambda lr, epoch, gamma: lr * (1 - gamma) ** epoch,
                lambda lr, epoch, gamma: lr / (1 + gamma * epoch),
            ),
            Mistake(WITHOUT_LR, lambda lr, epoch, gamma: gamma**epoch),
        ),
    ),
    Exercise(
        id="cosine-lr",
        section=10,
        arguments="lr, epoch, t_max, eta_min",
        task=Text(
            "The learning rate of CosineAnnealingLR in an epoch: from lr in epoch 0 down to eta_min in epoch t_max.\n"
            "    eta_min + (lr - eta_min) * (1 + cos(pi * epoch / t_max)) / 2\n"
            "Given: lr and eta_min, numbers; epoch, an integer from 0 to t_max; t_max, an integer.\n"
            "Return: a number.",
            "CosineAnnealingLR 在某一轮的学习率：从第 0 轮的 lr 降到第 t_max 轮的 eta_min。\n"
            "    eta_min + (lr - eta_min) * (1 + cos(pi * epoch / t_max)) / 2\n"
            "已知：lr 和 eta_min，两个数；epoch，0 到 t_max 的整数；t_max，整数。\n"
            "返回：一个数。",
        ),
        reference=_cosine,
        fixed=_cosine_cases,
        draw=_cosine_draw,
        mistakes=(
            Mistake(
                Text(
                    "The rate must end at eta_min: (lr - eta_min) times the factor, plus eta_min.",
                    "最后应降到 eta_min：(lr - eta_min) 乘系数，再加 eta_min。",
                ),
                lambda lr, epoch, t_max, eta: _half_cosine(lr, epoch, t_max, 0.0),
                lambda lr, epoch, t_max, eta: eta + _half_cosine(lr, epoch, t_max, 0.0),
                lambda lr, epoch, t_max, eta: max(eta, _half_cosine(lr, epoch, t_max, 0.0)),
                lambda lr, epoch, t_max, eta: _half_cosine(lr, epoch, t_max, eta) - eta,
            ),
            Mistake(
                Text("The factor 1/2 is missing.", "少了系数 1/2。"),
                lambda lr, epoch, t_max, eta: eta + (lr - eta) * (1 + math.cos(math.pi * epoch / t_max)),
            ),
            Mistake(
                Text(
                    "cos runs from 1 to -1: the 1 + makes a factor from 1 to 0 of it.",
                    "cos 从 1 到 -1：加 1 再除以 2，系数才从 1 变到 0。",
                ),
                lambda lr, epoch, t_max, eta: eta + (lr - eta) * math.cos(math.pi * epoch / t_max) / 2,
                lambda lr, epoch, t_max, eta: eta + (lr - eta) * math.cos(math.pi * epoch / t_max),
            ),
            Mistake(
                Text(
                    "The angle is pi * epoch / t_max, in radians: half a turn.",
                    "角度应为 pi * epoch / t_max（弧度），共转半圈。",
                ),
                lambda lr, epoch, t_max, eta: _half_cosine(lr, epoch, t_max * math.pi, eta),
                lambda lr, epoch, t_max, eta: _half_cosine(lr, 180 * epoch / math.pi, t_max, eta),
                lambda lr, epoch, t_max, eta: _half_cosine(lr, 2 * epoch, t_max, eta),
                lambda lr, epoch, t_max, eta: _half_cosine(lr, epoch / 2, t_max, eta),
                lambda lr, epoch, t_max, eta: _half_cosine(lr, epoch // t_max, t_max, eta),
            ),
            Mistake(
                Text(
                    "The rate grows where it should fall: 1 + cos, not 1 - cos.",
                    "学习率反而上升了：应为 1 + cos，不是 1 - cos。",
                ),
                lambda lr, epoch, t_max, eta: _half_cosine(lr, t_max - epoch, t_max, eta),
            ),
            Mistake(
                OFF_BY_ONE,
                lambda lr, epoch, t_max, eta: _half_cosine(lr, epoch + 1, t_max, eta),
                lambda lr, epoch, t_max, eta: _half_cosine(lr, epoch, t_max - 1, eta),
                lambda lr, epoch, t_max, eta: _half_cosine(lr, epoch, t_max + 1, eta),
            ),
            Mistake(
                Text("The fall follows a cosine, not a straight line.", "下降曲线是余弦，不是直线。"),
                lambda lr, epoch, t_max, eta: lr + (eta - lr) * epoch / t_max,
            ),
        ),
    ),
)
