"""Sections 1 and 2: the neuron, biological and artificial, and the network."""

from __future__ import annotations

import torch

from .._text import tr
from ..model import ThreeLayerNet, count_parameters
from ..plotting.biology import plot_biological_neuron
from ..plotting.network import FULL, plot_network, plot_neuron
from ..plotting.style import QUIET, PageFigure, new_figure, page_style, set_title


def biological_neuron(*, lang: str, device: torch.device) -> PageFigure:
    """Dendrites, cell body, axon and terminals, each with what became of it in the artificial neuron."""
    figure = new_figure()
    with page_style():
        plot_biological_neuron(ax=figure.add_axes((0.01, 0.01, 0.98, 0.88)), lang=lang)
        set_title(figure, tr("A neuron gathers signals, sums them up, and passes one signal on", lang))
    return figure


def artificial_neuron(*, lang: str, device: torch.device) -> PageFigure:
    """A neuron of three inputs with a worked example."""
    x = torch.tensor([1.0, 2.0, -1.5], dtype=torch.float32, device=device)
    weight = torch.tensor([0.8, -0.5, 0.4], dtype=torch.float32, device=device)
    bias = torch.tensor(0.3, dtype=torch.float32, device=device)
    figure = new_figure()
    with page_style():
        plot_neuron(x, weight, bias, "sigmoid", ax=figure.add_axes(FULL), lang=lang)
        set_title(figure, tr("The same idea in numbers: weigh the inputs, add them up, then apply f", lang))
    return figure


def network(*, lang: str, device: torch.device) -> PageFigure:
    """The article's three-layer model, drawn from a live one."""
    model = ThreeLayerNet(dtype=torch.float32).to(device)
    figure = new_figure()
    with page_style():
        plot_network(model, ax=figure.add_axes((0.02, 0.0, 0.96, 0.82)), lang=lang)
        title = tr("Every unit feeds every unit of the next layer, and none of its own: {n} parameters", lang)
        legend = tr("solid blue: positive weight    dashed orange: negative    wider: larger in its layer", lang)
        set_title(figure, title.format(n=count_parameters(model).total))
        figure.text(0.02, 0.885, legend, fontsize=9.5, color=QUIET, va="center")
    return figure
