"""The commands, their options and their help. It imports nothing slow."""

from __future__ import annotations

import argparse
import sys

from .. import __version__
from .._device import DEVICES
from .._text import LANGUAGES, resolve_language, tr
from ..text import Text

TYPE_CHECKING = False  # typing and pathlib take longer to import than argparse to print the help
if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any, NoReturn

FORMATS = ("png", "svg", "pdf")
DPI_RANGE = (20, 1200)
USAGE_ERROR = 2


class Parser(argparse.ArgumentParser):
    """Answers a mistake with one line, not with the whole usage."""

    def error(self, message: str) -> NoReturn:
        """One line, and exit."""
        self.exit(USAGE_ERROR, f"{self.prog}: error: {' '.join(message.split())}\n")

    def _print_message(self, message: str, file: Any = None) -> None:
        """What argparse does, but a full disk behind stdout does not pass for success."""
        print(message, end="", file=file or sys.stderr, flush=True)


def build_parser() -> Parser:
    """Every command with its options, the help in the reader's language."""
    try:
        lang = resolve_language()
    except ValueError:
        lang = "en"  # the command that needs the language says what is wrong with it
    parser = Parser(
        prog="nnbasics",
        description=tr("The figures of an introduction to neural networks, drawn from live torch objects.", lang),
        epilog=tr("Exit status: 0 done, 2 wrong usage, 130 interrupted, 1 anything else that went wrong.", lang),
    )
    parser.add_argument("--version", action="version", version=f"nnbasics {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    figures = commands.add_parser(
        "figures",
        help=tr("draw the article's figures", lang),
        description=tr("Draw the article's figures and print each path that was written.", lang),
    )
    figures.add_argument("ids", nargs="*", metavar="ID", help=tr("which figures (default: all of them)", lang))
    figures.add_argument("--list", action="store_true", help=tr("list the figures and draw nothing", lang))
    figures.add_argument("--json", action="store_true", help=tr("with --list: as JSON", lang))
    _add_drawing(figures, lang, device="auto", out=tr("where the files go (default: figures)", lang))
    experiments = commands.add_parser(
        "experiments",
        help=tr("compare over many seeds", lang),
        description=tr(
            "Run the experiments, each over many seeds, draw each and print the path and the seconds that it took.",
            lang,
        ),
    )
    experiments.add_argument("names", nargs="*", metavar="NAME", help=tr("which ones (default: all of them)", lang))
    experiments.add_argument("--list", action="store_true", help=tr("list the questions and run nothing", lang))
    experiments.add_argument("--seeds", type=count, metavar="N", help=tr("how many seeds (default: 32 or more)", lang))
    experiments.add_argument("--quick", action="store_true", help=tr("fewer seeds and shorter runs, for a look", lang))
    experiments.add_argument("--json", metavar="FILE", help=tr("write the numbers, too, as JSON", lang))
    _add_jobs(experiments, lang)
    _add_drawing(experiments, lang, device="cpu", out=tr("where the files go (default: figures/gallery)", lang))
    claims = commands.add_parser(
        "claims",
        help=tr("execute and judge the article's statements", lang),
        description=tr("Execute every statement of the article and judge it, with the numbers that decide.", lang),
    )
    claims.add_argument("--section", type=int, metavar="N", help=tr("only this section of the article", lang))
    claims.add_argument("--only", metavar="VERDICT", help=tr("only this verdict, such as 'holds if'", lang))
    claims.add_argument("--lang", choices=LANGUAGES, help=tr("language of the texts (default: the system's)", lang))
    claims.add_argument("--json", action="store_true", help=tr("as JSON", lang))
    claims.add_argument(
        "--seed", type=int, default=0, metavar="N", help=tr("N: seeds 32 N to 32 N + 31 (default: 0)", lang)
    )
    _add_jobs(claims, lang)
    claims.add_argument("--markdown", metavar="FILE", help=tr("write a page of Markdown instead", lang))
    notebooks = commands.add_parser(
        "notebooks",
        help=tr("write the notebooks into a folder", lang),
        description=tr("Write the notebooks into a folder, where `jupyter lab` opens them.", lang),
    )
    notebooks.add_argument("--lang", choices=LANGUAGES, help=tr("language of the texts (default: the system's)", lang))
    out = tr("where the files go (default: nnbasics-notebooks)", lang)
    notebooks.add_argument("--out", type=folder, metavar="DIR", help=out)
    notebooks.add_argument("--force", action="store_true", help=tr("overwrite notebooks that are there", lang))
    exercises = commands.add_parser("exercises", help=tr("show the exercises for coursework", lang))
    exercises.add_argument("ids", nargs="*", metavar="ID", help=tr("whose task to show (default: list all)", lang))
    exercises.add_argument("--list", action="store_true", help=tr("list ids and signatures only", lang))
    exercises.add_argument("--lang", choices=LANGUAGES, help=tr("language of the texts (default: the system's)", lang))
    exercises.add_argument("--json", action="store_true", help=tr("as JSON", lang))
    info = commands.add_parser("info", help=tr("show versions, device, fonts and language", lang))
    info.add_argument("--json", action="store_true", help=tr("as JSON", lang))
    return parser


def _add_jobs(parser: argparse.ArgumentParser, lang: str) -> None:
    """The option of every command that measures."""
    text = Text(
        "how many processes measure, on one core each (default: 1); the numbers are the same",
        "用几个进程来测，每个进程占一个核（默认：1）；数值不随进程数而变",
    )
    parser.add_argument("--jobs", type=count, default=1, metavar="N", help=text.say(lang))


def _add_drawing(parser: argparse.ArgumentParser, lang: str, *, device: str, out: str) -> None:
    """The options of every command that draws."""
    parser.add_argument(
        "--lang",
        choices=(*LANGUAGES, "all"),
        help=tr("language of the texts; all draws both into DIR/en and DIR/zh (default: the system's)", lang),
    )
    parser.add_argument("--format", choices=FORMATS, default="png", help=tr("file format (default: png)", lang))
    parser.add_argument("--out", type=folder, metavar="DIR", help=out)
    where = tr("where torch computes (default: {device}); auto: cuda, else mps, else cpu", lang)
    parser.add_argument("--device", choices=DEVICES, default=device, help=where.format(device=device))
    parser.add_argument(
        "--dpi",
        type=dpi,
        default=150,
        metavar="N",
        help=tr("dots per inch of a png, {low} to {high} (default: 150)", lang).format(
            low=DPI_RANGE[0], high=DPI_RANGE[1]
        ),
    )


def count(text: str) -> int:
    """A number of seeds, or of processes."""
    if not (text.isascii() and text.isdigit() and int(text) > 0):
        raise argparse.ArgumentTypeError(f"{text!r} is not an integer >= 1")
    return int(text)


def folder(text: str) -> Path:
    """A path that is a folder already, or can become one."""
    if not text:
        raise argparse.ArgumentTypeError("'' is not a directory")
    from pathlib import Path

    path = Path(text)
    nearest = next(p for p in (path, *path.absolute().parents) if p.exists() or p.is_symlink())
    if not nearest.is_dir():
        raise argparse.ArgumentTypeError(f"{str(nearest)!r} is not a directory")
    return path


def dpi(text: str) -> int:
    """Dots per inch."""
    low, high = DPI_RANGE
    if not (text.isascii() and text.isdigit() and low <= int(text) <= high):
        raise argparse.ArgumentTypeError(f"{text!r} is not an integer from {low} to {high}")
    return int(text)
