"""Schedules under noise: the error on a bowl beside theory, and the loss of networks."""

from __future__ import annotations

from typing import Any

from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.ticker import NullFormatter

from .._checks import check_count
from .._text import resolve_language, tr
from ..experiments.schedule_noise_floor import ScheduleNoiseFloor
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
from ..schedulers import SCHEDULERS

STYLES: dict[str, Any] = {
    "constant": "-",
    "step": (0, (6, 1.5)),
    "exponential": (0, (3, 1, 1, 1)),
    "cosine": (0, (1, 1)),
}


def plot_schedule_noise_floor(
    result: ScheduleNoiseFloor, *, ax: Axes | None = None, lang: str | None = None, **line_kwargs: Any
) -> Axes:
    """Draw the error on the noisy bowl for each schedule, and dashed what theory expects of it.

    Args:
        result: What `schedule_noise_floor` returned.
        ax: The axes to draw on; None makes a new figure.
        lang: `"en"` or `"zh"`; None as `nnbasics` resolves it.
        line_kwargs: Of `Axes.plot`, for the measured lines.

    Returns:
        The axes.
    """
    language = resolve_language(lang)
    ax = new_axes(ax)
    with page_style():
        for side, errors, theory in zip(result.sides, result.errors, result.theory_errors, strict=True):
            style = {"color": COLORS[side], "linestyle": STYLES[side], **own(line_kwargs)}
            plot_band(result.steps, errors, ax=ax, lang=language, **style)
            ax.plot(result.steps, theory, color=INK, linestyle=(0, (4, 2)), linewidth=0.9)
        text = tr("theory: floor $\\frac{\\eta\\sigma^2}{\\lambda(2 - \\eta\\lambda)}$", language)
        ax.annotate(
            text,
            (float(result.steps[-1]), result.theory_floor),
            (0, 16),
            textcoords="offset points",
            ha="right",
            color=INK,
        )
        ax.set(yscale="log", ylim=(None, 20 * result.theory_floor))
        ax.yaxis.set_minor_formatter(NullFormatter())
        set_labels(ax, tr("step", language), tr("error $E[w^2]$ on a noisy bowl", language))
    return ax


def plot_networks_under_schedules(
    result: ScheduleNoiseFloor, *, which: int = 0, ax: Axes | None = None, lang: str | None = None, **line_kwargs: Any
) -> Axes:
    """Draw the training loss of the networks by epoch for each schedule, on data set number `which`.

    Args:
        result, ax, lang, line_kwargs: As above.
        which: The data set, counted from 0.

    Returns:
        The axes.

    Raises:
        ValueError: there is no data set of that number.
    """
    language = resolve_language(lang)
    if check_count(which, "which", minimum=0) >= len(result.noises):
        raise ValueError(f"which must be an integer from 0 to {len(result.noises) - 1}, got {which!r}.")
    ax = new_axes(ax)
    with page_style():
        for side, losses in zip(result.sides, result.losses[which], strict=True):
            style = {"color": COLORS[side], "linestyle": STYLES[side], "linewidth": 1.8, **own(line_kwargs)}
            plot_band(result.epochs, losses, ax=ax, lang=language, **style)
        if float(result.losses[which].min()) < 0.05:  # where it nears 0, only a logarithm shows how near
            ax.set_yscale("log")
            ax.yaxis.set_minor_formatter(NullFormatter())
        set_labels(ax, tr("epoch", language), tr("loss, training data", language))
    return ax


def draw(result: ScheduleNoiseFloor, *, lang: str) -> PageFigure:
    """The gallery's figure."""
    figure = new_figure(height=5.2)
    with page_style():
        plot_schedule_noise_floor(result, ax=figure.add_axes((0.1, 0.145, 0.385, 0.6)), lang=lang)
        for which, bottom in zip(range(2), (0.495, 0.145), strict=True):
            ax = plot_networks_under_schedules(
                result, which=which, ax=figure.add_axes((0.61, bottom, 0.37, 0.25)), lang=lang
            )
            if which == 0:
                ax.set_xlabel("")
                ax.tick_params(labelbottom=False)
            ax.set_title(
                tr("moons, noise {noise:g}", lang).format(noise=float(result.noises[which])), fontsize=10, loc="left"
            )
        names = {side: SCHEDULERS[side].__name__ for side in result.sides[1:]}
        names["constant"] = tr("constant", lang)
        handles = [Line2D([], [], color=COLORS[side], linestyle=STYLES[side]) for side in result.sides]
        figure.legend(
            handles, [names[side] for side in result.sides], loc="upper center", ncols=4, bbox_to_anchor=(0.54, 0.875)
        )
        title = tr(
            "On the bowl decay sinks below the floor. Networks, constant rate against cosine:\n"
            "loss {kept:.2g} and {cut:.2g} on moons of noise {noise:g}, {kept2:.2g} and {cut2:.2g} of {noise2:g}",
            lang,
        )
        final = result.final.quantile(0.5, dim=2)
        ends = {"kept": final[0, 0], "cut": final[0, 3], "kept2": final[1, 0], "cut2": final[1, 3]}
        ends |= {"noise": result.noises[0], "noise2": result.noises[1]}
        set_title(figure, title.format(**{name: float(end) for name, end in ends.items()}))
        figure.text(0.02, 0.012, tr("dashed: theory", lang), fontsize=9.5, color=QUIET)
        figure.text(0.98, 0.012, band_text(result.errors.shape[1], lang), ha="right", fontsize=9.5, color=QUIET)
    return figure
