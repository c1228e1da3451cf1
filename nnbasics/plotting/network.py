"""Networks and neurons as circles and lines: drawn from live modules and tensors."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import torch
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.patches import Circle
from torch import Tensor, nn

from .._checks import check_count, check_tensor
from .._layers import check_module
from .._lookup import name_of
from ..forward import neuron
from ..text import Text, resolve_language
from .fonts import font_families
from .left_out import left_out, short, width_of
from .style import color_of, new_axes, page_style
from .theme import now, readable

PITCH = 1.75  # between the columns of units
FULL = (0.02, 0.02, 0.96, 0.86)  # a drawing needs no room for ticks


def linear_layers(model: nn.Module) -> list[tuple[str, nn.Linear]]:
    """The `nn.Linear` layers of a module with their names, in the order in which it registered them.

    Raises:
        TypeError: `model` is not an `nn.Module`.
        ValueError: there is no linear layer, or one does not take what the one before it gives.
    """
    modules = list(check_module(model, "model").named_modules(remove_duplicate=False))
    layers = [(name or "model", layer) for name, layer in modules if isinstance(layer, nn.Linear)]
    if not layers:
        raise ValueError(f"model must hold at least one nn.Linear, got {type(model).__name__} without any.")
    for name, layer in layers:
        if nn.parameter.is_lazy(layer.weight):
            raise ValueError(f"model must know its sizes: {name!r} is lazy, so run the model on one batch first.")
    if len({id(layer) for _, layer in layers}) < len(layers):
        raise ValueError("model must use each nn.Linear once to be drawn as a chain, and one is used twice.")
    for (before, first), (after, second) in pairwise(layers):
        if first.out_features != second.in_features:
            raise ValueError(
                f"model must be a chain of nn.Linear layers: {before!r} gives {first.out_features} feature(s), "
                f"but {after!r} takes {second.in_features}."
            )
    return layers


def plot_network(
    model: nn.Module, *, ax: Axes | None = None, lang: str | None = None, max_units: int = 8, **line_kwargs: Any
) -> Axes:
    """Draw a chain of linear layers: a circle for each unit, a line for each weight.

    A line's width is the size of its weight, against the largest of its layer; blue and solid is positive,
    orange and dashed negative. Under each layer stands what it holds, counted from its tensors; below, what else holds
    parameters and isn't drawn, and layers in a plain list, of which torch doesn't know.

    Args:
        model: Any module of `nn.Linear` layers that follow one another in the order in which it registered them;
            what else its forward does is not looked at.
        ax: The axes to draw on; None makes a new figure.
        lang: `"en"` or `"zh"`; None as `nnbasics` resolves it.
        max_units: How many circles a layer shows at most; of a wider one the first are drawn.
        line_kwargs: Of `matplotlib.collections.LineCollection`, for the weights.

    Returns:
        The axes.

    Raises:
        ValueError, TypeError: as `linear_layers` does; a weight is not finite; `max_units` < 1.

    Example:
        >>> model = nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 2))
        >>> len(plot_network(model).patches)
        9
    """
    language = resolve_language(lang)
    check_count(max_units, "max_units")
    layers = linear_layers(model)
    for name, layer in layers:
        check_tensor(layer.weight, f"{name}.weight")
    widths = [layers[0][1].in_features, *(layer.out_features for _, layer in layers)]
    columns = [_unit_heights(width, max_units) for width in widths]
    ax = new_axes(ax, rect=FULL)
    ink, quiet = (readable(color, ax.get_facecolor()) for color in (now().ink, now().quiet))
    with page_style():
        for column, (_, layer) in enumerate(layers):
            weight = layer.weight.detach().to("cpu", torch.float64)
            _draw_weights(ax, column, columns[column], columns[column + 1], weight, line_kwargs)
        crowded = len(layers) > 5  # then there is room for numbers only
        small = 7.0 if crowded else 9.5
        for column, (width, heights) in enumerate(zip(widths, columns, strict=True)):
            radius = 0.15 if len(heights) < 2 else min(0.15, 0.42 * (heights[0] - heights[1]))
            for height in heights:
                at = (PITCH * column, height)
                ax.add_patch(Circle(at, radius, facecolor="white", edgecolor=now().ink, linewidth=1.3, zorder=3))
            if width > len(heights):
                ax.text(PITCH * column, min(heights) - 0.3, "...", ha="center", va="center", rotation=90, color=quiet)
            units = str(width) if crowded else Text("{n} units", "{n} 个节点").say(language, n=width)
            ax.text(
                PITCH * column, 1.24, units, ha="center", va="bottom" if crowded else "top", fontsize=small, color=quiet
            )
            if not crowded:
                role = _role(column, len(layers), language)
                ax.text(PITCH * column, 1.27, role, ha="center", va="bottom", color=ink)
        for column, (name, layer) in enumerate(layers):
            total = layer.weight.numel() + (0 if layer.bias is None else layer.bias.numel())
            formula = f"{layer.in_features}×{layer.out_features}"
            formula += f"+{layer.out_features}" if layer.bias is not None else ""
            text = str(total) if crowded else f"{short(name)}\n{formula} = {total}"
            ax.text(
                PITCH * (column + 0.5), -1.05, text, ha="center", va="top", fontsize=small, color=quiet, linespacing=1.4
            )
        ax.set(xlim=(-0.6, PITCH * len(layers) + 0.6), ylim=(-1.5, 1.5), aspect="equal")
        if notes := left_out(model, language):
            _write_below(ax, notes, lines=1 if crowded else 2, middle=PITCH * len(layers) / 2)
        ax.set_axis_off()
    return ax


def _write_below(ax: Axes, notes: list[str], *, lines: int, middle: float) -> None:
    """Notes under the lines of text that stand below the layers, broken where the axes end."""
    wide = int(ax.bbox.width / ax.figure.dpi * 72 / 5.2)  # letters of 9.5 points
    rows = [row for note in notes for row in textwrap.wrap(note, int(wide * len(note) / width_of(note)))]
    ax.set_ylim(-1.7 - 0.2 * len(rows), 1.5)
    style: dict[str, Any] = {"textcoords": "offset points", "ha": "center", "va": "top", "annotation_clip": False}
    style |= {"fontsize": 9.5, "color": readable(now().ink, ax.get_facecolor()), "linespacing": 1.3}
    ax.annotate("\n".join(rows), (middle, -1.05), (0, -14.5 * lines - 5), fontfamily=font_families(), **style)


def _unit_heights(width: int, max_units: int) -> list[float]:
    shown = min(width, max_units)
    pitch = min(0.62, 1.7 / max(shown - 1, 1))
    return [pitch * ((shown - 1) / 2 - unit) for unit in range(shown)]


def _role(column: int, last: int, language: str) -> str:
    if column == 0:
        return Text("input layer", "输入层").say(language)
    if column == last:
        return Text("output layer", "输出层").say(language)
    if last == 2:
        return Text("hidden layer", "隐藏层").say(language)
    return Text("hidden layer {n}", "隐藏层 {n}").say(language, n=column)


def _draw_weights(
    ax: Axes, column: int, left: list[float], right: list[float], weight: Tensor, line_kwargs: dict[str, Any]
) -> None:
    """One line for each weight between the units that are shown."""
    largest = float(weight.abs().max()) or 1.0
    shown = [(i, j, float(weight[j, i])) for j in range(len(right)) for i in range(len(left))]
    style: dict[str, Any] = {
        "linewidths": [0.4 + 3.2 * abs(w) / largest for *_, w in shown],
        "colors": [color_of("positive" if w >= 0 else "negative") for *_, w in shown],
        "linestyles": ["solid" if w >= 0 else (0, (2.5, 1.2)) for *_, w in shown],
        "zorder": 1,
    }
    segments = [[(PITCH * column, left[i]), (PITCH * (column + 1), right[j])] for i, j, _ in shown]
    ax.add_collection(LineCollection(segments, **{**style, **line_kwargs}))
