"""Gradients by depth against the chain rule, written out; against theory: tests/test_theory_depth.py."""

from __future__ import annotations

import numpy as np
import pytest
import torch

import nnbasics as nb
from nnbasics.experiments.gradient_by_depth import QUICK


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
    found = nb.run_experiment("gradient-by-depth", seeds=range(11), activations=(name,), depth=4, width=10, rows=6)
    for seed in (0, 10):  # of the first and of the last group
        generator = torch.Generator().manual_seed(seed)
        a = torch.randn(10, 6, generator=generator).double().numpy()
        weights = [(torch.randn(10, 10, generator=generator) * 0.1**0.5).double().numpy() for _ in range(4)]
        sums = []
        for weight in weights:
            sums.append(weight @ a)
            a = f(sums[-1])
        gradients = [torch.randn(10, 6, generator=generator).double().numpy()]
        for z, weight in zip(sums[-2::-1], weights[:0:-1], strict=True):
            gradients.append(slope(z) * (weight.T @ gradients[-1]))
        right = [np.sqrt((g**2).mean()) for g in reversed(gradients)]
        np.testing.assert_allclose(found.gradient[0, found.initializers.index("xavier"), seed], right, rtol=1e-5)


@pytest.mark.parametrize("settings", [{"seeds": range(8)}, QUICK], ids=["deep", "quick"])
def test_the_numbers_say_what_the_figure_says(settings):
    found = nb.run_experiment("gradient-by-depth", **settings)
    first = dict(zip(found.activations, found.gradient[..., 0].median(2).values, strict=True))
    at = {name: dict(zip(found.initializers, row.tolist(), strict=True)) for name, row in first.items()}
    assert at["sigmoid"]["xavier"] < 1e-10
    assert 0.05 < at["tanh"]["xavier"] < 1
    assert at["relu"]["xavier"] < 1e-3
    assert 0.3 < at["relu"]["kaiming"] < 2
