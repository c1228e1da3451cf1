"""Wrong solutions are refused, each with the hint that names its mistake, in both languages."""

from __future__ import annotations

import re

import pytest
from exercise_wrong import WRONG

from nnbasics import EXERCISES, check

PAIRS = [(id, number) for id, rows in WRONG.items() for number in range(len(rows))]


@pytest.mark.parametrize(("id", "number"), PAIRS)
def test_a_wrong_solution_gets_its_hint(id, number):
    wrong, piece = WRONG[id][number]
    report = check(id, wrong)
    assert not report.passed
    assert 0 <= report.score < 1
    assert piece in report.hint, str(report)
    if "by position" not in piece:
        assert report.counterexample.got != report.counterexample.expected


@pytest.mark.parametrize("id", EXERCISES)
def test_five_wrong_solutions_at_least(id):
    assert len(WRONG[id]) >= 5


@pytest.mark.parametrize("id", EXERCISES)
def test_another_seed_and_the_other_language_say_the_same(id):
    wrong, _ = WRONG[id][0]
    english, chinese = check(id, wrong, lang="en", seed=3), check(id, wrong, lang="zh", seed=3)
    assert english.hint == check(id, wrong, lang="en").hint
    assert re.search("[\u4e00-\u9fff]", chinese.hint)
    assert chinese.counterexample.input == english.counterexample.input
    assert chinese.counterexample.expected == english.counterexample.expected


@pytest.mark.parametrize("id", EXERCISES)
def test_every_known_mistake_is_refused_and_hinted_at(id):
    """Also that none of them is a mistake of ours: it must differ, and no other hint may explain it as well."""
    for mistake in EXERCISES[id].mistakes:
        for wrong in mistake.wrong:
            report = check(id, lambda *case, wrong=wrong: wrong(*case))
            assert not report.passed
            assert mistake.hint.en in report.hint, str(report)
