"""The signal by layer in deep random networks: a panel for each activation, a line for each initializer."""

from __future__ import annotations

from typing import Any

from matplotlib.axes import Axes

from .._text import resolve_language, tr
from ..experiments.signal_by_depth import SignalByDepth
from ..plotting.bands import band_text
from ..plotting.style import QUIET, PageFigure, new_figure, page_style, set_labels, set_title
from ._depth import name_laws, name_panel, plot_by_depth


def plot_signal_by_depth(
    result: SignalByDepth,
    *,
    activation: str = "relu",
    ax: Axes | None = None,
    lang: str | None = None,
    with_names: bool = True,
    **line_kwargs: Any,
) -> Axes:
    """Draw the root mean square of z by layer for one activation, and dashed what theory says of wide layers.

    Args:
        result: What `signal_by_depth` returned.
        activation: One of `result.activations`.
        ax: The axes to draw on; None makes a new figure.
        lang: `"en"` or `"zh"`; None as `nnbasics` resolves it.
        with_names: Whether the initializers' names stand at the right.
        line_kwargs: Of `Axes.plot`, for the lines of what was measured.

    Returns:
        The axes.

    Raises:
        ValueError: the experiment was run without that activation.
    """
    language = resolve_language(lang)
    if activation not in result.activations:
        raise ValueError(f"activation must be one of {', '.join(result.activations)}, got {activation!r}.")
    i = result.activations.index(activation)
    signal, theory = result.signal[i], result.theory[i]
    ax = plot_by_depth(result.layers, signal, theory, result.initializers, ax, language, line_kwargs)
    with page_style():
        set_labels(ax, tr("layer $l$", language), tr("signal: root mean square of $z$", language))
        if with_names:
            name_laws(ax, theory[:, -1], result.initializers, language)
    return ax


def draw(result: SignalByDepth, *, lang: str) -> PageFigure:
    """The gallery's figure."""
    figure = new_figure()
    count = len(result.activations)
    with page_style():
        width = 0.71 / count
        kept = result.signal[..., -1].median(dim=2).values / result.signal[..., 0].median(dim=2).values
        for i, activation in enumerate(result.activations):
            ax = figure.add_axes((0.1 + i * width, 0.18, width - 0.03, 0.57))
            plot_signal_by_depth(result, activation=activation, ax=ax, lang=lang, with_names=i == count - 1)
            name_panel(ax, activation, kept[i], result.initializers, lang)
            if i:
                ax.set_ylabel("")
                ax.set_yticklabels([])
        title = tr(
            "Small weights: the signal dies out. Large ones: ReLU's explodes, tanh's saturates",
            lang,
        )
        set_title(figure, title)
        note = tr("{band}    dashed: theory", lang).format(band=band_text(result.signal.shape[2], lang))
        figure.text(0.98, 0.02, note, ha="right", fontsize=9.5, color=QUIET)
    return figure
