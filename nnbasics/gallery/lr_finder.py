"""The range test: its loss over the growing rate, and what training at the rates read off it gives."""

from __future__ import annotations

from typing import Any

import torch
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.ticker import NullLocator

from .._text import resolve_language, tr
from ..experiments.lr_finder import LrFinder
from ..plotting.bands import BAND, band_text, plot_band
from ..plotting.style import COLORS, QUIET, PageFigure, new_axes, new_figure, own, page_style, set_labels, set_title

SEEN: dict[str, tuple[str, Any, str]] = {
    "steepest": (COLORS["gradient"], (0, (4, 1.5)), "v"),
    "tenth": (COLORS["tanh"], (0, (1, 1.2)), "s"),
    "search": (COLORS["positive"], "-", "o"),
}
"""side -> its colour, line and marker."""


def plot_lr_finder(result: LrFinder, *, ax: Axes | None = None, lang: str | None = None, **line_kwargs: Any) -> Axes:
    """Draw the range test's smoothed loss over the learning rate, and upright the median rate of each side.

    Args:
        result: What `lr_finder` returned.
        ax: The axes to draw on; None makes a new figure.
        lang: `"en"` or `"zh"`; None as `nnbasics` resolves it.
        line_kwargs: Of `Axes.plot`, for the loss.

    Returns:
        The axes.
    """
    language = resolve_language(lang)
    ax = new_axes(ax)
    with page_style():
        plot_band(result.tested, result.smooth, ax=ax, lang=language, **{"color": QUIET, **own(line_kwargs)})
        _rates(ax, result)
        ax.set_ylim(0, 1.6 * float(result.smooth[:, 0].quantile(0.5)))
        label = tr("loss in the range test\n({n} updates)", language).format(n=result.test_updates)
        set_labels(ax, tr("learning rate $\\eta$", language), label)
    return ax


def plot_found_rates(result: LrFinder, *, ax: Axes | None = None, lang: str | None = None, **line_kwargs: Any) -> Axes:
    """Draw the search's mean loss over the rate, and each side's rate and loss: their medians and middle 80 %.

    Args:
        result, ax, lang: As above.
        line_kwargs: Of `Axes.plot`, for the search's line.

    Returns:
        The axes.
    """
    language = resolve_language(lang)
    ax = new_axes(ax)
    with page_style():
        style = {"color": "#9a9a9a", "marker": ".", "linewidth": 1.4, **own(line_kwargs)}
        ax.plot(result.rates, result.scores, **style)
        _rates(ax, result)
        shares = torch.tensor([BAND[0], 0.5, BAND[1]], dtype=torch.float64, device="cpu")
        for side, chosen, final in zip(result.sides, result.chosen, result.final, strict=True):
            color, _, marker = SEEN[side]
            ranked = torch.stack([chosen, final]).quantile(shares, dim=1)
            (left, x, right), (low, y, high) = ranked.T.tolist()
            ax.plot([left, right], [y, y], color=color, linewidth=1.4)
            ax.plot([x, x], [low, high], color=color, linewidth=3)
            ax.plot([x], [y], color=color, marker=marker, markersize=8, markeredgecolor="white")
        ax.set_yscale("log")
        low, high = ax.get_ylim()
        ax.set_yticks([tick for tick in (0.01, 0.03, 0.1, 0.2, 0.5, 1, 2, 5) if low < tick < high])
        ax.yaxis.set_major_formatter("{x:g}")
        ax.yaxis.set_minor_locator(NullLocator())
        set_labels(ax, tr("learning rate $\\eta$", language), tr("loss after training", language))
    return ax


def _rates(ax: Axes, result: LrFinder) -> None:
    for side, chosen in zip(result.sides, result.chosen, strict=True):
        color, dash, _ = SEEN[side]
        ax.axvline(float(chosen.quantile(0.5)), color=color, linestyle=dash, linewidth=1.3, zorder=1.8)
    ax.set(xscale="log", xlim=(float(result.tested[0]), float(result.tested[-1])))


def draw(result: LrFinder, *, lang: str) -> PageFigure:
    """The gallery's figure."""
    figure = new_figure(height=5.4)
    with page_style():
        top = plot_lr_finder(result, ax=figure.add_axes((0.12, 0.5, 0.85, 0.3)), lang=lang)
        plot_found_rates(result, ax=figure.add_axes((0.12, 0.15, 0.85, 0.31)), lang=lang)
        top.set_xlabel("")
        top.tick_params(labelbottom=False)
        names = [tr("steepest point", lang), tr("a tenth of the blow-up", lang), tr("best of the search", lang)]
        handles = []
        for side in result.sides:
            color, dash, marker = SEEN[side]
            handles.append(Line2D([], [], color=color, linestyle=dash, linewidth=1.3, marker=marker, markersize=7))
        figure.legend(handles, names, loc="upper center", ncols=3, bbox_to_anchor=(0.54, 0.88), handlelength=3)
        title = tr(
            "Times the best rate: {a:.2g} at the steepest point, {b:.2g} at a tenth of the blow-up\n"
            "Loss after training: {steepest:.2g} and {tenth:.2g}; at the best rate {search:.2g}",
            lang,
        )
        a, b, best = result.chosen.quantile(0.5, dim=1).tolist()
        final = dict(zip(result.sides, result.final.quantile(0.5, dim=1).tolist(), strict=True))
        set_title(figure, title.format(a=a / best, b=b / best, **final))
        note = tr("grey below: the search, mean of 8 other seeds", lang)
        figure.text(0.02, 0.012, note, fontsize=9.5, color=QUIET)
        figure.text(0.98, 0.012, band_text(result.losses.shape[0], lang), ha="right", fontsize=9.5, color=QUIET)
    return figure
