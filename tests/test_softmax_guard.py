"""The softmax that is taken twice: seen in every form, and only there."""

import warnings

import pytest
import torch
from rng_state import global_rng_state
from torch import nn
from torch.nn import functional as F

from nnbasics import ThreeLayerNet, ends_in_softmax, warn_double_softmax
from nnbasics._lookup import name_of


@pytest.fixture(autouse=True)
def _own_stream():
    """`nn.Linear` draws from the global stream; no test here may move it for others."""
    with torch.random.fork_rng(devices=[]):
        yield


class ByHand(nn.Module):
    def __init__(self, finish):
        super().__init__()
        self.layer, self.finish = nn.Linear(4, 3), finish

    def forward(self, x):
        return self.finish(self.layer(x))


TWICE = {
    "the article's": ThreeLayerNet,
    "module": lambda: nn.Sequential(nn.Linear(4, 3), nn.Softmax(dim=-1)),
    "function": lambda: ByHand(lambda z: F.softmax(z, dim=1)),
    "by hand": lambda: ByHand(lambda z: z.exp() / z.exp().sum(-1, keepdim=True)),
    "with dropout before": lambda: nn.Sequential(nn.Dropout(), nn.Linear(4, 3), nn.Softmax(dim=-1)),
    "always noisy": lambda: ByHand(lambda z: F.softmax(F.dropout(z, training=True), dim=-1)),
    "frozen": lambda: nn.Sequential(nn.Linear(4, 3), nn.Softmax(dim=-1)).requires_grad_(False),
    "nested": lambda: nn.Sequential(nn.Linear(3, 3), ThreeLayerNet()),
    "float64": lambda: ThreeLayerNet().double(),
    "bfloat16": lambda: ThreeLayerNet().bfloat16(),
}
ONCE = {
    "logits": lambda: ThreeLayerNet(output="logits"),
    "linear": lambda: nn.Linear(4, 3),
    "relu": lambda: nn.Sequential(nn.Linear(4, 3), nn.ReLU()),
    "sigmoid": lambda: nn.Sequential(nn.Linear(4, 3), nn.Sigmoid()),
    "one sigmoid": lambda: nn.Sequential(nn.Linear(4, 1), nn.Sigmoid()),
    "log-softmax": lambda: nn.Sequential(nn.Linear(4, 3), nn.LogSoftmax(dim=-1)),
    "softmax inside": lambda: nn.Sequential(nn.Linear(4, 3), nn.Softmax(dim=-1), nn.Linear(3, 2)),
    "one class": lambda: nn.Sequential(nn.Linear(4, 1), nn.Softmax(dim=-1)),
    "a pair": lambda: ByHand(lambda z: (z, z)),
}


@pytest.mark.parametrize("make", TWICE.values(), ids=TWICE)
@pytest.mark.parametrize("loss_fn", ["cross_entropy", F.cross_entropy, nn.CrossEntropyLoss()], ids=name_of)
def test_a_model_that_ends_in_softmax_is_told(make, loss_fn):
    model, rng = make(), global_rng_state()
    assert ends_in_softmax(model)
    with pytest.warns(UserWarning, match=r"ends in a softmax.*train on logits .*output=\"logits\""):
        assert warn_double_softmax(model, loss_fn, lang="en")
    assert global_rng_state() == rng
    assert model.training


@pytest.mark.parametrize("make", ONCE.values(), ids=ONCE)
def test_a_model_that_does_not_is_left_in_peace(make):
    assert not ends_in_softmax(make())
    assert not warn_double_softmax(make(), "cross_entropy")


@pytest.mark.parametrize("loss_fn", ["nll", "mse", nn.MSELoss(), lambda p, t: (p - t).sum()], ids=name_of)
def test_other_losses_may_have_probabilities(loss_fn):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert not warn_double_softmax(ThreeLayerNet(), loss_fn)


def test_convolutions_and_sequences_with_inputs_of_their_own():
    image = nn.Sequential(nn.Conv2d(1, 3, 3), nn.Softmax(dim=1))
    assert ends_in_softmax(image, torch.randn(2, 1, 5, 5))
    sequence = nn.Sequential(nn.Linear(4, 3), nn.Softmax(dim=-1))
    assert ends_in_softmax(sequence, torch.randn(2, 6, 4))
    words = nn.Sequential(nn.Embedding(5, 3), nn.Softmax(dim=-1))
    assert ends_in_softmax(words, torch.tensor([0, 3, 4]))
    assert not ends_in_softmax(nn.Conv2d(1, 3, 3), torch.randn(2, 1, 5, 5))


def test_the_warning_in_chinese():
    with pytest.warns(UserWarning, match="请用 logits 训练"):
        warn_double_softmax(ThreeLayerNet(), "cross_entropy", lang="zh")


def test_the_floor_under_the_loss_that_the_docstring_names():
    certain = torch.softmax(torch.tensor([[1e3, 0.0]]), dim=1)
    assert round(F.cross_entropy(certain, torch.tensor([0])).item(), 4) == 0.3133
