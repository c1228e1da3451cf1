"""The Chinese for every English text that a person sees: `Text` takes its place, sentence by sentence."""

from __future__ import annotations

from .text import LANGUAGES as LANGUAGES
from .text import resolve_language as resolve_language


def tr(text: str, lang: str) -> str:
    """The text in the language `lang`, which must be resolved already."""
    if lang != "zh":
        return text
    from ._chinese import ZH  # English needs no table

    return ZH[text]
