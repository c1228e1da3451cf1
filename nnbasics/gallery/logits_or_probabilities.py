"""Cross-entropy on logits and on probabilities: the loss by epoch, with the floor that theory names."""

from __future__ import annotations

from typing import Any

from matplotlib.axes import Axes

from .._text import resolve_language, tr
from ..experiments.logits_or_probabilities import LogitsOrProbabilities
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


def plot_logits_or_probabilities(
    result: LogitsOrProbabilities, *, ax: Axes | None = None, lang: str | None = None, **line_kwargs: Any
) -> Axes:
    """Draw the training loss of both sides by epoch, and dashed the floor of the double softmax.

    Args:
        result: What `logits_or_probabilities` returned.
        ax: The axes to draw on; None makes a new figure.
        lang: `"en"` or `"zh"`; None as `nnbasics` resolves it.
        line_kwargs: Of `Axes.plot`, for both lines.

    Returns:
        The axes.
    """
    language = resolve_language(lang)
    names = {"logits": tr("logits", language), "probabilities": tr("probabilities", language)}
    ax = new_axes(ax)
    with page_style():
        for side, losses, lr in zip(result.sides, result.losses, result.lr, strict=True):
            style = {"color": COLORS[side], "linestyle": "-" if side == "logits" else "-."}
            plot_band(result.epochs, losses, ax=ax, lang=language, **{**style, **own(line_kwargs)})
            end = float(losses[:, -1].median())
            text = f"{names[side]}\n$\\eta$ = {float(lr):g}"
            ax.annotate(
                text, (result.epochs[-1], end), (8, 0), textcoords="offset points", va="center", color=COLORS[side]
            )
        ax.axhline(result.floor, color=INK, linestyle=(0, (4, 2)), linewidth=1.3)
        theory = tr("theory: floor ln(1 + (K − 1)/e) = {floor:.4f}, K = {classes}", language)
        text = theory.format(floor=result.floor, classes=result.classes)
        last = float(result.epochs[-1])
        ax.text(last, result.floor * 0.95, text, ha="right", va="top", color=INK)
        ax.set(ylim=(0, None), xlim=(0, last))
        set_labels(ax, tr("epoch", language), tr("cross-entropy, training data", language))
    return ax


def draw(result: LogitsOrProbabilities, *, lang: str) -> PageFigure:
    """The gallery's figure."""
    figure = new_figure()
    with page_style():
        ax = figure.add_axes((0.09, 0.19, 0.72, 0.61))
        plot_logits_or_probabilities(result, ax=ax, lang=lang)
        right = result.accuracy.median(dim=1).values.tolist()
        title = tr(
            "Given probabilities, cross-entropy stops at its floor; given logits it goes on falling\n"
            "Right on test data: {logits:.1%} with logits, {probabilities:.1%} with probabilities",
            lang,
        )
        set_title(figure, title.format(logits=right[0], probabilities=right[1]))
        figure.text(0.98, 0.02, band_text(result.losses.shape[1], lang), ha="right", fontsize=9.5, color=QUIET)
    return figure
