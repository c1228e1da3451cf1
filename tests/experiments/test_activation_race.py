"""The race against training one network at a time, and what the picture's sentence says."""

from __future__ import annotations

import math
from dataclasses import replace
from functools import cache

import pytest
import torch
from pictures import texts_of
from torch import nn
from torch.nn import functional as F

from nnbasics.data import circles, moons, split
from nnbasics.experiments._activations import LONG, SIDES, network
from nnbasics.experiments.activation_race import (
    CLAIMS,
    QUICK,
    SLOWER,
    TITLES,
    draw,
    measure,
    stalls,
    waits,
)
from nnbasics.experiments.verdicts import Result, judge, title
from nnbasics.training import batches, seeded_model

RATES = (0.03, 0.3, 1.0)
SMALL = {
    "data": moons(80),
    "depth": 2,
    "hidden": 8,
    "num_epochs": 5,
    "batch_size": 20,
    "rates": RATES,
    "long_epochs": 6,
}
EXPECTED = {
    "avoid-sigmoid": "holds",
    "tanh-faster": "holds",
    "sigmoid-centre-slows": "holds",
    "relu-first": "not supported",
    "relu-trains-fast": "not supported",
}


@cache
def small():
    return measure(seeds=range(3), **SMALL)


@cache
def full():
    return measure()


def verdicts(result):
    return {claim.id: judge(claim, result, here=result.here) for claim in CLAIMS}


def plain(activation: type[nn.Module], initialize, seed: int, lr: float) -> torch.Tensor:
    """Losses of a network of its own by update, shape (15,), batches drawn as `train` draws them."""
    (x, y), _ = split(moons(80), generator=torch.Generator().manual_seed(0))

    def build() -> nn.Module:
        layers, size = [], 2
        for _ in range(2):
            layer = nn.Linear(size, 8)
            initialize(layer.weight)
            nn.init.zeros_(layer.bias)
            layers += [layer, activation()]
            size = 8
        return nn.Sequential(*layers, nn.Linear(size, 2))

    model, generator, losses = seeded_model(build, seed), torch.Generator().manual_seed(seed), []
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    for _ in range(5):
        for rows in batches(len(x), 20, generator, x.device):
            loss = F.cross_entropy(model(x[rows]), y[rows])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.detach())
    return torch.stack(losses)


CASES = [
    ("sigmoid", nn.Sigmoid, lambda weight: nn.init.xavier_normal_(weight, gain=4)),
    ("tanh", nn.Tanh, lambda weight: nn.init.xavier_normal_(weight, gain=5 / 3)),
    ("relu", nn.ReLU, lambda weight: nn.init.kaiming_normal_(weight, nonlinearity="relu")),
]


@pytest.mark.parametrize(("side", "activation", "initialize"), CASES)
def test_losses_are_those_of_networks_trained_one_by_one(side, activation, initialize):
    found = small().first.race
    for seed in range(2):
        epochs = plain(activation, initialize, seed, found.lr[side]).reshape(5, 3).mean(1)
        assert found.losses[side][seed].tolist() == pytest.approx(epochs.tolist(), rel=1e-3)


def test_sigmoid_and_sigmoid_minus_a_half_start_as_the_same_function():
    x = torch.randn(7, 5, generator=torch.Generator().manual_seed(0))
    one, other = (
        seeded_model(lambda side=side: network([5, 6, 6, 3], SIDES[side], torch.device("cpu")), 4)
        for side in ("sigmoid", "centred")
    )
    assert torch.allclose(one(x), other(x), atol=1e-5)
    assert not torch.allclose(one[0](x).sigmoid(), other[1](other[0](x)))
    assert [float(one[place].bias.detach().abs().max()) for place in (0, 2)] == [0, 0]


STARTS = [("usual", 1 / 300), ("sigmoid", 16 / 300), ("tanh", 25 / 9 / 300), ("relu", 2 / 300)]


@pytest.mark.parametrize(("side", "variance"), STARTS)
def test_each_starts_with_the_variance_of_its_own_theory_and_one_with_xaviers(side, variance):
    model = seeded_model(lambda: network([300, 300, 2], LONG[side], torch.device("cpu")), 0)
    assert float(model[0].weight.detach().var()) == pytest.approx(variance, rel=0.02)


@pytest.mark.parametrize("side", ["sigmoid", "tanh", "relu"])
def test_the_longer_training_begins_as_the_race_does(side):
    found = small().first
    assert found.long[side].shape == (3, 6)
    assert torch.equal(found.long[side][:, :5], found.race.losses[side])


def test_the_classes_of_the_data_are_counted():
    assert small().first.classes == 2
    assert small().here


def raced(**costs: float) -> Result:
    """A world of one's own in which each side costs what is said, in each of three networks."""
    found = small().first
    shape = torch.ones(3, 5, dtype=torch.float64)
    losses = {side: costs.get(side, 1.0) * shape for side in SIDES}
    right = {side: (1 - costs.get(side, 1.0) / 10) * shape[:, 0] for side in SIDES}
    return Result(
        "activation-race", {"own data": found._replace(race=replace(found.race, losses=losses, right=right))}, here=True
    )


@pytest.mark.parametrize(
    ("costs", "outcome"),
    [
        ({"sigmoid": 2.0}, "holds"),
        ({"sigmoid": 2.0, "relu": 2.0}, "holds"),  # tanh is the better one
        ({"sigmoid": 0.5}, "wrong"),
        ({"sigmoid": 1.02}, "no effect"),
    ],
)
def test_the_title_says_what_came_of_sigmoid(costs, outcome):
    result = raced(**costs)
    judged = verdicts(result)
    for lang, here in (("en", "Here: "), ("zh", "这里：")):
        assert title(TITLES, judged["avoid-sigmoid"], lang) == here + TITLES[outcome].say(lang)
        sentence = SLOWER if outcome == "holds" else TITLES[outcome]  # in so few epochs nothing is seen to stall
        assert here + sentence.say(lang) in texts_of(draw(result, judged, lang))


@pytest.mark.parametrize(
    ("plateau", "end", "others", "said"),
    [(30, 0.1, 0.1, True), (20, 0.1, 0.1, False), (30, 0.99, 0.1, False), (30, 0.1, 0.99, False)],
)
def test_that_sigmoid_can_stall_is_said_where_it_is_seen(plateau, end, others, said):
    result, guess = raced(sigmoid=2.0), math.log(2)
    level = torch.full((8, 50), others * guess, dtype=torch.float64)
    waiting = torch.full((8, 50), guess, dtype=torch.float64)
    waiting[:, plateau:] = end * guess
    found = result.first._replace(long={**dict.fromkeys(LONG, level), "usual": waiting})
    result = Result("activation-race", {"own data": found}, here=True)
    texts = texts_of(draw(result, verdicts(result), "en"))
    assert stalls(found) == said
    assert waits(found, "usual") == (plateau if end < 0.95 else 50)
    assert "Here: " + (TITLES["holds"] if said else SLOWER).en in texts
    assert any(f"{plateau} epochs on the plateau" in text for text in texts) == said


def test_the_remark_on_relu_alone_is_made_where_it_is_true():
    assert verdicts(raced(sigmoid=2.0, relu=2.0))["avoid-sigmoid"].noted
    assert not verdicts(raced(sigmoid=2.0))["avoid-sigmoid"].noted


@pytest.mark.parametrize(
    ("claim", "costs", "word"),
    [
        ("tanh-faster", {"sigmoid": 2.0}, "holds"),
        ("tanh-faster", {"tanh": 2.0}, "wrong"),
        ("sigmoid-centre-slows", {"centred": 0.5}, "holds"),
        ("sigmoid-centre-slows", {}, "not supported"),
        ("relu-first", {"relu": 0.5}, "holds"),
        ("relu-first", {"tanh": 0.5}, "wrong"),
        ("relu-trains-fast", {"relu": 0.5}, "holds"),
        ("relu-trains-fast", {"sigmoid": 0.3}, "wrong"),
        ("relu-trains-fast", {}, "not supported"),
    ],
)
def test_a_world_turned_round_turns_the_verdict(claim, costs, word):
    assert verdicts(raced(**costs))[claim].verdict == word


def test_a_world_that_speaks_against_relu_is_noted():
    ahead, behind = (raced(relu=relu).first for relu in (0.5, 2.0))
    judged = verdicts(Result("activation-race", {"one": ahead, "other": behind}))["relu-trains-fast"]
    assert (judged.verdict, judged.noted) == ("not supported", True)
    assert not verdicts(Result("activation-race", {"one": ahead}))["relu-trains-fast"].noted


def test_a_look_is_of_one_world():
    result = measure(**QUICK)
    assert result.here
    assert result.first.classes == 10
    assert verdicts(result)["tanh-faster"].verdict == "holds"


@pytest.mark.slow
def test_sigmoid_stalls_in_the_picture():
    assert [name for name, found in full().worlds.items() if found.long] == ["digits, 4 layers"]
    assert stalls(full().worlds["digits, 4 layers"])


@pytest.mark.slow
@pytest.mark.parametrize("claim", EXPECTED)
def test_the_verdict(claim):
    judged = verdicts(full())[claim]
    assert judged.verdict == EXPECTED[claim]
    assert judged.noted


@pytest.mark.parametrize(
    ("settings", "error", "message"),
    [
        ({"depth": 0}, ValueError, "depth must be an integer >= 1, got 0."),
        ({"hidden": 0}, ValueError, "hidden must be an integer >= 1, got 0."),
        ({"rates": ()}, ValueError, "rates must"),
        ({"data": circles(8), "batch_size": 7}, ValueError, "batch_size must be None or an integer from 1 to 6"),
        ({"worlds": "moons"}, TypeError, "worlds must be a sequence"),
    ],
)
def test_settings_that_make_no_sense_are_named(settings, error, message):
    with pytest.raises(error, match=message):
        measure(**settings)
