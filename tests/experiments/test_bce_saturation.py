"""Gradients at wrong logits against NumPy in float64, training against a plain torch loop, the edges of float32."""

from __future__ import annotations

import math
from functools import cache

import numpy as np
import pytest
import torch
from scipy.special import expit
from torch import nn

from nnbasics.data import moons
from nnbasics.experiments import bce_saturation as experiment
from nnbasics.experiments.table import draw_experiment, judge_experiment, run_experiment
from nnbasics.experiments.verdicts import judge

STARTS = (-32.0, -8.0, 0.0, 8.0, 24.0)
WITH_LOGITS, BCE, MSE = range(3)
NAME, ID = "bce-saturation", "bce-saturated"
EXPECTED = {ID: "holds if"}


@cache
def whole():
    return run_experiment(NAME, seeds=range(4), starts=STARTS, num_updates=60)


def ask():
    return whole().first


def test_the_verdict_and_both_sides_of_its_condition():
    verdicts = judge_experiment(NAME, whole())
    assert {name: each.verdict for name, each in verdicts.items()} == EXPECTED
    judgement = verdicts[ID]
    assert judgement.noted
    assert [each.outcome == "holds" for each in judgement.worlds] == [each.inside for each in judgement.worlds]
    assert judgement.numbers == {"loss": 100.0, "slope": 0.0}
    assert any("loses its gradient" in t.get_text() for t in draw_experiment(NAME, whole(), lang="en").texts)


def test_the_loss_of_logits_turns_the_verdict():
    (claim,) = experiment.CLAIMS
    assert all(
        each.outcome == "holds"
        for each in experiment.saturated(whole(), loss=experiment.LOSSES["bce_with_logits"]).worlds
    )
    assert judge(claim, whole()).verdict == "holds if"


@pytest.mark.parametrize("bound", experiment.BOUNDS)
def test_the_cases_are_those_of_the_log_sum_exp_in_float64(bound):
    z = np.linspace(-bound, bound, 321)
    target = torch.from_numpy((z < 0).astype(np.float32))
    found = nn.BCELoss(reduction="none")(torch.sigmoid(torch.from_numpy(z).float()), target).double().numpy()
    off = np.abs(found - np.logaddexp(0, np.abs(z))) / (1 + np.logaddexp(0, np.abs(z)))
    assert (off.max() < experiment.NEAR) == (bound <= 16)


def test_with_logits_the_gradient_is_right_everywhere():
    result = ask()
    z = result.logits.double().numpy()
    right = expit(z) - (z < 0)
    assert np.allclose(result.gradient[WITH_LOGITS], right, atol=1e-6)
    assert np.allclose(experiment.exact_slopes(result.logits.double())[:2], right, atol=1e-15)


def test_mse_is_right_too_and_its_gradient_vanishes():
    result = ask()
    z = result.logits.double().numpy()
    right = 2 * (expit(z) - (z < 0)) * expit(z) * expit(-z)
    assert np.allclose(result.gradient[MSE], right, atol=1e-6)
    assert np.allclose(experiment.exact_slopes(result.logits.double())[MSE], right, atol=1e-15)
    assert float(result.gradient[MSE].abs()[result.logits.abs() > 20].max()) < 1e-8


def test_bce_loses_the_gradient_at_24_ln_2_and_fades_from_minus_27_6():
    """1 + exp(-z) rounds to 1 from 2^-24 on; torch divides by no less than 1e-12."""
    result = ask()
    z, slope = result.logits.double(), result.gradient[BCE].double()
    assert bool((slope[z > 24 * math.log(2)] == 0).all())
    good = (z > -27.5) & (z < 12)
    assert torch.allclose(slope[good], torch.from_numpy(expit(z[good].numpy()) - (z[good] < 0).numpy()), atol=5e-3)
    left = z < -27.75
    assert torch.allclose(slope[left], -1e12 * z[left].exp(), rtol=1e-3)


def test_where_float32_rounds_the_sigmoid_to_1():
    assert ask().one_from == pytest.approx(24 * math.log(2), abs=2e-3)


def plain_updates(name: str, seed: int, start: float, lr: float, num_updates: int) -> float:
    """A model of its own, with torch's modules and optimizer."""
    generator = torch.Generator().manual_seed(seed)
    x, y = moons(64, generator=generator)
    layer = nn.Linear(2, 1)
    with torch.no_grad():
        layer.weight.copy_((torch.randn(2, 1, generator=generator) / 2).T)
        layer.bias.fill_(start)
    loss_fn = {"bce_with_logits": nn.BCEWithLogitsLoss(), "bce": nn.BCELoss(), "mse": nn.MSELoss()}[name]
    optimizer = torch.optim.SGD(layer.parameters(), lr=lr)
    last = -1
    for update in range(num_updates + 1):
        z = layer(x).squeeze(1)
        if ((z > 0) == (y == 1)).float().mean() < 0.8:
            last = update
        optimizer.zero_grad()
        loss_fn(z if name == "bce_with_logits" else torch.sigmoid(z), y.float()).backward()
        optimizer.step()
    return last + 1.0 if last < num_updates else math.inf


@pytest.mark.parametrize("place", range(3))
def test_the_updates_are_those_of_a_plain_loop(place, own_stream):
    result = ask()
    for column, start in enumerate(STARTS):
        lr = float(result.lr[place, column])
        # 60 chaotic updates at a rate of 1,000 may part by rounding alone, so only moderate rates are compared
        if lr <= 30:
            found = [plain_updates(list(experiment.LOSSES)[place], seed, start, lr, 60) for seed in range(4)]
            assert result.updates[place, :, column].tolist() == found


def test_from_a_saturated_start_only_the_loss_of_logits_recovers():
    result = run_experiment(NAME).first
    recovered = result.updates.isfinite().double().mean(1)
    assert (recovered[WITH_LOGITS] == 1).all()
    assert (recovered[BCE, result.starts > result.one_from] == 0).all()
    assert (recovered[MSE, result.starts.abs() >= 16] == 0).all()
    assert torch.isin(result.lr[WITH_LOGITS], result.rates[1:-1]).all()  # no best rate at the edge where all recover
    assert (result.lr.isnan() <= (recovered < 1)).all()


@pytest.mark.parametrize(
    ("settings", "error", "message"),
    [
        ({"starts": []}, ValueError, "starts and rates must hold at least one number"),
        ({"rates": [0.0]}, ValueError, "rates must be a finite number > 0, got 0.0."),
        ({"num_updates": 0}, ValueError, "num_updates must be an integer >= 1, got 0."),
        ({"num_rows": 1}, ValueError, "num_rows must be an integer >= 2, got 1."),
    ],
)
def test_settings_that_make_no_sense_are_named(settings, error, message):
    with pytest.raises(error, match=message):
        run_experiment(NAME, **settings)
