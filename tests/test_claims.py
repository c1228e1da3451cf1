"""The ledger: whole, in both languages, the same for any seed; and every verdict turns when its world does."""

from __future__ import annotations

import importlib
import re
import string

import pytest
import torch

import nnbasics as nb
from nnbasics.article.claims import PARTS, VERDICTS, Claim, all_claims, judge

CLAIMS = all_claims()
EXPECTED: dict[str, str] = {}
WORLDS: dict[str, dict[str, object]] = {}
for part in PARTS:  # tests/ledger_<part>.py: what each verdict is, and a world in which it is another
    module = importlib.import_module(f"ledger_{part}")
    EXPECTED.update(module.EXPECTED)
    WORLDS.update(module.WORLDS)
by_id = pytest.mark.parametrize("id", CLAIMS)


@pytest.fixture(autouse=True, scope="module")
def _one_thread():
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


def test_the_ledger_is_whole():
    assert len(CLAIMS) >= 45
    assert set(EXPECTED) == set(CLAIMS)
    assert {claim.section for claim in CLAIMS.values()} == set(range(1, 12))


@by_id
def test_the_verdict_comes_out_of_the_computation(id):
    assert judge(CLAIMS[id]).verdict == EXPECTED[id]


@by_id
def test_another_world_has_another_verdict(id):
    assert judge(CLAIMS[id], 0, **WORLDS[id]).verdict != EXPECTED[id]


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@by_id
def test_it_is_said_in_both_languages(id):
    claim: Claim = CLAIMS[id]
    for text in (claim.statement, claim.evidence):
        assert len(text.en) > 10
        assert re.search("[\u4e00-\u9fff]", text.zh)
    assert fields(claim.evidence.en) == fields(claim.evidence.zh) != set()
    for text in (claim.condition, claim.correction):
        assert bool(text.en) == bool(text.zh)
    note = {"holds": True, "holds if": claim.condition.en, "wrong": claim.correction.en}
    assert note[EXPECTED[id]], "a statement that does not simply hold needs its condition or its correction"
    assert claim.source or EXPECTED[id] == "holds", "a verdict that is not obvious needs a source"
    for text in (claim.statement, claim.evidence, claim.condition, claim.correction):
        assert not re.search("[\u4e00-\u9fff][,;:!?]|[,;:!?][\u4e00-\u9fff]", text.zh)


@by_id
def test_a_judgement_is_plain_data(id):
    row = judge(CLAIMS[id]).to_dict("zh")
    assert row["verdict"] in VERDICTS
    assert row["evidence"]
    assert all(isinstance(number, (int, float)) for number in row["numbers"].values())


@pytest.mark.parametrize(
    ("kwargs", "error", "message"),
    [
        ({"ids": ["sigmoid-slop"]}, ValueError, "Unknown claim 'sigmoid-slop'. Did you mean 'sigmoid-slope'?"),
        ({"ids": "sigmoid-slope"}, TypeError, "ids must be a sequence of ids such as ['sigmoid-slope'], got a str."),
        ({"section": 12}, ValueError, "Unknown section 12. Expected one of: 1, 2, 3"),
        ({"only": "true"}, ValueError, "Unknown verdict 'true'."),
        ({"seed": -1}, ValueError, "seed must be an integer >= 0, got -1."),
    ],
)
def test_bad_input_is_named(kwargs, error, message):
    with pytest.raises(error, match=re.escape(message)):
        nb.run_claims(**kwargs)
