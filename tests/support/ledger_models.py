"""How parameters start, and the three-layer model: the verdicts, and for each a world in which it is another."""

from functools import partial

import torchsummary
from torch import nn

from nnbasics.article.ledger.models import Model
from nnbasics.initializers import INITIALIZERS


class Logits(Model):
    """The article's model without its softmax."""

    def forward(self, x):
        return self.out(self.linear2(self.linear1(x).sigmoid()).relu())


def torch_default(*sizes):
    """The article's model, but every layer as torch draws it."""
    model = Model(*sizes)
    for layer in model.children():
        assert isinstance(layer, nn.Linear)
        layer.reset_parameters()
    return model


EXPECTED = {
    "fan-formulas": "holds",
    "biases-zero-or-one": "not judged",
    "model-init": "holds",
    "model-output": "holds",
    "model-parameters": "holds",
    "model-count": "holds",
    "linear-count": "holds",
    "summary-cuda": "holds if",
}
WORLDS = {
    "fan-formulas": {"xavier": INITIALIZERS["kaiming_normal"]},
    "model-init": {"make_model": torch_default},
    "model-output": {"make_model": Logits},
    "model-parameters": {"sizes": (3, 4, 2, 2)},
    "model-count": {"sizes": (4, 3, 2, 2)},
    "linear-count": {"bias": False},
    "summary-cuda": {"summary": partial(torchsummary.summary, device="cpu")},
}
