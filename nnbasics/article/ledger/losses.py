"""Section 8: losses of classification."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional as F

from ..claims import Claim, Outcome, Text
from ._trials import integers, normal, numbers

LossFunction = Callable[..., Tensor]
LOGITS = ((0.1, 0.1, 0.3, 1.4, 0.05, 0.05), (0.02, 0.08, 0.2, 0.2, 0.05, 2.45))
CROSS_ENTROPY = "https://docs.pytorch.org/docs/stable/generated/torch.nn.CrossEntropyLoss.html"
BCE = "https://docs.pytorch.org/docs/stable/generated/torch.nn.BCELoss.html"


def nll(probabilities: Tensor, y: Tensor) -> Tensor:
    """The mean of -log p of the right class."""
    return -probabilities.gather(1, y[:, None]).log().mean()


def cross_entropy_parts(seed: int, *, squash: Callable[[Tensor], Tensor] = lambda z: z.log_softmax(1)) -> Outcome:
    """Cross-entropy against log-softmax, then NLL, on 200 drawn batches of logits up to a spread of 1,000."""
    generator = torch.Generator().manual_seed(seed)
    worst, overflows = 0.0, 0
    for place in range(200):
        z, y = 10 ** (place / 40 - 2) * normal(generator, 8, 6), integers(generator, 6, 8)
        loss = float(F.cross_entropy(z, y))
        worst = max(worst, abs(loss - float(F.nll_loss(squash(z), y))) / loss)
        overflows += not bool(F.nll_loss(z.softmax(1).log(), y).isfinite())
    # 1e-12 of the loss: float64 has sixteen digits, and a sum of six exponentials loses one or two.
    return Outcome(worst < 1e-12, False, {"worst": worst, "overflows": overflows})


def cross_entropy_example(seed: int, *, y: tuple[int, ...] = (3, 5), right: float = 0.6340) -> Outcome:
    """The example's loss against the number that the code prints."""
    loss = float(F.cross_entropy(numbers(*LOGITS), torch.tensor(y, device="cpu")))
    # 5e-5: half a unit of the last digit.
    return Outcome(abs(loss - right) <= 5e-5, False, {"loss": loss})


def cross_entropy_logits(seed: int, *, loss_fn: LossFunction = F.cross_entropy) -> Outcome:
    """-log p of the right class against the loss of the logits and the loss of their probabilities, drawn 200 times."""
    generator = torch.Generator().manual_seed(seed)
    logits_serve, probabilities_serve = True, False
    for _ in range(200):
        z, y = normal(generator, 8, 6), integers(generator, 6, 8)
        p = z.softmax(1)
        right = nll(p, y)
        # 1e-9: rounding is a million times smaller, the least difference found many times larger.
        logits_serve &= bool((loss_fn(z, y) - right).abs() < 1e-9)
        probabilities_serve |= bool((loss_fn(p, y) - right).abs() < 1e-9)
    z, y = numbers(*LOGITS), torch.tensor([3, 5], device="cpu")
    values = {"logits": float(loss_fn(z, y)), "probabilities": float(loss_fn(z.softmax(1), y))}
    return Outcome(logits_serve and not probabilities_serve, False, {**values, "right": float(nll(z.softmax(1), y))})


def class_indices(seed: int, *, loss_fn: LossFunction = F.cross_entropy) -> Outcome:
    """The loss with class numbers against the sum over a one-hot table; whether a one-hot table is taken, too."""
    generator = torch.Generator().manual_seed(seed)
    z, y = normal(generator, 50, 6), integers(generator, 6, 50)
    one_hot = F.one_hot(y, 6)
    right = float(-(one_hot * z.log_softmax(1)).sum(1).mean())
    taken = []
    for target in (y, one_hot.double(), one_hot):
        try:
            taken.append(abs(float(loss_fn(z, target)) - right) < 1e-12)  # 1e-12: rounding in float64
        except (RuntimeError, ValueError):
            taken.append(False)
    return Outcome(taken[0], False, {"indices": taken[0], "floats": taken[1], "integers": taken[2]})


def bce_example(
    seed: int, *, pred: tuple[float, ...] = (0.6901, 0.5459, 0.2469), y: tuple[float, ...] = (0, 1, 0)
) -> Outcome:
    """The example's loss against 0.6868, the number that the code prints."""
    loss = float(F.binary_cross_entropy(numbers(*pred), numbers(*y)))
    # 5e-5: half a unit of the last digit.
    return Outcome(abs(loss - 0.6868) <= 5e-5, False, {"loss": loss})


def bce_probabilities(seed: int, *, loss_fn: LossFunction = F.binary_cross_entropy) -> Outcome:
    """The loss of 1,000 drawn probabilities against -[y log p + (1 - y) log(1 - p)]; whether it refuses logits."""
    generator = torch.Generator().manual_seed(seed)
    z, y = 3 * normal(generator, 1000), integers(generator, 2, 1000).double()
    p = z.sigmoid()
    off = float((loss_fn(p, y) - -(y * p.log() + (1 - y) * (1 - p).log()).mean()).abs())
    try:
        loss_fn(z, y)
        refused = False
    except RuntimeError:
        refused = True
    # 1e-12: rounding in float64.
    return Outcome(off < 1e-12 and refused, False, {"off": off, "refused": refused})


def sigmoid_bce(z: Tensor, y: Tensor) -> Tensor:
    """The article's way: a sigmoid, then the loss of its probability."""
    return F.binary_cross_entropy(z.sigmoid(), y, reduction="sum")


def bce_saturated(seed: int, *, loss_fn: LossFunction = sigmoid_bce) -> Outcome:
    """Loss and gradient in float32, logits -200 to 200, against log(1 + exp(-z)) and sigmoid(z) - y in float64."""
    grid = torch.linspace(-200, 200, 801, dtype=torch.float64, device="cpu")
    # 8: there 1 - sigmoid(z) still has three of float32's seven digits.
    moderate = grid.abs() <= 8
    off = torch.zeros_like(grid)
    for label in (1.0, 0.0):
        z = grid.float().requires_grad_()
        losses = torch.stack([loss_fn(part, torch.full_like(part, label)) for part in z.split(1)])
        (gradient,) = torch.autograd.grad(losses.sum(), z)
        losses = losses.detach()
        right, slope = F.softplus(grid) - label * grid, grid.sigmoid() - label
        off = off.maximum((losses - right).abs() / (1 + right)).maximum((gradient - slope).abs())
    example = int((grid == 20).nonzero())
    measured = {"loss": float(losses[example]), "gradient": float(gradient[example])}
    measured |= {"right": float(right[example]), "slope": float(slope[example])}
    # 1e-2: a loss and a gradient that are right to a hundredth train as well as exact ones.
    stated, amended = bool((off < 1e-2).all()), bool((off[moderate] < 1e-2).all())
    return Outcome(stated, amended, {**measured, "worst": float(off[moderate].max())})


CLAIMS: list[Claim] = [
    Claim(
        id="cross-entropy-parts",
        section=8,
        statement=Text(
            "CrossEntropyLoss holds a softmax and the negative log-likelihood in one.",
            "CrossEntropyLoss 内部包含 softmax 和负对数似然两步。",
        ),
        check=cross_entropy_parts,
        evidence=Text(
            "log-softmax, then NLL, differs by at most {worst:.1e} of the loss on 200 batches; a softmax first and its "
            "log afterwards overflows on {overflows:.0f} of them",
            "在 200 个批次上，先 log-softmax 再 NLL，与它至多相差损失的 {worst:.1e}；先 softmax 再取对数，则有 "
            "{overflows:.0f} 个批次溢出",
        ),
        source=CROSS_ENTROPY,
    ),
    Claim(
        id="cross-entropy-logits",
        section=8,
        statement=Text(
            "CrossEntropyLoss wants logits, not probabilities.",
            "CrossEntropyLoss 需要的是 logits，而不是概率。",
        ),
        check=cross_entropy_logits,
        evidence=Text(
            "-log p of the right class is {right:.4f} in the example; handed logits it gives {logits:.4f}, handed "
            "probabilities {probabilities:.4f}, without a word",
            "例子中正确类别的 -log p 为 {right:.4f}；给它 logits 得 {logits:.4f}，给它概率得 {probabilities:.4f}，"
            "而且没有任何提示",
        ),
        source=CROSS_ENTROPY,
    ),
    Claim(
        id="class-indices",
        section=8,
        statement=Text(
            "The targets of CrossEntropyLoss are class numbers; no one-hot table is needed.",
            "CrossEntropyLoss 的标签直接用类别编号，无需 one-hot 编码。",
        ),
        check=class_indices,
        evidence=Text(
            "taken with the right value (1 yes, 0 no): class numbers {indices:.0f}, a one-hot table of floats "
            "{floats:.0f}, of integers {integers:.0f}",
            "能接受且结果正确（1 是，0 否）：类别编号 {indices:.0f}，浮点 one-hot {floats:.0f}，"
            "整数 one-hot {integers:.0f}",
        ),
        source=CROSS_ENTROPY,
    ),
    Claim(
        id="cross-entropy-example",
        section=8,
        statement=Text(
            "The cross-entropy of the example with six classes is 0.6340.",
            "六分类例子的交叉熵是 0.6340。",
        ),
        check=cross_entropy_example,
        evidence=Text("torch gives {loss:.4f} in float64", "torch 以 float64 算出 {loss:.4f}"),
    ),
    Claim(
        id="bce-probabilities",
        section=8,
        statement=Text(
            "BCELoss takes probabilities, as a sigmoid makes them.",
            "BCELoss 接收概率，也就是 Sigmoid 的输出。",
        ),
        check=bce_probabilities,
        evidence=Text(
            "on 1,000 probabilities it differs from the formula by {off:.1e}; it refuses logits (1 yes, 0 no): "
            "{refused:.0f}",
            "对 1000 个概率，与公式相差 {off:.1e}；是否拒绝 logits（1 是，0 否）：{refused:.0f}",
        ),
        source=BCE,
    ),
    Claim(
        id="bce-saturated",
        section=8,
        statement=Text(
            "For two classes, a sigmoid followed by binary cross-entropy is the loss.",
            "二分类的损失用 Sigmoid 加二分类交叉熵。",
        ),
        check=bce_saturated,
        evidence=Text(
            "a logit of 20 for the wrong class: loss {loss:.2f} instead of {right:.2f}, gradient {gradient:.2f} "
            "instead of {slope:.2f}; logits from -8 to 8 are right to {worst:.0e}",
            "logit 为 20 而类别判错时：损失为 {loss:.2f}，应为 {right:.2f}；梯度为 {gradient:.2f}，应为 {slope:.2f}；"
            "logit 在 -8 到 8 之间时误差至多 {worst:.0e}",
        ),
        condition=Text(
            "The sigmoid is not saturated. Past a logit of about 17 float32 rounds it to 1, torch cuts the logarithm "
            "off at -100, and no gradient is left; BCEWithLogitsLoss takes the logits and stays right.",
            "Sigmoid 没有饱和。logit 超过约 17，float32 就把它舍入成 1，torch 把对数截断在 -100，梯度也随之消失；"
            "改用 BCEWithLogitsLoss，直接接收 logits，就没有这个问题。",
        ),
        source="https://docs.pytorch.org/docs/stable/generated/torch.nn.BCEWithLogitsLoss.html",
    ),
    Claim(
        id="bce-example",
        section=8,
        statement=Text(
            "The binary cross-entropy of the example with three probabilities is 0.6868.",
            "三个概率的例子，二分类交叉熵是 0.6868。",
        ),
        check=bce_example,
        evidence=Text("torch gives {loss:.4f} in float64", "torch 以 float64 算出 {loss:.4f}"),
    ),
]
