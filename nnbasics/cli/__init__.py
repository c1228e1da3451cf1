"""The command line. It imports torch and matplotlib only when a command needs them: a file for each command."""

from __future__ import annotations

import os
import sys
from importlib import import_module

from .errors import UsageError
from .parser import build_parser

OTHER_ERROR = 1


def main(argv: list[str] | None = None) -> int:
    """Run the command line; return 0, or 2 for wrong usage, or 1 for anything else that went wrong."""
    if sys.stdout is None:  # closed by the caller
        sys.stdout = open(os.devnull, "w")  # noqa: PTH123, SIM115
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # a terminal without Chinese gets question marks, no traceback
    parser = build_parser()
    try:
        args = parser.parse_args(argv)
        code: int = import_module(f".{args.command}", __package__).run(args)
        sys.stdout.flush()
        return code
    except UsageError as error:
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
