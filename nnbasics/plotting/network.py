"""Networks as circles, arrows and squares: drawn from live modules."""

from __future__ import annotations

import textwrap
from itertools import pairwise
from typing import Any

import numpy as np
import torch
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection, PolyCollection
from matplotlib.patches import Circle, Rectangle
from torch import Tensor, nn

from .._checks import check_count, check_tensor
from .._layers import check_module
from .._lookup import PROPER_NAMES
from ..activations import ACTIVATIONS
from ..forward import trace_forward
from ..text import Text, resolve_language
from .fonts import font_families
from .left_out import left_out, short, width_of
from .style import color_of, new_axes, page_style
from .theme import mixed, now, readable

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
    model: nn.Module,
    *,
    weights: bool = False,
    x: Tensor | None = None,
    ax: Axes | None = None,
    lang: str | None = None,
    max_units: int = 8,
    **line_kwargs: Any,
) -> Axes:
    """Draw a chain of linear layers: a circle for each unit, an arrow for each weight, a square for each bias.

    Between the layers stands what they hold, counted from their tensors; below, what else holds parameters and isn't
    drawn, and layers in a plain list, of which torch doesn't know. Units of a narrow layer are named: x₁, h₁, y₁.

    Args:
        model: Any module of `nn.Linear` layers that follow one another in the order in which it registered them;
            what else its forward does is not looked at.
        weights: Whether the lines show the live weights: as wide as the weight is large, against the largest of its
            layer, positive ones blue, negative ones orange and hollow; the squares show the signs of the biases so.
        x: A batch of inputs. Where it is given, the model runs on it, and the activation that it applies is written
            under each layer: the one of `ACTIVATIONS` that makes what `trace_forward` sees come out.
        ax: The axes to draw on; None makes a new figure.
        lang: `"en"` or `"zh"`; None as `nnbasics` resolves it.
        max_units: How many circles a layer shows at most; of a wider one the first are drawn.
        line_kwargs: Of `matplotlib.collections.LineCollection`, for the weights.

    Returns:
        The axes.

    Raises:
        ValueError, TypeError: as `linear_layers` and `trace_forward` do; a weight is not finite; `max_units` < 1.

    Example:
        >>> model = nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 2))
        >>> len(plot_network(model).patches)  # 9 units and 6 biases
        15
    """
    language = resolve_language(lang)
    check_count(max_units, "max_units")
    layers = linear_layers(model)
    for name, layer in layers:
        check_tensor(layer.weight, f"{name}.weight")
    activations = _activations(model, x, [name for name, _ in layers]) if x is not None else {}
    widths = [layers[0][1].in_features, *(layer.out_features for _, layer in layers)]
    columns = [_unit_heights(width, max_units) for width in widths]
    ax = new_axes(ax, rect=FULL)
    ink, quiet = (readable(color, ax.get_facecolor()) for color in (now().ink, now().quiet))
    with page_style():
        crowded = len(layers) > 5  # then there is room for numbers only
        small = 7.0 if crowded else 9.5
        radii = [0.18 if len(heights) < 2 else min(0.18, 0.36 * (heights[0] - heights[1])) for heights in columns]
        for column, (_, layer) in enumerate(layers):
            weight = layer.weight.detach().to("cpu", torch.float64)
            ends = (columns[column], columns[column + 1], radii[column], radii[column + 1])
            _draw_weights(ax, column, ends, weight, weights, line_kwargs)
        for column, (width, heights, radius) in enumerate(zip(widths, columns, radii, strict=True)):
            layer_bias = layers[column - 1][1].bias if column else None
            _draw_units(ax, column, len(layers), heights, radius)
            if layer_bias is not None:
                _draw_biases(ax, column, heights, radius, layer_bias.tolist() if weights else [])
            if width > len(heights):
                ax.text(PITCH * column, min(heights) - 0.3, "...", ha="center", va="center", rotation=90, color=quiet)
            units = str(width) if crowded else Text("{n} units", "{n} 个单元").say(language, n=width)
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
            if f := activations.get(name):
                style = {"textcoords": "offset points", "ha": "center", "va": "top", "fontsize": small, "color": ink}
                at, below = (PITCH * (column + 1), -1.05), (0, -1.4 * small)  # under the dots of a wide layer
                ax.annotate(PROPER_NAMES.get(f, f), at, below, **style)
        ax.set(xlim=(-0.6, PITCH * len(layers) + 0.6), ylim=(-1.5, 1.5), aspect="equal")
        if notes := left_out(model, language):
            _write_below(ax, notes, lines=1 if crowded and not activations else 2, middle=PITCH * len(layers) / 2)
        ax.set_axis_off()
    return ax


def _activations(model: nn.Module, x: Tensor, names: list[str]) -> dict[str, str]:
    """Layer -> the activation that the model applies to what it gives, where it is exactly one of the table's."""
    found = {}
    for row in trace_forward(model, x):
        fits = [name for name, f in ACTIVATIONS.items() if row.a.shape == row.z.shape and torch.equal(f(row.z), row.a)]
        if row.name in names and len(fits) == 1 and fits != ["identity"]:
            found[row.name] = fits[0]
    return found


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
    pitch = min(0.66, 1.7 / max(shown - 1, 1))
    return [pitch * ((shown - 1) / 2 - unit) for unit in range(shown)]


def _role(column: int, last: int, language: str) -> str:
    if column == 0:
        return Text("input layer", "输入层").say(language)
    if column == last:
        return Text("output layer", "输出层").say(language)
    if last == 2:
        return Text("hidden layer", "隐藏层").say(language)
    return Text("hidden layer {n}", "隐藏层 {n}").say(language, n=column)


def _draw_units(ax: Axes, column: int, last: int, heights: list[float], radius: float) -> None:
    hue, letter = ("grey", "x") if column == 0 else ("purple", "y") if column == last else ("green", "h")
    edge = color_of(hue)
    for i, height in enumerate(heights):
        style = {"facecolor": mixed(now().paper, edge, 0.2), "edgecolor": edge, "linewidth": 1.4, "zorder": 3}
        ax.add_patch(Circle((PITCH * column, height), radius, **style))
        if radius > 0.15 and last <= 4:  # smaller ones have no room for their name
            name = f"${letter}_{{{i + 1}}}$"
            ax.text(PITCH * column, height, name, ha="center", va="center", color=now().ink, zorder=4)


def _draw_biases(ax: Axes, column: int, heights: list[float], radius: float, values: list[float]) -> None:
    """A square on the head of each unit: it comes in like a weight, from a unit that is always 1."""
    side = 0.55 * radius
    for i, height in enumerate(heights):
        color = color_of("positive" if values[i] >= 0 else "negative") if values else color_of("orange")
        hollow = bool(values) and values[i] < 0
        corner = (PITCH * column - side / 2, height + radius)
        fill = now().paper if hollow else color
        ax.add_patch(Rectangle(corner, side, side, facecolor=fill, edgecolor=color, linewidth=1, zorder=4))


def _draw_weights(
    ax: Axes,
    column: int,
    ends: tuple[list[float], list[float], float, float],
    weight: Tensor,
    live: bool,
    line_kwargs: dict[str, Any],
) -> None:
    """One arrow for each weight between the units that are shown, from the edge of one to the edge of the other."""
    left, right, near, far = ends
    largest = float(weight.abs().max()) or 1.0
    shown = [float(weight[j, i]) for j in range(len(right)) for i in range(len(left))]
    tails = np.array([(PITCH * column, left[i]) for _ in right for i in range(len(left))])
    heads = np.array([(PITCH * (column + 1), height) for height in right for _ in left])
    along = (heads - tails) / np.linalg.norm(heads - tails, axis=1, keepdims=True)
    tails, tips = tails + near * along, heads - (far + 0.01) * along
    widths = [0.4 + 3.2 * abs(w) / largest if live else 1.1 for w in shown]
    plain = mixed(now().faint, now().quiet, 0.35)
    colors = [color_of("positive" if w >= 0 else "negative") if live else plain for w in shown]
    long = min(0.1, 0.6 * far)
    segments = list(np.stack([tails, tips - 0.8 * long * along], axis=1))
    ax.add_collection(LineCollection(segments, **{"linewidths": widths, "colors": colors, "zorder": 1, **line_kwargs}))
    if live:
        core = [max(0.0, width - 1.6) if w < 0 else 0.0 for width, w in zip(widths, shown, strict=True)]
        ax.add_collection(LineCollection(segments, linewidths=core, colors=ax.get_facecolor(), zorder=1.1))
    across = np.stack([-along[:, 1], along[:, 0]], axis=1)
    wide = 0.4 * long
    corners = (tips, tips - long * along + wide * across, tips - long * along - wide * across)
    triangles = list(np.stack(corners, axis=1))
    ax.add_collection(PolyCollection(triangles, facecolors=colors, edgecolors="none", zorder=1.2))
