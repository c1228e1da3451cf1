"""What is known of optimizers in closed form, held against torch's own: heavy ball, its best settings, Adam's steps."""

from __future__ import annotations

import math
from functools import partial

import numpy as np
import pytest
import torch

from nnbasics import OPTIMIZERS, descend, quadratic

CONDITIONS = [1.0, 2.0, 10.0, 100.0, 1000.0, 10000.0]


def step_matrix(lr: float, beta: float, curvature: float) -> np.ndarray:
    """What a step does to (place, velocity) on 1/2 curvature w^2: v <- beta v + curvature w, then w <- w - lr v."""
    return np.array([[1 - lr * curvature, -lr * beta], [curvature, beta]])


def radius(lr: float, beta: float, kappa: float) -> float:
    """The factor in the long run: the largest eigenvalue over both curvatures, 1 and kappa."""
    return max(np.abs(np.linalg.eigvals(step_matrix(lr, beta, c))).max() for c in (1.0, kappa))


def best(kappa: float) -> tuple[float, float, float]:
    """Polyak's lr, momentum and factor."""
    root = math.sqrt(kappa)
    return (2 / (1 + root)) ** 2, ((root - 1) / (root + 1)) ** 2, (root - 1) / (root + 1)


@pytest.mark.parametrize(("lr", "beta"), [(0.1, 0.0), (0.05, 0.5), (0.02, 0.9), (0.3, 0.99), (0.04, 0.4)])
@pytest.mark.parametrize("curvature", [0.1, 1.0, 8.0])
def test_the_heavy_ball_is_a_power_of_its_matrix(lr, beta, curvature):
    steps = 40
    start = torch.tensor([1.7], dtype=torch.float64)
    make = partial(OPTIMIZERS["momentum"], lr=lr, momentum=beta)
    path = descend(quadratic(curvature), start, make, num_steps=steps)[:, 0].numpy()
    matrix = step_matrix(lr, beta, curvature)
    wanted = [(np.linalg.matrix_power(matrix, t) @ [1.7, 0.0])[0] for t in range(steps + 1)]
    np.testing.assert_allclose(path, wanted, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("kappa", CONDITIONS)
def test_theorys_settings_give_theorys_factor_and_no_others_near_them_a_smaller_one(kappa):
    lr, beta, factor = best(kappa)
    # 1e-7: the root is a double one, which float64 knows only to the root of its precision.
    assert radius(lr, beta, kappa) == pytest.approx(factor, abs=1e-7)
    for scale in (0.8, 0.95, 0.999, 1.001, 1.05, 1.2):
        for shift in (-0.1, -0.01, 0.0, 0.01, 0.1):
            if 0 <= beta + shift < 1:
                assert radius(lr * scale, beta + shift, kappa) > factor - 1e-7
    plain = 2 / (1 + kappa)
    assert radius(plain, 0.0, kappa) == pytest.approx((kappa - 1) / (kappa + 1), abs=1e-12)
    assert all(radius(plain * scale, 0.0, kappa) > (kappa - 1) / (kappa + 1) for scale in (0.9, 0.999, 1.001, 1.1))


@pytest.mark.parametrize("kappa", CONDITIONS[1:])
def test_torch_needs_as_many_steps_as_theory_says(kappa):
    """-1/ln(factor) steps for a factor e: to a thousandth for the heavy ball, whose distance falls as t * factor^t."""
    lr, beta, factor = best(kappa)
    unit = max(1.0, math.sqrt(kappa) / 2)
    early, late = round(30 * unit), round(60 * unit)
    make = partial(OPTIMIZERS["momentum"], lr=lr, momentum=beta)
    start = torch.tensor([1.0, -0.6], dtype=torch.float64)
    distance = descend(quadratic(1.0, kappa), start, make, num_steps=late).norm(dim=1)
    fall = math.log(float(distance[early] / early) / float(distance[late] / late))
    assert (late - early) / fall == pytest.approx(-1 / math.log(factor), rel=1e-3)
    plain = partial(OPTIMIZERS["sgd"], lr=2 / (1 + kappa))
    distance = descend(quadratic(1.0, kappa), start, plain, num_steps=20).norm(dim=1)
    fall = math.log(float(distance[0] / distance[20]))
    assert 20 / fall == pytest.approx(-1 / math.log((kappa - 1) / (kappa + 1)), rel=1e-9)


@pytest.mark.parametrize("name", ["sgd", "momentum"])
def test_a_round_bowl_takes_one_step(name):
    settings = {"lr": 1.0} | ({"momentum": best(1.0)[1]} if name == "momentum" else {})
    start = torch.tensor([3.0, -2.0], dtype=torch.float64)
    path = descend(quadratic(1.0, 1.0), start, partial(OPTIMIZERS[name], **settings), num_steps=1)
    assert path[1].tolist() == [0.0, 0.0]


@pytest.mark.parametrize("lr", [1e-4, 0.01, 2.0])
@pytest.mark.parametrize("betas", [(0.9, 0.999), (0.5, 0.9), (0.0, 0.99)])
@pytest.mark.parametrize("name", ["adam", "adamw"])
def test_adams_first_step_is_lr_whatever_the_gradient(name, lr, betas):
    """lr * g/(|g| + eps), which eps = 1e-8 makes lr * sign(g) for all but the smallest gradients."""
    gradient = torch.tensor([1e6, -300.0, 1.0, -1e-3, 1e-6, -1e-8, 0.0], dtype=torch.float64)
    weight = torch.zeros_like(gradient)  # at zero the weight decay of AdamW moves nothing
    weight.grad = gradient.clone()
    OPTIMIZERS[name]([weight], lr=lr, betas=betas).step()
    g = gradient.numpy()
    np.testing.assert_allclose(weight.numpy(), -lr * g / (np.abs(g) + 1e-8), rtol=1e-12)
    np.testing.assert_allclose(weight[:4].numpy(), -lr * np.sign(g[:4]), rtol=2e-5)


def test_rmsprops_first_step_is_ten_times_lr():
    """It has no correction: lr / sqrt(1 - alpha), at torch's alpha = 0.99."""
    weight = torch.zeros(2, dtype=torch.float64)
    weight.grad = torch.tensor([5.0, -0.2], dtype=torch.float64)
    OPTIMIZERS["rmsprop"]([weight], lr=0.01).step()
    np.testing.assert_allclose(weight.numpy(), [-0.1, 0.1], rtol=1e-6)
