"""Linear stacks against logistic regression as SciPy finds it, and against a plain product of matrices."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
import torch
from scipy.optimize import minimize

from nnbasics.data import circles, moons, split
from nnbasics.experiments import linear_collapse as experiment
from nnbasics.experiments.table import draw_experiment, judge_experiment, run_experiment
from nnbasics.experiments.verdicts import Result

NAME = "linear-collapse"
EXPECTED = {"linear-depth": "holds", "xor": "holds"}


@cache
def full() -> Result:
    return run_experiment(NAME)


@cache
def quick() -> Result:
    return run_experiment(NAME, quick=True)


def least_loss(x: np.ndarray, y: np.ndarray) -> float:
    rows, sign = np.c_[x, np.ones(len(x))], 2 * y - 1
    return minimize(lambda w: np.logaddexp(0, -sign * (rows @ w)).mean(), np.zeros(3), tol=1e-12).fun


def verdicts(result: Result) -> dict[str, str]:
    return {name: judgement.verdict for name, judgement in judge_experiment(NAME, result).items()}


@pytest.mark.slow
def test_the_verdicts():
    assert verdicts(full()) == EXPECTED
    assert list(full().worlds) == list(experiment.WORLDS)


def test_the_floor_is_the_optimum_of_logistic_regression():
    generator = torch.Generator().manual_seed(0)
    (x, y), _ = split(moons(256, generator=generator), share=0.5, generator=generator)
    assert quick().first.floor == pytest.approx(least_loss(x.double().numpy(), y.double().numpy()), abs=1e-8)


@pytest.mark.filterwarnings("ignore:the best learning rate")  # the larger, the better
def test_the_floor_of_separable_data_is_zero():
    y = torch.arange(40) % 2
    x = torch.stack([2.0 * y - 1, torch.linspace(-1, 1, 40)], dim=1)
    found = run_experiment(NAME, data=(x, y), seeds=[0], depths=(1, 2), num_epochs=5, rates=(0.1, 0.2), hidden=4)
    assert found.first.floor == pytest.approx(0, abs=1e-6)


def test_linear_stacks_reach_the_floor_at_every_depth_and_never_pass_it():
    found = quick().first
    linear, relu = found.losses["identity"], found.losses["relu"]
    assert bool((linear >= found.floor - 1e-6).all())
    assert linear.median(1).values.tolist() == pytest.approx([found.floor] * 3, rel=0.01)
    assert float(relu[1:].median()) < found.floor / 2
    assert torch.equal(linear[0], relu[0])  # one layer has nothing between


def test_a_stack_is_the_product_of_its_matrices():
    assert quick().first.off.shape == (3, 8)
    assert float(quick().first.off.max()) < 1e-12


def test_points_about_the_corners_are_xor():
    x, y = experiment.xor(400, generator=torch.Generator().manual_seed(0))
    assert float(((x[:, 0] * x[:, 1] < 0) == (y == 1)).double().mean()) > 0.99


def test_the_digits_are_standardized_and_told_apart_by_parity():
    x, y = experiment.even_digits(400, generator=torch.Generator().manual_seed(0))
    assert float(x.mean(0).abs().max()) < 1e-5
    assert float(x.std(0).max()) == pytest.approx(1, abs=1e-4)
    assert 0.4 < float(y.double().mean()) < 0.6


def test_a_world_turned_round_turns_the_verdict():
    """Depth that brings something, and ReLU that brings nothing."""
    found = quick().first
    losses = {**found.losses, "identity": found.losses["relu"]}
    right = {**found.right, "relu": found.right["identity"]}
    assert verdicts(Result(NAME, {"turned": replace(found, losses=losses, right=right)})) == {
        "linear-depth": "wrong",
        "xor": "not supported",
    }


def test_the_title_says_what_came_of_it():
    found = quick().first
    turned = Result(NAME, {"turned": replace(found, losses={**found.losses, "identity": found.losses["relu"]})}, True)
    for result, said in (
        (quick(), "Here: Without an activation, more layers bring nothing"),
        (turned, "Here: Layers without an activation end at another loss than one does"),
        (Result(NAME, {"a": found, "b": turned.first}), "Not all linear stacks end where a single layer does"),
    ):
        assert draw_experiment(NAME, result, lang="en").page_title == said


def test_one_linear_layer_and_several_draw_the_same_straight_line_and_relu_does_not():
    """Logits of a linear model are a plane over the grid: every second difference is 0."""
    one, several, bent = quick().first.plane.logits.double()
    for linear in (one, several):
        assert float(linear.diff(n=2, dim=0).abs().max()) < 1e-4
    assert float(bent.diff(n=2, dim=0).abs().max()) > 0.1
    assert float(((one > 0) == (several > 0)).double().mean()) > 0.99


def test_data_of_ones_own_are_a_world_of_their_own():
    found = run_experiment(NAME, data=circles(64), seeds=range(2), num_epochs=3)
    assert (found.here, list(found.worlds)) == (True, ["own data"])
    panels = draw_experiment(NAME, found, lang="en").axes
    assert [ax.get_title() for ax in panels] == ["1 linear layer", "4 linear layers", "4 layers with ReLU"]


def test_rows_of_more_than_two_numbers_are_drawn_as_bars():
    found = run_experiment(NAME, worlds=["digits"], seeds=range(2), num_epochs=3)
    (ax,) = draw_experiment(NAME, found, lang="zh").axes
    right = found.first.right
    expected = [right["identity"][0], right["identity"][-1], right["relu"][-1]]
    assert [bar.get_width() for bar in ax.patches] == pytest.approx([float(each.median()) for each in expected])


def test_bad_settings_are_named():
    with pytest.raises(ValueError, match=r"depths must be two ascending numbers or more, got \(2,\)"):
        run_experiment(NAME, depths=(2,))
    with pytest.raises(ValueError, match="Unknown world 'moon'"):
        run_experiment(NAME, worlds=["moon"])
