"""The loss by depth, with and without an activation, and the loss of logistic regression."""

from __future__ import annotations

from typing import Any

import torch
from matplotlib.axes import Axes

from .._text import resolve_language, tr
from ..experiments.linear_collapse import LinearCollapse
from ..plotting.bands import band_text, plot_band
from ..plotting.style import (
    COLORS,
    INK,
    QUIET,
    PageFigure,
    new_axes,
    new_figure,
    own,
    page_style,
    set_labels,
    set_title,
)


def plot_linear_collapse(
    result: LinearCollapse, *, ax: Axes | None = None, lang: str | None = None, **line_kwargs: Any
) -> Axes:
    """Draw the training loss by the number of linear layers, and dashed the least that one of them can reach.

    Args:
        result: What `linear_collapse` returned.
        ax: The axes to draw on; None makes a new figure.
        lang: `"en"` or `"zh"`; None as `nnbasics` resolves it.
        line_kwargs: Of `Axes.plot`, for both lines.

    Returns:
        The axes.
    """
    language = resolve_language(lang)
    names = {"identity": tr("nothing between\nthe layers", language), "relu": tr("ReLU between\nthe layers", language)}
    marks = {"identity": "s", "relu": "o"}
    places = torch.arange(len(result.depths), dtype=torch.float64, device="cpu")
    ax = new_axes(ax)
    with page_style():
        for side, losses in zip(result.sides, result.losses, strict=True):
            style = {"color": COLORS[side], "marker": marks[side]}
            plot_band(places, losses.T, ax=ax, lang=language, **{**style, **own(line_kwargs)})
            end = (places[-1], float(losses[-1].median()))
            ax.annotate(names[side], end, (16, 0), textcoords="offset points", va="center", color=COLORS[side])
        ax.axhline(result.floor, color=INK, linestyle=(0, (4, 2)), linewidth=1.3)
        theory = tr("theory: the best single layer, {floor:.4f}", language).format(floor=result.floor)
        ax.text(0.02, result.floor * 1.03, theory, transform=ax.get_yaxis_transform(), va="bottom", color=INK)
        margin = 0.06 * max(1, len(places) - 1)
        ax.set(ylim=(0, 1.25 * float(result.losses.median(2).values.max())), xlim=(-margin, len(places) - 1 + margin))
        ax.set_xticks(places.tolist(), [f"{int(depth)}" for depth in result.depths])
        set_labels(ax, tr("depth: number of linear layers", language), tr("cross-entropy, training data", language))
    return ax


def draw(result: LinearCollapse, *, lang: str) -> PageFigure:
    """The gallery's figure."""
    figure = new_figure()
    with page_style():
        ax = figure.add_axes((0.1, 0.2, 0.69, 0.59))
        plot_linear_collapse(result, ax=ax, lang=lang)
        right = result.accuracy.median(dim=2).values[:, -1].tolist()
        title = tr(
            "Without an activation, {depth:.0f} linear layers do no better than a single one\n"
            "Right on test data: {linear:.0%} without an activation, {relu:.0%} with ReLU",
            lang,
        )
        set_title(figure, title.format(depth=float(result.depths[-1]), linear=right[0], relu=right[1]))
        figure.text(0.98, 0.02, band_text(result.losses.shape[2], lang), ha="right", fontsize=9.5, color=QUIET)
    return figure
