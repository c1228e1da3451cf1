"""The regimes of the learning rate against the closed form, the whole Hessian and a plain loop."""

from __future__ import annotations

import pytest
import torch
from measured import quick as look
from plain_loop import build, plain_loop
from torch import nn
from torch.nn import functional as F

import nnbasics as nb
from nnbasics.experiments.curvature import top_curvature


@pytest.fixture(scope="module")
def quick():
    return look("learning-rate-regimes").first


def judged(**settings):
    result = nb.run_experiment("learning-rate-regimes", **settings)
    return result, nb.judge_experiment("learning-rate-regimes", result)["step-lowers"]


@pytest.mark.slow
@pytest.mark.parametrize("seed", [0, 1])
def test_the_verdict_in_all_worlds(seed):
    _, judgement = judged(seeds=range(32 * seed, 32 * seed + 32), num_points=2)
    assert judgement.verdict == "holds if"
    assert all(world.outcome == "holds" for world in judgement.worlds if world.inside)
    assert sum(world.outcome == "opposite" for world in judgement.worlds if not world.inside) >= 5


def test_a_limit_that_is_put_elsewhere_turns_the_verdict(monkeypatch):
    """At 2.5/lambda the bowl's steps climb: were the limit 3/lambda, the statement would not hold below it."""
    monkeypatch.setattr("nnbasics.experiments.learning_rate_regimes.TRIED_ON_BOWL", (0.5, 1.5, 1.9))
    monkeypatch.setattr("nnbasics.experiments.learning_rate_regimes.TRIED", (0.25, 0.5, 1.0))
    result, judgement = judged(quick=True, seeds=range(4), num_points=3, num_epochs=20)
    assert judgement.verdict == "holds"  # nothing above the limit was tried
    figure = nb.draw_experiment("learning-rate-regimes", result, lang="en")
    assert figure.texts[0].get_text() == "Here: A step lowers the loss, at small and at large learning rates"


def test_the_share_of_steps_that_raise_the_loss_on_the_bowl(quick):
    shares = {multiple: share.tolist() for multiple, share in quick.raising_on_bowl.items()}
    assert shares == {0.5: [0.0] * 8, 1.5: [0.0] * 8, 2.5: [1.0] * 8, 4.0: [1.0] * 8}


def numbers(dtype=torch.float32, rows=24):
    x = torch.randn(rows, 3, generator=torch.Generator().manual_seed(1), dtype=dtype)
    return x, (x[:, :1] * x[:, 1:2]).tanh()


def net(inputs=3):
    return nn.Sequential(nn.Linear(inputs, 5), nn.Tanh(), nn.Linear(5, 1))


def test_a_step_on_the_bowl_leaves_the_share_of_theory(quick):
    expected = (1 - quick.multiples).abs().expand_as(quick.factors)
    torch.testing.assert_close(quick.factors, expected, rtol=1e-12, atol=1e-12)


def test_the_edges_of_the_regimes(quick):
    assert torch.equal(quick.swings.all(0), quick.multiples > 1)
    assert torch.equal(quick.swings.any(0), quick.multiples > 1)
    assert torch.equal((quick.factors > 1).all(0), quick.multiples > 2)
    left = quick.factors[0] ** quick.steps
    assert torch.equal((left > 0.5) & (quick.multiples < 1), quick.multiples < quick.creeps_below)


@pytest.mark.parametrize("seed", range(4))
def test_the_curvature_is_the_greatest_eigenvalue_of_the_whole_hessian(seed):
    x, y = numbers(torch.float64)
    model = build(lambda: net().double(), seed)
    shapes = [p.shape for p in model.parameters()]
    names = [name for name, _ in model.named_parameters()]
    flat = torch.cat([p.detach().flatten() for p in model.parameters()])

    def loss(weights):
        parts = [
            part.view(shape) for part, shape in zip(weights.split([s.numel() for s in shapes]), shapes, strict=True)
        ]
        return F.mse_loss(torch.func.functional_call(model, dict(zip(names, parts, strict=True)), (x,)), y)

    eigenvalues = torch.linalg.eigvalsh(torch.autograd.functional.hessian(loss, flat))
    assert eigenvalues[-1] > -eigenvalues[0]
    assert top_curvature(model, x, y) == pytest.approx(float(eigenvalues[-1]), rel=1e-3)


def test_networks_against_a_plain_loop_on_data_of_ones_own():
    x, y = numbers()
    settings = {"seeds": [2, 5], "data": (x, y), "num_points": 4, "hidden": 5, "num_epochs": 30}
    result = nb.run_experiment("learning-rate-regimes", **settings).first
    for s, seed in enumerate((2, 5)):
        for k, multiple in enumerate(result.multiples.tolist()):
            lr = multiple / float(result.curvature[s])
            model = build(net, seed)
            losses, _ = plain_loop(model, x, y, F.mse_loss, lambda p, lr=lr: torch.optim.SGD(p, lr=lr), num_epochs=30)
            losses = losses.nan_to_num(torch.inf)
            assert bool(result.diverged[s, k]) == bool(losses[-1] > losses[0])
            assert bool(result.rose[s, k]) == bool((losses[1:] > losses[:-1]).any() or losses[-1].isinf())
            if not result.diverged[s, k]:
                torch.testing.assert_close(result.final_loss[s, k], losses[-1], rtol=1e-3, atol=1e-6)
            assert float(result.start_loss[s]) == pytest.approx(float(losses[0]), rel=1e-5)


def test_networks_go_through_the_same_regimes(quick):
    """They descend steadily below 1/lambda; at 16/lambda all diverge; the rise comes before the end."""
    calm = quick.multiples < 1
    assert not quick.rose[:, calm].any()
    assert not quick.diverged[:, calm].any()
    assert bool(quick.diverged[:, -1].all())
    rises, ends = quick.rose.double().mean(0), quick.diverged.double().mean(0)
    assert bool((rises >= ends).all())
    assert (rises >= 0.5).nonzero()[0, 0] <= (ends >= 0.5).nonzero()[0, 0]
    medians = quick.final_loss.sort(dim=0).values[len(quick.final_loss) // 2]
    assert 0 < medians.argmin() < (ends >= 0.5).nonzero()[0, 0]
