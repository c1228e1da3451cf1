"""ReLU: the verdicts, and for each that is computed a world in which it is another."""

from torch.nn import functional as F

EXPECTED = {
    "relu-formula": "holds",
    "relu-slope": "holds",
    "relu-cheap": "not judged",
    "relu-sparse": "holds",
    "relu-popular": "not judged",
}
WORLDS = {
    "relu-formula": {"function": F.leaky_relu},
    "relu-slope": {"function": F.gelu},
    "relu-sparse": {"function": F.leaky_relu},
}
