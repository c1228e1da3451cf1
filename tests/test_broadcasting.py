"""Broadcasting explained: the result is torch's, and the words say what happened."""

import itertools

import pytest
import torch
from hypothesis import given, settings, strategies as st

from nnbasics import explain_broadcast


def torchs_answer(shapes):
    try:
        return tuple(torch.broadcast_shapes(*shapes))
    except RuntimeError:
        return None


def all_shapes(max_rank):
    return [shape for rank in range(max_rank + 1) for shape in itertools.product(range(4), repeat=rank)]


def assert_agrees(shapes):
    found = explain_broadcast(*shapes, lang="en")
    expected = torchs_answer(shapes)
    assert found.shape == expected, shapes
    if expected is None:
        assert found.refused_by in found.steps
        assert found.refused_by.startswith("Rule 3: in dimension")
    else:
        assert found.refused_by is None
        assert found.steps[-1].endswith(f"{expected}.")


def test_every_pair_of_shapes_up_to_rank_4():
    for pair in itertools.product(all_shapes(4), repeat=2):
        assert_agrees(pair)


def test_every_shape_up_to_rank_5_with_every_shape_up_to_rank_1():
    for pair in itertools.product(all_shapes(5), all_shapes(1)):
        assert_agrees(pair)


def test_every_triple_of_shapes_up_to_rank_1_and_of_sizes_in_one_dimension():
    for triple in itertools.product(all_shapes(1), repeat=3):
        assert_agrees(triple)
    for four in itertools.product(range(4), repeat=4):
        assert_agrees([(size,) for size in four])


SHAPES = st.lists(st.integers(0, 3), max_size=5).map(tuple)


@settings(deadline=None, derandomize=True, max_examples=300)
@given(st.lists(SHAPES, max_size=5))
def test_any_shapes_up_to_rank_5(shapes):
    assert_agrees(shapes)


@settings(deadline=None, derandomize=True, max_examples=300)
@given(st.data())
def test_shapes_up_to_rank_5_that_do_fit(data):
    """Drawn at random, few large shapes fit; so these are cut from a common one."""
    full = data.draw(SHAPES)
    cuts = st.integers(0, len(full)).flatmap(
        lambda start: st.tuples(*(st.sampled_from([1, size]) for size in full[start:]))
    )
    shapes = data.draw(st.lists(cuts, min_size=1, max_size=4))
    assert torchs_answer(shapes) is not None
    assert_agrees(shapes)


@settings(deadline=None, derandomize=True, max_examples=100)
@given(st.lists(st.lists(st.integers(0, 3), max_size=4).map(tuple), min_size=2, max_size=2))
def test_torch_adds_tensors_of_the_shapes_exactly_where_it_says_so(shapes):
    found = explain_broadcast(*shapes).shape
    a, b = (torch.zeros(shape) for shape in shapes)
    if found is None:
        with pytest.raises(RuntimeError, match="must match the size"):
            a + b
    else:
        assert (a + b).shape == found


def test_the_articles_two_examples():
    good = explain_broadcast((2, 3), (3,), lang="en")
    assert good.shape == (2, 3)
    assert good.steps == (
        "Rule 1: (3,) has fewer dimensions than 2, so it gets 1s on its left: (1, 3).",
        "Rule 2: in dimension -2, (1, 3) has size 1, which is repeated to 2.",
        "Rule 3: no dimension is left with two sizes, so the result has shape (2, 3).",
    )
    bad = explain_broadcast((4,), (2, 3), lang="en")
    assert bad.shape is None
    assert bad.refused_by == "Rule 3: in dimension -1 the sizes 3, 4 differ and none of them is 1, so they are refused."
    assert bad.steps[-1] == bad.refused_by


def test_in_chinese():
    assert explain_broadcast((2, 3), (3,), lang="zh").steps == (
        "规则 1：(3,) 的维数不足 2，在左侧补 1，变成 (1, 3)。",
        "规则 2：(1, 3) 在维度 -2 上的大小是 1，重复扩展到 2。",
        "规则 3：没有哪个维度还留有两种大小，结果的形状是 (2, 3)。",
    )
    assert explain_broadcast((4,), (3,), lang="zh").refused_by == (
        "规则 3：维度 -1 上的大小 3、4 互不相等，又都不是 1，因此拒绝广播。"
    )


def test_language_of_the_reader(monkeypatch):
    monkeypatch.setenv("NNBASICS_LANG", "zh")
    assert explain_broadcast((1,)).steps[0].startswith("规则 1")


def test_what_a_rule_has_nothing_to_do_with_is_said_too():
    assert explain_broadcast((2, 3), (2, 3), lang="en").steps == (
        "Rule 1: no shape has fewer dimensions than another, so nothing is added.",
        "Rule 2: no size 1 stands beside one other size, so nothing is repeated.",
        "Rule 3: no dimension is left with two sizes, so the result has shape (2, 3).",
    )


def test_every_refused_dimension_is_named_from_the_right():
    steps = explain_broadcast((2, 5, 3), (3, 5, 4), lang="en").steps
    assert [step[:24] for step in steps if "refused" in step] == [
        "Rule 3: in dimension -1 ",
        "Rule 3: in dimension -3 ",
    ]


def test_an_empty_dimension():
    assert explain_broadcast((0,), (1,), lang="en").steps[1].endswith("has size 1, which is repeated to 0.")
    assert explain_broadcast((0,), (2,)).shape is None


def test_it_prints_as_what_it_says():
    assert str(explain_broadcast((4, 1), (3,), lang="en")).splitlines()[0] == "(4, 1), (3,) -> (4, 3)"
    assert repr(explain_broadcast((4,), (3,), lang="en")).splitlines()[0] == "(4,), (3,)"


def test_no_shapes_torch_sizes_lists_and_integers():
    assert explain_broadcast().shape == tuple(torch.broadcast_shapes()) == ()
    assert explain_broadcast(torch.zeros(2, 1).shape, [3], 3).shape == (2, 3)


def test_it_needs_no_torch():
    import subprocess
    import sys

    code = "import sys, nnbasics; nnbasics.explain_broadcast((2, 3), (3,)); sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
