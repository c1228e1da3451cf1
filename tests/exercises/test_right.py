"""Right solutions pass, whatever their style; the model solutions are one of the three."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest
from exercise_right import RIGHT

from nnbasics import EXERCISES, check

FILE = Path(__file__).parents[2] / "solutions" / "solutions.py"
spec = importlib.util.spec_from_file_location("solutions", FILE)
solutions = importlib.util.module_from_spec(spec)
spec.loader.exec_module(solutions)


@pytest.mark.parametrize("id", EXERCISES)
def test_three_right_solutions_pass(id):
    answers = [getattr(solutions, EXERCISES[id].function), *RIGHT[id]]
    assert len(answers) >= 3
    for answer in answers:
        for seed in (0, 1):
            report = check(id, answer, seed=seed)
            assert report.passed, f"{answer.__name__} with seed {seed}: {report}"
            assert (report.score, report.counterexample, report.hint) == (1.0, None, None)


def test_no_solution_is_left_over():
    assert set(RIGHT) == set(EXERCISES)
    assert {n for n, f in vars(solutions).items() if getattr(f, "__module__", "") == "solutions"} == {
        exercise.function for exercise in EXERCISES.values()
    }
