"""Section 10: schedules that fall in every epoch, as functions of the epoch."""

from __future__ import annotations

import math

from torch import Generator
from torch.optim import lr_scheduler

from ..text import Text
from .entry import Case, Exercise, Mistake, integer, uniform
from .schedules import GAMMA_ONCE, MULTIPLIED, OFF_BY_ONE, WITHOUT_LR, factor, rate, rate_at


def _exponential(lr: float, epoch: int, gamma: float) -> float:
    return rate_at(lambda opt: lr_scheduler.ExponentialLR(opt, gamma), lr, epoch)


def _cosine(lr: float, epoch: int, t_max: int, eta_min: float) -> float:
    return rate_at(lambda opt: lr_scheduler.CosineAnnealingLR(opt, t_max, eta_min), lr, epoch)


def _exponential_cases() -> list[Case]:
    return [{"lr": 0.1, "epoch": epoch, "gamma": 0.9} for epoch in (2, 0, 1, 10)]


def _exponential_draw(generator: Generator, size: int) -> Case:
    return {"lr": rate(generator), "epoch": integer(generator, 0, 3 * size), "gamma": factor(generator)}


def _cosine_cases() -> list[Case]:
    epochs = (5, 0, 1, 9, 10)
    return [{"lr": 0.1, "epoch": epoch, "t_max": 10, "eta_min": eta} for epoch in epochs for eta in (0.01, 0.0)]


def _cosine_draw(generator: Generator, size: int) -> Case:
    t_max = integer(generator, 2, 3 + 3 * size)
    eta_min = round(uniform(generator, 0.001, 0.01), 4)
    return {"lr": rate(generator), "epoch": integer(generator, 0, t_max), "t_max": t_max, "eta_min": eta_min}


def _half_cosine(lr: float, epoch: float, t_max: float, eta_min: float) -> float:
    return eta_min + (lr - eta_min) * (1 + math.cos(math.pi * epoch / t_max)) / 2


EXERCISES = (
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
