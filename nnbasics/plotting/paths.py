"""What an optimizer and a scheduler do over time: paths on a surface, learning rates by step."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch
from matplotlib.axes import Axes
from torch import Tensor

from .._checks import check_tensor, shape_text
from .._text import resolve_language, tr
from ..surfaces import check_heights
from .style import INK, new_axes, page_style, set_labels


def plot_surface(
    surface: Callable[[Tensor], Tensor],
    *,
    xlim: tuple[float, float],
    ylim: tuple[float, float],
    levels: int | Sequence[float] = 12,
    ax: Axes | None = None,
    lang: str | None = None,
    device: str | torch.device = "cpu",
    **contour_kwargs: Any,
) -> Axes:
    """Draw the contour lines of a surface over two parameters.

    Args:
        surface: From points of shape (..., 2) to heights of shape (...).
        xlim, ylim: The range of each parameter.
        levels: How many lines, or their heights, as `Axes.contour` takes them.
        ax: The axes to draw on; None makes a new figure.
        lang: `"en"` or `"zh"`; None as `nnbasics` resolves it.
        device: Where to evaluate the surface.
        contour_kwargs: Of `Axes.contour`.

    Returns:
        The axes.

    Raises:
        ValueError: the surface does not return one height a point.
        TypeError: `surface` is not callable.

    Example:
        >>> from nnbasics import quadratic
        >>> plot_surface(quadratic(1.0, 4.0), xlim=(-2, 2), ylim=(-1, 1)).get_xlabel()
        'parameter $w_1$'
    """
    language = resolve_language(lang)
    if not callable(surface):
        raise TypeError(f"surface must be a callable from points to heights, got {surface!r}.")
    xs = torch.linspace(*xlim, 121, dtype=torch.float32, device=device)
    ys = torch.linspace(*ylim, 121, dtype=torch.float32, device=device)
    grid = torch.stack(torch.meshgrid(xs, ys, indexing="xy"), dim=-1)
    with torch.no_grad():
        heights = surface(grid)
    check_heights(heights, grid)
    ax = new_axes(ax)
    with page_style():
        style = {"colors": "#b9b9b9", "linewidths": 0.8} if "cmap" not in contour_kwargs else {}
        ax.contour(xs.cpu().numpy(), ys.cpu().numpy(), heights.cpu().numpy(), levels, **{**style, **contour_kwargs})
        set_labels(ax, tr("parameter $w_1$", language), tr("parameter $w_2$", language))
        ax.grid(False)
    return ax


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
            raise ValueError(
                f"path must be finite; it is not from step {step} on: the run diverged. Draw path[:{step}]."
            )
    check_tensor(path, "path", last=2)
    if path.ndim not in (2, 3):
        raise ValueError(f"path must have shape (num_points, 2) or (num_points, N, 2), got {shape_text(path.shape)}.")
    points = path.detach().to("cpu", torch.float64).reshape(len(path), -1, 2).numpy()
    ax = new_axes(ax)
    with page_style():
        style = {"marker": "o", "markersize": 3.5, "linewidth": 1.5, "label": label}
        lines = ax.plot(points[:, :, 0], points[:, :, 1], **{**style, **line_kwargs})
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
        ValueError: `lrs` is empty, has another number of dimensions, or a rate is not finite.

    Example:
        >>> plot_lr([0.1, 0.1, 0.05]).get_xlabel()
        'epoch'
    """
    language = resolve_language(lang)
    rates = lrs if isinstance(lrs, Tensor) else torch.tensor(lrs, dtype=torch.float64, device="cpu")
    check_tensor(rates, "lrs", ndim=1)
    ax = new_axes(ax)
    with page_style():
        style = {"drawstyle": "steps-post", "color": INK, "label": label}
        ax.plot(rates.detach().to("cpu", torch.float64).numpy(), **{**style, **line_kwargs})
        set_labels(ax, tr("epoch", language), tr("learning rate $\\eta$", language))
        ax.set_ylim(bottom=0)
    return ax
