"""A sentence in both languages, where it is used: the one way to speak."""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, NamedTuple

    class _Pair(NamedTuple):
        en: str
        zh: str
else:
    from collections import namedtuple  # typing's own would cost a tenth of `nnbasics --help`

    _Pair = namedtuple("_Pair", ("en", "zh"))

LANGUAGES = ("en", "zh")


class Text(_Pair):
    """One sentence in both languages, with fields for numbers.

    Example:
        >>> Text("{n} units", "{n} 个单元").say("zh", n=3)
        '3 个单元'
    """

    def say(self, lang: str, **numbers: Any) -> str:
        """The sentence in the language `lang`, which must be resolved already, with its numbers filled in."""
        sentence = self.zh if lang == "zh" else self.en
        return sentence.format(**numbers) if numbers else sentence

    @property
    def here(self) -> str:
        """The sentence in the language of `resolve_language()`: for errors, whose numbers are in it already."""
        return self.say(resolve_language())


NOTHING = Text("", "")


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
