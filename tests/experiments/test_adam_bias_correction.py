"""Adam with and without bias correction against the paper's recurrence in NumPy."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
import torch
from torch import nn

import nnbasics as nb
from nnbasics.experiments.adam_bias_correction import BETA2S, TITLES, WORLDS, Steps, Training, measure, uncorrected_adam
from nnbasics.experiments.table import draw_experiment, judge_experiment
from nnbasics.experiments.verdicts import HERE, Result

EXPECTED = {"adam-correction": "holds", "adam-parts": "holds if"}
TOY = nb.circles(120)


@cache
def own():
    return measure(seeds=range(4), data=TOY, num_steps=300, num_epochs=2)


def by_recurrence(gradients, lr, betas, *, corrected, smaller_eps=False):
    """Algorithm 1 of Kingma and Ba, with or without its two corrections, and with eps * sqrt(1 - beta2^t) for eps."""
    mean, square, weight, path = 0.0, 0.0, np.zeros(gradients.shape[1]), []
    for t, g in enumerate(gradients, start=1):
        mean = betas[0] * mean + (1 - betas[0]) * g
        square = betas[1] * square + (1 - betas[1]) * g**2
        m, v = (mean / (1 - betas[0] ** t), square / (1 - betas[1] ** t)) if corrected else (mean, square)
        eps = 1e-8 * np.sqrt(1 - betas[1] ** t) if smaller_eps else 1e-8
        weight = weight - lr * m / (np.sqrt(v) + eps)
        path.append(weight)
    return np.array(path)


@pytest.mark.parametrize("betas", [(0.9, 0.999), (0.9, 0.9), (0.5, 0.99)])
@pytest.mark.parametrize(("make", "corrected"), [(torch.optim.Adam, True), (uncorrected_adam, False)])
def test_both_take_the_papers_steps(make, corrected, betas):
    gradients = np.random.default_rng(3).normal(size=(200, 10))
    weight = torch.zeros(10, dtype=torch.float64)
    optimizer, path = make([weight], lr=0.01, betas=betas), []
    for g in gradients:
        weight.grad = torch.from_numpy(g.copy())
        optimizer.step()
        path.append(weight.numpy().copy())
    exact = by_recurrence(gradients, 0.01, betas, corrected=corrected, smaller_eps=not corrected)
    np.testing.assert_allclose(path, exact, rtol=0, atol=1e-12)
    # A millionth of the way: beside gradients of size 1 it does not matter that eps is smaller for a while.
    np.testing.assert_allclose(path, by_recurrence(gradients, 0.01, betas, corrected=corrected), rtol=0, atol=1e-6)
    assert optimizer.param_groups[0]["lr"] == 0.01  # what a scheduler reads and sets is left as it is


def test_a_scheduler_still_sets_its_rate():
    weight = torch.zeros(1, dtype=torch.float64)
    optimizer = uncorrected_adam([weight], lr=1.0)
    schedule = torch.optim.lr_scheduler.ExponentialLR(optimizer, gamma=0.1)
    moves = []
    for _ in range(2):
        weight.grad, before = torch.ones(1, dtype=torch.float64), float(weight)
        optimizer.step()
        schedule.step()
        moves.append(before - float(weight))
    # (1 - 0.9^t)/sqrt(1 - 0.999^t) for t = 1, 2
    np.testing.assert_allclose(moves, [0.1 / 0.001**0.5, 0.1 * 0.19 / 0.001999**0.5], rtol=1e-6)


def test_it_trains_many_at_rates_of_their_own_as_one_by_one():
    x, y = nb.moons(40)
    settings = {"loss_fn": "cross_entropy", "optimizer": uncorrected_adam, "num_epochs": 6, "batch_size": 20}

    def make():
        return nn.Linear(2, 2, dtype=torch.float64)

    many = nb.train_many(make, x.double(), y, seeds=[1, 2], lr=[0.1, 0.01], **settings)
    for s, (seed, lr) in enumerate([(1, 0.1), (2, 0.01)]):
        alone = nb.train_many(make, x.double(), y, seeds=[seed], lr=lr, **settings)
        np.testing.assert_allclose(many.losses[s].numpy(), alone.losses[0].numpy(), rtol=1e-10)


def test_every_step_is_as_much_longer_as_theory_says():
    steps, t = own().first.steps, np.arange(1, 301)
    for beta2, ratios, theory in zip(BETA2S, steps.ratios, steps.theory, strict=True):
        wanted = (1 - 0.9**t) / np.sqrt(1 - beta2**t)
        np.testing.assert_allclose(theory.numpy(), wanted, rtol=1e-12)
        np.testing.assert_allclose(ratios.numpy(), np.broadcast_to(wanted, ratios.shape), rtol=1e-6)
    assert float(steps.ratios[-1, 0, 0]) == pytest.approx(10**0.5, rel=1e-6)


def test_the_parts_are_torchs_steps_with_the_correction_only():
    judged = judge_experiment("adam-bias-correction", own())["adam-parts"]
    assert judged.verdict == "holds if"
    with_it, without = own().first.steps.off
    assert with_it < 1e-12
    assert without > 1


def made(with_it, without):
    """A world in which these learning rates are the best ones, a little apart from seed to seed."""
    found, jitter = own().first, torch.linspace(0.95, 1.05, 32, dtype=torch.float64)
    best = {"corrected": with_it * jitter, "uncorrected": without * jitter.flip(0)}
    return Training(found.steps, best)


@pytest.mark.parametrize(("rates", "verdict"), [((4, 1), "holds"), ((1, 1), "not supported"), ((1, 4), "wrong")])
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_other_learning_rates_turn_verdict_and_title(rates, verdict, lang):
    one = Result("adam-bias-correction", {"own data": made(*rates)}, here=True)
    assert judge_experiment("adam-bias-correction", one)["adam-correction"].verdict == verdict
    texts = [text.get_text() for text in draw_experiment("adam-bias-correction", one, lang=lang).texts]
    assert HERE.say(lang) + TITLES[verdict].say(lang) in texts


def test_a_wrong_length_of_step_takes_the_remark_away():
    found = own().first
    steps = Steps(2 * found.steps.ratios, found.steps.theory, found.steps.off)
    wrong = Result("adam-bias-correction", {"own data": Training(steps, found.best)}, here=True)
    assert not judge_experiment("adam-bias-correction", wrong)["adam-correction"].noted


@pytest.mark.slow
def test_the_verdicts_in_all_worlds():
    judged = judge_experiment("adam-bias-correction", measure())
    assert {name: each.verdict for name, each in judged.items()} == EXPECTED
    assert len(judged["adam-correction"].worlds) == len(WORLDS)
    assert judged["adam-correction"].noted


def test_bad_settings_are_named():
    with pytest.raises(ValueError, match="nowhere"):
        measure(worlds=["nowhere"])
    with pytest.raises(ValueError, match="num_steps"):
        measure(num_steps=0)
