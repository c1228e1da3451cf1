"""Files that are whole, and never in the place of something else: a device, a FIFO, a socket, a link."""

from __future__ import annotations

import json
import os
import socket
import stat
import sys

import pytest
from test_cli import run

from nnbasics._files import check_target, replace_file
from nnbasics.article import claims
from nnbasics.cli import experiments

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="devices, FIFOs and modes are POSIX")
CHEAP = "logits-or-probabilities"
WANTED = "expected a regular file, or a free name in a folder that is there and may be written to"


def no_file(folder, kind: str):
    """A name in the folder that is none of a file, and what it is called."""
    path = folder / "special"
    if kind == "a directory":
        path.mkdir()
    elif kind == "a FIFO":
        os.mkfifo(path)
    elif kind == "a socket":
        with socket.socket(socket.AF_UNIX) as end:
            here = os.open(".", os.O_RDONLY)
            os.chdir(folder)  # the path of a socket may have a hundred characters only
            try:
                end.bind(path.name)
            finally:
                os.fchdir(here)
                os.close(here)
    else:
        try:
            os.mknod(path, stat.S_IFCHR | 0o666, os.makedev(1, 3))
        except PermissionError:
            pytest.skip("only root may make a device")
    return path


def is_still(path, kind: str) -> bool:
    checks = {"a directory": stat.S_ISDIR, "a FIFO": stat.S_ISFIFO, "a socket": stat.S_ISSOCK, "a device": stat.S_ISCHR}
    return checks[kind](path.lstat().st_mode)


KINDS = ["a directory", "a FIFO", "a socket", "a device"]


@pytest.fixture
def _no_work(monkeypatch):
    """Whatever is refused is refused before anything is measured or drawn."""

    def work(*args, **settings):
        raise AssertionError("it went to work")

    monkeypatch.setattr(claims, "run_claims", work)
    monkeypatch.setattr(experiments, "run_experiment", work)
    monkeypatch.setattr("nnbasics.article.figures.draw_figure", work)


def commands(path) -> list[tuple[str, list[str]]]:
    """Every option that names a file: what it is called, and a command that would write `path`."""
    return [
        ("--json", ["experiments", CHEAP, "--json", str(path)]),
        ("--markdown", ["claims", "--markdown", str(path)]),
    ]


@pytest.mark.usefixtures("_no_work")
@pytest.mark.parametrize("linked", [False, True])
@pytest.mark.parametrize("kind", KINDS)
def test_what_is_no_file_is_refused_before_the_work(capsys, tmp_path, kind, linked):
    path = named = no_file(tmp_path, kind)
    if linked:
        named = tmp_path / "link"
        named.symlink_to(path.name)
    for argument, command in commands(named):
        message = f"nnbasics: error: argument {argument}: {str(named)!r} is {kind}; {WANTED}\n"
        assert run(capsys, *command) == (2, "", message)
    assert is_still(path, kind)
    assert named.is_symlink() == linked
    assert len(list(tmp_path.iterdir())) == 1 + linked


@pytest.mark.usefixtures("_no_work")
@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("missing/file", "cannot be written: No such file or directory"),
        ("file/file", "cannot be written: Not a directory"),
        ("x" * 256, "cannot be written: File name too long"),
        ("loop", "is a link to itself"),
        ("dangling/file", "cannot be written: No such file or directory"),
    ],
)
def test_where_no_file_can_be_is_refused_before_the_work(capsys, tmp_path, name, problem):
    (tmp_path / "file").write_text("old")
    (tmp_path / "loop").symlink_to("loop")
    (tmp_path / "dangling").symlink_to("missing")
    before = sorted(tmp_path.iterdir())
    path = tmp_path / name
    for argument, command in commands(path):
        message = f"nnbasics: error: argument {argument}: {str(path)!r} {problem}; {WANTED}\n"
        assert run(capsys, *command) == (2, "", message)
    assert sorted(tmp_path.iterdir()) == before


@pytest.mark.usefixtures("_no_work")
@pytest.mark.parametrize("name", ["", "."])
def test_no_name_is_a_directory(capsys, name):
    for argument, command in commands(name):
        message = f"nnbasics: error: argument {argument}: '.' is a directory; {WANTED}\n"
        assert run(capsys, *command) == (2, "", message)


@pytest.mark.usefixtures("_no_work")
@pytest.mark.parametrize("what", ["file", "folder"])
def test_what_may_not_be_written_is_refused_before_the_work(capsys, tmp_path, monkeypatch, what):
    folder = tmp_path / "folder"
    folder.mkdir()
    path = folder / "file"
    path.write_text("old")
    (path if what == "file" else folder).chmod(0o555)
    if os.access(path if what == "file" else folder, os.W_OK):  # root may write to anything

        def refused(*args, **settings):
            raise PermissionError(13, "Permission denied")

        if what == "file":
            monkeypatch.setattr(os, "access", lambda *args: False)
        else:
            monkeypatch.setattr("pathlib.Path.touch", refused)
    problem = "may not be written to" if what == "file" else "cannot be written: Permission denied"
    for argument, command in commands(path):
        message = f"nnbasics: error: argument {argument}: {str(path)!r} {problem}; {WANTED}\n"
        assert run(capsys, *command) == (2, "", message)
    folder.chmod(0o755)
    assert path.read_text() == "old"
    assert list(folder.iterdir()) == [path]


@pytest.mark.usefixtures("_no_work")
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("command", ["figures", "experiments"])
def test_a_picture_replaces_files_only(capsys, tmp_path, command, kind):
    """What is in the place of the last one stops all of them."""
    names = ["relu", "tanh"] if command == "figures" else ["dead-relu", CHEAP]
    path = no_file(tmp_path, kind).rename(tmp_path / f"{names[-1]}.png")
    message = f"nnbasics: error: argument --out: {str(path)!r} is {kind}; {WANTED}\n"
    assert run(capsys, command, *names, "--out", str(tmp_path)) == (2, "", message)
    assert is_still(path, kind)
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.usefixtures("_no_work")
@pytest.mark.parametrize("command", ["figures", "experiments"])
def test_a_folder_of_pictures_that_is_a_file(capsys, tmp_path, command):
    (tmp_path / "zh").write_text("old")
    code, out, err = run(capsys, command, "--out", str(tmp_path), "--lang", "all")
    assert (code, out) == (2, "")
    assert len(err.splitlines()) == 1
    assert "argument --out: " in err
    assert "cannot be written: Not a directory" in err
    assert [path.name for path in tmp_path.iterdir()] == ["zh"]


@pytest.mark.parametrize("name", ["figures", "figures/gallery", "nnbasics-notebooks"])
def test_a_default_folder_that_is_a_file(capsys, tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    path = tmp_path / name
    path.parent.mkdir(exist_ok=True)
    path.write_text("old")
    command = {"figures": "figures", "figures/gallery": "experiments", "nnbasics-notebooks": "notebooks"}[name]
    assert run(capsys, command) == (2, "", f"nnbasics: error: {name!r} is not a directory\n")


@pytest.mark.parametrize("kind", KINDS)
def test_a_notebook_replaces_files_only(capsys, tmp_path, kind):
    path = no_file(tmp_path, kind).rename(tmp_path / "10_optimizers_and_schedules.ipynb")
    message = f"nnbasics: error: argument --out: {str(path)!r} is {kind}; {WANTED}\n"
    assert run(capsys, "notebooks", "--force", "--out", str(tmp_path)) == (2, "", message)
    assert is_still(path, kind)
    assert list(tmp_path.iterdir()) == [path]


# What is written


@pytest.fixture
def _quick(monkeypatch):
    """The numbers of another experiment, quickly: what is tested is where they go."""
    monkeypatch.setattr(claims, "run_claims", lambda **settings: [])
    settings = {"quick": True, "seeds": range(2)}
    real, draw = experiments.run_experiment, experiments.draw_experiment
    monkeypatch.setattr(experiments, "run_experiment", lambda name, **_: real(CHEAP, **settings))
    monkeypatch.setattr(experiments, "draw_experiment", lambda name, result, **look: draw(CHEAP, result, **look))


@pytest.mark.usefixtures("_quick")
@pytest.mark.parametrize("old", ["old", None])
def test_a_link_goes_on_pointing_and_its_target_is_written(capsys, tmp_path, old):
    (tmp_path / "real").mkdir()
    targets = [tmp_path / "real" / name for name in ("n.json", "page.md", f"{CHEAP}.png")]
    links = [tmp_path / path.name for path in targets]
    for target, link in zip(targets, links, strict=True):
        link.symlink_to(f"real/{target.name}")
        if old:
            target.write_text(old)
    numbers, page, picture = links
    args = ["experiments", CHEAP, "--out", str(tmp_path), "--dpi", "30", "--json", str(numbers)]
    code, out, err = run(capsys, *args)
    assert (code, err) == (0, "")
    assert [line.split("  ")[0] for line in out.splitlines()] == [str(picture), str(numbers)]
    assert run(capsys, "claims", "--markdown", str(page)) == (0, f"{page}\n", "")
    assert all(link.is_symlink() for link in links)
    assert not any(target.is_symlink() for target in targets)
    assert list(json.loads(targets[0].read_text())) == [CHEAP]
    assert targets[1].read_text(encoding="utf-8").startswith("# The ledger")
    assert targets[2].read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize("mode", [0o600, 0o644, 0o755, 0o664])
def test_a_file_keeps_its_mode(tmp_path, mode):
    path = tmp_path / "file"
    path.write_text("old")
    path.chmod(mode)
    replace_file(path, b"new")
    assert path.read_bytes() == b"new"
    assert stat.S_IMODE(path.stat().st_mode) == mode


@pytest.mark.parametrize("umask", [0o022, 0o077, 0o002])
def test_a_new_file_has_the_mode_that_any_new_file_has(tmp_path, umask):
    before = os.umask(umask)
    try:
        replace_file(tmp_path / "ours", b"new")
        (tmp_path / "plain").write_bytes(b"new")
    finally:
        os.umask(before)
    assert (tmp_path / "ours").stat().st_mode == (tmp_path / "plain").stat().st_mode


def test_a_file_of_the_longest_name(tmp_path):
    path = tmp_path / ("x" * 255)
    check_target(path, "--json")
    replace_file(path, b"new")
    assert path.read_bytes() == b"new"


def test_python_may_write_into_a_fifo(tmp_path):
    path = no_file(tmp_path, "a FIFO")
    end = os.open(path, os.O_RDONLY | os.O_NONBLOCK)  # a reader: the write does not wait for one
    try:
        replace_file(path, b"new")
        assert os.read(end, 10) == b"new"
    finally:
        os.close(end)
    assert is_still(path, "a FIFO")
    assert list(tmp_path.iterdir()) == [path]


def test_a_link_to_itself_is_not_replaced(tmp_path):
    path = tmp_path / "loop"
    path.symlink_to("loop")
    with pytest.raises(OSError, match="symbolic links"):
        replace_file(path, b"new")
    assert path.is_symlink()


@pytest.mark.parametrize("path", ["new", "new/er/file"])
def test_folders_that_will_be_made_need_not_be_there(tmp_path, path):
    check_target(tmp_path / path, "--out", new_folders=True)
    assert list(tmp_path.iterdir()) == []
