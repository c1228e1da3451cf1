"""Fonts that draw Chinese on any machine, and a word about the characters that none of them has."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path

import matplotlib
from matplotlib import cbook, font_manager
from matplotlib.figure import Figure
from matplotlib.ft2font import FT2Font
from matplotlib.text import Text

FONT_FILE = Path(__file__).parent.parent / "fonts" / "NNBasicsSans.ttf"
FONT_FAMILY = "NNBasics Sans"

SYSTEM_FAMILIES = (
    "Noto Sans CJK SC",
    "Noto Sans SC",
    "Source Han Sans SC",
    "Source Han Sans CN",
    "PingFang SC",
    "Hiragino Sans GB",
    "Heiti TC",
    "STHeiti",
    "Microsoft YaHei",
    "SimHei",
    "SimSun",
    "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei",
    "Droid Sans Fallback",
    "Arial Unicode MS",
)
"""The Chinese fonts that come with systems, best first; they serve a character that ours lacks."""


@lru_cache(maxsize=1)
def font_families() -> tuple[str, ...]:
    """Our font, the Chinese fonts that this system has, DejaVu Sans: what `font.family` is set to.

    Ours stands first, because text that holds `$...$` is drawn with the first family alone.
    """
    manager = font_manager.fontManager
    known = set(manager.get_font_names())
    if FONT_FAMILY not in known:
        manager.addfont(FONT_FILE)
    return (FONT_FAMILY, *(family for family in SYSTEM_FAMILIES if family in known), "DejaVu Sans")


def use_fonts() -> None:
    """Let matplotlib draw Chinese in your own plots, too: `rcParams["font.family"]` is set, for good, as you asked.

    After it `plt.subplots()` with a Chinese title, label or legend, or a minus sign, gives no box and no warning.
    `fonts` does it for a while. A style that is used later (`plt.style.use`) may set another font: call this after it.

    Example:
        >>> use_fonts()  # doctest: +SKIP
        >>> plt.subplots()[1].set_title("损失随训练轮次下降")  # doctest: +SKIP
    """
    matplotlib.rcParams["font.family"] = list(font_families())


@contextmanager
def fonts() -> Iterator[None]:
    """What `use_fonts` does, inside `with` only; texts that are made inside keep their fonts.

    Example:
        >>> with fonts():
        ...     print(matplotlib.rcParams["font.family"][0])
        NNBasics Sans
    """
    with matplotlib.rc_context({"font.family": list(font_families())}):
        yield


@lru_cache(maxsize=32)
def _characters(family: str) -> frozenset[int]:
    path = font_manager.findfont(font_manager.FontProperties(family=[family]))
    return frozenset(FT2Font(path).get_charmap())


def texts_of(figure: Figure) -> list[Text]:
    """Every text of a figure."""
    return [text for text in figure.findobj(Text) if isinstance(text, Text)]


def adopt_fonts(figure: Figure) -> None:
    """Give texts that the caller added, in no font of their own, the fonts that draw Chinese."""
    for text in texts_of(figure):
        if text.get_fontfamily() == ["sans-serif"]:
            text.set_fontfamily(font_families())


def missing_characters(figure: Figure) -> str:
    """A sentence that names the characters of the figure's texts which would be drawn as boxes; else ''."""
    missing: set[str] = set()
    for text in texts_of(figure):
        if not text.get_visible() or text.get_text().isascii():
            continue
        families = text.get_fontfamily()
        words, is_math = text.get_text(), False
        if text.get_parse_math():
            words, is_math = _outside_math(words)
            missing.update(c for c in text.get_text() if is_math and c not in words and "\u2e80" <= c <= "\uffef")
        usable = families[:1] if is_math else families
        missing.update(c for c in words if ord(c) > 126 and not any(ord(c) in _characters(family) for family in usable))
    if not missing:
        return ""
    named = ", ".join(f"{c!r} (U+{ord(c):04X} {unicodedata.name(c, 'unnamed')})" for c in sorted(missing))
    return f"No font here can draw {named}: a box stands in its place. Install a font that has it, or change the label."


def _outside_math(text: str) -> tuple[str, bool]:
    """The part of a text that is not between dollar signs, and whether any part is."""
    if not cbook.is_math_text(text):
        return text, False
    return "".join(text.replace(r"\$", "").split("$")[::2]), True
