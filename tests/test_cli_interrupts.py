"""Ctrl-C: status 130, whole files, and nothing said of what is half done."""

from __future__ import annotations

import importlib
import json
import os
import signal
import subprocess
import sys

import pytest
from test_cli import LONG, environment, run

from nnbasics.cli import experiments

CHEAP, SECOND = "logits-or-probabilities", "symmetry"

ENDLESS = """
import itertools, os, sys
from nnbasics import cli, ensemble
from nnbasics.article import figures

WAIT_FOR = os.environ["WAIT_FOR"]  # what is trained or drawn once this file is there never comes to its end
real_epochs, real_draw = ensemble.count_epochs, figures.draw_figure

def forever():
    for turn in itertools.count():
        if turn == 3:
            os.write(2, b"at work\\n")
        yield 0

def count_epochs(*args):
    return forever() if os.path.exists(WAIT_FOR) else real_epochs(*args)

def draw_figure(*args, **settings):
    if os.path.exists(WAIT_FOR):
        for _ in forever():
            pass
    return real_draw(*args, **settings)

ensemble.count_epochs, figures.draw_figure = count_epochs, draw_figure
sys.exit(cli.main(sys.argv[1:]))
"""

JOBS = """
import os, sys, time
from nnbasics import cli
from nnbasics.article import claims
from nnbasics.cli import experiments

real = experiments._timed

def timed(settings, name):  # in a worker: what stands in __main__ travels by value
    if name == "symmetry":
        while not os.path.exists(os.environ["WAIT_FOR"]):
            time.sleep(0.05)
        time.sleep(2)  # until the picture that is there is counted, too
        os.write(2, b"at work\\n")
        time.sleep(1000)
    return real(settings, name)

def measured(name, *, seed):
    os.write(2, b"at work\\n")
    time.sleep(1000)

experiments._timed, claims.measured = timed, measured
sys.exit(cli.main(sys.argv[1:]))
"""


def interrupted(
    wait_for, *args: str, reader: bool = True, code: str = ENDLESS, whole_group: bool = False, at_work: int = 1
) -> tuple[int, str, str]:
    """Run a command, send SIGINT once it is at work on what never ends; what it left behind.

    A worker that lived on would keep stderr open, and this would never return.

    Without a reader nobody reads on what it says: Ctrl-C in a shell ends both sides of `nnbasics ... 2>&1 | tee log`.
    """
    if sys.platform == "win32":
        pytest.skip("sends a POSIX signal")
    running = subprocess.Popen(
        [sys.executable, "-c", code, *args],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(WAIT_FOR=str(wait_for), OMP_NUM_THREADS="1"),
        # A shell's background job ignores SIGINT and hands that on; a person's command does not.
        start_new_session=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    try:
        for _ in range(at_work):
            assert running.stderr.readline() == "at work\n"
        if not reader:
            running.stdout.close()
            running.stderr.close()
        os.killpg(running.pid, signal.SIGINT) if whole_group else running.send_signal(signal.SIGINT)
        out = err = ""
        if reader:
            out, err = running.communicate(timeout=LONG)
        running.wait(LONG)
    finally:
        running.kill()
        running.wait()
        running.stdout.close()
        running.stderr.close()
    return running.returncode, out, err


@pytest.mark.parametrize("how", ["--json", "--markdown"])
def test_claims_judge_nothing_that_is_half_trained(tmp_path, how):
    page = tmp_path / "CLAIMS.md"
    page.write_text("old")
    args = [how] if how == "--json" else [how, str(page)]
    code, out, err = interrupted(tmp_path, "claims", *args)
    assert (code, out) == (130, "")
    assert err == "nnbasics: error: interrupted; every file that was written is whole\n"
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("CLAIMS.md", "old")]


def test_experiments_keep_what_is_whole_and_say_which(tmp_path):
    picture, numbers = tmp_path / f"{CHEAP}.png", tmp_path / "n.json"
    settings = ["--quick", "--seeds", "2", "--dpi", "40", "--out", str(tmp_path), "--json", str(numbers)]
    code, out, err = interrupted(picture, "experiments", CHEAP, SECOND, *settings)
    assert code == 130
    assert err == f"interrupted: kept 1 of 2 experiments: {CHEAP}\n"
    first, second = out.splitlines()
    assert first.startswith(f"{picture}  ")
    assert second == str(numbers)
    assert list(json.loads(numbers.read_text())) == [CHEAP]
    assert sorted(tmp_path.iterdir()) == sorted([picture, numbers])
    assert picture.read_bytes().endswith(b"IEND\xaeB`\x82")


def test_an_interrupt_that_ends_the_reader_too_is_no_other_status(tmp_path):
    picture, numbers = tmp_path / f"{CHEAP}.png", tmp_path / "n.json"
    settings = ["--quick", "--seeds", "2", "--dpi", "40", "--out", str(tmp_path), "--json", str(numbers)]
    assert interrupted(picture, "experiments", CHEAP, SECOND, *settings, reader=False)[0] == 130
    assert list(json.loads(numbers.read_text())) == [CHEAP]


def test_figures_leave_whole_files_and_one_line(tmp_path):
    first = tmp_path / "relu.png"
    code, out, err = interrupted(first, "figures", "relu", "tanh", "--out", str(tmp_path), "--dpi", "40")
    assert (code, out) == (130, f"{first}\n")
    assert err == "nnbasics: error: interrupted; every file that was written is whole\n"
    assert list(tmp_path.iterdir()) == [first]
    assert first.read_bytes().endswith(b"IEND\xaeB`\x82")


@pytest.mark.parametrize("whole_group", [True, False])  # Ctrl-C in a terminal; `kill -INT`
def test_claims_with_jobs_end_at_once_and_their_workers_too(tmp_path, whole_group):
    args = ["claims", "--jobs", "2", "--section", "5"]
    done = interrupted(tmp_path, *args, code=JOBS, whole_group=whole_group, at_work=2)
    assert done == (130, "", "nnbasics: error: interrupted; every file that was written is whole\n")


@pytest.mark.parametrize("whole_group", [True, False])
def test_experiments_with_jobs_keep_what_is_whole_and_say_which(tmp_path, whole_group):
    picture, numbers = tmp_path / f"{CHEAP}.png", tmp_path / "n.json"
    settings = ["--quick", "--seeds", "2", "--dpi", "40", "--out", str(tmp_path), "--json", str(numbers)]
    args = ["experiments", SECOND, CHEAP, "--jobs", "2", *settings]
    code, out, err = interrupted(picture, *args, code=JOBS, whole_group=whole_group)
    assert (code, err) == (130, f"interrupted: kept 1 of 2 experiments: {CHEAP}\n")
    assert [line.split("  ")[0] for line in out.splitlines()] == [str(picture), str(numbers)]
    assert list(json.loads(numbers.read_text())) == [CHEAP]
    assert sorted(tmp_path.iterdir()) == sorted([picture, numbers])


@pytest.mark.parametrize(
    ("lang", "environment_lang", "said"),
    [
        ("en", "zh", f"interrupted: kept 2 of 3 experiments: {CHEAP}, {SECOND}\n"),
        ("zh", "en", f"已中断：3 个实验中，已完成并保留 2 个：{CHEAP}、{SECOND}\n"),
        ("all", "en", f"interrupted: kept 2 of 3 experiments: {CHEAP}, {SECOND}\n"),
        ("all", "zh", f"已中断：3 个实验中，已完成并保留 2 个：{CHEAP}、{SECOND}\n"),
    ],
)
def test_it_is_said_in_the_readers_language(capsys, monkeypatch, tmp_path, lang, environment_lang, said):
    real = experiments.run_experiment

    def third_is_interrupted(name, **settings):
        if name == "dead-relu":
            raise KeyboardInterrupt
        return real(CHEAP, **settings)

    draw = experiments.draw_experiment
    monkeypatch.setattr(experiments, "run_experiment", third_is_interrupted)
    monkeypatch.setattr(experiments, "draw_experiment", lambda name, result, **look: draw(CHEAP, result, **look))
    monkeypatch.setenv("NNBASICS_LANG", environment_lang)
    settings = ["--quick", "--seeds", "2", "--dpi", "30", "--out", str(tmp_path), "--lang", lang]
    code, _, err = run(capsys, "experiments", CHEAP, SECOND, "dead-relu", *settings)
    assert (code, err) == (130, said)


def test_an_interrupt_before_the_first_is_done_leaves_the_numbers_of_another_day(capsys, monkeypatch, tmp_path):
    numbers = tmp_path / "n.json"
    numbers.write_text("old")
    _raise_in(monkeypatch, experiments, "run_experiment")
    args = ["experiments", CHEAP, "--json", str(numbers), "--out", str(tmp_path / "pictures")]
    assert run(capsys, *args) == (130, "", "interrupted: kept 0 of 1 experiments\n")
    assert numbers.read_text() == "old"


def test_a_picture_that_is_not_drawn_is_not_kept(capsys, monkeypatch, tmp_path):
    _raise_in(monkeypatch, experiments, "draw_experiment")
    args = ["experiments", CHEAP, "--quick", "--seeds", "2", "--json", str(tmp_path / "n.json"), "--out", str(tmp_path)]
    assert run(capsys, *args) == (130, "", "interrupted: kept 0 of 1 experiments\n")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("command", ["figures", "experiments", "claims", "notebooks", "exercises", "info"])
def test_every_command_ends_with_130(capsys, monkeypatch, command):
    _raise_in(monkeypatch, importlib.import_module(f"nnbasics.cli.{command}"), "run")
    assert run(capsys, command) == (130, "", "nnbasics: error: interrupted; every file that was written is whole\n")


def _raise_in(monkeypatch, module, name: str) -> None:
    def interrupt(*args, **settings):
        raise KeyboardInterrupt

    monkeypatch.setattr(module, name, interrupt)
