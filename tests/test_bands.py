"""Median and band against NumPy's quantiles."""

import numpy as np
import pytest
import torch

import nnbasics as nb
from nnbasics.plotting.bands import band_text

RUNS = torch.randn(9, 5, generator=torch.Generator().manual_seed(2), dtype=torch.float64)


def band_of(ax):
    (path,) = ax.collections[0].get_paths()
    return path.vertices


@pytest.mark.parametrize("count", [1, 2, 7, 9])
def test_the_line_is_the_median_and_the_band_holds_the_middle_80_percent(count):
    ax = nb.plot_band(torch.arange(5.0), RUNS[:count])
    np.testing.assert_allclose(ax.lines[0].get_ydata(), np.median(RUNS[:count].numpy(), axis=0), atol=1e-12)
    low, high = np.quantile(RUNS[:count].numpy(), [0.1, 0.9], axis=0)
    edges = {(round(x, 6), round(y, 6)) for x, y in band_of(ax)}
    assert {(float(i), round(v, 6)) for i, v in enumerate(low)} <= edges
    assert {(float(i), round(v, 6)) for i, v in enumerate(high)} <= edges


def test_what_diverged_counts_as_larger_than_all_others():
    runs = RUNS.clone()
    runs[:2, 3] = torch.nan  # two of nine: the median is a number, the band's upper edge is not
    ax = nb.plot_band(torch.arange(5.0), runs)
    ranked = np.sort(np.where(np.isnan(runs.numpy()), np.inf, runs.numpy()), axis=0)
    np.testing.assert_allclose(ax.lines[0].get_ydata(), ranked[4], atol=1e-12)
    runs[:6, 3] = torch.inf
    assert np.isnan(nb.plot_band(torch.arange(5.0), runs).lines[0].get_ydata()[3])


def test_the_callers_keywords_win_and_the_band_has_the_lines_colour():
    ax = nb.plot_band(torch.arange(5.0), RUNS, c="#123456", label="mine")
    assert ax.lines[0].get_color() == "#123456"
    assert ax.lines[0].get_label() == "mine"
    np.testing.assert_allclose(ax.collections[0].get_facecolor()[0][:3], np.array([0x12, 0x34, 0x56]) / 255)


def test_the_meaning_is_told_in_both_languages():
    assert band_text(32, "en") == "line: median of 32 seeds    band: the middle 80%"
    assert band_text(32, "zh") == "线：32 个随机种子的中位数    带：中间 80%"


@pytest.mark.parametrize(
    ("x", "values", "error", "message"),
    [
        (torch.arange(4.0), RUNS, ValueError, r"values must have shape \(S, 4\), as many columns as x, got \(9, 5\)"),
        (torch.arange(5.0), RUNS[0], ValueError, r"got \(5,\)"),
        (torch.arange(5.0), RUNS[:0], ValueError, r"got \(0, 5\)"),
        (torch.arange(5.0), RUNS.long(), TypeError, r"values must be a floating-point torch.Tensor"),
        (torch.arange(5), RUNS, TypeError, "x must have a floating-point dtype"),
    ],
)
def test_bad_input_is_named(x, values, error, message):
    with pytest.raises(error, match=message):
        nb.plot_band(x, values)
