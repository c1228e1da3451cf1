"""Signals by depth against plain networks of torch; against theory: tests/test_theory_depth.py."""

from __future__ import annotations

import dataclasses
import math
from functools import cache

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import init

import nnbasics as nb
from nnbasics.experiments import deep
from nnbasics.experiments.verdicts import Result

DRAW = {
    "large": lambda w, g: init.normal_(w, 0.0, 1.0, generator=g),
    "kaiming": lambda w, g: init.normal_(w, 0.0, (2 / w.shape[1]) ** 0.5, generator=g),
    "xavier": lambda w, g: init.normal_(w, 0.0, (2 / sum(w.shape)) ** 0.5, generator=g),
    "default": lambda w, g: init.uniform_(w, -(w.shape[1] ** -0.5), w.shape[1] ** -0.5, generator=g),
    "small": lambda w, g: init.normal_(w, 0.0, 0.01, generator=g),
}
EXPECTED = {
    "kaiming-relu": "holds if",
    "kaiming-variants": "holds if",
    "xavier-tanh": "wrong",
    "xavier-sigmoid": "wrong",
}


@cache
def whole():
    return nb.run_experiment("signal-by-depth")


@pytest.mark.parametrize("name", DRAW)
def test_it_measures_what_plain_networks_do(name):
    found = deep.passage([3, 5], {name: ["tanh"]}, width=10, depth=4, shown={("tanh", name): [0, 3]})
    assert {values.shape for values in found.signal.values()} == {(2, 4)}  # no network counts twice
    for s, seed in enumerate([3, 5]):
        generator = torch.Generator().manual_seed(seed)
        a, whole, apart, first = torch.randn(10, 8, generator=generator).T.double(), [], [], []
        for _ in range(4):
            layer = nn.utils.skip_init(nn.Linear, 10, 10, bias=False, dtype=torch.float64)
            weight = DRAW[name](torch.empty(10, 10), generator)
            with torch.no_grad():
                layer.weight.copy_(weight)
                z = layer(a)
                a = z.tanh()
            first.append(z[0])
            whole.append(np.var(a.numpy()))
            apart.append(np.var(a.numpy(), axis=0).mean())
        assert found.signal["tanh", name][s].tolist() == pytest.approx(whole, rel=1e-5)
        assert found.apart["tanh", name][s].tolist() == pytest.approx(apart, rel=1e-5)
        torch.testing.assert_close(found.units["tanh", name][s], torch.stack([first[0], first[3]]), rtol=1e-6, atol=0)


def test_a_seed_of_several_networks_is_their_geometric_mean():
    """The networks of a seed follow one another on its stream: all rows, then layer by layer."""
    found = deep.passage([4], {"xavier": ["relu"]}, width=6, depth=2, networks=3)
    generator = torch.Generator().manual_seed(4)
    rows = [torch.randn(6, 8, generator=generator).double() for _ in range(3)]
    layers = [[DRAW["xavier"](torch.empty(6, 6), generator).double() for _ in range(3)] for _ in range(2)]
    last = [np.var((w2 @ (w1 @ x).relu()).relu().numpy()) for x, w1, w2 in zip(rows, *layers, strict=True)]
    assert float(found.signal["relu", "xavier"][0, 1]) == pytest.approx(np.exp(np.mean(np.log(last))), rel=1e-5)


def test_growth_is_that_of_ten_layers():
    values = torch.tensor([[1.0, 5.0, 9.0], [2.0, 2.0, 2.0]], dtype=torch.float64)
    assert deep.growth(values).tolist() == pytest.approx([10 / 2 * math.log(9), 0.0])


def test_the_digits_go_in_as_they_are():
    found = deep.passage([0], {"kaiming": ["relu"]}, width=64, depth=2, inputs="digits")
    generators = [torch.Generator().manual_seed(0)]
    rows = deep.draw_rows(generators, "digits", 1, 64)[0].T.float()
    assert all(bool((nb.digits()[0] == row).all(1).any()) for row in rows)
    assert "digits" in found.label.en
    assert "手写数字" in found.label.zh


@pytest.mark.slow
@pytest.mark.parametrize("id", EXPECTED)
def test_verdicts(id):
    judged = nb.judge_experiment("signal-by-depth", whole())[id]
    assert judged.verdict == EXPECTED[id]
    assert judged.noted


def wide_and_narrow():
    """Two worlds at few seeds: what the verdict of kaiming-relu hangs on."""
    return nb.run_experiment("signal-by-depth", seeds=range(20), worlds=["wide", "narrow"])


def test_the_width_decides():
    judged = nb.judge_experiment("signal-by-depth", wide_and_narrow())
    inside, outside = judged["kaiming-relu"].worlds
    assert (inside.inside, outside.inside, outside.outcome) == (True, False, "opposite")
    assert outside.high < 0 < inside.low  # what is left to the factor of 2
    for id in ("xavier-tanh", "xavier-sigmoid"):
        assert judged[id].verdict == "wrong"
        assert judged[id].noted


def made(**change):
    """A deep world of ordinary numbers, with other ones where a test wants them: (activation, initialization) -> last."""
    found = nb.run_experiment("signal-by-depth", seeds=range(8), worlds=["deep"], width=16, depth=11).first
    flat = {case: torch.ones(8, 11, dtype=torch.float64) for case in found.signal}
    for case, last in change.get("signal", {}).items():
        flat[case][:, -1] = last
    even = {case: torch.ones(8, 11, dtype=torch.float64) for case in found.signal}
    return Result("signal-by-depth", {"deep": dataclasses.replace(found, signal=flat, gradient=even)}, here=True)


@pytest.mark.parametrize(
    ("last", "verdict", "said"),
    [
        (1.0, "holds", "Here: Kaiming's initialization keeps ReLU's signal"),
        (0.1, "wrong", "Here: Kaiming's initialization does not keep"),
        (torch.tensor([0.05, 9.0] * 4, dtype=torch.float64), "not supported", "Here: It is unclear"),
    ],
)
def test_the_title_follows_the_numbers(last, verdict, said):
    result = made(signal={("relu", "kaiming"): last})
    assert nb.judge_experiment("signal-by-depth", result)["kaiming-relu"].verdict == verdict
    figure = nb.draw_experiment("signal-by-depth", result, lang="en")
    assert figure.page_title.startswith(said)


def test_a_gain_that_keeps_both_directions_turns_the_verdict():
    result = made()
    judged = nb.judge_experiment("signal-by-depth", result)
    assert {judged[id].verdict for id in EXPECTED} <= {"holds", "not supported", "holds if"}
    assert judged["xavier-tanh"].verdict == "holds"
    assert not judged["xavier-tanh"].noted  # its correction would be false here


@pytest.mark.parametrize(
    ("settings", "error", "message"),
    [
        ({"worlds": ["shallow"]}, ValueError, "Unknown world 'shallow'"),
        ({"worlds": "deep"}, TypeError, "worlds must be a sequence of names"),
        ({"depth": 1}, ValueError, "depth must be an integer >= 2, got 1."),
        ({"worlds": ["digits"], "width": 32}, ValueError, "width must be 64 where the digits go in"),
    ],
)
def test_bad_settings_are_named(settings, error, message):
    with pytest.raises(error, match=message):
        nb.run_experiment("signal-by-depth", **settings)


def test_a_layer_is_drawn_as_wide_as_its_units_are_spread():
    """Of N(0, 1), 3 N(0, 1) and 1e-9 N(0, 1), the outlines are half as high at sqrt(2 ln 2) standard deviations."""
    z = torch.randn(64, 1, 400, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    ax = deep.plot_layers(torch.cat([z, 3 * z, 1e-9 * z], dim=1), linewidth=3)
    for line, scale, base in zip(ax.lines, (1, 3, 1e-9), (0, -deep.APART, -2 * deep.APART), strict=True):
        x, height = line.get_data()
        half = np.interp(0.5, (height - base)[len(x) // 2 :][::-1], x[len(x) // 2 :][::-1])
        assert half == pytest.approx(scale * math.sqrt(2 * math.log(2)), rel=0.08)
        assert line.get_linewidth() == 3


def test_the_layers_that_are_drawn():
    assert [deep.layers_of(depth) for depth in (41, 11, 3, 2)] == [[0, 9, 40], [0, 1, 10], [0, 2], [0, 1]]


@pytest.mark.parametrize(("ratio", "said"), [(0.714, "×0.71"), (12.0, "×12"), (4.7e-7, "×$10^{-6}$"), (0.0, "×0")])
def test_how_many_times_is_said_shortly(ratio, said):
    assert deep.times(ratio) == said
