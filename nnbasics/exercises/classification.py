"""Section 8: losses of classes, from logits."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Generator, Tensor
from torch.nn import functional as F

from ..text import Text
from .entry import Case, Exercise, Mistake, classes, integer, normal, numbers

OVERFLOW = Text(
    "exp overflows, or a log of 0 is taken, for large logits: subtract each row's maximum first, or use "
    "torch.logsumexp.",
    "logits 很大时 exp 会溢出，或对 0 取了对数：先减去每行的最大值，或使用 torch.logsumexp。",
)
CLIPPED = Text(
    "A small number added to the probability, or a clamp, changes the loss where it is large: compute with the logits.",
    "给概率加一个很小的数或做截断，会改变很大的损失：应直接用 logits 计算。",
)
SUMMED = Text("This is the sum: the loss is the mean over the rows.", "这是求和：损失是对各行取平均。")
NEGATIVE = Text(
    "The minus sign is missing: the loss is minus the log of the probability.", "少了负号：损失是概率对数的相反数。"
)
NOT_REDUCED = Text("The losses are not averaged: the loss is one number.", "各个损失还没有平均：损失是一个数。")


def target_cases() -> list[Case]:
    """Logits and classes, among them logits that exp cannot take."""
    return [
        {"logits": numbers([[0.0, 2.0, 1.0], [1.0, 0.0, -1.0]]), "target": _classes(1, 2)},
        {"logits": numbers([[0.0, 0.0]]), "target": _classes(0)},
        {"logits": numbers([[1000.0, 0.0]]), "target": _classes(1)},
        {"logits": numbers([[-1000.0, -1000.0]]), "target": _classes(1)},
        {"logits": numbers([[30.0, 0.0], [0.0, 40.0]]), "target": _classes(1, 0)},
    ]


def _classes(*indices: int) -> Tensor:
    return torch.tensor(indices, dtype=torch.int64, device="cpu")


def target_draw(generator: Generator, size: int) -> Case:
    """Logits of some rows, and a class for each."""
    rows, count = integer(generator, 1, 1 + size // 2), integer(generator, 2, 3 + size // 3)
    return {"logits": 2 * normal(generator, rows, count), "target": classes(generator, rows, count)}


def _binary_cases() -> list[Case]:
    return [
        {"logits": numbers(0.8, 0.2, -1.0), "target": numbers(0.0, 1.0, 0.0)},
        {"logits": numbers([0.0]), "target": numbers([1.0])},
        {"logits": numbers([1000.0]), "target": numbers([0.0])},
        {"logits": numbers([-1000.0]), "target": numbers([1.0])},
        {"logits": numbers(40.0, -40.0), "target": numbers(0.0, 1.0)},
        {"logits": numbers([[1.0, -2.0], [0.5, 3.0]]), "target": numbers([[1.0, 0.0], [0.25, 1.0]])},
    ]


def _binary_draw(generator: Generator, size: int) -> Case:
    shape = (size,) if size % 2 else (2, size // 2)
    target = torch.randint(2, shape, generator=generator, device="cpu").double()
    return {"logits": 2 * normal(generator, *shape), "target": target}


def _picked(scores: Tensor, target: Tensor) -> Tensor:
    return scores.gather(1, target[:, None])[:, 0]


def naive(logits: Tensor) -> Tensor:
    """Softmax along the rows that overflows."""
    return logits.exp() / logits.exp().sum(1, keepdim=True)


def hot(logits: Tensor, target: Tensor) -> Tensor:
    """1 at each row's class, else 0."""
    return F.one_hot(target, logits.shape[1]).to(logits.dtype)


def _binary(p: Tensor, y: Tensor, *, less: float = 0.0) -> Tensor:
    return -(y * (p + less).log() + (1 - y) * (1 - p + less).log()).mean()


def _clipped(less: float) -> Callable[[Tensor, Tensor], Tensor]:
    """Cross-entropy with a small number added to the probability, so that its log is finite."""
    return lambda x, y: -(_picked(x.softmax(1), y) + less).log().mean()


def _clipped_binary(less: float) -> Callable[[Tensor, Tensor], Tensor]:
    return lambda x, y: _binary(x.sigmoid(), y, less=less)


EXERCISES = (
    Exercise(
        id="cross-entropy",
        section=8,
        arguments="logits, target",
        task=Text(
            "The cross-entropy of logits, as torch computes it, averaged over the N rows:\n"
            "    loss_n = log(sum_j exp(logits_nj)) - logits_n,target_n\n"
            "It must stand logits such as 1000.\n"
            "Given: logits of shape (N, K); target of shape (N,), the right classes, from 0 to K - 1, in int64.\n"
            "Return: the mean of loss_n, of shape ().",
            "由 logits 计算交叉熵，与 torch 相同，对 N 行取平均：\n"
            "    loss_n = log(sum_j exp(logits_nj)) - logits_n,target_n\n"
            "logits 很大（如 1000）时也要算得对。\n"
            "已知：logits，形状 (N, K)；target，形状 (N,)，正确的类别，从 0 到 K - 1，int64。\n"
            "返回：loss_n 的平均值，形状 ()。",
        ),
        reference=F.cross_entropy,
        fixed=target_cases,
        draw=target_draw,
        mistakes=(
            Mistake(
                OVERFLOW,
                lambda x, y: -_picked(naive(x), y).log().mean(),
                lambda x, y: -_picked(x.softmax(1), y).log().mean(),
                lambda x, y: (x.exp().sum(1).log() - _picked(x, y)).mean(),
                lambda x, y: -(hot(x, y) * x.softmax(1).log()).sum(1).mean(),
                lambda x, y: -(hot(x, y) * naive(x).log()).sum(1).mean(),
            ),
            Mistake(
                CLIPPED,
                *(_clipped(less) for less in (1e-12, 1e-10, 1e-9, 1e-8, 1e-7, 1e-6)),
            ),
            Mistake(
                SUMMED,
                lambda x, y: F.cross_entropy(x, y, reduction="sum"),
                lambda x, y: -_picked(x.softmax(1), y).log().sum(),
            ),
            Mistake(NOT_REDUCED, lambda x, y: F.cross_entropy(x, y, reduction="none")),
            Mistake(
                Text(
                    "Softmax is taken twice: the logits go into log-softmax once.",
                    "softmax 算了两次：logits 只需经过一次 log-softmax。",
                ),
                lambda x, y: F.cross_entropy(x.softmax(1), y),
            ),
            Mistake(NEGATIVE, lambda x, y: -F.cross_entropy(x, y), lambda x, y: _picked(x.softmax(1), y).log().mean()),
            Mistake(
                Text(
                    "The softmax runs along the classes, dim=1, not along the rows.",
                    "softmax 应沿类别（dim=1）计算，不是沿样本。",
                ),
                lambda x, y: F.nll_loss(x.log_softmax(0), y),
                lambda x, y: F.nll_loss(x.flatten().log_softmax(0).reshape(x.shape), y),
            ),
            Mistake(
                Text(
                    "log(sum exp) is missing: the logit of the right class is not its log-probability.",
                    "少了 log(sum exp)：正确类别的 logit 还不是对数概率。",
                ),
                lambda x, y: F.nll_loss(x, y),
                lambda x, y: -_picked(x, y).log().mean(),
                lambda x, y: _picked(x, y).mean(),
            ),
            Mistake(
                Text(
                    "Take the natural logarithm of the probability of the right class.", "对正确类别的概率取自然对数。"
                ),
                lambda x, y: F.cross_entropy(x, y) / torch.tensor(2.0, dtype=x.dtype).log(),
                lambda x, y: F.cross_entropy(x, y) / torch.tensor(10.0, dtype=x.dtype).log(),
                lambda x, y: (1 - _picked(x.softmax(1), y)).mean(),
                lambda x, y: -x.softmax(1).amax(1).log().mean(),
                lambda x, y: -_picked(x.softmax(1), y).mean(),
            ),
            Mistake(
                Text(
                    "The mean runs over the N rows, not over all N K numbers.",
                    "平均是对 N 行取的，不是对全部 N K 个数。",
                ),
                lambda x, y: F.cross_entropy(x, y) / x.shape[1],
                lambda x, y: -x.log_softmax(1).mean(),
            ),
        ),
    ),
    Exercise(
        id="bce-with-logits",
        section=8,
        arguments="logits, target",
        task=Text(
            "The binary cross-entropy of logits, averaged over all values, with p = sigmoid(logits):\n"
            "    loss = mean of -(target * log(p) + (1 - target) * log(1 - p))\n"
            "It must stand logits such as 1000 and -1000, where p rounds to 1 and 0.\n"
            "Given: logits and target, tensors of one shape; target from 0 to 1.\n"
            "Return: the loss, of shape ().",
            "由 logits 计算二元交叉熵，对全部元素取平均，其中 p = sigmoid(logits)：\n"
            "    loss = -(target * log(p) + (1 - target) * log(1 - p)) 的平均\n"
            "logits 为 1000 和 -1000（此时 p 舍入成 1 和 0）时也要算得对。\n"
            "已知：logits 和 target，形状相同的张量；target 在 0 到 1 之间。\n"
            "返回：损失，形状 ()。",
        ),
        reference=F.binary_cross_entropy_with_logits,
        fixed=_binary_cases,
        draw=_binary_draw,
        mistakes=(
            Mistake(
                Text(
                    "A log of 0 where the sigmoid rounds to 0 or 1: use max(x, 0) - x * target + log(1 + exp(-|x|)).",
                    "sigmoid 舍入成 0 或 1 后对 0 取了对数：用 max(x, 0) - x * target + log(1 + exp(-|x|))。",
                ),
                lambda x, y: _binary(x.sigmoid(), y),
                lambda x, y: F.binary_cross_entropy(x.sigmoid(), y),
                lambda x, y: ((1 + x.exp()).log() - x * y).mean(),
                lambda x, y: ((1 + (-x).exp()).log() + (1 - y) * x).mean(),
                lambda x, y: _binary(x.exp() / (1 + x.exp()), y),
                lambda x, y: -torch.where(y == 1, x.sigmoid().log(), (1 - x.sigmoid()).log()).mean(),
            ),
            Mistake(
                CLIPPED,
                *(_clipped_binary(less) for less in (1e-12, 1e-10, 1e-9, 1e-8, 1e-7, 1e-6)),
            ),
            Mistake(
                SUMMED,
                lambda x, y: F.binary_cross_entropy_with_logits(x, y, reduction="sum"),
                lambda x, y: F.binary_cross_entropy_with_logits(x, y, reduction="none").sum(-1).mean(),
            ),
            Mistake(NOT_REDUCED, lambda x, y: F.binary_cross_entropy_with_logits(x, y, reduction="none")),
            Mistake(
                Text(
                    "The term of the other class is missing: (1 - target) * log(1 - p).",
                    "少了另一类的那一项：(1 - target) * log(1 - p)。",
                ),
                lambda x, y: -(y * F.logsigmoid(x)).mean(),
                lambda x, y: -((1 - y) * F.logsigmoid(-x)).mean(),
                lambda x, y: -(y * x.sigmoid().log()).mean(),
            ),
            Mistake(
                NEGATIVE, lambda x, y: -F.binary_cross_entropy_with_logits(x, y), lambda x, y: -_binary(x.sigmoid(), y)
            ),
            Mistake(
                Text("These are logits: the sigmoid is missing.", "输入是 logits：少了 sigmoid。"),
                lambda x, y: _binary(x, y),
            ),
            Mistake(
                Text("The sigmoid is taken twice.", "sigmoid 算了两次。"),
                lambda x, y: F.binary_cross_entropy_with_logits(x.sigmoid(), y),
            ),
            Mistake(
                Text("target and 1 - target are swapped.", "target 和 1 - target 写反了。"),
                lambda x, y: F.binary_cross_entropy_with_logits(x, 1 - y),
            ),
        ),
    ),
)
