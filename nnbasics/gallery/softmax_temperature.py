"""Softmax by temperature: the probabilities of an example, and the entropy of many logits."""

from __future__ import annotations

import math
from typing import Any

from matplotlib.axes import Axes

from .._text import resolve_language, tr
from ..experiments.softmax_temperature import SoftmaxTemperature
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
from ._axes import THEORY, log_x

STYLES = ("-", "-.", ":")


def plot_softmax_temperature(
    result: SoftmaxTemperature, *, ax: Axes | None = None, lang: str | None = None, **line_kwargs: Any
) -> Axes:
    """Draw the probability of each class of the example by temperature, and dashed the limit 1/K.

    Args:
        result: What `softmax_temperature` returned.
        ax: The axes to draw on; None makes a new figure.
        lang: `"en"` or `"zh"`; None as `nnbasics` resolves it.
        line_kwargs: Of `Axes.plot`, for every line but theory's.

    Returns:
        The axes.
    """
    language = resolve_language(lang)
    ax = new_axes(ax)
    with page_style():
        t = result.temperatures.tolist()
        log_x(ax, t)
        for k, z in enumerate(result.example.tolist()):
            style = {"linestyle": STYLES[k % len(STYLES)], "label": f"$z$ = {z:.4g}"}
            ax.plot(t, result.example_probabilities[:, k].tolist(), **{**style, **own(line_kwargs)})
        limit = 1 / len(result.example)
        ax.axhline(limit, **THEORY)
        text = tr("theory, T → ∞: 1/K = {limit:.3f}", language).format(limit=limit)
        ax.text(t[0] * 1.1, limit + 0.02, text, color=INK, fontsize=9.5)
        ax.set_ylim(0, 1.02)
        ax.legend(loc="center left", bbox_to_anchor=(0, 0.6), fontsize=9.5)
        set_labels(ax, tr("temperature T", language), tr("probability p", language))
    return ax


def plot_entropy(
    result: SoftmaxTemperature, *, ax: Axes | None = None, lang: str | None = None, **line_kwargs: Any
) -> Axes:
    """Draw the entropy of the drawn logits' probabilities by temperature, and dashed what theory says of warm ones.

    Arguments and result as those of `plot_softmax_temperature`.
    """
    language = resolve_language(lang)
    ax = new_axes(ax)
    with page_style():
        t = result.temperatures
        log_x(ax, t.tolist())
        style = {"color": COLORS["probabilities"], "linestyle": "-"}
        plot_band(t, result.entropy, ax=ax, lang=language, **{**style, **own(line_kwargs)})
        warm = result.theory_warm.median(0).values
        shown = warm > 0
        ax.plot(t[shown].tolist(), warm[shown].tolist(), **THEORY)
        top = result.theory_uniform
        ax.axhline(top, **THEORY)
        texts = (
            (tr("theory, T → ∞: ln K = {top:.3f}", language).format(top=top), 0.03, top * 1.02),
            (tr("theory, T large:\nln K − v/2T²", language), 0.62, top * 0.42),
        )
        for text, x, y in texts:
            ax.text(x, y, text, color=INK, fontsize=9.5, transform=ax.get_yaxis_transform())
        ax.set_ylim(0, top * 1.13)
        set_labels(ax, tr("temperature T", language), tr("entropy H (K = {n})", language).format(n=result.classes))
    return ax


def draw(result: SoftmaxTemperature, *, lang: str) -> PageFigure:
    """The gallery's figure."""
    figure = new_figure()
    with page_style():
        plot_softmax_temperature(result, ax=figure.add_axes((0.085, 0.2, 0.4, 0.6)), lang=lang)
        plot_entropy(result, ax=figure.add_axes((0.575, 0.2, 0.4, 0.6)), lang=lang)
        title = tr(
            "Cold, softmax gives all to the largest logit; warm, it evens the classes out\n"
            "Median entropy, as a share of ln K: {cold:.0%} at T = {low:g}, {warm:.0%} at T = {high:g}",
            lang,
        )
        middle = (result.entropy.median(0).values / math.log(result.classes)).tolist()
        t = result.temperatures.tolist()
        set_title(figure, title.format(cold=middle[0], low=round(t[0], 4), warm=middle[-1], high=round(t[-1], 4)))
        figure.text(0.98, 0.02, band_text(len(result.entropy), lang), ha="right", fontsize=9.5, color=QUIET)
    return figure
