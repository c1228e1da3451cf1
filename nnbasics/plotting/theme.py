"""What a picture looks like, by one argument: paper, ink, the colours of the concepts, size, title."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import numpy as np
from matplotlib.colors import to_hex, to_rgb

from .._checks import check, check_number
from .._lookup import lookup
from ..text import Text

CONCEPTS: dict[str, str] = {
    # One concept, one hue, everywhere; what shares a hue never shares a figure.
    "gradient": "vermilion",
    "positive": "blue",
    "negative": "vermilion",
    "sigmoid": "blue",
    "tanh": "green",
    "relu": "purple",
    "mae": "blue",
    "mse": "purple",
    "smooth_l1": "green",
    "sgd": "orange",
    "momentum": "blue",
    "adam": "green",
    "rmsprop": "purple",
    "adagrad": "grey",
    "nesterov": "sky",
    "adamw": "crimson",
    "leaky_relu": "orange",
    "gelu": "crimson",
    "silu": "grey",
    "identity": "grey",
    "huber": "orange",
    "logits": "blue",
    "probabilities": "orange",
    "step": "blue",
    "multi_step": "orange",
    "exponential": "green",
    "large": "orange",
    "kaiming": "purple",
    "xavier": "green",
    "default": "grey",
    "small": "blue",
    "zeros": "blue",
    "ones": "orange",
    "random": "green",
    "one unit": "grey",
    "cosine": "purple",
    "constant": "grey",
    "training": "ink",
    "validation": "orange",
}
"""Concept -> hue. A theme says what colour a hue is."""


@dataclass(frozen=True)
class Theme:
    """How pictures look: `draw_figure("relu", theme=Theme(paper="#fffbe6", scale=1.5))`, or `with nb.theme("dark"):`.

    Attributes:
        paper: The colour of the page.
        ink: Of titles, labels, and what matters without being a concept.
        quiet: Of remarks and units.
        faint: Of what stands back: curves beside the one that matters, contour lines, edges.
        shade: Of filled areas behind curves.
        grid: Of grid lines.
        colors: Hue or concept (a key of `CONCEPTS`) -> its colour; a concept wins over its hue. What is missing is
            taken from the theme `light`.
        scale: How many times as large a picture comes out, with everything in it: at 2, 14 inches wide.
        title: Whether the sentence over the picture is drawn; without it the picture is as much lower.
        transparent: Whether what is saved has no page behind it.

    Raises:
        ValueError: a colour is none that matplotlib knows, or the scale is not from 0.1 to 10.

    Example:
        >>> Theme(ink="navy").color("sigmoid") == THEMES["light"].color("sigmoid")
        True
    """

    paper: str = "#ffffff"
    ink: str = "#222222"
    quiet: str = "#666666"
    faint: str = "#b4b4b4"
    shade: str = "#f1f1f1"
    grid: str = "#e4e4e4"
    colors: Mapping[str, str] = field(default_factory=dict, hash=False)
    scale: float = 1.0
    title: bool = True
    transparent: bool = False

    def __post_init__(self) -> None:
        from matplotlib.colors import is_color_like

        known = Text("be a colour that matplotlib knows", "必须是 matplotlib 认识的颜色")
        for name in ("paper", "ink", "quiet", "faint", "shade", "grid"):
            check(is_color_like(getattr(self, name)), name, known, getattr(self, name))
        for name, color in self.colors.items():
            check(is_color_like(color), f"colors[{name!r}]", known, color)
        fits = 0.1 <= check_number(self.scale, "scale") <= 10
        check(fits, "scale", Text("be from 0.1 to 10", "必须在 0.1 到 10 之间"), self.scale)

    def color(self, name: str, default: str | None = None) -> str:
        """The colour of a concept or a hue; a name that is neither gets `default`, or ink."""
        for key in (name, CONCEPTS.get(name, name)):
            if key in self.colors:
                return self.colors[key]
            if key == "ink":
                return self.ink
            if key in HUES:
                return HUES[key]
        return default or self.ink


HUES = {
    # After Okabe and Ito, darker: each can be read as text on white, 4.5:1 and more (WCAG 2.2, 1.4.3).
    "blue": "#0072B2",
    "vermilion": "#C2410C",
    "green": "#00735C",
    "purple": "#8B3F8F",
    "orange": "#9A5B00",
    "sky": "#1B6EA6",
    "crimson": "#A61B4A",
    "grey": "#666666",
}
BRIGHT = {
    "blue": "#5CB3FF",
    "vermilion": "#FF8A4C",
    "green": "#3ED6A6",
    "purple": "#D79BEA",
    "orange": "#F0B429",
    "sky": "#8FD3F4",
    "crimson": "#FF7AA2",
    "grey": "#A3ABB5",
}
GREYS = {
    "blue": "#111111",
    "vermilion": "#6a6a6a",
    "green": "#454545",
    "purple": "#2a2a2a",
    "orange": "#5c5c5c",
    "sky": "#6a6a6a",
    "crimson": "#383838",
    "grey": "#6a6a6a",
}
DARK = Theme("#15191f", "#eceff2", "#aeb6c0", "#5f6975", "#262d36", "#2b323b", BRIGHT)
THEMES: dict[str, Theme] = {
    "light": Theme(),
    "dark": DARK,
    "slide": replace(DARK, scale=40 / 3 / 7),  # 13.33 inches: as wide as a slide
    "print": Theme(ink="#111111", quiet="#5e5e5e", faint="#a8a8a8", colors=GREYS),
}
"""name -> theme: for a page, a dark page, a dark slide of 16:9, and a printer without colours."""

_NOW: ContextVar[Theme] = ContextVar("theme", default=THEMES["light"])


def now() -> Theme:
    """The theme that is drawn in."""
    return _NOW.get()


def resolve_theme(theme: str | Theme | None) -> Theme:
    """A theme, by itself or by its name in `THEMES`; None is that of the enclosing `with nb.theme(...)`."""
    if theme is None:
        return now()
    return theme if isinstance(theme, Theme) else lookup(THEMES, theme, kind="theme")


@contextmanager
def theme(theme: str | Theme) -> Iterator[Theme]:
    """Draw in a theme, inside `with`: our figures and helpers, on axes of ours and on yours.

    Args:
        theme: A key of `THEMES`, or a `Theme`. On your own axes its colours count; their size and page are yours.

    Raises:
        ValueError: the name is unknown.

    Example:
        >>> with theme("dark") as dark:
        ...     print(dark.paper)
        #15191f
    """
    token = _NOW.set(resolve_theme(theme))
    try:
        yield now()
    finally:
        _NOW.reset(token)


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
    far = max(("white", "black"), key=partial(contrast, ground))
    mixtures = (mixed(color, far, share / 10) for share in range(11))
    return color if contrast(color, ground) >= 4.5 else next(c for c in mixtures if contrast(c, ground) >= 4.5)


def mixed(color: Any, other: Any, share: float) -> str:
    """`color` with a share of another."""
    red, green, blue = (1 - share) * np.array(to_rgb(color)) + share * np.array(to_rgb(other))
    return to_hex((red, green, blue))
