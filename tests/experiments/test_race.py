"""The race against networks trained one by one in a plain loop, and its search against a hand-made one."""

from __future__ import annotations

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from nnbasics.data import moons, split
from nnbasics.experiments.race import SEARCHED, race, seeds_apart, whole_batches
from nnbasics.training import batches, seeded_model

TRAIN, TEST = split(moons(80))
SETTINGS = {"rates": (0.03, 0.3, 3.0, 30.0), "num_epochs": 5, "batch_size": 20}


def make_with(activation):
    def make() -> nn.Module:
        linear = {"device": "cpu", "dtype": torch.float32}
        return nn.Sequential(nn.Linear(2, 8, **linear), activation(), nn.Linear(8, 2, **linear))

    return make


SIDES = {
    "tanh": {"make_model": make_with(nn.Tanh)},
    "relu": {"make_model": make_with(nn.ReLU), "optimizer": "momentum"},
}


def plain(side: str, seed: int, lr: float) -> tuple[torch.Tensor, nn.Module]:
    """Losses by update of a network of its own, and the network."""
    x, y = TRAIN
    model, generator, losses = seeded_model(SIDES[side]["make_model"], seed), torch.Generator().manual_seed(seed), []
    momentum = 0.9 if SIDES[side].get("optimizer") == "momentum" else 0.0
    optimizer = torch.optim.SGD(model.parameters(), lr=lr, momentum=momentum)
    for _ in range(5):
        for rows in batches(len(x), 20, generator, x.device):
            optimizer.zero_grad()
            loss = F.cross_entropy(model(x[rows]), y[rows])
            loss.backward()
            optimizer.step()
            losses.append(loss.detach())
    return torch.stack(losses), model


@pytest.fixture(scope="module")
def found():
    return race(SIDES, TRAIN, TEST, seeds=range(4), **SETTINGS)


@pytest.mark.parametrize("side", SIDES)
def test_losses_and_tests_are_those_of_networks_trained_one_by_one(found, side):
    for seed in range(3):
        losses, model = plain(side, seed, found.lr[side])
        assert found.losses[side][seed].tolist() == pytest.approx(losses.reshape(5, 3).mean(1).tolist(), rel=1e-3)
        with torch.no_grad():
            logits = model(TEST[0])
        assert float(found.right[side][seed]) == float((logits.argmax(1) == TEST[1]).double().mean())
        assert float(found.test_losses[side][seed]) == pytest.approx(float(F.cross_entropy(logits, TEST[1])), rel=1e-3)


@pytest.mark.parametrize("side", SIDES)
def test_the_best_learning_rate_costs_other_seeds_the_least(found, side):
    searched = seeds_apart(range(4), SEARCHED)
    assert not set(searched) & set(range(4))
    costs = torch.tensor(
        [[float(plain(side, seed, lr)[0].mean()) for lr in SETTINGS["rates"][:2]] for seed in searched]
    )
    assert found.scores[side][:, :2].tolist() == [pytest.approx(row, rel=1e-3) for row in costs.tolist()]
    assert found.lr[side] == float(found.rates[side][found.scores[side].mean(0).argmin()])


def test_the_effect_is_the_log_of_the_ratio_of_costs(found):
    ratio = found.losses["tanh"].mean(1) / found.losses["relu"].mean(1)
    assert torch.allclose(found.cost_ratio("tanh", "relu").exp(), ratio)


def test_rows_of_a_smaller_last_batch_are_left_out():
    x, y = torch.arange(10.0)[:, None], torch.arange(10)
    assert [len(whole_batches(x, y, size)[0]) for size in (None, 3, 10, 16)] == [10, 9, 10, 10]


def test_numbers_are_compared_by_their_squared_error():
    x = torch.linspace(-1, 1, 32)[:, None]
    line = {"line": {"make_model": lambda: nn.Linear(1, 1, device="cpu", dtype=torch.float32)}}
    found = race(
        line, (x, 2 * x), (x, 2 * x), seeds=range(2), rates=(0.01, 0.1, 1.0, 10.0), num_epochs=120, loss_fn="mse"
    )
    assert found.test_losses["line"].max() < 1e-4
    assert found.right["line"].isnan().all()
