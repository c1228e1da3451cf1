"""`nnbasics figures`: draw the article's figures."""

from __future__ import annotations

import argparse
import sys

from .._lookup import lookup
from ..text import LANGUAGES, resolve_language
from .errors import usage
from .parser import folder


def run(args: argparse.Namespace) -> int:
    """Draw them and print each path."""
    from ..article.figures import FIGURES, draw_figure

    with usage():
        for name in args.ids:
            lookup(FIGURES, name, kind="figure")
        languages = LANGUAGES if args.lang == "all" else (resolve_language(args.lang),)
        if args.json and not args.list:
            raise ValueError("argument --json: goes with --list only")
    if args.list:
        return _list(args, languages)
    ids = list(dict.fromkeys(args.ids)) or list(FIGURES)
    from tqdm import tqdm

    from .._device import resolve_device
    from .._files import check_target

    with usage():
        device, out = resolve_device(args.device), args.out or folder("figures")
        jobs = [
            (lang, id, (out / lang if args.lang == "all" else out) / f"{id}.{args.format}")
            for lang in languages
            for id in ids
        ]
        for *_, path in jobs:
            check_target(path, "--out", new_folders=True)
    with tqdm(jobs, disable=None, file=sys.stderr, unit="fig", leave=False) as bar:
        for lang, id, path in bar:
            path.parent.mkdir(parents=True, exist_ok=True)
            draw_figure(id, lang=lang, device=device).savefig(path, dpi=args.dpi)
            bar.write(str(path), file=sys.stdout)
            sys.stdout.flush()
    return 0


def _list(args: argparse.Namespace, languages: tuple[str, ...]) -> int:
    from ..article.figures import FIGURES

    chosen = {id: FIGURES[id] for id in args.ids or FIGURES}
    if args.json:
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
