"""Equal units against a plain training of one unit that stands for all of them."""

from __future__ import annotations

import pytest
import torch
from torch import nn
from torch.nn import functional as F

import nnbasics as nb
from nnbasics.experiments.symmetry import QUICK


@pytest.fixture(scope="module")
def found():
    return nb.run_experiment("symmetry", **QUICK)


def test_equal_units_stay_equal_and_random_ones_part(found):
    zeros, ones, random = found.distance
    # Rounding may tell equal units apart by a last digit; it is 0 on most machines.
    assert float(torch.maximum(zeros, ones).max()) < 1e-3 * float(random[:, -1].min())
    assert bool((random[:, -1] > random[:, 0]).all())


def test_equal_units_do_no_better_than_a_single_one(found):
    last = found.losses[:, :, -5:].mean(2).median(1).values
    zeros, ones, random, single = last.tolist()
    assert zeros == pytest.approx(single, rel=0.1)
    assert ones == pytest.approx(single, rel=0.1)
    assert random < single / 2


@pytest.mark.parametrize("start", ["zeros", "ones"])
def test_eight_equal_units_are_one_unit_trained_by_hand(start):
    """f = H v s(w.x + b) + c, with gradients of v, w and b as each of the H units has them, by autograd and Adam."""
    x, y = nb.moons(33)  # one more of class 0: with as many of each, zeros give the first step a gradient of 0
    found = nb.run_experiment("symmetry", data=(x, y), seeds=[0], num_epochs=6, batch_size=33, rates=(0.03,), hidden=8)
    weight = {"zeros": 0.0, "ones": 1.0}[start]
    w = torch.full((2,), weight, dtype=torch.float64, requires_grad=True)
    v = torch.tensor(weight, dtype=torch.float64, requires_grad=True)
    b, c = (torch.zeros((), dtype=torch.float64, requires_grad=True) for _ in range(2))
    adam, losses = torch.optim.Adam([w, b, v, c], lr=0.03), []
    for _ in range(6):
        adam.zero_grad()
        logits = 8 * v * torch.sigmoid(x.double() @ w + b) + c
        loss = F.binary_cross_entropy_with_logits(logits, y.double())
        loss.backward()
        for part in (w, b, v):
            part.grad /= 8  # of the sum of 8 equal units each has its share
        adam.step()
        losses.append(loss.item())
    assert found.losses[found.sides.index(start), 0].tolist() == pytest.approx(losses, rel=1e-3)


@pytest.mark.parametrize("activation", ["tanh", "relu"])
def test_from_zeros_tanh_and_relu_learn_a_constant_only(activation):
    """s(0) = 0 and v = 0: no weight has a gradient. The best constant for equal classes has a loss of ln 2."""
    found = nb.run_experiment("symmetry", activation=activation, seeds=range(4), num_epochs=20)
    zeros = found.losses[0]
    assert float(zeros[:, -5:].mean()) == pytest.approx(0.6931, abs=0.01)
    assert float(found.distance[0].max()) == 0


def test_the_distance_is_that_of_the_largest_pair():
    data = nb.moons(32)
    found = nb.run_experiment("symmetry", data=data, seeds=[4], num_epochs=1, batch_size=32, rates=(0.1,), hidden=3)
    model = nb.seeded_model(lambda: nn.Sequential(nn.Linear(2, 3), nn.Sigmoid(), nn.Linear(3, 1)), 4)
    units = torch.cat([model[0].weight, model[2].weight.T], dim=1).detach().double()
    pairs = [float((units[i] - units[j]).square().sum().sqrt()) for i in range(3) for j in range(i)]
    assert float(found.distance[2, 0, 0]) == pytest.approx(max(pairs), rel=1e-6)


def test_bad_settings_are_named():
    with pytest.raises(ValueError, match="Unknown activation 'gelu'"):
        nb.run_experiment("symmetry", activation="gelu")
    with pytest.raises(ValueError, match="hidden must be an integer >= 2, got 1"):
        nb.run_experiment("symmetry", hidden=1)
