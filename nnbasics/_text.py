"""The two languages: which one is meant, and the Chinese for every English text that a person sees.

The English text is the key. Call `tr` with a literal, so that the test which looks for missing
translations can see it; numbers go in afterwards, by `.format`.
"""

from __future__ import annotations

import os
import sys

LANGUAGES = ("en", "zh")


def resolve_language(lang: str | None = None) -> str:
    """Return `"en"` or `"zh"`.

    Args:
        lang: The language, or None for the environment variable `NNBASICS_LANG`, else Chinese where the
            system's locale is Chinese, else English.

    Raises:
        ValueError: the language is neither `"en"` nor `"zh"`.
        TypeError: `lang` is not a string.
    """
    if lang is None:
        lang = os.environ.get("NNBASICS_LANG") or None
        if lang is None:
            return "zh" if _system_locale().lower().startswith(("zh", "chinese")) else "en"
        if lang not in LANGUAGES:
            raise ValueError(f"Unknown language {lang!r} in NNBASICS_LANG. Expected one of: {', '.join(LANGUAGES)}.")
        return lang
    if not isinstance(lang, str):
        raise TypeError(f"lang must be a str or None, got {lang!r} ({type(lang).__name__}).")
    if lang not in LANGUAGES:
        raise ValueError(f"Unknown language {lang!r}. Expected one of: {', '.join(LANGUAGES)}.")
    return lang


def _system_locale() -> str:
    for variable in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if value := os.environ.get(variable):
            return value
    if sys.platform in ("win32", "darwin"):  # there the variables are usually unset
        import locale

        return locale.getlocale()[0] or ""
    return ""


def tr(text: str, lang: str) -> str:
    """The text in the language `lang`, which must be resolved already."""
    if lang != "zh":
        return text
    from ._chinese import ZH  # English needs no table

    return ZH[text]
