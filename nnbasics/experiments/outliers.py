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
from typing import Any, NamedTuple

import torch
from matplotlib.axes import Axes
from torch import Tensor
from torch.nn import functional as F

from .._checks import check_count
from .._device import resolve_device
from .._setup import check_seeds, one_thread
from ..plotting.functions import label_ends
from ..plotting.style import PageFigure, color_of, new_figure, page_style, set_labels, set_title
from ..plotting.theme import mixed, now
from ..text import Text
from ._common import track
from ._robust import WORLDS, Setting, beyond_beta, draw_rows, few_in_y, fit, moves_a_mean, settle
from .verdicts import Claim, Finding, Judgement, Result, choose_worlds, compare, exactly, keeps, title

FITTED = ("mae", "mse", "smooth_l1", "huber")
NAMES = {"mae": "MAE", "mse": "MSE", "smooth_l1": "Smooth L1", "huber": "Huber"}
SHARE = 0.15  # of outliers, in the first world, that the numbers beside the claims are of
QUICK: dict[str, Any] = {"seeds": range(8), "worlds": ["line"]}


class Sample(NamedTuple):
    """The data set of N rows that is drawn: the one whose fit by MSE is the median one, by how far it is off."""

    x: Tensor  # (N,)
    y: Tensor  # (N,)
    outlier: Tensor  # (N,), 1 or 0
    off: Tensor  # (4,): of each loss
    lines: Tensor  # (4, 2): intercept and slope


@dataclass(frozen=True, eq=False)
class Fits:
    """A number or a line, fitted by each of the losses of `FITTED` to S data sets of which a share are outliers.

    Attributes:
        world: The name of its settings in `WORLDS`.
        shares: The shares of outliers, ascending, from 0, shape (R,).
        off: How far the fit is from the true one, the root mean square over x from N(0, 1), shape (4, S, R).
        settled: How far descent at a constant learning rate ends from a line without noise, shape (4, S).
        sample: A data set with the world's own share of outliers, and its fits.
    """

    world: str
    shares: Tensor
    off: Tensor
    settled: Tensor
    sample: Sample

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
    device: str | torch.device = "cpu",
    progress: bool = False,
) -> Result:
    """Fit a number or a line to rows of which a share are outliers, by each loss.

    Args:
        seeds: Each draws the rows; the same for every loss, and for a larger share the same outliers and more.
        worlds: Names of `WORLDS`; None takes all. The first line among them is drawn.
        num_rows: Rows of a data set.
        device: Where torch computes.
        progress: Whether to show a bar with the time left.
    """
    names, seeds, where = choose_worlds(WORLDS, worlds), check_seeds(seeds), resolve_device(device)
    rows = check_count(num_rows, "num_rows", minimum=3)
    found: dict[str, Fits] = {}
    with one_thread():
        for name in track(names, progress, "outliers"):
            world = WORLDS[name]
            tried = sorted({0.0, world.share, *(() if found else (SHARE,))})
            x, y, moved = draw_rows(world, seeds, rows, tried)
            fits = torch.stack([fit(loss, x.to(where), y.to(where), world.line).cpu() for loss in FITTED])
            off = fits.clone()
            if world.line:
                off[..., 1] -= 1  # the true slope
            off, at = off.norm(dim=-1), tried.index(world.share)
            s = int(off[FITTED.index("mse"), :, at].argsort()[len(seeds) // 2])
            lines = F.pad(fits[:, s, at], (0, 2 - fits.shape[-1]))
            sample = Sample(x[s, at], y[s, at], moved[s, at].double(), off[:, s, at], lines)
            settled = torch.stack([settle(loss, x[:, 0]) for loss in FITTED])
            found[name] = Fits(name, moved[0].double().mean(-1), off, settled, sample)
    return Result("outliers", found, here=len(names) == 1)


def with_outliers(result: Result) -> list[tuple[Setting, Fits]]:
    """The worlds that have any."""
    return [(WORLDS[name], fits) for name, fits in result.worlds.items() if WORLDS[name].share > 0]


def numbers(result: Result) -> dict[str, float]:
    """By how much each loss's fit is off at 15% outliers in the first world."""
    fits = result.first
    place = int((fits.shares - SHARE).abs().argmin())
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
SHOWN = {"mse": (2.2, 0.0), "smooth_l1": (6.0, 0.5), "mae": (2.2, 0.0)}  # how thick and how pale: two lie together
OFF, TRUTH = Text("{name}: off by {off:.2f}", "{name}：偏 {off:.2f}"), Text("theory: y = {y}", "理论：y = {y}")
MOVED = Text("outliers", "异常值")
ONE = Text("one of {n} data sets, with MSE's median error", "{n} 份数据之一，MSE 的偏差是其中的中位数")


def plot_fits(ax: Axes, fits: Fits, lang: str) -> None:
    """The rows of one data set, the line that each loss fits to them, and dashed the true one."""
    x, y, outlier, off, lines = fits.sample
    far = outlier > 0
    for rows, color, marker in ((~far, now().faint, "o"), (far, color_of("vermilion"), "x")):
        ax.plot(x[rows], y[rows], marker, color=color, markersize=6 if marker == "x" else 4)
    ends = torch.tensor([float(x.min()) - 0.2, float(x.max()) + 0.2], dtype=torch.float64, device="cpu")
    ax.set_xlim(*ends.tolist())
    labels, line = [], WORLDS[fits.world].line
    truth = ends if line else 0 * ends
    for name, (width, pale) in SHOWN.items():
        place = FITTED.index(name)
        fitted = lines[place, 0] + lines[place, 1] * ends
        ax.plot(ends, fitted, color=mixed(color_of(name), now().paper, pale), linewidth=width)
        text = OFF.say(lang, name=NAMES[name], off=float(off[place]))
        away = (fitted - truth).abs()
        if name == "mse" and away[0] > away[1]:  # it is named where it is seen to be another line
            ax.annotate(text, (ends[0], fitted[0]), (6, 17), textcoords="offset points", color=color_of(name))
        else:
            labels.append((float(fitted[-1]), text, color_of(name)))
    ax.plot(ends, truth, color=now().ink, linestyle=(0, (4, 2)), linewidth=1.2)
    labels.append((float(truth[-1]), TRUTH.say(lang, y="x" if line else 0), now().ink))
    label_ends(ax, labels)
    highest = int((y * outlier).argmax())
    beside: dict[str, Any] = {"textcoords": "offset points", "va": "center", "color": color_of("vermilion")}
    ax.annotate(MOVED.say(lang), (float(x[highest]), float(y[highest])), (8, 0), **beside)
    set_labels(ax, "x", "y")


def draw(result: Result, verdicts: Mapping[str, Judgement], lang: str) -> PageFigure:
    """Rows with outliers, and what each loss fits to them."""
    figure, shown = new_figure(height=4.2), [fits for _, fits in with_outliers(result)]
    fits = next((fits for fits in shown if WORLDS[fits.world].line), shown[0])
    with page_style():
        plot_fits(figure.add_axes((0.09, 0.17, 0.67, 0.71)), fits, lang)
        set_title(figure, title(TITLES, verdicts["mae-outliers"], lang))
        text = ONE.say(lang, n=fits.off.shape[1])
        figure.text(0.98, 0.02, text, ha="right", fontsize=9.5, color=now().quiet)
    return figure
