"""Overfitting: losses by a plain loop, verdicts on results made by hand, and what the title says of which data."""

from functools import cache, partial

import numpy as np
import pytest
import torch
from plain_loop import build, on_one_thread, plain_loop
from torch.nn import functional as F

import nnbasics as nb
from nnbasics.experiments import overfitting as experiment
from nnbasics.experiments.overfitting import Course, Overfitting
from nnbasics.experiments.table import draw_experiment, judge_experiment, run_experiment
from nnbasics.experiments.verdicts import OWN_WORLD, Result

__all__ = ["on_one_thread"]
NAME = "overfitting"
EXPECTED = {"loss-goal": "holds if", "loss-evaluates": "not supported", "relu-overfitting": "not supported"}


@pytest.mark.slow
def test_the_verdicts():
    verdicts = judge_experiment(NAME, run_experiment(NAME))
    assert {name: each.verdict for name, each in verdicts.items()} == EXPECTED
    assert all(each.noted for each in verdicts.values())


def test_the_condition_is_ten_rows_for_each_parameter():
    found = run_experiment(NAME, worlds=list(experiment.WORLDS), seeds=range(2), num_updates=8, rates=(0.03,))
    inside = {name for name, each in found.worlds.items() if each.enough}
    assert inside == {"many moons", "many"}  # 2048 rows; 162 and 129 parameters


@cache
def few():
    return run_experiment(NAME, worlds=("few moons",), seeds=range(8), num_updates=256)


def course(rise, right=(0.8, 0.9, 0.9), seeds=32):
    """Three moments: the training loss falls on, the loss on new rows is lowest in the middle and ends higher."""
    wobble = torch.linspace(-0.01, 0.01, seeds).double()[:, None].exp()
    train, test = torch.tensor([1.0, 0.5, 0.1]).double(), torch.tensor([1.0, 0.5, 0.5 * rise]).double()
    rights = torch.tensor(right).double() * wobble
    held = torch.tensor([1.0, 0.5, 0.6]).double().expand(seeds, -1)
    return Course([1, 2, 4], train.expand(seeds, -1), held, test * wobble ** torch.tensor([0, 0, 1]), rights, 0.1)


def made(rises, here=False):
    """A result: (rise of ReLU, rises of the others, whether rows are enough) for each world."""
    worlds = {}
    for place, (relu, others, enough) in enumerate(rises):
        courses = {"relu": course(relu), **{side: course(rise) for side, rise in others.items()}}
        worlds[list(experiment.WORLDS)[place]] = Overfitting(experiment.Rows(OWN_WORLD, nb.moons, 64), courses, enough)
    return Result(NAME, worlds, here=here)


@pytest.mark.parametrize(
    ("rises", "verdict"),
    [
        ([(3.0, {}, False), (1.0, {}, True)], "holds if"),
        ([(1.0, {}, False), (1.0, {}, True)], "holds"),
        ([(3.0, {}, False), (3.0, {}, True)], "wrong"),
        ([(1.0, {}, False), (3.0, {}, True)], "not supported"),
    ],
)
def test_the_verdict_on_the_goal_follows_from_the_rise(rises, verdict):
    assert judge_experiment(NAME, made(rises))["loss-goal"].verdict == verdict


@pytest.mark.parametrize(
    ("tanh", "sigmoid", "verdict"), [(4.0, 4.0, "holds"), (1.0, 1.0, "wrong"), (4.0, 1.0, "not supported")]
)
def test_the_verdict_on_relu_follows_from_the_rises(tanh, sigmoid, verdict):
    found = made([(2.0, {"tanh": tanh, "sigmoid": sigmoid}, False)])
    judgement = judge_experiment(NAME, found)["relu-overfitting"]
    assert judgement.verdict == verdict
    assert judgement.noted == (sigmoid < 2)


def test_the_rise_is_that_from_the_stop_to_the_lowest_training_loss():
    np.testing.assert_allclose(course(3.0).rise.mean(), np.log(3.0), rtol=1e-6)
    assert [
        round(float(v), 3) for v in experiment.at_lowest(torch.tensor([[2.0, 1.0]]), torch.tensor([[5.0, 7.0]]))
    ] == [7]


def test_few_overlapping_rows_are_overfitted_and_the_title_says_so():
    verdicts = judge_experiment(NAME, few())
    assert verdicts["loss-goal"].worlds[0].outcome == "opposite"
    figure = draw_experiment(NAME, few(), lang="en")
    assert figure.page_title == "Here: The training loss falls on while the loss on new data rises"
    course, (stop,) = (
        few().first.courses["relu"],
        [t for t in figure.axes[0].texts if t.get_text() == "best to stop here"],
    )
    low = np.median(course.test, axis=0)
    assert stop.xy == pytest.approx((course.epochs[low.argmin()], low.min()))


def test_on_many_rows_the_title_says_the_other_thing():
    found = run_experiment(NAME, data=nb.moons(4096, noise=0.3), seeds=range(8), num_updates=128, rates=(0.03, 0.1))
    assert found.here
    figure = draw_experiment(NAME, found, lang="en")
    assert figure.page_title == "Here: The lowest training loss is as good as any on new data"
    assert "best to stop here" not in [t.get_text() for t in figure.axes[0].texts]


def test_numbers_of_ones_own_have_no_right_answers():
    generator = torch.Generator().manual_seed(0)
    x = torch.randn(200, 3, generator=generator)
    found = run_experiment(NAME, data=(x, x.sum(1)), seeds=range(4), num_updates=16)
    verdicts = judge_experiment(NAME, found)
    assert "loss-evaluates" not in verdicts
    assert found.first.courses["relu"].right.isnan().all()
    draw_experiment(NAME, found, lang="zh")


@pytest.mark.parametrize("side", ["relu", "tanh", "sigmoid"])
def test_the_losses_are_those_of_a_plain_loop(side):
    found, seed = few().first.courses[side], 5
    x, y = nb.moons(864, noise=0.3, generator=(generator := torch.Generator().manual_seed(seed)))
    order = torch.randperm(864, generator=generator)
    make = partial(experiment.model, side, 2, 32, 2, torch.device("cpu"))
    for moment in (1, 4, 16):
        model = build(make, seed)
        optimizer = partial(torch.optim.Adam, lr=found.lr)
        plain_loop(model, x[order[:64]], y[order[:64]], F.cross_entropy, optimizer, num_epochs=moment)
        place = found.epochs.index(moment)
        for values, rows in ((found.train, order[:64]), (found.held, order[64:464]), (found.test, order[464:])):
            expected = F.cross_entropy(model(x[rows]), y[rows]).item()
            assert float(values[seed, place]) == pytest.approx(expected, rel=1e-3)
        right = (model(x[order[464:]]).argmax(1) == y[order[464:]]).double().mean()
        assert float(found.right[seed, place]) == pytest.approx(float(right), abs=0.004)


@pytest.mark.parametrize(("side", "gain"), [("sigmoid", 4.0), ("tanh", 5 / 3), ("relu", None)])
def test_each_activation_has_its_start(side, gain):
    model = build(partial(experiment.model, side, 400, 400, 2, torch.device("cpu")), 0)
    expected = (2 / 400) ** 0.5 if gain is None else gain * (2 / 800) ** 0.5
    assert float(model[0].weight.detach().std()) == pytest.approx(expected, rel=0.02)
    assert not model[0].bias.any()


@pytest.mark.parametrize(
    ("settings", "error", "message"),
    [
        ({"worlds": ["nowhere"]}, ValueError, "world"),
        ({"rates": []}, ValueError, "rates must be"),
        ({"data": 3}, TypeError, "data must be"),
    ],
)
def test_settings_that_make_no_sense_are_named(settings, error, message):
    with pytest.raises(error, match=message):
        run_experiment(NAME, **{"seeds": range(2), "worlds": ["few"], **settings})
