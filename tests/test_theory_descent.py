"""Training against what theory says in closed form: a bowl, deep linear networks, schedules."""

from __future__ import annotations

import math
from functools import partial

import numpy as np
import pytest
import torch
from torch import nn

from nnbasics import SCHEDULERS, trace_lr, train


@pytest.mark.usefixtures("own_stream")
@pytest.mark.parametrize("lr", [0.01, 0.1, 0.2, 0.24])
def test_a_linear_model_on_a_bowl_shrinks_by_a_power(lr):
    """With rows sqrt(c_i) e_i and targets 0, torch's mean of squares over two rows is 1/2 sum c_i w_i^2.

    So w_i(t) = (1 - lr c_i)^t w_i(0), and the loss before update t is 1/2 sum c_i (1 - lr c_i)^(2t) w_i(0)^2.
    """
    c, start, updates = np.array([1.0, 9.0]), np.array([1.5, -0.5]), 40
    x = torch.diag(torch.tensor(np.sqrt(c)))
    model = nn.Linear(2, 1, bias=False).double()
    with torch.no_grad():
        model.weight.copy_(torch.tensor(start))
    losses, _, _ = train(model, x, torch.zeros(2, 1, dtype=torch.float64), loss_fn="mse", lr=lr, num_epochs=updates)
    weights = start * (1 - lr * c) ** np.arange(updates + 1)[:, None]
    np.testing.assert_allclose(model.weight.detach().numpy()[0], weights[-1], rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(losses.numpy(), 0.5 * (c * weights[:-1] ** 2).sum(1), rtol=1e-12, atol=1e-12)


def orthogonal(size, seed):
    return np.linalg.qr(np.random.default_rng(seed).normal(size=(size, size)))[0]


@pytest.mark.usefixtures("own_stream")
@pytest.mark.parametrize(
    ("strengths", "inputs", "hidden", "start"),
    [
        ((3.0, 1.5, 0.8), 4, 3, 0.01),
        ((2.0, 1.0), 2, 5, 0.001),
        ((1.0,), 3, 1, 0.05),
    ],
)
def test_a_deep_linear_network_learns_each_mode_along_its_sigmoid(strengths, inputs, hidden, start):
    """Saxe, McClelland & Ganguli (2014), https://arxiv.org/abs/1312.6120, equation 13, over the whole curve.

    Inputs are white, the targets U S V^T x, and the start is balanced and aligned: every mode of W2 W1 begins at
    a(0) = `start`. Then tau da/dt = 2 a (s - a). torch's mse is the mean over the rows and the k outputs, so its
    gradient with respect to W2 W1 is (2/k) (W2 W1 - U S V^T), and tau = k / (2 lr) in updates.
    """
    k, modes, lr = len(strengths) + 1, len(strengths), 0.002
    s, u, v = np.array(strengths), orthogonal(k, 1)[:, :modes], orthogonal(inputs, 2)[:, :modes]
    rows = orthogonal(12, 3)[:, :inputs] * math.sqrt(12)  # x^T x / N = 1
    assert np.allclose(rows.T @ rows / 12, np.eye(inputs))
    between = orthogonal(hidden, 4)[:, :modes]  # how the modes lie in the hidden layer does not matter
    x, y = torch.tensor(rows), torch.tensor(rows @ (u * s @ v.T).T)
    model = nn.Sequential(nn.Linear(inputs, hidden, bias=False), nn.Linear(hidden, k, bias=False)).double()
    with torch.no_grad():
        model[0].weight.copy_(torch.tensor(between * math.sqrt(start) @ v.T))
        model[1].weight.copy_(torch.tensor(u * math.sqrt(start) @ between.T))

    tau, chunk = k / (2 * lr), 60
    end = tau / (2 * s.min()) * math.log(100 * s.min() / start)  # the weakest mode is within 1 % of s then
    t, seen, losses = np.arange(0, end + chunk, chunk), [], []
    for _ in t:
        product = (model[1].weight @ model[0].weight).detach().numpy()
        seen.append(u.T @ product @ v)
        losses.append(train(model, x, y, loss_fn="mse", lr=lr, num_epochs=chunk).losses[0].item())
    growth = np.exp(2 * s * t[:, None] / tau)
    theory = s * growth / (growth - 1 + s / start)
    learned = np.array(seen)
    np.testing.assert_allclose(learned.diagonal(axis1=1, axis2=2), theory, rtol=0.02)
    np.testing.assert_allclose(theory[-1], s, rtol=0.02)
    assert (
        np.abs(learned - np.array([np.diag(row.diagonal()) for row in learned])).max() < 1e-9
    )  # no mode disturbs another
    left = ((s - theory) ** 2).sum(1) / k
    np.testing.assert_allclose(losses, left, atol=0.02 * left[0])


T = 60


def eased(start, end, share):
    """Half a wave of a cosine from start to end."""
    return end + (start - end) * (1 + math.cos(math.pi * share)) / 2


def one_cycle(t):
    """Up from a 25th of the greatest rate over the first 30 %, down to a 10,000th of where it began."""
    peak = 0.3 * T - 1
    if t <= peak:
        return eased(0.5 / 25, 0.5, t / peak)
    return eased(0.5, 0.5 / 25 / 1e4, (t - peak) / (T - 1 - peak))


CLOSED_FORMS = {
    "step": ({"step_size": 7, "gamma": 0.6}, lambda t: 0.5 * 0.6 ** (t // 7)),
    "multi_step": (
        {"milestones": [10, 11, 40], "gamma": 0.3},
        lambda t: 0.5 * 0.3 ** sum(t >= m for m in (10, 11, 40)),
    ),
    "exponential": ({"gamma": 0.93}, lambda t: 0.5 * 0.93**t),
    "cosine": ({"T_max": T, "eta_min": 0.01}, lambda t: eased(0.5, 0.01, t / T)),
    "one_cycle": ({"max_lr": 0.5, "total_steps": T}, one_cycle),
}


@pytest.mark.parametrize("name", CLOSED_FORMS)
def test_schedules_are_their_closed_forms_at_every_step(name):
    settings, formula = CLOSED_FORMS[name]
    rates = trace_lr(partial(SCHEDULERS[name], **settings), lr=0.5, num_steps=T)
    assert rates.tolist() == pytest.approx([formula(t) for t in range(T)], rel=1e-9)
