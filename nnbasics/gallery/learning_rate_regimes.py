"""The learning rate on a bowl and on networks: factor of a step, loss at the end, shares that rose and diverged."""

from __future__ import annotations

from typing import Any

from matplotlib.axes import Axes
from matplotlib.ticker import NullFormatter, PercentFormatter
from torch import Tensor

from .._text import resolve_language, tr
from ..experiments.learning_rate_regimes import LearningRateRegimes
from ..plotting.bands import band_text, plot_band
from ..plotting.style import (
    COLORS,
    INK,
    QUIET,
    SHADE,
    PageFigure,
    new_axes,
    new_figure,
    own,
    page_style,
    set_labels,
    set_title,
)

MOST = 0.5  # of the networks


def plot_learning_rate_regimes(
    result: LearningRateRegimes, *, ax: Axes | None = None, lang: str | None = None, **line_kwargs: Any
) -> Axes:
    """Draw what a step on the bowl leaves of the distance, over eta * lambda; the theory is dashed.

    Args:
        result: What `learning_rate_regimes` returned.
        ax: The axes to draw on; None makes a new figure.
        lang: `"en"` or `"zh"`; None as `nnbasics` resolves it.
        line_kwargs: Of `Axes.plot`, for the measured points.

    Returns:
        The axes.
    """
    language = resolve_language(lang)
    ax = new_axes(ax)
    with page_style():
        style = {"color": COLORS["sgd"], "linestyle": "none", "marker": "o", "markersize": 4.5, **own(line_kwargs)}
        plot_band(result.multiples, result.factors, ax=ax, lang=language, **style)
        ax.plot(result.multiples, result.theory_factors, color=INK, linestyle=(0, (4, 2)), linewidth=1.3, zorder=1.5)
        _regimes(ax, result)
        edges = [float(result.multiples[0]), result.creeps_below, 1.0, 2.0, float(result.multiples[-1])]
        names = [tr("creeps", language), tr("arrives", language), tr("swings", language), tr("diverges", language)]
        for low, high, name in zip(edges[:-1], edges[1:], names, strict=True):
            ax.text((low * high) ** 0.5, 2.58, name, ha="center", va="bottom", color=INK)
        ax.text(0.14, 1.28, tr("theory: $|1 - \\eta\\lambda|$", language), ha="center", color=INK)
        ax.axhline(1, color=QUIET, linewidth=0.8)
        ax.set(ylim=(0, 2.5), yticks=[0, 1, 2])
        set_labels(ax, _axis(language), tr("distance left\nafter a step", language))
    return ax


def plot_regimes_of_networks(
    result: LearningRateRegimes, *, ax: Axes | None = None, lang: str | None = None, **line_kwargs: Any
) -> Axes:
    """Draw the networks' loss at the end over eta * lambda, to where most of them diverge; arguments as above."""
    language = resolve_language(lang)
    ax = new_axes(ax)
    with page_style():
        style = {"color": COLORS["mse"], **own(line_kwargs)}
        plot_band(result.multiples, result.final_loss, ax=ax, lang=language, **style)
        _regimes(ax, result)
        ax.set(ylim=(0, float(result.start_loss.quantile(0.5))))
        label = tr("loss of a network\nafter {n} updates", language).format(n=result.updates)
        set_labels(ax, _axis(language), label)
    return ax


def plot_shares_of_networks(
    result: LearningRateRegimes, *, ax: Axes | None = None, lang: str | None = None, **line_kwargs: Any
) -> Axes:
    """Draw the shares of networks whose loss rose at some update, and which diverged; arguments as above."""
    language = resolve_language(lang)
    ax = new_axes(ax)
    with page_style():
        sides = (("momentum", "-", result.rose), ("gradient", (0, (4, 1.5)), result.diverged))
        for color, dash, hit in sides:
            style = {"color": COLORS[color], "linestyle": dash, **own(line_kwargs)}
            ax.plot(result.multiples, hit.double().mean(0), **style)
        _regimes(ax, result)
        rose, diverged = first_multiple(result, result.rose), first_multiple(result, result.diverged)
        before = result.multiples[result.multiples < rose]  # the line climbs from here to `rose`
        start = float(before[-1]) if len(before) else rose
        beside: dict[str, Any] = {"textcoords": "offset points", "va": "center"}
        text = tr("loss rose\nat some update", language)
        ax.annotate(text, (start, MOST), (-8, 0), ha="right", color=COLORS["momentum"], **beside)
        ax.annotate(tr("diverged", language), (diverged, MOST), (10, 0), color=COLORS["gradient"], **beside)
        ax.set(ylim=(-0.03, 1.05), yticks=[0, 0.5, 1])
        ax.yaxis.set_major_formatter(PercentFormatter(1.0))
        set_labels(ax, _axis(language), tr("share of\nnetworks", language))
    return ax


def first_multiple(result: LearningRateRegimes, hit: Tensor) -> float:
    """The lowest eta * lambda from which on at least half of the networks are hit; infinite if there is none."""
    found = (hit.double().mean(0) >= MOST).nonzero()
    return float(result.multiples[found[0, 0]]) if len(found) else float("inf")


def _axis(language: str) -> str:
    return tr("learning rate times curvature $\\eta\\lambda$", language)


def _regimes(ax: Axes, result: LearningRateRegimes) -> None:
    """Shade every other regime of the bowl."""
    low, high = float(result.multiples[0]), float(result.multiples[-1])
    for start, end in ((low, result.creeps_below), (1.0, 2.0)):
        ax.axvspan(start, end, color=SHADE, linewidth=0, zorder=0.4)
    ax.set(xscale="log", xlim=(low, high), xticks=[0.01, 0.1, 1, 2], xticklabels=["0.01", "0.1", "1", "2"])
    ax.xaxis.set_minor_formatter(NullFormatter())


def draw(result: LearningRateRegimes, *, lang: str) -> PageFigure:
    """The gallery's figure."""
    figure = new_figure(height=6.0)
    with page_style():
        plots = (plot_learning_rate_regimes, plot_regimes_of_networks, plot_shares_of_networks)
        for plot, (bottom, height) in zip(plots, ((0.62, 0.225), (0.355, 0.235), (0.135, 0.19)), strict=True):
            ax = plot(result, ax=figure.add_axes((0.13, bottom, 0.84, height)), lang=lang)
            if plot is not plots[-1]:
                ax.set_xlabel("")
                ax.tick_params(labelbottom=False)
        best = float(result.multiples[result.final_loss.nan_to_num(float("inf")).quantile(0.5, dim=0).argmin()])
        title = tr(
            "A bowl swings past ηλ = 1 and diverges past 2. The loss rises in most networks\n"
            "from {rise:.1f} on, and most diverge from {burst:.1f} on; it ends lowest at {best:.1f}",
            lang,
        )
        rise, burst = first_multiple(result, result.rose), first_multiple(result, result.diverged)
        set_title(figure, title.format(rise=rise, burst=burst, best=best))
        figure.text(0.98, 0.012, band_text(result.factors.shape[0], lang), ha="right", fontsize=9.5, color=QUIET)
    return figure
