"""Sigmoid and tanh: the verdicts, and for each that is computed a world in which it is another."""

import torch
from torch.nn import functional as F

EXPECTED = {
    "sigmoid-formula": "holds",
    "sigmoid-range": "holds if",
    "sigmoid-slope": "holds",
    "sigmoid-saturation": "holds",
    "sigmoid-not-centred": "holds",
    "sigmoid-cost": "not judged",
    "tanh-formula": "holds if",
    "tanh-range": "holds if",
    "tanh-centred": "holds if",
    "tanh-less-popular": "not judged",
}
WORLDS = {
    "sigmoid-formula": {"formula": lambda x: x.exp() / (1 + x.exp())},  # equal on paper
    "sigmoid-range": {"function": lambda x: (F.softsign(x) + 1) / 2},
    "sigmoid-slope": {"function": torch.tanh},
    "sigmoid-saturation": {"function": F.softsign},
    "sigmoid-not-centred": {"function": torch.tanh},
    "tanh-formula": {"formula": lambda x: 2 * torch.sigmoid(2 * x) - 1},
    "tanh-range": {"function": F.softsign},
    "tanh-centred": {"function": torch.sigmoid},
}
