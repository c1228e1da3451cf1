"""Activations raced: the loss by epoch at each one's best rate, and the final loss by rate, shallow and deep."""

from __future__ import annotations

from typing import Any

from matplotlib.axes import Axes

from .._text import resolve_language, tr
from ..experiments.activation_race import ActivationRace
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
    "sigmoid": {"label": "sigmoid", "linestyle": "-"},
    "tanh": {"label": "tanh", "linestyle": ":"},
    "relu": {"label": "ReLU", "linestyle": "-"},
    "leaky_relu": {"label": "leaky ReLU", "linestyle": (0, (1, 2)), "zorder": 3},  # mostly on top of ReLU
    "gelu": {"label": "GELU", "linestyle": "-."},
}


def plot_activation_race(
    result: ActivationRace, *, depth: int = 0, ax: Axes | None = None, lang: str | None = None, **line_kwargs: Any
) -> Axes:
    """Draw the training loss by epoch for each activation at its best rate, and dashed the loss of guessing.

    Args:
        result: What `activation_race` returned.
        depth: The place in `result.depths` that is drawn.
        ax: The axes to draw on; None makes a new figure.
        lang: `"en"` or `"zh"`; None as `nnbasics` resolves it.
        line_kwargs: Of `Axes.plot`, for every line but theory's.

    Returns:
        The axes.
    """
    language = resolve_language(lang)
    ax = new_axes(ax)
    with page_style():
        for name, losses in zip(result.activations, result.losses[depth], strict=True):
            style = {"color": COLORS[name], **STYLES[name]}
            plot_band(result.epochs, losses, ax=ax, lang=language, **{**style, **own(line_kwargs)})
        _limit(result, ax, language, "right")
        ax.set_xlim(1, float(result.epochs[-1]))
        set_labels(ax, tr("epoch", language), tr("training loss", language))
    return ax


def plot_rates(
    result: ActivationRace, *, depth: int = 0, ax: Axes | None = None, lang: str | None = None, **line_kwargs: Any
) -> Axes:
    """Draw the mean loss of the whole training by learning rate for each activation, from the search for the best rate.

    Arguments and result as those of `plot_activation_race`.
    """
    language = resolve_language(lang)
    ax = new_axes(ax)
    with page_style():
        log_x(ax, result.rates.tolist())
        for name, scores in zip(result.activations, result.scores[depth], strict=True):
            style = {"color": COLORS[name], **STYLES[name]}
            shown = scores.clamp(max=4 * result.theory_guess)  # above the axes, where what diverged is, too
            plot_band(result.rates, shown, ax=ax, lang=language, **{**style, **own(line_kwargs)})
        _limit(result, ax, language, "left")
        set_labels(ax, tr("learning rate $\\eta$", language), tr("mean loss of the training", language))
    return ax


def _limit(result: ActivationRace, ax: Axes, language: str, side: str) -> None:
    """Theory's line, named at the side of the axes where the curves leave room."""
    ax.axhline(result.theory_guess, **THEORY)
    text = tr("theory: guessing, {guess:.3f}", language).format(guess=result.theory_guess)
    place: dict[str, Any] = {"ha": side, "transform": ax.get_yaxis_transform(), "fontsize": 9.5}
    ax.text(0.02 if side == "left" else 0.98, result.theory_guess * 1.03, text, color=INK, **place)
    ax.set_ylim(0, result.theory_guess * 1.2)


def draw(result: ActivationRace, *, lang: str) -> PageFigure:
    """The gallery's figure."""
    figure = new_figure(height=6.4)
    deepest = len(result.depths) - 1
    with page_style():
        tested = dict(zip(result.activations, result.accuracy[deepest].median(1).values.tolist(), strict=True))
        title = tr(
            "At depth {few} sigmoid keeps up; at depth {n} it does not get away from guessing\n"
            "Right on test data at depth {n}: sigmoid {sigmoid:.0%}, tanh {tanh:.0%}, ReLU {relu:.0%}, GELU {gelu:.0%}",
            lang,
        )
        set_title(figure, title.format(few=int(result.depths[0]), n=int(result.depths[deepest]), **tested))
        for depth, bottom in ((0, 0.575), (deepest, 0.195)):
            left, right = (figure.add_axes((start, bottom, 0.35, 0.28)) for start in (0.145, 0.63))
            plot_activation_race(result, depth=depth, ax=left, lang=lang)
            plot_rates(result, depth=depth, ax=right, lang=lang)
            layers = tr("hidden layers: {n}", lang).format(n=int(result.depths[depth]))
            figure.text(0.02, bottom + 0.14, layers, rotation=90, va="center", fontsize=11.5, color=INK)
        place: dict[str, Any] = {"loc": "lower center", "bbox_to_anchor": (0.5, 0.045), "ncols": 5}
        figure.legend(*left.get_legend_handles_labels(), **place, fontsize=9.5, columnspacing=1.6)
        figure.text(0.98, 0.012, band_text(result.losses.shape[2], lang), ha="right", fontsize=9.5, color=QUIET)
    return figure
