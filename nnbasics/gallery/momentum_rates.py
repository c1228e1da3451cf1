"""Steps for a factor e: by condition number with and without momentum, and by momentum."""

from __future__ import annotations

from typing import Any

import torch
from matplotlib.axes import Axes

from .._text import resolve_language, tr
from ..experiments.momentum_rates import MomentumRates, steps_per_e
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

THEORY: dict[str, Any] = {"color": INK, "linestyle": (0, (4, 2)), "linewidth": 1.3}
MARKERS = {"sgd": "s", "momentum": "o"}


def plot_momentum_rates(
    result: MomentumRates, *, ax: Axes | None = None, lang: str | None = None, **line_kwargs: Any
) -> Axes:
    """Draw the steps for a factor e by condition number, measured as points and dashed in theory, on two log axes.

    A condition number of 1 has no place there: one step is all that it takes.

    Args:
        result: What `momentum_rates` returned.
        ax: The axes to draw on; None makes a new figure.
        lang: `"en"` or `"zh"`; None as `nnbasics` resolves it.
        line_kwargs: Of `Axes.plot`, for the measured points.

    Returns:
        The axes.
    """
    language = resolve_language(lang)
    names = {"sgd": tr("plain descent", language), "momentum": tr("with momentum", language)}
    steps, theory = steps_per_e(result.rates.median(dim=2).values), steps_per_e(result.theory)
    drawn = result.conditions > 1
    x = result.conditions[drawn].numpy()
    ax = new_axes(ax)
    with page_style():
        for side, measured, wanted in zip(result.sides, steps[:, drawn], theory[:, drawn], strict=True):
            style: dict[str, Any] = {
                "color": COLORS[side],
                "linestyle": "none",
                "marker": MARKERS[side],
                "markersize": 6,
            }
            ax.plot(x, wanted.numpy(), **THEORY)
            ax.plot(x, measured.numpy(), **{**style, **own(line_kwargs)})
            above = side == "sgd"
            ax.annotate(
                names[side],
                (x[-1], float(measured[-1])),
                (-14, 0) if above else (0, 12),
                textcoords="offset points",
                ha="right",
                va="center" if above else "bottom",
                color=COLORS[side],
            )
        ax.set(xscale="log", yscale="log", xlim=(x[0] / 1.3, x[-1] * 1.4))
        ax.minorticks_off()
        set_labels(ax, tr("condition number $\\kappa = L/m$", language), tr("steps for a factor e", language))
    return ax


def plot_by_momentum(
    result: MomentumRates, *, ax: Axes | None = None, lang: str | None = None, **line_kwargs: Any
) -> Axes:
    """Draw the steps for a factor e by momentum, each at the best learning rate searched, and dashed in theory.

    Arguments and result are those of `plot_momentum_rates`; a star stands at what theory calls best.
    """
    language = resolve_language(lang)
    found, theory = steps_per_e(result.found.min(dim=1).values), steps_per_e(result.theory_by_beta)
    beta = float(result.predicted[0])
    ax = new_axes(ax)
    with page_style():
        # Theory has a corner at its best momentum, which no point of the grid need meet.
        x = torch.cat([result.betas, result.predicted[:1]])
        y = torch.cat([theory, steps_per_e(torch.sqrt(result.predicted[:1]))])
        order = x.argsort()
        ax.plot(x[order].numpy(), y[order].numpy(), **THEORY)
        style = {"color": COLORS["momentum"], "linestyle": "none", "marker": "o", "markersize": 4.5}
        ax.plot(result.betas.numpy(), found.numpy(), **{**style, **own(line_kwargs)})
        best = float(y[order].min())
        ax.plot(beta, best, "*", color=INK, markersize=12, zorder=5, clip_on=False)
        text = tr("best in theory:\n$\\beta$ = {beta:.2f}", language).format(beta=beta)
        ax.annotate(text, (beta, best), (-10, 0), textcoords="offset points", ha="right", va="center", color=INK)
        ax.set(xlim=(-0.03, 1), xticks=[0, 0.5, 1], ylim=(-0.03 * float(theory.max()), None))
        set_labels(ax, tr("momentum $\\beta$", language), tr("steps for a factor e", language))
        title = tr("$\\kappa$ = {kappa:g}, best rate for each $\\beta$", language)
        ax.set_title(title.format(kappa=result.condition), fontsize=10.5, loc="left")
    return ax


def draw(result: MomentumRates, *, lang: str) -> PageFigure:
    """The gallery's figure."""
    figure = new_figure(height=3.8)
    with page_style():
        left, right = figure.add_axes((0.095, 0.2, 0.475, 0.55)), figure.add_axes((0.675, 0.2, 0.305, 0.55))
        plot_momentum_rates(result, ax=left, lang=lang)
        left.set_title(tr("each at its best settings", lang), fontsize=10.5, loc="left")
        plot_by_momentum(result, ax=right, lang=lang)
        slow, fast = steps_per_e(result.rates.median(dim=2).values)[:, -1].tolist()
        title = tr(
            "A factor e costs plain descent about $\\kappa/2$ steps, momentum about $\\sqrt{{\\kappa}}/2$:\n"
            "at $\\kappa$ = {kappa:,.0f}, {fast:,.0f} instead of {slow:,.0f}",
            lang,
        )
        set_title(figure, title.format(kappa=float(result.conditions[-1]), slow=slow, fast=fast))
        note = tr("points: measured, median of {n} random starts    dashed: theory", lang)
        figure.text(0.98, 0.02, note.format(n=result.rates.shape[2]), ha="right", fontsize=9.5, color=QUIET)
    return figure
