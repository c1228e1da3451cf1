"""How far outliers pull a fit, by the loss that is fitted with.

A fit is where the pulls psi(e) = dL/de of all rows are in balance. MSE's pull grows with the error e, so that a share p
of outliers at a distance d moves a mean by p d, however large d is; MAE's is 1 at most, and so is Smooth L1's, which is
MSE's below an error of beta = 1. None of them is protected against outliers in x: there a row pulls by psi(e) x.

Source:
    Huber (1964), Robust Estimation of a Location Parameter, https://doi.org/10.1214/aoms/1177703732
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from matplotlib.axes import Axes
from torch import Tensor

from .._checks import check_count, check_number
from .._device import resolve_device
from .._setup import check_seeds, one_thread
from ..losses import LOSSES
from ..plotting.bands import band_text, plot_band
from ..plotting.style import PageFigure, color_of, new_figure, page_style, set_labels, set_title
from ..plotting.theme import now
from ..text import Text
from ._common import track
from ._robust import Setting, draw_rows, fit, in_theory, settle
from .verdicts import Claim, Finding, Judgement, Result, choose_worlds, compare, exactly, keeps, title

FITTED = ("mae", "mse", "smooth_l1", "huber")
NAMES = {"mae": "MAE", "mse": "MSE", "smooth_l1": "Smooth L1", "huber": "Huber"}
SHARES = tuple(place / 20 for place in range(10))
BETA = 1.0
WORLDS: dict[str, Setting] = {
    "number": Setting(Text("a number, 10 % of the rows 10 σ off", "拟合一个数，10 % 的样本偏离 10 σ"), line=False),
    "far": Setting(
        Text("a number, 10 % of the rows 1,000 σ off", "拟合一个数，10 % 的样本偏离 1000 σ"),
        line=False,
        distance=1000.0,
    ),
    "line": Setting(Text("a line, 10 % of the rows 10 σ off in y", "拟合直线，10 % 的样本在 y 上偏离 10 σ")),
    "few": Setting(Text("a line, 1 % of the rows 10 σ off in y", "拟合直线，1 % 的样本在 y 上偏离 10 σ"), share=0.01),
    "many": Setting(Text("a line, 30 % of the rows 10 σ off in y", "拟合直线，30 % 的样本在 y 上偏离 10 σ"), share=0.3),
    "end": Setting(
        Text("a line, the 10 % with the largest x 10 σ off in y", "拟合直线，x 最大的 10 % 在 y 上偏离 10 σ"),
        where="end",
    ),
    "leverage": Setting(Text("a line, 10 % of the rows 10 off in x", "拟合直线，10 % 的样本在 x 上偏离 10"), where="x"),
    "small": Setting(
        Text("a line, 10 % of the rows 10 σ off in y, less than β", "拟合直线，10 % 在 y 上偏离 10 σ，但小于 β"),
        noise=0.05,
        distance=0.5,
    ),
    "normal": Setting(Text("a line, normal noise, no outliers", "拟合直线，正态噪声，无异常值"), share=0.0),
    "tails": Setting(
        Text("a line, noise with heavy tails (Student's t, 3)", "拟合直线，厚尾噪声（自由度为 3 的 t 分布）"),
        share=0.0,
        tails=True,
    ),
}
QUICK: dict[str, Any] = {"seeds": range(8), "shares": (0.0, 0.15, 0.3, 0.45), "worlds": ["number"]}


@dataclass(frozen=True, eq=False)
class Fits:
    """A number or a line, fitted by each of the losses of `FITTED` to S data sets of which a share are outliers.

    Attributes:
        world: The name of its settings in `WORLDS`.
        shares: The shares of outliers, ascending, from 0, shape (R,).
        off: How far the fit is from the true one, the root mean square over x from N(0, 1), shape (4, S, R).
        theory: The same for infinitely many rows, shape (4, R); NaN where there is no formula.
        settled: How far descent at a constant learning rate ends from a line without noise, shape (4, S).
    """

    world: str
    shares: Tensor
    off: Tensor
    theory: Tensor
    settled: Tensor

    def loss(self, name: str, share: float | None = None) -> Tensor:
        """The mean squared error on new rows without outliers, shape (S,): that of the noise and of the fit."""
        world = WORLDS[self.world]
        place = int((self.shares - (world.share if share is None else share)).abs().argmin())
        return self.off[FITTED.index(name), :, place].square() + world.noise**2 * (3 if world.tails else 1)

    def cost_of_outliers(self, name: str) -> Tensor:
        """The logarithm of that loss over what it is when the same rows hold no outliers, shape (S,)."""
        return (self.loss(name) / self.loss(name, 0.0)).log()


def measure(
    *,
    seeds: Sequence[int] = range(32),
    worlds: Sequence[str] | None = None,
    num_rows: int = 101,
    shares: Sequence[float] = SHARES,
    device: str | torch.device = "cpu",
    progress: bool = False,
) -> Result:
    """Fit a number or a line to rows of which a share are outliers, by each loss.

    Args:
        seeds: Each draws the rows; the same for every loss, and for a larger share the same outliers and more.
        worlds: Names of `WORLDS`; None takes all. The first is drawn.
        num_rows: Rows of a data set.
        shares: The shares of outliers that the picture shows, from 0 to below one half.
        device: Where torch computes.
        progress: Whether to show a bar with the time left.
    """
    names, seeds, where = choose_worlds(WORLDS, worlds), check_seeds(seeds), resolve_device(device)
    rows, parts = check_count(num_rows, "num_rows", minimum=3), [check_number(share, "shares") for share in shares]
    if not parts or not all(0 <= share < 0.5 for share in parts):
        raise ValueError(f"shares must be numbers from 0 to below 0.5, got {shares!r}.")
    found: dict[str, Fits] = {}
    with one_thread():
        for name in track(names, progress, "outliers"):
            world = WORLDS[name]
            tried = sorted({0.0, world.share, *(() if found else parts)})
            x, y, moved = draw_rows(world, seeds, rows, tried)
            off = torch.stack([fit(loss, x.to(where), y.to(where), world.line).cpu() for loss in FITTED])
            if world.line:
                off[..., 1] -= 1  # the true slope
            exact = moved[0].double().mean(-1)
            theory = torch.stack([in_theory(loss, exact, world) for loss in FITTED])
            settled = torch.stack([settle(loss, x[:, 0]) for loss in FITTED])
            found[name] = Fits(name, exact, off.norm(dim=-1), theory, settled)
    return Result("outliers", found, here=len(names) == 1)


def moves_a_mean(world: Setting) -> bool:
    """Whether p d is more than a third of σ: so far is a mean moved, at the cost of (p d / σ)^2 of the variance."""
    return bool(world.share * world.distance > world.noise / 3)


def few_in_y(world: Setting) -> bool:
    """Whether the outliers are in y, at most a tenth of the rows, and not just those at the end of x."""
    return bool(world.where == "y" and world.share <= 0.1)


def beyond_beta(world: Setting) -> bool:
    """Whether an outlier's error is larger than beta."""
    return bool(world.distance > BETA)


def with_outliers(result: Result) -> list[tuple[Setting, Fits]]:
    """The worlds that have any."""
    return [(WORLDS[name], fits) for name, fits in result.worlds.items() if WORLDS[name].share > 0]


def numbers(result: Result) -> dict[str, float]:
    """By how much each loss's fit is off at 10 % outliers in the world of the picture, and in which distance."""
    fits = result.first
    place = int((fits.shares - 0.15).abs().argmin())
    off = fits.off[:, :, place].median(1).values.tolist()
    return {"share": float(fits.shares[place]), **dict(zip(FITTED, off, strict=True))}


def mae_resists(result: Result) -> Finding:
    """What outliers cost a fit by MAE."""
    worlds = [
        keeps(world.label, "loss", fits.cost_of_outliers("mae"), inside=few_in_y(world))
        for world, fits in with_outliers(result)
    ]
    return Finding(worlds, numbers(result))


def mse_yields(result: Result) -> Finding:
    """What outliers cost a fit by MSE."""
    worlds = [
        compare(world.label, "loss", fits.cost_of_outliers("mse"), inside=moves_a_mean(world))
        for world, fits in with_outliers(result)
    ]
    return Finding(worlds, numbers(result))


def smooth_l1_joins(result: Result) -> Finding:
    """What outliers cost a fit by Smooth L1; and whether descent at a constant learning rate settles, as MSE's does."""
    worlds = [
        keeps(world.label, "loss", fits.cost_of_outliers("smooth_l1"), inside=few_in_y(world) and beyond_beta(world))
        for world, fits in with_outliers(result)
    ]
    ends = {name: float(fits.max()) for name, fits in zip(FITTED, result.first.settled, strict=True)}
    worlds.append(exactly(SETTLES, ends["smooth_l1"] < 1e-3, inside=True))
    return Finding(worlds, {f"end_{name}": end for name, end in ends.items()})


def smooth_l1_first(result: Result) -> Finding:
    """What Smooth L1 brings to one who would take MSE, or MAE: their loss over its own."""
    worlds = []
    for name, fits in result.worlds.items():
        world = WORLDS[name]
        met = few_in_y(world) and moves_a_mean(world) and beyond_beta(world)
        for other in ("mse", "mae"):
            words = Text(*(INSTEAD.say(lang, other=NAMES[other], world=world.label.say(lang)) for lang in ("en", "zh")))
            gain = (fits.loss(other) / fits.loss("smooth_l1")).log()
            worlds.append(compare(words, "loss", gain, inside=met and other == "mse"))
    return Finding(worlds, numbers(result))


SETTLES = Text("descent at a constant learning rate settles", "学习率恒定时，下降能停稳")
INSTEAD = Text("instead of {other}: {world}", "代替 {other}：{world}")
COST = Text(
    "loss on new rows without outliers: fitted to rows with outliers over fitted to the same rows without; a tenth "
    "counts",
    "在没有异常值的新数据上的损失：用含异常值的数据拟合，与用同样但不含异常值的数据拟合之比；相差一成才算有影响",
)
HUBER = "Huber (1964), Robust Estimation of a Location Parameter, https://doi.org/10.1214/aoms/1177703732"
CLAIMS = (
    Claim(
        id="mae-outliers",
        section=8,
        kind="measured",
        statement=Text("MAE is not sensitive to outliers.", "MAE 对异常值不敏感。"),
        judge=mae_resists,
        evidence=COST,
        condition=Text(
            "They are outliers in y, at most a tenth of the rows, and not just the rows at the end of x. Three tenths "
            "move the fit, and an outlier in x pulls with its whole distance.",
            "异常值出现在 y 上，不超过样本的一成，而且不集中在 x 的一端。达到三成，拟合就会移动；"
            "x 上的异常值则以它的全部距离拉动拟合。",
        ),
        source=HUBER,
    ),
    Claim(
        id="mse-outliers",
        section=8,
        kind="measured",
        statement=Text("MSE is sensitive to outliers.", "MSE 对离群点敏感。"),
        judge=mse_yields,
        evidence=COST,
        condition=Text(
            "Their share times their distance is more than a third of the noise: that product is how far they move a "
            "mean.",
            "异常值的比例乘以距离超过噪声的三分之一：均值正是移动这么多。",
        ),
        source=HUBER,
    ),
    Claim(
        id="smooth-l1-both",
        section=8,
        kind="measured",
        statement=Text("Smooth L1 joins the virtues of MAE and MSE.", "Smooth L1 兼有 MAE 和 MSE 的优点。"),
        judge=smooth_l1_joins,
        evidence=Text(
            "MAE's virtue: " + COST.en + ". MSE's: descent at a constant learning rate ends {end_smooth_l1:.0e} from "
            "the target with Smooth L1, {end_mse:.0e} with MSE, {end_mae:.0e} with MAE",
            "MAE 的优点："
            + COST.zh
            + "。MSE 的优点：学习率恒定时，下降终点离目标的距离，Smooth L1 为 {end_smooth_l1:.0e}，"
            "MSE 为 {end_mse:.0e}，MAE 为 {end_mae:.0e}",
        ),
        condition=Text(
            "MAE's virtue under MAE's own condition, and where the outliers' errors exceed beta: below it Smooth L1 is "
            "MSE.",
            "要得到 MAE 的优点，须满足 MAE 自己的条件，而且异常值的误差要大于 beta：小于 beta 时，Smooth L1 就是 MSE。",
        ),
        source="Girshick (2015), Fast R-CNN, https://arxiv.org/abs/1504.08083; " + HUBER,
    ),
    Claim(
        id="smooth-l1-first",
        section=11,
        kind="recommendation",
        statement=Text("Smooth L1 is the loss for regression.", "回归任务用 Smooth L1 损失。"),
        judge=smooth_l1_first,
        evidence=Text(
            "loss on new rows without outliers, fitted by the other loss over fitted by Smooth L1; a tenth counts",
            "在没有异常值的新数据上的损失：用另一种损失拟合，与用 Smooth L1 拟合之比；相差一成才算有影响",
        ),
        condition=Text(
            "It takes the place of MSE, and the data have outliers in y that would move a mean, farther out than beta. "
            "In the place of MAE it brings nothing that counts here.",
            "用来代替 MSE，而且数据的 y 上有足以移动均值、且误差大于 beta 的异常值。"
            "用来代替 MAE，这里看不出值得一提的好处。",
        ),
        source=HUBER,
    ),
)
TITLES = {
    "holds": Text("Outliers hardly move a fit by MAE", "异常值几乎拉不动 MAE 的拟合"),
    "holds if": Text("A few outliers in y hardly move a fit by MAE", "y 上的少数异常值几乎拉不动 MAE 的拟合"),
    "wrong": Text("Outliers move a fit by MAE, too", "异常值也会拉动 MAE 的拟合"),
    "not supported": Text("Whether outliers move a fit by MAE is not settled", "异常值能否拉动 MAE 的拟合，尚无定论"),
}
STYLES: dict[str, dict[str, Any]] = {
    "mae": {"label": "MAE", "linestyle": "-."},
    "mse": {"label": "MSE", "linestyle": "-"},
    "smooth_l1": {"label": "Smooth L1", "linestyle": "-"},
    "huber": {"label": "Huber", "linestyle": (0, (1, 2.5)), "zorder": 3},  # over Smooth L1, with which it is one
}
PERCENT, OFF = (
    Text("outliers, % of the data", "异常值占数据的 %"),
    Text("distance of the fit from the truth", "拟合与真值的距离"),
)
ERROR = Text("error e of one point", "单个点的误差 e")
PULL = Text("its pull on the fit: gradient ψ(e)", "它对拟合的拉力：梯度 ψ(e)")
THEORY = Text("theory", "理论")


def _plot_fits(fits: Fits, ax: Axes, lang: str) -> None:
    """How far each loss's fit is off by the share of outliers, and dashed the same for infinitely many rows."""
    theory: dict[str, Any] = {"color": now().ink, "linestyle": (0, (4, 2)), "linewidth": 1}
    for name, off, limit in zip(FITTED, fits.off, fits.theory, strict=True):
        plot_band(100 * fits.shares, off, ax=ax, lang=lang, **{"color": color_of(name), **STYLES[name]})
        ax.plot((100 * fits.shares).tolist(), limit.tolist(), **theory)
    ax.plot([], [], **theory, label=THEORY.say(lang))
    ax.legend(loc="upper left", fontsize=9.5)
    set_labels(ax, PERCENT.say(lang), OFF.say(lang))


def _plot_pulls(ax: Axes, lang: str) -> None:
    """How hard one further point pulls at the fit by its error: the gradient of each loss, by autograd."""
    for name in FITTED:
        with torch.inference_mode(False), torch.enable_grad():
            errors = torch.linspace(-4, 4, 81, dtype=torch.float64, device="cpu").requires_grad_()
            (pull,) = torch.autograd.grad(LOSSES[name](errors, torch.zeros_like(errors), reduction="sum"), errors)
        ax.plot(errors.tolist(), pull.tolist(), **{"color": color_of(name), **STYLES[name]})
    ax.set_ylim(-3.2, 3.2)  # MSE goes on, 2e
    ax.text(1.75, 2.6, "$2e$", color=color_of("mse"))
    ax.text(4, 0.85, "MAE, Smooth L1,\nHuber: 1", color=now().ink, ha="right", va="top", fontsize=9.5)
    set_labels(ax, ERROR.say(lang), PULL.say(lang))


def draw(result: Result, verdicts: Mapping[str, Judgement], lang: str) -> PageFigure:
    """The fits of the first world by the share of outliers, and beside them the pull of a single one."""
    figure = new_figure()
    with page_style():
        _plot_fits(result.first, figure.add_axes((0.085, 0.2, 0.4, 0.66)), lang)
        _plot_pulls(figure.add_axes((0.575, 0.2, 0.4, 0.66)), lang)
        set_title(figure, title(TITLES, verdicts["mae-outliers"], lang))
        figure.text(0.98, 0.02, band_text(result.first.off.shape[1], lang), ha="right", fontsize=9.5, color=now().quiet)
    return figure
