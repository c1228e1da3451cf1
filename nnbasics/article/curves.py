"""Sections 4 and 8: activations with their derivatives, losses with their gradients."""

from __future__ import annotations

import math
from typing import Any

import torch
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from torch import Tensor

from ..activations import ACTIVATIONS, derivative
from ..loss_curves import loss_curve
from ..losses import LOSSES
from ..plotting.functions import label_ends, plot_activation, plot_loss
from ..plotting.style import PageFigure, color_of, new_figure, page_style, set_title
from ..plotting.theme import now
from ..text import Text

RECT = (0.1, 0.135, 0.76, 0.715)
LOSS_RECT = (0.1, 0.205, 0.76, 0.655)  # below it is room for the example
LINES = 1.35  # from line to line: Chinese fills its lines


def frame(figure: Figure, rect: tuple[float, float, float, float] = RECT) -> Axes:
    """Axes with lines across only, between which there is room for words."""
    ax = figure.add_axes(rect)
    ax.grid(axis="x", visible=False)
    return ax


def note(ax: Axes, text: str, at: tuple[float, float], to: tuple[float, float], **kwargs: Any) -> None:
    """A remark with a thin line to the point that it is about, and a dot there."""
    color = kwargs.pop("color", now().ink)
    ax.plot(*at, "o", color=color, markersize=5.5, zorder=4)
    line = {"arrowstyle": "-", "color": now().quiet, "linewidth": 0.8, "shrinkA": 1, "shrinkB": 4}
    style = {"ha": "center", "va": "center", "linespacing": LINES, **kwargs}
    ax.annotate(text, at, xytext=to, color=color, arrowprops=line, **style)


def remark(ax: Axes, x: float, y: float, text: str, **kwargs: Any) -> None:
    """A quiet remark in the middle of what it is about."""
    style = {"ha": "center", "va": "center", "color": now().quiet, "linespacing": LINES, **kwargs}
    ax.text(x, y, text, **style)


def number(value: Tensor | float, digits: int = 4) -> str:
    """A number as it is written on a picture."""
    return f"{float(value):.{digits}g}".replace("-", "−")


def _above(value: float) -> str:
    """A number of two digits that is certainly not below the value."""
    unit = 10.0 ** (math.floor(math.log10(value)) - 1) if value > 0 else 1.0
    return f"{math.ceil(value / unit) * unit:.2g}"


def _span(values: Tensor) -> str:
    """The one number that all of them are, or the smallest and the largest."""
    low, high = float(values.min()), float(values.max())
    return number(low) if math.isclose(low, high, rel_tol=1e-6) else f"{number(low)} … {number(high)}"


def sigmoid(*, lang: str, device: torch.device) -> PageFigure:
    """The function, its derivative, its maximum and where it saturates."""
    edge = 6.0
    x = torch.linspace(-10, 10, 401, dtype=torch.float32, device=device)
    slopes = derivative("sigmoid", x)
    top, flat = int(slopes.argmax()), slopes[x.abs() >= edge].max()
    peak, steepest = number(slopes[top]), round(float(x[top]), 4) + 0.0  # no minus before a 0
    at_edge = float(ACTIVATIONS["sigmoid"](torch.tensor(edge, dtype=torch.float32, device=device)))
    figure = new_figure()
    with page_style():
        ax = frame(figure)
        for span in ((-10, -edge), (edge, 10)):
            ax.axvspan(*span, facecolor=now().shade, linewidth=0, zorder=0)
        plot_activation("sigmoid", x, ax=ax, lang=lang)
        saturated = Text("saturated:\nslope below\n{slope}", "饱和区\n斜率低于\n{slope}").say(
            lang, slope=_above(float(flat))
        )
        for middle in (-8, 8):
            remark(ax, middle, 0.625, saturated, fontsize=9.5)
        text = Text("steepest at {x}: slope {peak}", "在 {x} 处最陡：斜率 {peak}").say(
            lang, x=number(steepest), peak=peak
        )
        note(ax, text, (steepest, float(slopes[top])), (2.95, 0.385), color=color_of("gradient"))
        text = Text("at {x}: {value}", "x = {x} 时为 {value}").say(lang, x=number(edge), value=number(at_edge))
        note(ax, text, (edge, at_edge), (4.2, 0.83), color=color_of("sigmoid"))
        ax.set(yticks=[0, 0.25, 0.5, 0.75, 1], xticks=[-10, -6, -3, 0, 3, 6, 10], ylim=(-0.04, 1.08))
        title = Text(
            "Sigmoid's slope is at most {peak}, and fades to nothing on both sides",
            "Sigmoid 的斜率最大只有 {peak}，到两端几乎消失",
        )
        set_title(figure, title.say(lang, peak=peak))
    return figure


def tanh(*, lang: str, device: torch.device) -> PageFigure:
    """The function between its two bounds, a derivative that reaches 1, and behind both those of sigmoid."""
    x = torch.linspace(-5, 5, 401, dtype=torch.float32, device=device)
    zero, edge = (torch.tensor([at], dtype=torch.float32, device=device) for at in (0.0, 3.0))
    slope, other = derivative("tanh", zero), derivative("sigmoid", zero)
    figure = new_figure()
    with page_style():
        ax = frame(figure)
        for curve in (ACTIVATIONS["sigmoid"](x), derivative("sigmoid", x)):
            ax.plot(x.cpu(), curve.cpu(), color=now().quiet, linewidth=1.1)
        plot_activation("tanh", x, ax=ax, lang=lang)
        remark(ax, 2.3, 0.74, "sigmoid")
        text = Text("sigmoid's slope at 0: {slope}", "sigmoid 在 0 处的斜率：{slope}").say(lang, slope=number(other))
        note(ax, text, (0, float(other)), (-3.0, 0.4), color=now().quiet)
        text = Text("slope at 0: {slope}", "在 0 处的斜率：{slope}").say(lang, slope=number(slope))
        note(ax, text, (0, float(slope)), (-2.0, 0.87), color=color_of("gradient"))
        centre = ACTIVATIONS["tanh"](zero)
        note(ax, f"tanh(0) = {number(centre)}", (0, float(centre)), (1.7, -0.25), color=color_of("tanh"))
        text = Text("at {x} the slope is down to {slope}", "x = {x} 时斜率已降到 {slope}").say(
            lang, x=number(edge), slope=number(derivative("tanh", edge), 2)
        )
        note(ax, text, (float(edge), float(derivative("tanh", edge))), (2.7, -0.7), color=color_of("gradient"))
        ax.set(yticks=[-1, -0.5, 0, 0.5, 1], xticks=[-5, -3, -1, 0, 1, 3, 5], ylim=(-1.12, 1.16))
        title = Text(
            "Tanh is centred on 0 and {ratio} times as steep there as sigmoid",
            "Tanh 以 0 为中心，那里的斜率是 sigmoid 的 {ratio} 倍",
        )
        set_title(figure, title.say(lang, ratio=number(slope / other, 3)))
    return figure


def relu(*, lang: str, device: torch.device) -> PageFigure:
    """The function, its two slopes, and the half in which neither moves."""
    x = torch.linspace(-4, 4, 401, dtype=torch.float32, device=device)
    at = torch.tensor([-2.0, 0.0, 2.0], dtype=torch.float32, device=device)
    slopes = derivative("relu", at)
    figure = new_figure()
    with page_style():
        ax = frame(figure)
        ax.axvspan(-4, 0, facecolor=now().shade, linewidth=0, zorder=0)
        plot_activation("relu", x, ax=ax, lang=lang)
        dead = Text(
            "dead half: output {value}, slope {slope},\nso no gradient flows back",
            "死区：输出 {value}，斜率 {slope}\n梯度传不回去",
        ).say(lang, value=_span(ACTIVATIONS["relu"](x[x < 0])), slope=_span(derivative("relu", x[x < 0])))
        remark(ax, -2, 1.6, dead)
        text = Text("slope {slope}, however large the input", "输入再大，斜率都是 {slope}").say(
            lang, slope=_span(derivative("relu", x[x > 0]))
        )
        note(ax, text, (2, float(slopes[2])), (2.3, 0.5), color=color_of("gradient"))
        text = Text("torch's slope at 0: {slope}", "torch 规定 0 处的斜率：{slope}").say(lang, slope=number(slopes[1]))
        note(ax, text, (0, float(slopes[1])), (-1.5, 0.55), color=color_of("gradient"))
        ax.set(yticks=[0, 1, 2, 3, 4], xticks=[-4, -2, 0, 2, 4], ylim=(-0.15, 4.2))
        title = Text(
            "ReLU passes positive inputs on unchanged, and blocks negative ones", "ReLU 让正数原样通过，把负数全部挡住"
        )
        set_title(figure, title.say(lang))
    return figure


def _loss_figure(
    name: str, *, lang: str, device: torch.device, reach: float = 3.0, noted: float = 0.0
) -> tuple[PageFigure, Axes]:
    """Loss and gradient over the error, and the article's three predictions with their losses, but where a note is."""
    pred, target = (torch.tensor(row, dtype=torch.float32, device=device) for row in ([2, 2.5, 5], [1, 2, 3]))
    losses, _ = loss_curve(name, pred, target)
    figure = new_figure(height=4.15)
    ax = frame(figure, LOSS_RECT)
    plot_loss(name, torch.linspace(-reach, reach, 301, dtype=torch.float32, device=device), ax=ax, lang=lang)
    errors = (pred - target).tolist()
    ax.scatter(errors, losses.tolist(), s=42, color=now().paper, edgecolor=now().ink, linewidth=1.4, zorder=5)
    for at in zip(errors, losses.tolist(), strict=True):
        if at[0] != noted:
            ax.annotate(number(at[1]), at, (7, -4), textcoords="offset points", va="top", fontsize=9.5)
    example = Text(
        "○ the article's example: predictions {pred}; targets {target}; mean loss {loss:.4f}",
        "○ 文中的例子：预测值 {pred}，真实值 {target}，平均损失 {loss:.4f}",
    )
    both = {"pred": pred, "target": target}
    listed = {key: Text(", ", "、").say(lang).join(map(number, row)) for key, row in both.items()}
    words = example.say(lang, **listed, loss=float(LOSSES[name](pred, target)))
    ax.text(0.5, -0.25, words, transform=ax.transAxes, fontsize=9.5, ha="center")
    return figure, ax


def mae(*, lang: str, device: torch.device) -> PageFigure:
    """|e| and its sign."""
    with page_style():
        figure, ax = _loss_figure("mae", lang=lang, device=device)
        at = torch.tensor([0.0, 2.5], dtype=torch.float32, device=device)
        _, slopes = loss_curve("mae", at, torch.zeros_like(at))
        above = torch.linspace(0.02, 3, 150, dtype=torch.float32, device=device)
        steady = _span(loss_curve("mae", above, torch.zeros_like(above))[1])
        text = Text("gradient {slope},\nwhatever the error", "误差再大\n梯度都是 {slope}").say(lang, slope=steady)
        note(ax, text, (2.5, float(slopes[1])), (2.2, 0.42), color=color_of("gradient"))
        text = Text("torch's gradient at 0: {slope}", "torch 规定 0 处的梯度：{slope}").say(
            lang, slope=number(slopes[0])
        )
        note(ax, text, (0, float(slopes[0])), (1.3, -0.5), color=color_of("gradient"))
        ax.set(yticks=[-1, 0, 1, 2, 3], xticks=[-3, -2, -1, 0, 1, 2, 3])
        title = Text("MAE pulls equally hard on every error, small or large", "MAE 对大小误差一视同仁，拉力相同")
        set_title(figure, title.say(lang))
    return figure


def mse(*, lang: str, device: torch.device) -> PageFigure:
    """The squared error e**2, and its gradient 2 e."""
    with page_style():
        figure, ax = _loss_figure("mse", lang=lang, device=device, reach=3.3)
        at = torch.tensor([1.0, 2.0, 3.0], dtype=torch.float32, device=device)
        losses, slopes = loss_curve("mse", at, torch.zeros_like(at))
        text = Text("error {error}: loss {loss}", "误差 {error}：损失 {loss}")
        words = text.say(lang, error=number(at[2]), loss=number(losses[2]))
        note(ax, words, (3, float(losses[2])), (1.4, 9.4), color=color_of("mse"))
        text = Text("error {error}: gradient {slope}", "误差 {error}：梯度 {slope}")
        words = text.say(lang, error=number(at[2]), slope=number(slopes[2]))
        note(ax, words, (3, float(slopes[2])), (2.5, -1.2), color=color_of("gradient"))
        ax.set(yticks=[-6, -3, 0, 3, 6, 9], xticks=[-3, -2, -1, 0, 1, 2, 3])
        title = Text(
            "MSE: twice the error costs {ratio} times as much, so outliers dominate",
            "MSE：误差翻倍，损失变为 {ratio} 倍，异常值因此说了算",
        )
        set_title(figure, title.say(lang, ratio=number(losses[1] / losses[0])))
    return figure


def smooth_l1(*, lang: str, device: torch.device) -> PageFigure:
    """Half the square near 0, a line beyond, joined at beta without a kink; MAE and half of MSE behind."""
    grid = torch.linspace(0, 3, 301, dtype=torch.float32, device=device)
    _, pull = loss_curve("smooth_l1", grid, torch.zeros_like(grid))
    beta = float(grid[int((pull >= pull.max() - 1e-6).nonzero()[0])])  # where the gradient has reached its bound
    with page_style():
        figure, ax = _loss_figure("smooth_l1", lang=lang, device=device, noted=beta)
        errors = torch.cat([-grid.flip(0), grid[1:]])
        for name, scale in (("mae", 1.0), ("mse", 0.5 / beta)):
            behind = scale * loss_curve(name, errors, torch.zeros_like(errors))[0]
            ax.plot(errors.cpu(), behind.cpu(), color=now().faint, linewidth=1.5, zorder=1.5)
        label_ends(ax, [(float(grid[-1]), "MAE", now().quiet)])
        remark(ax, 1.9, 2.75, "MSE/2")
        ax.axvspan(-beta, beta, facecolor=now().shade, linewidth=0, zorder=0)
        near = Text("like MSE\n$e^2/(2\\beta)$", "像 MSE\n$e^2/(2\\beta)$")
        far = Text("like MAE\n$|e| - \\beta/2$", "像 MAE\n$|e| - \\beta/2$")
        remark(ax, 0, 2.5, near.say(lang))
        remark(ax, -2.2, 0.5, far.say(lang))
        at = torch.tensor([beta], dtype=torch.float32, device=device)
        loss, slope = loss_curve("smooth_l1", at, torch.zeros_like(at))
        joint = Text(
            "joint at β = {beta}\nloss {loss}, gradient {slope}", "分界点 β = {beta}\n损失 {loss}，梯度 {slope}"
        )
        words = joint.say(lang, beta=number(beta), loss=number(loss), slope=number(slope))
        note(ax, words, (beta, float(loss)), (2.2, 0.35), color=color_of("smooth_l1"))
        ax.set(yticks=[-1, 0, 1, 2, 3], xticks=[-3, -2, -1, 0, 1, 2, 3], ylim=(-1.2, 3.3))
        title = Text(
            "Smooth L1 is like MSE for small errors and like MAE for large ones",
            "Smooth L1：误差小时像 MSE，误差大时像 MAE",
        )
        set_title(figure, title.say(lang))
    return figure
