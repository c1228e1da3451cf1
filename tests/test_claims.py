"""The ledger: whole, in both languages, the same for any seed; and every verdict turns when its world does."""

from __future__ import annotations

import importlib
import re
import string
from functools import cache
from pathlib import Path
from unicodedata import east_asian_width

import pytest
import torch

import nnbasics as nb
from nnbasics.article.claims import PARTS, VERDICTS, Claim, Judgement, all_claims, judge
from nnbasics.article.report import as_lines, as_markdown

CLAIMS = all_claims()
EXPECTED: dict[str, str] = {}
WORLDS: dict[str, dict[str, object]] = {}
for part in PARTS:  # tests/ledger_<part>.py: what each verdict is, and a world in which it is another
    module = importlib.import_module(f"ledger_{part}")
    EXPECTED.update(module.EXPECTED)
    WORLDS.update(module.WORLDS)
by_id = pytest.mark.parametrize("id", CLAIMS)


@cache
def judged(id: str) -> Judgement:
    """The claim in the true world; some take seconds, and several tests look at the same judgement."""
    return judge(CLAIMS[id])


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
    assert judged(id).verdict == EXPECTED[id]


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
    row = judged(id).to_dict("zh")
    assert row["verdict"] in VERDICTS
    assert row["evidence"]
    assert all(isinstance(number, (int, float)) for number in row["numbers"].values())


PAGES = {"en": "CLAIMS.md", "zh": "CLAIMS.zh.md"}
NUMBER = re.compile(r"[-−]?\d+(?:\.\d+)?(?:e[-+]?\d+)?")


@pytest.mark.parametrize("lang", PAGES)
def test_the_pages_are_what_the_command_writes(lang):
    """Word for word; a number that was measured may round otherwise on another machine."""
    written = (Path(__file__).parent.parent / PAGES[lang]).read_text(encoding="utf-8")
    now = as_markdown([judged(id) for id in CLAIMS], lang, seed=0)
    assert NUMBER.sub("#", now) == NUMBER.sub("#", written)
    pairs = zip(NUMBER.findall(now), NUMBER.findall(written), strict=True)
    far = [(a, b) for a, b in pairs if float(a) != pytest.approx(float(b), rel=0.05, abs=0.02)]
    assert far == []


@pytest.mark.parametrize("lang", PAGES)
def test_no_line_is_wider_than_the_terminal(lang):
    def columns(line: str) -> int:
        return sum(2 if east_asian_width(c) in "WF" else 1 for c in line)

    lines = as_lines([judged(id) for id in CLAIMS], lang, 80).splitlines()
    assert [line for line in lines if columns(line) > 80 and "https://" not in line] == []


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
