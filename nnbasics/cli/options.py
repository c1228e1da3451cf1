"""Options that several commands share, and the kinds of values they take."""

from __future__ import annotations

import argparse

from .._device import DEVICES
from ..text import LANGUAGES, Text

TYPE_CHECKING = False  # pathlib takes longer to import than argparse to print the help
if TYPE_CHECKING:
    from pathlib import Path

FORMATS = ("png", "svg", "pdf")
FILM_FORMATS = ("gif", "webp", "html")
SCALE_RANGE = (0.1, 10.0)
THEME_NAMES = ("light", "dark", "slide", "print")  # the keys of THEMES, which takes matplotlib to ask


def add_jobs(parser: argparse.ArgumentParser, lang: str) -> None:
    """The option of every command that measures."""
    text = Text(
        "how many processes measure, on one core each (default: 1); the numbers are the same",
        "用几个进程来测，每个进程占一个核（默认：1）；数值不随进程数而变",
    )
    parser.add_argument("--jobs", type=count, default=1, metavar="N", help=text.say(lang))


def add_drawing(
    parser: argparse.ArgumentParser,
    lang: str,
    *,
    device: str,
    out: str,
    formats: tuple[str, ...] = FORMATS,
    dpi: tuple[int, int, int] = (20, 150, 1200),
) -> None:
    """The options of every command that draws."""
    parser.add_argument(
        "--lang",
        choices=(*LANGUAGES, "all"),
        help=Text(
            "language of the texts; all draws both into DIR/en and DIR/zh (default: the system's)",
            "图中文字的语言；all 表示两种都画，分别放进 DIR/en 和 DIR/zh（默认：跟随系统）",
        ).say(lang),
    )
    parser.add_argument(
        "--format",
        choices=formats,
        default=formats[0],
        help=Text("file format (default: {kind})", "文件格式（默认：{kind}）").say(lang, kind=formats[0]),
    )
    parser.add_argument("--out", type=folder, metavar="DIR", help=out)
    where = Text(
        "where torch computes (default: {device}); auto: cuda, else mps, else cpu",
        "torch 在哪里计算（默认：{device}）；auto 依次取 cuda、mps、cpu",
    )
    parser.add_argument("--device", choices=DEVICES, default=device, help=where.say(lang, device=device))
    low, usual, high = dpi
    parser.add_argument(
        "--dpi",
        type=lambda text: dots(text, low, high),
        default=usual,
        metavar="N",
        help=Text(
            "dots per inch, {low} to {high} (default: {dpi})", "分辨率（每英寸点数），{low} 到 {high}（默认：{dpi}）"
        ).say(lang, low=low, high=high, dpi=usual),
    )


def add_theme(parser: argparse.ArgumentParser, lang: str) -> None:
    """How what is drawn shall look; `theme_of` makes a theme of it."""
    parser.add_argument(
        "--theme",
        choices=THEME_NAMES,
        default=THEME_NAMES[0],
        help=Text(
            "for a page, a dark page, a dark slide, or a printer without colours (default: light)",
            "依次用于网页、深色网页、深色幻灯片、黑白打印（默认：light）",
        ).say(lang),
    )
    size = Text(
        "how many times as large, {low} to {high} (default: the theme's)",
        "放大几倍，{low} 到 {high}（默认：由主题决定）",
    )
    low, high = SCALE_RANGE
    parser.add_argument("--scale", type=scale, metavar="X", help=size.say(lang, low=f"{low:g}", high=f"{high:g}"))
    clear = Text("leave the page out", "背景透明")
    parser.add_argument("--transparent", action="store_true", help=clear.say(lang))
    bare = Text("leave the sentence at the top out", "不画最上面的那句标题")
    parser.add_argument("--no-title", action="store_false", dest="title", help=bare.say(lang))


def add_saving(parser: argparse.ArgumentParser, lang: str) -> None:
    """What only one format can do; `saving_of` says where it is another."""
    text = Text("with --format svg: keep text as text, to be edited", "与 --format svg 连用：文字仍是文字，可以再编辑")
    parser.add_argument("--svg-text", action="store_true", help=text.say(lang))
    few = Text(
        "with --format png: 256 colours, a third of the bytes", "与 --format png 连用：只用 256 色，约三分之一大小"
    )
    parser.add_argument("--palette", action="store_true", help=few.say(lang))


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


def dots(text: str, low: int, high: int) -> int:
    """Dots per inch."""
    if not (text.isascii() and text.isdigit() and low <= int(text) <= high):
        raise argparse.ArgumentTypeError(f"{text!r} is not an integer from {low} to {high}")
    return int(text)


def scale(text: str) -> float:
    """How many times as large."""
    low, high = SCALE_RANGE
    try:
        if low <= (value := float(text)) <= high:
            return value
    except ValueError:
        pass
    raise argparse.ArgumentTypeError(f"{text!r} is not a number from {low:g} to {high:g}")
