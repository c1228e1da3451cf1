"""The examples for teachers: a check as a line of a pytest file, an otter-grader test, an nbgrader cell."""

from __future__ import annotations

import doctest
import json
import runpy
import subprocess
import sys
from pathlib import Path

import pytest
import torch

GRADING = Path(__file__).parents[2] / "examples" / "grading"


def naive(x, dim):
    return torch.exp(x) / torch.exp(x).sum(dim, keepdim=True)


def right(x, dim):
    return torch.softmax(x, dim)


def test_pytest(tmp_path):
    for name in ("homework.py", "test_homework.py"):
        text = (GRADING / name).read_text(encoding="utf-8")
        (tmp_path / name).write_text(text.replace(" - x.amax(dim, keepdim=True)", ""), encoding="utf-8")
    run = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(tmp_path / "test_homework.py")]
    done = subprocess.run(run, cwd=tmp_path, capture_output=True, text=True)
    assert "1 failed, 1 passed" in done.stdout, done.stdout
    assert "exp overflows" in done.stdout


def otter_output(softmax) -> str:
    test = runpy.run_path(str(GRADING / "otter_softmax.py"))
    assert test["OK_FORMAT"] is True
    (suite,) = test["test"]["suites"]  # otter allows one
    assert suite["type"] == "doctest"
    said: list[str] = []
    for case in suite["cases"]:
        found = doctest.DocTestParser().get_doctest(case["code"], {"softmax": softmax}, "softmax", None, 0)
        doctest.DocTestRunner(verbose=False).run(found, out=said.append)
    return "".join(said)


def test_otter():
    assert otter_output(right) == ""
    assert "hint:      exp overflows" in otter_output(naive)


def test_otter_itself(tmp_path):
    files = pytest.importorskip("otter.test_files", reason="otter-grader is not installed")
    file = files.OKTestFile.from_file(str(GRADING / "otter_softmax.py"))
    file.run({"softmax": right})
    assert all(result.passed for result in file.test_case_results)


def test_nbgrader(capsys):
    cells = json.loads((GRADING / "nbgrader_softmax.ipynb").read_text(encoding="utf-8"))["cells"]
    answer, tests = ("".join(cell["source"]) for cell in cells)
    kinds = [(cell["metadata"]["nbgrader"]["solution"], cell["metadata"]["nbgrader"]["grade"]) for cell in cells]
    assert kinds == [(True, False), (False, True)]
    shown: dict[str, object] = {}
    exec(answer, shown)
    exec(tests, shown)
    assert capsys.readouterr().out.startswith("def softmax(x, dim):")
    with pytest.raises(AssertionError, match="exp overflows"):
        exec(tests, {"softmax": naive})
    released = tests[: tests.index("### BEGIN HIDDEN TESTS")]  # what nbgrader leaves for the student
    exec(released, {})
    assert "check(" not in released
