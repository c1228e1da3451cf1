"""The command line, as a person types it: what it prints, where it writes, how it refuses."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

import nnbasics
from nnbasics import cli
from nnbasics.article.figures import FIGURES
from nnbasics.cli.options import THEME_NAMES

IDS = list(FIGURES)
LONG = 1200  # seconds after which something hangs, also on a machine that is busy with something else


def run(capsys, *args: str) -> tuple[int, str, str]:
    try:
        code = cli.main(list(args))
    except SystemExit as stop:
        code = stop.code
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def process(*args: str, **kwargs) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "nnbasics", *args]
    return subprocess.run(command, capture_output=True, text=True, **{"env": environment(), **kwargs})


def environment(**changes: str) -> dict[str, str]:
    return {**os.environ, "NNBASICS_LANG": "en", "PYTHONUTF8": "1", **changes}


def test_every_figure_is_written_in_both_languages_and_named(capsys, tmp_path):
    code, out, err = run(capsys, "figures", "--lang", "all", "--out", str(tmp_path / "new" / "folder"), "--dpi", "40")
    wanted = [tmp_path / "new" / "folder" / lang / f"{id}.png" for lang in ("en", "zh") for id in IDS]
    assert (code, err) == (0, "")
    assert out.splitlines() == [str(path) for path in wanted]
    assert all(path.read_bytes().startswith(b"\x89PNG") for path in wanted)


@pytest.mark.parametrize(("kind", "magic"), [("png", b"\x89PNG"), ("svg", b"<?xml"), ("pdf", b"%PDF")])
def test_formats(capsys, tmp_path, kind, magic):
    code, out, _ = run(capsys, "figures", "relu", "--format", kind, "--out", str(tmp_path))
    assert code == 0
    assert out == f"{tmp_path / 'relu'}.{kind}\n"
    assert (tmp_path / f"relu.{kind}").read_bytes().startswith(magic)


def test_one_language_goes_straight_into_the_folder_and_ids_count_once(capsys, tmp_path):
    code, out, _ = run(capsys, "figures", "mae", "relu", "mae", "--lang", "zh", "--out", str(tmp_path), "--dpi", "30")
    assert code == 0
    assert [Path(line).name for line in out.splitlines()] == ["mae.png", "relu.png"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["mae.png", "relu.png"]


def test_dpi_is_the_size_in_pixels(capsys, tmp_path):
    run(capsys, "figures", "relu", "--dpi", "100", "--out", str(tmp_path))
    with Image.open(tmp_path / "relu.png") as image:
        assert image.size == (700, 390)


def test_the_default_folder_is_figures(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    code, out, _ = run(capsys, "figures", "relu", "--dpi", "30")
    assert (code, out) == (0, f"{Path('figures') / 'relu.png'}\n")


def png(capsys, folder: Path, *args: str) -> Image.Image:
    assert run(capsys, "figures", "relu", "--dpi", "100", "--out", str(folder), *args)[0] == 0
    with Image.open(folder / "relu.png") as image:
        return image.copy()


def test_the_options_of_a_theme(capsys, tmp_path):
    plain, large = png(capsys, tmp_path), png(capsys, tmp_path, "--scale", "1.5")
    assert large.size == (1050, plain.height * 1.5)
    assert png(capsys, tmp_path, "--theme", "slide").width == 1333  # as wide as a slide
    assert png(capsys, tmp_path, "--no-title").height < plain.height - 15
    dark = nnbasics.THEMES["dark"].paper
    corner = png(capsys, tmp_path, "--theme", "dark").convert("RGB").getpixel((1, 1))
    assert "#{:02x}{:02x}{:02x}".format(*corner) == dark
    assert png(capsys, tmp_path, "--transparent").convert("RGBA").getpixel((1, 1))[3] == 0
    assert (plain.mode, png(capsys, tmp_path, "--palette").mode) == ("RGBA", "P")


def test_the_help_names_every_theme():
    assert list(THEME_NAMES) == list(nnbasics.THEMES)


def test_svg_text(capsys, tmp_path):
    for args, kept in (([], False), (["--svg-text"], True)):
        run(capsys, "figures", "relu", "--format", "svg", "--out", str(tmp_path), *args)
        assert ("<text" in (tmp_path / "relu.svg").read_text(encoding="utf-8")) == kept


def test_animate_in_both_languages(capsys, tmp_path):
    args = ["--lang", "all", "--out", str(tmp_path), "--dpi", "40", "--theme", "dark", "--scale", "0.5", "--no-title"]
    code, out, err = run(capsys, "animate", "gradient-descent", *args)
    wanted = [tmp_path / lang / "gradient-descent.gif" for lang in ("en", "zh")]
    assert (code, err, out.splitlines()) == (0, "", [str(path) for path in wanted])
    for path in wanted:
        with Image.open(path) as film:
            assert (film.n_frames, film.width) == (9, 140)
            assert film.convert("RGB").getpixel((1, 1)) == (0x15, 0x19, 0x1F)
    assert wanted[0].read_bytes() != wanted[1].read_bytes()


def test_list_of_what_moves(capsys):
    code, out, _ = run(capsys, "animate", "--list")
    assert code == 0
    assert [line.split()[1] for line in out.splitlines()] == list(nnbasics.ANIMATIONS)
    rows = json.loads(run(capsys, "animate", "momentum", "--list", "--json")[1])
    assert [(row["id"], row["section"]) for row in rows] == [("momentum", 10)]


def test_list(capsys):
    code, out, _ = run(capsys, "figures", "--list")
    assert code == 0
    assert [line.split()[1] for line in out.splitlines()] == IDS
    _, out, _ = run(capsys, "figures", "--list", "--lang", "zh")
    assert "广播机制" in out


def test_list_as_json(capsys):
    code, out, _ = run(capsys, "figures", "--list", "--json")
    rows = json.loads(out)
    assert code == 0
    assert [row["id"] for row in rows] == IDS
    assert rows[6] == {"id": "broadcasting", "section": 7, "caption": {"en": "Broadcasting", "zh": "广播机制"}}


def test_info(capsys):
    code, out, _ = run(capsys, "info", "--json")
    facts = json.loads(out)
    assert code == 0
    assert facts["nnbasics"] == nnbasics.__version__
    assert facts["fonts"][0] == "NNBasics Sans"
    assert set(facts) == {"nnbasics", "python", "torch", "matplotlib", "device", "device_name", "language", "fonts"}
    code, out, _ = run(capsys, "info")
    assert [line.split()[0] for line in out.splitlines()] == list(facts)


def test_claims_of_a_section_as_json(capsys):
    code, out, _ = run(capsys, "claims", "--section", "7", "--json", "--lang", "zh")
    rows = json.loads(out)
    assert code == 0
    assert rows
    assert {row["section"] for row in rows} == {7}
    assert {"id", "section", "statement", "verdict", "evidence", "source"} <= set(rows[0])


def test_claims_by_verdict_for_a_person(capsys):
    code, out, _ = run(capsys, "claims", "--section", "7", "--only", "holds")
    assert code == 0
    assert "7. Broadcasting" in out
    assert "holds · " in out
    assert "wrong · " not in out


def test_claims_as_a_page(capsys, tmp_path):
    page = tmp_path / "CLAIMS.md"
    code, out, _ = run(capsys, "claims", "--section", "7", "--markdown", str(page))
    assert (code, out) == (0, f"{page}\n")
    assert page.read_text(encoding="utf-8").startswith("# The ledger")


def test_version(capsys):
    assert run(capsys, "--version") == (0, f"nnbasics {nnbasics.__version__}\n", "")


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_help_speaks_both_languages(capsys, monkeypatch, lang):
    monkeypatch.setenv("NNBASICS_LANG", lang)
    code, out, _ = run(capsys, "figures", "--help")
    assert code == 0
    assert ("输出目录" in out) == (lang == "zh")
    assert "--device" in out


USAGE = [
    (["figures", "sigmod"], "Unknown figure 'sigmod'. Did you mean 'sigmoid'? Expected one of: biological-neuron,"),
    (["figures", "--list", "relo"], "Unknown figure 'relo'. Did you mean 'relu'?"),
    (["figures", "--lang", "fr"], "argument --lang: invalid choice: 'fr'"),
    (["figures", "--format", "gif"], "argument --format: invalid choice: 'gif'"),
    (["figures", "--device", "tpu"], "argument --device: invalid choice: 'tpu'"),
    (["figures", "--dpi", "0"], "argument --dpi: '0' is not an integer from 20 to 1200"),
    (["figures", "--dpi", "-3"], "argument --dpi: '-3' is not an integer from 20 to 1200"),
    (["figures", "--dpi", "99999"], "argument --dpi: '99999' is not an integer from 20 to 1200"),
    (["figures", "--dpi", "1e2"], "argument --dpi: '1e2' is not an integer from 20 to 1200"),
    (["figures", "--json"], "argument --json: goes with --list only"),
    (["figures", "--theme", "drak"], "argument --theme: invalid choice: 'drak'"),
    (["figures", "--scale", "0"], "argument --scale: '0' is not a number from 0.1 to 10"),
    (["figures", "--scale", "nan"], "argument --scale: 'nan' is not a number from 0.1 to 10"),
    (["figures", "--scale", "big"], "argument --scale: 'big' is not a number from 0.1 to 10"),
    (["figures", "--dpi", "1200", "--scale", "3"], "argument --dpi: 1200 times the scale 3 is more than 2400"),
    (["figures", "--svg-text"], "argument --svg-text: goes with --format svg only"),
    (["figures", "--palette", "--format", "pdf"], "argument --palette: goes with --format png only"),
    (["animate", "momentun"], "Unknown animation 'momentun'. Did you mean 'momentum'? Expected one of: decision-"),
    (["animate", "--format", "png"], "argument --format: invalid choice: 'png'"),
    (["animate", "--dpi", "301"], "argument --dpi: '301' is not an integer from 20 to 300"),
    (["animate", "--dpi", "200", "--theme", "slide"], "argument --dpi: 200 times the scale 1.905 is more than 300"),
    (["animate", "--json"], "argument --json: goes with --list only"),
    (["animate", "--out", __file__], f"argument --out: {__file__!r} is not a directory"),
    (["figures", "--out", __file__], f"argument --out: {__file__!r} is not a directory"),
    (["figures", "--out", f"{__file__}/deeper"], f"argument --out: {__file__!r} is not a directory"),
    (["figures", "--out", ""], "argument --out: '' is not a directory"),
    (["figures", "--nope"], "unrecognized arguments: --nope"),
    (["claims", "--section", "12"], "Unknown section 12. Expected one of: 1, 2, 3,"),
    (["claims", "--section", "x"], "argument --section: invalid int value: 'x'"),
    (["claims", "--only", "wrog"], "Unknown verdict 'wrog'. Did you mean 'wrong'?"),
    (["claims", "--seed", "-1"], "seed must be an integer >= 0, got -1."),
    (["claims", "--json", "--markdown", "x.md"], "argument --markdown: not allowed with argument --json"),
    (["figurs"], "invalid choice: 'figurs'"),
    ([], "the following arguments are required: COMMAND"),
]


@pytest.mark.parametrize(("args", "message"), USAGE)
def test_wrong_usage_is_one_line_and_two(capsys, args, message):
    code, out, err = run(capsys, *args)
    assert (code, out) == (2, "")
    assert len(err.splitlines()) == 1
    assert message in err


def test_a_device_that_is_not_there(capsys, monkeypatch, tmp_path):
    import torch

    monkeypatch.setattr(torch.cuda, "device_count", lambda: 0)
    code, out, err = run(capsys, "figures", "--device", "cuda", "--out", str(tmp_path / "x"))
    assert (code, out) == (2, "")
    assert err == "nnbasics: error: device must be one that torch sees here (0 of cuda), got 'cuda'.\n"
    assert not (tmp_path / "x").exists()


def test_a_wrong_language_in_the_environment(capsys, monkeypatch):
    monkeypatch.setenv("NNBASICS_LANG", "cn")
    code, _, err = run(capsys, "figures", "--list")
    assert code == 2
    assert err == "nnbasics: error: Unknown language 'cn' in NNBASICS_LANG. Expected one of: en, zh.\n"
    assert run(capsys, "--help")[0] == 0


def test_a_folder_that_may_not_be_written(capsys, monkeypatch, tmp_path):
    def refuse(*args, **kwargs):
        raise PermissionError(13, "Permission denied", str(tmp_path / "no"))

    monkeypatch.setattr(Path, "mkdir", refuse)
    code, out, err = run(capsys, "figures", "relu", "--out", str(tmp_path / "no"))
    assert (code, out) == (1, "")
    assert err == f"nnbasics: error: cannot write {str(tmp_path / 'no')!r}: Permission denied\n"


@pytest.mark.skipif(sys.platform == "win32", reason="file-size limits are POSIX")
def test_a_full_disk_leaves_the_old_files_and_one_line(tmp_path):
    """A limit on the size of files is what a full disk is to the program: the write itself fails."""
    old = tmp_path / "relu.png"
    old.write_bytes(b"old")

    def limit() -> None:
        import resource

        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))

    done = process("figures", "relu", "tanh", "--out", str(tmp_path), preexec_fn=limit)
    assert (done.returncode, done.stdout) == (1, "")
    assert len(done.stderr.splitlines()) == 1
    assert f"cannot write {str(old)!r}" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["relu.png"]
    assert old.read_bytes() == b"old"


@pytest.mark.skipif(sys.platform == "win32", reason="file-size limits are POSIX")
@pytest.mark.parametrize("args", [["--version"], ["--help"], ["figures", "--list"]])
def test_a_full_disk_behind_stdout_is_no_success(args, tmp_path):
    def limit() -> None:
        import resource

        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))

    command = [sys.executable, "-m", "nnbasics", *args]
    settings = {"stderr": subprocess.PIPE, "text": True, "env": environment(), "preexec_fn": limit}
    with (tmp_path / "full").open("w") as full:
        done = subprocess.run(command, stdout=full, **settings)
    assert done.returncode == 1
    assert "cannot write" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="needs a POSIX shell")
def test_a_closed_stdout_is_no_traceback(tmp_path):
    command = f"{sys.executable} -m nnbasics figures relu --dpi 30 --out {tmp_path} >&-"
    done = subprocess.run(command, shell=True, stderr=subprocess.PIPE, text=True, env=environment())
    assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / "relu.png").exists()


def test_an_error_of_ours_is_not_called_wrong_usage(monkeypatch, tmp_path):
    from nnbasics.article import figures

    def broken(*args, **kwargs):
        raise ValueError("a fault in the drawing")

    monkeypatch.setattr(figures, "draw_figure", broken)
    with pytest.raises(ValueError, match="a fault in the drawing"):
        cli.main(["figures", "relu", "--out", str(tmp_path)])


def test_info_says_what_is_wrong_with_the_language(capsys, monkeypatch):
    monkeypatch.setenv("NNBASICS_LANG", "fr")
    code, out, _ = run(capsys, "info", "--json")
    assert code == 0
    assert json.loads(out)["language"].startswith("Unknown language 'fr' in NNBASICS_LANG")


def test_a_reader_who_stops_reading_sees_no_traceback():
    command = f"{sys.executable} -m nnbasics figures --list --json | head -c 1"
    done = subprocess.run(command, shell=True, capture_output=True, text=True, env=environment())
    assert done.stderr == ""


def test_a_terminal_without_chinese_sees_no_traceback():
    env = environment(PYTHONUTF8="0", PYTHONIOENCODING="ascii")
    done = process("figures", "--list", "--lang", "zh", env=env)
    assert (done.returncode, done.stderr) == (0, "")
    assert "sigmoid" in done.stdout


@pytest.mark.skipif(sys.platform == "win32", reason="pseudo-terminals are POSIX")
def test_a_terminal_sees_a_progress_bar_on_stderr(tmp_path):
    import fcntl
    import pty
    import select
    import struct
    import termios

    master, slave = pty.openpty()
    size = struct.pack("HHHH", 24, 80, 0, 0)  # a new one has no columns to draw a bar in
    fcntl.ioctl(slave, termios.TIOCSWINSZ, size)
    command = [sys.executable, "-m", "nnbasics", "figures", "relu", "mae", "--out", str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=slave, text=True, env=environment()) as running:
        out, _ = running.communicate(timeout=LONG)
    assert select.select([master], [], [], LONG)[0], "nothing was written to the terminal"
    bar = os.read(master, 65536).decode()
    os.close(slave)
    os.close(master)
    assert "2/2" in bar or "1/2" in bar
    assert out.splitlines() == [str(tmp_path / "relu.png"), str(tmp_path / "mae.png")]
