"""Networks of two inputs, drawn in the plane: the points, the line between the classes, the share that is right."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from ..ensemble import Ensemble
from ..plotting.boundary import draw_points, draw_regions
from ..plotting.style import PageFigure, new_figure, page_style, set_title
from ..plotting.theme import now
from ..text import Text

WIDTH = 7.0  # inches, of a figure
NOTE = Text(
    "{data}    line: the network of median loss    %: right on test data, median of {n} seeds",
    "{data}    线：损失居中的网络    %：测试正确率，{n} 个随机种子的中位数",
)


def grid_of(x: Tensor, points: int) -> tuple[Tensor, Tensor]:
    """The coordinates of a square grid that holds the points, along both axes, (G,), and its places, (G * G, 2)."""
    margin = 0.08 * float(x.max() - x.min())
    ends = float(x.min()) - margin, float(x.max()) + margin
    axis = torch.linspace(*ends, points, dtype=torch.float64, device="cpu")
    return axis, torch.cartesian_prod(axis, axis).flip(1).to(x.device, torch.float32)


def median_logits(run: Ensemble, loss: Tensor, places: Tensor) -> Tensor:
    """What the network of median loss makes of the grid, shape (G, G), rows along the second coordinate."""
    side = round(len(places) ** 0.5)
    return run.predict(places)[loss.argsort()[(len(loss) - 1) // 2]].reshape(side, side).cpu()


def draw_planes(
    title: str,
    panels: Sequence[tuple[str, Tensor, Tensor]],
    axis: Tensor,
    x: Tensor,
    y: Tensor,
    data: Text,
    lang: str,
) -> PageFigure:
    """A panel for each (name, logits (G, G) on the grid `axis`, shares of the test rows that are right (S,)).

    In it the line where the logits are 0, among the points x of classes y; under it the median share.
    """
    places, step = axis.numpy(), 0.98 / len(panels)
    side = WIDTH * (step - 0.02)
    figure = new_figure(height=side + 1.4)
    with page_style():
        for k, (name, found, right) in enumerate(panels):
            ax = figure.add_axes((0.02 + k * step, 0.76 / (side + 1.4), side / WIDTH, side / (side + 1.4)))
            draw_regions(ax, places, places, np.stack([-found.numpy(), found.numpy()]), linewidth=1.6)
            draw_points(ax, x.numpy(), (y > 0).numpy(), 2, markersize=side**0.5 * 2.4, markeredgewidth=0)
            ax.set(xlim=(places[0], places[-1]), ylim=(places[0], places[-1]), xticks=[], yticks=[])
            ax.spines[:].set_visible(False)
            ax.set_title(name, fontsize=11, color=now().ink)
            style: dict[str, Any] = {
                "transform": ax.transAxes,
                "ha": "center",
                "va": "top",
                "fontsize": 17,
                "color": now().ink,
            }
            ax.text(0.5, -0.05, f"{float(right.median()):.0%}", **style)
        set_title(figure, title)
        note = NOTE.say(lang, data=data.say(lang), n=len(panels[0][2]))
        figure.text(0.98, 0.02, note, ha="right", fontsize=9.5, color=now().quiet)
    return figure
