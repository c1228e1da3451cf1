"""Batch sizes: the loss by epoch, by update and by the clock, and the noise of the gradient."""

from __future__ import annotations

from typing import Any

import torch
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator, NullFormatter

from .._lookup import lookup
from .._text import resolve_language, tr
from ..experiments.batch_size import BatchSize, noise_of_batch
from ..plotting.bands import band_text, plot_band
from ..plotting.style import INK, QUIET, PageFigure, new_axes, new_figure, own, page_style, set_labels, set_title

STYLES = ((0, (1, 1.2)), (0, (5, 1.5, 1, 1.5)), (0, (4, 1.5)), (0, (10, 1.5)), "-")


def plot_batch_size(
    result: BatchSize, *, by: str = "epochs", ax: Axes | None = None, lang: str | None = None, **line_kwargs: Any
) -> Axes:
    """Draw the training loss of each batch size.

    Args:
        result: What `batch_size` returned.
        by: Over what: `"epochs"`, `"updates"` or `"seconds"`; the last two on a logarithmic axis.
        ax: The axes to draw on; None makes a new figure.
        lang: `"en"` or `"zh"`; None as `nnbasics` resolves it.
        line_kwargs: Of `Axes.plot`, for every line.

    Returns:
        The axes.

    Raises:
        ValueError: `by` is none of the three.
    """
    language = resolve_language(lang)
    labels = {
        "epochs": tr("epoch", language),
        "updates": tr("updates", language),
        "seconds": tr("seconds, on this machine", language),
    }
    label = lookup(labels, by, kind="by")
    ax = new_axes(ax)
    with page_style():
        for k in range(len(result.sizes)):
            values = result.losses[k] if by == "epochs" else result.losses_by_update[k]
            x = result.epochs if by == "epochs" else result.updates[k]
            if by == "seconds":
                x = x * result.seconds_per_update[k]
            made = x.isfinite()
            plot_band(x[made], values[:, made], ax=ax, lang=language, **{**_style(result, k), **own(line_kwargs)})
        ax.set_yscale("log")
        ax.yaxis.set_minor_formatter(NullFormatter())
        if by == "epochs":
            ax.xaxis.set_major_locator(MaxNLocator(4, integer=True))
        else:
            ax.set_xscale("log")
        set_labels(ax, label, tr("loss, training data", language))
    return ax


def plot_batch_noise(result: BatchSize, *, ax: Axes | None = None, lang: str | None = None, **line_kwargs: Any) -> Axes:
    """Draw the noise of the gradient over the batch size and, dashed, what theory says.

    Args:
        result: What `batch_size` returned.
        ax: The axes to draw on; None makes a new figure.
        lang: `"en"` or `"zh"`; None as `nnbasics` resolves it.
        line_kwargs: Of `Axes.plot`, for the measured points.

    Returns:
        The axes.
    """
    language = resolve_language(lang)
    ax = new_axes(ax)
    with page_style():
        some = result.sizes < result.rows  # all rows have no noise, and no place on a logarithmic axis
        style = {"color": "#0072B2", "linestyle": "none", "marker": "o", "markersize": 5, **own(line_kwargs)}
        plot_band(result.sizes[some].double(), result.noise[some].T, ax=ax, lang=language, **style)
        counts = (result.rows * torch.linspace(0, 0.98, 80, dtype=torch.float64, device="cpu") ** 3).clamp(min=1)
        curve = [float(noise_of_batch(result.sigma.quantile(0.5), count, result.rows)) for count in counts.tolist()]
        ax.plot(counts, curve, color=INK, linestyle=(0, (4, 2)), linewidth=1.3)
        text = tr("theory:", language) + "\n" + r"$\frac{\sigma}{\sqrt{B}}\sqrt{\frac{N-B}{N-1}}$"
        ax.text(0.04, 0.06, text, transform=ax.transAxes, color=INK, va="bottom", fontsize=10)
        ax.set(xscale="log", yscale="log")
        set_labels(ax, tr("batch size $B$", language), tr("noise / gradient", language))
    return ax


def _style(result: BatchSize, k: int) -> dict[str, Any]:
    share = k / max(1, len(result.sizes) - 1)
    return {"color": colormaps["plasma"](0.75 * (1 - share)), "linestyle": STYLES[k % len(STYLES)], "linewidth": 1.9}


def draw(result: BatchSize, *, lang: str) -> PageFigure:
    """The gallery's figure."""
    figure = new_figure(height=6.1)
    with page_style():
        places = {"epochs": (0.1, 0.51), "updates": (0.6, 0.51), "seconds": (0.1, 0.125)}
        for by, corner in places.items():
            plot_batch_size(result, by=by, ax=figure.add_axes((*corner, 0.38, 0.265)), lang=lang)
        plot_batch_noise(result, ax=figure.add_axes((0.6, 0.125, 0.38, 0.265)), lang=lang)
        handles = [Line2D([], [], **_style(result, k)) for k in range(len(result.sizes))]
        names = [f"B = {size}\nη = {lr:g}" for size, lr in zip(result.sizes.tolist(), result.lr.tolist(), strict=True)]
        figure.legend(
            handles, names, loc="upper center", ncols=len(names), bbox_to_anchor=(0.53, 0.89), handlelength=2.8
        )
        last = int(result.updates.isfinite().all(0).sum()) - 1  # the last stretch that every batch size has
        by_epoch = result.losses[:, :, -1].quantile(0.5, dim=1).argmin()
        by_update = result.losses_by_update[:, :, last].quantile(0.5, dim=1).argmin()
        title = tr(
            "After {epochs} epochs batches of {few} have the lowest loss; up to update {updates}, those of {many}.\n"
            "An update with {rows} rows takes {times:.1f} times as long as one with {one}",
            lang,
        )
        numbers: dict[str, Any] = {
            "epochs": len(result.epochs),
            "few": int(result.sizes[by_epoch]),
            "updates": len(result.epochs) * -(-result.rows // int(result.sizes[-1])),
            "many": int(result.sizes[by_update]),
            "rows": int(result.sizes[-1]),
            "one": int(result.sizes[0]),
            "times": float(result.seconds_per_update[-1] / result.seconds_per_update[0]),
        }
        set_title(figure, title.format(**numbers))
        note = f"B: {tr('rows of an update', lang)}    " + band_text(result.losses.shape[1], lang)
        figure.text(0.98, 0.012, note, ha="right", fontsize=9.5, color=QUIET)
    return figure
