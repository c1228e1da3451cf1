"""Losses of single predictions and their gradients, against formulas in NumPy."""

from __future__ import annotations

import re

import numpy as np
import pytest
import torch
from torch import nn

from nnbasics import LOSSES, loss_curve

P = torch.tensor([-3.0, -1.0, -0.4, 0.3, 1.5, 4.0], dtype=torch.float64)
Q = torch.tensor([0.05, 0.3, 0.5, 0.9], dtype=torch.float64)  # probabilities
p, q = P.numpy(), Q.numpy()
small = np.abs(p) < 1

FORMULAS = {
    # name: (predictions, target, loss, gradient), with torch's defaults: beta = delta = 1
    "mae": (P, 0.0, np.abs(p), np.sign(p)),
    "mse": (P, 0.0, p**2, 2 * p),
    "smooth_l1": (P, 0.0, np.where(small, p**2 / 2, np.abs(p) - 0.5), np.where(small, p, np.sign(p))),
    "huber": (P, 0.0, np.where(small, p**2 / 2, np.abs(p) - 0.5), np.where(small, p, np.sign(p))),
    "bce": (Q, 1.0, -np.log(q), -1 / q),
    "bce_with_logits": (P, 1.0, np.log1p(np.exp(-p)), -1 / (1 + np.exp(p))),
    "cross_entropy": None,
    "nll": None,
}


@pytest.mark.parametrize("name", LOSSES)
def test_loss_and_gradient_against_the_formula(name):
    case = FORMULAS[name]
    if case is None:  # they judge a row of scores, one for each class
        with pytest.raises(
            ValueError, match=f"loss_fn '{name}' must judge one number by itself, got one that judges a row of scores"
        ):
            loss_curve(name, P, torch.tensor(0.0, dtype=torch.float64))
        return
    pred, target, loss, gradient = case
    losses, gradients = loss_curve(name, pred, torch.tensor(target, dtype=torch.float64))
    np.testing.assert_allclose(losses.numpy(), loss, rtol=1e-12)
    np.testing.assert_allclose(gradients.numpy(), gradient, rtol=1e-12)


ARTICLE = {"mae": 1.1667, "mse": 1.7500, "smooth_l1": 0.7083}


@pytest.mark.parametrize(("name", "printed"), ARTICLE.items())
def test_the_articles_numbers(name, printed):
    pred, target = torch.tensor([2.0, 2.5, 5.0]), torch.tensor([1.0, 2.0, 3.0])
    losses, _ = loss_curve(name, pred, target)
    assert round(float(losses.mean()), 4) == printed
    assert round(float(LOSSES[name](pred, target)), 4) == printed


def test_a_loss_of_the_callers_own_and_a_module_work():
    errors = torch.tensor([-2.0, 0.5], dtype=torch.float64)
    zero = torch.tensor(0.0, dtype=torch.float64)
    losses, gradients = loss_curve(lambda pred, target: torch.cosh(pred - target).log().sum(), errors, zero)
    np.testing.assert_allclose(losses.numpy(), np.log(np.cosh(errors.numpy())))
    np.testing.assert_allclose(gradients.numpy(), np.tanh(errors.numpy()))
    losses, gradients = loss_curve(nn.HuberLoss(delta=0.5), errors, zero)
    assert losses.tolist() == pytest.approx([0.5 * (2 - 0.25), 0.125])
    assert gradients.tolist() == pytest.approx([-0.5, 0.5])


@pytest.mark.parametrize("mode", [torch.no_grad, torch.inference_mode])
def test_it_differentiates_even_where_gradients_are_off(mode):
    with mode():
        assert loss_curve("mse", torch.tensor([3.0]), torch.tensor(1.0))[1].tolist() == [4.0]


ZERO = torch.tensor(0.0)
BAD = [
    (("mes", P, ZERO), ValueError, "Unknown loss_fn 'mes'. Did you mean 'mse'? Expected one of: mae, mse, "),
    ((nn.MSELoss, P, ZERO), TypeError, "loss_fn must be called first, MSELoss(), got class MSELoss."),
    (("mse", 1.0, ZERO), TypeError, "pred must be a torch.Tensor, got float."),
    (("mse", torch.tensor([1, 2]), ZERO), TypeError, "pred must have a floating-point dtype"),
    (("mse", torch.zeros(2, 2), ZERO), ValueError, "pred must have 1 dimension(s), got shape (2, 2)."),
    (("mse", torch.zeros(0), ZERO), ValueError, "pred must not be empty, got shape (0,)."),
    (("mse", torch.tensor([float("nan")]), ZERO), ValueError, "pred must be finite, got nan."),
    (
        ("mse", torch.zeros(3), torch.zeros(2)),
        RuntimeError,
        "The expanded size of the tensor (3) must match the existing size (2)",
    ),
    (("mse", torch.zeros(3), torch.tensor([0, 1, 2])), TypeError, "target must have a floating-point dtype"),
    (("bce", torch.tensor([1.5]), ZERO), RuntimeError, "all elements of input should be between 0 and 1"),
    (
        (lambda a, b: torch.stack([a, b]), torch.zeros(2), ZERO),
        ValueError,
        "must return one number a prediction, got (2, 1).",
    ),
    ((lambda a, b: 1.0, torch.zeros(2), ZERO), ValueError, "must return one number a prediction, got float."),
    (
        (lambda a, b: b.clone(), torch.zeros(2), ZERO),
        RuntimeError,
        "does not require grad",
    ),
]


@pytest.mark.parametrize(("args", "error", "message"), BAD)
def test_bad_input_is_named(args, error, message):
    with pytest.raises(error, match=re.escape(message)):
        loss_curve(*args)
