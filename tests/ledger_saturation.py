"""Section 4, saturation: the verdicts, and a world for each in which it is another."""

import torch
from torch import nn
from torch.nn import functional as F

EXPECTED = {
    "sigmoid-vanishes": "holds",
    "sigmoid-centre-slows": "holds",
    "tanh-faster": "holds",
    "tanh-vanishes": "holds if",
    "relu-relieves-vanishing": "holds",
    "avoid-sigmoid": "holds",
}
WORLDS = {
    "sigmoid-vanishes": {"function": torch.tanh},
    "sigmoid-centre-slows": {"activation": nn.Tanh},
    "tanh-faster": {"activation": nn.Sigmoid},
    "tanh-vanishes": {"bias": 0.0},
    "relu-relieves-vanishing": {"function": F.hardsigmoid},
    "avoid-sigmoid": {"activation": nn.ReLU, "other": nn.Sigmoid},
}
