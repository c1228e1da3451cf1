"""What the experiments share."""

import pytest
import torch

from nnbasics.experiments._common import seeds_apart, whole_batches


@pytest.mark.parametrize(("rows", "batch_size", "kept"), [(1348, 64, 1344), (128, 64, 128), (63, 64, 63), (5, 1, 5)])
def test_no_smaller_last_batch_is_left(rows, batch_size, kept):
    x, y = whole_batches(torch.arange(rows), torch.arange(rows), batch_size)
    assert x.tolist() == y.tolist() == list(range(kept))


def test_the_searchs_seeds_are_not_those_that_are_judged():
    assert set(seeds_apart(range(32), 8)).isdisjoint(range(32))
    assert len(seeds_apart([5, 70000], 8)) == 8
