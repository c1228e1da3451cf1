"""Section 10, Adam: the verdicts, and a world for each in which it is another."""

from torch import optim

EXPECTED = {"adam-parts": "holds if", "adam-adaptive": "holds"}
WORLDS = {"adam-parts": {"optimizer": optim.Adamax}, "adam-adaptive": {"optimizer": optim.SGD}}
