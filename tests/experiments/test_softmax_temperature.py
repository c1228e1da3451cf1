"""Softmax by temperature against scipy in float64, the limits in closed form, and the gradient by hand."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy.special import softmax
from scipy.stats import entropy
from torch.nn import functional as F

import nnbasics as nb


def ask(**settings):
    return nb.run_experiment("softmax-temperature", **settings)


def test_example_and_entropies_are_scipys():
    result = ask(seeds=range(8))
    t = result.temperatures.double().numpy()
    example = softmax(np.array([0.2, 1.3, 3.75])[None] / t[:, None], axis=1)
    assert np.allclose(result.example_probabilities, example, atol=1e-6)
    for seed, found in enumerate(result.entropy):
        z = 2 * torch.randn(10, generator=torch.Generator().manual_seed(seed)).double().numpy()
        assert np.allclose(found, entropy(softmax(z[None] / t[:, None], axis=1), axis=1), atol=1e-5)


def test_at_temperature_1_it_is_the_articles_softmax():
    result = ask(temperatures=[1.0])
    assert result.example_probabilities[0].tolist() == pytest.approx([0.0258, 0.0774, 0.8968], abs=5e-5)


@pytest.mark.parametrize(
    ("logits", "cold"),
    [((0.2, 1.3, 3.75), [0, 0, 1]), ((2.0, 2.0, 1.0), [0.5, 0.5, 0]), ((1.0, 1.0, 1.0), [1 / 3, 1 / 3, 1 / 3])],
)
def test_the_limits(logits, cold):
    result = ask(logits=logits, temperatures=[1e-4, 1e6])
    assert result.example_probabilities[0].tolist() == pytest.approx(cold)
    assert result.example_probabilities[1].tolist() == pytest.approx([1 / 3] * 3, abs=1e-5)
    assert result.entropy[:, 1].tolist() == pytest.approx([np.log(10)] * 32, abs=1e-5)
    assert float(result.entropy[:, 0].max()) < 1e-3


def test_warm_theory_errs_by_the_third_power_of_the_temperature():
    result = ask(temperatures=[8.0, 16.0, 32.0], spread=1.0)
    off = (result.entropy - result.theory_warm).abs().max(0).values
    assert (off < 4 / result.temperatures**3).all()


@pytest.mark.parametrize("temperature", [0.5, 1.0, 4.0])
def test_the_gradient_of_cross_entropy_is_p_minus_t_over_the_temperature(temperature):
    p = ask(temperatures=[temperature]).example_probabilities[0]
    z = torch.tensor([0.2, 1.3, 3.75], requires_grad=True)
    (gradient,) = torch.autograd.grad(F.cross_entropy(z / temperature, torch.tensor(0)), z)
    assert torch.allclose(gradient, (p - torch.tensor([1.0, 0, 0])) / temperature)


def test_the_numbers_say_what_the_title_says():
    result = ask()
    assert bool((result.entropy.diff(dim=1) >= -1e-5).all())  # the warmer, the more even, for each seed
    assert float(result.entropy[:, 0].median()) < 0.05 * result.theory_uniform
    assert float(result.entropy[:, -1].min()) > 0.9 * result.theory_uniform
    assert result.example_probabilities[0].argmax() == result.example.argmax()


@pytest.mark.parametrize(
    ("settings", "error", "message"),
    [
        ({"classes": 1}, ValueError, "classes must be an integer >= 2, got 1."),
        ({"spread": 0}, ValueError, "spread must be a finite number > 0, got 0."),
        ({"temperatures": [1.0, 0.0]}, ValueError, "temperatures must be a finite number > 0, got 0.0."),
        ({"temperatures": []}, ValueError, "temperatures must not be empty"),
        ({"logits": []}, ValueError, "logits must not be empty"),
    ],
)
def test_settings_that_make_no_sense_are_named(settings, error, message):
    with pytest.raises(error, match=message):
        ask(**settings)
