"""Layers: the verdicts, and for each that is computed a world in which it is another."""

import torch
from torch import nn

from nnbasics.article.ledger.draws import normal


class Local(nn.Module):
    """Each unit sees a few neighbours among its inputs, as in a convolution, which takes rows of any length."""

    def __init__(self, in_features, out_features, generator):
        super().__init__()
        self.weight = nn.Parameter(normal(generator, in_features - out_features + 1))

    def forward(self, x):
        return x.unfold(0, len(self.weight), 1) @ self.weight


class Lateral(nn.Module):
    """The units of the layer hear one another, as in a recurrent network."""

    def __init__(self, in_features, out_features, generator):
        super().__init__()
        self.weight = nn.Parameter(normal(generator, out_features, in_features))
        self.bias = nn.Parameter(normal(generator, out_features))
        self.across = nn.Parameter(normal(generator, out_features, out_features))

    def forward(self, x):
        z = self.weight @ x + self.bias
        return z + self.across @ z


class BiasPerConnection(nn.Module):
    """Each connection adds its own bias before the sum."""

    def __init__(self, in_features, out_features, generator):
        super().__init__()
        self.weight = nn.Parameter(normal(generator, out_features, in_features))
        self.bias = nn.Parameter(normal(generator, out_features, in_features))


class Skip(nn.Module):
    """The input also jumps over the first layer."""

    def __init__(self):
        super().__init__()
        self.linear1, self.linear2, self.out = nn.Linear(3, 3), nn.Linear(3, 2), nn.Linear(2, 2)

    def forward(self, x):
        a = torch.sigmoid(self.linear1(x)) + x
        return torch.softmax(self.out(torch.relu(self.linear2(a))), -1)


EXPECTED = {
    "three-layers": "wrong",
    "feature-neuron": "holds",
    "high-level-features": "not judged",
    "depth-hidden-layers": "not judged",
    "fully-connected": "holds",
    "no-lateral-connections": "holds",
    "bias-per-connection": "wrong",
    "forward-by-layer": "holds",
}
WORLDS = {
    "three-layers": {"make_model": lambda: nn.Sequential(nn.Linear(3, 3), nn.ReLU(), nn.Linear(3, 2))},
    "feature-neuron": {"make_layer": Local},
    "fully-connected": {"make_layer": Local},
    "no-lateral-connections": {"make_layer": Lateral},
    "bias-per-connection": {"make_layer": BiasPerConnection},
    "forward-by-layer": {"make_model": Skip},
}
