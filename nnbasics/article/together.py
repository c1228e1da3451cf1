"""Sections 4 and 8, side by side: the three activations, the three losses, each with its slope."""

from __future__ import annotations

from typing import Any

import torch
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from torch import Tensor

from .._lookup import PROPER_NAMES
from ..activations import ACTIVATIONS, derivative
from ..loss_curves import loss_curve
from ..plotting.functions import broken_at_jumps, label_ends
from ..plotting.style import PageFigure, color_of, new_figure, page_style, set_title
from ..text import Text
from .curves import frame, number, remark

NAMED = Text("{name}: {number}", "{name}：{number}")


def activations(*, lang: str, device: torch.device) -> PageFigure:
    """ReLU, tanh and sigmoid in one frame, and in another their derivatives."""
    x = torch.linspace(-4, 4, 401, dtype=torch.float32, device=device)
    zero, two = (torch.tensor([at], dtype=torch.float32, device=device) for at in (0.0, 2.0))
    figure = new_figure()
    with page_style():
        heads = (Text("output f(x)", "输出 f(x)"), Text("derivative f'(x)", "导数 f'(x)"))
        left, right = _panels(figure, heads, Text("input x", "输入 x"), lang, width=0.41)
        for name in ("sigmoid", "tanh", "relu"):
            _curve(left, name, x, ACTIVATIONS[name](x))
            _curve(right, name, x, derivative(name, x))
        places = {"relu": (left, 0.9, 1.75), "tanh": (left, -2.4, -0.7), "sigmoid": (left, -2.3, 0.38)}
        for name, (ax, across, up) in places.items():
            remark(ax, across, up, PROPER_NAMES.get(name, name), color=color_of(name))
        tops = {"relu": (two, 2.6, 1.09), "tanh": (zero, -1.8, 0.85), "sigmoid": (zero, 2.6, 0.31)}
        for name, (at, across, up) in tops.items():
            words = NAMED.say(lang, name=PROPER_NAMES.get(name, name), number=number(derivative(name, at)))
            remark(right, across, up, words, color=color_of(name))
        left.set(yticks=[-1, 0, 1, 2], ylim=(-1.15, 2.3))
        right.set(yticks=[0, 0.25, 0.5, 0.75, 1], ylim=(-0.04, 1.2))
        title = Text(
            "For large inputs tanh and sigmoid go flat; ReLU keeps its slope",
            "输入变大，tanh 和 sigmoid 变平，ReLU 斜率不变",
        )
        set_title(figure, title.say(lang))
    return figure


def losses(*, lang: str, device: torch.device) -> PageFigure:
    """MAE, MSE and Smooth L1 over the error in one frame, and in another how hard each pulls."""
    error = torch.linspace(-2, 2, 401, dtype=torch.float32, device=device)
    figure = new_figure()
    with page_style():
        heads = (Text("loss", "损失"), Text("gradient", "梯度"))
        left, right = _panels(figure, heads, Text("error", "误差"), lang, width=0.27)
        for ax, which, wide in ((left, 0, 2.2), (right, 1, 4.0)):  # where two curves are one, both are seen
            ends = []
            for name in ("mse", "mae", "smooth_l1"):
                values = loss_curve(name, error, torch.zeros_like(error))[which]
                _curve(ax, name, error, values, linewidth=wide if name == "mae" else 2.2)
                words = NAMED.say(lang, name=PROPER_NAMES[name], number=number(values[-1]))
                ends.append((float(values[-1]), words, color_of(name)))
            label_ends(ax, ends)
        left.set(xticks=range(-2, 3), yticks=range(5), ylim=(-0.1, 4.15))
        right.set(xticks=range(-2, 3), yticks=range(-4, 5, 2), ylim=(-4.2, 4.2))
        title = Text(
            "The larger the error, the harder MSE pulls; the other two do not",
            "误差越大，MSE 拉得越狠，另外两种不会",
        )
        set_title(figure, title.say(lang))
    return figure


def _panels(figure: Figure, heads: tuple[Text, Text], xlabel: Text, lang: str, *, width: float) -> list[Axes]:
    axes = []
    for left, head in zip((0.06, 0.555), heads, strict=True):
        ax = frame(figure, (left, 0.135, width, 0.66))
        ax.set_title(head.say(lang), loc="left", fontsize=10.5)
        ax.set_xlabel(xlabel.say(lang))
        axes.append(ax)
    return axes


def _curve(ax: Axes, name: str, x: Tensor, values: Tensor, **line_kwargs: Any) -> None:
    ax.plot(*broken_at_jumps(x.cpu().numpy(), values.cpu().numpy()), color=color_of(name), **line_kwargs)
