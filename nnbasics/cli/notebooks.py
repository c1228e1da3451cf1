"""`nnbasics notebooks`: write the notebooks out."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from .._files import replace_file
from .._text import resolve_language, tr
from .errors import usage
from .parser import folder

PACKAGE = Path(__file__).parent.parent
INSTALLED, CHECKOUT = PACKAGE / "_notebooks", PACKAGE.parent / "notebooks"  # in a wheel, and beside the package


def run(args: argparse.Namespace) -> int:
    """Write those that are not there yet, or all of them, and print each path that was written."""
    with usage():
        lang = resolve_language(args.lang)
    source = (INSTALLED if INSTALLED.is_dir() else CHECKOUT) / lang
    out = args.out or folder("nnbasics-notebooks")
    out.mkdir(parents=True, exist_ok=True)
    kept = 0
    for notebook in sorted(source.glob("*.ipynb")):
        target = out / notebook.name
        if target.exists() and not args.force:
            kept += 1
            continue
        replace_file(target, notebook.read_bytes())
        print(target, flush=True)
    if kept:
        text = tr("kept {n} notebook(s) that were there already; --force overwrites them", lang)
        print(text.format(n=kept), file=sys.stderr)
    return 0
