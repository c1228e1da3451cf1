"""Softmax by temperature against scipy in float64, the limits in closed form, and the gradient by hand."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy.special import softmax
from scipy.stats import entropy
from torch.nn import functional as F

from nnbasics.experiments import softmax_temperature as experiment
from nnbasics.experiments.table import draw_experiment, judge_experiment, run_experiment
from nnbasics.experiments.verdicts import verdict

NAME = "softmax-temperature"
EXPECTED = {"softmax-temperature": "holds", "softmax-formula": "holds if"}


def ask(**settings):
    return run_experiment(NAME, **settings).first


@pytest.mark.parametrize("logits", [experiment.EXAMPLE, (2.0, 2.0, 1.0), (1.0, 1.0), (0.0, 1e-4, 90.0)])
def test_the_verdicts_whatever_the_scores(logits):
    found = run_experiment(NAME, logits=logits)
    verdicts = judge_experiment(NAME, found)
    assert {name: each.verdict for name, each in verdicts.items()} == EXPECTED
    assert all(each.noted for each in verdicts.values())
    assert any("evens scores out" in t.get_text() for t in draw_experiment(NAME, found, lang="en").texts)


def test_the_formula_is_right_exactly_where_the_largest_score_allows():
    worlds = judge_experiment(NAME, run_experiment(NAME))["softmax-formula"].worlds
    assert [each.outcome == "holds" for each in worlds] == [each.inside for each in worlds]
    assert {each.inside for each in worlds} == {True, False}


@pytest.mark.parametrize(
    ("largest", "count", "right"),
    [(88.0, 1, True), (80.0, 1000, True), (82.5, 1000, False), (-86.9, 3, True), (-120.0, 3, False)],
)
def test_the_bounds_are_those_of_float32(largest, count, right):
    scores = np.full(count, largest, dtype=np.float32)
    with np.errstate(all="ignore"):
        found = np.exp(scores) / np.exp(scores).sum()
    assert np.allclose(found, 1 / count, rtol=1e-4) == right == experiment.fits(scores.tolist())


def test_a_formula_that_subtracts_the_largest_turns_the_verdict():
    finding = experiment.as_written(run_experiment(NAME), formula=lambda z: experiment.quotient(z - z.max()))
    assert verdict("identity", finding.worlds) == "holds"
    assert not finding.noted


def test_scores_that_a_temperature_does_not_even_out_turn_the_verdict():
    found = run_experiment(NAME, temperatures=[0.1, 1.0, 10.0])
    found.first.entropy.copy_(found.first.entropy.flip(1))  # the warmer, the less even
    assert judge_experiment(NAME, found)["softmax-temperature"].verdict == "wrong"
    assert any("does not even out" in t.get_text() for t in draw_experiment(NAME, found, lang="en").texts)


def test_example_and_entropies_are_scipys():
    result = ask(seeds=range(8))
    t, shown = (each.double().numpy() for each in (result.temperatures, result.shown))
    example = softmax(np.array([0.2, 1.3, 3.75])[None] / shown[:, None], axis=1)
    assert np.allclose(result.probabilities, example, atol=1e-6)
    for seed, found in enumerate(result.entropy):
        z = 2 * torch.randn(10, generator=torch.Generator().manual_seed(seed)).double().numpy()
        assert np.allclose(found, entropy(softmax(z[None] / t[:, None], axis=1), axis=1), atol=1e-5)


def test_at_temperature_1_it_is_the_articles_softmax():
    result = ask(shown=[1.0])
    assert result.probabilities[0].tolist() == pytest.approx([0.0258, 0.0774, 0.8968], abs=5e-5)


@pytest.mark.parametrize(
    ("logits", "cold"),
    [((0.2, 1.3, 3.75), [0, 0, 1]), ((2.0, 2.0, 1.0), [0.5, 0.5, 0]), ((1.0, 1.0, 1.0), [1 / 3, 1 / 3, 1 / 3])],
)
def test_the_limits(logits, cold):
    result = ask(logits=logits, temperatures=[1e-4, 1e6], shown=[1e-4, 1e6])
    assert result.probabilities[0].tolist() == pytest.approx(cold)
    assert result.probabilities[1].tolist() == pytest.approx([1 / 3] * 3, abs=1e-5)
    assert result.entropy[:, 1].tolist() == pytest.approx([np.log(10)] * 32, abs=1e-5)
    assert float(result.entropy[:, 0].max()) < 1e-3


def test_each_bar_says_its_probability_and_the_largest_stands_out():
    figure = draw_experiment(NAME, run_experiment(NAME, quick=True), lang="en")
    assert [ax.texts[-1].get_text() for ax in figure.axes] == [
        "temperature $T$ = 0.5",
        "$T$ = 1: as it is",
        "$T$ = 2",
        "$T$ = 5",
    ]
    for ax, t in zip(figure.axes, (0.5, 1, 2, 5), strict=True):
        right = softmax(np.array([0.2, 1.3, 3.75]) / t)
        assert [bar.get_height() for bar in ax.patches] == pytest.approx(right.tolist(), abs=1e-6)
        assert [text.get_text() for text in ax.texts[:3]] == [f"{p:.2f}" for p in right]
        assert len({bar.get_facecolor() for bar in ax.patches[:2]}) == 1
        assert ax.patches[2].get_facecolor() != ax.patches[0].get_facecolor()


@pytest.mark.parametrize("temperature", [0.5, 1.0, 4.0])
def test_the_gradient_of_cross_entropy_is_p_minus_t_over_the_temperature(temperature):
    p = ask(shown=[temperature]).probabilities[0]
    z = torch.tensor([0.2, 1.3, 3.75], requires_grad=True)
    (gradient,) = torch.autograd.grad(F.cross_entropy(z / temperature, torch.tensor(0)), z)
    assert torch.allclose(gradient, (p - torch.tensor([1.0, 0, 0])) / temperature)


def test_the_drawn_scores_even_out_on_the_way():
    result = ask()
    assert float(result.entropy[:, 0].median()) < 0.05 * np.log(10)
    assert float(result.entropy[:, -1].min()) > 0.9 * np.log(10)


@pytest.mark.parametrize(
    ("settings", "error", "message"),
    [
        ({"classes": 1}, ValueError, "classes must be an integer >= 2, got 1."),
        ({"spread": 0}, ValueError, "spread must be a finite number > 0, got 0."),
        ({"temperatures": [1.0, 0.0]}, ValueError, "temperatures must be a finite number > 0, got 0.0."),
        ({"temperatures": []}, ValueError, "temperatures must not be empty"),
        ({"shown": [0.0]}, ValueError, "shown must be a finite number > 0, got 0.0."),
        ({"shown": range(1, 6)}, ValueError, "shown must hold from 1 to 4 temperatures, got 5."),
        ({"logits": []}, ValueError, "logits must not be empty"),
    ],
)
def test_settings_that_make_no_sense_are_named(settings, error, message):
    with pytest.raises(error, match=message):
        ask(**settings)
