"""From an experiment's name and numbers to its figure."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from .._lookup import lookup
from .._text import resolve_language
from ..experiments.table import EXPERIMENTS, file_of
from ..plotting.style import PageFigure


def draw_experiment(name: str, result: Any, *, lang: str | None = None) -> PageFigure:
    """Draw what `run_experiment` returned as the gallery's figure, with the sentence that says what to see.

    Args:
        name: A key of `EXPERIMENTS`.
        result: What `run_experiment` returned for it.
        lang: `"en"` or `"zh"`; None as `nnbasics` resolves it.

    Returns:
        A figure, 7 inches wide, that pyplot knows nothing of.

    Raises:
        ValueError: the name or the language is unknown.
        TypeError: `result` is that of another experiment.

    Example:
        >>> draw_experiment("dead-relu", run_experiment("dead-relu", quick=True), lang="en")  # doctest: +SKIP
    """
    lookup(EXPERIMENTS, name, kind="experiment")
    language = resolve_language(lang)
    wanted = "".join(word.capitalize() for word in name.split("-"))
    if type(result).__name__ != wanted:
        raise TypeError(f"result must be what run_experiment({name!r}) returned, got {type(result).__name__}.")
    figure: PageFigure = import_module(f".{file_of(name)}", __package__).draw(result, lang=language)
    return figure
