"""Section 8, regression: the verdicts, and a world for each in which it is another."""

from torch.nn import functional as F

EXPECTED = {
    "mae-outliers": "holds if",
    "mse-outliers": "holds",
    "smooth-l1-pieces": "holds if",
    "smooth-l1-both": "holds",
    "regression-example": "holds",
}
WORLDS = {
    "mae-outliers": {"loss_fn": F.mse_loss},
    "mse-outliers": {"loss_fn": F.l1_loss},
    "smooth-l1-pieces": {"loss_fn": lambda p, t, beta: F.huber_loss(p, t, delta=beta)},
    "smooth-l1-both": {"loss_fn": F.l1_loss},
    "regression-example": {"y": (1, 2, 4)},
}
