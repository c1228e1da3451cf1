"""What is wrong with a picture: text on a line, type too small, too pale, colours that some eyes take for one."""

from __future__ import annotations

import re
from itertools import combinations, pairwise

import numpy as np
from matplotlib import colors as mcolors
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import Collection, LineCollection, PathCollection, PolyCollection
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.mathtext import MathTextParser
from matplotlib.patches import Patch
from matplotlib.path import Path
from matplotlib.text import Annotation, Text
from matplotlib.transforms import Bbox
from pictures import drawn_texts, overlaps

from nnbasics.plotting.style import page_style
from nnbasics.plotting.theme import contrast

MOST_WORDS, MOST_HAN, MOST_NUMBERS, MOST_PANELS, MOST_CURVES = 14, 22, 1, 4, 4
SMALLEST = 9.0  # pixels of the em, where 7 inches are 700 pixels
APART = 15.0  # CIE76, as a deuteranope sees them
BESIDE = 45.0  # pixels from a curve to the label that names it


def faults(figure: Figure) -> list[str]:
    """Everything that is wrong with a drawn figure, a line each."""
    with page_style():
        FigureCanvasAgg(figure).draw()
    return [
        *overlaps(figure),
        *struck(figure),
        *small(figure),
        *pale(figure),
        *alike(figure),
        *wordy(figure),
        *crowded(figure),
    ]


def struck(figure: Figure) -> list[str]:
    """Texts that a line, a marker, a spine, an edge or an arrow goes through."""
    found = []
    texts = [(text, shrunk(Text.get_window_extent(text))) for text in drawn_texts(figure)]
    for artist, what, points in strokes(figure):
        for text, box in texts:
            if artist is text or not len(points):
                continue
            x, y = points.T
            if ((x > box.x0) & (x < box.x1) & (y > box.y0) & (y < box.y1)).any():
                found.append(f"{what} goes through {text.get_text()!r}")
    return found


def shrunk(box: Bbox) -> Bbox:
    """The box of a text without the room that its font leaves above and below."""
    return Bbox.from_extents(box.x0 + 1, box.y0 + 0.18 * box.height, box.x1 - 1, box.y1 - 0.12 * box.height)


def strokes(figure: Figure) -> list[tuple[object, str, np.ndarray]]:
    """Everything that is drawn as a line, as points a pixel apart."""
    found: list[tuple[object, str, np.ndarray]] = []
    for ax in figure.axes:
        window = ax.get_window_extent() if ax.get_visible() else None
        for line in ax.lines:
            if not line.get_visible():
                continue
            path = line.get_path().transformed(line.get_transform())
            points = dense(path) if line.get_linestyle() not in ("None", "none", " ", "") else path.vertices
            found.append((line, f"line {line.get_label()!r}", inside(points, line, window)))
            if line.get_marker() not in ("None", "none", None, " ", ""):
                found.append((line, "a marker", around(path.vertices, line.get_markersize() / 2, figure, line, window)))
        for collection in ax.collections:
            found += [(collection, "a line", p) for p in of_collection(collection, window)]
        for patch in ax.patches:
            found.append((patch, "an edge", inside(edge(patch), patch, window)))
        if ax.axison:
            for side, spine in ax.spines.items():
                if spine.get_visible():
                    path = spine.get_path().transformed(spine.get_transform())
                    found.append((spine, f"the {side} spine", dense(path)))
        found += arrows(ax.texts)
    for patch in figure.patches:
        found.append((patch, "an edge", edge(patch)))
    for line in figure.lines:
        found.append((line, "a line", dense(line.get_path().transformed(line.get_transform()))))
    return found + arrows(figure.texts)


def arrows(texts: list[Text]) -> list[tuple[object, str, np.ndarray]]:
    return [
        (text, "an arrow", dense(text.arrow_patch.get_path().transformed(text.arrow_patch.get_transform())))
        for text in texts
        if isinstance(text, Annotation) and text.arrow_patch is not None
    ]


def edge(patch: Patch) -> np.ndarray:
    drawn = patch.get_visible() and patch.get_linewidth() > 0 and mcolors.to_rgba(patch.get_edgecolor())[3] > 0
    return dense(patch.get_path().transformed(patch.get_transform())) if drawn else np.empty((0, 2))


def of_collection(collection: Collection, window: Bbox | None) -> list[np.ndarray]:
    """The lines of a collection: contours, the edges of what is not a plain fill, and points."""
    if not collection.get_visible() or not len(np.atleast_1d(collection.get_linewidth())):
        return []
    transform = collection.get_transform()
    if isinstance(collection, PathCollection):
        places = collection.get_offset_transform().transform(collection.get_offsets())
        return [inside(places, collection, window)]
    if isinstance(collection, PolyCollection) or not any(np.atleast_1d(collection.get_linewidth())):
        return []
    if not isinstance(collection, LineCollection) and len(collection.get_facecolor()):
        return []  # filled contours
    return [inside(dense(path.transformed(transform)), collection, window) for path in collection.get_paths()]


def inside(points: np.ndarray, artist: object, window: Bbox | None) -> np.ndarray:
    if window is None or not artist.get_clip_on() or not len(points):
        return points
    x, y = points.T
    return points[(x >= window.x0 - 1) & (x <= window.x1 + 1) & (y >= window.y0 - 1) & (y <= window.y1 + 1)]


def around(places: np.ndarray, radius: float, figure: Figure, line: Line2D, window: Bbox | None) -> np.ndarray:
    """A ring of points about each marker."""
    every = line.get_markevery()
    if isinstance(every, int):
        places = places[::every]
    angle = np.linspace(0, 2 * np.pi, 12, endpoint=False)
    ring = radius * figure.dpi / 72 * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    return inside((places[:, None] + ring).reshape(-1, 2), line, window)


def dense(path: Path) -> np.ndarray:
    """Points along a path, two pixels apart at most."""
    pieces = []
    for polygon in path.to_polygons(closed_only=False):
        steps = np.hypot(*np.diff(polygon, axis=0).T)
        for (start, end), step in zip(pairwise(polygon), steps, strict=True):
            if np.isfinite(step) and step < 1e4:
                share = np.linspace(0, 1, int(step // 2) + 2)[:, None]
                pieces.append(start + share * (end - start))
    return np.concatenate(pieces) if pieces else np.empty((0, 2))


def small(figure: Figure) -> list[str]:
    """Texts with a glyph whose em is under nine pixels: fractions and small indices, too."""
    found = []
    for text in drawn_texts(figure):
        size, words = text.get_fontsize(), text.get_text()
        if words.count("$") >= 2 and text.get_parse_math():
            for line in words.split("\n"):
                if line.count("$") >= 2:
                    prop = text.get_fontproperties()
                    glyphs = MathTextParser("path").parse(line, dpi=72, prop=prop).glyphs
                    size = min([size, *(glyph[1] for glyph in glyphs)])
        if size * 100 / 72 < SMALLEST:
            found.append(f"{words!r} has a glyph of {size * 100 / 72:.1f} px")
    return found


def pale(figure: Figure) -> list[str]:
    """Texts that do not stand out from what is behind them, 4.5:1."""
    texts = drawn_texts(figure)
    shown = [(text, text.get_visible()) for text in texts]
    boxes = [Text.get_window_extent(text) for text in texts]
    for text, _ in shown:
        text.set_visible(False)
    with page_style():
        canvas = FigureCanvasAgg(figure)
        canvas.draw()
    for text, visible in shown:
        text.set_visible(visible)
    picture = np.asarray(canvas.buffer_rgba())[..., :3] / 255
    found, (height, width) = [], picture.shape[:2]
    for text, box in zip(texts, boxes, strict=True):
        rows = slice(max(0, height - int(box.y1)), max(0, height - int(box.y0)) + 1)
        columns = slice(max(0, int(box.x0)), min(width, int(box.x1) + 1))
        ground = picture[rows, columns].reshape(-1, 3)
        if len(ground) and (ratio := contrast(text.get_color(), np.median(ground, axis=0))) < 4.5:
            found.append(f"{text.get_text()!r} is read at {ratio:.1f}:1 only")
    return found


# Machado, Oliveira & Fernandes (2009), severity 1; and sRGB to CIE XYZ.
DEUTERANOPIA = np.array(
    [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
)
XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])


def as_seen(color: object) -> np.ndarray:
    """A colour in CIE L*a*b*, as a deuteranope sees it."""
    rgb = np.array(mcolors.to_rgb(color))
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    x, y, z = XYZ @ np.clip(DEUTERANOPIA @ linear, 0, 1) / (0.9505, 1, 1.089)
    x, y, z = (np.cbrt(v) if v > 0.008856 else 7.787 * v + 16 / 116 for v in (x, y, z))
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def curves(ax: Axes) -> list[Line2D]:
    """The curves of one picture: lines of three points and more, thin ones (a bundle of seeds) left out."""
    return [
        line
        for line in ax.lines
        if line.get_visible()
        and len(line.get_xdata()) > 2
        and (line.get_linewidth() >= 1 or line.get_linestyle() == "None")
    ]


def alike(figure: Figure) -> list[str]:
    """Pairs of curves that nothing tells apart: no colour, no dash, no marker, no label beside them."""
    found = []
    for ax in figure.axes:
        for one, other in combinations(curves(ax), 2):
            if mcolors.same_color(one.get_color(), other.get_color()):
                continue  # meant as one
            looks = [(line.get_linestyle(), line.get_marker()) for line in (one, other)]
            if looks[0] != looks[1] or (named(one, figure) and named(other, figure)):
                continue
            distance = float(np.linalg.norm(as_seen(one.get_color()) - as_seen(other.get_color())))
            if distance < APART:
                found.append(f"{one.get_color()} and {other.get_color()} are {distance:.0f} apart, and not named")
    return found


def named(line: Line2D, figure: Figure) -> bool:
    """Whether a text in the line's colour stands beside it."""
    points = dense(line.get_path().transformed(line.get_transform()))
    for text in drawn_texts(figure):
        if mcolors.same_color(text.get_color(), line.get_color()) and len(points):
            box = Text.get_window_extent(text)
            x, y = points.T
            away = np.hypot(
                np.maximum(0, np.maximum(box.x0 - x, x - box.x1)), np.maximum(0, np.maximum(box.y0 - y, y - box.y1))
            )
            if away.min() < BESIDE * figure.dpi / 100:
                return True
    return False


def wordy(figure: Figure) -> list[str]:
    """A title that is too long to be read at a glance."""
    title = figure.page_title
    han = len(re.findall(r"[\u4e00-\u9fff]", title))
    words = len(title.split())
    numbers = len([n for n in re.findall(r"(?<![\w.])[±−]?(\d+(?:[.,]\d+)*)%?(?!\w)", title) if n != "0"])
    found = []
    if han > MOST_HAN or (not han and words > MOST_WORDS):
        found.append(f"the title {title!r} has {han or words} words")
    if numbers > MOST_NUMBERS:
        found.append(f"the title {title!r} has {numbers} numbers")
    return found


def crowded(figure: Figure) -> list[str]:
    """More panels or looks of curves than one idea wants; dashed theory and points do not count."""
    found = []
    if len(figure.axes) > MOST_PANELS:
        found.append(f"{len(figure.axes)} panels")
    for ax in figure.axes:
        drawn = {
            (mcolors.to_hex(line.get_color()), line.get_linewidth())
            for line in curves(ax)
            if line.get_linestyle() == "-"
        }
        if (count := len(drawn)) > MOST_CURVES:
            found.append(f"{count} curves in one panel")
    return found
