"""Toy data by its formula, digits as scikit-learn has them, data of one's own, and the split."""

import math

import numpy as np
import pytest
import torch
from torch.utils.data import Dataset, TensorDataset

from nnbasics import circles, digits, moons, spirals, split
from nnbasics.data import TOYS, as_tensors


@pytest.mark.parametrize("name", TOYS)
def test_shapes_dtypes_and_the_same_points_for_the_same_seed(name):
    x, y = TOYS[name](101, generator=torch.Generator().manual_seed(4))
    assert (x.shape, x.dtype, y.dtype) == ((101, 2), torch.float32, torch.int64)
    assert y.bincount().tolist() == [51, 50]
    again, _ = TOYS[name](101, generator=torch.Generator().manual_seed(4))
    other, _ = TOYS[name](101, generator=torch.Generator().manual_seed(5))
    assert torch.equal(x, again)
    assert not torch.equal(x, other)


def test_moons_lie_on_half_circles():
    x, y = (t.numpy() for t in moons(200, noise=0.0))
    sign = np.where(y == 0, 1.0, -1.0)[:, None]
    centred = sign * x + np.array([0.5, 0.25])
    np.testing.assert_allclose(np.hypot(*centred.T), 1.0, atol=1e-6)
    assert (centred[:, 1] >= -1e-6).all()


def test_circles_have_radius_1_and_a_half():
    x, y = circles(200, noise=0.0)
    torch.testing.assert_close(x.norm(dim=1), 1 - 0.5 * y.float(), rtol=0, atol=1e-6)


def test_a_spiral_winds_as_far_as_its_turns_say():
    x, y = spirals(400, noise=0.0, turns=0.75)
    share = (x.norm(dim=1) - 0.1) / 0.9
    angle = torch.atan2(x[:, 1], x[:, 0]) - 2 * math.pi * 0.75 * share - math.pi * y
    torch.testing.assert_close(angle.cos(), torch.ones(400), rtol=0, atol=1e-5)


@pytest.mark.parametrize("name", TOYS)
def test_noise_has_the_standard_deviation_that_it_is_given(name):
    calm, _ = TOYS[name](20000, noise=0.0, generator=torch.Generator().manual_seed(1))
    noisy, _ = TOYS[name](20000, noise=0.3, generator=torch.Generator().manual_seed(1))
    assert abs(float((noisy - calm).std()) - 0.3) < 0.005  # the angles are drawn first, so they agree


def test_digits():
    x, y = digits()
    assert (x.shape, x.dtype, float(x.min()), float(x.max())) == ((1797, 64), torch.float32, 0.0, 1.0)
    assert sorted(set(y.tolist())) == list(range(10))


def test_a_split_keeps_every_row_once():
    x, y = moons(40)
    (a, b), (c, d) = split((x, y), share=0.25, generator=torch.Generator().manual_seed(3))
    assert (len(a), len(c)) == (30, 10)
    rows = torch.cat([torch.cat([a, b[:, None].float()], 1), torch.cat([c, d[:, None].float()], 1)])
    whole = torch.cat([x, y[:, None].float()], 1)
    assert sorted(rows.tolist()) == sorted(whole.tolist())


class Squares(Dataset):
    def __len__(self):
        return 3

    def __getitem__(self, i):
        return torch.tensor([float(i)]), i * i


class Ragged(Squares):
    def __getitem__(self, i):
        return torch.zeros(i + 1), i


@pytest.mark.parametrize("data", [(torch.arange(3.0)[:, None], torch.tensor([0, 1, 4])), Squares()])
def test_tensors_and_a_dataset_go_in_the_same_place(data):
    x, y = as_tensors(data)
    assert (x.tolist(), y.tolist()) == ([[0.0], [1.0], [2.0]], [0, 1, 4])


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (
            lambda: as_tensors(3),
            TypeError,
            r"data must be a pair of tensors \(x, y\) or a Dataset, got int",
        ),
        (lambda: as_tensors([]), RuntimeError, "non-empty"),
        (lambda: as_tensors((torch.zeros(3, 2), torch.zeros(2))), ValueError, r"got \(3, 2\), \(2,\)"),
        (lambda: as_tensors(Ragged()), RuntimeError, "equal size"),
        (lambda: as_tensors(TensorDataset(torch.zeros(3, 2))), ValueError, "not enough values to unpack"),
        (lambda: split(moons(4), share=0.01), ValueError, "share must leave rows on both sides, got 0.01 of 4 rows"),
        (lambda: split(moons(4), share=1.0), ValueError, "share must leave rows on both sides"),
        (lambda: moons(0), ValueError, "num_rows must be an integer >= 1, got 0"),
        (lambda: moons(10, noise=-1), ValueError, "noise must be a number >= 0, got -1"),
        (lambda: spirals(10, turns=0), ValueError, "turns must be a finite number > 0, got 0"),
        (lambda: moons(10, generator=3), TypeError, "generator must be a torch.Generator"),
    ],
)
def test_bad_input_is_named(call, error, message):
    with pytest.raises(error, match=message):
        call()
