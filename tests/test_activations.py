"""Derivatives against formulas written down in NumPy, in float64."""

from __future__ import annotations

import re
from functools import partial

import numpy as np
import pytest
import torch
from scipy.special import expit, ndtr
from torch import nn

from nnbasics import ACTIVATIONS, derivative
from nnbasics._lookup import name_of

X = torch.tensor([-30.0, -6.0, -2.5, -1.0, -0.1, 0.2, 1.0, 3.0, 6.0, 30.0], dtype=torch.float64)
x = X.numpy()
phi = np.exp(-(x**2) / 2) / np.sqrt(2 * np.pi)

FORMULAS = {
    # name: (f(x), f'(x)) with torch's defaults: leaky_relu slope 0.01, elu alpha 1, gelu exact, softplus beta 1
    "identity": (x, np.ones_like(x)),
    "sigmoid": (expit(x), expit(x) * expit(-x)),
    "tanh": (np.tanh(x), 1 / np.cosh(x) ** 2),
    "relu": (np.where(x > 0, x, 0), np.where(x > 0, 1.0, 0.0)),
    "leaky_relu": (np.where(x > 0, x, 0.01 * x), np.where(x > 0, 1.0, 0.01)),
    "elu": (np.where(x > 0, x, np.expm1(x)), np.where(x > 0, 1.0, np.exp(x))),
    "gelu": (x * ndtr(x), ndtr(x) + x * phi),
    "silu": (x * expit(x), expit(x) * (1 + x * expit(-x))),
    "softplus": (np.logaddexp(0, x), expit(x)),
    "softmax": (np.exp(x - x.max()) / np.exp(x - x.max()).sum(), None),
}


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_values_against_the_formula(name):
    value, _ = FORMULAS[name]
    np.testing.assert_allclose(ACTIVATIONS[name](X).numpy(), value, rtol=1e-8, atol=1e-12)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_derivatives_against_the_formula(name):
    _, slope = FORMULAS[name]
    if slope is None:
        with pytest.raises(ValueError, match=r"activation 'softmax' must work on each number by itself.*jacobian"):
            derivative(name, X)
        return
    np.testing.assert_allclose(derivative(name, X).numpy(), slope, rtol=1e-8, atol=1e-12)


@pytest.mark.parametrize("name", [name for name in ACTIVATIONS if name != "softmax"])
@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float32, torch.float64])
@pytest.mark.parametrize("shape", [(), (1,), (2, 3, 4)])
def test_shape_dtype_and_graph(name, dtype, shape):
    grid = torch.linspace(-2, 2, 24, dtype=dtype)[: int(np.prod(shape))].reshape(shape).requires_grad_()
    slope = derivative(name, grid)
    assert (slope.shape, slope.dtype, slope.requires_grad) == (grid.shape, dtype, False)
    assert grid.grad is None


@pytest.mark.parametrize("mode", [torch.no_grad, torch.inference_mode])
def test_it_differentiates_even_where_gradients_are_off(mode):
    with mode():
        assert derivative("tanh", torch.zeros(2)).tolist() == [1.0, 1.0]


def test_the_input_is_left_alone_by_an_in_place_activation():
    values = torch.tensor([-1.0, 2.0])
    assert derivative(nn.ReLU(inplace=True), values).tolist() == [0.0, 1.0]
    assert values.tolist() == [-1.0, 2.0]


def test_a_module_with_parameters_keeps_its_gradients_clean():
    module = nn.PReLU(init=0.3)
    assert derivative(module, torch.tensor([-1.0, 2.0])).tolist() == pytest.approx([0.3, 1.0])
    assert module.weight.grad is None


@pytest.mark.parametrize("n", [2, 10, 4001])
def test_mixing_is_noticed_for_any_number_of_inputs(n):
    with pytest.raises(ValueError, match="an output that depends on several inputs"):
        derivative(lambda v: torch.softmax(v, dim=0), torch.linspace(-1, 1, n))


@pytest.mark.parametrize(
    "values",
    [[0.0, 0.0, 0.0], [1000.0, 0.0], [0.0, 1000.0], [5.0, 30.0], [30.0, -30.0], [1e10, 1.0], [[1.0, 2.0], [3.0, -9.0]]],
    ids=str,
)
@pytest.mark.parametrize(
    "mix", [partial(torch.softmax, dim=-1), partial(torch.cumsum, dim=-1), nn.LayerNorm(2)], ids=name_of
)
def test_mixing_is_noticed_where_it_is_saturated(mix, values):
    x = torch.tensor(values)
    if isinstance(mix, nn.LayerNorm):
        mix = nn.LayerNorm(x.shape[-1])
    with pytest.raises(ValueError, match="an output that depends on several inputs"):
        derivative(mix, x)


def test_inputs_that_do_not_lie_in_a_row():
    grid = torch.linspace(-2, 2, 6).reshape(2, 3).t()
    assert torch.equal(derivative("relu", grid), (grid > 0).float())


def test_a_module_that_draws_or_counts_is_left_alone():
    class Counting(nn.Module):
        def __init__(self):
            super().__init__()
            self.register_buffer("calls", torch.zeros(()))

        def forward(self, v):
            self.calls += 1
            return v**2

    module = Counting()
    assert derivative(module, torch.tensor([3.0])).tolist() == [6.0]
    assert module.calls == 0
    slopes = derivative(nn.Dropout(0.5), torch.ones(100))  # the global stream is checked after every test
    assert set(slopes.tolist()) == {0.0, 2.0}


BAD = [
    (("sigmiod", X), ValueError, "Unknown activation 'sigmiod'. Did you mean 'sigmoid'? Expected one of: identity, "),
    ((3, X), TypeError, "activation must be a callable or a name: identity, sigmoid, "),
    ((nn.ReLU, X), TypeError, "activation must be called first, ReLU(), got class ReLU."),
    (("relu", [1.0]), TypeError, "x must be a torch.Tensor, got list."),
    (
        ("relu", torch.tensor([1])),
        TypeError,
        "x must have a floating-point dtype such as torch.float32, got torch.int64.",
    ),
    (
        ("relu", torch.ones(3, device="meta")),
        RuntimeError,
        "meta",
    ),
    (("relu", torch.eye(3).to_sparse()), NotImplementedError, "Sparse"),
    ((nn.GLU(), torch.ones(3)), RuntimeError, "Halving dimension must be even"),
    ((lambda v: v.numpy(), X), RuntimeError, "Can't call numpy() on Tensor that requires grad."),
    (("relu", torch.empty(0)), ValueError, "x must not be empty, got shape (0,)."),
    (("relu", torch.tensor([1.0, float("nan")])), ValueError, "x must be finite, got nan."),
    (("relu", torch.tensor([float("-inf")])), ValueError, "x must be finite, got -inf."),
    (
        (lambda v: v.sum(), X),
        ValueError,
        "must return a tensor of the shape (10,), got ().",
    ),
    ((lambda v: None, X), ValueError, "must return a tensor of the shape (10,), got NoneType."),
    (
        (lambda v: (v > 0).double(), X),
        RuntimeError,
        "does not require grad",
    ),
]


@pytest.mark.parametrize(("args", "error", "message"), BAD)
def test_bad_input_is_named(args, error, message):
    with pytest.raises(error, match=re.escape(message)):
        derivative(*args)


@pytest.mark.cuda
@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device")
@pytest.mark.parametrize("name", [name for name in ACTIVATIONS if name != "softmax"])
def test_cuda_agrees_with_the_cpu(name):
    grid = torch.linspace(-8, 8, 401)
    torch.testing.assert_close(derivative(name, grid.cuda()).cpu(), derivative(name, grid), rtol=1e-5, atol=1e-5)
