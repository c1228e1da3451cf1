"""How our pictures look: the style, the colours, the fonts, and the figure that carries them.

Nothing here changes a global setting: the style is a context around drawing and around saving.
"""

from __future__ import annotations

import io
import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any

import matplotlib
import matplotlib.style
import numpy as np
from matplotlib.axes import Axes
from matplotlib.cbook import normalize_kwargs
from matplotlib.colors import to_hex, to_rgb
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from .._files import replace_file
from .fonts import adopt_fonts, font_families, missing_characters

STYLE_SHEET = Path(__file__).with_name("nnbasics.mplstyle")

INK = "#222222"
QUIET = "#6b6b6b"
SHADE = "#e9e9e9"

COLORS: dict[str, str] = {
    # After Okabe and Ito's colours, some darker to be read as text; they stay apart for colour-blind eyes.
    # One concept, one colour, everywhere; what shares a colour never shares a figure.
    "gradient": "#D55E00",
    "positive": "#0072B2",
    "negative": "#D55E00",
    "sigmoid": "#0072B2",
    "tanh": "#007A5A",
    "relu": "#8B3F8F",
    "mae": "#0072B2",
    "mse": "#8B3F8F",
    "smooth_l1": "#007A5A",
    "sgd": "#B35900",
    "momentum": "#0072B2",
    "adam": "#007A5A",
    "rmsprop": "#8B3F8F",
    "adagrad": "#6b6b6b",
    "nesterov": "#56B4E9",
    "adamw": "#A61B4A",
    "leaky_relu": "#B35900",
    "gelu": "#A61B4A",
    "silu": "#6b6b6b",
    "identity": "#6b6b6b",
    "huber": "#B35900",
    "logits": "#0072B2",
    "probabilities": "#B35900",
    "step": "#0072B2",
    "multi_step": "#B35900",
    "exponential": "#007A5A",
    "large": "#B35900",
    "kaiming": "#8B3F8F",
    "xavier": "#007A5A",
    "default": "#6b6b6b",
    "small": "#0072B2",
    "zeros": "#0072B2",
    "ones": "#B35900",
    "random": "#007A5A",
    "one unit": "#6b6b6b",
    "cosine": "#8B3F8F",
    "constant": "#6b6b6b",
    "training": "#222222",
    "validation": "#B35900",
}

FIXED_METADATA: dict[str, dict[str, Any]] = {
    "svg": {"Date": None},
    "pdf": {"CreationDate": None},
}
"""What a file would say of the moment it was made, left out: the same figure gives the same bytes."""


@lru_cache(maxsize=1)
def _style() -> dict[str, Any]:
    sheet: Any = matplotlib.rc_params_from_file(STYLE_SHEET, use_default_template=False)
    return {**sheet, "font.family": list(font_families())}


@contextmanager
def page_style() -> Iterator[None]:
    """Draw in the package's style, whatever the caller's rcParams say, and put those back afterwards."""
    with matplotlib.style.context(["default", _style()]):
        yield


class PageFigure(Figure):
    """A `matplotlib.figure.Figure` without pyplot that saves itself in our style; png, svg, pdf the same each time.

    Jupyter shows it by itself; pyplot never hears of it, so nothing is shown twice and nothing leaks.
    """

    def savefig(self, fname: Any, *, metadata: dict[str, Any] | None = None, **kwargs: Any) -> None:
        """Save as matplotlib does, in our style and without a date; a path holds the old file or the new one.

        Args:
            fname: A path or a file object. The suffix of a path gives the format.
            metadata: The format's own metadata, added to ours.
            kwargs: Those of `matplotlib.figure.Figure.savefig`.

        Warns:
            UserWarning: once, naming every character that no font here can draw.
        """
        if not isinstance(fname, (str, os.PathLike)):
            self._save_to(fname, metadata, **{"format": "png", **kwargs})
            return
        path = Path(os.path.realpath(fname))
        kind = kwargs.pop("format", None) or path.suffix[1:].lower() or "png"
        if not path.suffix:
            path = path.with_suffix(f".{kind}")
        buffer = io.BytesIO()
        self._save_to(buffer, metadata, format=kind, **kwargs)
        replace_file(path, buffer.getvalue())

    def _save_to(self, file: Any, metadata: dict[str, Any] | None, **kwargs: Any) -> None:
        fixed = FIXED_METADATA.get(kwargs["format"].lower(), {})
        with page_style():
            adopt_fonts(self)
            if missing := missing_characters(self):
                warnings.warn(missing, UserWarning, stacklevel=3)
            with warnings.catch_warnings():
                warnings.filterwarnings("ignore", message=r"Glyph \d+ ", category=UserWarning)
                if told := {**fixed, **(metadata or {})}:
                    kwargs["metadata"] = told  # a jpg takes none
                super().savefig(file, **kwargs)

    def _repr_png_(self) -> bytes:
        buffer = io.BytesIO()
        self._save_to(buffer, None, format="png")
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


def set_title(figure: Figure, title: str) -> None:
    """Write the sentence that says what to see, left-aligned over the whole figure."""
    figure.text(0.02, 0.975, title, fontsize=12.5, va="top", ha="left", color=INK, linespacing=1.3)


def color_of(name: str, default: str = INK) -> str:
    """The colour of a concept; a name that is none gets `default`."""
    return COLORS.get(name, default)


def contrast(one: Any, other: Any) -> float:
    """How well one colour is read on another, from 1 to 21; text wants 4.5 (WCAG 2.2, 1.4.3)."""
    dark, light = sorted(_luminance(color) for color in (one, other))
    return (light + 0.05) / (dark + 0.05)


def _luminance(color: Any) -> float:
    rgb = np.array(to_rgb(color))
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    return float(linear @ (0.2126, 0.7152, 0.0722))


def readable(color: Any, ground: Any) -> Any:
    """`color`, mixed with white or black until it can be read on `ground`: the caller's axes may be dark."""
    far = max(("white", "black"), key=lambda end: contrast(end, ground))
    mixtures = (mixed(color, far, share / 10) for share in range(11))
    return color if contrast(color, ground) >= 4.5 else next(c for c in mixtures if contrast(c, ground) >= 4.5)


def mixed(color: Any, other: Any, share: float) -> str:
    """`color` with a share of another."""
    red, green, blue = (1 - share) * np.array(to_rgb(color)) + share * np.array(to_rgb(other))
    return to_hex((red, green, blue))
