"""A sentence in both languages, for texts that are data: claims, exercises."""

from __future__ import annotations

from typing import NamedTuple


class Text(NamedTuple):
    """One sentence in both languages."""

    en: str
    zh: str

    def read(self, lang: str) -> str:
        """The sentence in the language `lang`."""
        return self.zh if lang == "zh" else self.en


NOTHING = Text("", "")
