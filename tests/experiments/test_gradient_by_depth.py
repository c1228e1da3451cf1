"""Gradients by depth against the chain rule, written out; against theory: tests/test_theory_depth.py."""

from __future__ import annotations

import dataclasses
from functools import cache

import numpy as np
import pytest
import torch

import nnbasics as nb
from nnbasics.experiments.verdicts import Result

EXPECTED = {
    "sigmoid-vanishes": "holds if",
    "tanh-vanishes": "holds if",
    "relu-relieves-vanishing": "holds if",
    "small-weights-vanish": "holds",
    "large-weights-explode": "holds if",
}


@cache
def few():
    """Eight seeds, which suffice here: the effects are many times the smallest that counts."""
    return nb.run_experiment("gradient-by-depth", seeds=range(8), worlds=["medium", "wide"])


@pytest.mark.parametrize(
    ("name", "f", "slope"),
    [
        ("sigmoid", lambda z: 1 / (1 + np.exp(-z)), lambda z: np.exp(-z) / (1 + np.exp(-z)) ** 2),
        ("tanh", np.tanh, lambda z: 1 - np.tanh(z) ** 2),
        ("relu", lambda z: np.maximum(z, 0), lambda z: (z > 0).astype(float)),
    ],
)
def test_it_measures_what_the_chain_rule_says(name, f, slope):
    """dL/dz_l = f'(z_l) * W_{l+1}^T dL/dz_{l+1}, in NumPy."""
    found = nb.run_experiment("gradient-by-depth", seeds=range(11), worlds=["deep"], depth=4, width=10).first
    for seed in (0, 10):  # of the first and of the last group
        generator = torch.Generator().manual_seed(seed)
        a = torch.randn(10, 8, generator=generator).double().numpy()
        weights = [(torch.randn(10, 10, generator=generator) * 0.1**0.5).double().numpy() for _ in range(4)]
        sums = []
        for weight in weights:
            sums.append(weight @ a)
            a = f(sums[-1])
        gradients = [torch.randn(10, 8, generator=generator).double().numpy()]
        for z, weight in zip(sums[-2::-1], weights[:0:-1], strict=True):
            gradients.append(slope(z) * (weight.T @ gradients[-1]))
        right = [np.sqrt((g**2).mean()) for g in reversed(gradients)]
        np.testing.assert_allclose(found.gradient[name, "xavier"][seed], right, rtol=1e-5)


@pytest.mark.slow
@pytest.mark.parametrize("id", EXPECTED)
def test_verdicts(id):
    judged = nb.judge_experiment("gradient-by-depth", whole())[id]
    assert judged.verdict == EXPECTED[id]
    assert judged.noted


@cache
def whole():
    return nb.run_experiment("gradient-by-depth")


@pytest.mark.parametrize("id", EXPECTED)
def test_verdicts_of_two_worlds(id):
    judged = nb.judge_experiment("gradient-by-depth", few())[id]
    assert judged.verdict == EXPECTED[id]
    assert judged.noted


def made(**last):
    """A deep world whose gradients stay at 1, but for the first layer's where a test says another."""
    found = nb.run_experiment("gradient-by-depth", seeds=range(8), worlds=["deep"], width=8, depth=11).first
    even = {case: torch.ones(8, 11, dtype=torch.float64) for case in found.gradient}
    for activation, first in last.items():
        for case, values in even.items():
            if case[0] == activation:
                values[:, 0] = first
    return Result("gradient-by-depth", {"deep": dataclasses.replace(found, gradient=even)}, here=True)


@pytest.mark.parametrize(
    ("first", "said"),
    [
        (1e-6, "Here: With sigmoid the gradient vanishes on its way back"),
        (1.0, "Here: With sigmoid the gradient does not vanish"),
        (1e6, "Here: With sigmoid the gradient does not vanish"),
        (torch.tensor([1e-9, 1.0] * 4, dtype=torch.float64), "Here: It is unclear"),
    ],
)
def test_the_title_follows_the_numbers(first, said):
    figure = nb.draw_experiment("gradient-by-depth", made(sigmoid=first), lang="en")
    assert figure.page_title.startswith(said)


def test_verdicts_turn_with_the_numbers():
    kept = nb.judge_experiment("gradient-by-depth", made())
    assert {id: kept[id].verdict for id in EXPECTED} == {
        "sigmoid-vanishes": "not supported",
        "tanh-vanishes": "not supported",
        "relu-relieves-vanishing": "holds",
        "small-weights-vanish": "not supported",
        "large-weights-explode": "not supported",
    }
    assert not kept["relu-relieves-vanishing"].noted  # torch's default would not vanish
    lost = nb.judge_experiment("gradient-by-depth", made(relu=1e-9))
    assert lost["relu-relieves-vanishing"].verdict == "wrong"


@pytest.mark.parametrize(
    ("settings", "message"),
    [({"worlds": ["shallow"]}, "Unknown world 'shallow'"), ({"width": 1}, "width must be an integer >= 2, got 1.")],
)
def test_bad_settings_are_named(settings, message):
    with pytest.raises(ValueError, match=message):
        nb.run_experiment("gradient-by-depth", **settings)


def test_what_is_left_stands_beside_the_curve():
    ax = nb.draw_experiment("gradient-by-depth", few(), lang="en").axes[0]
    left = float(few().worlds["medium"].gradient["sigmoid", "xavier"][:, 0].log10().median())
    assert f"sigmoid, Xavier\n×$10^{{{round(left)}}}$" in [text.get_text() for text in ax.texts]
