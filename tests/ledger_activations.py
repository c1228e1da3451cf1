"""Section 4, the functions by themselves: the verdicts, and a world for each in which it is another."""

import torch
from torch.nn import functional as F

EXPECTED = {
    "activation-gate": "holds if",
    "sigmoid-range": "holds if",
    "sigmoid-slope": "holds",
    "sigmoid-saturation": "holds",
    "sigmoid-not-centred": "holds",
    "sigmoid-cost": "holds if",
    "tanh-range": "holds if",
    "tanh-centred": "holds",
    "relu-slope": "holds",
    "relu-cheap": "holds",
    "relu-sparse": "holds",
}
WORLDS = {
    "activation-gate": {"functions": (torch.relu, F.relu6)},
    "sigmoid-range": {"function": lambda x: (F.softsign(x) + 1) / 2},
    "sigmoid-slope": {"function": torch.tanh},
    "sigmoid-saturation": {"function": lambda x: torch.sigmoid(x / 2)},
    "sigmoid-not-centred": {"function": torch.tanh},
    "sigmoid-cost": {"function": torch.neg},
    "tanh-range": {"function": F.softsign},
    "tanh-centred": {"function": torch.sigmoid},
    "relu-slope": {"function": F.gelu},
    "relu-cheap": {"function": F.gelu},
    "relu-sparse": {"function": F.leaky_relu},
}
