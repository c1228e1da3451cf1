"""`nnbasics claims`: execute and judge the article's statements."""

from __future__ import annotations

import argparse

from ..text import resolve_language
from .errors import usage


def run(args: argparse.Namespace) -> int:
    """Judge them and print or write what was found."""
    from pathlib import Path
    from shutil import get_terminal_size

    from .._files import check_target, replace_file
    from ..article.claims import choose_claims, run_claims
    from ..article.report import as_lines, as_markdown

    with usage():
        lang = resolve_language(args.lang)
        if args.json and args.markdown is not None:
            raise ValueError("argument --markdown: not allowed with argument --json")
        if args.markdown is not None:
            check_target(Path(args.markdown), "--markdown")
        choose_claims(section=args.section, only=args.only, seed=args.seed)
    judged = run_claims(section=args.section, only=args.only, seed=args.seed, jobs=args.jobs, progress=True)
    rows = [judgement.to_dict(lang) for judgement in judged]
    if args.json:
        import json

        print(json.dumps(rows, ensure_ascii=False, indent=2))
    elif args.markdown is not None:
        replace_file(Path(args.markdown), as_markdown(rows, lang).encode())
        print(args.markdown)
    else:
        print(as_lines(rows, lang, min(get_terminal_size().columns, 110)))
    return 0
