"""Four figures that move: their names, where they belong, which function draws each."""

from __future__ import annotations

from .._lookup import lookup
from ..text import Text, resolve_language
from .figures import ArticleFigure

TYPE_CHECKING = False  # to list them takes no imports
if TYPE_CHECKING:
    import torch

    from ..plotting.motion import Motion
    from ..plotting.theme import Theme


ANIMATIONS: dict[str, ArticleFigure] = {
    "decision-boundary": ArticleFigure(
        3, Text("A boundary bends while a network trains", "训练中逐渐弯曲的分类边界"), "scenes:decision_boundary"
    ),
    "dead-relu": ArticleFigure(4, Text("ReLU units die", "ReLU 单元的死亡"), "scenes:dead_relu"),
    "gradient-descent": ArticleFigure(
        9, Text("Gradient descent at three learning rates", "三种学习率下的梯度下降"), "scenes:gradient_descent"
    ),
    "momentum": ArticleFigure(10, Text("Descent with momentum and without", "有无动量的下降"), "scenes:momentum"),
}
"""id -> section, caption and drawing function; its module is imported when it is drawn."""


def animate(
    id: str, *, lang: str | None = None, theme: str | Theme | None = None, device: str | torch.device = "cpu"
) -> Motion:
    """Draw one of the article's figures that move, each frame a step that torch has really taken.

    Args:
        id: A key of `ANIMATIONS`.
        lang: `"en"` or `"zh"`; None as `nnbasics` resolves it.
        theme: A key of `THEMES` or a `Theme`; None is that of the enclosing `with nb.theme(...)`, or light.
        device: Where torch computes: `"auto"` (CUDA, else MPS, else the CPU), `"cpu"`, `"cuda"`, `"mps"`
            or a `torch.device`.

    Returns:
        A `matplotlib.animation.Animation` that pyplot knows nothing of, and that a notebook plays. Its `save` writes
        a gif, a webp or an html, the same bytes every time.

    Raises:
        ValueError: the id, the language or the theme is unknown, or the device is not available.

    Example:
        >>> animate("momentum", lang="en").save("momentum.gif")  # doctest: +SKIP
    """
    figure = lookup(ANIMATIONS, id, kind="animation")
    language = resolve_language(lang)
    from importlib import import_module

    import torch

    from .._device import resolve_device
    from .._setup import one_thread
    from ..plotting.style import finish
    from ..plotting.theme import resolve_theme, theme as themed

    module, function = figure.draw.split(":")
    with themed(resolve_theme(theme)), torch.inference_mode(False), torch.enable_grad(), one_thread():
        draw = getattr(import_module(f".{module}", __package__), function)
        motion: Motion = draw(lang=language, device=resolve_device(device))
        finish(motion.figure)
    return motion
