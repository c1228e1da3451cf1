"""The yardstick for `nnbasics --help` and `--list`: argparse alone, printing as much text as the command does."""

import argparse
import sys

parser = argparse.ArgumentParser(prog="bare", description="The figures of an introduction, drawn by hand, or not.")
parser.add_argument("--version", action="version", version="bare 1")
commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
figures = commands.add_parser("figures", help="draw the article's figures", description="Draw figures, print paths.")
figures.add_argument("ids", nargs="*", metavar="ID", help="which figures (default: all of them)")
figures.add_argument("--list", action="store_true", help="list the figures and draw nothing")
figures.add_argument("--json", action="store_true", help="with --list: as JSON")
figures.add_argument("--lang", choices=("en", "zh", "all"), help="language of the texts; all draws both of them")
figures.add_argument("--format", choices=("png", "svg", "pdf"), default="png", help="file format (default: png)")
figures.add_argument("--out", default="figures", metavar="DIR", help="where the files go (default: figures)")
figures.add_argument("--device", choices=("auto", "cpu", "cuda", "mps"), default="auto", help="where torch computes")
figures.add_argument("--dpi", type=int, default=150, metavar="N", help="dots per inch of a png (default: 150)")
info = commands.add_parser("info", help="show versions, device, fonts and language")
info.add_argument("--json", action="store_true", help="as JSON")

arguments = parser.parse_args(sys.argv[1:])
if arguments.command == "figures" and arguments.list:
    for row in range(13):
        print(f"{row:>2}  {'a-figure-of-ours':<18} Some function and its derivative")
