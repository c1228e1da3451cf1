"""The race of the starts against networks trained one at a time, the verdicts, and worlds that turn them."""

from __future__ import annotations

import math
from functools import cache

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from nnbasics.data import circles, moons, split
from nnbasics.experiments import initialization_race as experiment
from nnbasics.experiments._starts import Setting, Starts, no_worse
from nnbasics.experiments.race import Race
from nnbasics.experiments.table import draw_experiment, judge_experiment, run_experiment
from nnbasics.experiments.verdicts import Result
from nnbasics.training import batches, seeded_model

NAME = "initialization-race"
EXPECTED = {
    "init-decides": "holds if",
    "init-first": "not supported",
    "prefer-scaled-laws": "not supported",
    "scale-matters": "holds",
    "small-weights-stall": "holds if",
    "xavier-suits": "not supported",
    "kaiming-suits": "not supported",
}


@cache
def full() -> Result:
    return run_experiment(NAME)


@cache
def small() -> Result:
    return run_experiment(NAME, data=moons(64), seeds=range(3), num_epochs=3)


def made(setting: Setting, costs: dict[str, float], right: dict[str, float], seeds: int = 32) -> Starts:
    """What would have come of it, had every network had these losses and shares."""
    wiggle = torch.linspace(-0.001, 0.001, seeds, dtype=torch.float64)
    losses = {side: (cost + wiggle)[:, None].expand(seeds, 4) for side, cost in costs.items()}
    shares = {side: torch.full((seeds,), share, dtype=torch.float64) for side, share in right.items()}
    return Starts(setting, Race(losses, {}, shares, {}, {}, {}), math.log(2))


GOOD = {"kaiming": 0.1, "xavier": 0.2, "small": 0.6, "large": 0.5, "default": 0.3}
RIGHT = {"kaiming": 0.9, "xavier": 0.9, "small": 0.5, "large": 0.9, "default": 0.9}
DEEP, SHALLOW = Setting(experiment.MOONS, 12, 16, nn.ReLU, "sgd"), Setting(experiment.MOONS, 1, 16)


def verdicts(**worlds: Starts) -> dict[str, str]:
    found = judge_experiment(NAME, Result(NAME, worlds))
    return {name: judgement.verdict for name, judgement in found.items()}


@pytest.mark.slow
def test_the_verdicts():
    found = judge_experiment(NAME, full())
    assert {name: judgement.verdict for name, judgement in found.items()} == EXPECTED
    assert all(judgement.noted for judgement in found.values())


@pytest.mark.slow
def test_every_world_is_measured_and_the_best_rates_are_among_those_tried():
    assert list(full().worlds) == list(experiment.WORLDS)
    for starts in full().worlds.values():
        assert all(starts.race.lr[side] in starts.race.rates[side].tolist() for side in starts.race.lr)
        assert all(bool((losses <= starts.guess).all()) for losses in starts.race.losses.values())


@pytest.mark.parametrize("start", ["kaiming", "xavier", "small", "large", "default"])
def test_a_network_is_what_a_plain_loop_trains(start):
    starts, seed = small().first, 1
    generator = torch.Generator().manual_seed(0)
    (x, y), (test_x, test_y) = split(moons(64), generator=generator)
    x, y = x[:32], y[:32]  # of 48 rows, whole batches only

    def build() -> nn.Module:
        layers, size = [], 2
        for width in (32,) * 6 + (2,):
            layer = nn.Linear(size, width)
            if start in ("small", "large"):
                nn.init.normal_(layer.weight, std={"small": 0.01, "large": 1.0}[start])
            elif start == "kaiming":
                nn.init.normal_(layer.weight, std=math.sqrt(2 / size))
            elif start == "xavier":
                nn.init.normal_(layer.weight, std=math.sqrt(2 / (size + width)))
            if start != "default":
                nn.init.zeros_(layer.bias)
            layers += [layer, nn.ReLU()]
            size = width
        return nn.Sequential(*layers[:-1])

    model = seeded_model(build, seed)
    optimizer = torch.optim.Adam(model.parameters(), lr=starts.race.lr[start])
    losses, order = [], torch.Generator().manual_seed(seed)
    for _ in range(3):
        for rows in batches(32, 32, order, x.device):
            optimizer.zero_grad()
            loss = F.cross_entropy(model(x[rows]), y[rows])
            loss.backward()
            optimizer.step()
            losses.append(min(loss.item(), math.log(2)))
    assert starts.race.losses[start][seed].tolist() == pytest.approx(losses, rel=1e-3, abs=1e-4)
    right = float((model(test_x).argmax(1) == test_y).double().mean())
    assert float(starts.race.right[start][seed]) == pytest.approx(right, abs=1 / 16)


def test_what_is_worse_than_guessing_or_no_number_counts_as_guessing():
    losses = torch.tensor([0.2, 3.0, torch.inf, torch.nan], dtype=torch.float64)
    assert no_worse(losses, 0.7).tolist() == [0.2, 0.7, 0.7, 0.7]


def test_tanh_and_sigmoid_get_xavier_with_their_gain():
    found = run_experiment(NAME, worlds=["shallow-tanh"], seeds=range(2), num_epochs=1).first
    assert found.own == "gained"
    assert small().first.own == "kaiming"
    assert "gained" not in small().first.race.losses


def test_learned_is_more_than_half_the_way_from_guessing():
    found = made(DEEP, GOOD, {"kaiming": 0.76, "small": 0.74}, seeds=2)
    assert found.learned("kaiming").tolist() == [1, 1]
    assert found.learned("small").tolist() == [0, 0]


def test_a_world_turned_round_turns_the_verdict():
    forgiving = dict.fromkeys(RIGHT, 0.9)
    even = dict.fromkeys(GOOD, 0.1)
    straight = verdicts(deep=made(DEEP, GOOD, RIGHT), shallow=made(SHALLOW, GOOD, forgiving))
    assert straight["init-first"] == straight["scale-matters"] == straight["kaiming-suits"] == "holds"
    assert straight["init-decides"] == straight["small-weights-stall"] == "holds if"
    swapped = {**GOOD, "kaiming": 0.5, "large": 0.1}
    turned = verdicts(deep=made(DEEP, swapped, forgiving))
    assert turned["init-first"] == turned["prefer-scaled-laws"] == turned["kaiming-suits"] == "wrong"
    assert turned["init-decides"] == turned["small-weights-stall"] == "wrong"
    equal = verdicts(deep=made(DEEP, even, forgiving), shallow=made(SHALLOW, GOOD, forgiving))
    assert equal["init-first"] == equal["scale-matters"] == "not supported"


def test_xavier_suits_is_tried_with_tanh_and_sigmoid_only():
    tanh = Setting(experiment.MOONS, 6, 32, nn.Tanh)
    costs = {**GOOD, "gained": 0.1, "xavier": 0.05}
    worlds = {"tanh": made(tanh, costs, {**RIGHT, "gained": 0.9}), "relu": made(DEEP, GOOD, RIGHT)}
    found = judge_experiment(NAME, Result(NAME, worlds))["xavier-suits"]
    assert (found.verdict, [world.world for world in found.worlds]) == ("holds", [tanh.label])


def test_the_remark_stands_only_where_it_is_borne_out():
    beaten = {**GOOD, "large": 0.08}
    worlds = {"deep": made(DEEP, beaten, RIGHT), "shallow": made(SHALLOW, GOOD, RIGHT)}
    assert judge_experiment(NAME, Result(NAME, worlds))["init-first"].note.en.startswith("With 6 hidden layers")
    worlds["deep"] = made(DEEP, {**beaten, "default": 0.08}, RIGHT)
    assert judge_experiment(NAME, Result(NAME, worlds))["init-first"].note.en == ""


@pytest.mark.parametrize(
    ("good", "bad", "said"),
    [
        (1.0, [0.0] * 8, "Here: The initialization decides whether a network learns"),
        (1.0, [1.0] * 8, "Here: The initialization does not decide whether these networks learn"),
        (0.5, [0.5] * 8, "Here: The initialization does not decide whether these networks learn"),
        (1.0, [0.0, 1.0] * 4, "Here: It is unclear how often the initialization decides"),
    ],
)
def test_the_title_says_what_came_of_it(good, bad, said):
    world = made(DEEP, GOOD, {**RIGHT, "kaiming": good}, seeds=8)
    world.race.right["small"] = torch.tensor(bad, dtype=torch.float64)
    figure = draw_experiment(NAME, Result(NAME, {"own": world}, here=True), lang="en")
    assert figure.page_title == said


def test_the_first_world_is_drawn_each_start_named_where_its_loss_ends():
    worlds = {"a": made(DEEP, GOOD, RIGHT), "b": made(SHALLOW, GOOD, RIGHT)}
    figure = draw_experiment(NAME, Result(NAME, worlds), lang="en")
    (ax,) = figure.axes
    ends = {text.get_text(): text.xy[1] for text in ax.texts if text.get_gid()}
    expected = {"Kaiming": 0.1, "torch's default": 0.3, "N(0, 1)": 0.5, "N(0, 0.01²)": 0.6}
    assert ends == pytest.approx(expected, abs=1e-6)
    assert DEEP.label.en in [text.get_text() for text in figure.texts]


def test_data_of_ones_own_are_a_world_of_their_own():
    found = run_experiment(NAME, data=circles(48), seeds=range(2), num_epochs=1)
    assert (found.here, list(found.worlds)) == (True, ["own data"])


def test_bad_settings_are_named():
    with pytest.raises(ValueError, match="Unknown world 'dep'"):
        run_experiment(NAME, worlds=["dep"])
    with pytest.raises(TypeError, match="worlds must be a sequence of names"):
        run_experiment(NAME, worlds="deep")
    with pytest.raises(ValueError, match="seeds must hold at least one"):
        run_experiment(NAME, seeds=[])
