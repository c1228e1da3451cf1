"""Section 4, rectifiers: the verdicts, and a world for each in which it is another."""

from functools import partial

from torch import nn

EXPECTED = {"relu-overfitting": "wrong", "relu-dies": "holds", "leaky-relu-lives": "holds if"}
WORLDS = {
    "relu-overfitting": {"activation": nn.Identity},
    "relu-dies": {"activation": nn.LeakyReLU},
    "leaky-relu-lives": {"activation": partial(nn.LeakyReLU, negative_slope=0.0)},
}
