"""Section 5, the scale of weights: the verdicts, and a world for each in which it is another."""

from functools import partial

from nnbasics.activations import ACTIVATIONS
from nnbasics.article.ledger.scales import VARIANTS
from nnbasics.initializers import INITIALIZERS

EXPECTED = {
    "small-weights-vanish": "holds",
    "large-weights-explode": "holds if",
    "xavier-tanh": "holds if",
    "xavier-sigmoid": "wrong",
    "kaiming-relu": "holds",
    "kaiming-variants": "holds if",
    "prefer-scaled-laws": "holds if",
}
WORLDS = {
    "small-weights-vanish": {"std": 0.5},
    "large-weights-explode": {"std": 0.125},
    "xavier-tanh": {"function": ACTIVATIONS["identity"], "gain": 1.0},
    "xavier-sigmoid": {"function": ACTIVATIONS["tanh"], "gain": 5 / 3},
    "kaiming-relu": {"draw": INITIALIZERS["xavier_normal"]},
    "kaiming-variants": {"variants": {"leaky": VARIANTS["leaky"], "steep": VARIANTS["leaky"]}},
    "prefer-scaled-laws": {"kaiming": partial(INITIALIZERS["normal"], std=0.1)},
}
