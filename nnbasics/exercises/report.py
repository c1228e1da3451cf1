"""The exercises for the command line."""

from __future__ import annotations

import json

from .._lookup import lookup
from .._table import format_table
from .table import EXERCISES, exercise


def list_exercises(ids: list[str], lang: str, *, as_json: bool = False, tasks: bool = False) -> str:
    """The exercises as lines of section, id and signature, as their tasks, or as JSON with all of that.

    Raises:
        ValueError: an id is unknown.
    """
    chosen = [lookup(EXERCISES, id, kind="exercise") for id in ids or EXERCISES]
    if as_json:
        rows = [
            {"id": row.id, "section": row.section, "signature": row.signature, "task": row.task.say(lang)}
            for row in chosen
        ]
        return json.dumps(rows, ensure_ascii=False, indent=2)
    if tasks:
        return "\n\n".join(str(exercise(row.id, lang=lang)) for row in chosen)
    return format_table([(f"{row.section:>2}", row.id, row.signature) for row in chosen])
