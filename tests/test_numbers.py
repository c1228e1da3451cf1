"""The numbers that the article's code prints, to its digits, and against NumPy and SciPy in float64 to 1e-10."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings, strategies as st
from scipy.special import log_softmax, softmax
from torch import nn

from nnbasics import ACTIVATIONS, LOSSES, OPTIMIZERS, SCHEDULERS, compare_losses, neuron, trace_lr

SCORES = [0.2, 1.3, 3.75]
SIX_CLASSES = [[0.1, 0.1, 0.3, 1.4, 0.05, 0.05], [0.02, 0.08, 0.2, 0.2, 0.05, 2.45]]
CHANCES, LABELS = [0.6901, 0.5459, 0.2469], [0.0, 1.0, 0.0]
PRED, TRUE = [2.0, 2.5, 5.0], [1.0, 2.0, 3.0]


def tensor(values):
    return torch.tensor(values, dtype=torch.float64)


def test_softmax():
    found = ACTIVATIONS["softmax"](tensor(SCORES))
    assert [round(p, 4) for p in found.tolist()] == [0.0258, 0.0774, 0.8968]
    np.testing.assert_allclose(found.numpy(), softmax(SCORES), atol=1e-10)
    assert sum([0.0212, 0.0638, 0.7392]) == pytest.approx(0.8242)  # what the article prints is no distribution


def value(name, pred, target):
    (row,) = compare_losses(tensor(pred), torch.tensor(target) if name == "cross_entropy" else tensor(target), [name])
    return row.value.item()


def test_cross_entropy():
    found = value("cross_entropy", SIX_CLASSES, [3, 5])
    assert round(found, 4) == 0.6340
    rows = log_softmax(np.array(SIX_CLASSES), axis=1)
    assert found == pytest.approx(-(rows[0, 3] + rows[1, 5]) / 2, abs=1e-10)


def test_binary_cross_entropy():
    found = value("bce", CHANCES, LABELS)
    assert round(found, 4) == 0.6868
    likelihood = (1 - 0.6901) * 0.5459 * (1 - 0.2469)
    assert found == pytest.approx(-np.log(likelihood) / 3, abs=1e-10)


@pytest.mark.parametrize(
    ("name", "printed", "exact"),
    [("mae", 1.1667, 3.5 / 3), ("mse", 1.75, 5.25 / 3), ("smooth_l1", 0.7083, (0.5 + 0.125 + 1.5) / 3)],
)
def test_regression_losses(name, printed, exact):
    assert round(value(name, PRED, TRUE), 4) == printed
    assert value(name, PRED, TRUE) == pytest.approx(exact, abs=1e-10)


def test_broadcast_sum():
    a, b = np.array([[1, 2, 3], [4, 5, 6]]), np.array([1, 1, 1])
    assert (torch.from_numpy(a) + torch.from_numpy(b)).tolist() == [[2, 3, 4], [5, 6, 7]] == (a + b).tolist()


def test_a_step_of_sgd_with_momentum():
    w = torch.tensor([1.0, -2.0], dtype=torch.float64, requires_grad=True)
    optimizer = OPTIMIZERS["momentum"]([w], lr=0.01)
    for expected in ([0.96, -1.94], [0.884, -1.826]):  # velocities (4, -6), then 0.9 * (4, -6) + (4, -6)
        w.grad = tensor([4.0, -6.0])
        optimizer.step()
        np.testing.assert_allclose(w.detach().numpy(), expected, atol=1e-10)


def test_a_step_of_adam():
    w = torch.tensor([1.0, -2.0], dtype=torch.float64, requires_grad=True)
    w.grad = tensor([4.0, -0.001])
    OPTIMIZERS["adam"]([w], lr=0.01).step()
    # The corrected moments are g and g^2, so the step is lr * g / (|g| + 1e-8).
    expected = [1 - 0.01 * 4 / (4 + 1e-8), -2 + 0.01 * 0.001 / (0.001 + 1e-8)]
    np.testing.assert_allclose(w.detach().numpy(), expected, atol=1e-10)


def test_step_lr():
    rates = trace_lr(lambda opt: SCHEDULERS["step"](opt, step_size=50, gamma=0.5), lr=0.08, num_steps=150)
    np.testing.assert_allclose(rates, np.repeat([0.08, 0.04, 0.02], 50), atol=1e-10)


# Properties


ROWS = st.lists(st.floats(-1e4, 1e4), min_size=2, max_size=8)
PROPERTIES = settings(deadline=None, derandomize=True, max_examples=100)


@PROPERTIES
@given(ROWS, st.floats(-100, 100))
def test_softmax_sums_to_1_does_not_overflow_and_ignores_a_shift(row, shift):
    p = ACTIVATIONS["softmax"](tensor(row))
    assert bool(torch.isfinite(p).all())
    assert bool((p >= 0).all())
    assert float(p.sum()) == pytest.approx(1, abs=1e-12)
    np.testing.assert_allclose(ACTIVATIONS["softmax"](tensor(row) + shift).numpy(), p.numpy(), atol=1e-10)


@PROPERTIES
@given(st.data(), st.integers(2, 6), st.integers(1, 5))
def test_cross_entropy_is_log_softmax_and_negative_log_likelihood(data, classes, batch):
    cells = st.lists(st.floats(-50, 50), min_size=classes, max_size=classes)
    logits = tensor(data.draw(st.lists(cells, min_size=batch, max_size=batch)))
    target = torch.tensor(data.draw(st.lists(st.integers(0, classes - 1), min_size=batch, max_size=batch)))
    in_two = LOSSES["nll"](torch.log_softmax(logits, dim=1), target)
    torch.testing.assert_close(LOSSES["cross_entropy"](logits, target), in_two, rtol=1e-12, atol=1e-12)


@PROPERTIES
@given(st.integers(1, 5), st.integers(1, 4), st.integers(0, 2**32))
def test_a_linear_layer_is_a_row_of_neurons(n, units, seed):
    generator = torch.Generator().manual_seed(seed)
    x, weight, bias = (
        torch.randn(size, generator=generator, dtype=torch.float64) for size in ((3, n), (units, n), (units,))
    )
    layer = nn.utils.skip_init(nn.Linear, n, units, dtype=torch.float64)
    layer.load_state_dict({"weight": weight, "bias": bias})
    neurons = [neuron(x, weight[j], bias[j], "identity").z for j in range(units)]
    torch.testing.assert_close(torch.stack(neurons, dim=-1), layer(x).detach(), rtol=0, atol=1e-10)
