"""Fits among outliers: how far each loss lets itself be pulled, and how hard one point pulls."""

from __future__ import annotations

from typing import Any

from matplotlib.axes import Axes

from .._text import resolve_language, tr
from ..experiments.outliers import Outliers
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
from ._axes import THEORY

STYLES: dict[str, dict[str, Any]] = {
    "mae": {"label": "MAE", "linestyle": "-."},
    "mse": {"label": "MSE", "linestyle": "-"},
    "smooth_l1": {"label": "Smooth L1", "linestyle": "-"},
    "huber": {"label": "Huber", "linestyle": (0, (1, 2.5)), "zorder": 3},  # over Smooth L1, with which it is one
}


def plot_outliers(result: Outliers, *, ax: Axes | None = None, lang: str | None = None, **line_kwargs: Any) -> Axes:
    """Draw how far each loss's fit is off by the share of outliers, and dashed the same for infinitely many points.

    Args:
        result: What `outliers` returned.
        ax: The axes to draw on; None makes a new figure.
        lang: `"en"` or `"zh"`; None as `nnbasics` resolves it.
        line_kwargs: Of `Axes.plot`, for every line but theory's.

    Returns:
        The axes.
    """
    language = resolve_language(lang)
    ax = new_axes(ax)
    percent = 100 * result.shares
    with page_style():
        for name, off, theory in zip(result.losses, result.off, result.theory, strict=True):
            style = {"color": COLORS[name], **STYLES[name]}
            plot_band(percent, off, ax=ax, lang=language, **{**style, **own(line_kwargs)})
            ax.plot(percent.tolist(), theory.tolist(), **{**THEORY, "linewidth": 1})
        ax.plot([], [], **THEORY, label=tr("theory", language))
        ax.legend(loc="upper left", fontsize=9.5)
        label = tr("fitted − true value (outliers at +{distance:g})", language)
        set_labels(ax, tr("outliers, % of the data", language), label.format(distance=result.distance))
    return ax


def plot_pull(result: Outliers, *, ax: Axes | None = None, lang: str | None = None, **line_kwargs: Any) -> Axes:
    """Draw how hard one further point pulls at the fit by its error: the gradient of each loss.

    Arguments and result as those of `plot_outliers`.
    """
    language = resolve_language(lang)
    ax = new_axes(ax)
    errors = result.errors.tolist()
    with page_style():
        for name, pull in zip(result.losses, result.pull, strict=True):
            ax.plot(errors, pull.tolist(), **{"color": COLORS[name], **STYLES[name], **own(line_kwargs)})
        ax.set_ylim(-3.2, 3.2)  # MSE goes on, 2e
        ax.text(1.75, 2.6, "$2e$", color=COLORS["mse"])
        ax.text(errors[-1], 0.85, "MAE, Smooth L1,\nHuber: 1", color=INK, ha="right", va="top", fontsize=9.5)
        set_labels(ax, tr("error e of one point", language), tr("its pull on the fit: gradient ψ(e)", language))
    return ax


def draw(result: Outliers, *, lang: str) -> PageFigure:
    """The gallery's figure."""
    figure = new_figure()
    with page_style():
        plot_outliers(result, ax=figure.add_axes((0.085, 0.2, 0.4, 0.6)), lang=lang)
        plot_pull(result, ax=figure.add_axes((0.575, 0.2, 0.4, 0.6)), lang=lang)
        place = len(result.shares) // 2
        off = dict(zip(result.losses, result.off[:, :, place].median(1).values.tolist(), strict=True))
        title = tr(
            "The farther an outlier, the harder it pulls on MSE; MAE and Smooth L1 cap its pull\n"
            "{share:.0%} outliers move the fit by {mse:.2f} (MSE), {smooth_l1:.2f} (Smooth L1), {mae:.2f} (MAE)",
            lang,
        )
        set_title(figure, title.format(share=float(result.shares[place]), **off))
        figure.text(0.98, 0.02, band_text(result.off.shape[1], lang), ha="right", fontsize=9.5, color=QUIET)
    return figure
