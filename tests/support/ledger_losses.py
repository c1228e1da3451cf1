"""Losses, and those of classification: the verdicts, and for each that is computed a world in which it is another."""

from torch.nn import functional as F

EXPECTED = {
    "loss-performance": "holds",
    "cross-entropy-parts": "holds",
    "cross-entropy-logits": "holds",
    "class-indices": "holds",
    "cross-entropy-example": "holds",
    "bce-probabilities": "holds",
    "bce-example": "holds",
}
WORLDS = {
    "loss-performance": {"losses": {"forgot the absolute value": lambda p, t, reduction: p - t}},
    "cross-entropy-parts": {"squash": F.logsigmoid},
    "cross-entropy-logits": {"loss_fn": lambda p, y: F.nll_loss(p.log(), y)},
    "class-indices": {"loss_fn": F.binary_cross_entropy_with_logits},
    "cross-entropy-example": {"y": (2, 5)},
    "bce-probabilities": {"loss_fn": F.binary_cross_entropy_with_logits},
    "bce-example": {"y": (1, 1, 0)},
}
