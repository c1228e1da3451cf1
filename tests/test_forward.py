"""One neuron, and z and a of every layer, against NumPy and against the model itself."""

from itertools import pairwise

import numpy as np
import pytest
import torch
from hypothesis import given, settings, strategies as st
from rng_state import global_rng_state
from scipy.special import expit
from torch import nn

from nnbasics import ACTIVATIONS, ThreeLayerNet, neuron, trace_forward


@pytest.fixture(autouse=True)
def _own_stream():
    """`nn.Linear` draws from the global stream; no test here may move it for others."""
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(1)
        yield


# neuron


def test_a_neuron_worked_out_on_paper():
    x, weight = torch.tensor([1.0, 2.0, -1.5]), torch.tensor([0.8, -0.5, 0.4])
    z, a = neuron(x, weight, torch.tensor(0.3), "relu")
    assert float(z) == pytest.approx(-0.5)  # 0.8 - 1.0 - 0.6 + 0.3
    assert float(a) == 0.0
    assert float(neuron(x, weight, torch.tensor(0.8), "sigmoid").a) == pytest.approx(0.5)


@settings(deadline=None, derandomize=True, max_examples=50)
@given(st.integers(1, 6), st.lists(st.integers(1, 3), max_size=3), st.integers(0, 2**32))
def test_a_neuron_is_a_linear_layer_and_an_activation(n, batch, seed):
    generator = torch.Generator().manual_seed(seed)
    x = torch.randn(*batch, n, generator=generator, dtype=torch.float64)
    weight, bias = (torch.randn(s, generator=generator, dtype=torch.float64) for s in ((n,), ()))
    z, a = neuron(x, weight, bias, "sigmoid")
    expected = np.tensordot(x.numpy(), weight.numpy(), 1) + bias.item()
    np.testing.assert_allclose(z.numpy(), expected, atol=1e-10)
    np.testing.assert_allclose(a.numpy(), expit(expected), atol=1e-10)
    assert tuple(z.shape) == tuple(a.shape) == tuple(batch)


# trace_forward


def test_the_articles_model_layer_by_layer():
    model = ThreeLayerNet(generator=torch.Generator().manual_seed(2)).double()
    x = torch.randn(5, 3, dtype=torch.float64)
    trace = trace_forward(model, x)
    p = {name: parameter.detach().numpy() for name, parameter in model.named_parameters()}
    a = x.numpy()
    functions = {"linear1": expit, "linear2": lambda z: np.clip(z, 0, None), "out": None}
    for layer, (name, function) in zip(trace, functions.items(), strict=True):
        z = a @ p[f"{name}.weight"].T + p[f"{name}.bias"]
        a = np.exp(z) / np.exp(z).sum(1, keepdims=True) if function is None else function(z)
        assert layer.name == name
        np.testing.assert_allclose(layer.z.numpy(), z, atol=1e-10)
        np.testing.assert_allclose(layer.a.numpy(), a, atol=1e-10)
        assert layer.z_shape == layer.a_shape == a.shape
    assert torch.equal(trace[-1].a, model(x))
    assert str(trace) == "linear1: z (5, 3) -> a (5, 3)\nlinear2: z (5, 2) -> a (5, 2)\nout: z (5, 2) -> a (5, 2)"
    assert not any(layer.z.requires_grad or layer.a.requires_grad for layer in trace)


class Functional(nn.Module):
    def __init__(self, widths, activation):
        super().__init__()
        self.layers = nn.ModuleList(nn.Linear(m, n) for m, n in pairwise(widths))
        self.activation = activation

    def forward(self, x):
        for layer in self.layers:
            x = self.activation(layer(x))
        return x


class AsModule(nn.Module):
    def __init__(self, function):
        super().__init__()
        self.function = function

    def forward(self, x):
        return self.function(x)


@settings(deadline=None, derandomize=True, max_examples=60)
@given(
    widths=st.lists(st.integers(1, 5), min_size=2, max_size=5),
    batch=st.lists(st.integers(0, 3), max_size=3),
    name=st.sampled_from(sorted(ACTIVATIONS)),
    functional=st.booleans(),
)
def test_the_last_activation_is_the_models_output_exactly(widths, batch, name, functional):
    activation = ACTIVATIONS[name]
    model = Functional(widths, activation)
    if not functional:
        model = nn.Sequential(*(part for layer in model.layers for part in (layer, AsModule(activation))))
    x = torch.randn(*batch, widths[0])
    trace = trace_forward(model, x)
    assert torch.equal(trace[-1].a, model(x))
    assert [layer.z_shape for layer in trace] == [(*batch, width) for width in widths[1:]]
    for layer in trace:
        assert torch.equal(layer.a, activation(layer.z))


def test_an_activation_in_place_does_not_write_over_z():
    model = nn.Sequential(nn.Linear(3, 4), nn.ReLU(inplace=True), nn.Linear(4, 2), nn.ReLU(inplace=True))
    for layer in trace_forward(model, torch.randn(6, 3)):
        assert float(layer.z.min()) < 0
        assert torch.equal(layer.a, layer.z.clamp(min=0))


class Branches(nn.Module):
    """Two layers side by side, and a skip connection."""

    def __init__(self):
        super().__init__()
        self.left, self.right, self.out = nn.Linear(3, 2), nn.Linear(3, 2), nn.Linear(4, 4)

    def forward(self, x):
        left = torch.zeros(len(x), 2)
        left[:] = torch.tanh(self.left(x))
        h = torch.cat([left, torch.relu(self.right(x))], dim=-1)
        return torch.sigmoid(self.out(h)) + h


def test_side_by_side_layers_hand_on_to_the_one_they_feed():
    model, x = Branches(), torch.randn(5, 3)
    left, right, out = trace_forward(model, x)
    expected = torch.cat([torch.tanh(left.z), torch.relu(right.z)], dim=-1)
    assert torch.equal(left.a, expected)
    assert torch.equal(right.a, expected)
    assert torch.equal(out.a, model(x))
    assert right.through.split(", ")[-1] == "Cat"  # no line passes it off as the activation alone
    assert str(out).endswith("Sigmoid, Add")


MORE_THAN_AN_ACTIVATION = {
    # what lies between two layers -> torch's names of it
    "nothing": (nn.Identity(), ""),
    "an activation of the table": (nn.GELU(), ""),
    "another one": (nn.Mish(), "Mish"),
    "batch normalization": (nn.Sequential(nn.BatchNorm1d(4), nn.ReLU()), "NativeBatchNorm, Relu"),
    "dropout": (nn.Sequential(nn.Tanh(), nn.Dropout()), "Tanh, Mul"),
    "dropout in eval mode": (nn.Sequential(nn.Tanh(), nn.Dropout()).eval(), ""),
    "a function": (AsModule(lambda z: torch.relu(z) + z), "Relu, Add"),
    "a step, which has no gradient": (AsModule(lambda z: (z > 0).float()), "what torch keeps no graph of"),
}


@pytest.mark.parametrize(("between", "named"), MORE_THAN_AN_ACTIVATION.values(), ids=MORE_THAN_AN_ACTIVATION)
def test_a_line_says_what_a_has_been_through(between, named, monkeypatch):
    monkeypatch.setenv("NNBASICS_LANG", "en")
    model = nn.Sequential(nn.Linear(3, 4), between, nn.Linear(4, 2))
    first, last = trace_forward(model, torch.randn(8, 3))
    assert first.through == named
    assert str(first) == "0: z (8, 4) -> a (8, 4)" + (f" through {named}" if named else "")
    assert torch.equal(last.z, model[2](first.a))
    name, z, _ = first  # three fields, as before
    assert (name, z.requires_grad) == ("0", False)


def test_a_model_that_keeps_what_it_computed_can_be_traced_again():
    class Keeper(Functional):
        def forward(self, x):
            self.kept = super().forward(x)
            return self.kept

    model = Keeper([3, 4, 2], torch.tanh)
    model(torch.ones(3))
    assert str(trace_forward(model, torch.ones(3))) == str(trace_forward(model, torch.ones(3)))
    assert hook_count(model) == 0
    assert all(p.requires_grad and p.grad is None for p in model.parameters())


def test_a_layer_whose_result_is_dropped_has_no_activation():
    class Dropped(nn.Module):
        def __init__(self):
            super().__init__()
            self.used, self.dropped = nn.Linear(3, 2), nn.Linear(3, 2)

        def forward(self, x):
            self.dropped(x)
            return self.used(x)

    with pytest.raises(ValueError, match="model must hand on what layer 'dropped' gives"):
        trace_forward(Dropped(), torch.randn(8, 3))


def test_a_layer_that_is_used_twice_has_two_rows():
    layer = nn.Linear(3, 3)
    trace = trace_forward(nn.Sequential(layer, nn.Tanh(), layer), torch.ones(3))
    assert [row.name for row in trace] == ["0", "0"]
    assert torch.equal(trace[1].z, layer(torch.tanh(layer(torch.ones(3)))))


def test_convolutions_and_a_bare_layer():
    model = nn.Sequential(nn.Conv2d(1, 2, 3), nn.ReLU(), nn.Flatten(), nn.Linear(18, 2))
    conv, linear = trace_forward(model, torch.randn(4, 1, 5, 5))
    assert (conv.z_shape, conv.a_shape, linear.a_shape) == ((4, 2, 3, 3), (4, 18), (4, 2))
    assert str(conv) == "0: z (4, 2, 3, 3) -> a (4, 18) through Relu, View"
    (row,) = trace_forward(nn.Linear(3, 2), torch.ones(3))
    assert row.name == "model"
    assert torch.equal(row.z, row.a)


def test_a_layer_called_by_keyword():
    class ByKeyword(nn.Linear):
        def forward(self, input):
            return super().forward(input)

    class Outer(nn.Module):
        def __init__(self):
            super().__init__()
            self.inner = ByKeyword(3, 2)

        def forward(self, x):
            return self.inner(input=x)

    assert trace_forward(Outer(), torch.ones(4, 3))[0].z_shape == (4, 2)


def hook_count(model):
    return sum(len(m._forward_hooks) + len(m._forward_pre_hooks) for m in model.modules())


def test_training_mode_random_state_and_buffers_are_kept():
    model = nn.Sequential(nn.Linear(3, 8), nn.BatchNorm1d(8), nn.Dropout(), nn.ReLU(), nn.Linear(8, 2)).train()
    x = torch.randn(16, 3)
    state = {key: value.clone() for key, value in model.state_dict().items()}
    before = global_rng_state()
    trace = trace_forward(model, x)
    assert global_rng_state() == before
    torch.testing.assert_close(model.state_dict(), state, rtol=0, atol=0)
    assert model.training
    assert hook_count(model) == 0
    assert torch.equal(trace[-1].a, model(x))  # the same dropout, as the random state was kept


@pytest.mark.parametrize("break_at", ["layer", "activation", "return"])
def test_hooks_are_gone_after_a_failure(break_at):
    def explode(z):
        raise RuntimeError("boom")

    parts = {
        "layer": nn.Sequential(nn.Linear(3, 4), nn.Linear(5, 2)),
        "activation": nn.Sequential(nn.Linear(3, 4), AsModule(explode)),
        "return": nn.Sequential(nn.Linear(3, 4), AsModule(lambda z: {"z": z})),
    }
    model = parts[break_at]
    with pytest.raises((RuntimeError, ValueError)):
        trace_forward(model, torch.ones(2, 3))
    assert hook_count(model) == 0


@pytest.mark.parametrize("mode", [torch.no_grad, torch.inference_mode])
def test_under_no_grad_and_inference_mode(mode):
    x = torch.randn(4, 3)
    outside = ThreeLayerNet()
    expected = trace_forward(outside, x)
    with mode():
        inside = nn.Sequential(nn.Linear(3, 2), nn.BatchNorm1d(2)).eval()
        found = trace_forward(outside, x)
        assert trace_forward(inside, x)[0].z_shape == (4, 2)
    assert trace_forward(inside, x)[0].z_shape == (4, 2)
    assert all(torch.equal(a.z, b.z) and torch.equal(a.a, b.a) for a, b in zip(found, expected, strict=True))
    assert not found[0].z.is_inference()


@pytest.mark.cuda
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
def test_cpu_and_cuda_agree():
    model, x = ThreeLayerNet(), torch.randn(64, 3)
    on_cpu = trace_forward(model, x)
    on_cuda = trace_forward(model.cuda(), x.cuda())
    for ours, theirs in zip(on_cpu, on_cuda, strict=True):
        torch.testing.assert_close(theirs.z.cpu(), ours.z, rtol=0, atol=1e-5)
        torch.testing.assert_close(theirs.a.cpu(), ours.a, rtol=0, atol=1e-5)
