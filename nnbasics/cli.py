"""The command line. It imports torch and matplotlib only when a command needs them."""

from __future__ import annotations

import argparse
import os
import sys

from . import __version__
from ._device import DEVICES
from ._lookup import lookup
from ._text import LANGUAGES, resolve_language, tr

TYPE_CHECKING = False  # typing and pathlib take longer to import than argparse to print the help
if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any, NoReturn

FORMATS = ("png", "svg", "pdf")
DPI_RANGE = (20, 1200)
USAGE_ERROR, OTHER_ERROR = 2, 1


class _Parser(argparse.ArgumentParser):
    """Answers a mistake with one line, not with the whole usage."""

    def error(self, message: str) -> NoReturn:
        self.exit(USAGE_ERROR, f"{self.prog}: error: {' '.join(message.split())}\n")

    def _print_message(self, message: str, file: Any = None) -> None:
        """What argparse does, but a full disk behind stdout does not pass for success."""
        print(message, end="", file=file or sys.stderr, flush=True)


class _UsageError(Exception):
    """A mistake of the person who typed the command."""


class _usage:  # noqa: N801  (it is used like a function)
    """Around checks of what was typed; an error anywhere else is a fault of ours, and shows itself as one."""

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, ValueError):
            raise _UsageError(str(error)) from error


def main(argv: list[str] | None = None) -> int:
    """Run the command line; return 0, or 2 for wrong usage, or 1 for anything else that went wrong."""
    if sys.stdout is None:  # closed by the caller
        sys.stdout = open(os.devnull, "w")  # noqa: PTH123, SIM115
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # a terminal without Chinese gets question marks, no traceback
    parser = _build_parser()
    try:
        args = parser.parse_args(argv)
        code = {"figures": _figures, "claims": _claims, "exercises": _exercises, "info": _info}[args.command](args)
        sys.stdout.flush()
        return code
    except _UsageError as error:
        parser.error(str(error))
    except KeyboardInterrupt:
        return _fail("interrupted; every file that was written is whole")
    except BrokenPipeError:  # nobody reads on
        _drop_stdout()
        return OTHER_ERROR
    except OSError as error:
        if error.filename is None:  # it was stdout that could not be written
            _drop_stdout()
        where = f" {error.filename!r}" if error.filename else ""
        return _fail(f"cannot write{where}: {error.strerror or error}")


def _drop_stdout() -> None:
    """Flush what is left for stdout into nothing, or Python complains once more at its end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _fail(message: str) -> int:
    print(f"nnbasics: error: {message}", file=sys.stderr)
    return OTHER_ERROR


def _build_parser() -> _Parser:
    try:
        lang = resolve_language()
    except ValueError:
        lang = "en"  # the command that needs the language says what is wrong with it
    parser = _Parser(
        prog="nnbasics",
        description=tr("The figures of an introduction to neural networks, drawn from live torch objects.", lang),
        epilog=tr("Exit status: 0 done, 2 wrong usage, 1 anything else that went wrong.", lang),
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
    figures.add_argument(
        "--lang",
        choices=(*LANGUAGES, "all"),
        help=tr("language of the texts; all draws both into DIR/en and DIR/zh (default: the system's)", lang),
    )
    figures.add_argument("--format", choices=FORMATS, default="png", help=tr("file format (default: png)", lang))
    figures.add_argument(
        "--out",
        type=_folder,
        metavar="DIR",
        help=tr("where the files go (default: figures)", lang),
    )
    figures.add_argument(
        "--device",
        choices=DEVICES,
        default="auto",
        help=tr("where torch computes (default: auto: cuda, else mps, else cpu)", lang),
    )
    figures.add_argument(
        "--dpi",
        type=_dpi,
        default=150,
        metavar="N",
        help=tr("dots per inch of a png, {low} to {high} (default: 150)", lang).format(
            low=DPI_RANGE[0], high=DPI_RANGE[1]
        ),
    )
    claims = commands.add_parser(
        "claims",
        help=tr("execute and judge the article's statements", lang),
        description=tr("Execute every statement of the article and judge it, with the numbers that decide.", lang),
    )
    claims.add_argument("--section", type=int, metavar="N", help=tr("only this section of the article", lang))
    claims.add_argument("--only", metavar="VERDICT", help=tr("only this verdict: holds, 'holds if' or wrong", lang))
    claims.add_argument("--lang", choices=LANGUAGES, help=tr("language of the texts (default: the system's)", lang))
    claims.add_argument("--json", action="store_true", help=tr("as JSON", lang))
    claims.add_argument("--seed", type=int, default=0, metavar="N", help=tr("what is drawn from (default: 0)", lang))
    claims.add_argument("--markdown", metavar="FILE", help=tr("write a page of Markdown instead", lang))
    exercises = commands.add_parser("exercises", help=tr("show the exercises for coursework", lang))
    exercises.add_argument("ids", nargs="*", metavar="ID", help=tr("whose task to show (default: list all)", lang))
    exercises.add_argument("--list", action="store_true", help=tr("list ids and signatures only", lang))
    exercises.add_argument("--lang", choices=LANGUAGES, help=tr("language of the texts (default: the system's)", lang))
    exercises.add_argument("--json", action="store_true", help=tr("as JSON", lang))
    info = commands.add_parser("info", help=tr("show versions, device, fonts and language", lang))
    info.add_argument("--json", action="store_true", help=tr("as JSON", lang))
    return parser


def _folder(text: str) -> Path:
    """A path that is a folder already, or can become one."""
    if not text:
        raise argparse.ArgumentTypeError("'' is not a directory")
    from pathlib import Path

    path = Path(text)
    nearest = next(p for p in (path, *path.absolute().parents) if p.exists() or p.is_symlink())
    if not nearest.is_dir():
        raise argparse.ArgumentTypeError(f"{str(nearest)!r} is not a directory")
    return path


def _dpi(text: str) -> int:
    low, high = DPI_RANGE
    if not (text.isascii() and text.isdigit() and low <= int(text) <= high):
        raise argparse.ArgumentTypeError(f"{text!r} is not an integer from {low} to {high}")
    return int(text)


def _figures(args: argparse.Namespace) -> int:
    from .article.figures import FIGURES, draw_figure

    with _usage():
        for name in args.ids:
            lookup(FIGURES, name, kind="figure")
        languages = LANGUAGES if args.lang == "all" else (resolve_language(args.lang),)
        if args.json and not args.list:
            raise ValueError("argument --json: goes with --list only")
    if args.list:
        return _list_figures(args, languages)
    ids = list(dict.fromkeys(args.ids)) or list(FIGURES)
    out = args.out or _folder("figures")
    from tqdm import tqdm

    from ._device import resolve_device

    with _usage():
        device = resolve_device(args.device)
    jobs = [(lang, id) for lang in languages for id in ids]
    with tqdm(jobs, disable=None, file=sys.stderr, unit="fig", leave=False) as bar:
        for lang, id in bar:
            folder = out / lang if args.lang == "all" else out
            folder.mkdir(parents=True, exist_ok=True)
            path = folder / f"{id}.{args.format}"
            draw_figure(id, lang=lang, device=device).savefig(path, dpi=args.dpi)
            bar.write(str(path), file=sys.stdout)
            sys.stdout.flush()
    return 0


def _list_figures(args: argparse.Namespace, languages: tuple[str, ...]) -> int:
    from .article.figures import FIGURES

    chosen = {id: FIGURES[id] for id in args.ids or FIGURES}
    if args.json:
        import json

        rows = [
            {"id": id, "section": figure.section, "caption": {lang: tr(figure.caption, lang) for lang in LANGUAGES}}
            for id, figure in chosen.items()
        ]
        print(json.dumps(rows, ensure_ascii=False, indent=2))
        return 0
    for id, figure in chosen.items():
        captions = "   ".join(tr(figure.caption, lang) for lang in languages)
        print(f"{figure.section:>2}  {id:<18} {captions}")
    return 0


def _claims(args: argparse.Namespace) -> int:
    from pathlib import Path
    from shutil import get_terminal_size

    from ._files import replace_file
    from .article.claims import choose_claims, run_claims
    from .article.report import as_lines, as_markdown

    with _usage():
        lang = resolve_language(args.lang)
        if args.json and args.markdown:
            raise ValueError("argument --markdown: not allowed with argument --json")
        choose_claims(section=args.section, only=args.only, seed=args.seed)
    judged = run_claims(section=args.section, only=args.only, seed=args.seed, progress=True)
    if args.json:
        import json

        print(json.dumps([judgement.to_dict(lang) for judgement in judged], ensure_ascii=False, indent=2))
    elif args.markdown:
        replace_file(Path(args.markdown), as_markdown(judged, lang, seed=args.seed).encode())
        print(args.markdown)
    else:
        print(as_lines(judged, lang, min(get_terminal_size().columns, 110)))
    return 0


def _exercises(args: argparse.Namespace) -> int:
    from .exercises.report import list_exercises

    with _usage():
        lang, tasks = resolve_language(args.lang), bool(args.ids) and not args.list
        text = list_exercises(args.ids, lang, as_json=args.json, tasks=tasks)
    print(text)
    return 0


def _language_or_why_not() -> str:
    try:
        return resolve_language()
    except ValueError as error:
        return str(error)


def _info(args: argparse.Namespace) -> int:
    import json
    import platform

    import matplotlib
    import torch

    from ._device import resolve_device
    from .plotting.fonts import font_families

    device = resolve_device("auto")
    facts: dict[str, object] = {
        "nnbasics": __version__,
        "python": platform.python_version(),
        "torch": torch.__version__,
        "matplotlib": matplotlib.__version__,
        "device": str(device),
        "device_name": torch.cuda.get_device_name(device) if device.type == "cuda" else platform.machine(),
        "language": _language_or_why_not(),
        "fonts": list(font_families()),
    }
    if args.json:
        print(json.dumps(facts, ensure_ascii=False, indent=2))
    else:
        for key, value in facts.items():
            print(f"{key:<12} {', '.join(value) if isinstance(value, list) else value}")
    return 0
