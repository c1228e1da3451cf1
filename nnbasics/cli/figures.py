"""`nnbasics figures`: draw the article's figures."""

from __future__ import annotations

import argparse
import sys

from .._lookup import lookup
from ..text import LANGUAGES, resolve_language
from .errors import usage
from .options import folder
from .themes import MOST_DOTS, saving_of, theme_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path
    from typing import Any

    from ..article.figures import ArticleFigure


def run(args: argparse.Namespace) -> int:
    """Draw them and print each path."""
    from ..article.figures import FIGURES, draw_figure

    with usage():
        saving = saving_of(args)

    def write(id: str, path: Path, **how: Any) -> None:
        draw_figure(id, **how).savefig(path, dpi=args.dpi, **saving)

    return draw_each(args, FIGURES, write, kind="figure", out="figures", most=MOST_DOTS)


def draw_each(
    args: argparse.Namespace,
    table: Mapping[str, ArticleFigure],
    write: Callable[..., None],
    *,
    kind: str,
    out: str,
    most: int,
) -> int:
    """List what a table holds, or draw it in each language and print each path.

    Args:
        args: What was typed.
        table: id -> section and caption.
        write: Draws one, `write(id, path, lang=..., theme=..., device=...)`.
        kind: What the table holds, in the singular.
        out: The folder, where none was typed.
        most: How many dots an inch may have.
    """
    with usage():
        for name in args.ids:
            lookup(table, name, kind=kind)
        languages = LANGUAGES if args.lang == "all" else (resolve_language(args.lang),)
        if args.json and not args.list:
            raise ValueError("argument --json: goes with --list only")
    ids = list(dict.fromkeys(args.ids)) or list(table)
    if args.list:
        return _list({id: table[id] for id in ids}, languages, as_json=args.json)
    from tqdm import tqdm

    from .._device import resolve_device
    from .._files import check_target

    with usage():
        theme, device, base = theme_of(args, most=most), resolve_device(args.device), args.out or folder(out)
        jobs = [
            (lang, id, (base / lang if args.lang == "all" else base) / f"{id}.{args.format}")
            for lang in languages
            for id in ids
        ]
        for *_, path in jobs:
            check_target(path, "--out", new_folders=True)
    with tqdm(jobs, disable=None, file=sys.stderr, unit="fig", leave=False) as bar:
        for lang, id, path in bar:
            path.parent.mkdir(parents=True, exist_ok=True)
            write(id, path, lang=lang, theme=theme, device=device)
            bar.write(str(path), file=sys.stdout)
            sys.stdout.flush()
    return 0


def _list(chosen: Mapping[str, ArticleFigure], languages: tuple[str, ...], *, as_json: bool) -> int:
    if as_json:
        import json

        rows = [
            {"id": id, "section": figure.section, "caption": figure.caption._asdict()} for id, figure in chosen.items()
        ]
        print(json.dumps(rows, ensure_ascii=False, indent=2))
        return 0
    for id, figure in chosen.items():
        captions = "   ".join(figure.caption.say(lang) for lang in languages)
        print(f"{figure.section:>2}  {id:<18} {captions}")
    return 0
