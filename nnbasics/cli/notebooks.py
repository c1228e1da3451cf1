"""`nnbasics notebooks`: write the notebooks out."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from .._files import check_target, replace_file
from ..text import Text, resolve_language
from .errors import usage
from .options import folder

PACKAGE = Path(__file__).parent.parent
INSTALLED, CHECKOUT = PACKAGE / "_notebooks", PACKAGE.parent / "notebooks"  # in a wheel, and beside the package


def run(args: argparse.Namespace) -> int:
    """Write those that are not there yet, or all of them, and print each path that was written."""
    with usage():
        lang, out = resolve_language(args.lang), args.out or folder("nnbasics-notebooks")
    source = (INSTALLED if INSTALLED.is_dir() else CHECKOUT) / lang
    notebooks = sorted(source.glob("*.ipynb"))
    wanted = [path for path in notebooks if args.force or not (out / path.name).exists()]
    with usage():
        for notebook in wanted:
            check_target(out / notebook.name, "--out", new_folders=True)
    out.mkdir(parents=True, exist_ok=True)
    for notebook in wanted:
        replace_file(out / notebook.name, notebook.read_bytes())
        print(out / notebook.name, flush=True)
    if kept := len(notebooks) - len(wanted):
        text = Text(
            "kept {n} notebook(s) that were there already; --force overwrites them",
            "保留了 {n} 个已有的 notebook；加 --force 才会覆盖",
        )
        print(text.say(lang, n=kept), file=sys.stderr)
    return 0
