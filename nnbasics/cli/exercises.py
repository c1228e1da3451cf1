"""`nnbasics exercises`: list the exercises, or show the tasks of some."""

from __future__ import annotations

import argparse

from ..text import resolve_language
from .errors import usage


def run(args: argparse.Namespace) -> int:
    """Print them."""
    from ..exercises.report import list_exercises

    with usage():
        lang, tasks = resolve_language(args.lang), bool(args.ids) and not args.list
        text = list_exercises(args.ids, lang, as_json=args.json, tasks=tasks)
    print(text)
    return 0
