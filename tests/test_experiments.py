"""Every experiment: one file that measures, judges and draws; the same numbers each time, in both languages."""

from __future__ import annotations

import dataclasses
import inspect
from functools import cache

import pytest
import torch
from matplotlib.collections import PolyCollection
from measured import quick
from pictures import drawn_texts, overlaps, saved, texts_of
from torch.utils.data import TensorDataset

import nnbasics as nb
from nnbasics._lookup import name_of
from nnbasics.experiments.table import EXPERIMENTS, module_of
from nnbasics.experiments.verdicts import VERDICTS, Judgement, Result
from nnbasics.plotting.style import PageFigure

BOTH = [(name, lang) for name in EXPERIMENTS for lang in ("en", "zh")]
by_name = pytest.mark.parametrize("name", EXPERIMENTS)


@cache
def quick_figure(name: str, lang: str) -> PageFigure:
    return nb.draw_experiment(name, quick(name), lang=lang)


@pytest.fixture(autouse=True, scope="module")
def _drop_the_figures():
    yield
    quick_figure.cache_clear()  # another test asks whether figures are gone


def leaves(value, path: str = "") -> dict[str, object]:
    """Everything that a result holds, by where it stands."""
    if dataclasses.is_dataclass(value):
        value = {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
    elif hasattr(value, "_asdict"):
        value = value._asdict()
    if isinstance(value, dict):
        return {where: leaf for key, item in value.items() for where, leaf in leaves(item, f"{path}/{key}").items()}
    if callable(value):
        value = name_of(value)
    if isinstance(value, (list, tuple)) and not all(isinstance(item, (str, int, float)) for item in value):
        return {where: leaf for i, item in enumerate(value) for where, leaf in leaves(item, f"{path}/{i}").items()}
    return {path: value}


def several(name: str) -> bool:
    """Whether it has more worlds than one: an exact identity needs no other."""
    return len(module_of(name).WORLDS) > 1


def title_of(figure) -> str:
    """The text that stands highest on the figure."""
    return max(figure.texts, key=lambda text: text.get_position()[1]).get_text()


def same(first: object, second: object) -> bool:
    if isinstance(first, torch.Tensor):
        return first.dtype == second.dtype and torch.equal(first.nan_to_num(7e7), second.nan_to_num(7e7))
    return first == second or (first != first and second != second)


@by_name
def test_a_quick_look_is_a_frozen_result_of_one_world_and_numbers_only(name):
    result = quick(name)
    assert (type(result).__mro__[-2], result.experiment, len(result.worlds)) == (Result, name, 1)
    assert result.here == several(name)
    with pytest.raises(dataclasses.FrozenInstanceError):
        result.extra = 1
    for where, value in leaves(result).items():
        if isinstance(value, torch.Tensor):
            assert value.device.type == "cpu", where
            assert not value.requires_grad, where
        else:
            assert isinstance(value, (int, float, str, tuple, list)), where


@by_name
def test_the_file_says_what_the_frame_asks_for(name):
    module = module_of(name)
    parameters = inspect.signature(module.measure).parameters
    assert all(parameter.kind == inspect.Parameter.KEYWORD_ONLY for parameter in parameters.values())
    assert {"seeds", "worlds", "device", "progress"} <= set(parameters)
    assert len(set(parameters["seeds"].default)) >= 32
    assert set(module.QUICK.get("worlds", module.WORLDS)) <= set(module.WORLDS)
    assert any(kind in {claim.kind for claim in module.CLAIMS} for kind in ("measured", "recommendation", "identity"))
    assert EXPERIMENTS[name].question.en.endswith("?")
    assert EXPERIMENTS[name].question.zh.endswith("？")


@by_name
def test_its_verdicts_are_of_its_claims_and_said_of_the_one_world_here(name):
    verdicts = nb.judge_experiment(name, quick(name))
    ids = [claim.id for claim in module_of(name).CLAIMS]
    assert next(iter(verdicts)) == ids[0], "the first claim decides the title"
    assert set(verdicts) <= set(ids)
    for judgement in verdicts.values():
        assert isinstance(judgement, Judgement)
        assert judgement.verdict in VERDICTS
        assert judgement.here == several(name)
        for lang in ("en", "zh"):
            row = judgement.to_dict(lang)
            assert "{" not in row["evidence"] + row["note"]


@by_name
def test_the_same_seeds_give_the_same_numbers_whatever_the_callers_modes(name):
    first, dtype = leaves(quick(name)), torch.get_default_dtype()
    try:
        torch.set_default_dtype(torch.float64)
        with torch.inference_mode():
            second = leaves(nb.run_experiment(name, quick=True))
    finally:
        torch.set_default_dtype(dtype)
    assert first.keys() == second.keys()
    assert [where for where, value in first.items() if not same(value, second[where])] == []


@by_name
def test_other_seeds_give_other_numbers(name):
    """Where nothing is drawn, the experiment says so: its seeds change nothing."""
    module = module_of(name)
    count = len(module.QUICK.get("seeds", range(32)))
    other = leaves(nb.run_experiment(name, quick=True, seeds=range(100, 100 + count)))
    unchanged = all(same(value, other.get(where)) for where, value in leaves(quick(name)).items() if where in other)
    assert unchanged == (not getattr(module, "DRAWS", True))


@pytest.mark.parametrize(("name", "lang"), BOTH)
def test_its_figure_says_what_was_found_here_and_no_text_lies_on_another(name, lang):
    figure = quick_figure(name, lang)
    assert isinstance(figure, PageFigure)
    assert figure.get_size_inches()[0] == 7
    title = title_of(figure)
    assert title.startswith("这里：" if lang == "zh" else "Here: ") == several(name)
    assert any("\u4e00" <= c <= "\u9fff" for c in title) == (lang == "zh")
    assert overlaps(figure) == []
    assert min(t.get_fontsize() for t in drawn_texts(figure)) >= 9


@by_name
def test_its_figure_is_the_same_each_time(name):
    assert saved(nb.draw_experiment(name, quick(name), lang="zh")) == saved(quick_figure(name, "zh"))


@by_name
def test_the_meaning_of_a_band_stands_on_the_figure(name):
    figure = quick_figure(name, "en")
    if any(isinstance(each, PolyCollection) for ax in figure.axes for each in ax.collections):
        assert any("band" in text or "shade" in text or "seed" in text for text in texts_of(figure))


@by_name
@pytest.mark.parametrize(
    ("settings", "error", "message"),
    [
        ({"seeds": []}, ValueError, "seeds must hold at least one integer, got none."),
        ({"seeds": 5}, TypeError, r"seeds must be a sequence of integers such as range\(32\), got 5."),
        ({"seeds": [-1]}, ValueError, "seeds must be an integer >= 0, got -1."),
        ({"device": "tpu9"}, ValueError, "device must be one of auto, cpu, cuda, mps, got 'tpu9'"),
        ({"worlds": ["nowhere"]}, ValueError, "Unknown world 'nowhere'"),
    ],
)
def test_bad_settings_are_named(name, settings, error, message):
    with pytest.raises(error, match=message):
        nb.run_experiment(name, **settings)


TAKES_DATA = [name for name in EXPERIMENTS if "data" in inspect.signature(module_of(name).measure).parameters]


@pytest.mark.parametrize("name", TAKES_DATA)
def test_tensors_and_a_dataset_of_ones_own_go_in_the_same_place(name):
    x, y = nb.moons(128)
    if name == "learning-rate-regimes":
        with pytest.raises(ValueError, match=r"data must hold numbers y of shape \(N, 1\), got shape \(128,\)"):
            nb.run_experiment(name, quick=True, data=(x, y))
        y = y[:, None].float()
    settings = {"quick": True, "seeds": range(2)}
    first, second = (nb.run_experiment(name, data=data, **settings) for data in ((x, y), TensorDataset(x, y)))
    assert list(first.worlds) == ["own data"]
    assert [where for where, value in leaves(first).items() if not same(value, leaves(second)[where])] == []
    assert title_of(nb.draw_experiment(name, first, lang="en")).startswith("Here: ")


def test_a_result_of_another_experiment_is_refused():
    with pytest.raises(TypeError, match="result must be what run_experiment"):
        nb.draw_experiment("logits-or-probabilities", object())
    with pytest.raises(ValueError, match="Did you mean 'logits-or-probabilities'"):
        nb.judge_experiment("logits-or-probabilites", quick("logits-or-probabilities"))


@pytest.mark.parametrize(
    ("name", "world", "lead"),
    [("decision-boundary", "few", "hidden-bend"), ("outliers", "tails", "mae-outliers")],
)
def test_a_world_that_the_picture_is_not_about_is_named(name, world, lead):
    found = nb.run_experiment(name, quick=True, worlds=[world])
    with pytest.raises(ValueError, match=f"result must hold a world that tries '{lead}', got only: {world}"):
        nb.draw_experiment(name, found)


def test_the_picture_is_of_the_first_world_that_it_is_about():
    found = nb.run_experiment("decision-boundary", quick=True, seeds=range(2), worlds=["few", "moons"], num_epochs=5)
    assert any("moons" in text for text in texts_of(nb.draw_experiment("decision-boundary", found, lang="en")))


@pytest.mark.parametrize(
    ("name", "settings", "id", "sizes"),
    [
        ("decision-boundary", {"hidden": (0, 3, 8), "num_epochs": 5}, "hidden-bend", "8 hidden units less 3"),
        ("linear-collapse", {"depths": (1, 3), "num_epochs": 5}, "linear-depth", "3 linear layers over that of 1"),
        ("linear-collapse", {"depths": (1, 3), "num_epochs": 5}, "xor", "3 layers with ReLU between them, less 3"),
        (
            "batch-size",
            {"sizes": (1, 8, None), "num_epochs": 4, "num_updates": 40},
            "batch-single",
            "one row beside 8;",
        ),
        ("batch-size", {"sizes": (1, 8, None), "num_epochs": 4, "num_updates": 40}, "batch-mini", "8 rows: steadier"),
    ],
)
def test_a_sentence_names_the_sizes_that_were_measured(name, settings, id, sizes):
    found = nb.run_experiment(name, quick=True, seeds=range(2), **settings)
    assert sizes in nb.judge_experiment(name, found)[id].to_dict("en")["measured"]
