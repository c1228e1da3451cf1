"""Losses after a sigmoid on the far wrong side: the gradient that is left, and the updates that it takes to recover."""

from __future__ import annotations

from typing import Any

from matplotlib.axes import Axes

from .._text import resolve_language, tr
from ..experiments.bce_saturation import BceSaturation
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
    "bce_with_logits": {"label": "BCEWithLogits", "color": COLORS["logits"], "linestyle": "-"},
    "bce": {"label": "sigmoid + BCE", "color": COLORS["probabilities"], "linestyle": "-."},
    "mse": {"label": "sigmoid + MSE", "color": COLORS["mse"], "linestyle": (0, (1, 1.5))},
}


def plot_bce_saturation(
    result: BceSaturation, *, ax: Axes | None = None, lang: str | None = None, **line_kwargs: Any
) -> Axes:
    """Draw the size of the gradient at a wrong logit for each loss, and dashed what exact arithmetic gives.

    Args:
        result: What `bce_saturation` returned.
        ax: The axes to draw on; None makes a new figure.
        lang: `"en"` or `"zh"`; None as `nnbasics` resolves it.
        line_kwargs: Of `Axes.plot`, for every line but theory's.

    Returns:
        The axes.
    """
    language = resolve_language(lang)
    ax = new_axes(ax)
    z = result.logits.tolist()
    with page_style():
        for name, slope in zip(result.losses, result.gradient.abs().tolist(), strict=True):
            ax.plot(z, slope, **{**STYLES[name], **own(line_kwargs)})
        for slope in result.theory_gradient[1:].abs().tolist():  # the first two losses are one
            ax.plot(z, slope, **{**THEORY, "linewidth": 1})
        ax.plot([], [], **THEORY, label=tr("theory", language))
        ax.legend(loc="upper center", ncols=2, fontsize=9.5, columnspacing=1, handlelength=1.8)
        text = tr("float32:\n$\\sigma(z)$ = 1\nfrom z = {edge:.1f}", language).format(edge=result.one_from)
        ax.text(z[-1], 0.5, text, color=INK, ha="right", va="center", fontsize=9.5, linespacing=1.35)
        ax.set_ylim(0, 1.5)
        ax.set_yticks([0, 0.5, 1])
        set_labels(ax, tr("logit z of a wrong prediction", language), tr("size of the gradient |dL/dz|", language))
    return ax


def plot_recovery(
    result: BceSaturation, *, ax: Axes | None = None, lang: str | None = None, **line_kwargs: Any
) -> Axes:
    """Draw how many updates each loss takes to recover by the bias that it starts from, a cross where it never does.

    Arguments and result as those of `plot_bce_saturation`.
    """
    language = resolve_language(lang)
    ax = new_axes(ax)
    with page_style():
        ax.set_yscale("log")
        middle = result.updates.sort(dim=1).values[:, result.updates.shape[1] // 2]
        for row, (name, updates) in enumerate(zip(result.losses, result.updates, strict=True)):
            style = {**STYLES[name], **own(line_kwargs)}
            plot_band(result.starts, updates, ax=ax, lang=language, **style)
            never = result.starts[middle[row].isinf()].tolist()
            height = result.num_updates * 1.7**row
            ax.plot(never, [height] * len(never), "x", color=style["color"], markersize=6)
        text = tr("×: at least half the seeds never recover\n({n} updates, rates up to {rate:g})", language)
        text = text.format(n=result.num_updates, rate=float(result.rates[-1]))
        place: dict[str, Any] = {"transform": ax.transAxes, "ha": "center", "va": "top", "linespacing": 1.35}
        ax.text(0.5, 0.99, text, color=INK, fontsize=9.5, **place)
        ax.set_ylim(0.8, result.num_updates * 25)
        ticks = [n for n in (1, 10, 100, 1000) if n <= result.num_updates]
        ax.set_yticks(ticks, [str(n) for n in ticks])
        ax.set_yticks([], minor=True)
        set_labels(ax, tr("bias that training starts from", language), tr("updates to recover", language))
    return ax


def draw(result: BceSaturation, *, lang: str) -> PageFigure:
    """The gallery's figure."""
    figure = new_figure()
    with page_style():
        plot_bce_saturation(result, ax=figure.add_axes((0.085, 0.2, 0.4, 0.6)), lang=lang)
        plot_recovery(result, ax=figure.add_axes((0.575, 0.2, 0.4, 0.6)), lang=lang)
        place = int((result.starts < result.one_from).sum().clamp(max=len(result.starts) - 1))
        shares = result.updates[:, :, place].isfinite().double().mean(1).tolist()
        title = tr(
            "Sure of the wrong class, BCE on probabilities loses its gradient; on logits it keeps it\n"
            "From bias {start:g} recover: {bce_with_logits:.0%} (BCEWithLogits), {bce:.0%} (BCE), {mse:.0%} (MSE)",
            lang,
        )
        numbers = dict(zip(result.losses, shares, strict=True))
        set_title(figure, title.format(start=float(result.starts[place]), **numbers))
        figure.text(0.98, 0.02, band_text(result.updates.shape[1], lang), ha="right", fontsize=9.5, color=QUIET)
    return figure
