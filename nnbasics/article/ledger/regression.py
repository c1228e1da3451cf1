"""Section 8: losses of regression."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import torch
from torch import Tensor
from torch.nn import functional as F

from ...loss_curves import loss_curve
from ...surfaces import descend
from ..claims import Claim, Outcome, Text
from ._trials import SEEDS, interval, normal, numbers

LossFunction = Callable[..., Tensor]
COUNT = 50  # numbers in a sample
EXAMPLE = (("MAE", F.l1_loss, 1.1667), ("MSE", F.mse_loss, 1.75), ("Smooth L1", F.smooth_l1_loss, 0.7083))


def regression_example(seed: int, *, y: tuple[float, ...] = (1, 2, 3)) -> Outcome:
    """The three losses of the example against the numbers that the code prints."""
    found = [float(loss_fn(numbers(2, 2.5, 5), numbers(*y))) for _, loss_fn, _ in EXAMPLE]
    # 5e-5: half a unit of the last digit.
    right = all(abs(value - printed) <= 5e-5 for value, (_, _, printed) in zip(found, EXAMPLE, strict=True))
    return Outcome(right, False, dict(zip(("mae", "mse", "smooth"), found, strict=True)))


def samples(seed: int) -> Tensor:
    """Normal numbers for each of 32 seeds, shape (32, 50)."""
    return torch.stack([normal(torch.Generator().manual_seed(1000 * seed + s), COUNT) for s in range(SEEDS)])


def spoil(sample: Tensor, share: float, distance: float) -> Tensor:
    """The samples with a share of their numbers moved to the distance."""
    spoiled = sample.clone()
    spoiled[:, : round(share * COUNT)] = distance
    return spoiled


def fit(sample: Tensor, loss_fn: LossFunction) -> Tensor:
    """The number that comes nearest to each sample by the loss: its slope's zero, found by halving the interval."""
    low, high = sample.min(1).values, sample.max(1).values
    for _ in range(60):
        middle = ((low + high) / 2).requires_grad_()
        loss = loss_fn(middle[:, None].expand_as(sample), sample, reduction="sum")
        (slope,) = torch.autograd.grad(loss, middle)
        low, high = torch.where(slope < 0, middle.detach(), low), torch.where(slope < 0, high, middle.detach())
    return (low + high) / 2


def shift(seed: int, loss_fn: LossFunction, share: float, distance: float) -> tuple[Tensor, float]:
    """How far outliers move the fit, for each of 32 seeds; how much the loss of the unspoiled fit grows by them."""
    clean = samples(seed)
    spoiled, centre = spoil(clean, share, distance), fit(clean, loss_fn)
    growth = loss_fn(centre[:, None].expand_as(clean), spoiled) - loss_fn(centre[:, None].expand_as(clean), clean)
    return (fit(spoiled, loss_fn) - centre).abs(), float(growth)


def mae_outliers(seed: int, *, loss_fn: LossFunction = F.l1_loss) -> Outcome:
    """Loss and best fit when 10 % of 50 numbers go to 10 or to 1,000; the fit when 60 % go; for each of 32 seeds."""
    near, _ = shift(seed, loss_fn, 0.1, 10)
    far, growth = shift(seed, loss_fn, 0.1, 1000)
    most, _ = shift(seed, loss_fn, 0.6, 1000)
    low, high = interval(far, seed)
    # 1: the standard deviation of the numbers that are no outliers.
    fit_stays = high < 1 and float((far - near).abs().max()) < 1
    stated = fit_stays and growth < 1 and float(most.mean()) < 1
    fits = {"near": float(near.mean()), "far": float(far.mean()), "most": float(most.mean())}
    return Outcome(stated, fit_stays, {**fits, "low": low, "high": high, "growth": growth})


def mse_outliers(seed: int, *, loss_fn: LossFunction = F.mse_loss) -> Outcome:
    """The best fit when 10 % of 50 numbers go to 10 or to 1,000, for each of 32 seeds."""
    near, _ = shift(seed, loss_fn, 0.1, 10)
    far, _ = shift(seed, loss_fn, 0.1, 1000)
    low, high = interval(far, seed)
    # 1: the standard deviation of the numbers that are no outliers.
    sensitive = low > 1 and bool((far > near + 1).all())
    return Outcome(sensitive, False, {"near": float(near.mean()), "far": float(far.mean()), "low": low, "high": high})


def smooth_l1_pieces(seed: int, *, loss_fn: LossFunction = F.smooth_l1_loss) -> Outcome:
    """Value and gradient against MSE's and MAE's of the same 300 drawn errors, for beta 0.5, 1 and 2."""
    generator = torch.Generator().manual_seed(seed)
    e = 3 * normal(generator, 300)
    zero = numbers(0).squeeze()
    same = scaled = True
    ratio, offset = 0.0, 0.0
    for beta in (0.5, 2.0, 1.0):
        value, slope = loss_curve(partial(loss_fn, beta=beta), e, zero)
        near = e.abs() < beta
        square, size = e[near] ** 2, e[~near].abs()
        same &= torch.allclose(value[near], square) and torch.allclose(value[~near], size)
        scaled &= torch.allclose(value[near], square / (2 * beta)) and torch.allclose(slope[near], e[near] / beta)
        scaled &= torch.allclose(value[~near], size - beta / 2) and torch.equal(slope[~near], e[~near].sign())
        ratio, offset = float((value[near] / square).mean()), float((size - value[~near]).mean())
    return Outcome(same, scaled, {"ratio": ratio, "offset": offset})


def _height(loss_fn: LossFunction, points: Tensor) -> Tensor:
    """The loss of each point against 0."""
    return loss_fn(points, torch.zeros_like(points), reduction="none").sum(1)


def smooth_l1_both(seed: int, *, loss_fn: LossFunction = F.smooth_l1_loss) -> Outcome:
    """How far outliers move its fit (MAE's virtue); where descent at a constant rate ends (MSE's); 32 seeds each."""
    far, _ = shift(seed, loss_fn, 0.1, 1000)
    low, high = interval(far, seed)
    start = normal(torch.Generator().manual_seed(seed), SEEDS, 1)
    ends = {}
    for name, function in {"own": loss_fn, "mae": F.l1_loss, "mse": F.mse_loss}.items():
        surface = partial(_height, function)
        path = descend(surface, start, partial(torch.optim.SGD, lr=0.3), num_steps=100)
        ends[name] = float(path[-1].abs().max())
    # 1: the standard deviation without outliers. 1e-6: 0.3 is the rate, so a loss that does not settle stays near it.
    stated = high < 1 and ends["own"] < 1e-6
    return Outcome(stated, False, {"far": float(far.mean()), "low": low, "high": high, **ends})


CLAIMS: list[Claim] = [
    Claim(
        id="mae-outliers",
        section=8,
        statement=Text("MAE is not sensitive to outliers.", "MAE 对异常值不敏感。"),
        check=mae_outliers,
        evidence=Text(
            "10 % outliers at 10 or at 1,000 move the best fit by {near:.2f} or {far:.2f} [{low:.2f}, {high:.2f}], but "
            "the loss grows by {growth:.0f}, and 60 % outliers move the fit by {most:.0f}",
            "10 % 的异常值位于 10 或 1000 时，最优拟合移动 {near:.2f} 或 {far:.2f} [{low:.2f}, {high:.2f}]；"
            "但损失值增加 {growth:.0f}，而 60 % 的异常值使拟合移动 {most:.0f}",
        ),
        condition=Text(
            "It is said of the fit, and the outliers are fewer than half: the best fit is the median. The value of the "
            "loss grows with them all the same.",
            "指的是拟合结果，而且异常值不到一半：此时最优拟合是中位数。损失值本身仍会随异常值增大。",
        ),
        source="Huber (1964), Robust Estimation of a Location Parameter, https://doi.org/10.1214/aoms/1177703732",
    ),
    Claim(
        id="mse-outliers",
        section=8,
        statement=Text("MSE is sensitive to outliers.", "MSE 对离群点敏感。"),
        check=mse_outliers,
        evidence=Text(
            "10 % outliers at 10 move the best fit by {near:.2f}, at 1,000 by {far:.2f} [{low:.2f}, {high:.2f}]",
            "10 % 的异常值位于 10 时，最优拟合移动 {near:.2f}；位于 1000 时移动 {far:.2f} [{low:.2f}, {high:.2f}]",
        ),
    ),
    Claim(
        id="smooth-l1-pieces",
        section=8,
        statement=Text(
            "Smooth L1 treats small errors as MSE does, and large ones as MAE does.",
            "Smooth L1 对小误差的处理同 MSE，对大误差的处理同 MAE。",
        ),
        check=smooth_l1_pieces,
        evidence=Text(
            "with beta 1 it is {ratio:.2f} times the squared error below 1, and the absolute error less {offset:.2f} "
            "above",
            "beta 取 1 时：误差小于 1，为误差平方的 {ratio:.2f} 倍；误差更大，为误差绝对值减 {offset:.2f}",
        ),
        condition=Text(
            "Up to constants: below beta it is MSE times 1/(2 beta), above it MAE less beta/2, with MAE's gradient.",
            "不计常数：误差小于 beta 时是 MSE 乘以 1/(2 beta)，大于 beta 时是 MAE 减去 beta/2，梯度与 MAE 相同。",
        ),
        source="https://docs.pytorch.org/docs/stable/generated/torch.nn.SmoothL1Loss.html",
    ),
    Claim(
        id="smooth-l1-both",
        section=8,
        statement=Text(
            "Smooth L1 joins the virtues of MAE and MSE.",
            "Smooth L1 兼有 MAE 和 MSE 的优点。",
        ),
        check=smooth_l1_both,
        evidence=Text(
            "10 % outliers at 1,000 move its fit by {far:.2f} [{low:.2f}, {high:.2f}]; at a constant rate of 0.3 "
            "descent ends {own:.1e} from the target (MAE {mae:.1e}, MSE {mse:.1e})",
            "10 % 的异常值位于 1000 时，它的拟合移动 {far:.2f} [{low:.2f}, {high:.2f}]；学习率恒为 0.3 时，"
            "下降终点离目标 {own:.1e}（MAE 为 {mae:.1e}，MSE 为 {mse:.1e}）",
        ),
        source="Girshick (2015), Fast R-CNN, https://arxiv.org/abs/1504.08083",
    ),
    Claim(
        id="regression-example",
        section=8,
        statement=Text(
            "In the example MAE is 1.1667, MSE 1.7500 and Smooth L1 0.7083.",
            "例子中 MAE 为 1.1667，MSE 为 1.7500，Smooth L1 为 0.7083。",
        ),
        check=regression_example,
        evidence=Text(
            "torch gives {mae:.4f}, {mse:.4f} and {smooth:.4f} in float64",
            "torch 以 float64 算出 {mae:.4f}、{mse:.4f} 和 {smooth:.4f}",
        ),
    ),
]
