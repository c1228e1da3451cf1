"""The distance of hidden units and the loss by epoch, from equal weights and from random ones."""

from __future__ import annotations

from typing import Any

from matplotlib.axes import Axes

from .._text import resolve_language, tr
from ..experiments.symmetry import Symmetry
from ..plotting.bands import band_text, plot_band
from ..plotting.functions import label_ends
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

STYLES: dict[str, dict[str, Any]] = {
    "zeros": {"color": COLORS["zeros"], "linestyle": "-"},
    "ones": {"color": COLORS["ones"], "linestyle": (0, (3, 3))},
    "random": {"color": COLORS["random"], "linestyle": "-"},
    "one unit": {"color": COLORS["one unit"], "linestyle": "-."},
}


def plot_symmetry(result: Symmetry, *, ax: Axes | None = None, lang: str | None = None, **line_kwargs: Any) -> Axes:
    """Draw the largest distance between two hidden units by epoch.

    Args:
        result: What `symmetry` returned.
        ax: The axes to draw on; None makes a new figure.
        lang: `"en"` or `"zh"`; None as `nnbasics` resolves it.
        line_kwargs: Of `Axes.plot`, for all lines.

    Returns:
        The axes.
    """
    language = resolve_language(lang)
    ax = new_axes(ax)
    with page_style():
        for side, distance in zip(result.sides, result.distance, strict=False):  # one unit has no distance
            plot_band(result.epochs, distance, ax=ax, lang=language, **{**STYLES[side], **own(line_kwargs)})
        random = result.distance[result.sides.index("random")]
        top = float(random.median(0).values.max())
        ax.set(ylim=(-0.06 * top, 1.25 * top), xlim=(0, float(result.epochs[-1])))
        set_labels(ax, tr("epoch", language), tr("largest distance of two hidden units", language))
        middle = float(result.epochs[-1]) / 2
        here = float(random.median(0).values[len(result.epochs) // 2])
        ax.annotate(
            tr("random start", language),
            (middle, here),
            (0, 22),
            textcoords="offset points",
            ha="right",
            color=COLORS["random"],
        )
        text = tr("all zeros, all ones:\n0, as theory has it", language)
        ax.text(float(result.epochs[-1]), 0.03 * top, text, ha="right", va="bottom", color=INK)
    return ax


def plot_loss_by_start(
    result: Symmetry, *, ax: Axes | None = None, lang: str | None = None, **line_kwargs: Any
) -> Axes:
    """Draw the training loss by epoch, that of a network with a single hidden unit beside it; as `plot_symmetry`."""
    language = resolve_language(lang)
    names = {
        "zeros": tr("all zeros", language),
        "ones": tr("all ones", language),
        "random": tr("random start", language),
        "one unit": tr("a single unit", language),
    }
    ax = new_axes(ax)
    with page_style():
        for side, losses in zip(result.sides, result.losses, strict=True):
            plot_band(result.epochs[1:], losses, ax=ax, lang=language, **{**STYLES[side], **own(line_kwargs)})
        ax.set(ylim=(0, 0.8), xlim=(1, float(result.epochs[-1])))
        ends = result.losses[:, :, -1].median(1).values.tolist()
        text = tr("{start}: {loss:.2f}", language)
        named = [
            (y, text.format(start=names[s], loss=y), STYLES[s]["color"])
            for y, s in zip(ends, result.sides, strict=True)
        ]
        label_ends(ax, named)
        set_labels(ax, tr("epoch", language), tr("cross-entropy, training data", language))
    return ax


def draw(result: Symmetry, *, lang: str) -> PageFigure:
    """The gallery's figure."""
    figure = new_figure()
    with page_style():
        plot_symmetry(result, ax=figure.add_axes((0.08, 0.2, 0.31, 0.63)), lang=lang)
        plot_loss_by_start(result, ax=figure.add_axes((0.48, 0.2, 0.31, 0.63)), lang=lang)
        title = tr("Hidden units that start alike stay alike: {hidden} of them do the work of one", lang)
        set_title(figure, title.format(hidden=result.hidden))
        figure.text(0.98, 0.02, band_text(result.losses.shape[1], lang), ha="right", fontsize=9.5, color=QUIET)
    return figure
