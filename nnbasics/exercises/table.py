"""The exercises by name, and their tasks as text."""

from __future__ import annotations

from dataclasses import dataclass

from .._lookup import lookup
from .._table import format_table
from ..text import Text, resolve_language
from . import (
    activations,
    adaptive,
    classification,
    gradients,
    initialization,
    neurons,
    rectifiers,
    regression,
    schedules,
    smooth_schedules,
    steps,
    structure,
    training,
)
from .compare import show
from .entry import Exercise

PARTS = (
    neurons,
    activations,
    rectifiers,
    initialization,
    structure,
    classification,
    regression,
    gradients,
    steps,
    adaptive,
    schedules,
    smooth_schedules,
    training,
)
_ROWS = sorted((row for part in PARTS for row in part.EXERCISES), key=lambda row: row.section)
EXERCISES: dict[str, Exercise] = {row.id: row for row in _ROWS}
"""id -> exercise, in the order of the article."""


@dataclass(frozen=True, repr=False)
class Task:
    """An exercise as its reader sees it; a notebook and `print` show the whole text."""

    id: str
    section: int
    signature: str
    text: str

    def __repr__(self) -> str:
        return self.text


def exercise(id: str, *, lang: str | None = None) -> Task:
    """What an exercise asks for: the function to write, the formula, shapes, an example, and how to check it.

    Args:
        id: A key of `EXERCISES`, such as `"softmax"`.
        lang: `"en"` or `"zh"`; None as `nnbasics` resolves it.

    Returns:
        A `Task`, which shows itself as text.

    Raises:
        ValueError, TypeError: the id or the language is unknown.

    Example:
        >>> print(str(exercise("sgd-step", lang="en")).splitlines()[0])
        def sgd_step(param, grad, lr):
    """
    found = lookup(EXERCISES, id, kind="exercise")
    language = resolve_language(lang)
    text = "\n".join(
        [
            f"def {found.signature}:",
            "",
            found.task.say(language),
            "",
            format_table(
                [
                    *_example(found, language),
                    (Text("Check:", "检查：").say(language), f'nnbasics.check("{found.id}", {found.function})'),
                ]
            ),
        ]
    )
    return Task(found.id, found.section, found.signature, text)


def _example(found: Exercise, lang: str) -> list[tuple[str, str]]:
    """An example call and what it returns, where the arguments can be written down."""
    if found.run is not Exercise.run:
        return []
    case = found.fixed()[0]
    values = ", ".join(f"{name} = {show(value)}" for name, value in case.items())
    return [
        (Text("Example:", "示例：").say(lang), values),
        (Text("Returns:", "结果：").say(lang), show(found.reference(*case.values()))),
    ]
