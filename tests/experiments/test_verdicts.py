"""Outcomes against SciPy's interval, verdicts against a table of worlds worked out by hand."""

from __future__ import annotations

import math

import pytest
import torch
from scipy import stats

from nnbasics.experiments.verdicts import (
    OWN,
    Claim,
    Finding,
    Judgement,
    choose_worlds,
    compare,
    exactly,
    judge,
    keeps,
    title,
    verdict,
)
from nnbasics.experiments.worlds import MEASURES, World, interval
from nnbasics.text import NOTHING, Text

HERE = Text("here", "这里")


def drawn(mean: float, spread: float, count: int = 32) -> torch.Tensor:
    noise = torch.randn(count, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    return mean + spread * (noise - noise.mean()) / noise.std()


@pytest.mark.parametrize(("mean", "spread", "count"), [(0.0, 1.0, 32), (2.5, 0.3, 48), (-1.0, 2.0, 8)])
def test_the_interval_is_students(mean, spread, count):
    values = drawn(mean, spread, count)
    expected = stats.t.interval(0.999, count - 1, loc=values.mean(), scale=stats.sem(values.numpy()))
    assert interval(values) == pytest.approx((float(values.mean()), *expected))


def test_one_seed_knows_no_bounds():
    assert interval(torch.tensor([3.0])) == (3.0, -math.inf, math.inf)


# the smallest effect of "share" is 0.05; 32 values of spread s have an interval of +- 0.642 s
@pytest.mark.parametrize(
    ("mean", "spread", "outcome"),
    [
        (0.2, 0.1, "holds"),
        (-0.2, 0.1, "opposite"),
        (0.0, 0.05, "no effect"),
        (0.04, 0.01, "no effect"),
        (0.1, 0.1, "open"),
        (0.0, 0.1, "open"),
        (-0.1, 0.1, "open"),
    ],
)
def test_an_outcome_is_read_off_the_interval(mean, spread, outcome):
    world = compare(HERE, "share", drawn(mean, spread))
    assert world.outcome == outcome
    assert world.smallest == 0.05
    assert (world.effect, world.high - world.low) == pytest.approx(
        (mean, 2 * 3.6335 * spread / math.sqrt(32)), rel=1e-3
    )


@pytest.mark.parametrize(
    ("factor", "spread", "outcome"),
    [(1.0, 0.1, "holds"), (1.9, 0.01, "holds"), (2.1, 0.01, "opposite"), (0.4, 0.01, "opposite"), (0.5, 0.1, "open")],
)
def test_what_stays_stays_within_the_smallest_effect(factor, spread, outcome):
    world = keeps(HERE, "keeping", drawn(math.log(factor), spread))
    assert world.outcome == outcome
    assert (world.low > 0) == (outcome == "holds")
    assert (world.high < 0) == (outcome == "opposite")
    assert world.said.en.startswith(f"{factor:.3g} times")


def test_a_ratio_is_said_as_a_ratio():
    assert compare(HERE, "cost", drawn(math.log(1.5), 0.0)).said == ("1.5 times (1.5 to 1.5)", "1.5 倍（1.5 至 1.5）")
    assert compare(HERE, "accuracy", drawn(0.021, 0.0)).said.en == "+2.1 points (+2.1 to +2.1)"
    assert compare(HERE, "cost", drawn(1000.0, 0.0)).said.en == "inf times (inf to inf)"


def w(outcome: str, inside: bool | None = None) -> World:
    return World(HERE, inside, outcome)


@pytest.mark.parametrize(
    ("kind", "worlds", "expected"),
    [
        ("measured", [w("holds")] * 3, "holds"),
        ("measured", [w("opposite")] * 3, "wrong"),
        ("measured", [w("holds"), w("holds"), w("open")], "not supported"),
        ("measured", [w("no effect")] * 3, "not supported"),
        ("measured", [w("holds"), w("opposite")], "not supported"),
        ("measured", [w("holds", True), w("holds", True), w("no effect", False)], "holds if"),
        ("measured", [w("holds", True), w("opposite", False), w("open", False)], "holds if"),
        ("measured", [w("holds", True), w("open", False)], "not supported"),  # the condition is not shown to be needed
        ("measured", [w("holds", True), w("no effect", True), w("opposite", False)], "not supported"),
        ("measured", [w("holds", True), w("holds", False)], "holds"),
        ("recommendation", [w("no effect", True), w("holds", False)], "not supported"),
        ("identity", [w("holds")], "holds"),
        ("identity", [w("holds", True), w("opposite", False)], "holds if"),
        ("identity", [w("holds"), w("opposite")], "wrong"),
        ("convention", [w("opposite")], "wrong"),
    ],
)
def test_a_verdict_comes_out_of_the_worlds(kind, worlds, expected):
    assert verdict(kind, worlds) == expected


def claim(**settings) -> Claim:
    texts = {name: Text(f"{name} {{n}}", f"{name} {{n}}") for name in ("condition", "correction", "remark")}
    return Claim(**{"id": "x", "section": 1, "kind": "identity", "statement": HERE, "judge": None, **texts, **settings})


@pytest.mark.parametrize(
    ("worlds", "note"),
    [
        ([exactly(HERE, True)], "remark 3"),
        ([exactly(HERE, True, inside=True), exactly(HERE, False, inside=False)], "condition 3"),
        ([exactly(HERE, False)], "correction 3"),
    ],
)
def test_a_note_goes_with_its_verdict_and_is_said_only_if_the_numbers_bear_it_out(worlds, note):
    for noted in (True, False):
        made = judge(claim(judge=lambda seed, noted=noted: Finding(worlds, {"n": 3}, noted)), 0)
        assert made.to_dict("en")["note"] == (note if noted else "")


def test_what_is_not_judged_says_why():
    made = judge(claim(remark=Text("popularity", "流行程度")))
    assert (made.verdict, made.to_dict("zh")["note"], made.to_dict("en")["worlds"]) == ("not judged", "流行程度", [])


def test_a_judgement_is_plain_data_without_what_is_not_finite():
    worlds = [compare(HERE, "cost", torch.tensor([1.0]))]
    made = claim(kind="measured", evidence=Text("cost", "代价"))
    row = Judgement(made, "not supported", worlds, {"n": math.inf}, experiment="race").to_dict("en")
    assert row["numbers"] == {"n": None}
    assert row["worlds"][0]["low"] is None
    assert (row["worlds"][0]["outcome"], row["worlds"][0]["effect"], row["experiment"]) == ("open", 1.0, "race")
    assert row["evidence"] == f"cost: here: {worlds[0].said.en}"


TITLES = {
    "holds": Text("A is faster", "A 更快"),
    "holds if": Text("A is faster where it is deep", "网络深时 A 更快"),
    "wrong": Text("B is faster", "B 更快"),
    "not supported": Text("It depends", "看情况"),
    "no effect": Text("A and B are as fast", "A 和 B 一样快"),
}


@pytest.mark.parametrize(
    ("outcome", "here", "expected"),
    [
        ("holds", True, "Here: A is faster"),
        ("opposite", True, "Here: B is faster"),
        ("no effect", True, "Here: A and B are as fast"),
        ("open", True, "Here: It depends"),
        ("holds", False, "A is faster"),
        ("no effect", False, "It depends"),
    ],
)
def test_a_title_follows_the_verdict(outcome, here, expected):
    worlds = [w(outcome)]
    made = Judgement(claim(), verdict("measured", worlds), worlds, here=here)
    assert title(TITLES, made, "en") == expected
    assert title(TITLES, made, "zh").startswith("这里：") == here


def test_worlds_are_chosen_by_name():
    table = {"shallow": 1, "deep": 4}
    assert choose_worlds(table, None) == ["shallow", "deep"]
    assert choose_worlds(table, ["deep"]) == ["deep"]
    assert choose_worlds(table, None, data=object()) == [OWN]
    with pytest.raises(ValueError, match=r"Unknown world 'depe'\. Did you mean 'deep'"):
        choose_worlds(table, ["depe"])
    with pytest.raises(ValueError, match="worlds must hold at least one of: shallow, deep; got none"):
        choose_worlds(table, [])
    with pytest.raises(TypeError, match=r"worlds must be a sequence of names such as \['deep'\], got a str"):
        choose_worlds(table, "deep")


def test_every_measure_has_a_smallest_effect():
    assert all(measure.smallest > 0 for measure in MEASURES.values())
    assert NOTHING.say("en") == ""
