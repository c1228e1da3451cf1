"""Adam without its bias correction: how much longer a step is, and what that does to the loss."""

from __future__ import annotations

from typing import Any

from matplotlib.axes import Axes

from .._text import resolve_language, tr
from ..experiments.adam_bias_correction import AdamBiasCorrection
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

STEPS: dict[float, tuple[str, Any]] = {
    0.9: (COLORS["momentum"], (0, (5, 1.5))),
    0.99: (COLORS["rmsprop"], (0, (6, 1.5, 1, 1.5))),
    0.999: (COLORS["sgd"], "-"),
}
RUNS: dict[str, tuple[str, Any]] = {
    "corrected": (COLORS["adam"], "-"),
    "uncorrected": (COLORS["sgd"], (0, (5, 1.5))),
    "uncorrected_same_lr": (QUIET, (0, (6, 1.5, 1, 1.5))),
}


def plot_adam_bias_correction(
    result: AdamBiasCorrection, *, ax: Axes | None = None, lang: str | None = None, **line_kwargs: Any
) -> Axes:
    """Draw how many times as long a step is without the correction as with it, by step, and dashed the theory.

    Args:
        result: What `adam_bias_correction` returned.
        ax: The axes to draw on; None makes a new figure.
        lang: `"en"` or `"zh"`; None as `nnbasics` resolves it.
        line_kwargs: Of `Axes.plot`, for the measured lines.

    Returns:
        The axes.
    """
    language = resolve_language(lang)
    steps = result.theory.shape[1]
    # A log axis: about as many points to each power of ten, so that the file stays small.
    shown = sorted({min(steps, round(10 ** (place / 12))) for place in range(12 * 6)})
    x = result.theory.new_tensor(shown)
    places = [t - 1 for t in shown]
    ax = new_axes(ax)
    with page_style():
        for beta2, ratios, theory in zip(result.beta2s.tolist(), result.ratios, result.theory, strict=True):
            color, _ = STEPS.get(beta2, (INK, "-"))
            style: dict[str, Any] = {"color": color, "linewidth": 3, "alpha": 0.55}
            plot_band(x, ratios[:, places], ax=ax, lang=language, **{**style, **own(line_kwargs)})
            ax.plot(x.numpy(), theory[places].numpy(), color=INK, linestyle=(0, (4, 2)), linewidth=1.3)
            longer = bool(theory.max() > 1.001)  # with beta2 = beta1 no step is
            top = int(theory.argmax()) if longer else min(20, steps) - 1
            ax.annotate(
                f"$\\beta_2$ = {beta2:g}",
                (top + 1, float(theory[top])),
                (6, 5 if longer else -5),
                textcoords="offset points",
                va="bottom" if longer else "top",
                color=color,
            )
        first = float(result.ratios[-1, :, 0].median())
        ax.plot(1, first, "o", color=INK, markersize=5, zorder=4, clip_on=False)
        ax.annotate(f"{first:.2f}", (1, first), (7, -3), textcoords="offset points", va="top", color=INK)
        ax.axhline(1, color=QUIET, linewidth=0.9, linestyle=":")
        ax.set(xscale="log", xlim=(1, steps), ylim=(0, 1.18 * float(result.theory.max())))
        ax.minorticks_off()
        set_labels(ax, tr("step $t$", language), tr("step without / with correction", language))
    return ax


def plot_training(
    result: AdamBiasCorrection, *, ax: Axes | None = None, lang: str | None = None, **line_kwargs: Any
) -> Axes:
    """Draw the training loss by update with the correction, without it, and without it at the rate best with it.

    Arguments and result are those of `plot_adam_bias_correction`.
    """
    language = resolve_language(lang)
    names = {
        "corrected": tr("with", language),
        "uncorrected": tr("without", language),
        "uncorrected_same_lr": tr("without, at the same rate", language),
    }
    width = max(1, result.losses.shape[2] // 40)  # updates to a point: their mean
    count = result.losses.shape[2] // width
    x = result.updates[: count * width].reshape(count, width).mean(dim=1)
    ax = new_axes(ax)
    with page_style():
        for side, losses, lr in zip(result.sides, result.losses, result.lr.tolist(), strict=True):
            color, line = RUNS[side]
            means = losses[:, : count * width].reshape(len(losses), count, width).mean(dim=2)
            style = {"color": color, "linestyle": line, "label": f"{names[side]}  $\\eta$ = {lr:.2g}"}
            plot_band(x, means, ax=ax, lang=language, **{**style, **own(line_kwargs)})
        ax.set(yscale="log", xlim=(0, float(result.updates[-1])))
        ax.minorticks_off()
        set_labels(ax, tr("update", language), tr("cross-entropy, training data", language))
    return ax


def draw(result: AdamBiasCorrection, *, lang: str) -> PageFigure:
    """The gallery's figure."""
    figure = new_figure(height=4.3)
    with page_style():
        left, right = figure.add_axes((0.075, 0.29, 0.4, 0.5)), figure.add_axes((0.59, 0.29, 0.39, 0.5))
        plot_adam_bias_correction(result, ax=left, lang=lang)
        plot_training(result, ax=right, lang=lang)
        handles, labels = right.get_legend_handles_labels()
        figure.legend(
            handles,
            labels,
            loc="center",
            bbox_to_anchor=(0.5, 0.115),
            ncols=3,
            fontsize=9.5,
            handlelength=3,
            frameon=False,
        )
        title = tr(
            "Uncorrected, Adam's first step is {first:.2f} times as long, a later one {longest:.1f} times:\n"
            "the best learning rate falls from {lr0:.2g} to {lr1:.2g}",
            lang,
        )
        ratios = result.ratios[-1].median(dim=0).values
        told = {"first": float(ratios[0]), "longest": float(ratios.max())}
        set_title(figure, title.format(**told, lr0=float(result.lr[0]), lr1=float(result.lr[1])))
        figure.text(0.02, 0.02, tr("dashed lines: theory", lang), fontsize=9.5, color=QUIET)
        figure.text(0.98, 0.02, band_text(result.losses.shape[1], lang), ha="right", fontsize=9.5, color=QUIET)
    return figure
