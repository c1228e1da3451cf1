"""`nnbasics animate`: draw the figures that move."""

from __future__ import annotations

import argparse

from .figures import draw_each

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any

MOST_DOTS = 300  # an inch: every frame is held at once


def run(args: argparse.Namespace) -> int:
    """Draw them and print each path."""
    from ..article.motion import ANIMATIONS, animate

    def write(id: str, path: Path, **how: Any) -> None:
        animate(id, **how).save(path, dpi=args.dpi)

    return draw_each(args, ANIMATIONS, write, kind="animation", out="figures/motion", most=MOST_DOTS)
