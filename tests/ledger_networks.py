"""Sections 1, 2 and 3: the verdicts, and a world for each in which it is another."""

import torch
from torch import nn

from nnbasics.article.ledger._toys import linear, normal


class Local(nn.Module):
    """Each unit sees three neighbours of its six inputs, as in a convolution."""

    def __init__(self, in_features, out_features, generator):
        super().__init__()
        self.weight = nn.Parameter(normal(generator, in_features - out_features + 1))

    def forward(self, x):
        return x.unfold(0, len(self.weight), 1) @ self.weight


class BiasPerConnection(nn.Module):
    """Each connection adds its own bias before the sum."""

    def __init__(self, in_features, out_features, generator):
        super().__init__()
        self.weight = nn.Parameter(normal(generator, out_features, in_features))
        self.bias = nn.Parameter(normal(generator, out_features, in_features))


class Skip(nn.Module):
    """The input also jumps over the first layer."""

    def __init__(self, generator):
        super().__init__()
        self.linear1, self.linear2, self.out = (linear(m, n, generator) for m, n in ((3, 3), (3, 2), (2, 2)))

    def forward(self, x):
        a = torch.sigmoid(self.linear1(x)) + x
        return torch.softmax(self.out(torch.relu(self.linear2(a))), -1)


def three_hidden(generator):
    return nn.Sequential(
        *[layer for _ in range(3) for layer in (linear(3, 3, generator), nn.ReLU())], linear(3, 2, generator)
    )


def distance(x, weight, bias):
    """A radial unit: how near x is to w."""
    return bias - (x - weight).square().sum(-1)


EXPECTED = {
    "neuron-linear": "holds",
    "weight-importance": "holds if",
    "bias-threshold": "holds if",
    "fully-connected": "holds",
    "no-lateral-connections": "holds if",
    "bias-per-connection": "wrong",
    "depth-hidden-layers": "holds if",
    "forward-by-layer": "holds",
    "activation-bends": "holds if",
}
WORLDS = {
    "neuron-linear": {"neuron": distance},
    "weight-importance": {"scales": (1.0, 1.0, 1.0, 1.0, 1.0)},
    "bias-threshold": {"neuron": lambda x, weight, bias: (x * weight).sum(-1) - bias},
    "fully-connected": {"make_layer": Local},
    "no-lateral-connections": {"output": "logits"},
    "bias-per-connection": {"make_layer": BiasPerConnection},
    "depth-hidden-layers": {"make_model": three_hidden},
    "forward-by-layer": {"make_model": Skip},
    "activation-bends": {"functions": ("sigmoid", "tanh", "relu", "softmax")},
}
