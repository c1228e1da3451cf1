"""Section 9: the verdicts, and a world for each in which it is another."""

from functools import partial

import torch
from torch.optim import SGD


def cut_forward(model, x):
    """The forward pass with its graph cut before the last layer."""
    with torch.no_grad():
        hidden = torch.relu(model.linear2(torch.sigmoid(model.linear1(x))))
    return model.out(hidden)


EXPECTED = {
    "iteration-complete": "wrong",
    "backward-gradients": "holds",
    "gradient-steepest": "holds",
    "sgd-update": "holds",
    "step-lowers": "holds if",
}
WORLDS = {
    "iteration-complete": {"steps": ("clear", "forward", "loss", "backward", "update")},
    "backward-gradients": {"forward": cut_forward},
    "gradient-steepest": {"direction": torch.sign},
    "sgd-update": {"optimizer": partial(SGD, momentum=0.9)},
    "step-lowers": {"optimizer": partial(SGD, maximize=True)},
}
