"""Section 8: losses of regression."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ...experiments.verdicts import Claim, Finding, exactly
from ...loss_curves import loss_curve
from ...text import NOTHING, Text
from .draws import ROUNDING, normal, numbers

LossFunction = Callable[..., Tensor]
EXAMPLE = {"mae": (nn.L1Loss(), 1.1667), "mse": (nn.MSELoss(), 1.75), "smooth": (nn.SmoothL1Loss(), 0.7083)}


def regression_means(seed: int, *, mae: LossFunction = F.l1_loss, mse: LossFunction = F.mse_loss) -> Finding:
    """The two losses of 1,000 drawn predictions against the means of |e| and of e squared."""
    generator = torch.Generator().manual_seed(seed)
    p, t = 3 * normal(generator, 1000), normal(generator, 1000)
    e = p - t
    off = {"mae": float((mae(p, t) - e.abs().mean()).abs()), "mse": float((mse(p, t) - (e**2).mean()).abs())}
    return Finding([exactly(NOTHING, max(off.values()) < ROUNDING)], off)


def regression_example(seed: int, *, y: tuple[float, ...] = (1, 2, 3)) -> Finding:
    """The three losses of the example against the numbers that the code prints."""
    found = {name: float(loss_fn(numbers(2, 2.5, 5), numbers(*y))) for name, (loss_fn, _) in EXAMPLE.items()}
    # 5e-5: half a unit of the last digit.
    right = all(abs(found[name] - printed) <= 5e-5 for name, (_, printed) in EXAMPLE.items())
    return Finding([exactly(NOTHING, right)], found)


def smooth_l1_pieces(seed: int, *, loss_fn: LossFunction = F.smooth_l1_loss) -> Finding:
    """Value and gradient at 300 drawn errors, for beta 0.5, 1 and 2, against MSE's and MAE's of the same.

    Like MSE is what goes as the error squared; like MAE what has its gradient, the sign of the error.
    """
    generator = torch.Generator().manual_seed(seed)
    e = 3 * normal(generator, 300)
    zero = numbers(0).squeeze()
    like = scaled = True
    ratio, offset = 0.0, 0.0
    for beta in (0.5, 2.0, 1.0):
        value, slope = loss_curve(partial(loss_fn, beta=beta), e, zero)
        near = e.abs() < beta
        ratios, size = value[near] / e[near] ** 2, e[~near].abs()
        like &= torch.allclose(ratios, ratios[:1]) and torch.equal(slope[~near], e[~near].sign())
        scaled &= torch.allclose(ratios, numbers(1 / (2 * beta))) and torch.allclose(value[~near], size - beta / 2)
        ratio, offset = float(ratios.mean()), float((size - value[~near]).mean())
    return Finding([exactly(NOTHING, like)], {"ratio": ratio, "offset": offset}, noted=scaled)


CLAIMS: tuple[Claim, ...] = (
    Claim(
        id="regression-means",
        section=8,
        kind="identity",
        statement=Text(
            "MAE, or L1 loss, is the mean absolute error; MSE, or L2 loss, the mean squared one.",
            "MAE（L1 Loss）是平均绝对误差，MSE（L2 Loss）是均方误差。",
        ),
        judge=regression_means,
        evidence=Text(
            "On 1,000 errors nn.L1Loss differs from the mean of |e| by {mae:.1e}, nn.MSELoss from the mean of e² by "
            "{mse:.1e}.",
            "对 1000 个误差 e，nn.L1Loss 与 |e| 的均值相差 {mae:.1e}，nn.MSELoss 与 e² 的均值相差 {mse:.1e}。",
        ),
    ),
    Claim(
        id="smooth-l1-pieces",
        section=8,
        kind="identity",
        statement=Text(
            "Smooth L1 is like MSE for small errors and like MAE for large ones.",
            "Smooth L1 在误差小时像 MSE，大时像 MAE。",
        ),
        judge=smooth_l1_pieces,
        evidence=Text(
            "With beta 1 it is {ratio:.2f} times the squared error below 1, and the absolute error less {offset:.2f} "
            "above, with MAE's gradient.",
            "beta 取 1 时：误差小于 1，为误差平方的 {ratio:.2f} 倍；误差更大，为误差绝对值减 {offset:.2f}，梯度与 MAE "
            "相同。",
        ),
        remark=Text(
            "Like, not equal: below beta it is MSE times 1/(2 beta), above it MAE less beta/2, so that the two meet.",
            "是像，不是相等：误差小于 beta 时是 MSE 乘以 1/(2 beta)，大于 beta 时是 MAE 减去 beta/2，"
            "这样两段才接得上。",
        ),
        source="https://docs.pytorch.org/docs/stable/generated/torch.nn.SmoothL1Loss.html",
    ),
    Claim(
        id="regression-example",
        section=8,
        kind="identity",
        statement=Text(
            "In the example MAE is 1.1667, MSE 1.7500 and Smooth L1 0.7083.",
            "例子中 MAE 为 1.1667，MSE 为 1.7500，Smooth L1 为 0.7083。",
        ),
        judge=regression_example,
        evidence=Text(
            "torch gives {mae:.4f}, {mse:.4f} and {smooth:.4f} in float64.",
            "torch 以 float64 算出 {mae:.4f}、{mse:.4f} 和 {smooth:.4f}。",
        ),
        origin="ours",
    ),
)
