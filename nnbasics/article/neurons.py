"""Sections 1 and 2: the neuron, biological and artificial, and the network."""

from __future__ import annotations

import torch

from ..model import ThreeLayerNet, count_parameters
from ..plotting.biology import plot_biological_neuron
from ..plotting.network import plot_network
from ..plotting.neuron import STAGE, plot_neuron
from ..plotting.style import PageFigure, new_figure, page_style, set_title
from ..text import Text


def biological_neuron(*, lang: str, device: torch.device) -> PageFigure:
    """Dendrites, cell body, axon and terminals, each with what became of it in the artificial neuron."""
    figure = new_figure()
    with page_style():
        plot_biological_neuron(ax=figure.add_axes(STAGE), lang=lang)
        title = Text(
            "A neuron gathers signals, sums them up, and passes one signal on",
            "神经元收集各路信号，汇总之后向外传出一路信号",
        )
        set_title(figure, title.say(lang))
    return figure


def artificial_neuron(*, lang: str, device: torch.device) -> PageFigure:
    """A neuron of three inputs with a worked example."""
    x = torch.tensor([1.0, 2.0, -1.5], dtype=torch.float32, device=device)
    weight = torch.tensor([0.8, -0.5, 0.4], dtype=torch.float32, device=device)
    bias = torch.tensor(0.3, dtype=torch.float32, device=device)
    figure = new_figure()
    with page_style():
        plot_neuron(x, weight, bias, "sigmoid", ax=figure.add_axes(STAGE), lang=lang)
        title = Text(
            "The same idea in numbers: weigh the inputs, add them up, then apply f",
            "换成数字来看：输入加权、求和，再经过激活函数 f",
        )
        set_title(figure, title.say(lang))
    return figure


def network(*, lang: str, device: torch.device) -> PageFigure:
    """The article's three-layer model, drawn from a live one."""
    model = ThreeLayerNet(dtype=torch.float32).to(device)
    few = torch.tensor([-20.0, 0.0, 20.0], dtype=torch.float32, device=device)
    x = torch.cartesian_prod(few, few, few)  # so wide that sums of both signs tell one activation from another
    figure = new_figure()
    with page_style():
        plot_network(model, x=x, ax=figure.add_axes((0.02, 0.01, 0.96, 0.88)), lang=lang)
        title = Text(
            "Each line is a weight, each square a bias: {n} parameters",
            "每条线是一个权重，每个方块是一个偏置：共 {n} 个参数",
        )
        set_title(figure, title.say(lang, n=count_parameters(model).total))
    return figure
