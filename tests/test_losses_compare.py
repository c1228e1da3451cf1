"""Losses side by side: their values and gradients, and which of them fit what they are given."""

import numpy as np
import pytest
import torch
from rng_state import global_rng_state
from torch import nn

from nnbasics import LOSS_INPUTS, LOSSES, compare_losses

PRED, TRUE = torch.tensor([2.0, 2.5, 5.0]), torch.tensor([1.0, 2.0, 3.0])
SIX_CLASSES = torch.tensor([[0.1, 0.1, 0.3, 1.4, 0.05, 0.05], [0.02, 0.08, 0.2, 0.2, 0.05, 2.45]])
CHANCES, LABELS = torch.tensor([0.6901, 0.5459, 0.2469]), torch.tensor([0.0, 1.0, 0.0])


def test_every_loss_says_what_it_wants():
    kinds = {"numbers", "probabilities", "log-probabilities", "logits", "class indices"}
    assert list(LOSS_INPUTS) == list(LOSSES)
    assert {kind for pair in LOSS_INPUTS.values() for kind in pair} == kinds


@pytest.mark.parametrize(
    ("pred", "target", "names"),
    [
        (PRED, TRUE, ["mae", "mse", "smooth_l1", "huber"]),
        (CHANCES, LABELS, ["mae", "mse", "smooth_l1", "huber", "bce"]),
        (torch.tensor([-2.0, 3.0]), torch.tensor([0.0, 1.0]), ["mae", "mse", "smooth_l1", "huber", "bce_with_logits"]),
        (SIX_CLASSES, torch.tensor([3, 5]), ["cross_entropy"]),
        (SIX_CLASSES.log_softmax(dim=1), torch.tensor([3, 5]), ["cross_entropy", "nll"]),
        (torch.tensor([0.5, -1.0]), torch.tensor(1), ["cross_entropy"]),
        (torch.full((2, 3, 4), -0.5), torch.zeros(2, 4, dtype=torch.int64), ["cross_entropy"]),
    ],
)
def test_the_losses_that_fit_are_found(pred, target, names):
    assert [row.name for row in compare_losses(pred, target)] == names


def test_gradients_by_hand():
    rows = {row.name: row.gradient.tolist() for row in compare_losses(PRED, TRUE)}
    assert rows["mae"] == pytest.approx([1 / 3, 1 / 3, 1 / 3])
    assert rows["mse"] == pytest.approx([2 / 3, 1 / 3, 4 / 3])
    assert rows["smooth_l1"] == pytest.approx([1 / 3, 1 / 6, 1 / 3])
    (row,) = compare_losses(torch.tensor([[0.0, 0.0, 0.0, 0.0]]), torch.tensor([2]))
    assert row.value.item() == pytest.approx(np.log(4))
    assert row.gradient.tolist()[0] == pytest.approx([0.25, 0.25, -0.75, 0.25])


def test_names_keep_their_order_and_the_inputs_their_state():
    pred = PRED.clone().requires_grad_()
    before = global_rng_state()
    rows = compare_losses(pred, TRUE, ["mse", "mae"])
    assert [row.name for row in rows] == ["mse", "mae"]
    assert pred.grad is None
    assert not rows[0].value.requires_grad
    assert not rows[0].gradient.requires_grad
    assert global_rng_state() == before


@pytest.mark.parametrize("mode", [torch.no_grad, torch.inference_mode])
def test_under_no_grad_and_inference_mode(mode):
    with mode():
        rows = compare_losses(torch.tensor([0.5, -1.0]), torch.tensor(1))
    assert rows[0].gradient.tolist() == pytest.approx([0.8175745, -0.8175745])
    assert not rows[0].gradient.is_inference()


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float64])
def test_dtype_is_that_of_the_prediction(dtype):
    for row in compare_losses(PRED.to(dtype), TRUE.to(dtype)):
        assert row.value.dtype == row.gradient.dtype == dtype


def test_a_soft_label_is_a_probability():
    (row,) = compare_losses(torch.tensor([0.5, 0.9]), torch.tensor([0.25, 1.0]), ["bce"])
    assert row.value.item() == pytest.approx((np.log(2) - np.log(0.9)) / 2)


def test_both_bces_agree_through_the_sigmoid():
    z = torch.tensor([-3.0, 0.2, 4.0], dtype=torch.float64)
    (on_logits,) = compare_losses(z, LABELS.double(), ["bce_with_logits"])
    (on_chances,) = compare_losses(torch.sigmoid(z), LABELS.double(), ["bce"])
    assert on_logits.value.item() == pytest.approx(on_chances.value.item(), abs=1e-12)


def test_probabilities_typed_with_four_digits_are_recognized():
    with pytest.raises(ValueError, match="pred must hold logits for loss 'cross_entropy'"):
        compare_losses(torch.tensor([[0.0258, 0.0774, 0.8968]]), torch.tensor([2]), ["cross_entropy"])
    with pytest.raises(ValueError, match="must hold logits"):
        compare_losses(
            nn.Softmax(dim=1)(torch.randn(4, 3, 2, generator=torch.Generator().manual_seed(0))),
            torch.zeros(4, 2, dtype=torch.int64),
            ["cross_entropy"],
        )


def test_the_table():
    assert compare_losses(CHANCES, LABELS, ["mse", "bce"]).table("en").splitlines() == [
        "loss  prediction     target         value   gradient",
        "mse   numbers        numbers        0.2478  0.4601, -0.3027, 0.1646",
        "bce   probabilities  probabilities  0.6868  1.0756, -0.6106, 0.4426",
    ]
    chinese = compare_losses(SIX_CLASSES, torch.tensor([3, 5])).table("zh")
    assert "类别索引" in chinese
    assert "范数" in chinese


def test_it_prints_as_its_table(monkeypatch):
    monkeypatch.setenv("NNBASICS_LANG", "en")
    rows = compare_losses(CHANCES, LABELS)
    assert repr(rows) == rows.table("en")


@pytest.mark.cuda
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
def test_cpu_and_cuda_agree():
    for pred, target in ((PRED, TRUE), (CHANCES, LABELS), (SIX_CLASSES, torch.tensor([3, 5]))):
        for ours, theirs in zip(compare_losses(pred, target), compare_losses(pred.cuda(), target.cuda()), strict=True):
            torch.testing.assert_close(theirs.value.cpu(), ours.value, rtol=0, atol=1e-5)
            torch.testing.assert_close(theirs.gradient.cpu(), ours.gradient, rtol=0, atol=1e-5)
