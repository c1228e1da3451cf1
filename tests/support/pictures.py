"""What the tests of pictures look with."""

from __future__ import annotations

import io
from itertools import combinations
from pathlib import Path

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text
from PIL import Image

from nnbasics.plotting.style import page_style


def texts_of(figure: Figure) -> list[str]:
    return [t.get_text() for t in figure.findobj(Text) if isinstance(t, Text) and t.get_text()]


def saved(figure: Figure, kind: str = "png") -> bytes:
    buffer = io.BytesIO()
    figure.savefig(buffer, format=kind)
    return buffer.getvalue()


def overlaps(figure: Figure) -> list[str]:
    """What is wrong with the texts of a figure: those cut by its edge, and pairs that lie on one another."""
    with page_style():
        FigureCanvasAgg(figure).draw()
        page = figure.bbox  # and of an annotation its text alone, without the arrow
        boxes = [(t.get_text(), Text.get_window_extent(t)) for t in drawn_texts(figure)]
    wrong = []
    for text, box in boxes:
        if box.x0 < page.x0 + 2 or box.x1 > page.x1 - 2 or box.y0 < page.y0 + 2 or box.y1 > page.y1 - 2:
            wrong.append(f"{text!r} is cut")
    for (one, a), (other, b) in combinations(boxes, 2):
        width = min(a.x1, b.x1) - max(a.x0, b.x0)
        height = min(a.y1, b.y1) - max(a.y0, b.y0)
        if width > 1 and height > 2:
            wrong.append(f"{one!r} lies on {other!r}")
    return wrong


def drawn_texts(figure: Figure) -> list[Text]:
    """Every text that is really drawn: axes that are off draw no ticks and no labels."""
    found = [t for t in figure.texts if t.get_text()]
    for ax in figure.axes:
        found += [t for t in [*ax.texts, ax.title, ax._left_title, ax._right_title] if t.get_text()]
        if ax.get_legend():
            found += ax.get_legend().get_texts()
        if ax.axison:
            for axis, (low, high) in ((ax.xaxis, sorted(ax.get_xlim())), (ax.yaxis, sorted(ax.get_ylim()))):
                found += [axis.label] if axis.label.get_text() else []
                for tick in axis.get_major_ticks():
                    if low <= tick.get_loc() <= high and tick.label1.get_text() and tick.label1.get_visible():
                        found.append(tick.label1)
    return found


def pixels(path: Path) -> np.ndarray:
    with Image.open(path) as image:
        return np.asarray(image.convert("L"), dtype=int)
