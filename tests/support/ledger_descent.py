"""Backpropagation and descent: the verdicts, and for each that is computed a world in which it is another."""

from functools import partial

import torch
from torch.optim import SGD

from nnbasics.article.ledger.descent import WHOLE


def cut_forward(model, x):
    """The forward pass with its graph cut before the last layer."""
    with torch.no_grad():
        hidden = torch.relu(model.linear2(torch.sigmoid(model.linear1(x))))
    return model.out(hidden)


EXPECTED = {
    "iteration-complete": "wrong",
    "backward-gradients": "holds",
    "gradient-steepest": "holds if",
    "sgd-update": "holds",
    "sgd-single": "holds if",
    "batch-sizes-used": "not judged",
}
WORLDS = {
    "iteration-complete": {"steps": WHOLE},
    "backward-gradients": {"forward": cut_forward},
    "gradient-steepest": {"direction": torch.sign},
    "sgd-update": {"optimizer": partial(SGD, momentum=0.9)},
    "sgd-single": {"batch_size": 1},
}
