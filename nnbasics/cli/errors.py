"""What went wrong: by the person who typed, or by us."""

from __future__ import annotations

from argparse import ArgumentTypeError

INTERRUPTED = 130  # what a shell says of a command that Ctrl-C ended: 128 and the number of the signal
OTHER_ERROR = 1


class UsageError(Exception):
    """A mistake of the person who typed the command."""


class usage:  # noqa: N801  (it is used like a function)
    """Around checks of what was typed; an error anywhere else is a fault of ours, and shows itself as one."""

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, (ValueError, ArgumentTypeError)):
            raise UsageError(str(error)) from error
