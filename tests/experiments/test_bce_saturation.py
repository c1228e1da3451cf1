"""Gradients at wrong logits against NumPy in float64; the edges of float32."""

from __future__ import annotations

import math
from functools import cache

import numpy as np
import pytest
import torch
from scipy.special import expit
from torch import nn

from nnbasics.experiments import bce_saturation as experiment
from nnbasics.experiments.table import draw_experiment, judge_experiment, run_experiment
from nnbasics.experiments.verdicts import judge

WITH_LOGITS, BCE = range(2)
NAME, ID = "bce-saturation", "bce-saturated"
EXPECTED = {ID: "holds if"}


@cache
def whole():
    return run_experiment(NAME)


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
    assert np.allclose(experiment.exact_slope(result.logits.double()), right, atol=1e-15)


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


def test_the_picture_is_of_both_losses_up_to_where_one_has_lost_it():
    (ax,) = draw_experiment(NAME, whole(), lang="en").axes
    (bce, with_logits), (zone,) = ax.lines, ax.patches
    assert zone.get_x() == pytest.approx(24 * math.log(2), abs=2e-3)
    z = np.array(bce.get_xdata())
    assert (z.min(), z.max()) == (0, 40)
    assert np.allclose(with_logits.get_ydata(), expit(z), atol=1e-6)
    assert np.allclose(bce.get_ydata(), np.where(z < 24 * math.log(2), expit(z), 0), atol=0.05)  # two of its steps
