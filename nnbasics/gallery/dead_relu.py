"""Dead units: their share by learning rate, and by the bias that training starts from."""

from __future__ import annotations

from typing import Any

from matplotlib.axes import Axes

from .._text import resolve_language, tr
from ..experiments.dead_relu import DeadRelu
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

STYLES: dict[str, dict[str, Any]] = {
    "relu": {"label": "ReLU", "color": COLORS["relu"], "linestyle": "-", "marker": "o", "markersize": 4},
    "leaky_relu": {"label": "leaky ReLU", "color": COLORS["leaky_relu"], "linestyle": "-."},
    "tanh": {"label": "tanh", "color": COLORS["tanh"], "linestyle": ":"},
}


def plot_dead_relu(result: DeadRelu, *, ax: Axes | None = None, lang: str | None = None, **line_kwargs: Any) -> Axes:
    """Draw the share of dead hidden units after training by learning rate, for each activation.

    Args:
        result: What `dead_relu` returned.
        ax: The axes to draw on; None makes a new figure.
        lang: `"en"` or `"zh"`; None as `nnbasics` resolves it.
        line_kwargs: Of `Axes.plot`, for every line.

    Returns:
        The axes.
    """
    language = resolve_language(lang)
    ax = new_axes(ax)
    with page_style():
        log_x(ax, result.rates.tolist())
        for name, dead in zip(result.activations, result.dead, strict=True):
            plot_band(result.rates, 100 * dead, ax=ax, lang=language, **{**STYLES[name], **own(line_kwargs)})
        best = float(result.lr[result.activations.index("relu")])
        ax.axvline(best, color=COLORS["relu"], linewidth=1, linestyle=(0, (1, 2)))
        text = tr("best rate\nof ReLU: {best:g}", language).format(best=best)
        ax.annotate(text, (best, 92), (-6, 0), textcoords="offset points", ha="right", va="center", color=INK)
        ax.legend(loc="center left", fontsize=9.5)
        ax.set_ylim(-3, 103)
        set_labels(ax, tr("learning rate $\\eta$", language), tr("dead hidden units, %", language))
    return ax


def plot_dead_by_bias(result: DeadRelu, *, ax: Axes | None = None, lang: str | None = None, **line_kwargs: Any) -> Axes:
    """Draw the share of dead units by initial bias: before training, beside theory, and after it.

    Arguments and result as those of `plot_dead_relu`.
    """
    language = resolve_language(lang)
    ax = new_axes(ax)
    after = tr("after training", language)
    with page_style():
        mine: dict[str, Any] = {**STYLES["relu"], "label": after, **own(line_kwargs)}
        before: dict[str, Any] = {
            "color": COLORS["identity"],
            "linestyle": ":",
            "label": tr("before training", language),
        }
        plot_band(result.biases, 100 * result.dead_after, ax=ax, lang=language, **mine)
        plot_band(result.biases, 100 * result.dead_at_start, ax=ax, lang=language, **before)
        ax.plot(
            result.biases.tolist(),
            (100 * result.theory_at_start).tolist(),
            **{**THEORY, "label": tr("theory, before", language)},
        )
        ax.legend(loc="upper right", fontsize=9.5)
        ax.set_ylim(-3, 103)
        set_labels(ax, tr("initial bias b of the hidden units", language), tr("dead hidden units, %", language))
    return ax


def draw(result: DeadRelu, *, lang: str) -> PageFigure:
    """The gallery's figure."""
    figure = new_figure()
    with page_style():
        plot_dead_relu(result, ax=figure.add_axes((0.085, 0.2, 0.4, 0.6)), lang=lang)
        plot_dead_by_bias(result, ax=figure.add_axes((0.575, 0.2, 0.4, 0.6)), lang=lang)
        relu, leaky = (result.activations.index(name) for name in ("relu", "leaky_relu"))
        best, last = float(result.lr[relu]), len(result.rates) - 1
        middle = result.dead.median(1).values
        at_best = float(middle[relu, result.rates.tolist().index(best)])
        title = tr(
            "Too high a learning rate kills ReLU units; a negative bias lets some start dead\n"
            "ReLU: {best:.0%} dead at its best η = {lr:g}, {many:.0%} at η = {high:g}; leaky ReLU there: {leaky:.0%}",
            lang,
        )
        numbers = {"many": float(middle[relu, last]), "leaky": float(middle[leaky, last])}
        set_title(figure, title.format(best=at_best, lr=best, high=float(result.rates[last]), **numbers))
        figure.text(0.98, 0.02, band_text(result.dead.shape[1], lang), ha="right", fontsize=9.5, color=QUIET)
    return figure
