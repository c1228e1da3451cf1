"""Losses of regression: the verdicts, and for each a world in which it is another."""

from torch.nn import functional as F

EXPECTED = {"regression-means": "holds", "smooth-l1-pieces": "holds", "regression-example": "holds"}
WORLDS = {
    "regression-means": {"mse": F.huber_loss},
    "smooth-l1-pieces": {"loss_fn": lambda p, t, beta: F.huber_loss(p, t, delta=beta)},
    "regression-example": {"y": (1, 2, 4)},
}
