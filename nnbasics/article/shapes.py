"""Section 7: broadcasting."""

from __future__ import annotations

import torch

from ..plotting.broadcasting import plot_broadcasting
from ..plotting.style import PageFigure, new_figure, page_style, set_title
from ..text import Text


def broadcasting(*, lang: str, device: torch.device) -> PageFigure:
    """(2, 3) + (3,), the article's example, as cells."""
    a = torch.tensor([[1, 2, 3], [4, 5, 6]], device=device)
    b = torch.tensor([1, 1, 1], device=device)
    figure = new_figure(height=2.9)
    with page_style():
        plot_broadcasting(a, b, ax=figure.add_axes((0.02, 0.02, 0.96, 0.82)), lang=lang)
        title = Text(
            "Broadcasting lines shapes up from the right, then repeats what has size 1",
            "广播：形状从右端对齐，大小为 1 的维度重复到一致",
        )
        set_title(figure, title.say(lang))
    return figure
