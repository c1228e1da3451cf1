"""Broadcasting as cells: what is there, what is repeated, what comes out."""

from __future__ import annotations

from typing import Any

import torch
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from torch import Tensor

from .._checks import shape_text
from ..text import Text, resolve_language
from .style import color_of, new_axes, page_style
from .theme import now

MAX_CELLS = 8  # a side; more would be too small to read in a page's column


def plot_broadcasting(
    a: Tensor, b: Tensor, *, ax: Axes | None = None, lang: str | None = None, **patch_kwargs: Any
) -> Axes:
    """Draw a + b as grids of cells, the cells that broadcasting repeats pale and dashed.

    Args:
        a, b: Tensors of at most two dimensions whose shapes broadcast together, at most 8 cells a side.
        ax: The axes to draw on; None makes a new figure.
        lang: `"en"` or `"zh"`; None as `nnbasics` resolves it.
        patch_kwargs: Of `matplotlib.patches.Rectangle`, for the cells.

    Returns:
        The axes.

    Raises:
        ValueError: the shapes do not broadcast, have more than two dimensions, or are empty or too large.
        TypeError: an argument is not a tensor.

    Example:
        >>> ax = plot_broadcasting(torch.tensor([[1], [2]]), torch.tensor([10, 20]))
        >>> sum(text.get_text() == "22" for text in ax.texts)
        1
    """
    language = resolve_language(lang)
    for name, value in (("a", a), ("b", b)):
        if not isinstance(value, Tensor):
            raise TypeError(f"{name} must be a torch.Tensor, got {type(value).__name__}.")
        if value.ndim > 2 or value.numel() == 0 or max(value.shape, default=1) > MAX_CELLS:
            raise ValueError(
                f"{name} must have at most 2 dimensions of 1 to {MAX_CELLS} cells, got shape {shape_text(value.shape)}."
            )
    try:
        total = (a + b).cpu()
    except RuntimeError as error:
        raise ValueError(
            "a and b must have shapes that broadcast together, "
            f"got {shape_text(a.shape)} and {shape_text(b.shape)}: {error}"
        ) from error
    shape = torch.Size((1,) * (2 - total.ndim) + tuple(total.shape))
    rows, columns = shape
    step = columns + 1.25
    ax = new_axes(ax, rect=(0.02, 0.02, 0.96, 0.84))
    parts = ((a, "a", now().ink), (b, "b", color_of("positive")), (total, "a + b", color_of("tanh")))
    with page_style():
        for place, (value, name, color) in enumerate(parts):
            left = place * step
            _draw_grid(ax, left, value.cpu(), shape, color, patch_kwargs)
            middle = left + columns / 2
            story = _story(value, shape, language) if place < 2 else Text("cell by cell", "逐个元素相加").say(language)
            ax.text(middle, rows + 0.55, f"{name}   {shape_text(value.shape)}", ha="center", va="bottom", color=color)
            ax.text(middle, -0.22, story, ha="center", va="top", color=now().quiet, fontsize=9.5)
        for place, sign in ((1, "+"), (2, "=")):
            ax.text(place * step - 0.625, rows / 2, sign, ha="center", va="center", fontsize=17, color=now().ink)
        ax.set(xlim=(-0.3, 3 * columns + 2.8), ylim=(-0.9, rows + 1.0), aspect="equal")
        ax.set_axis_off()
    return ax


def _story(value: Tensor, shape: torch.Size, language: str) -> str:
    """How the shape of one operand grows into the shape of the result."""
    padded = (1,) * (2 - value.ndim) + tuple(value.shape)
    stages = [shape_text(value.shape)] if value.ndim < 2 else []
    stages += [shape_text(padded)]
    stages += [shape_text(shape)] if padded != tuple(shape) else []
    if len(stages) == 1:
        return Text("used as it is", "保持原样").say(language)
    return " → ".join(stages)


def _cell(number: Tensor) -> str:
    text = f"{number.item():.4g}" if number.is_floating_point() else str(number.item())
    return text.replace("-", "−")


def _draw_grid(
    ax: Axes, left: float, value: Tensor, shape: torch.Size, color: str, patch_kwargs: dict[str, Any]
) -> None:
    padded = value.reshape((1,) * (2 - value.ndim) + tuple(value.shape))
    full = padded.expand(shape)
    longest = max(len(_cell(number)) for number in padded.flatten())
    cell = 480 / (3 * shape[1] + 3.1)  # points, in a figure of 7 inches
    size = min(13.0, cell / (0.65 * longest))
    for row in range(shape[0]):
        for column in range(shape[1]):
            repeated = row >= padded.shape[0] or column >= padded.shape[1]
            style: dict[str, Any] = {
                "facecolor": "white" if repeated else "#eef3f7",
                "edgecolor": "#9a9a9a" if repeated else color,
                "linestyle": (0, (3, 2)) if repeated else "solid",
                "linewidth": 1.0 if repeated else 1.6,
                "zorder": 1 if repeated else 2,
            }
            bottom = shape[0] - 1 - row
            ax.add_patch(Rectangle((left + column, bottom), 1, 1, **{**style, **patch_kwargs}))
            text = _cell(full[row, column])
            shade = "#9a9a9a" if repeated else now().ink
            ax.text(
                left + column + 0.5, bottom + 0.5, text, ha="center", va="center", fontsize=size, color=shade, zorder=3
            )
