"""The double softmax: its floor by hand, its losses by a plain loop, its verdicts, and what its title says."""

import math
from functools import cache, partial

import pytest
import torch
from plain_loop import build, on_one_thread, plain_loop
from torch import nn
from torch.nn import functional as F

import nnbasics as nb
from nnbasics.experiments import logits_or_probabilities as experiment
from nnbasics.experiments._common import kaiming_first
from nnbasics.experiments.table import draw_experiment, judge_experiment, run_experiment
from nnbasics.experiments.verdicts import judge

__all__ = ["on_one_thread"]
NAME = "logits-or-probabilities"
EXPECTED = {"logits-train-better": "not supported", "double-softmax": "wrong"}


@cache
def result(**settings):
    return run_experiment(NAME, **{"seeds": range(8), "worlds": ("digits",), **settings})


@pytest.mark.slow
def test_the_verdicts():
    verdicts = judge_experiment(NAME, run_experiment(NAME))
    assert {name: each.verdict for name, each in verdicts.items()} == EXPECTED
    assert all(each.noted for each in verdicts.values())


@pytest.mark.parametrize(("classes", "floor"), [(2, 0.313262), (10, 1.461150)])
def test_the_floor_is_the_loss_of_a_perfect_prediction_that_goes_through_softmax_again(classes, floor):
    perfect = F.one_hot(torch.arange(classes), classes).double()
    assert float(F.cross_entropy(perfect, torch.arange(classes))) == pytest.approx(floor, abs=1e-6)
    found = experiment.LogitsOrProbabilities(None, None, classes)
    assert found.floor == pytest.approx(floor, abs=1e-6)


def test_a_loss_that_takes_no_second_softmax_would_be_ready(monkeypatch):
    (claim,) = (each for each in experiment.CLAIMS if each.id == "double-softmax")
    assert judge(claim, result()).verdict == EXPECTED["double-softmax"]
    monkeypatch.setattr(experiment, "second_softmax", F.cross_entropy)
    assert judge(claim, result()).verdict == "holds"


@pytest.mark.parametrize("side", ["logits", "probabilities"])
def test_the_losses_are_those_of_a_plain_loop(side):
    found, (x, y) = result().first, nb.split(nb.digits())[0]
    start = build(partial(kaiming_first, 64, 16, 10, torch.device("cpu")), 3)
    model = nn.Sequential(start, nn.Softmax(dim=1)) if side == "probabilities" else start
    lr, settings = found.race.lr[side], {"num_epochs": 2, "batch_size": 64, "seed": 3}
    losses, _ = plain_loop(model, x[:1344], y[:1344], F.cross_entropy, lambda p: torch.optim.SGD(p, lr=lr), **settings)
    measured = found.race.losses["logits"] if side == "logits" else found.own_losses
    torch.testing.assert_close(measured[3, :2], losses.double().reshape(2, 21).mean(1), rtol=2e-3, atol=0)


def test_on_one_scale_it_has_the_value_of_one_softmax_and_the_gradient_of_two():
    z, y = torch.randn(5, 3, generator=torch.Generator().manual_seed(0)).double(), torch.tensor([0, 1, 2, 1, 0])
    slopes = []
    for loss_fn in (experiment.same_scale, lambda z, y: F.cross_entropy(z.softmax(1), y)):
        leaf = z.clone().requires_grad_()
        slopes.append(torch.autograd.grad(loss_fn(leaf, y), leaf)[0])
    torch.testing.assert_close(slopes[0], slopes[1])
    torch.testing.assert_close(experiment.same_scale(z, y), F.cross_entropy(z, y))


def test_on_the_digits_it_slows_learning_down_and_the_title_says_here():
    found = result()
    assert (found.first.own_losses > found.first.floor).all()
    verdicts = judge_experiment(NAME, found)
    assert verdicts["logits-train-better"].verdict == "holds"
    figure = draw_experiment(NAME, found, lang="en")
    assert any("Here: A second softmax" in t.get_text() for t in figure.texts)
    assert "theory: its floor, 1.461" in [t.get_text() for t in figure.axes[0].texts]


def test_on_random_labels_the_title_does_not_say_that_it_slows_learning_down():
    generator = torch.Generator().manual_seed(0)
    data = torch.randn(256, 2, generator=generator), torch.randint(2, (256,), generator=generator)
    found = run_experiment(NAME, data=data, seeds=range(8), num_epochs=4)
    assert (found.here, found.first.classes) == (True, 2)
    texts = [t.get_text() for t in draw_experiment(NAME, found, lang="en").texts]
    assert not any("slows" in text for text in texts)
    assert math.isclose(found.first.floor, 0.313262, abs_tol=1e-6)


def test_the_first_side_turned_round_turns_the_verdict(monkeypatch):
    monkeypatch.setattr(experiment, "SIDES", {"probabilities": "cross_entropy", "logits": experiment.same_scale})
    found = run_experiment(NAME, seeds=range(8), worlds=["blobs"])
    assert judge_experiment(NAME, found)["logits-train-better"].verdict == "wrong"


def test_a_world_that_is_none_is_named():
    with pytest.raises(ValueError, match="world"):
        run_experiment(NAME, worlds=["nowhere"])
