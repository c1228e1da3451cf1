"""The theme that a command was asked for, and what it was asked of a file."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from typing import Any

    from ..plotting.theme import Theme

MOST_DOTS = 2400  # an inch: 16,800 pixels for 7 inches, of which all are held at once


def theme_of(args: argparse.Namespace, *, most: int = MOST_DOTS) -> Theme:
    """What `--theme`, `--scale`, `--transparent` and `--no-title` say; ValueError if it would be too many pixels."""
    from dataclasses import replace  # 8 ms, for which to list the figures has no use

    from ..plotting.theme import THEMES

    theme = replace(THEMES[args.theme], transparent=args.transparent, title=args.title)
    if args.scale is not None:
        theme = replace(theme, scale=args.scale)
    if args.dpi * theme.scale > most:
        raise ValueError(f"argument --dpi: {args.dpi} times the scale {theme.scale:.4g} is more than {most}")
    return theme


def saving_of(args: argparse.Namespace) -> dict[str, Any]:
    """What `--svg-text` and `--palette` mean for `PageFigure.savefig`; ValueError if the format is another."""
    for option, chosen, kind in (("--svg-text", args.svg_text, "svg"), ("--palette", args.palette, "png")):
        if chosen and args.format != kind:
            raise ValueError(f"argument {option}: goes with --format {kind} only")
    return {"svg_text": args.svg_text, "palette": args.palette}
