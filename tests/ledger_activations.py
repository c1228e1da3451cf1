"""Section 4: the verdicts, and a world for each in which it is another."""

import torch

EXPECTED = {"sigmoid-slope": "holds", "softmax-printed": "wrong"}
WORLDS = {
    "sigmoid-slope": {"function": torch.tanh},
    "softmax-printed": {"printed": (0.0258, 0.0774, 0.8968)},
}
