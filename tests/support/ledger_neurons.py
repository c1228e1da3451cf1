"""The neuron: the verdicts, and for each that is computed a world in which it is another."""

import torch
from torch.nn import functional as F


def distance(x, weight, bias):
    """A radial unit: how near x is to w."""
    return bias - (x - weight).square().sum(-1)


EXPECTED = {
    "brain-model": "not judged",
    "neuron-linear": "holds",
    "weight-importance": "holds if",
    "bias-threshold": "wrong",
    "activation-bends": "holds if",
    "activation-gate": "holds if",
}
WORLDS = {
    "neuron-linear": {"neuron": distance},
    "weight-importance": {"scales": (1.0, 1.0, 1.0, 1.0, 1.0)},
    "bias-threshold": {"neuron": lambda x, weight, bias: (x * weight).sum(-1) - bias},
    "activation-bends": {"functions": ("sigmoid", "tanh", "relu", "softmax")},
    "activation-gate": {"functions": {"ReLU": torch.relu, "ReLU6": F.relu6}},
}
