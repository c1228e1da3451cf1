"""Every experiment: numbers that are the same each time, a plot and a figure in both languages."""

from __future__ import annotations

import dataclasses
import inspect
from functools import cache
from importlib import import_module

import pytest
import torch
from matplotlib.axes import Axes
from pictures import drawn_texts, overlaps, saved, texts_of
from torch.utils.data import TensorDataset

import nnbasics as nb
from nnbasics.article.claims import all_claims
from nnbasics.experiments.table import EXPERIMENTS, file_of
from nnbasics.plotting.style import PageFigure, new_figure

BOTH = [(name, lang) for name in EXPERIMENTS for lang in ("en", "zh")]


@cache
def quick(name: str):
    return nb.run_experiment(name, quick=True)


def function_of(name: str):
    return getattr(import_module(f"nnbasics.experiments.{file_of(name)}"), file_of(name))


def plot_of(name: str):
    return getattr(import_module(f"nnbasics.gallery.{file_of(name)}"), f"plot_{file_of(name)}")


def numbers_of(result) -> dict[str, object]:
    return {field.name: getattr(result, field.name) for field in dataclasses.fields(result)}


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_it_returns_a_frozen_dataclass_of_numbers(name):
    result = quick(name)
    with pytest.raises(dataclasses.FrozenInstanceError):
        result.extra = 1
    for field, value in numbers_of(result).items():
        if isinstance(value, torch.Tensor):
            assert value.device.type == "cpu", field
            assert not value.requires_grad, field
            assert value.numel() > 0, field
        else:
            texts = isinstance(value, tuple) and all(isinstance(text, str) for text in value)
            assert texts or isinstance(value, (int, float, str)), field


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_by_default_it_takes_at_least_32_seeds(name):
    seeds = inspect.signature(function_of(name)).parameters["seeds"].default
    assert len(seeds) >= 32
    assert len(set(seeds)) == len(seeds)


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_the_same_seeds_give_the_same_numbers_whatever_the_callers_modes(name):
    first = numbers_of(quick(name))
    dtype = torch.get_default_dtype()
    try:
        torch.set_default_dtype(torch.float64)
        with torch.inference_mode():
            second = numbers_of(nb.run_experiment(name, quick=True))
    finally:
        torch.set_default_dtype(dtype)
    for field, value in first.items():
        if isinstance(value, torch.Tensor) and not (EXPERIMENTS[name].timed and "seconds" in field):
            assert value.dtype == second[field].dtype, field
            assert torch.equal(value.nan_to_num(7e7), second[field].nan_to_num(7e7)), field


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_other_seeds_give_other_numbers(name):
    """Where nothing is drawn, the experiment says so: its seeds change nothing."""
    module = import_module(f"nnbasics.experiments.{file_of(name)}")
    count = len(module.QUICK.get("seeds", range(8)))
    other = numbers_of(nb.run_experiment(name, quick=True, seeds=range(100, 100 + count)))
    same = all(
        torch.equal(value.nan_to_num(7e7), other[field].nan_to_num(7e7))
        for field, value in numbers_of(quick(name)).items()
        if isinstance(value, torch.Tensor) and "seconds" not in field and value.shape == other[field].shape
    )
    assert same == (not getattr(module, "DRAWS", True))


@pytest.mark.parametrize(("name", "lang"), BOTH)
def test_its_figure_says_what_to_see_and_no_text_lies_on_another(name, lang):
    figure = nb.draw_experiment(name, quick(name), lang=lang)
    assert isinstance(figure, PageFigure)
    assert figure.get_size_inches()[0] == 7
    title = figure.texts[0].get_text()
    assert len(title) > 10
    assert any("\u4e00" <= c <= "\u9fff" for c in title) == (lang == "zh")
    assert overlaps(figure) == []
    assert min(t.get_fontsize() for t in drawn_texts(figure)) >= 9


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_its_figure_is_the_same_each_time(name):
    assert saved(nb.draw_experiment(name, quick(name), lang="zh")) == saved(
        nb.draw_experiment(name, quick(name), lang="zh")
    )


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_the_meaning_of_a_band_stands_on_the_figure(name):
    figure = nb.draw_experiment(name, quick(name), lang="en")
    if any(ax.collections for ax in figure.axes):
        assert any("band" in text or "shade" in text or "seed" in text for text in texts_of(figure))


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_its_plot_draws_on_the_axes_that_it_is_given(name):
    figure = new_figure()
    ax = figure.add_axes((0.1, 0.1, 0.8, 0.8))
    assert plot_of(name)(quick(name), ax=ax, lang="en") is ax
    assert len(figure.axes) == 1
    assert ax.has_data()
    assert isinstance(plot_of(name)(quick(name), lang="zh"), Axes)


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_the_claims_that_it_bears_on_are_in_the_ledger(name):
    assert set(EXPERIMENTS[name].claims) <= set(all_claims())
    assert EXPERIMENTS[name].see
    assert EXPERIMENTS[name].question.endswith("?")


@pytest.mark.parametrize("name", EXPERIMENTS)
@pytest.mark.parametrize(
    ("settings", "error", "message"),
    [
        ({"seeds": []}, ValueError, "seeds must hold at least one integer, got none."),
        ({"seeds": 5}, TypeError, r"seeds must be a sequence of integers such as range\(32\), got 5."),
        ({"seeds": [-1]}, ValueError, "seeds must be an integer >= 0, got -1."),
        ({"device": "tpu9"}, ValueError, "Unknown device 'tpu9'"),
    ],
)
def test_bad_settings_are_named(name, settings, error, message):
    with pytest.raises(error, match=message):
        nb.run_experiment(name, **settings)


TAKES_DATA = [name for name in EXPERIMENTS if "data" in inspect.signature(function_of(name)).parameters]


@pytest.mark.parametrize("name", TAKES_DATA)
def test_tensors_and_a_dataset_of_ones_own_go_in_the_same_place(name):
    x, y = nb.moons(128)
    if name == "learning-rate-regimes":
        with pytest.raises(ValueError, match=r"data must hold numbers y of shape \(N, 1\), got shape \(128,\)"):
            nb.run_experiment(name, quick=True, data=(x, y))
        y = y[:, None].float()
    first, second = (
        numbers_of(nb.run_experiment(name, quick=True, seeds=range(2), data=data))
        for data in ((x, y), TensorDataset(x, y))
    )
    for field, value in first.items():
        if isinstance(value, torch.Tensor) and "seconds" not in field:
            assert torch.equal(value.nan_to_num(7e7), second[field].nan_to_num(7e7)), field


def test_a_result_of_another_experiment_is_refused():
    with pytest.raises(TypeError, match="result must be what run_experiment"):
        nb.draw_experiment("logits-or-probabilities", object())
    with pytest.raises(ValueError, match="Did you mean 'logits-or-probabilities'"):
        nb.draw_experiment("logits-or-probabilites", quick("logits-or-probabilities"))
