"""Section 11, losses: the verdicts, and a world for each in which it is another."""

from torch.nn import functional as F

from nnbasics.article.ledger.loss_choices import squared

EXPECTED = {"cross-entropy-first": "holds if", "smooth-l1-first": "holds if"}
WORLDS = {"cross-entropy-first": {"loss_fn": squared}, "smooth-l1-first": {"loss_fn": F.mse_loss}}
