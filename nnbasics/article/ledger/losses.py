"""Section 8: what losses are, and those of classification."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import torch
from torch import Tensor
from torch.nn import functional as F

from ...experiments.verdicts import Claim, Finding, exactly
from ...text import NOTHING, Text
from .draws import grid, integers, normal, numbers, uniform

LossFunction = Callable[..., Tensor]
LOGITS = ((0.1, 0.1, 0.3, 1.4, 0.05, 0.05), (0.02, 0.08, 0.2, 0.2, 0.05, 2.45))
CROSS_ENTROPY = "https://docs.pytorch.org/docs/stable/generated/torch.nn.CrossEntropyLoss.html"
BCE = "https://docs.pytorch.org/docs/stable/generated/torch.nn.BCELoss.html"


def nll(probabilities: Tensor, y: Tensor) -> Tensor:
    """The mean of -log p of the right class."""
    return -probabilities.gather(1, y[:, None]).log().mean()


LOSSES: dict[str, LossFunction] = {
    "MAE": F.l1_loss,
    "MSE": F.mse_loss,
    "Smooth L1": F.smooth_l1_loss,
    "BCE": F.binary_cross_entropy,
}


def loss_performance(seed: int, *, losses: Mapping[str, LossFunction] = LOSSES) -> Finding:
    """Whether each loss grows at every one of 20 steps from the truth to 200 drawn predictions, 0 being the least.

    And four rows of two classes, whose right class gets 0.51 by one model, and 0.99, 0.99, 0.99, 0.45 by another.
    """
    generator = torch.Generator().manual_seed(seed)
    truth, far = integers(generator, 2, 200, 10).double(), uniform(generator, 200, 10)
    ways = truth + grid(0, 1, 21)[:, None, None] * (far - truth)
    worlds = []
    for name, loss_fn in losses.items():
        heights = loss_fn(ways, truth.expand_as(ways), reduction="none").mean(2)
        worlds.append(exactly(Text(name, name), bool((heights[0] == 0).all() and (heights.diff(dim=0) > 0).all())))
    timid, bold = numbers(0.51, 0.51, 0.51, 0.51), numbers(0.99, 0.99, 0.99, 0.45)
    found: dict[str, float] = {}
    for name, p in (("timid", timid), ("bold", bold)):
        found |= {name: float(-p.log().mean()), f"{name}_right": float((p > 0.5).double().mean())}
    noted = found["bold"] < found["timid"] and found["bold_right"] < found["timid_right"]
    return Finding(worlds, found, noted)


def cross_entropy_parts(seed: int, *, squash: Callable[[Tensor], Tensor] = lambda z: z.log_softmax(1)) -> Finding:
    """Cross-entropy against log-softmax, then NLL, on 200 drawn batches of logits up to a spread of 1,000."""
    generator = torch.Generator().manual_seed(seed)
    worst, overflows = 0.0, 0
    for place in range(200):
        z, y = 10 ** (place / 40 - 2) * normal(generator, 8, 6), integers(generator, 6, 8)
        loss = float(F.cross_entropy(z, y))
        worst = max(worst, abs(loss - float(F.nll_loss(squash(z), y))) / loss)
        overflows += not bool(F.nll_loss(z.softmax(1).log(), y).isfinite())
    # 1e-12 of the loss: float64 has sixteen digits, and a sum of six exponentials loses one or two.
    return Finding([exactly(NOTHING, worst < 1e-12)], {"worst": worst, "overflows": overflows}, noted=overflows > 0)


def cross_entropy_logits(seed: int, *, loss_fn: LossFunction = F.cross_entropy) -> Finding:
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
    values["right"] = float(nll(z.softmax(1), y))
    return Finding([exactly(NOTHING, logits_serve and not probabilities_serve)], values)


def class_indices(seed: int, *, loss_fn: LossFunction = F.cross_entropy) -> Finding:
    """The loss with class numbers against the sum over a one-hot table; whether such a table is taken, too."""
    generator = torch.Generator().manual_seed(seed)
    z, y = normal(generator, 50, 6), integers(generator, 6, 50)
    one_hot = F.one_hot(y, 6)
    right = float(-(one_hot * z.log_softmax(1)).sum(1).mean())
    off = {}
    for name, target in (("indices", y), ("floats", one_hot.double()), ("integers", one_hot)):
        try:
            off[name] = abs(float(loss_fn(z, target)) - right)
        except (RuntimeError, ValueError):
            off[name] = torch.inf
    # 1e-12: rounding in float64.
    noted = off["floats"] < 1e-12 and off["integers"] == torch.inf
    return Finding([exactly(NOTHING, off["indices"] < 1e-12)], {"off": off["indices"], "floats": off["floats"]}, noted)


def cross_entropy_example(seed: int, *, y: tuple[int, ...] = (3, 5)) -> Finding:
    """The example's loss against the number that the code prints."""
    loss = float(F.cross_entropy(numbers(*LOGITS), torch.tensor(y, device="cpu")))
    # 5e-5: half a unit of the last digit.
    return Finding([exactly(NOTHING, abs(loss - 0.6340) <= 5e-5)], {"loss": loss})


def bce_example(
    seed: int, *, pred: tuple[float, ...] = (0.6901, 0.5459, 0.2469), y: tuple[float, ...] = (0, 1, 0)
) -> Finding:
    """The example's loss against the number that the code prints."""
    loss = float(F.binary_cross_entropy(numbers(*pred), numbers(*y)))
    # 5e-5: half a unit of the last digit.
    return Finding([exactly(NOTHING, abs(loss - 0.6868) <= 5e-5)], {"loss": loss})


def bce_probabilities(seed: int, *, loss_fn: LossFunction = F.binary_cross_entropy) -> Finding:
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
    return Finding([exactly(NOTHING, off < 1e-12)], {"off": off}, noted=refused)


CLAIMS: tuple[Claim, ...] = (
    Claim(
        id="loss-performance",
        section=8,
        kind="identity",
        statement=Text(
            "A loss measures how far predictions are from the truth.", "损失函数衡量预测值与真实值之间的差异。"
        ),
        judge=loss_performance,
        evidence=Text(
            "MAE, MSE, Smooth L1 and binary cross-entropy are 0 at the truth and grow on each of 200 ways from it. Of "
            "two models for four rows, one has a cross-entropy of {timid:.3f} and {timid_right:.0%} right, the other "
            "{bold:.3f} and {bold_right:.0%}.",
            "MAE、MSE、Smooth L1 和二分类交叉熵在预测等于真实值时为 0，沿 200 条路径偏离时一路增大。"
            "四个样本上的两个模型，一个交叉熵为 {timid:.3f}，正确率 {timid_right:.0%}；另一个为 {bold:.3f} 和 "
            "{bold_right:.0%}。",
        ),
        remark=Text(
            "It is not the accuracy: the model with the lower loss may have more wrong answers, if it is surer of its "
            "right ones.",
            "损失不等于正确率：损失较低的模型，只要对答对的那些更有把握，答错的反而可能更多。",
        ),
        source="Goodfellow, Bengio & Courville (2016), Deep Learning, section 8.1.2, https://www.deeplearningbook.org",
    ),
    Claim(
        id="cross-entropy-parts",
        section=8,
        kind="identity",
        statement=Text(
            "CrossEntropyLoss holds a softmax and the negative log-likelihood in one.",
            "CrossEntropyLoss 内部包含 softmax 和负对数似然两步。",
        ),
        judge=cross_entropy_parts,
        evidence=Text(
            "On 200 batches, log-softmax and then NLL differs from it by at most {worst:.1e} of the loss. A softmax "
            "first and its logarithm afterwards overflows on {overflows} of them.",
            "在 200 个批次上，先 log-softmax 再 NLL，与它至多相差损失的 {worst:.1e}；先 softmax 再取对数，则有 "
            "{overflows} 个批次溢出。",
        ),
        remark=Text(
            "The two are computed in one step, log-softmax, because a softmax that rounds to 0 has no logarithm.",
            "两步是合成 log-softmax 一步算的，因为 softmax 舍入成 0 之后就没有对数了。",
        ),
        source=CROSS_ENTROPY,
    ),
    Claim(
        id="cross-entropy-logits",
        section=8,
        kind="identity",
        statement=Text(
            "CrossEntropyLoss wants logits, not probabilities.",
            "CrossEntropyLoss 需要的是 logits，而不是概率。",
        ),
        judge=cross_entropy_logits,
        evidence=Text(
            "In the example, -log p of the right class is {right:.4f}. Handed logits the loss is {logits:.4f}; handed "
            "probabilities it is {probabilities:.4f}, without a word of warning.",
            "例子中正确类别的 -log p 为 {right:.4f}。给它 logits，损失为 {logits:.4f}；给它概率，损失为 "
            "{probabilities:.4f}，而且没有任何提示。",
        ),
        source=CROSS_ENTROPY,
    ),
    Claim(
        id="class-indices",
        section=8,
        kind="identity",
        statement=Text(
            "The targets of CrossEntropyLoss are class numbers; no one-hot table is needed.",
            "CrossEntropyLoss 的标签直接用类别编号，无需 one-hot 编码。",
        ),
        judge=class_indices,
        evidence=Text(
            "With class numbers the loss differs from the sum over a one-hot table by {off:.1e}; with such a table of "
            "floats as the target, by {floats:.1e}.",
            "用类别编号时，损失与按 one-hot 表求和的结果相差 {off:.1e}；直接以浮点 one-hot 表为标签，相差 "
            "{floats:.1e}。",
        ),
        remark=Text(
            "A one-hot table serves as well, as long as it is of floats; torch refuses one of integers.",
            "one-hot 表也可以用，但必须是浮点数；整数的表 torch 会拒绝。",
        ),
        source=CROSS_ENTROPY,
    ),
    Claim(
        id="cross-entropy-example",
        section=8,
        kind="identity",
        statement=Text(
            "The cross-entropy of the example with six classes is 0.6340.",
            "六分类例子的交叉熵是 0.6340。",
        ),
        judge=cross_entropy_example,
        evidence=Text("torch gives {loss:.4f} in float64.", "torch 以 float64 算出 {loss:.4f}。"),
        origin="ours",
    ),
    Claim(
        id="bce-probabilities",
        section=8,
        kind="identity",
        statement=Text(
            "BCELoss takes probabilities, as a sigmoid makes them.",
            "BCELoss 接收概率，也就是 Sigmoid 的输出。",
        ),
        judge=bce_probabilities,
        evidence=Text(
            "On 1,000 probabilities it differs from the formula by {off:.1e}.",
            "对 1000 个概率，它与公式相差 {off:.1e}。",
        ),
        remark=Text(
            "It raises an error on numbers outside 0 to 1, as logits are.",
            "数值超出 0 到 1 时它会报错，例如传入 logits。",
        ),
        source=BCE,
    ),
    Claim(
        id="bce-example",
        section=8,
        kind="identity",
        statement=Text(
            "The binary cross-entropy of the example with three probabilities is 0.6868.",
            "三个概率的例子，二分类交叉熵是 0.6868。",
        ),
        judge=bce_example,
        evidence=Text("torch gives {loss:.4f} in float64.", "torch 以 float64 算出 {loss:.4f}。"),
        origin="ours",
    ),
)
