"""Broadcasting as cells: how two shapes line up, what is copied, what comes out."""

from __future__ import annotations

from typing import Any

import torch
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.patches import Rectangle
from torch import Tensor

from .._checks import shape_text
from ..text import Text, resolve_language
from .style import color_of, new_axes, page_style
from .theme import mixed, now

MAX_CELLS = 8  # a side; more would be too small to read in a page's column
GAP = 1.2  # between the grids, for a sign
SIDE = 0.3  # of the width of the grids, for the shapes that stand over one another beside them
COPIED = {
    (True, False): Text("copied down", "向下复制"),
    (False, True): Text("copied to the right", "向右复制"),
    (True, True): Text("copied down and to the right", "向下、向右复制"),
}


def plot_broadcasting(
    a: Tensor, b: Tensor, *, ax: Axes | None = None, lang: str | None = None, **patch_kwargs: Any
) -> Axes:
    """Draw a + b as grids of cells, with arrows to the pale cells that broadcasting copies, and the shapes in a column.

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
    width = 3 * columns + 2 * GAP
    ax = new_axes(ax, rect=(0.02, 0.02, 0.96, 0.84))
    parts = ((a, "a", now().ink), (b, "b", color_of("positive")), (total, "a + b", color_of("tanh")))
    with page_style():
        low, high = _draw_shapes(ax, -SIDE * width, 0.8 * SIDE * width, rows, parts, language, patch_kwargs)
        for place, (value, name, color) in enumerate(parts):
            left = place * (columns + GAP)
            middle = left + columns / 2
            _draw_grid(ax, left, value.cpu(), shape, width, color, patch_kwargs)
            ax.text(middle, rows + 0.2, name, ha="center", va="bottom", color=color, fontsize=12)
            story = _story(value, shape, language) if place < 2 else Text("cell by cell", "逐个元素相加").say(language)
            ax.text(middle, -0.2, story, ha="center", va="top", color=now().quiet, fontsize=9.5, linespacing=1.35)
        for sign, after in (("+", 1), ("=", 2)):
            x = after * (columns + GAP) - GAP / 2
            ax.text(x, rows / 2, sign, ha="center", va="center", fontsize=17, color=now().ink)
        ax.set(
            xlim=(-SIDE * width - 0.2, width + 0.2),
            ylim=(low - 0.1 * width, max(rows + 0.8, high + 0.2)),
            aspect="equal",
        )
        ax.set_axis_off()
    return ax


def _draw_shapes(
    ax: Axes, left: float, width: float, rows: int, parts: Any, language: str, patch_kwargs: dict[str, Any]
) -> tuple[float, float]:
    """The sizes of both shapes and of the sum, under one another from the right, and how low and high that reaches."""
    step, box = width / 4.4, width / 5.2
    for line, (value, name, color) in enumerate(parts):
        y = rows / 2 + 1.2 * step - 1.1 * line * step - (0.25 * step if line == 2 else 0)
        ax.text(left + 0.9 * step, y, name, ha="center", va="center", color=color, fontsize=12)
        for place, size in enumerate([None] * (2 - value.ndim) + list(value.shape)):
            x = left + (2.55 + 1.1 * place) * step
            cell = Rectangle((x - box / 2, y - box / 2), box, box, facecolor=now().paper, edgecolor=now().faint)
            if size is not None:
                cell.set(facecolor=mixed(now().paper, color, 0.15), edgecolor=color, linewidth=1.4)
                ax.text(x, y, str(size), ha="center", va="center", color=now().ink, fontsize=12)
            cell.set(**patch_kwargs)
            ax.add_patch(cell)
    rule = rows / 2 - 0.57 * step
    ax.add_collection(LineCollection([[(left, rule), (left + 4.2 * step, rule)]], linewidths=1, colors=now().quiet))
    low = min(0.0, y - box / 2 - 0.1)
    told = Text("shapes, from the right", "形状，从右端对齐").say(language)
    ax.text(left + 2.1 * step, low - 0.2, told, ha="center", va="top", color=now().quiet, fontsize=9.5)
    return low, y + 2.5 * step + box / 2


def _story(value: Tensor, shape: torch.Size, language: str) -> str:
    """How the shape of one operand grows into the shape of the result."""
    padded = (1,) * (2 - value.ndim) + tuple(value.shape)
    stages = [shape_text(value.shape)] if value.ndim < 2 else []
    stages += [shape_text(padded)]
    stages += [shape_text(shape)] if padded != tuple(shape) else []
    if padded == tuple(shape):
        same = Text("used as it is", "保持原样").say(language)
        return same if len(stages) == 1 else f"{same}\n{' → '.join(stages)}"
    return f"{COPIED[padded[0] < shape[0], padded[1] < shape[1]].say(language)}\n{' → '.join(stages)}"


def _cell(number: Tensor) -> str:
    text = f"{number.item():.4g}" if number.is_floating_point() else str(number.item())
    return text.replace("-", "−")


def _draw_grid(
    ax: Axes, left: float, value: Tensor, shape: torch.Size, width: float, color: str, patch_kwargs: dict[str, Any]
) -> None:
    padded = value.reshape((1,) * (2 - value.ndim) + tuple(value.shape))
    full = padded.expand(shape)
    longest = max(len(_cell(number)) for number in padded.flatten())
    points = 480 / (width * (1 + SIDE))  # a cell's, in a figure of 7 inches
    size = min(13.0, points / (0.65 * longest))
    for row in range(shape[0]):
        for column in range(shape[1]):
            down, across = row >= padded.shape[0], column >= padded.shape[1]
            copied = down or across
            style: dict[str, Any] = {
                "facecolor": mixed(now().paper, color, 0.0 if copied else 0.15),
                "edgecolor": now().faint if copied else color,
                "linewidth": 1.0 if copied else 1.6,
                "zorder": 1 if copied else 2,
            }
            bottom = shape[0] - 1 - row
            x, y = left + column + 0.5, bottom + 0.5
            ax.add_patch(Rectangle((left + column, bottom), 1, 1, **{**style, **patch_kwargs}))
            ink = now().quiet if copied else now().ink
            ax.text(x, y, _cell(full[row, column]), ha="center", va="center", fontsize=size, color=ink, zorder=3)
            if copied and points > 20:  # in smaller cells an arrow would lie on the numbers
                start, end = ((x, y + 0.7), (x, y + 0.3)) if down else ((x - 0.7, y), (x - 0.3, y))
                arrow = {"arrowstyle": "-|>", "color": color, "linewidth": 1.4, "mutation_scale": 9}
                ax.annotate("", end, start, arrowprops={**arrow, "shrinkA": 0, "shrinkB": 0}, zorder=4)
