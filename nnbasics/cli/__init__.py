"""The command line. It imports torch and matplotlib only when a command needs them: a file for each command."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from importlib import import_module

from .errors import INTERRUPTED, OTHER_ERROR, UsageError
from .parser import build_parser


def main(argv: list[str] | None = None) -> int:
    """Run the command line; return 0, or 2 for wrong usage, 130 after an interrupt, 1 for anything else."""
    if sys.stdout is None:  # closed by the caller
        sys.stdout = open(os.devnull, "w")  # noqa: PTH123, SIM115
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # a terminal without Chinese gets question marks, no traceback
    code: int = 0
    try:
        parser = build_parser()
        args = parser.parse_args(argv)
        code = import_module(f".{args.command}", __package__).run(args)
        sys.stdout.flush()
        return code
    except UsageError as error:
        parser.error(str(error))
    except KeyboardInterrupt:
        return _fail("interrupted; every file that was written is whole", INTERRUPTED)
    except BrokenPipeError:  # nobody reads on
        return code or OTHER_ERROR
    except OSError as error:
        where = f" {error.filename!r}" if error.filename else ""
        return _fail(f"cannot write{where}: {error.strerror or error}", OTHER_ERROR)
    finally:
        _drop_what_cannot_be_written()


def _drop_what_cannot_be_written() -> None:
    """Send into nothing what stdout or stderr did not take, or Python complains at its end, with status 120."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _fail(message: str, code: int) -> int:
    with suppress(BrokenPipeError):  # an interrupt in a shell ends whoever read our output, too
        print(f"nnbasics: error: {message}", file=sys.stderr)
    return code
