"""The article's 13 figures and seven companions: their names, where they stand, which function draws each."""

from __future__ import annotations

from .._lookup import lookup
from ..text import Text, resolve_language

TYPE_CHECKING = False  # to list the figures takes no imports
if TYPE_CHECKING:
    import torch

    from ..plotting.style import PageFigure
    from ..plotting.theme import Theme


class ArticleFigure:
    """One figure of the article: `draw` names its function as `module:function` in this folder."""

    def __init__(self, section: int, caption: Text, draw: str) -> None:
        self.section, self.caption, self.draw = section, caption, draw


FIGURES: dict[str, ArticleFigure] = {
    # the article's own
    "biological-neuron": ArticleFigure(1, Text("Biological neuron", "生物神经元"), "neurons:biological_neuron"),
    "artificial-neuron": ArticleFigure(1, Text("Artificial neuron", "人工神经元"), "neurons:artificial_neuron"),
    "network": ArticleFigure(2, Text("Neural network", "神经网络"), "neurons:network"),
    "sigmoid": ArticleFigure(4, Text("Sigmoid and its derivative", "Sigmoid 及其导数"), "curves:sigmoid"),
    "tanh": ArticleFigure(4, Text("Tanh and its derivative", "Tanh 及其导数"), "curves:tanh"),
    "relu": ArticleFigure(4, Text("ReLU and its derivative", "ReLU 及其导数"), "curves:relu"),
    "broadcasting": ArticleFigure(7, Text("Broadcasting", "广播机制"), "shapes:broadcasting"),
    "mae": ArticleFigure(8, Text("MAE and its gradient", "MAE 及其梯度"), "curves:mae"),
    "mse": ArticleFigure(8, Text("MSE and its gradient", "MSE 及其梯度"), "curves:mse"),
    "smooth-l1": ArticleFigure(8, Text("Smooth L1 and its gradient", "Smooth L1 及其梯度"), "curves:smooth_l1"),
    "gradient-descent": ArticleFigure(9, Text("Gradient descent", "梯度下降"), "descent:gradient_descent"),
    "momentum": ArticleFigure(10, Text("Momentum", "动量法"), "descent:momentum"),
    "learning-rate": ArticleFigure(10, Text("Learning-rate schedules", "学习率调度"), "descent:learning_rate"),
    # companions that its reader looks for
    "activations": ArticleFigure(4, Text("Three activations", "三种激活函数"), "together:activations"),
    "losses": ArticleFigure(8, Text("Three losses", "三种损失函数"), "together:losses"),
    "softmax": ArticleFigure(4, Text("Softmax", "Softmax"), "outputs:softmax"),
    "cross-entropy": ArticleFigure(8, Text("Cross-entropy", "交叉熵"), "outputs:cross_entropy"),
    "training-loop": ArticleFigure(9, Text("The training loop", "训练循环"), "loop:training_loop"),
    "backprop": ArticleFigure(9, Text("Back-propagation", "反向传播"), "loop:backprop"),
    "adam": ArticleFigure(10, Text("Adam's steps", "Adam 的步长"), "steps:adam"),
}
"""id -> section, caption and drawing function.

A figure's module is imported when it is drawn, so that listing them costs nothing.
"""


def draw_figure(
    id: str, *, lang: str | None = None, theme: str | Theme | None = None, device: str | torch.device = "auto"
) -> PageFigure:
    """Draw one of the article's figures, every number on it computed by torch as it is drawn.

    Args:
        id: A key of `FIGURES`.
        lang: `"en"` or `"zh"`; None takes the environment variable `NNBASICS_LANG`, else Chinese where
            the system's locale is Chinese, else English.
        theme: A key of `THEMES` or a `Theme`; None is that of the enclosing `with nb.theme(...)`, or light.
        device: Where torch computes: `"auto"` (CUDA, else MPS, else the CPU), `"cpu"`, `"cuda"`, `"mps"`
            or a `torch.device`.

    Returns:
        A `matplotlib.figure.Figure`, 7 inches wide, that pyplot knows nothing of. Its `savefig` writes
        the same bytes every time.

    Raises:
        ValueError: the id, the language or the theme is unknown, or the device is not available.

    Example:
        >>> draw_figure("sigmoid", lang="en").savefig("sigmoid.svg")  # doctest: +SKIP
    """
    figure = lookup(FIGURES, id, kind="figure")
    language = resolve_language(lang)
    from importlib import import_module

    from .._device import resolve_device
    from ..plotting.style import finish
    from ..plotting.theme import resolve_theme, theme as themed

    module, function = figure.draw.split(":")
    with themed(resolve_theme(theme)):
        draw = getattr(import_module(f".{module}", __package__), function)
        return finish(draw(lang=language, device=resolve_device(device)))
