"""Where a model of two inputs draws the lines between its classes."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from matplotlib.axes import Axes
from torch import Tensor, nn

from .._checks import check, check_count, check_tensor, shape_text
from ..text import Text, resolve_language
from .fonts import font_families
from .predictions import check_classes, class_scores, name_classes
from .style import color_of, new_axes, own, page_style, set_labels
from .theme import mixed, now

X1, X2 = Text("input $x_1$", "输入 $x_1$"), Text("input $x_2$", "输入 $x_2$")
CLASS = Text("class {n}", "类别 {n}")
CLASSES = (
    ("negative", 0.0, "^"),
    ("positive", 0.0, "o"),
    ("green", 0.0, "s"),
    ("purple", 0.0, "D"),
    ("orange", 0.4, "v"),
    ("blue", 0.45, "P"),
    ("ink", 0.0, "X"),
    ("grey", 0.3, "<"),
    ("crimson", 0.0, "*"),
    ("green", 0.55, ">"),
)
"""Of each class its hue, how much paper is mixed into it, and its marker: in print that alone tells them apart."""


def class_color(k: int) -> str:
    """The colour of class k in the theme that is drawn in."""
    hue, share, _ = CLASSES[k]
    return mixed(color_of(hue), now().paper, share)


def plot_boundary(
    model: nn.Module,
    x: Any,
    y: Any,
    *,
    threshold: float | None = None,
    class_names: Sequence[str] | None = None,
    points: int = 201,
    ax: Axes | None = None,
    lang: str | None = None,
    **line_kwargs: Any,
) -> Axes:
    """Draw the regions of the plane that a model gives to each class, and the points with their true class.

    A point belongs to the class with the largest output, argmax_k f_k(x), logits and probabilities alike; for a model
    of one output to class 1 where f(x) > threshold, else to class 0. A copy of the model is run, in evaluation mode.

    Args:
        model: Any module from (N, 2) to scores of shape (N, C), at most 10 classes, or to (N, 1) or (N,).
        x: The points, shape (N, 2).
        y: Their classes, whole numbers from 0, shape (N,) or (N, 1).
        threshold: For a model of one output: 0 where it gives logits, 0.5 where it gives probabilities.
        class_names: What to call the classes; None takes their numbers.
        points: How many places are tried along each axis.
        ax: The axes to draw on, with the names of the classes in a corner; None makes a new figure.
        lang: `"en"` or `"zh"`; None as `nnbasics` resolves it.
        line_kwargs: Of `Axes.plot`, for the lines between the regions.

    Returns:
        The axes.

    Raises:
        ValueError: `x` has not two columns, `y` does not hold the class of each row, the model gives no scores or
            too many, `threshold` is missing or not wanted, `class_names` are more or fewer than the classes.
        TypeError: `model` is not an `nn.Module`.

    Example:
        >>> from nnbasics import moons
        >>> plot_boundary(nn.Linear(2, 2), *moons()).get_xlabel()
        'input $x_1$'

    Source:
        https://scikit-learn.org/stable/modules/generated/sklearn.inspection.DecisionBoundaryDisplay.html
    """
    language = resolve_language(lang)
    check_count(points, "points", minimum=2)
    x, y = torch.as_tensor(x).detach().cpu(), torch.as_tensor(y).detach().cpu()
    plane = Text("have two columns to be drawn in a plane, shape (N, 2)", "必须有两列才能画在平面上，形状应为 (N, 2)")
    check(x.ndim == 2 and x.shape[1] == 2, "x", plane, shape_text(x.shape))
    places = check_tensor(x, "x").double()
    lowest, highest = places.min(dim=0).values, places.max(dim=0).values
    margin = torch.where(highest > lowest, 0.08 * (highest - lowest), 1.0)
    ends = torch.stack([lowest - margin, highest + margin], dim=1).tolist()
    xs, ys = (torch.linspace(low, high, points, dtype=torch.float64, device="cpu") for low, high in ends)
    scores = class_scores(model, torch.cartesian_prod(ys, xs).flip(1), threshold)
    count = scores.shape[1]
    most = len(CLASSES)
    told_apart = Text(
        f"score at most {most} classes to be told apart by colour", f"最多只能有 {most} 个类别，再多颜色就分不清了"
    )
    check(count <= most, "model", told_apart, count)
    classes = check_classes(y, len(x), count)
    names = name_classes(class_names, count, CLASS.say(language))
    beside, ax = ax is None, new_axes(ax, rect=(0.12, 0.14, 0.45, 0.8))
    with page_style():
        draw_regions(ax, xs.numpy(), ys.numpy(), scores.T.reshape(count, points, points).numpy(), **line_kwargs)
        size = float(np.clip(80 / len(x) ** 0.5, 3.5, 6.0))
        edge = {"markeredgecolor": now().paper, "markeredgewidth": 0.08 * size}
        handles = draw_points(ax, x.numpy(), classes.numpy(), count, markersize=size, **edge)
        ax.set(xlim=ends[0], ylim=ends[1])
        ax.grid(False)
        set_labels(ax, X1.say(language), X2.say(language))
        wrapped = [textwrap.fill(name, 24 if name.isascii() else 12) for name in names]
        style: dict[str, Any] = {"prop": {"family": font_families(), "size": 10}, "markerscale": 6 / size}
        if beside:
            style |= {"loc": "upper left", "bbox_to_anchor": (1.01, 1.0)}
        else:  # beside the caller's axes something else may stand
            style |= {"loc": _emptiest_corner(places, ends), "ncols": -(-count // 5), "frameon": True}
            style |= {"framealpha": 1.0, "edgecolor": now().faint, "facecolor": now().paper}
        ax.legend(handles, wrapped, labelcolor=now().ink, **style)
    return ax


def _emptiest_corner(x: Tensor, ends: list[list[float]]) -> str:
    """The corner with the fewest points, in matplotlib's words."""
    (left, right), (low, high) = ends
    aside, above = ((x - x.new_tensor([left, low])) / x.new_tensor([right - left, high - low])).T
    corners = {
        f"{v} {h}": int(
            ((aside > 0.6 if h == "right" else aside < 0.4) & (above > 0.7 if v == "upper" else above < 0.3)).sum()
        )
        for v in ("upper", "lower")
        for h in ("right", "left")
    }
    return min(corners, key=lambda corner: corners[corner])


def draw_regions(ax: Axes, xs: Any, ys: Any, scores: Any, **line_kwargs: Any) -> None:
    """Shade the region of each class on a grid, where its score is the largest, and draw the lines between.

    Args:
        ax: The axes.
        xs, ys: The coordinates of the grid, shapes (A,) and (B,).
        scores: Shape (C, B, A).
        line_kwargs: Of `Axes.plot`, for the lines.
    """
    style = {"color": now().ink, "linewidth": 1.3, **own(line_kwargs)}
    for k in range(len(scores)):
        lead = scores[k] - np.delete(scores, k, axis=0).max(axis=0)
        if lead.max() < 0:
            continue
        shade = mixed(now().paper, class_color(k), 0.18)
        ax.contourf(xs, ys, lead, [0, max(float(lead.max()), 1.0) * 2], colors=[shade])
        if k and lead.min() < 0:
            found = ax.contour(xs, ys, lead, [0.0])
            pieces = found.allsegs[0]
            found.remove()
            for piece in pieces:
                ax.plot(piece[:, 0], piece[:, 1], **style)


def draw_points(ax: Axes, x: Any, classes: Any, count: int, **marker_kwargs: Any) -> list[Any]:
    """The points of each class in its colour and with its marker; the artists, class by class."""
    style: dict[str, Any] = {"linestyle": "", "zorder": 3, **marker_kwargs}
    return [
        ax.plot(*x[classes == k].T, **{"marker": CLASSES[k][2], "color": class_color(k), **style})[0]
        for k in range(count)
    ]
