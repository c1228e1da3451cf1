"""Section 6: the verdicts, and a world for each in which it is another."""

from functools import partial

import torch
import torchsummary

import nnbasics as nb


def torch_default(generator, *sizes):
    """The article's model, but every layer as torch draws it."""
    model = nb.ThreeLayerNet(*sizes, generator=generator, dtype=torch.float64)
    return nb.init_weights(model, "default", bias=None, generator=generator)


EXPECTED = {
    "model-output": "holds",
    "model-init": "holds",
    "model-parameters": "holds",
    "model-count": "holds",
    "linear-count": "holds",
    "summary-cuda": "holds if",
    "double-softmax": "wrong",
}
WORLDS = {
    "model-output": {"output": "logits"},
    "model-init": {"make_model": torch_default},
    "model-parameters": {"hidden": (4, 2)},
    "model-count": {"sizes": (4, (3, 2), 2)},
    "linear-count": {"bias": False},
    "summary-cuda": {"summary": partial(torchsummary.summary, device="cpu")},
    "double-softmax": {"ending": torch.nn.Identity()},
}
