"""A sentence in both languages, where it is used: the one way to speak."""

from __future__ import annotations

from typing import Any, NamedTuple


class Text(NamedTuple):
    """One sentence in both languages, with fields for numbers.

    Example:
        >>> Text("{n} units", "{n} 个单元").say("zh", n=3)
        '3 个单元'
    """

    en: str
    zh: str

    def say(self, lang: str, **numbers: Any) -> str:
        """The sentence in the language `lang`, which must be resolved already, with its numbers filled in."""
        sentence = self.zh if lang == "zh" else self.en
        return sentence.format(**numbers) if numbers else sentence


NOTHING = Text("", "")
