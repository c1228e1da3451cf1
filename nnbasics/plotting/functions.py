"""Curves of a function and its derivative: activations and losses."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from matplotlib.axes import Axes
from matplotlib.text import Annotation
from torch import Tensor

from .._checks import check_number, check_tensor
from .._lookup import PROPER_NAMES, key_of, lookup_callable, name_of
from ..activations import ACTIVATIONS, derivative, evaluate
from ..loss_curves import is_one_of, loss_curve, loss_values
from ..losses import LOSSES
from ..text import Text, resolve_language
from .style import color_of, new_axes, own, page_style, set_labels
from .theme import now

END = "nnbasics-end"  # the mark of a label at the end of a curve
THIN = 1.5  # points: the width of a derivative
JUMP = 0.2  # of the curve's height, between two neighbouring points: less is no jump


def plot_activation(
    activation: str | Callable[[Tensor], Tensor],
    x: Tensor | None = None,
    *,
    ax: Axes | None = None,
    lang: str | None = None,
    label: str | None = None,
    with_derivative: bool = True,
    **line_kwargs: Any,
) -> Axes:
    """Draw an elementwise activation and, thinner, its derivative by autograd.

    Args:
        activation: A name of `ACTIVATIONS` or any elementwise callable, an `nn.Module` included.
        x: Where to evaluate it, ascending, shape (N,); by default 401 points from -8 to 8.
        ax: The axes to draw on; None makes a new figure.
        lang: `"en"` or `"zh"`; None as `nnbasics` resolves it.
        label: What stands at the curve's end; None takes the activation's name, such as ReLU.
        with_derivative: False draws the function alone, e.g. one without a gradient.
        line_kwargs: Of `Axes.plot`, for the function's line.

    Returns:
        The axes.

    Raises:
        ValueError, TypeError: as `derivative` does.

    Example:
        >>> plot_activation(torch.nn.PReLU()).get_xlabel()
        'input x'
    """
    language = resolve_language(lang)
    x = torch.linspace(-8, 8, 401, dtype=torch.float32, device="cpu") if x is None else check_tensor(x, "x", ndim=1)
    slope = derivative(activation, x) if with_derivative else None
    with torch.no_grad():
        value = evaluate(activation, x)
    name = key_of(ACTIVATIONS, name_of(activation))
    label = label or PROPER_NAMES.get(name, name)
    ylabel = (
        Text("output f(x) and derivative f'(x)", "输出 f(x) 与导数 f'(x)")
        if with_derivative
        else Text("output f(x)", "输出 f(x)")
    )
    return _plot_pair(
        new_axes(ax, rect=room_for(label)),
        x,
        value,
        slope,
        labels=(label, Text("derivative", "导数").say(language)),
        xlabel=Text("input x", "输入 x").say(language),
        ylabel=ylabel.say(language),
        line_kwargs={"color": color_of(name), **own(line_kwargs)},
    )


def plot_loss(
    loss_fn: str | Callable[[Tensor, Tensor], Tensor],
    pred: Tensor | None = None,
    *,
    target: float = 0.0,
    ax: Axes | None = None,
    lang: str | None = None,
    label: str | None = None,
    with_gradient: bool = True,
    **line_kwargs: Any,
) -> Axes:
    """Draw the loss of one prediction over its error and, thinner, the gradient by autograd.

    Args:
        loss_fn: A name of `LOSSES` or any callable of (prediction, target) that can judge one number.
        pred: The predictions, ascending, shape (N,); by default 301 points from target - 3 to target + 3, or
            from 0.01 to 0.99 for `bce`, which takes probabilities.
        target: The true value. At 0 the prediction is the error, and the axis says so.
        ax: The axes to draw on; None makes a new figure.
        lang: `"en"` or `"zh"`; None as `nnbasics` resolves it.
        label: What stands at the curve's end; None takes the loss's name, such as MAE.
        with_gradient: False draws the loss alone.
        line_kwargs: Of `Axes.plot`, for the loss's line.

    Returns:
        The axes.

    Raises:
        ValueError, TypeError: as `loss_curve` does.

    Example:
        >>> plot_loss(torch.nn.HuberLoss(delta=0.5)).get_xlabel()
        'error = prediction − target'
    """
    language = resolve_language(lang)
    function, name = lookup_callable(LOSSES, loss_fn, kind="loss_fn"), key_of(LOSSES, name_of(loss_fn))
    label = label or PROPER_NAMES.get(name, name)
    target = check_number(target, "target")
    if pred is None:
        of_probabilities = is_one_of(function, (LOSSES["bce"], torch.nn.BCELoss))
        low, high = (0.01, 0.99) if of_probabilities else (target - 3, target + 3)
        pred = torch.linspace(low, high, 301, dtype=torch.float32, device="cpu")
    check_tensor(pred, "pred", ndim=1)
    true = torch.tensor(target, dtype=pred.dtype, device=pred.device)
    loss, gradient = loss_curve(loss_fn, pred, true) if with_gradient else (loss_values(loss_fn, pred, true), None)
    xlabel = Text("error = prediction − target", "误差 = 预测值 − 真实值").say(language)
    if target != 0:
        xlabel = Text("prediction (target {target:g})", "预测值（真实值为 {target:g}）").say(language, target=target)
    ylabel = Text("loss and gradient", "损失与梯度") if with_gradient else Text("loss", "损失")
    return _plot_pair(
        new_axes(ax, rect=room_for(label)),
        pred,
        loss,
        gradient,
        labels=(label, Text("gradient", "梯度").say(language)),
        xlabel=xlabel,
        ylabel=ylabel.say(language),
        line_kwargs={"color": color_of(name), **own(line_kwargs)},
    )


def _plot_pair(
    ax: Axes,
    x: Tensor,
    value: Tensor,
    slope: Tensor | None,
    *,
    labels: tuple[str, str],
    xlabel: str,
    ylabel: str,
    line_kwargs: dict[str, Any],
) -> Axes:
    """A line and a thinner one, each named at its right end."""
    xs, ys = _numpy(x), _numpy(value)
    with page_style():
        (line,) = ax.plot(*broken_at_jumps(xs, ys), **line_kwargs)
        ends = [(float(ys[-1]), labels[0], line.get_color())]
        if slope is not None:
            slopes = _numpy(slope)
            color = color_of("gradient")
            ax.plot(*broken_at_jumps(xs, slopes), color=color, linewidth=THIN)
            ends.append((float(slopes[-1]), labels[1], color))
        label_ends(ax, ends)
        set_labels(ax, xlabel, ylabel)
    return ax


def label_ends(ax: Axes, ends: list[tuple[float, str, Any]]) -> None:
    """Write each label (y, text, colour) at the right edge beside its curve's end, clear of those already there."""
    scale = ax.yaxis.get_transform()  # on a logarithmic axis, too, labels stand apart on paper
    low, high = scale.transform(ax.get_ylim())
    gap = 0.075 * (high - low)
    there = [text.xy[1] for text in ax.texts if isinstance(text, Annotation) and text.get_gid() == END]
    taken = list(scale.transform(there))
    for end, text, color in sorted(ends, key=lambda end: end[0]):
        y = float(scale.transform(end))
        while any(abs(y - other) < gap * 0.99 for other in taken):
            y += gap / 4
        taken.append(y)
        style: dict[str, Any] = {"textcoords": "offset points", "va": "center", "annotation_clip": False, "gid": END}
        at = (1, float(scale.inverted().transform(y)))
        ax.annotate(text, at, xytext=(7, 0), xycoords=ax.get_yaxis_transform(), color=color or now().ink, **style)


def room_for(label: str) -> tuple[float, float, float, float]:
    """Where the axes of a new figure go, so that a label of this length fits beside them."""
    return (0.1, 0.14, 0.89 - max(0.13, 0.0125 * len(label)), 0.8)


def broken_at_jumps(xs: Any, ys: Any) -> tuple[Any, Any]:
    """The curve with a gap wherever it jumps: a vertical stroke would claim values that it never takes.

    A jump is a large step beside a small one; a curve that is merely steep has large steps on both sides.
    """
    steps = np.abs(np.diff(ys))
    beside = np.minimum(np.append(np.inf, steps[:-1]), np.append(steps[1:], np.inf))
    jumps = np.flatnonzero((steps > JUMP * (np.ptp(ys) or 1.0)) & (steps > 4 * beside)) + 1
    return np.insert(xs, jumps, np.nan), np.insert(ys, jumps, np.nan)


def _numpy(tensor: Tensor) -> Any:
    return tensor.detach().to("cpu", torch.float64).numpy()
