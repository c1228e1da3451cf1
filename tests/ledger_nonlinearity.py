"""Section 4, nonlinearity and outputs: the verdicts, and a world for each in which it is another."""

import torch

EXPECTED = {
    "linear-stack": "holds",
    "xor": "holds",
    "any-function": "holds if",
    "softmax-distribution": "holds",
    "softmax-printed": "wrong",
    "softmax-formula": "holds if",
    "output-two-classes": "holds",
    "output-regression": "holds",
}
WORLDS = {
    "linear-stack": {"function": torch.tanh},
    "xor": {"labels": (0, 0, 0, 1)},
    "any-function": {"function": torch.square},
    "softmax-distribution": {"function": torch.sigmoid},
    "softmax-printed": {"printed": (0.0258, 0.0774, 0.8968)},
    "softmax-formula": {"formula": lambda x: (x - x.logsumexp(-1, keepdim=True)).exp()},
    "output-two-classes": {"function": torch.tanh},
    "output-regression": {"low": 0.1, "high": 0.9},
}
