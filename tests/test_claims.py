"""The ledger: whole, in both languages; every statement that one computation decides is decided here and now."""

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
from nnbasics.article.claims import PARTS, all_claims, verdict_key
from nnbasics.article.report import as_lines, record, recorded
from nnbasics.experiments.verdicts import KINDS, VERDICTS, Judgement, judge, verdict
from nnbasics.experiments.worlds import OUTCOMES, World
from nnbasics.text import NOTHING

ENTRIES = all_claims()
COMPUTED = [id for id, entry in ENTRIES.items() if entry.experiment is None]
MEASURED = [id for id, entry in ENTRIES.items() if entry.experiment is not None]
EXPECTED: dict[str, str] = {}
WORLDS: dict[str, dict[str, object]] = {}
for part in PARTS:  # tests/support/ledger_<part>.py: what each verdict is, and a world in which it is another
    module = importlib.import_module(f"ledger_{part}")
    EXPECTED.update(module.EXPECTED)
    WORLDS.update(module.WORLDS)
by_id = pytest.mark.parametrize("id", ENTRIES)
computed = pytest.mark.parametrize("id", COMPUTED)


@cache
def judged(id: str, seed: int = 0) -> Judgement:
    """The claim in the true world; several tests look at the same judgement."""
    return judge(ENTRIES[id].claim, seed)


@pytest.fixture(autouse=True, scope="module")
def _one_thread():
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


def test_the_ledger_is_whole():
    assert set(EXPECTED) == set(COMPUTED)
    assert {id for id in COMPUTED if ENTRIES[id].claim.judge is not None} == set(WORLDS)
    assert {entry.claim.section for entry in ENTRIES.values()} == set(range(1, 12))
    assert list(record()["claims"]) == list(ENTRIES), "make findings writes the record anew"


@computed
def test_the_verdict_comes_out_of_the_computation(id):
    assert judged(id).verdict == EXPECTED[id]


@pytest.mark.parametrize("seed", [1, 101, 202])
def test_another_seed_gives_the_same_verdicts(seed):
    assert {id: judged(id, seed).verdict for id in COMPUTED} == EXPECTED


@pytest.mark.parametrize("id", WORLDS)
def test_another_world_has_another_verdict(id):
    assert judge(ENTRIES[id].claim, 0, **WORLDS[id]).verdict != EXPECTED[id]


@computed
def test_what_a_note_says_is_borne_out(id):
    assert judged(id).noted


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@by_id
def test_it_is_said_in_both_languages(id):
    claim = ENTRIES[id].claim
    assert claim.kind in KINDS
    assert claim.origin in ("article", "ours")
    for text in (claim.statement, claim.evidence, claim.condition, claim.correction, claim.remark):
        assert bool(text.en) == bool(text.zh)
        assert fields(text.en) == fields(text.zh)
        assert not text.zh or re.search("[\u4e00-\u9fff]", text.zh)
        assert not re.search("[\u4e00-\u9fff][,;:!?]|[,;:!?][\u4e00-\u9fff]", text.zh)
        assert not re.search(r"1 yes, 0 no|1 是|(?<!\w)laws?\b", text.en + text.zh)
    assert any(claim.statement)


@by_id
def test_a_verdict_has_what_it_needs(id):
    """A condition, a correction, a reason; worlds on both sides; a source where it is not obvious."""
    row = recorded(id, "en")
    if row["verdict"] in ("holds if", "wrong", "not judged"):
        assert row["note"]
    if row["verdict"] == "holds if":
        assert {world["inside"] for world in row["worlds"]} >= {True, False}
    assert row["measured"] or row["verdict"] == "not judged"
    assert row["source"] or row["verdict"] in ("holds", "not supported", "not judged")
    if row["kind"] in ("measured", "recommendation") and row["verdict"] != "not judged":
        assert len(row["worlds"]) >= 3
    if row["kind"] == "convention":
        assert row["verdict"] in ("holds", "wrong", "not judged")


@by_id
def test_the_record_follows_from_its_own_numbers(id):
    row = recorded(id, "en")
    for world in row["worlds"]:
        assert world["outcome"] in OUTCOMES
        low, high, smallest = world["low"], world["high"], world["smallest"]
        if smallest is None:
            assert world["outcome"] in ("holds", "opposite")
            continue
        low, high = -torch.inf if low is None else low, torch.inf if high is None else high
        outcome = "holds" if low > smallest else "opposite" if high < -smallest else "open"
        assert world["outcome"] == outcome or (world["outcome"] == "no effect" and -smallest <= low <= high <= smallest)
    if row["verdict"] != "not judged":
        worlds = [World(NOTHING, world["inside"], world["outcome"]) for world in row["worlds"]]
        assert row["verdict"] == verdict(row["kind"], worlds)


@computed
def test_the_record_is_what_is_computed_now(id):
    def shape(row):
        return {**row, "numbers": set(row["numbers"]), "evidence": "", "measured": "", "note": bool(row["note"])}

    for lang in ("en", "zh"):
        now, then = judged(id).to_dict(lang), recorded(id, lang)
        assert shape(now) == shape(then)
        for name, number in now["numbers"].items():
            assert number == pytest.approx(then["numbers"][name], rel=0.05, abs=1e-9) or abs(number) < 1e-9


@pytest.mark.parametrize("id", MEASURED)
def test_the_record_has_todays_words(id):
    claim = ENTRIES[id].claim
    for lang in ("en", "zh"):
        row = recorded(id, lang)
        assert (row["statement"], row["kind"], row["section"]) == (claim.statement.say(lang), claim.kind, claim.section)
        assert (row["source"], row["origin"], row["experiment"]) == (claim.source, claim.origin, ENTRIES[id].experiment)
        if row["verdict"] == "holds if":
            assert row["note"] == claim.condition.say(lang, **row["numbers"])


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_no_line_is_wider_than_the_terminal(lang):
    def columns(line: str) -> int:
        return sum(2 if east_asian_width(c) in "WF" else 1 for c in line)

    lines = as_lines([recorded(id, lang) for id in ENTRIES], lang, 80).splitlines()
    assert [line for line in lines if columns(line) > 80 and "https://" not in line] == []


@pytest.mark.parametrize("verdict", VERDICTS)
def test_a_verdict_is_understood_in_both_languages(verdict):
    assert verdict_key(VERDICTS[verdict].zh) == verdict_key(verdict) == verdict


def test_only_picks_by_verdict():
    ids = ["softmax-printed", "neuron-linear"]
    assert [judgement.claim.id for judgement in nb.run_claims(ids, only="不成立")] == ["softmax-printed"]


@pytest.mark.parametrize("jobs", [2, 4])
def test_any_number_of_jobs_finds_the_same_to_the_last_bit(jobs):
    cheap = ("outliers", "softmax-temperature", "bce-saturation", "optimizer-paths")
    ids = ["softmax-printed", *(id for id in MEASURED if ENTRIES[id].experiment in cheap)]
    assert len({ENTRIES[id].experiment for id in ids}) == 5

    def all_of(judgement: Judgement) -> str:
        return repr((judgement.verdict, judgement.worlds, judgement.numbers, judgement.to_dict("zh")))

    alone, together = nb.run_claims(ids), nb.run_claims(ids, jobs=jobs)
    assert [judgement.claim.id for judgement in together] == ids
    assert [all_of(judgement) for judgement in together] == [all_of(judgement) for judgement in alone]


@pytest.mark.parametrize(
    ("kwargs", "error", "message"),
    [
        ({"ids": ["sigmoid-slop"]}, ValueError, "Unknown claim 'sigmoid-slop'. Did you mean 'sigmoid-slope'?"),
        ({"ids": "sigmoid-slope"}, TypeError, "ids must be a sequence of ids such as ['sigmoid-slope'], got a str."),
        ({"section": 12}, ValueError, "Unknown section 12. Expected one of: 1, 2, 3"),
        ({"only": "true"}, ValueError, "Unknown verdict 'true'."),
        ({"seed": -1}, ValueError, "seed must be an integer >= 0, got -1."),
        ({"jobs": 0}, ValueError, "jobs must be an integer >= 1, got 0."),
        ({"jobs": -1}, ValueError, "jobs must be an integer >= 1, got -1."),
        ({"jobs": "2"}, TypeError, "jobs must be an integer, got '2' (str)."),
    ],
)
def test_bad_input_is_named(kwargs, error, message):
    with pytest.raises(error, match=re.escape(message)):
        nb.run_claims(**kwargs)


def test_the_pages_have_no_line_that_only_a_program_reads():
    for page in ("CLAIMS.md", "CLAIMS.zh.md"):
        text = (Path(__file__).parent.parent / page).read_text(encoding="utf-8")
        assert not re.search(r"1 yes, 0 no|1 是，0 否|\{\w+\}|\bnan\b|\[-?\d+\.\d+, -?\d+\.\d+\]", text)


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 101, 202])
def test_every_statement_has_the_same_verdict_from_other_seeds(seed):
    found = {judgement.claim.id: judgement.verdict for judgement in nb.run_claims(seed=seed)}
    assert found == {id: row["verdict"] for id, row in record()["claims"].items()}
