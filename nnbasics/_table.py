"""Rows of text as a table that lines up in a terminal, in Chinese too."""

from __future__ import annotations

import re
from collections.abc import Sequence
from unicodedata import east_asian_width


def format_table(rows: Sequence[Sequence[str]]) -> str:
    """The rows as lines, each column as wide as its widest cell; a Chinese character is two columns wide.

    Example:
        >>> print(format_table([["层", "12"], ["out", "6"]]))
        层   12
        out  6
    """
    widths = [max(map(_width, column)) for column in zip(*rows, strict=True)]
    lines = ("  ".join(cell + " " * (w - _width(cell)) for cell, w in zip(row, widths, strict=True)) for row in rows)
    return "\n".join(line.rstrip() for line in lines)


def _width(text: str) -> int:
    return sum(2 if east_asian_width(character) in "WF" else 1 for character in text)


def wrap(text: str, width: int) -> list[str]:
    """The text in lines of at most `width` columns, broken at spaces and beside Chinese characters.

    Example:
        >>> wrap("one two 三四五", 9)
        ['one two', '三四五']
    """
    pieces = re.findall(r"[\u2e80-\u9fff\uff00-\uffef][，。：；）]?|[^\s\u2e80-\u9fff\uff00-\uffef]+|\s+", text)
    lines, line = [], ""
    for piece in pieces:
        if line and _width(line + piece.rstrip()) > width:
            lines.append(line.rstrip())
            line = ""
        line += piece if line else piece.lstrip()
    return [*lines, line.rstrip()] if line.strip() else lines
