"""Sections 4 and 8: activations with their derivatives, losses with their gradients."""

from __future__ import annotations

import math
from typing import Any

import torch
from matplotlib.axes import Axes
from torch import Tensor

from ..activations import ACTIVATIONS, derivative
from ..loss_curves import loss_curve
from ..losses import LOSSES
from ..plotting.functions import plot_activation, plot_loss
from ..plotting.style import PageFigure, color_of, new_figure, page_style, set_title
from ..plotting.theme import now
from ..text import Text

RECT = (0.1, 0.135, 0.76, 0.715)


def _note(ax: Axes, text: str, at: tuple[float, float], to: tuple[float, float], **kwargs: Any) -> None:
    """A remark with a thin line to the point that it is about, and a dot there."""
    color = kwargs.pop("color", now().ink)
    ax.plot(*at, "o", color=color, markersize=5.5, zorder=4)
    line = {"arrowstyle": "-", "color": now().quiet, "linewidth": 0.8, "shrinkA": 1, "shrinkB": 4}
    ax.annotate(text, at, xytext=to, color=color, arrowprops=line, **{"ha": "center", "va": "center", **kwargs})


def _number(value: Tensor | float, digits: int = 4) -> str:
    return f"{float(value):.{digits}g}".replace("-", "−")


def _above(value: float) -> str:
    """A number of two digits that is certainly not below the value."""
    unit = 10.0 ** (math.floor(math.log10(value)) - 1) if value > 0 else 1.0
    return f"{math.ceil(value / unit) * unit:.2g}"


def _span(values: Tensor) -> str:
    """The one number that all of them are, or the smallest and the largest."""
    low, high = float(values.min()), float(values.max())
    return _number(low) if math.isclose(low, high, rel_tol=1e-6) else f"{_number(low)} … {_number(high)}"


def sigmoid(*, lang: str, device: torch.device) -> PageFigure:
    """The function, its derivative, its maximum and where it saturates."""
    edge = 6.0
    x = torch.linspace(-10, 10, 401, dtype=torch.float32, device=device)
    slopes = derivative("sigmoid", x)
    top, flat = int(slopes.argmax()), slopes[x.abs() >= edge].max()
    peak, steepest = _number(slopes[top]), round(float(x[top]), 4) + 0.0  # no minus before a 0
    at_edge = float(ACTIVATIONS["sigmoid"](torch.tensor(edge, dtype=torch.float32, device=device)))
    figure = new_figure()
    with page_style():
        ax = figure.add_axes(RECT)
        for span in ((-10, -edge), (edge, 10)):
            ax.axvspan(*span, color=now().shade, zorder=0)
        plot_activation("sigmoid", x, ax=ax, lang=lang)
        saturated = Text("saturated:\nslope below\n{slope}", "饱和区：\n斜率低于\n{slope}").say(
            lang, slope=_above(float(flat))
        )
        for middle in (-8, 8):
            ax.text(middle, 0.5, saturated, ha="center", va="center", fontsize=9.5, color=now().quiet)
        text = Text("steepest at {x}: slope {peak}", "在 {x} 处最陡：斜率 {peak}").say(
            lang, x=_number(steepest), peak=peak
        )
        _note(ax, text, (steepest, float(slopes[top])), (3.2, 0.36), color=color_of("gradient"))
        text = Text("at {x}: {value}", "x = {x} 时为 {value}").say(lang, x=_number(edge), value=_number(at_edge))
        _note(ax, text, (edge, at_edge), (4.2, 0.8), color=color_of("sigmoid"))
        ax.set(yticks=[0, 0.25, 0.5, 0.75, 1], xticks=[-10, -6, -3, 0, 3, 6, 10], ylim=(-0.04, 1.08))
        title = Text(
            "Sigmoid's slope is at most {peak}, and close to 0 beyond ±{edge}",
            "Sigmoid 的斜率最大只有 {peak}，超出 ±{edge} 后几乎为 0",
        )
        set_title(figure, title.say(lang, peak=peak, edge=_number(edge)))
    return figure


def tanh(*, lang: str, device: torch.device) -> PageFigure:
    """The function between its two bounds, and a derivative that reaches 1."""
    x = torch.linspace(-5, 5, 401, dtype=torch.float32, device=device)
    zero = torch.zeros(1, dtype=torch.float32, device=device)
    slope = derivative("tanh", zero)
    ratio = slope / derivative("sigmoid", zero)
    edge = torch.tensor([3.0], dtype=torch.float32, device=device)
    figure = new_figure()
    with page_style():
        ax = figure.add_axes(RECT)
        for bound in (-1, 1):
            ax.axhline(bound, color=now().quiet, linewidth=0.9, linestyle=":")
        plot_activation("tanh", x, ax=ax, lang=lang)
        text = Text("slope at 0: {slope}", "在 0 处的斜率：{slope}").say(lang, slope=_number(slope))
        _note(ax, text, (0, float(slope)), (-2.3, 0.8), color=color_of("gradient"))
        centre = ACTIVATIONS["tanh"](zero)
        _note(ax, f"tanh(0) = {_number(centre)}", (0, float(centre)), (1.7, -0.22), color=color_of("tanh"))
        text = Text("at {x} the slope is down to {slope}", "x = {x} 时斜率已降到 {slope}").say(
            lang, x=_number(edge), slope=_number(derivative("tanh", edge), 2)
        )
        _note(ax, text, (float(edge), float(derivative("tanh", edge))), (2.6, -0.55), color=color_of("gradient"))
        ax.set(yticks=[-1, -0.5, 0, 0.5, 1], xticks=[-5, -3, -1, 0, 1, 3, 5], ylim=(-1.12, 1.16))
        title = Text(
            "Tanh is centred on 0, and its slope there is {ratio} times sigmoid's",
            "Tanh 以 0 为中心，在 0 处的斜率是 Sigmoid 的 {ratio} 倍",
        )
        set_title(figure, title.say(lang, ratio=_number(ratio, 3)))
    return figure


def relu(*, lang: str, device: torch.device) -> PageFigure:
    """The function, its two slopes, and the half in which neither moves."""
    x = torch.linspace(-4, 4, 401, dtype=torch.float32, device=device)
    at = torch.tensor([-2.0, 0.0, 2.0], dtype=torch.float32, device=device)
    slopes = derivative("relu", at)
    figure = new_figure()
    with page_style():
        ax = figure.add_axes(RECT)
        ax.axvspan(-4, 0, color=now().shade, zorder=0)
        plot_activation("relu", x, ax=ax, lang=lang)
        dead = Text(
            "dead half: output {value}, slope {slope},\nso no gradient flows back",
            "死区：输出 {value}，斜率 {slope}，\n梯度传不回去",
        ).say(lang, value=_span(ACTIVATIONS["relu"](x[x < 0])), slope=_span(derivative("relu", x[x < 0])))
        ax.text(-2, 1.35, dead, ha="center", va="center", color=now().quiet)
        text = Text("slope {slope}, however large the input", "输入再大，斜率都是 {slope}").say(
            lang, slope=_span(derivative("relu", x[x > 0]))
        )
        _note(ax, text, (2, float(slopes[2])), (2.3, 0.5), color=color_of("gradient"))
        text = Text("torch's slope at 0: {slope}", "torch 规定 0 处的斜率：{slope}").say(lang, slope=_number(slopes[1]))
        _note(ax, text, (0, float(slopes[1])), (-1.5, 0.55), color=color_of("gradient"))
        ax.set(yticks=[0, 1, 2, 3, 4], xticks=[-4, -2, 0, 2, 4], ylim=(-0.15, 4.2))
        title = Text(
            "ReLU passes positive inputs on unchanged, and blocks negative ones", "ReLU 让正数原样通过，把负数全部挡住"
        )
        set_title(figure, title.say(lang))
    return figure


def _loss_figure(name: str, *, lang: str, device: torch.device) -> tuple[PageFigure, Axes]:
    """Loss and gradient over the error, with the article's three predictions on the curve."""
    pred = torch.tensor([2.0, 2.5, 5.0], dtype=torch.float32, device=device)
    target = torch.tensor([1.0, 2.0, 3.0], dtype=torch.float32, device=device)
    losses, _ = loss_curve(name, pred, target)
    figure = new_figure()
    ax = figure.add_axes(RECT)
    grid = torch.linspace(-3, 3, 301, dtype=torch.float32, device=device)
    plot_loss(name, grid, ax=ax, lang=lang)
    errors = (pred - target).tolist()
    ax.plot(
        errors,
        losses.tolist(),
        "o",
        color="white",
        markeredgecolor=now().ink,
        markeredgewidth=1.4,
        markersize=6.5,
        zorder=5,
    )
    text = Text(
        "○ the article's example\npredictions {pred}\ntargets {target}\nmean loss {loss:.4f}",
        "○ 文中的例子\n预测值 {pred}\n真实值 {target}\n平均损失 {loss:.4f}",
    ).say(
        lang,
        pred=", ".join(map(_number, pred)),
        target=", ".join(map(_number, target)),
        loss=float(LOSSES[name](pred, target)),
    )
    box = {"facecolor": "white", "edgecolor": "none", "pad": 2}
    ax.text(0.5, 0.99, text, transform=ax.transAxes, fontsize=9.5, ha="center", va="top", linespacing=1.4, bbox=box)
    return figure, ax


def mae(*, lang: str, device: torch.device) -> PageFigure:
    """|e| and its sign."""
    with page_style():
        figure, ax = _loss_figure("mae", lang=lang, device=device)
        at = torch.tensor([-2.0, 0.0, 2.0], dtype=torch.float32, device=device)
        _, slopes = loss_curve("mae", at, torch.zeros_like(at))
        above = torch.linspace(0.02, 3, 150, dtype=torch.float32, device=device)
        steady = _span(loss_curve("mae", above, torch.zeros_like(above))[1])
        text = Text("gradient {slope},\nhowever large the error", "误差再大，\n梯度都是 {slope}").say(
            lang, slope=steady
        )
        _note(ax, text, (2, float(slopes[2])), (2.0, 0.35), color=color_of("gradient"))
        text = Text("torch's gradient at 0: {slope}", "torch 规定 0 处的梯度：{slope}").say(
            lang, slope=_number(slopes[1])
        )
        _note(ax, text, (0, float(slopes[1])), (1.3, -0.6), color=color_of("gradient"))
        ax.set(yticks=[-1, 0, 1, 2, 3], xticks=[-3, -2, -1, 0, 1, 2, 3])
        title = Text("MAE pulls equally hard on every error, small or large", "MAE 对大小误差一视同仁，拉力相同")
        set_title(figure, title.say(lang))
    return figure


def mse(*, lang: str, device: torch.device) -> PageFigure:
    """The squared error e**2, and its gradient 2 e."""
    with page_style():
        figure, ax = _loss_figure("mse", lang=lang, device=device)
        at = torch.tensor([1.0, 2.0], dtype=torch.float32, device=device)
        losses, slopes = loss_curve("mse", at, torch.zeros_like(at))
        point = Text("error {error}: loss {loss}, gradient {slope}", "误差 {error}：损失 {loss}，梯度 {slope}")
        for i, to in ((0, (0.95, -1.9)), (1, (2.0, -4.2))):
            words = point.say(lang, error=_number(at[i]), loss=_number(losses[i]), slope=_number(slopes[i]))
            _note(ax, words, (float(at[i]), float(losses[i])), to, color=color_of("mse"))
        ax.set(yticks=[-6, -3, 0, 3, 6, 9], xticks=[-3, -2, -1, 0, 1, 2, 3])
        ax.plot(at.tolist(), slopes.tolist(), "o", color=color_of("gradient"), markersize=5.5, zorder=4)
        ratio = _number(losses[1] / losses[0])
        title = Text(
            "MSE: twice the error gives {ratio} times the loss, so outliers dominate",
            "MSE：误差变为 2 倍，损失变为 {ratio} 倍，离群点因此占主导",
        )
        set_title(figure, title.say(lang, ratio=ratio))
    return figure


def smooth_l1(*, lang: str, device: torch.device) -> PageFigure:
    """Half the square near 0, a line beyond, joined at beta without a kink."""
    grid = torch.linspace(0, 3, 301, dtype=torch.float32, device=device)
    _, pull = loss_curve("smooth_l1", grid, torch.zeros_like(grid))
    beta = float(grid[int((pull >= pull.max() - 1e-6).nonzero()[0])])  # where the gradient has reached its bound
    with page_style():
        figure, ax = _loss_figure("smooth_l1", lang=lang, device=device)
        at = torch.tensor([beta, 2.0], dtype=torch.float32, device=device)
        losses, slopes = loss_curve("smooth_l1", at, torch.zeros_like(at))
        ax.axvspan(-beta, beta, color=now().shade, zorder=0)
        near = Text("like MSE:\n$e^2/2\\beta$", "像 MSE：\n$e^2/2\\beta$")
        far = Text("like MAE:\n$|e| - \\beta/2$", "像 MAE：\n$|e| - \\beta/2$")
        ax.text(0, 1.3, near.say(lang), ha="center", va="center", color=now().quiet)
        ax.text(-2.1, 0.3, far.say(lang), ha="center", va="center", color=now().quiet)
        joint = Text(
            "joint at β = {beta}:\nloss {loss}, gradient {slope}", "分界点 β = {beta}：\n损失 {loss}，梯度 {slope}"
        )
        words = joint.say(lang, beta=_number(beta), loss=_number(losses[0]), slope=_number(slopes[0]))
        _note(ax, words, (beta, float(losses[0])), (2.1, 0.25), color=color_of("smooth_l1"))
        ax.set(yticks=[-1, 0, 1, 2, 3], xticks=[-3, -2, -1, 0, 1, 2, 3])
        title = Text(
            "Smooth L1 is gentle near 0 like MSE, and bounded in its pull like MAE",
            "Smooth L1：0 附近像 MSE 一样平缓，远处像 MAE 一样拉力有限",
        )
        set_title(figure, title.say(lang))
    return figure
