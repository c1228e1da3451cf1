"""The optimizers on the digits: loss by epoch at each one's best rate, and the score by learning rate."""

from __future__ import annotations

from typing import Any

import torch
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from .._text import resolve_language, tr
from ..experiments.optimizer_race import OptimizerRace
from ..plotting.bands import BAND, band_text, plot_band
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
from .optimizer_paths import LINES

BANDED = ("sgd", "adam")  # seven bands would hide one another


def plot_optimizer_race(
    result: OptimizerRace, *, ax: Axes | None = None, lang: str | None = None, **line_kwargs: Any
) -> Axes:
    """Draw the training loss of each optimizer by epoch, at its own best learning rate; a band for two of them.

    Args:
        result: What `optimizer_race` returned.
        ax: The axes to draw on; None makes a new figure.
        lang: `"en"` or `"zh"`; None as `nnbasics` resolves it.
        line_kwargs: Of `Axes.plot`, for every line.

    Returns:
        The axes.
    """
    language = resolve_language(lang)
    ax = new_axes(ax)
    with page_style():
        for name, losses in zip(result.names, result.losses, strict=True):
            style = {"color": COLORS[name], "linestyle": LINES[name], "label": name, **own(line_kwargs)}
            if name in BANDED:
                plot_band(result.epochs, losses, ax=ax, lang=language, **style)
            else:
                ax.plot(result.epochs.numpy(), losses.median(dim=0).values.numpy(), **style)
        ax.set(yscale="log", xlim=(1, float(result.epochs[-1])))
        ax.minorticks_off()
        set_labels(ax, tr("epoch", language), tr("cross-entropy, training data", language))
    return ax


def plot_sensitivity(
    result: OptimizerRace, *, ax: Axes | None = None, lang: str | None = None, **line_kwargs: Any
) -> Axes:
    """Draw the mean score of the search by learning rate, with a ring at the best of each optimizer.

    Arguments and result are those of `plot_optimizer_race`.
    """
    language = resolve_language(lang)
    scores = result.scores.mean(dim=2)
    ax = new_axes(ax)
    with page_style():
        for name, row in zip(result.names, scores, strict=True):
            style = {"color": COLORS[name], "linestyle": LINES[name], "label": name}
            ax.plot(
                result.rates.numpy(), row.masked_fill(row.isinf(), torch.nan).numpy(), **{**style, **own(line_kwargs)}
            )
            ring: dict[str, Any] = {"markerfacecolor": "white", "markeredgecolor": COLORS[name], "zorder": 3}
            ax.plot(float(result.rates[row.argmin()]), float(row.min()), "o", markersize=6, **ring)
        ax.set(xscale="log", yscale="log")
        ax.minorticks_off()
        set_labels(ax, tr("learning rate $\\eta$", language), tr("loss at the end, in the search", language))
    return ax


def draw(result: OptimizerRace, *, lang: str) -> PageFigure:
    """The gallery's figure."""
    ends = result.losses[:, :, -1].median(dim=1).values
    plain = float(ends[result.names.index("sgd")])
    figure = new_figure(height=5.9)
    with page_style():
        left, right = figure.add_axes((0.085, 0.475, 0.4, 0.375)), figure.add_axes((0.58, 0.475, 0.4, 0.375))
        plot_optimizer_race(result, ax=left, lang=lang)
        plot_sensitivity(result, ax=right, lang=lang)
        right.set_ylim(None, 3)
        for ax in (left, right):
            ax.set_yticks([tick for tick in (0.03, 0.1, 0.3, 1.0, 3.0) if ax.get_ylim()[0] <= tick <= ax.get_ylim()[1]])
            ax.yaxis.set_major_formatter("{x:g}")
        _table(figure, result, lang)
        title = tr(
            "Each at its own best rate, plain SGD ends {ratio:.1f} times as high as the lowest\n"
            "Those rates differ up to {spread:.0f} times: at one rate for all, the rate would decide",
            lang,
        )
        spread = float(result.lr.max() / result.lr.min())
        set_title(figure, title.format(ratio=plain / float(ends.min()), spread=spread))
        figure.text(0.98, 0.015, band_text(result.losses.shape[1], lang), ha="right", fontsize=9.5, color=QUIET)
    return figure


def _table(figure: Figure, result: OptimizerRace, lang: str) -> None:
    """A row for each optimizer: a piece of its line, its name, its rate, and its median on test data with its range."""
    ax = figure.add_axes((0.085, 0.065, 0.895, 0.3), label="table")
    ax.set(xlim=(0, 1), ylim=(len(result.names) + 0.5, -0.5))
    ax.axis("off")
    columns = (0.4, 0.57, 0.84)
    heads = (tr("best $\\eta$", lang), tr("loss at the end", lang), tr("right on test data [middle 80 %]", lang))
    for x, head in zip(columns, heads, strict=True):
        ax.text(x, 0, head, ha="center", va="center", color=INK)
    shares = torch.tensor([BAND[0], 0.5, BAND[1]], dtype=torch.float64, device="cpu")
    for row, name in enumerate(result.names, start=1):
        low, middle, high = result.accuracy[row - 1].quantile(shares).tolist()
        ax.plot([0.0, 0.1], [row, row], color=COLORS[name], linestyle=LINES[name], linewidth=2)
        ax.text(0.12, row, name, va="center", color=COLORS[name])
        texts = (
            f"{float(result.lr[row - 1]):.2g}",
            f"{float(result.losses[row - 1, :, -1].median()):.3f}",
            f"{middle:.1%}  [{low:.1%}, {high:.1%}]",
        )
        for x, text in zip(columns, texts, strict=True):
            ax.text(x, row, text, ha="center", va="center", color=INK)
