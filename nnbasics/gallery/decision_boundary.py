"""Decision boundaries of networks with more and more hidden units: a panel for each size and data set."""

from __future__ import annotations

from typing import Any

from matplotlib.axes import Axes

from .._text import resolve_language, tr
from ..experiments.decision_boundary import DecisionBoundary
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

SHOWN = 40  # training points in a panel: more would hide the boundary
SHADES = ("#f5c6a5", "#fae3d2", "#f4f4f4", "#d3e6f2", "#a5cde6")  # from all against class 1 to all for it


def plot_decision_boundary(
    result: DecisionBoundary,
    *,
    dataset: str | None = None,
    hidden: int | None = None,
    ax: Axes | None = None,
    lang: str | None = None,
    **line_kwargs: Any,
) -> Axes:
    """Draw the boundary of the median model, the share of models that say class 1 as shading, and some of the points.

    Args:
        result: What `decision_boundary` returned.
        dataset: One of `result.datasets`; None takes the last.
        hidden: One of `result.hidden`; None takes the last.
        ax: The axes to draw on; None makes a new figure.
        lang: `"en"` or `"zh"`; None as `nnbasics` resolves it.
        line_kwargs: Of `Axes.plot`, for the boundary.

    Returns:
        The axes.

    Raises:
        ValueError: the experiment was run without that data set or that number of hidden units.
    """
    language = resolve_language(lang)
    sizes = [int(units) for units in result.hidden]
    for name, value, known in (("dataset", dataset, result.datasets), ("hidden", hidden, sizes)):
        if value is not None and value not in known:
            raise ValueError(f"{name} must be one of {', '.join(map(str, known))}, got {value!r}.")
    d = -1 if dataset is None else result.datasets.index(dataset)
    h = -1 if hidden is None else sizes.index(hidden)
    axis, x, y = result.grid[d].numpy(), result.x[d, :SHOWN].numpy(), result.y[d, :SHOWN].numpy()
    ax = new_axes(ax, rect=(0.1, 0.14, 0.47, 0.8))
    with page_style():
        levels = [-0.01, 0.2, 0.4, 0.6, 0.8, 1.01]
        ax.contourf(axis, axis, result.share[d, h].numpy(), levels, colors=SHADES, antialiased=False)
        found = ax.contour(axis, axis, result.median[d, h].numpy(), [0.0])
        pieces = found.allsegs[0]
        found.remove()
        for piece in pieces:
            ax.plot(
                piece[:, 0], piece[:, 1], **{"color": INK, "linewidth": 1.3, "antialiased": False, **own(line_kwargs)}
            )
        for kind, color, mark in ((0, COLORS["negative"], "^"), (1, COLORS["positive"], "o")):
            ax.plot(*x[(y > 0) == kind].T, mark, color=color, markersize=2.8)
        ax.set(xlim=(axis[0], axis[-1]), ylim=(axis[0], axis[-1]), aspect="equal")
        ax.grid(False)
        set_labels(ax, tr("input $x_1$", language), tr("input $x_2$", language))
    return ax


def draw(result: DecisionBoundary, *, lang: str) -> PageFigure:
    """The gallery's figure."""
    rows, columns = result.share.shape[:2]
    bottom, top, side = 0.55, 0.68, 1.5  # inches; a panel and the gap under it are `side` high
    height = bottom + rows * side + top
    figure = new_figure(height=height)
    names = {
        "moons": tr("moons", lang),
        "circles": tr("circles", lang),
        "spirals": tr("spirals", lang),
        "data": tr("data", lang),
    }
    accuracy = result.accuracy
    with page_style():
        width = 0.93 / columns
        for d, dataset in enumerate(result.datasets):
            for h, units in enumerate(result.hidden.int().tolist()):
                place = (0.06 + h * width, (bottom + (rows - 1 - d) * side) / height, width - 0.01, 1.25 / height)
                ax = figure.add_axes(place, anchor="C")
                plot_decision_boundary(result, dataset=dataset, hidden=units, ax=ax, lang=lang)
                ax.set(xticks=[], yticks=[], xlabel="", ylabel="" if h else names[dataset])
                ax.spines[:].set_visible(False)
                right = accuracy[d, h]
                text = f"{float(right.median()):.0%}  ({100 * float(right.min()):.0f}–{float(right.max()):.0%})"
                ax.text(0.5, -0.03, text, transform=ax.transAxes, ha="center", va="top", fontsize=9, color=INK)
                if d == 0:
                    head = tr("{n} hidden units", lang).format(n=units) if units else tr("no hidden layer", lang)
                    ax.set_title(head, fontsize=10.5)
        set_title(figure, tr("Without a hidden layer the boundary is straight; more hidden units bend it more", lang))
        note = tr(
            "line: the model of median loss    shading: the {n} seeds' votes    %: right on test data (range)", lang
        )
        figure.text(0.98, 0.02, note.format(n=accuracy.shape[2]), ha="right", fontsize=9.5, color=QUIET)
    return figure
