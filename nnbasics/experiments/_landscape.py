"""One look for every surface that an optimizer goes down: shaded by height, a star at the minimum, ways with heads."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch
from matplotlib.axes import Axes
from torch import Tensor

from ..plotting.paths import fill_levels
from ..plotting.style import color_of, page_style
from ..plotting.theme import mixed, now


def highest() -> str:
    """The colour of the highest ground, on which text must be read."""
    return mixed(now().paper, color_of("blue"), 0.35)


def plot_landscape(
    surface: Callable[[Tensor], Tensor],
    minimum: Sequence[float],
    *,
    ax: Axes,
    xlim: tuple[float, float],
    ylim: tuple[float, float],
    levels: int = 9,
) -> Axes:
    """Shade a surface over two parameters, the higher the darker the ink; heights in equal steps of their root.

    Equal steps of the height itself would crowd at the rim and leave the valley, where everything happens, empty.
    """
    xs, ys = (torch.linspace(*lim, 161, dtype=torch.float64, device="cpu") for lim in (xlim, ylim))
    with torch.no_grad():
        heights = surface(torch.stack(torch.meshgrid(xs, ys, indexing="xy"), dim=-1))
        lowest = float(surface(torch.tensor([*minimum], dtype=torch.float64, device="cpu")))
    top = float(heights.max()) - lowest
    with page_style():
        fill_levels(ax, xs, ys, heights, [lowest + top * (k / levels) ** 2 for k in range(1, levels)])
        ax.plot(*minimum, "*", color=now().ink, markersize=12, zorder=5)
        ax.set(xlim=xlim, ylim=ylim, xticks=[], yticks=[])
        ax.spines[:].set_visible(False)
        ax.grid(False)
    return ax


def plot_way(path: Tensor, *, ax: Axes, color: str, spacing: float = 70.0, **line_kwargs: Any) -> Axes:
    """Draw a path of shape (T, 2), a ring at its start and arrowheads `spacing` pixels apart; after the limits."""
    points, size = path.tolist(), 11 + 2 * line_kwargs.get("linewidth", 1.6)
    with page_style():
        ax.plot(*zip(*points, strict=True), **{"color": color, "linewidth": 1.6, **line_kwargs})
        ring: dict[str, Any] = {"markerfacecolor": now().paper, "markeredgecolor": now().ink, "zorder": 6}
        ax.plot(*points[0], "o", markersize=8, **ring)
        lengths = np.hypot(*np.diff(ax.transData.transform(points), axis=0).T)
        passed = (np.cumsum(lengths) / spacing + 0.5).astype(int)
        arrow = {
            "arrowstyle": "-|>",
            "color": color,
            "shrinkA": 0,
            "shrinkB": 0,
            "mutation_scale": size,
            "linewidth": 0,
        }
        for step in np.flatnonzero(np.diff(passed, prepend=0)).tolist():
            if ax.viewLim.contains(*points[step + 1]):
                ax.annotate("", points[step + 1], points[step], arrowprops={**arrow, "zorder": 4})
    return ax
