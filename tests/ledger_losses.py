"""Section 8, classification: the verdicts, and a world for each in which it is another."""

from functools import partial

from torch.nn import functional as F

EXPECTED = {
    "cross-entropy-parts": "holds",
    "cross-entropy-logits": "holds",
    "class-indices": "holds",
    "cross-entropy-example": "holds",
    "bce-probabilities": "holds",
    "bce-saturated": "holds if",
    "bce-example": "holds",
}
WORLDS = {
    "cross-entropy-parts": {"squash": F.logsigmoid},
    "cross-entropy-logits": {"loss_fn": lambda p, y: F.nll_loss(p.log(), y)},
    "class-indices": {"loss_fn": F.binary_cross_entropy_with_logits},
    "cross-entropy-example": {"y": (2, 5)},
    "bce-probabilities": {"loss_fn": F.binary_cross_entropy_with_logits},
    "bce-saturated": {"loss_fn": partial(F.binary_cross_entropy_with_logits, reduction="sum")},
    "bce-example": {"y": (1, 1, 0)},
}
