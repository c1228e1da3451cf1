"""The double softmax: its floor by hand, its losses by a plain loop, and what its picture says."""

import math
from functools import cache

import pytest
import torch
from plain_loop import build, on_one_thread, plain_loop
from torch import nn
from torch.nn import functional as F

import nnbasics as nb

__all__ = ["on_one_thread"]


@cache
def result(**settings):
    return nb.run_experiment("logits-or-probabilities", seeds=range(8), num_epochs=10, **settings)


@pytest.mark.parametrize(("classes", "floor"), [(2, 0.313262), (10, 1.461150)])
def test_the_floor_is_the_loss_of_a_perfect_prediction_that_goes_through_softmax_again(classes, floor):
    perfect = F.one_hot(torch.arange(classes), classes).double()
    assert float(F.cross_entropy(perfect, torch.arange(classes))) == pytest.approx(floor, abs=1e-6)
    assert math.log(1 + (classes - 1) / math.e) == pytest.approx(floor, abs=1e-6)


def test_digits_have_ten_classes_and_their_floor():
    assert result().classes == 10
    assert result().floor == pytest.approx(1.461150, abs=1e-6)


def test_two_classes_have_theirs():
    found = nb.run_experiment("logits-or-probabilities", data=nb.moons(64), quick=True, batch_size=8)
    assert (found.classes, found.floor) == (2, pytest.approx(0.313262, abs=1e-6))


@pytest.mark.parametrize(("side", "tail"), [(0, []), (1, [nn.Softmax(dim=1)])])
def test_the_losses_are_those_of_a_plain_loop(side, tail):
    found, (x, y) = result(), nb.split(nb.digits())[0]
    model = build(lambda: nn.Sequential(nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 10), *tail), 3)
    lr, settings = float(found.lr[side]), {"num_epochs": 2, "batch_size": 64, "seed": 3}
    losses, _ = plain_loop(model, x[:1344], y[:1344], F.cross_entropy, lambda p: torch.optim.SGD(p, lr=lr), **settings)
    expected = losses.double().reshape(2, 21).mean(1)
    torch.testing.assert_close(found.losses[side, 3, :2], expected, rtol=2e-3, atol=0)


def test_the_numbers_say_what_the_title_says():
    logits, probabilities = result().losses
    assert (probabilities > result().floor).all()
    assert logits[:, -1].median() < 0.25 * result().floor
    assert (logits[:, -1] < logits[:, 2]).all()
    rates = result().rates.tolist()
    assert all(rates[0] < lr < rates[-1] for lr in result().lr.tolist())
