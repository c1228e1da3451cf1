"""A biological neuron in the same stations as the artificial one: a picture of one lies on a picture of the other."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.patches import Circle, FancyBboxPatch, PathPatch
from matplotlib.path import Path

from ..text import Text, resolve_language
from .neuron import FIRE, GATES, MIDDLE, OUT, STAGE, SUM, TOP, arrow, draw_stations, lines_of
from .style import color_of, new_axes, page_style
from .theme import mixed, now

ALIVE = "purple"  # the hue of what lives
RADIUS = 0.75
ROOTS = (146, 180, 214)  # degrees at which the dendrites leave the cell body, one for each incoming axon
BARE = (55, 250, 300)  # and of those that nothing is drawn to


def plot_biological_neuron(*, ax: Axes | None = None, lang: str | None = None, **patch_kwargs: Any) -> Axes:
    """Draw a biological neuron: synapses on its dendrites, cell body and threshold, axon, terminals.

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
    ax = new_axes(ax, rect=STAGE)
    color = color_of(ALIVE)
    with page_style():
        _draw_incoming(ax)
        _draw_dendrites(ax, color)
        _draw_axon(ax, color)
        body = {"facecolor": mixed(now().paper, color, 0.25), "edgecolor": color, "linewidth": 1.6, "zorder": 2.5}
        ax.add_patch(PathPatch(_soma(), **{**body, **patch_kwargs}))
        ax.add_patch(Circle((SUM, MIDDLE), 0.3, facecolor=color, edgecolor="none", zorder=3))
        synapse = Text("synapse = weight", "突触 = 权重").say(language)
        ax.text(GATES, TOP, synapse, ha="center", va="bottom", color=now().ink)
        arrow(ax, (GATES, TOP - 0.15), (GATES, lines_of(3)[0] + 0.38), linewidth=1.1)
        threshold = Text("threshold = bias", "阈值 = 偏置").say(language)
        ax.text(SUM, TOP, threshold, ha="center", va="bottom", color=now().ink)
        arrow(ax, (SUM, TOP - 0.15), (SUM, MIDDLE + 0.62), linewidth=1.1)
        fires = Text("fires or stays silent", "放电，或者沉默").say(language)
        ax.text(FIRE, TOP, fires, ha="center", va="bottom", color=now().ink)
        _draw_spike(ax)
        draw_stations(ax, language)
    return ax


def _soma() -> Path:
    """A closed smooth outline that bulges towards each dendrite and the axon."""
    angles = np.linspace(0, 2 * math.pi, 121)
    roots = np.radians([*ROOTS, *BARE, 0])
    bulge = np.exp(-((np.angle(np.exp(1j * (angles[:, None] - roots))) / 0.17) ** 2)).sum(axis=1)
    radius = RADIUS * (0.85 + 0.25 * bulge)
    return Path(np.column_stack([SUM + radius * np.cos(angles), MIDDLE + radius * np.sin(angles)]), closed=True)


def _draw_incoming(ax: Axes) -> None:
    """The axons of three other neurons, each up to its synapse: two that excite, one that inhibits."""
    for y, concept, strength in zip(lines_of(3), ("positive", "negative", "positive"), (0.8, 0.5, 0.4), strict=True):
        color, radius = color_of(concept), 0.12 + 0.15 * strength
        ax.add_collection(LineCollection([[(0.1, y), (GATES - 0.3, y)]], linewidths=2.2, colors=color))
        ax.add_patch(Circle((GATES - 0.15 - radius, y), radius, facecolor=color, edgecolor="none", zorder=3))


def _draw_dendrites(ax: Axes, color: str) -> None:
    segments: list[Any] = []
    widths: list[float] = []

    def grow(start: tuple[float, float], angle: float, length: float, width: float, level: int) -> None:
        bend = angle + (0.12 if level % 2 else -0.1)
        end = (start[0] + length * math.cos(bend), start[1] + length * math.sin(bend))
        middle = (start[0] + 0.5 * length * math.cos(angle), start[1] + 0.5 * length * math.sin(angle))
        segments.append(_bezier(start, middle, end))
        widths.append(width)
        if level < 3:
            grow(end, angle + 0.42, 0.55 * length, 0.62 * width, level + 1)
            grow(end, angle - 0.38, 0.6 * length, 0.62 * width, level + 1)

    for degrees, y in zip(ROOTS, lines_of(3), strict=True):
        angle = math.radians(degrees)
        root, tip = (SUM + RADIUS * math.cos(angle), MIDDLE + RADIUS * math.sin(angle)), (GATES + 0.62, y)
        segments.append(_bezier(root, (SUM - 1.9, y), tip))
        widths.append(4.5)
        for rise in (0.3, 0.0, -0.3):  # a cup for what the synapse gives
            segments.append(_bezier(tip, (GATES + 0.35, y + rise), (GATES - 0.05, y + rise)))
            widths.append(2.0)
        for along in (0.35, 0.65):  # and side branches, that it looks grown
            x, height = _bezier(root, (SUM - 1.9, y), tip)[int(12 * along)]
            side = 1 if y >= MIDDLE else -1
            grow((x, height), math.pi - side * 1.0, 0.42, 2.6, 1)
    for degrees in BARE:
        angle = math.radians(degrees)
        grow((SUM + RADIUS * math.cos(angle), MIDDLE + RADIUS * math.sin(angle)), angle, 0.55, 4.0, 0)
    ax.add_collection(LineCollection(segments, linewidths=widths, colors=color, capstyle="round"))


def _draw_axon(ax: Axes, color: str) -> None:
    ax.add_collection(LineCollection([[(SUM + 0.7, MIDDLE), (OUT - 1.05, MIDDLE)]], linewidths=4.5, colors=color))
    for left in np.arange(SUM + 1.35, OUT - 1.9, 1.15):
        box = FancyBboxPatch((left, MIDDLE - 0.22), 0.9, 0.44, boxstyle="round,pad=0,rounding_size=0.2", zorder=3)
        box.set(facecolor=mixed(now().paper, color_of("orange"), 0.3), edgecolor=color_of("orange"), linewidth=1.2)
        ax.add_patch(box)
    ends = [(OUT + 0.55 - 0.12 * rise**2, MIDDLE + rise) for rise in (1.5, 0.78, 0.0, -0.78, -1.5)]
    twigs = [_bezier((OUT - 1.1, MIDDLE), (OUT - 0.4, MIDDLE + 0.15 * (end[1] - MIDDLE)), end) for end in ends]
    ax.add_collection(LineCollection(twigs, linewidths=2.4, colors=color, capstyle="round"))
    for end in ends:
        ax.add_patch(Circle(end, 0.2, facecolor=mixed(now().paper, color, 0.25), edgecolor=color, zorder=3))


def _draw_spike(ax: Axes) -> None:
    """One pulse on its way."""
    x = np.linspace(-1.2, 1.2, 121)
    pulse = np.exp(-((x / 0.16) ** 2)) - 0.22 * np.exp(-(((x + 0.42) / 0.2) ** 2))
    points = np.column_stack([FIRE - 0.1 + x, MIDDLE + 0.75 + 1.15 * pulse])
    ax.add_collection(LineCollection([points], linewidths=2, colors=color_of("vermilion")))
    tip = (FIRE + 1.55, MIDDLE + 0.75)
    arrow(ax, (FIRE + 1.05, MIDDLE + 0.75), tip, color=color_of("vermilion"), linewidth=2)


def _bezier(start: tuple[float, float], control: tuple[float, float], end: tuple[float, float]) -> Any:
    """Twelve points of a quadratic Bézier curve."""
    t = np.linspace(0, 1, 12)[:, None]
    return (1 - t) ** 2 * np.array(start) + 2 * t * (1 - t) * np.array(control) + t**2 * np.array(end)
