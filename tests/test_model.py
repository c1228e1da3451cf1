"""The article's model, its parameters counted, and torchsummary kept in its place."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings, strategies as st
from rng_state import global_rng_state
from scipy.special import expit, softmax
from torch import nn
from torch.nn import functional as F

from nnbasics import ThreeLayerNet, count_parameters, summary

needs_cuda = pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")


@pytest.fixture(autouse=True)
def _own_stream():
    """`nn.Linear` draws from the global stream; no test here may move it for others."""
    with torch.random.fork_rng(devices=[]):
        yield


def seeded(seed):
    return torch.Generator().manual_seed(seed)


# ThreeLayerNet


def test_the_articles_parameters():
    shapes = {name: tuple(parameter.shape) for name, parameter in ThreeLayerNet().named_parameters()}
    assert shapes == {
        "linear1.weight": (3, 3),
        "linear1.bias": (3,),
        "linear2.weight": (2, 3),
        "linear2.bias": (2,),
        "out.weight": (2, 2),
        "out.bias": (2,),
    }
    assert list(shapes) == [
        "linear1.weight",
        "linear1.bias",
        "linear2.weight",
        "linear2.bias",
        "out.weight",
        "out.bias",
    ]
    assert sum(math.prod(shape) for shape in shapes.values()) == 26


def test_output_of_the_articles_shape_against_numpy():
    model = ThreeLayerNet(generator=seeded(3)).double()
    x = torch.randn(5, 3, generator=seeded(4), dtype=torch.float64)
    p = {name: parameter.detach().numpy() for name, parameter in model.named_parameters()}
    a1 = expit(x.numpy() @ p["linear1.weight"].T + p["linear1.bias"])
    a2 = np.maximum(a1 @ p["linear2.weight"].T + p["linear2.bias"], 0)
    expected = softmax(a2 @ p["out.weight"].T + p["out.bias"], axis=1)
    found = model(x).detach().numpy()
    assert found.shape == (5, 2)
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-10)
    np.testing.assert_allclose(found.sum(axis=1), 1, atol=1e-15)


def test_drawn_in_the_articles_order_by_torch_itself():
    model, generator = ThreeLayerNet(generator=seeded(9)), seeded(9)
    assert torch.equal(model.linear1.weight, nn.init.xavier_normal_(torch.empty(3, 3), generator=generator))
    kaiming = nn.init.kaiming_normal_(torch.empty(2, 3), nonlinearity="relu", generator=generator)
    assert torch.equal(model.linear2.weight, kaiming)
    default = nn.init.uniform_(torch.empty(6), -(0.5**0.5), 0.5**0.5, generator=generator)  # fan_in of `out` is 2
    torch.testing.assert_close(torch.cat([model.out.weight.flatten(), model.out.bias]), default, rtol=1e-6, atol=0)
    assert model.linear1.bias.tolist() == [1, 1, 1]
    assert model.linear2.bias.tolist() == [1, 1]


def test_scales_of_a_large_one():
    model = ThreeLayerNet(300, (200, 400), 100, generator=seeded(1))
    # The standard error of a standard deviation is 1 / sqrt(2 n) of it; 6 of them: 2e-9 of right ones fail.
    for weight, std in [(model.linear1.weight, 0.0632455532), (model.linear2.weight, 0.1)]:
        assert abs(weight.std().item() / std - 1) < 6 / math.sqrt(2 * weight.numel())
    assert model.out.weight.abs().max().item() <= 0.05
    assert model.out.weight.abs().max().item() > 0.0499


def test_logits_are_what_the_softmax_gets():
    x = torch.randn(4, 3, generator=seeded(0))
    probabilities, logits = (ThreeLayerNet(output=o, generator=seeded(2))(x) for o in ("softmax", "logits"))
    assert torch.equal(torch.softmax(logits, dim=-1), probabilities)
    assert "output='logits'" in repr(ThreeLayerNet(output="logits"))


def test_same_seed_same_weights_and_global_rng_untouched():
    before = global_rng_state()
    first, again, other, default, zero = (
        ThreeLayerNet(generator=g) for g in (seeded(5), seeded(5), seeded(6), None, seeded(0))
    )
    assert global_rng_state() == before
    torch.testing.assert_close(first.state_dict(), again.state_dict(), rtol=0, atol=0)
    torch.testing.assert_close(default.state_dict(), zero.state_dict(), rtol=0, atol=0)
    assert not torch.equal(first.linear1.weight, other.linear1.weight)


@pytest.mark.parametrize("mode", [torch.no_grad, torch.inference_mode])
def test_made_under_no_grad_it_still_trains(mode):
    with mode():
        model = ThreeLayerNet(output="logits")
    assert torch.equal(model.out.weight, ThreeLayerNet().out.weight)
    F.cross_entropy(model(torch.ones(2, 3)), torch.tensor([0, 1])).backward()
    assert all(parameter.grad is not None for parameter in model.parameters())


def test_default_dtype_and_default_device_are_respected():
    before = torch.get_default_dtype()
    torch.set_default_dtype(torch.float64)
    try:
        assert {p.dtype for p in ThreeLayerNet().parameters()} == {torch.float64}
    finally:
        torch.set_default_dtype(before)
    with torch.device("meta"):
        assert {p.device.type for p in ThreeLayerNet().parameters()} == {"meta"}


@pytest.mark.cuda
@needs_cuda
def test_cpu_and_cuda_agree():
    x = torch.randn(64, 3, generator=seeded(0))
    on_cpu = ThreeLayerNet(generator=seeded(7))
    with torch.device("cuda"):
        on_cuda = ThreeLayerNet(generator=seeded(7))
    for ours, theirs in zip(on_cpu.parameters(), on_cuda.parameters(), strict=True):
        assert torch.equal(ours, theirs.cpu())
    torch.testing.assert_close(on_cuda(x.cuda()).cpu(), on_cpu(x), rtol=0, atol=1e-5)
    assert "Total params: 26" in summary(on_cuda, (3,))


# count_parameters


def test_the_articles_count():
    count = count_parameters(ThreeLayerNet())
    assert [layer.formula for layer in count] == ["3×3 + 3", "3×2 + 2", "2×2 + 2"]
    assert [layer.total for layer in count] == [12, 8, 6]
    assert count.total == 26
    assert count.table("zh").splitlines()[-1] == "合计             26"
    assert repr(count) == count.table()


class Awkward(nn.Module):
    """A parameter of its own, one number without dimensions, a layer used twice, and a shared weight."""

    def __init__(self):
        super().__init__()
        self.scale = nn.Parameter(torch.tensor(2.0))
        self.first = nn.Linear(4, 4)
        self.tied = nn.Linear(4, 4)
        self.tied.weight = self.first.weight
        self.norm = nn.BatchNorm1d(4)

    def forward(self, x):
        return self.tied(self.norm(self.first(self.first(x)))) * self.scale


def test_shared_weights_count_once():
    rows = {layer.name: (layer.formula, layer.total) for layer in count_parameters(Awkward())}
    assert rows == {"model": ("1", 1), "first": ("4×4 + 4", 20), "tied": ("0 + 4", 4), "norm": ("4 + 4", 8)}


def test_other_layers_and_none():
    conv = count_parameters(nn.Sequential(nn.Conv2d(3, 8, 5, bias=False), nn.ReLU()))
    assert [tuple(layer) for layer in conv] == [("0", "Conv2d", "5×5×3×8", 600)]
    assert count_parameters(nn.ReLU()).total == 0


@settings(deadline=None, derandomize=True, max_examples=40)
@given(st.lists(st.tuples(st.integers(1, 9), st.integers(1, 9), st.booleans()), min_size=1, max_size=5))
def test_formula_and_total_hold_for_any_layers(sizes):
    model = nn.Sequential(*(nn.Linear(m, n, bias=bias) for m, n, bias in sizes))
    count = count_parameters(model)
    assert count.total == sum(parameter.numel() for parameter in model.parameters())
    assert all(eval(layer.formula.replace("×", "*")) == layer.total for layer in count)


# summary


def fingerprint(model):
    state = {key: value.clone() for key, value in model.state_dict().items()}
    hooks = [len(m._forward_hooks) + len(m._forward_pre_hooks) for m in model.modules()]
    return state, hooks, [m.training for m in model.modules()], [(p.dtype, p.grad) for p in model.parameters()]


def assert_untouched(model, before):
    after = fingerprint(model)
    torch.testing.assert_close(after[0], before[0], rtol=0, atol=0)
    assert after[1:] == before[1:]


def test_the_articles_summary():
    text = summary(ThreeLayerNet(), input_size=(3,))
    for words in ("Linear-1", "[-1, 3]", "12", "Linear-3", "Total params: 26", "Trainable params: 26"):
        assert words in text
    assert repr(text) == str(text)


SERVED = {
    "a bare layer": (lambda: nn.Linear(3, 4), (3,), 16),
    "batch normalization": (lambda: nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.Dropout()), (3,), 24),
    "float64": (lambda: ThreeLayerNet().double(), (3,), 26),
    "bfloat16": (lambda: ThreeLayerNet().bfloat16(), (3,), 26),
    "thousands": (lambda: nn.Sequential(nn.Flatten(), nn.Linear(64, 1000)), (8, 8), 65000),
    "frozen": (lambda: nn.Sequential(nn.Linear(3, 2).requires_grad_(False)), (3,), 8),
    "convolution": (lambda: nn.Sequential(nn.Conv2d(1, 2, 3), nn.ReLU()), (1, 5, 5), 20),
}


@pytest.mark.parametrize(("make", "size", "total"), SERVED.values(), ids=SERVED)
@pytest.mark.parametrize("mode", [torch.enable_grad, torch.inference_mode])
def test_summary_touches_nothing(make, size, total, mode, capsys):
    model = make()
    before, rng = fingerprint(model), global_rng_state()
    with mode():
        assert f"Total params: {total:,}" in summary(model, size)
    assert_untouched(model, before)
    assert global_rng_state() == rng
    assert capsys.readouterr().out == ""


class Twin(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(3, 2)

    def forward(self, a, b):
        return self.layer(a) + self.layer.bias * b


def test_summary_of_several_inputs_counts_or_says_why():
    assert "Total params: 8" in summary(Twin(), [(3,), (2,)])


class InADict(nn.Module):
    def __init__(self):
        super().__init__()
        self.inner = nn.Linear(3, 2)
        self.outer = nn.Sequential(nn.Linear(2, 2))
        self.dictionary = nn.Identity()

    def forward(self, x):
        return self.dictionary({"scores": self.outer(self.inner(x))})


REFUSED = {
    "LSTM": (lambda: nn.Sequential(nn.LSTM(3, 2)), (4, 3), "torchsummary cannot serve Sequential"),
    "dict": (InADict, (3,), "torchsummary cannot serve InADict"),
    "wrong size": (ThreeLayerNet, (4,), "torchsummary cannot serve ThreeLayerNet with input_size=(4,): mat1 and mat2"),
    "two sizes": (ThreeLayerNet, [(3,), (3,)], "torchsummary cannot serve ThreeLayerNet"),
    "used twice": (Awkward, (4,), "torchsummary counts 68 parameters in Awkward, which has 33"),
}


@pytest.mark.parametrize(("make", "size", "message"), REFUSED.values(), ids=REFUSED)
def test_a_refusal_leaves_no_hook_and_says_what_to_use(make, size, message, capsys):
    model = make()
    before, rng = fingerprint(model), global_rng_state()
    with pytest.raises(ValueError, match="^" + message.replace("(", r"\(").replace(")", r"\)")) as caught:
        summary(model, size)
    assert "\n" not in str(caught.value)
    assert str(caught.value).endswith("count_parameters(model) counts any model.")
    assert_untouched(model, before)
    assert global_rng_state() == rng
    assert capsys.readouterr().out == ""
