"""Signals by depth against plain networks of torch; against theory: tests/test_theory_depth.py."""

from __future__ import annotations

import pytest
import torch
from torch import nn
from torch.nn import init

import nnbasics as nb
from nnbasics.experiments.signal_by_depth import QUICK

DRAW = {
    "large": lambda w, g: init.normal_(w, 0.0, 1.0, generator=g),
    "kaiming": lambda w, g: init.normal_(w, 0.0, (2 / w.shape[1]) ** 0.5, generator=g),
    "xavier": lambda w, g: init.normal_(w, 0.0, (2 / sum(w.shape)) ** 0.5, generator=g),
    "default": lambda w, g: init.uniform_(w, -(w.shape[1] ** -0.5), w.shape[1] ** -0.5, generator=g),
    "small": lambda w, g: init.normal_(w, 0.0, 0.01, generator=g),
}


@pytest.mark.parametrize("law", DRAW)
def test_it_measures_what_plain_networks_do(law):
    found = nb.run_experiment("signal-by-depth", seeds=[3, 5], activations=("tanh",), depth=4, width=10, rows=6)
    for s, seed in enumerate([3, 5]):
        generator = torch.Generator().manual_seed(seed)
        a, right = torch.randn(10, 6, generator=generator).T.double(), []
        for _ in range(4):
            layer = nn.utils.skip_init(nn.Linear, 10, 10, bias=False, dtype=torch.float64)
            weight = DRAW[law](torch.empty(10, 10), generator)
            with torch.no_grad():
                layer.weight.copy_(weight)
                z = layer(a)
            right.append(float((z**2).mean() ** 0.5))
            a = z.tanh()
        assert found.signal[0, found.initializers.index(law), s].tolist() == pytest.approx(right, rel=1e-5)


@pytest.mark.parametrize("settings", [{"seeds": range(8)}, QUICK], ids=["deep", "quick"])
def test_the_numbers_say_what_the_figure_says(settings):
    found = nb.run_experiment("signal-by-depth", **settings)
    middle = found.signal.median(2).values
    tanh, relu = (dict(zip(found.initializers, m, strict=True)) for m in middle)
    for signals in (tanh, relu):
        assert float(signals["small"][-1]) < 1e-20
    assert float(relu["large"][-1]) > 1e20
    assert float(tanh["large"][-1]) > 5  # so z is where tanh is flat
    assert 0.2 < float(relu["kaiming"][-1] / relu["kaiming"][0]) < 5
    assert float(relu["xavier"][-1] / relu["xavier"][0]) < 1e-5
    assert float(tanh["xavier"][-1] / tanh["xavier"][0]) > 0.05


@pytest.mark.parametrize(
    ("settings", "error", "message"),
    [
        ({"activations": ("softmax",)}, ValueError, "Unknown activation 'softmax'"),
        ({"activations": "relu"}, TypeError, "activations must be a sequence of names"),
        ({"depth": 0}, ValueError, "depth must be an integer >= 1, got 0."),
    ],
)
def test_bad_settings_are_named(settings, error, message):
    with pytest.raises(error, match=message):
        nb.run_experiment("signal-by-depth", **settings)


def test_a_panel_of_an_activation_that_was_not_run_is_refused():
    from nnbasics.gallery.signal_by_depth import plot_signal_by_depth

    found = nb.run_experiment("signal-by-depth", seeds=[0], activations=("gelu",), depth=2, width=8)
    assert plot_signal_by_depth(found, activation="gelu").has_data()
    with pytest.raises(ValueError, match="activation must be one of gelu, got 'relu'"):
        plot_signal_by_depth(found)
