"""Dead units against a plain torch loop and their gradients; the verdicts; what the picture says."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from nnbasics.data import moons
from nnbasics.experiments.dead_relu import (
    BEST,
    BEYOND,
    CLAIMS,
    FACTORS,
    QUICK,
    TITLES,
    WORLDS,
    measure,
)
from nnbasics.experiments.verdicts import Result, judge, title
from nnbasics.training import seeded_model

SMALL = {"seeds": range(6), "rates": (0.3, 1.0, 3.0), "hidden": 16, "num_updates": 60}
EXPECTED = {"relu-dies": "holds if", "leaky-relu-lives": "holds", "leaky-relu-first": "not supported"}


@cache
def small():
    return measure(worlds=["moons, sgd", "moons, momentum, default"], **SMALL)


@cache
def full():
    return measure()


def verdicts(result):
    return {claim.id: judge(claim, result, here=result.here) for claim in CLAIMS}


TRAINED = [
    ("moons, sgd", "relu", nn.ReLU),
    ("moons, sgd", "leaky_relu", nn.LeakyReLU),
    ("moons, momentum, default", "relu", nn.ReLU),
]


@pytest.mark.parametrize(("name", "side", "activation"), TRAINED)
def test_dead_is_what_gets_no_gradient_from_any_row(name, side, activation):
    """One network at a time in a plain loop, and autograd for each row instead of the derivative of the whole."""
    found, world = small().worlds[name], WORLDS[name]
    x, y = moons(64, generator=torch.Generator().manual_seed(0))

    def build() -> nn.Module:
        first = nn.Linear(2, 16)
        if world.drawn:
            nn.init.kaiming_normal_(first.weight, a=0.01 if side == "leaky_relu" else 0)
            nn.init.zeros_(first.bias)
        return nn.Sequential(first, activation(), nn.Linear(16, 2))

    for column, factor in enumerate(found.factors):
        if factor > 1:
            continue  # there rounding alone moves a unit or two
        for seed in range(2):
            model = seeded_model(build, seed)
            momentum = 0.9 if world.optimizer == "momentum" else 0.0
            if side == "relu":
                start = float((model[0](x) <= 0).all(0).double().mean())
                assert float(found.before[seed]) == pytest.approx(start)
            optimizer = torch.optim.SGD(model.parameters(), lr=factor * found.race.lr["relu"], momentum=momentum)
            for _ in range(60):
                optimizer.zero_grad()
                F.cross_entropy(model(x), y).backward()
                optimizer.step()
            z = model[0](x).detach().requires_grad_()
            (slope,) = torch.autograd.grad(model[1](z).sum(), z)
            dead = float((slope.abs().sum(0) == 0).double().mean())
            assert float(found.dead[side][seed, column]) == pytest.approx(dead, abs=0.07)  # a unit of 16


def test_none_comes_back_to_life_by_plain_descent():
    found = small().first
    assert (found.dead["relu"] >= found.before[:, None]).all()


def test_the_first_world_has_what_the_picture_shows_and_the_others_what_is_judged():
    first, other = small().worlds.values()
    assert first.factors == FACTORS
    assert other.factors == (BEST, BEYOND)
    assert [*first.dead] == ["relu", "leaky_relu"]


def with_dead(found, best: float, beyond: float):
    """The same world with other shares of dead ReLU units, 0 before training."""
    dead = torch.zeros(6, len(found.factors), dtype=torch.float64)
    dead[:, found.factors.index(BEST)], dead[:, found.factors.index(BEYOND)] = best, beyond
    zero = torch.zeros(6, dtype=torch.float64)
    return replace(found, before=zero, dead={**found.dead, "relu": dead})


@pytest.mark.parametrize(
    ("best", "beyond", "word"),
    [(0.0, 0.9, "holds if"), (0.3, 0.9, "holds"), (0.0, 0.0, "not supported"), (-0.2, -0.2, "wrong")],
)
@pytest.mark.parametrize("here", [True, False])
def test_the_title_says_what_died(best, beyond, word, here):
    result = Result("dead-relu", {"moons, sgd": with_dead(small().first, best, beyond)}, here=here)
    judged = verdicts(result)["relu-dies"]
    assert judged.verdict == word
    said = {lang: title(TITLES, judged, lang) for lang in ("en", "zh")}
    assert said["en"].removeprefix("Here: ") == TITLES[word].en
    assert said["zh"].removeprefix("这里：") == TITLES[word].zh


def test_what_stays_open_at_the_best_learning_rate_is_said_to():
    found = with_dead(small().first, 0.0, 0.9)
    found.dead["relu"][:3, found.factors.index(BEST)] = 0.2
    judged = verdicts(Result("dead-relu", {"moons, sgd": found}, here=True))["relu-dies"]
    assert title(TITLES, judged, "en") == "Here: " + TITLES["open"].en


def test_a_leaky_unit_without_a_slope_would_be_found():
    found = small().first
    dead = {**found.dead, "leaky_relu": found.dead["relu"]}
    assert verdicts(Result("dead-relu", {"moons, sgd": found}))["leaky-relu-lives"].verdict == "holds"
    assert (
        verdicts(Result("dead-relu", {"moons, sgd": replace(found, dead=dead)}))["leaky-relu-lives"].verdict == "wrong"
    )


@pytest.mark.parametrize(
    ("factor", "word", "noted"), [(2.0, "holds", False), (0.5, "wrong", False), (1.0, "not supported", True)]
)
def test_leaky_relu_is_the_choice_where_it_trains_faster(factor, word, noted):
    found = small().first
    losses = {"leaky_relu": found.race.losses["relu"], "relu": factor * found.race.losses["relu"]}
    result = Result("dead-relu", {"moons, sgd": replace(found, race=replace(found.race, losses=losses))})
    judged = verdicts(result)["leaky-relu-first"]
    assert (judged.verdict, judged.noted) == (word, noted)


def test_a_look_is_of_one_world():
    result = measure(**QUICK)
    assert result.here
    assert [*result.worlds] == ["moons, sgd"]
    assert verdicts(result)["leaky-relu-lives"].verdict == "holds"


@pytest.mark.slow
@pytest.mark.parametrize("claim", EXPECTED)
def test_the_verdict(claim):
    judged = verdicts(full())[claim]
    assert judged.verdict == EXPECTED[claim]
    assert judged.noted


@pytest.mark.parametrize(
    ("settings", "error", "message"),
    [
        ({"hidden": 0}, ValueError, "hidden must be an integer >= 1, got 0."),
        ({"rates": [3.0, 1.0]}, ValueError, "rates must be ascending learning rates"),
        ({"num_updates": 0}, ValueError, "num_updates must be an integer >= 1, got 0."),
        ({"worlds": ["mars"]}, ValueError, "mars"),
    ],
)
def test_settings_that_make_no_sense_are_named(settings, error, message):
    with pytest.raises(error, match=message):
        measure(**settings)
