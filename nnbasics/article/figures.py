"""The article's 13 figures: what they are called, where they stand, and which function draws each."""

from __future__ import annotations

from .._lookup import lookup
from .._text import resolve_language

TYPE_CHECKING = False  # to list the figures takes no imports
if TYPE_CHECKING:
    import torch
    from matplotlib.figure import Figure


class ArticleFigure:
    """One figure of the article: `draw` names its function as `module:function` in this folder."""

    def __init__(self, section: int, caption: str, draw: str) -> None:
        self.section, self.caption, self.draw = section, caption, draw


FIGURES: dict[str, ArticleFigure] = {
    "biological-neuron": ArticleFigure(1, "Biological neuron", "neurons:biological_neuron"),
    "artificial-neuron": ArticleFigure(1, "Artificial neuron", "neurons:artificial_neuron"),
    "network": ArticleFigure(2, "Neural network", "neurons:network"),
    "sigmoid": ArticleFigure(4, "Sigmoid and its derivative", "curves:sigmoid"),
    "tanh": ArticleFigure(4, "Tanh and its derivative", "curves:tanh"),
    "relu": ArticleFigure(4, "ReLU and its derivative", "curves:relu"),
    "broadcasting": ArticleFigure(7, "Broadcasting", "shapes:broadcasting"),
    "mae": ArticleFigure(8, "MAE and its gradient", "curves:mae"),
    "mse": ArticleFigure(8, "MSE and its gradient", "curves:mse"),
    "smooth-l1": ArticleFigure(8, "Smooth L1 and its gradient", "curves:smooth_l1"),
    "gradient-descent": ArticleFigure(9, "Gradient descent", "descent:gradient_descent"),
    "momentum": ArticleFigure(10, "Momentum", "descent:momentum"),
    "learning-rate": ArticleFigure(10, "Learning-rate schedules", "descent:learning_rate"),
}
"""id -> section, caption (English; the package's Chinese is beside its texts) and drawing function.

A figure's module is imported when it is drawn, so that listing them costs nothing.
"""


def draw_figure(id: str, *, lang: str | None = None, device: str | torch.device = "auto") -> Figure:
    """Draw one of the article's figures, every number on it computed by torch as it is drawn.

    Args:
        id: A key of `FIGURES`.
        lang: `"en"` or `"zh"`; None takes the environment variable `NNBASICS_LANG`, else Chinese where
            the system's locale is Chinese, else English.
        device: Where torch computes: `"auto"` (CUDA, else MPS, else the CPU), `"cpu"`, `"cuda"`, `"mps"`
            or a `torch.device`.

    Returns:
        A `matplotlib.figure.Figure`, 7 inches wide, that pyplot knows nothing of. Its `savefig` writes
        the same bytes every time.

    Raises:
        ValueError: the id or the language is unknown, or the device is not available.

    Example:
        >>> draw_figure("sigmoid", lang="en").savefig("sigmoid.svg")  # doctest: +SKIP
    """
    figure = lookup(FIGURES, id, kind="figure")
    language = resolve_language(lang)
    from importlib import import_module

    from .._device import resolve_device

    module, function = figure.draw.split(":")
    draw = getattr(import_module(f".{module}", __package__), function)
    drawn: Figure = draw(lang=language, device=resolve_device(device))
    return drawn
