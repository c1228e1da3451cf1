"""Which classes a model takes for which."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from matplotlib.axes import Axes
from matplotlib.cbook import normalize_kwargs
from matplotlib.collections import QuadMesh
from matplotlib.colors import LinearSegmentedColormap
from torch import nn

from ..text import Text, resolve_language
from .fonts import font_families
from .predictions import check_classes, class_scores, name_classes
from .style import color_of, new_axes, page_style, set_labels
from .theme import mixed, now, readable

TRUE, PREDICTED = Text("true class", "真实类别"), Text("predicted class", "预测类别")
SMALLEST = 6.5  # points: 9 pixels at 100 dpi, and smaller text is not to be read
MOST_NAMES = 20  # along each axis


def plot_confusion(
    model: nn.Module,
    x: Any,
    y: Any,
    *,
    threshold: float | None = None,
    class_names: Sequence[str] | None = None,
    ax: Axes | None = None,
    lang: str | None = None,
    **mesh_kwargs: Any,
) -> Axes:
    """Draw how many rows of each true class a model takes for which class: what is right stands on the diagonal.

    The number in row i and column j is |{n : y_n = i, argmax_k f_k(x_n) = j}|. A copy of the model is run, in
    evaluation mode.

    Args:
        model: Any module from rows of `x` to scores of shape (N, C), or to (N, 1) or (N,).
        x: The inputs, shape (N, ...).
        y: Their classes, whole numbers from 0, shape (N,) or (N, 1).
        threshold, class_names: As in `plot_boundary`.
        ax: The axes to draw on; None makes a new figure.
        lang: `"en"` or `"zh"`; None as `nnbasics` resolves it.
        mesh_kwargs: Of `Axes.pcolormesh`, for the cells, such as `cmap`.

    Returns:
        The axes. Where the cells are too small for numbers, the colour alone tells.

    Raises:
        ValueError: as `plot_boundary` does, but for the columns of `x` and the number of classes.
        TypeError: `model` is not an `nn.Module`.

    Example:
        >>> from nnbasics import moons
        >>> ax = plot_confusion(nn.Linear(2, 2), *moons(100))
        >>> sum(int(text.get_text()) for text in ax.texts)
        100

    Source:
        https://scikit-learn.org/stable/modules/generated/sklearn.metrics.confusion_matrix.html
    """
    language = resolve_language(lang)
    x, y = torch.as_tensor(x), torch.as_tensor(y).detach().cpu()
    scores = class_scores(model, x, threshold)
    count = scores.shape[1]
    classes = check_classes(y, len(x), count)
    counts = torch.bincount(classes * count + scores.argmax(dim=1), minlength=count * count).reshape(count, count)
    names = name_classes(class_names, count, "{n}")
    step = -(-count // MOST_NAMES)  # a name for each would be too small to read
    shown = range(0, count, step)
    axes, turned = _square_axes(ax, [names[k] for k in shown], count)
    with page_style():
        paper = now().paper
        blues = LinearSegmentedColormap.from_list("counts", [paper, mixed(paper, color_of("positive"), 0.5)])
        style = {
            "cmap": blues,
            "vmin": 0,
            "edgecolor": now().grid,
            "clip_on": False,
            "linewidth": 0.6 if step == 1 else 0.0,
        }
        mesh = axes.pcolormesh(counts.numpy(), **{**style, **normalize_kwargs(mesh_kwargs, QuadMesh)})
        axes.set(xlim=(0, count), ylim=(count, 0), aspect="equal")
        cell = 72 / axes.figure.dpi * min(axes.bbox.width, axes.bbox.height) / count
        size = min(11.0, 0.6 * cell, cell / (0.65 * len(str(int(counts.max())))))
        for (row, column), number in np.ndenumerate(counts.numpy()):
            if size < SMALLEST:
                break
            ground = mesh.to_rgba(number)
            ink = readable(now().ink if number else now().quiet, ground)
            at: dict[str, Any] = {"ha": "center", "va": "center", "fontsize": size, "color": ink}
            axes.text(column + 0.5, row + 0.5, str(number), fontfamily=font_families(), **at)
        places, family = [k + 0.5 for k in shown], font_families()
        slant: dict[str, Any] = {"rotation": 45, "ha": "right", "rotation_mode": "anchor"} if turned else {}
        axes.set_xticks(places, [names[k] for k in shown], fontfamily=family, **slant)
        axes.set_yticks(places, [names[k] for k in shown], fontfamily=family)
        axes.tick_params(length=0)
        axes.grid(False)
        axes.spines[:].set_visible(False)
        set_labels(axes, PREDICTED.say(language), TRUE.say(language))
    return axes


def _square_axes(ax: Axes | None, names: Sequence[str], count: int) -> tuple[Axes, bool]:
    """Axes with room for the names left and below, and whether those below have to be turned."""
    longest = max(sum(0.078 if letter.isascii() else 0.14 for letter in name) for name in names)  # inches
    height = float(np.clip(0.34 * count + 1.2, 3.9, 6.5))
    left, below = 0.55 + longest, 0.75
    side = height - below - 0.15
    turned = longest > 0.9 * side / len(names)
    if turned:
        below = 0.5 + 0.75 * longest
        side = height - below - 0.15
    if ax is None:
        return new_axes(None, rect=(left / 7, below / height, side / 7, side / height), height=height), turned
    ax = new_axes(ax)
    wide = min(ax.bbox.width, ax.bbox.height) / ax.figure.dpi
    return ax, longest > 0.9 * wide / len(names)
