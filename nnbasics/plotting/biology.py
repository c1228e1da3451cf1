"""A biological neuron, drawn and labelled, with the artificial neuron's words beside its own."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.patches import Circle, FancyBboxPatch, PathPatch
from matplotlib.path import Path

from ..text import Text, resolve_language
from .style import color_of, new_axes, page_style
from .theme import now

CELL, EDGE, SHEATH = "#a9c4de", "#3f6485", "#f4e3bd"
SOMA = (3.3, 3.3)
DENDRITES = ((78, 1.5), (112, 1.75), (146, 1.8), (180, 1.75), (214, 1.8), (248, 1.75), (282, 1.5))  # degrees, length
TERMINALS = ((11.75, 5.0), (12.2, 4.1), (12.35, 3.2), (12.15, 2.3), (11.7, 1.4))


def plot_biological_neuron(*, ax: Axes | None = None, lang: str | None = None, **patch_kwargs: Any) -> Axes:
    """Draw a biological neuron: dendrites, cell body, axon, terminals, and the way of the signal.

    Args:
        ax: The axes to draw on; None makes a new figure.
        lang: `"en"` or `"zh"`; None as `nnbasics` resolves it.
        patch_kwargs: Of `matplotlib.patches.PathPatch`, for the cell body.

    Returns:
        The axes.

    Example:
        >>> "axon" in [text.get_text() for text in plot_biological_neuron(lang="en").texts]
        True
    """
    language = resolve_language(lang)
    ax = new_axes(ax, rect=(0.01, 0.02, 0.98, 0.86))
    with page_style():
        _draw_dendrites(ax)
        _draw_axon(ax)
        body = {"facecolor": CELL, "edgecolor": EDGE, "linewidth": 1.6, "zorder": 2.5, **patch_kwargs}
        ax.add_patch(PathPatch(_soma(), **body))
        ax.add_patch(Circle(SOMA, 0.33, facecolor=EDGE, edgecolor="none", zorder=3))
        style = {"arrowstyle": "-|>", "color": color_of("gradient"), "linewidth": 2.2, "mutation_scale": 16}
        ax.annotate("", (10.0, 4.15), (5.6, 4.15), arrowprops=style)
        direction = Text("direction of the signal", "信号方向").say(language)
        ax.text(7.8, 4.3, direction, ha="center", va="bottom", color=color_of("gradient"))
        parts = (
            (1.35, Text("dendrites", "树突"), Text("inputs $x_1 ... x_n$", "输入 $x_1 ... x_n$"), (1.75, 1.72)),
            (4.75, Text("cell body", "细胞体"), Text("sum $z$, activation $f$", "求和 $z$、激活 $f$"), (3.62, 2.55)),
            (8.05, Text("axon", "轴突"), Text("output $a$", "输出 $a$"), (8.05, 3.07)),
            (11.5, Text("axon terminals", "轴突末梢"), Text("next neurons' inputs", "后续神经元的输入"), (11.7, 1.2)),
        )
        for x, name, analogue, target in parts:
            ax.text(x, 0.5, name.say(language), ha="center", va="baseline", fontsize=11.5, color=now().ink)
            ax.text(
                x, 0.05, analogue.say(language), ha="center", va="baseline", fontsize=10, color=color_of("positive")
            )
            line = {"arrowstyle": "-", "color": now().quiet, "linewidth": 0.9, "shrinkB": 0}
            ax.annotate("", target, (x, 0.98), arrowprops=line)
        ax.set(xlim=(0, 13.4), ylim=(-0.25, 6.1), aspect="equal")
        ax.set_axis_off()
    return ax


def _soma() -> Path:
    """A closed smooth outline that bulges towards each dendrite and the axon."""
    angles = np.linspace(0, 2 * math.pi, 121)
    roots = np.radians([angle for angle, _ in DENDRITES] + [0])
    bulge = np.exp(-((np.angle(np.exp(1j * (angles[:, None] - roots))) / 0.17) ** 2)).sum(axis=1)
    radius = 0.72 + 0.2 * bulge
    return Path(np.column_stack([SOMA[0] + radius * np.cos(angles), SOMA[1] + radius * np.sin(angles)]), closed=True)


def _draw_dendrites(ax: Axes) -> None:
    segments: list[Any] = []
    widths: list[float] = []

    def grow(start: tuple[float, float], angle: float, length: float, width: float, level: int) -> None:
        bend = angle + (0.12 if level % 2 else -0.1)
        end = (start[0] + length * math.cos(bend), start[1] + length * math.sin(bend))
        middle = (start[0] + 0.5 * length * math.cos(angle), start[1] + 0.5 * length * math.sin(angle))
        segments.append(_bezier(start, middle, end))
        widths.append(width)
        if level < 3:
            grow(end, angle + 0.42, 0.52 * length, 0.62 * width, level + 1)
            grow(end, angle - 0.38, 0.58 * length, 0.62 * width, level + 1)

    for degrees, length in DENDRITES:
        angle = math.radians(degrees)
        root = (SOMA[0] + 0.8 * math.cos(angle), SOMA[1] + 0.8 * math.sin(angle))
        grow(root, angle, 0.5 * length, 5.0, 0)
    ax.add_collection(LineCollection(segments, linewidths=widths, colors=EDGE, capstyle="round"))


def _draw_axon(ax: Axes) -> None:
    y = SOMA[1]
    ax.plot([SOMA[0] + 0.7, 10.9], [y, y], color=EDGE, linewidth=4.5)
    for left in np.arange(5.35, 10.2, 1.25):
        box = FancyBboxPatch((left, y - 0.21), 0.95, 0.42, boxstyle="round,pad=0,rounding_size=0.2", zorder=3)
        box.set(facecolor=SHEATH, edgecolor="#9c8552", linewidth=1.2)
        ax.add_patch(box)
    twigs = [_bezier((10.85, y), (11.35, y + 0.15 * (end[1] - y)), end) for end in TERMINALS]
    ax.add_collection(LineCollection(twigs, linewidths=2.4, colors=EDGE, capstyle="round"))
    for end in TERMINALS:
        ax.add_patch(Circle(end, 0.15, facecolor=CELL, edgecolor=EDGE, linewidth=1.4, zorder=3))


def _bezier(start: tuple[float, float], control: tuple[float, float], end: tuple[float, float]) -> Any:
    """Twelve points of a quadratic Bézier curve."""
    t = np.linspace(0, 1, 12)[:, None]
    return (1 - t) ** 2 * np.array(start) + 2 * t * (1 - t) * np.array(control) + t**2 * np.array(end)
