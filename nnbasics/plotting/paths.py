"""What an optimizer and a scheduler do over time: paths on a surface, learning rates by step."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch
from matplotlib.axes import Axes
from torch import Tensor

from .._checks import check_number, check_tensor, shape_text
from .._device import resolve_device
from ..surfaces import heights_at
from ..text import Text, resolve_language
from .style import color_of, new_axes, own, page_style, set_labels
from .theme import mixed, now


def plot_surface(
    surface: Callable[[Tensor], Tensor],
    *,
    xlim: tuple[float, float],
    ylim: tuple[float, float],
    levels: int | Sequence[float] = 12,
    filled: bool = False,
    ax: Axes | None = None,
    lang: str | None = None,
    device: str | torch.device = "cpu",
    **contour_kwargs: Any,
) -> Axes:
    """Draw the contours of a surface over two parameters: lines, or bands of colour.

    Args:
        surface: From points of shape (..., 2) to heights of shape (...).
        xlim, ylim: The range of each parameter.
        levels: How many lines, or their heights, as `Axes.contour` takes them.
        filled: Bands of colour between the levels, the higher the deeper, instead of lines; as many levels as a
            number says make bands of one area.
        ax: The axes to draw on; None makes a new figure.
        lang: `"en"` or `"zh"`; None as `nnbasics` resolves it.
        device: Where to evaluate the surface.
        contour_kwargs: Of `Axes.contour`, or of `Axes.contourf` where it is filled.

    Returns:
        The axes.

    Raises:
        ValueError: a range is not (low, high); the device is not there; the surface does not return one finite
            height a point.
        TypeError: `surface` is not callable, or a range does not hold numbers.

    Example:
        >>> from nnbasics import quadratic
        >>> plot_surface(quadratic(1.0, 4.0), xlim=(-2, 2), ylim=(-1, 1)).get_xlabel()
        'parameter $w_1$'
    """
    language = resolve_language(lang)
    where = resolve_device(device)
    xs = torch.linspace(*_check_range(xlim, "xlim"), 121, dtype=torch.float32, device=where)
    ys = torch.linspace(*_check_range(ylim, "ylim"), 121, dtype=torch.float32, device=where)
    grid = torch.stack(torch.meshgrid(xs, ys, indexing="xy"), dim=-1)
    with torch.no_grad():
        heights = heights_at(surface, grid)
    if not bool(torch.isfinite(heights).all()):
        raise ValueError(f"surface must be finite over xlim={xlim} and ylim={ylim}, and it is not everywhere.")
    ax = new_axes(ax)
    with page_style():
        drawn = xs.cpu().numpy(), ys.cpu().numpy(), heights.cpu().numpy()
        if filled:
            fill_levels(ax, *drawn, levels, **contour_kwargs)
        else:
            style = {"colors": now().faint, "linewidths": 0.8} if "cmap" not in contour_kwargs else {}
            ax.contour(*drawn, levels, **{**style, **contour_kwargs})
        x, y = Text("parameter $w_1$", "参数 $w_1$"), Text("parameter $w_2$", "参数 $w_2$")
        set_labels(ax, x.say(language), y.say(language))
        ax.grid(False)
    return ax


def fill_levels(ax: Axes, x: Any, y: Any, heights: Any, levels: int | Sequence[float], **contour_kwargs: Any) -> None:
    """Colour the ground between levels, and beyond them: paper in the valley, where paths end."""
    ends = np.array(levels)
    if isinstance(levels, int):
        ends = np.unique(np.quantile(heights, np.linspace(0, 1, levels + 2)[1:-1]))
    tints = [mixed(now().paper, color_of("blue"), 0.35 * k / len(ends)) for k in range(len(ends) + 1)]
    style = {"colors": tints} if "cmap" not in contour_kwargs else {}
    ax.contourf(x, y, heights, ends, **{"extend": "both", "zorder": 0, **style, **contour_kwargs})


def _check_range(value: object, name: str) -> tuple[float, float]:
    if not isinstance(value, (tuple, list)) or len(value) != 2:
        raise TypeError(f"{name} must be a pair (low, high), got {value!r}.")
    low, high = (check_number(end, name) for end in value)
    if not low < high:
        raise ValueError(f"{name} must be a pair (low, high) with low < high, got {value!r}.")
    return low, high


def plot_path(
    path: Tensor, *, ax: Axes | None = None, lang: str | None = None, label: str | None = None, **line_kwargs: Any
) -> Axes:
    """Draw the points that `descend` returns, in order, with a ring at the start.

    Args:
        path: Shape (num_points, 2), or (num_points, N, 2) for N paths at once.
        ax: The axes to draw on; None makes a new figure.
        lang: `"en"` or `"zh"`; None as `nnbasics` resolves it.
        label: The line's label for a legend.
        line_kwargs: Of `Axes.plot`.

    Returns:
        The axes.

    Raises:
        ValueError: the shape is another, or a point is not finite: then the text says from which step on.
        TypeError: `path` is not a floating-point tensor.

    Example:
        >>> len(plot_path(torch.tensor([[1.0, 1.0], [0.5, 0.0]])).lines)
        2
    """
    resolve_language(lang)
    if isinstance(path, Tensor) and path.ndim in (2, 3) and path.dtype.is_floating_point:
        lost = (~torch.isfinite(path)).flatten(1).any(dim=1).nonzero().flatten()
        if lost.numel():
            step = int(lost[0])
            advice = f" Draw path[:{step}]." if step else ""
            raise ValueError(f"path must be finite; it is not from step {step} on: the run diverged.{advice}")
    check_tensor(path, "path", last=2)
    if path.ndim not in (2, 3):
        raise ValueError(f"path must have shape (num_points, 2) or (num_points, N, 2), got {shape_text(path.shape)}.")
    points = path.detach().to("cpu", torch.float64).reshape(len(path), -1, 2).numpy()
    ax = new_axes(ax)
    with page_style():
        style = {"marker": "o", "markersize": 3.5, "linewidth": 1.5, "label": label}
        lines = ax.plot(points[:, :, 0], points[:, :, 1], **{**style, **own(line_kwargs)})
        for line, start in zip(lines, points[0], strict=True):
            ax.plot(*start, "o", markersize=8, markerfacecolor="none", markeredgecolor=line.get_color(), zorder=3)
    return ax


def plot_lr(
    lrs: Tensor | Sequence[float],
    *,
    ax: Axes | None = None,
    lang: str | None = None,
    label: str | None = None,
    **line_kwargs: Any,
) -> Axes:
    """Draw a learning rate by step, as `trace_lr` returns it for any scheduler.

    Args:
        lrs: The rates, shape (num_steps,).
        ax: The axes to draw on; None makes a new figure.
        lang: `"en"` or `"zh"`; None as `nnbasics` resolves it.
        label: The line's label for a legend.
        line_kwargs: Of `Axes.plot`.

    Returns:
        The axes.

    Raises:
        ValueError: `lrs` is empty, has another number of dimensions, or a rate is negative or not finite.
        TypeError: `lrs` does not hold floating-point numbers.

    Example:
        >>> plot_lr([0.1, 0.1, 0.05]).get_xlabel()
        'epoch'
    """
    language = resolve_language(lang)
    try:
        rates = lrs if isinstance(lrs, Tensor) else torch.tensor(lrs, dtype=torch.float64, device="cpu")
    except (TypeError, ValueError, RuntimeError):
        raise TypeError(f"lrs must be a tensor or a sequence of numbers, got {lrs!r}.") from None
    check_tensor(rates, "lrs", ndim=1)
    if bool((rates < 0).any()):
        raise ValueError(f"lrs must be >= 0, got {float(rates.min()):g} among its {len(rates)} number(s).")
    values = rates.detach().to("cpu", torch.float64).tolist()
    axes = new_axes(ax)
    with page_style():
        style = {"drawstyle": "steps-post", "color": now().ink, "label": label}
        axes.plot([*values, values[-1]], **{**style, **own(line_kwargs)})  # the last rate lasts an epoch, too
        x, y = Text("epoch", "训练轮次 epoch"), Text("learning rate $\\eta$", "学习率 $\\eta$")
        set_labels(axes, x.say(language), y.say(language))
        if ax is None:
            axes.set_ylim(bottom=0)
    return axes
