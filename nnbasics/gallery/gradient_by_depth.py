"""The gradient by layer in deep random networks: a panel for each activation, a line for each initializer."""

from __future__ import annotations

from typing import Any

from matplotlib.axes import Axes

from .._text import resolve_language, tr
from ..experiments.gradient_by_depth import GradientByDepth
from ..plotting.bands import band_text
from ..plotting.style import QUIET, PageFigure, new_figure, page_style, set_labels, set_title
from ._depth import name_laws, name_panel, plot_by_depth


def plot_gradient_by_depth(
    result: GradientByDepth,
    *,
    activation: str = "relu",
    ax: Axes | None = None,
    lang: str | None = None,
    with_names: bool = True,
    **line_kwargs: Any,
) -> Axes:
    """Draw the root mean square of dL/dz by layer for one activation, and dashed what theory says of wide layers.

    The last layer stands at the left, since the gradient starts there.

    Args:
        result: What `gradient_by_depth` returned.
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
    gradient, theory = result.gradient[i], result.theory[i]
    ax = plot_by_depth(result.layers, gradient, theory, result.initializers, ax, language, line_kwargs)
    with page_style():
        ax.invert_xaxis()
        set_labels(ax, tr("layer $l$, from the last back", language), tr("root mean square of dL/d$z$", language))
        if with_names:
            name_laws(ax, theory[:, 0], result.initializers, language)
    return ax


def draw(result: GradientByDepth, *, lang: str) -> PageFigure:
    """The gallery's figure."""
    figure = new_figure()
    count = len(result.activations)
    with page_style():
        width = 0.71 / count
        kept = result.gradient[..., 0].median(dim=2).values
        for i, activation in enumerate(result.activations):
            ax = figure.add_axes((0.1 + i * width, 0.18, width - 0.03, 0.57))
            plot_gradient_by_depth(result, activation=activation, ax=ax, lang=lang, with_names=i == count - 1)
            name_panel(ax, activation, kept[i], result.initializers, lang)
            if i:
                ax.set_ylabel("")
                ax.set_yticklabels([])
            if i != count // 2:
                ax.set_xlabel("")
        title = tr("Xavier: sigmoid loses the gradient, tanh hardly. ReLU needs Kaiming's law", lang)
        set_title(figure, title)
        note = tr("{band}    dashed: theory", lang).format(band=band_text(result.gradient.shape[2], lang))
        figure.text(0.98, 0.02, note, ha="right", fontsize=9.5, color=QUIET)
    return figure
