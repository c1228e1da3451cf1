"""Section 5, symmetry and biases: the verdicts, and a world for each in which it is another."""

from functools import partial

from torch import nn

from nnbasics.article.ledger.initialization import LAWS, without_generator
from nnbasics.initializers import INITIALIZERS, init_weights

EXPECTED = {
    "zeros-symmetric": "holds if",
    "ones-symmetric": "holds",
    "chance-breaks-symmetry": "holds",
    "fan-formulas": "holds",
    "biases-zero-or-one": "holds if",
}
WORLDS = {
    "zeros-symmetric": {"bias": 1.0},
    "ones-symmetric": {"draw": LAWS["normal"]},
    "chance-breaks-symmetry": {"laws": {"half": without_generator(partial(INITIALIZERS["constant"], val=0.5))}},
    "fan-formulas": {"xavier": INITIALIZERS["kaiming_normal"]},
    "biases-zero-or-one": {"connecting": {"zeroed": lambda: init_weights(nn.Linear(8, 8), "default", bias=0.0)}},
}
