"""Batch sizes against a plain loop, autograd, and every subset that can be drawn."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
import torch
from plain_loop import build, plain_loop, toy
from torch import nn
from torch.nn import functional as F

from nnbasics import run_experiment
from nnbasics.experiments.batch_size import batch_size, noise_of_batch, row_gradients


@pytest.fixture(scope="module")
def quick():
    return run_experiment("batch-size", quick=True)


@pytest.mark.parametrize("count", range(1, 7))
def test_noise_against_every_subset(count):
    numbers = np.random.default_rng(0).normal(size=(6, 3))
    means = np.array([numbers[list(rows)].mean(0) for rows in combinations(range(6), count)])
    expected = np.sqrt(((means - numbers.mean(0)) ** 2).sum(1).mean())
    sigma = torch.tensor(np.sqrt(((numbers - numbers.mean(0)) ** 2).sum(1).mean()))
    assert float(noise_of_batch(sigma, count, 6)) == pytest.approx(expected, abs=1e-12)


def test_a_batchs_gradient_is_the_mean_of_its_rows_gradients():
    x, y = toy()
    model = build(lambda: nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 2)).double(), 3)
    gradients = torch.autograd.grad(F.cross_entropy(model(x[5:12]), y[5:12]), list(model.parameters()))
    expected = torch.cat([g.flatten() for g in gradients])
    torch.testing.assert_close(row_gradients(model, x, y)[5:12].mean(0), expected, rtol=0, atol=1e-14)


def test_losses_and_noise_against_a_plain_loop_on_data_of_ones_own():
    x, y = toy(torch.float32)
    result = batch_size(seeds=[4, 9], data=(x, y), sizes=(6, None), hidden=5, num_epochs=4, rates=(0.1, 0.2, 0.4))
    for k, size in enumerate((6, None)):
        for s, seed in enumerate((4, 9)):
            model = build(lambda: nn.Sequential(nn.Linear(3, 5), nn.ReLU(), nn.Linear(5, 2)), seed)
            lr = float(result.lr[k])
            losses, _ = plain_loop(
                model, x, y, F.cross_entropy, lambda p, lr=lr: torch.optim.SGD(p, lr=lr), num_epochs=4, batch_size=size, seed=seed
            )  # fmt: skip
            torch.testing.assert_close(result.losses[k, s], losses.reshape(4, -1).mean(1), rtol=1e-4, atol=1e-6)
            by_hand = {  # 16 updates: single ones, pairs, three, ...; of all rows only 4: each by itself
                6: [losses[0], losses[1], losses[2], losses[3:5].mean(), losses[5:7].mean(), losses[7:10].mean(), losses[10:].mean()],
                None: [*losses[:3], losses[3]],
            }[size]  # fmt: skip
            row = result.losses_by_update[k, s]
            torch.testing.assert_close(row[row.isfinite()], torch.stack(by_hand), rtol=1e-4, atol=1e-6)
    assert result.updates[0].tolist() == [1, 2, 3, 4.5, 6.5, 9, 13.5]
    assert result.sizes.tolist() == [6, 20]
    assert result.noise[1].max() < 1e-6  # all rows: nothing is left to chance
    assert bool((result.seconds_per_update > 0).all())


def test_the_noise_falls_as_theory_says(quick):
    some = quick.sizes < quick.rows
    ratio = quick.noise[some].quantile(0.5, dim=1) / quick.theory_noise[some].quantile(0.5, dim=1)
    assert ratio.tolist() == pytest.approx([1.0] * len(ratio), abs=0.08)


def test_by_epochs_small_batches_lead_and_by_updates_large_ones(quick):
    last = int(quick.updates.isfinite().all(0).sum()) - 1
    by_epoch = quick.losses[:, :, -1].quantile(0.5, dim=1)
    by_update = quick.losses_by_update[:, :, last].quantile(0.5, dim=1)
    assert by_epoch.tolist() == sorted(by_epoch.tolist())
    assert by_update.argmin() == len(quick.sizes) - 1
    assert bool((quick.lr[1:] >= quick.lr[:-1]).all())


def test_no_best_rate_lies_at_the_edge_of_those_that_were_tried(quick):
    assert all(quick.rates[0] < lr < quick.rates[-1] for lr in quick.lr)
