"""Four surfaces with the paths of six optimizers, and the steps that each takes to arrive."""

from __future__ import annotations

from typing import Any

import torch
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from .._text import resolve_language, tr
from ..experiments.optimizer_paths import BELOW, GROUNDS, RAVINE, OptimizerPaths, turned_back
from ..plotting.paths import plot_path, plot_surface
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

LINES: dict[str, Any] = {
    "sgd": "-",
    "momentum": (0, (5, 1.5)),
    "nesterov": (0, (1, 1)),
    "adagrad": (0, (6, 1.5, 1, 1.5)),
    "rmsprop": (0, (3, 1, 1, 1, 1, 1)),
    "adam": (0, (9, 2)),
    "adamw": (0, (2, 1.5)),
}
"""Optimizer -> line style, so that none is told by its colour alone."""

VIEWS: dict[str, tuple[tuple[float, float], tuple[float, float]]] = {
    "ravine": ((-10.0, 3.0), (-1.6, 1.6)),
    "rosenbrock": ((-2.0, 2.0), (-0.9, 2.6)),
    "saddle": ((-1.2, 1.9), (-1.5, 1.5)),
    "himmelblau": ((-5.5, 5.5), (-5.5, 5.0)),
}
SHOWN = 60  # steps of each path: more would hide one another at the minimum
LEVELS = (0.01, 0.06, 0.2, 0.6)  # shares of the start's height above the minimum


def plot_optimizer_paths(
    result: OptimizerPaths,
    *,
    surface: str = "ravine",
    ax: Axes | None = None,
    lang: str | None = None,
    **line_kwargs: Any,
) -> Axes:
    """Draw the contour lines of one surface and the first 60 steps of each optimizer from the drawn start, a ring.

    The ravine runs at 30 degrees to the parameters' axes; it is drawn lengthwise.

    Args:
        result: What `optimizer_paths` returned.
        surface: One of `result.surfaces`. A path may leave the view.
        ax: The axes to draw on; None makes a new figure.
        lang: `"en"` or `"zh"`; None as `nnbasics` resolves it.
        line_kwargs: Of `Axes.plot`, for every path.

    Returns:
        The axes.
    """
    place = result.surfaces.index(surface)
    language = resolve_language(lang)
    ground, (xlim, ylim) = GROUNDS[surface], VIEWS[surface]
    heights, paths = ground.surface, result.paths[place, :, : SHOWN + 1]
    start = torch.tensor(ground.start, dtype=torch.float64, device="cpu")
    if surface == "ravine":
        heights, paths, start = RAVINE, turned_back(paths), turned_back(start)
    above = float(result.targets[place]) / BELOW
    ax = new_axes(ax)
    with page_style():
        levels = [ground.lowest + share * above for share in LEVELS]
        plot_surface(heights, xlim=xlim, ylim=ylim, levels=levels, ax=ax, lang=lang, linestyles="solid")
        for name, path in zip(result.names, paths, strict=True):
            finite = path.isfinite().all(dim=1)
            style = {"color": COLORS[name], "linestyle": LINES[name], "linewidth": 1.7, "marker": "", "label": name}
            plot_path(path[: int(finite.long().cumprod(0).sum())], ax=ax, lang=lang, **{**style, **own(line_kwargs)})
        ax.plot(*start.tolist(), "o", markersize=8, markerfacecolor="white", markeredgecolor=INK, zorder=4)
        ax.set(xlim=xlim, ylim=ylim, xticks=[], yticks=[])
        if surface == "ravine":
            set_labels(ax, tr("along the ravine", language), tr("across the ravine", language))
    return ax


def draw(result: OptimizerPaths, *, lang: str) -> PageFigure:
    """The gallery's figure."""
    names = {
        "ravine": tr("turned ravine, κ = 40", lang),
        "rosenbrock": tr("Rosenbrock's valley", lang),
        "saddle": tr("saddle, from its ridge", lang),
        "himmelblau": tr("Himmelblau's four basins", lang),
    }
    medians = result.steps.median(dim=2).values
    figure = new_figure(height=7.2)
    with page_style():
        for place, surface in enumerate(result.surfaces):
            row, column = divmod(place, 2)
            ax = figure.add_axes((0.05 + 0.49 * column, 0.635 - 0.312 * row, 0.44, 0.232))
            plot_optimizer_paths(result, surface=surface, ax=ax, lang=lang)
            ax.set_title(names[surface], fontsize=10.5, loc="left")
            ax.set_xlabel(ax.get_xlabel(), labelpad=3)
            ax.set_ylabel(ax.get_ylabel(), labelpad=3)
        _table(figure, result, medians, lang)
        always = (medians == medians.min(dim=1, keepdim=True).values).all(dim=0)
        title = tr(
            "Each at its own best rate, no optimizer is the fastest on all four surfaces:\n"
            "the fewest steps stand in a box",
            lang,
        )
        if bool(always.any()):
            title = tr("Each at its own best rate, {name} is the fastest on all four surfaces", lang)
        set_title(figure, title.format(name=result.names[int(always.int().argmax())]))
        note = tr(
            "○ drawn start    numbers: median of {n} seeds near it, until the height stays under {share:g} of ○",
            lang,
        )
        figure.text(
            0.98, 0.012, note.format(n=result.steps.shape[2], share=BELOW), ha="right", fontsize=9.5, color=QUIET
        )
    return figure


def _table(figure: Figure, result: OptimizerPaths, medians: torch.Tensor, lang: str) -> None:
    """A row for each optimizer with a piece of its line, and a column of steps for each surface; fewest in a box."""
    heads = {
        "ravine": tr("ravine", lang),
        "rosenbrock": "Rosenbrock",
        "saddle": tr("saddle", lang),
        "himmelblau": "Himmelblau",
    }
    last = result.heights.shape[3] - 1
    ax = figure.add_axes((0.055, 0.048, 0.925, 0.215), label="table")
    ax.set(xlim=(0, 1), ylim=(len(result.names) + 0.5, -0.5))
    ax.axis("off")
    ax.text(0.0, 0, tr("steps to arrive", lang), va="center", color=INK)
    columns = [0.39 + 0.175 * place for place in range(len(result.surfaces))]
    for x, surface in zip(columns, result.surfaces, strict=True):
        ax.text(x, 0, heads[surface], ha="center", va="center", color=INK)
    for row, name in enumerate(result.names, start=1):
        ax.plot([0.0, 0.1], [row, row], color=COLORS[name], linestyle=LINES[name], linewidth=2)
        ax.text(0.12, row, name, va="center", color=COLORS[name])
        for x, place in zip(columns, range(len(medians)), strict=True):
            steps = float(medians[place, row - 1])
            fewest = steps == float(medians[place].min()) and steps <= last
            box = {"boxstyle": "round,pad=0.2", "facecolor": "none", "edgecolor": INK, "linewidth": 1}
            text = f"{steps:.0f}" if steps <= last else f"> {last}"
            style: dict[str, Any] = {"bbox": box} if fewest else {}
            ax.text(x, row, text, ha="center", va="center", color=INK if fewest else QUIET, **style)
