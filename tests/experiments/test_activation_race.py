"""The race against training one network at a time, and what the picture's sentence says."""

from __future__ import annotations

import math
from functools import cache

import pytest
import torch
from torch import nn
from torch.nn import functional as F

import nnbasics as nb
from nnbasics.data import circles, moons, split
from nnbasics.experiments.activation_race import SIDES
from nnbasics.training import batches, seeded_model

RATES = (0.03, 0.3, 1.0)
SMALL = {"data": moons(80), "depths": (1, 2), "hidden": 8, "num_epochs": 5, "batch_size": 20, "rates": RATES}


@cache
def small():
    return nb.run_experiment("activation-race", seeds=range(3), **SMALL)


@cache
def quick():
    return nb.run_experiment("activation-race", quick=True)


def plain(activation: type[nn.Module], law, depth: int, seed: int, lr: float) -> torch.Tensor:
    """Losses of a network of its own by update, shape (20,), batches drawn as `train` draws them."""
    (x, y), _ = split(moons(80), generator=torch.Generator().manual_seed(0))

    def build() -> nn.Module:
        layers, size = [], 2
        for _ in range(depth):
            layer = nn.Linear(size, 8)
            law(layer.weight)
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
    ("sigmoid", nn.Sigmoid, nn.init.xavier_normal_),
    ("tanh", nn.Tanh, nn.init.xavier_normal_),
    ("relu", nn.ReLU, nn.init.kaiming_normal_),
    ("gelu", nn.GELU, nn.init.kaiming_normal_),
]


@pytest.mark.parametrize(("name", "activation", "law"), CASES)
def test_losses_are_those_of_networks_trained_one_by_one(name, activation, law):
    result, place = small(), [*SIDES].index(name)
    for row, depth in enumerate((1, 2)):
        lr = float(result.lr[row, place])
        for seed in range(2):
            epochs = plain(activation, law, depth, seed, lr).reshape(5, 3).mean(1)
            assert result.losses[row, place, seed].tolist() == pytest.approx(epochs.tolist(), rel=1e-3)


def test_the_best_rate_has_the_lowest_mean_loss_of_the_whole_training():
    result = small()
    seed = 1002  # the first of the search: 1,000 farther than the last that is judged
    _, activation, law = CASES[2]
    scores = [float(plain(activation, law, 1, seed, lr).mean()) for lr in RATES]
    assert result.scores[0, 2, 0].tolist() == pytest.approx(scores, rel=1e-3)
    best = result.rates[result.scores.mean(2).argmin(2)]
    assert torch.equal(result.lr, best)


def test_guessing_costs_ln_k():
    assert small().theory_guess == pytest.approx(math.log(2))
    assert quick().theory_guess == pytest.approx(2.302585)


def test_the_numbers_say_what_the_title_says():
    result = quick()
    shallow, deep = result.losses.median(2).values[..., -1].tolist()
    assert shallow[0] < 1.5 * max(shallow[1:]) < 0.5  # of 2.3: at depth 1 all five have learned
    assert deep[0] == pytest.approx(result.theory_guess, abs=0.01)
    assert max(deep[1:]) < 1
    assert float(result.scores[1, 0].min()) > result.theory_guess - 0.01  # at no rate
    assert float(result.accuracy[1, 0].median()) < 0.15


def test_no_best_rate_lies_at_the_edge_where_there_is_one():
    result = quick()
    learns = result.scores.mean(2).min(2).values < result.theory_guess - 0.1
    assert learns.sum() == 9
    assert (result.lr[learns] > result.rates[0]).all()
    assert (result.lr[learns] < result.rates[-1]).all()


@pytest.mark.parametrize(
    ("settings", "error", "message"),
    [
        ({"depths": (1,)}, ValueError, r"depths must hold at least two integers to be compared, got \(1,\)."),
        ({"depths": (0, 1)}, ValueError, "depths must be an integer >= 1, got 0."),
        ({"hidden": 0}, ValueError, "hidden must be an integer >= 1, got 0."),
        ({"rates": ()}, ValueError, "rates must be ascending learning rates"),
        ({"data": circles(8), "batch_size": 7}, ValueError, "batch_size must be None or an integer from 1 to 6"),
    ],
)
def test_settings_that_make_no_sense_are_named(settings, error, message):
    with pytest.raises(error, match=message):
        nb.run_experiment("activation-race", **settings)
