"""Section 7: broadcasting."""

from __future__ import annotations

import torch

from ..plotting.broadcasting import plot_broadcasting
from ..plotting.style import PageFigure, new_figure, page_style, set_title
from ..text import Text


def broadcasting(*, lang: str, device: torch.device) -> PageFigure:
    """(2, 3) + (3,), the shapes of the article's example; b's numbers differ, so that one sees which way they go."""
    a = torch.tensor([[1, 2, 3], [4, 5, 6]], device=device)
    b = torch.tensor([10, 20, 30], device=device)
    figure = new_figure(height=2.6)
    with page_style():
        plot_broadcasting(a, b, ax=figure.add_axes((0.02, 0.02, 0.96, 0.84)), lang=lang)
        title = Text(
            "Broadcasting: line the shapes up from the right, then copy what is missing",
            "广播：形状从右端对齐，缺的部分靠复制补齐",
        )
        set_title(figure, title.say(lang))
    return figure
