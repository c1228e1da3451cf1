"""For pytest: `pytest test_homework.py` grades homework.py, and shows a refused check's report with its hint."""

import homework

from nnbasics import check


def test_softmax():
    assert check("softmax", homework.softmax).passed


def test_relu():
    assert check("relu", homework.relu).passed
