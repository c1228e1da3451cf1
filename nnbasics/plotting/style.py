"""How our pictures look: the style, the colours, the fonts, and the figure that carries them.

Nothing here changes a global setting: the style is a context around drawing and around saving.
"""

from __future__ import annotations

import io
import os
import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any

import matplotlib
import matplotlib.style
from cycler import cycler
from matplotlib.axes import Axes
from matplotlib.cbook import normalize_kwargs
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.transforms import Affine2D

from .._files import replace_file
from .fonts import adopt_fonts, font_families, missing_characters
from .theme import HUES, Theme, mixed, now, theme

STYLE_SHEET = Path(__file__).with_name("nnbasics.mplstyle")

FIXED_METADATA: dict[str, dict[str, Any]] = {
    "svg": {"Date": None},
    "pdf": {"CreationDate": None},
}
"""What a file would say of the moment it was made, left out: the same figure gives the same bytes."""


@lru_cache(maxsize=1)
def _sheet() -> dict[str, Any]:
    sheet: Any = matplotlib.rc_params_from_file(STYLE_SHEET, use_default_template=False)
    return {**sheet, "font.family": list(font_families())}


@lru_cache(maxsize=16)
def _style(theme: Theme) -> dict[str, Any]:
    paper, ink, edge = theme.paper, theme.ink, mixed(theme.quiet, theme.paper, 0.25)
    style = {**_sheet(), "figure.facecolor": paper, "axes.facecolor": paper, "savefig.facecolor": paper}
    style |= dict.fromkeys(("text.color", "axes.labelcolor", "xtick.labelcolor", "ytick.labelcolor"), ink)
    style |= dict.fromkeys(("axes.edgecolor", "xtick.color", "ytick.color"), edge)
    return {**style, "grid.color": theme.grid, "axes.prop_cycle": cycler(color=[theme.color(hue) for hue in HUES])}


@contextmanager
def page_style() -> Iterator[None]:
    """Draw in the package's style and theme, whatever the caller's rcParams say, and put those back afterwards."""
    with matplotlib.style.context(["default", _style(now())]):
        yield


class PageFigure(Figure):
    """A `matplotlib.figure.Figure` without pyplot that saves itself in our style; png, svg, pdf the same each time.

    Jupyter shows it by itself; pyplot never hears of it, so nothing is shown twice and nothing leaks. It keeps the
    theme that it was made in: at its scale it is saved, with or without a page behind it.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.theme, self.page_title = now(), ""

    def savefig(
        self,
        fname: Any,
        *,
        metadata: dict[str, Any] | None = None,
        svg_text: bool = False,
        palette: bool = False,
        **kwargs: Any,
    ) -> None:
        """Save as matplotlib does, in our style and without a date; a path holds the old file or the new one.

        Args:
            fname: A path or a file object. The suffix of a path gives the format.
            metadata: The format's own metadata, added to ours.
            svg_text: Whether an svg keeps its text as text, to be edited, and to be drawn in the fonts that are there.
            palette: Whether a png has at most 256 colours, and a third of the bytes.
            kwargs: Those of `matplotlib.figure.Figure.savefig`.

        Warns:
            UserWarning: once, naming every character that no font here can draw.
        """
        buffer, to_path = io.BytesIO(), isinstance(fname, (str, os.PathLike))
        path = Path(os.path.realpath(fname)) if to_path else Path()
        kind = (kwargs.pop("format", None) or path.suffix[1:] or "png").lower()
        if not to_path and not palette and (self.theme.scale == 1 or kind != "svg"):
            self._save_to(fname, kind, metadata, svg_text, **kwargs)
            return
        self._save_to(buffer, kind, metadata, svg_text, **kwargs)
        content = buffer.getvalue()
        if kind == "svg" and self.theme.scale != 1:
            content = scaled_svg(content, self.theme.scale)
        if kind == "png" and palette:
            content = with_palette(content)
        if to_path:
            replace_file(path if path.suffix else path.with_suffix(f".{kind}"), content)
        else:
            fname.write(content)

    def _save_to(
        self, file: Any, kind: str, metadata: dict[str, Any] | None, svg_text: bool = False, **kwargs: Any
    ) -> None:
        told, scale = {**FIXED_METADATA.get(kind, {}), **(metadata or {})}, self.theme.scale
        with theme(self.theme), page_style(), warnings.catch_warnings():
            adopt_fonts(self)
            if missing := missing_characters(self):
                warnings.warn(missing, UserWarning, stacklevel=3)
            warnings.filterwarnings("ignore", message=r"Glyph \d+ ", category=UserWarning)
            if svg_text:
                matplotlib.rcParams["svg.fonttype"] = "none"
            if kind == "pdf" and scale != 1:
                with scaled_pdf(file, told, scale) as pages:
                    super().savefig(pages, format=kind, transparent=self.theme.transparent, **kwargs)
                return
            dpi = kwargs.pop("dpi", None) or matplotlib.rcParams["savefig.dpi"]
            if isinstance(dpi, (int, float)) and kind not in ("rgba", "raw"):  # a film's writer measures by itself
                dpi *= scale
            if told:
                kwargs["metadata"] = told  # a jpg takes none
            super().savefig(file, **{"format": kind, "dpi": dpi, "transparent": self.theme.transparent, **kwargs})

    def _repr_png_(self) -> bytes:
        buffer = io.BytesIO()
        self.savefig(buffer, format="png")
        return buffer.getvalue()


def scaled_svg(content: bytes, scale: float) -> bytes:
    """The same drawing, so many times as large: an svg's size stands in its first element."""
    head, size, rest = re.split(rb'(width="[\d.]+pt" height="[\d.]+pt")', content, maxsplit=1)
    return head + re.sub(rb"[\d.]+", lambda number: b"%.6g" % (scale * float(number[0])), size) + rest


def scaled_pdf(file: Any, metadata: dict[str, Any], scale: float) -> Any:
    """Pages for `Figure.savefig` that enlarge what is drawn on them: a pdf has 72 dots an inch, always."""
    from matplotlib.backends import backend_pdf

    pdf: Any = backend_pdf

    class Page(pdf.PdfFile):  # type: ignore[misc]  # matplotlib has no types here
        def newPage(self, width: float, height: float) -> None:  # noqa: N802  matplotlib's name
            super().newPage(scale * width, scale * height)
            self.output(scale, 0, 0, scale, 0, 0, pdf.Op.concat_matrix)

    pages: Any = pdf.PdfPages(file)
    pages._file = Page(file, metadata=metadata)
    return pages


def with_palette(png: bytes) -> bytes:
    """The same picture in 256 colours at most."""
    from PIL import Image

    buffer = io.BytesIO()
    with Image.open(io.BytesIO(png)) as image:
        clear = image.getchannel("A").getextrema() != (255, 255)
        few = image if clear else image.convert("RGB")
        method = Image.Quantize.FASTOCTREE if clear else Image.Quantize.MEDIANCUT
        few.quantize(256, method=method, dither=Image.Dither.NONE).save(buffer, "png", optimize=True)
    return buffer.getvalue()


def new_figure(*, width: float = 7.0, height: float = 3.9) -> PageFigure:
    """An empty figure, in inches; 7 of them are 700 pixels at 100 dpi, a page's column."""
    with page_style():
        return PageFigure(figsize=(width, height))


def new_axes(
    ax: Axes | None, *, rect: tuple[float, float, float, float] = (0.1, 0.14, 0.76, 0.8), height: float = 3.9
) -> Axes:
    """`ax` itself, or the axes of a new figure where it is None; `rect` leaves room for labels at the curves' ends."""
    if ax is None:
        with page_style():
            return new_figure(height=height).add_axes(rect)
    if not isinstance(ax, Axes):
        raise TypeError(f"ax must be a matplotlib.axes.Axes or None, got {type(ax).__name__}.")
    if ax.name != "rectilinear":
        raise ValueError(f"ax must be rectilinear axes, got {ax.name} ones.")
    return ax


def own(line_kwargs: dict[str, Any]) -> dict[str, Any]:
    """The caller's keywords of a line under their full names, so that `c` wins over our `color`, too."""
    return dict(normalize_kwargs(line_kwargs, Line2D))


def set_labels(ax: Axes, x: str, y: str) -> None:
    """Name the axes in our font, also on axes that the caller made with another."""
    ax.set_xlabel(x, fontfamily=font_families())
    label = ax.set_ylabel(y, fontfamily=font_families())
    if "\n" in y:
        label.set_linespacing(1.35)  # Chinese fills its lines


TITLE_SIZE, LEADING = 12.5, 1.3


def set_title(figure: Figure, title: str) -> None:
    """Write the sentence that says what to see, left-aligned over the whole figure; not where the theme wants none."""
    if isinstance(figure, PageFigure):
        figure.page_title = title
    if now().title:
        figure.text(0.02, 0.975, title, fontsize=TITLE_SIZE, va="top", ha="left", linespacing=LEADING)


def finish(figure: PageFigure) -> PageFigure:
    """A figure that is drawn, lower by its title where the theme wants none."""
    if figure.theme.title or not figure.page_title:
        return figure
    width, height = figure.get_size_inches()
    left = height * 0.985 - (figure.page_title.count("\n") + 1) * TITLE_SIZE * LEADING / 72
    stretch = height / left
    for ax in figure.axes:
        x, y, w, h = ax.get_position(original=True).bounds
        ax.set_position((x, y * stretch, w, h * stretch))
    for text in figure.texts:
        x, y = text.get_position()
        text.set_position((x, y * stretch))
    for artist in (*figure.lines, *figure.patches, *figure.artists):
        artist.set_transform(Affine2D().scale(1, stretch) + artist.get_transform())
    figure.set_size_inches(width, left)
    return figure


def color_of(name: str, default: str | None = None) -> str:
    """The colour of a concept in the theme that is drawn in; a name that is none gets `default`, or ink."""
    return now().color(name, default)
