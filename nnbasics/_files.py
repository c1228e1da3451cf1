"""Files that are whole: the old one or the new one, never half of either, and never in the place of something else."""

from __future__ import annotations

import os
import stat
from pathlib import Path

KINDS = {
    stat.S_IFDIR: "a directory",
    stat.S_IFIFO: "a FIFO",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}


def replace_file(path: Path, content: bytes) -> None:
    """Write `content` beside `path`, then move it into place: an interrupted write leaves the old file.

    A link goes on pointing where it does, a file keeps its mode, and what is no file (a device, a FIFO) is written to.
    """
    path = Path(os.path.realpath(path))
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        mode = None
    if mode is not None and not stat.S_ISREG(mode):
        path.write_bytes(content)
        return
    beside = _beside(path)
    try:
        with beside.open("xb") as file:
            if mode is not None:
                beside.chmod(stat.S_IMODE(mode))
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except BaseException as error:
        beside.unlink(missing_ok=True)
        if isinstance(error, OSError):  # a full disk does not say which file it was
            raise OSError(error.errno, error.strerror, str(path)) from error
        raise


def check_target(path: Path, argument: str, *, new_folders: bool = False) -> None:
    """Say before the work that a file cannot be written after it.

    Args:
        path: The file; a link to one, or to a name that is free, will do.
        argument: The option of the command line that names it.
        new_folders: Whether the folders on the way to it will be made.

    Raises:
        ValueError: `path` is something other than a regular file, or no file can be written there.
    """
    target = Path(os.path.realpath(path))
    if problem := _problem(target, new_folders):
        wanted = "expected a regular file, or a free name in a folder that is there and may be written to"
        raise ValueError(f"argument {argument}: {str(path)!r} {problem}; {wanted}")


def _problem(target: Path, new_folders: bool) -> str:
    try:
        if target.is_symlink():  # still, when all links are resolved
            return "is a link to itself"
        if target.exists():
            kind = stat.S_IFMT(target.stat().st_mode)
            if kind != stat.S_IFREG:
                return f"is {KINDS.get(kind, 'no file')}"
            if not os.access(target, os.W_OK):
                return "may not be written to"
        elif new_folders:
            target = next(folder for folder in target.parents if folder.exists()) / target.name
        trial = _beside(target)
        trial.touch(exist_ok=False)
        trial.unlink()
    except OSError as error:
        return f"cannot be written: {error.strerror}"
    return ""


def _beside(path: Path) -> Path:
    """A name in the same folder that nobody else has, and that is not too long where the file's own is not."""
    return path.with_name(f".nnbasics-{os.urandom(6).hex()}.tmp")
