"""Activations between layers and at the output: the verdicts, and for each a world in which it is another."""

import torch

EXPECTED = {
    "linear-stack": "holds",
    "softmax-distribution": "holds",
    "softmax-printed": "wrong",
    "output-two-classes": "holds",
    "output-many-classes": "holds",
    "output-regression": "holds if",
}
WORLDS = {
    "linear-stack": {"function": torch.tanh},
    "softmax-distribution": {"function": torch.sigmoid},
    "softmax-printed": {"printed": (0.0258, 0.0774, 0.8968)},
    "output-two-classes": {"function": torch.tanh},
    "output-many-classes": {"function": torch.sigmoid},
    "output-regression": {"targets": {"U(-3, 3)": (-3.0, 3.0, True), "U(-1, 2)": (-1.0, 2.0, False)}},
}
