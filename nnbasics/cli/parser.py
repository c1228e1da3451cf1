"""The commands, their options and their help. It imports nothing slow."""

from __future__ import annotations

import argparse
import sys

from .. import __version__
from ..text import LANGUAGES, Text, resolve_language
from .options import FILM_FORMATS, add_drawing, add_jobs, add_saving, add_theme, count, folder

TYPE_CHECKING = False  # typing takes longer to import than argparse to print the help
if TYPE_CHECKING:
    from typing import Any, NoReturn

USAGE_ERROR = 2
AS_JSON = Text("as JSON", "输出 JSON")
WHICH_LANGUAGE = Text("language of the texts (default: the system's)", "文字的语言（默认：跟随系统）")


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
        description=Text(
            "The figures of an introduction to neural networks, drawn from live torch objects.",
            "一篇神经网络入门文章的全部插图，由真实的 torch 对象现算现画。",
        ).say(lang),
        epilog=Text(
            "Exit status: 0 done, 2 wrong usage, 130 interrupted, 1 anything else that went wrong.",
            "退出状态：0 完成，2 用法有误，130 被中断，1 其他错误。",
        ).say(lang),
    )
    parser.add_argument("--version", action="version", version=f"nnbasics {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for add in (_add_figures, _add_experiments, _add_animate, _add_claims, _add_notebooks, _add_exercises, _add_info):
        add(commands, lang)
    return parser


def _add_figures(commands: argparse._SubParsersAction[Parser], lang: str) -> None:
    figures = commands.add_parser(
        "figures",
        help=Text("draw the article's figures", "绘制文章的插图").say(lang),
        description=Text(
            "Draw the article's figures and print each path that was written.",
            "绘制文章的插图，并打印写好的每个文件的路径。",
        ).say(lang),
    )
    figures.add_argument(
        "ids",
        nargs="*",
        metavar="ID",
        help=Text("which figures (default: all of them)", "要画哪些图（默认：全部）").say(lang),
    )
    figures.add_argument(
        "--list", action="store_true", help=Text("list the figures and draw nothing", "只列出插图，不绘制").say(lang)
    )
    figures.add_argument(
        "--json", action="store_true", help=Text("with --list: as JSON", "与 --list 连用：输出 JSON").say(lang)
    )
    add_drawing(
        figures,
        lang,
        device="auto",
        out=Text("where the files go (default: figures)", "输出目录（默认：figures）").say(lang),
    )
    add_theme(figures, lang)
    add_saving(figures, lang)


def _add_experiments(commands: argparse._SubParsersAction[Parser], lang: str) -> None:
    experiments = commands.add_parser(
        "experiments",
        help=Text("compare over many seeds", "在许多随机种子上做对比实验").say(lang),
        description=Text(
            "Run the experiments, each over many seeds, draw each and print the path and the seconds that it took.",
            "运行各个实验（每个都用许多随机种子），画出结果，并打印文件路径和所用秒数。",
        ).say(lang),
    )
    experiments.add_argument(
        "names",
        nargs="*",
        metavar="NAME",
        help=Text("which ones (default: all of them)", "要运行哪些（默认：全部）").say(lang),
    )
    experiments.add_argument(
        "--list", action="store_true", help=Text("list the questions and run nothing", "只列出问题，不运行").say(lang)
    )
    experiments.add_argument(
        "--seeds",
        type=count,
        metavar="N",
        help=Text("how many seeds (default: 32 or more)", "随机种子的个数（默认：不少于 32）").say(lang),
    )
    experiments.add_argument(
        "--quick",
        action="store_true",
        help=Text("fewer seeds and shorter runs, for a look", "种子更少、训练更短，先看个大概").say(lang),
    )
    experiments.add_argument(
        "--json", metavar="FILE", help=Text("write the numbers, too, as JSON", "同时把数据写成 JSON").say(lang)
    )
    add_jobs(experiments, lang)
    add_drawing(
        experiments,
        lang,
        device="cpu",
        out=Text("where the files go (default: figures/gallery)", "输出目录（默认：figures/gallery）").say(lang),
    )
    add_theme(experiments, lang)
    add_saving(experiments, lang)


def _add_animate(commands: argparse._SubParsersAction[Parser], lang: str) -> None:
    animate = commands.add_parser(
        "animate",
        help=Text("draw the figures that move", "绘制动图").say(lang),
        description=Text(
            "Draw the figures that move, each frame a real step of torch, and print each path that was written.",
            "绘制动图（每一帧都是 torch 真正走的一步），并打印写好的每个文件的路径。",
        ).say(lang),
    )
    animate.add_argument(
        "ids",
        nargs="*",
        metavar="ID",
        help=Text("which ones (default: all of them)", "要画哪些（默认：全部）").say(lang),
    )
    animate.add_argument(
        "--list", action="store_true", help=Text("list them and draw nothing", "只列出动图，不绘制").say(lang)
    )
    animate.add_argument(
        "--json", action="store_true", help=Text("with --list: as JSON", "与 --list 连用：输出 JSON").say(lang)
    )
    add_drawing(
        animate,
        lang,
        device="cpu",
        out=Text("where the files go (default: figures/motion)", "输出目录（默认：figures/motion）").say(lang),
        formats=FILM_FORMATS,
        dpi=(20, 100, 300),
    )
    add_theme(animate, lang)


def _add_claims(commands: argparse._SubParsersAction[Parser], lang: str) -> None:
    claims = commands.add_parser(
        "claims",
        help=Text("execute and judge the article's statements", "执行并评判文章中的论断").say(lang),
        description=Text(
            "Execute every statement of the article and judge it, with the numbers that decide.",
            "执行文章中的每一条论断并作出评判，附上作为依据的数字。",
        ).say(lang),
    )
    claims.add_argument(
        "--section", type=int, metavar="N", help=Text("only this section of the article", "只看文章的这一节").say(lang)
    )
    claims.add_argument(
        "--only",
        metavar="VERDICT",
        help=Text("only this verdict, such as 'holds if'", "只看这种结论，例如“有条件成立”").say(lang),
    )
    claims.add_argument("--lang", choices=LANGUAGES, help=WHICH_LANGUAGE.say(lang))
    claims.add_argument("--json", action="store_true", help=AS_JSON.say(lang))
    claims.add_argument(
        "--seed",
        type=int,
        default=0,
        metavar="N",
        help=Text("N: seeds 32 N to 32 N + 31 (default: 0)", "N：用种子 32 N 到 32 N + 31（默认：0）").say(lang),
    )
    add_jobs(claims, lang)
    claims.add_argument(
        "--markdown", metavar="FILE", help=Text("write a page of Markdown instead", "改为写成一页 Markdown").say(lang)
    )


def _add_notebooks(commands: argparse._SubParsersAction[Parser], lang: str) -> None:
    notebooks = commands.add_parser(
        "notebooks",
        help=Text("write the notebooks into a folder", "把各篇 notebook 写到一个目录里").say(lang),
        description=Text(
            "Write the notebooks into a folder, where `jupyter lab` opens them.",
            "把各篇 notebook 写到一个目录里，用 `jupyter lab` 打开即可。",
        ).say(lang),
    )
    notebooks.add_argument("--lang", choices=LANGUAGES, help=WHICH_LANGUAGE.say(lang))
    out = Text("where the files go (default: nnbasics-notebooks)", "输出目录（默认：nnbasics-notebooks）").say(lang)
    notebooks.add_argument("--out", type=folder, metavar="DIR", help=out)
    notebooks.add_argument(
        "--force", action="store_true", help=Text("overwrite notebooks that are there", "覆盖已有的 notebook").say(lang)
    )


def _add_exercises(commands: argparse._SubParsersAction[Parser], lang: str) -> None:
    exercises = commands.add_parser(
        "exercises", help=Text("show the exercises for coursework", "显示课程练习").say(lang)
    )
    exercises.add_argument(
        "ids",
        nargs="*",
        metavar="ID",
        help=Text("whose task to show (default: list all)", "显示哪些练习的题目（默认：列出全部）").say(lang),
    )
    exercises.add_argument(
        "--list", action="store_true", help=Text("list ids and signatures only", "只列出编号和函数签名").say(lang)
    )
    exercises.add_argument("--lang", choices=LANGUAGES, help=WHICH_LANGUAGE.say(lang))
    exercises.add_argument("--json", action="store_true", help=AS_JSON.say(lang))


def _add_info(commands: argparse._SubParsersAction[Parser], lang: str) -> None:
    info = commands.add_parser(
        "info", help=Text("show versions, device, fonts and language", "显示版本、设备、字体和语言").say(lang)
    )
    info.add_argument("--json", action="store_true", help=AS_JSON.say(lang))
