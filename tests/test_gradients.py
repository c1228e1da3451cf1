"""The gradient of every activation and every loss against central differences in float64."""

import numpy as np
import pytest
import torch
from hypothesis import assume, given, settings, strategies as st

from nnbasics import ACTIVATIONS, LOSS_INPUTS, LOSSES, compare_losses, derivative

STEP = 1e-5  # error about STEP^2 from the curvature and 1e-16 / STEP from rounding, both below 1e-9
EXAMPLES = settings(deadline=None, derandomize=True, max_examples=30)
KINKS = {"relu": [0.0], "leaky_relu": [0.0], "elu": [0.0]}  # of the function or of its slope
ERROR_KINKS = {"mae": [0.0], "smooth_l1": [-1.0, 1.0], "huber": [-1.0, 1.0]}
NUMBERS = st.lists(st.floats(-5, 5), min_size=1, max_size=4)


def away_from(values, kinks):
    return all(abs(value - kink) > 10 * STEP for value in values for kink in kinks)


def central_differences(function, x):
    """dF_j/dx_i as a matrix (i, j), for a function from an array to an array."""
    rows = []
    for i in range(x.size):
        nudge = np.zeros_like(x)
        nudge.flat[i] = STEP
        rows.append((function(x + nudge) - function(x - nudge)) / (2 * STEP))
    return np.stack(rows)


@pytest.mark.parametrize("name", ACTIVATIONS)
@EXAMPLES
@given(values=NUMBERS)
def test_activations(name, values):
    assume(away_from(values, KINKS.get(name, [])))
    x = torch.tensor(values, dtype=torch.float64)
    expected = central_differences(lambda v: ACTIVATIONS[name](torch.from_numpy(v)).numpy(), x.numpy())
    found = torch.autograd.functional.jacobian(ACTIVATIONS[name], x).numpy().T
    np.testing.assert_allclose(found, expected, atol=1e-8)
    if name != "softmax":
        np.testing.assert_allclose(derivative(name, x).numpy(), np.diag(expected), atol=1e-8)


def draw_inputs(name, data):
    """A prediction and a target of the kinds that the loss wants."""
    wants_pred, wants_target = LOSS_INPUTS[name]
    rows, classes = data.draw(st.integers(1, 3)), data.draw(st.integers(2, 4))
    span = st.floats(0.05, 0.95) if wants_pred == "probabilities" else st.floats(-5, 5)
    cells = st.lists(span, min_size=rows * classes, max_size=rows * classes)
    pred = torch.tensor(data.draw(cells), dtype=torch.float64).reshape(rows, classes)
    if wants_target == "class indices":
        target = torch.tensor(data.draw(st.lists(st.integers(0, classes - 1), min_size=rows, max_size=rows)))
        return (pred.log_softmax(dim=1) if wants_pred == "log-probabilities" else pred), target
    span = st.floats(0, 1) if wants_target == "probabilities" else st.floats(-5, 5)
    target = data.draw(st.lists(span, min_size=rows * classes, max_size=rows * classes))
    return pred, torch.tensor(target, dtype=torch.float64).reshape(rows, classes)


@pytest.mark.parametrize("name", LOSSES)
@EXAMPLES
@given(data=st.data())
def test_losses(name, data):
    pred, target = draw_inputs(name, data)
    if name in ERROR_KINKS:
        assume(away_from((pred - target).flatten().tolist(), ERROR_KINKS[name]))
    if name == "cross_entropy":
        sums = pred.sum(dim=1)
        assume(bool((pred < 0).any()) or bool(((sums - 1).abs() > 0.01).any()))  # else they pass for probabilities
    ((_, value, gradient),) = compare_losses(pred, target, [name])
    expected = central_differences(lambda v: LOSSES[name](torch.from_numpy(v), target).numpy(), pred.numpy())
    np.testing.assert_allclose(gradient.numpy().ravel(), expected, atol=1e-8)
    assert value.item() == LOSSES[name](pred, target).item()
