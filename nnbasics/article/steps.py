"""Section 10: how far Adam steps where gradients differ, beside SGD."""

from __future__ import annotations

from functools import partial
from itertools import pairwise

import torch
from torch import Tensor

from ..optimizers import OPTIMIZERS
from ..plotting.style import PageFigure, color_of, new_figure, page_style, set_title
from ..plotting.theme import now
from ..surfaces import descend_all
from ..text import Text


def adam(*, lang: str, device: torch.device) -> PageFigure:
    """Five steps of SGD and of Adam for two weights, whose gradients stay a thousand times apart."""
    lr, num_steps, gradients = 0.1, 5, (1.0, 0.001)
    makers = {"sgd": partial(OPTIMIZERS["sgd"], lr=lr), "adam": partial(OPTIMIZERS["adam"], lr=lr)}
    start = torch.zeros(2, dtype=torch.float32, device=device)

    def plane(w: Tensor) -> Tensor:  # the same gradients everywhere
        return gradients[0] * w[..., 0] + gradients[1] * w[..., 1]

    paths = descend_all(plane, start, makers, num_steps=num_steps)
    remarks = {
        "sgd": Text("SGD: step = learning rate × gradient", "SGD：步长 = 学习率 × 梯度"),
        "adam": Text(
            "Adam: each gradient is first divided by its own usual size", "Adam：先把梯度除以它自己的平均大小"
        ),
    }
    figure = new_figure(height=3.3)
    with page_style():
        for row, (name, path) in enumerate(paths.items()):
            ax = figure.add_axes((0.175, 0.57 - 0.37 * row, 0.66, 0.215))
            walked, color = (-path).tolist(), color_of(name)
            for start, end in pairwise(walked):
                lengths = [e - s for s, e in zip(start, end, strict=True)]
                ax.barh([1, 0], lengths, left=start, height=0.62, color=color, edgecolor=now().paper, linewidth=1.5)
            for y, distance in zip([1, 0], walked[-1], strict=True):
                said = Text("{size:.2g} a step", "每步 {size:.2g}").say(lang, size=distance / num_steps)
                ax.text(distance + 0.01, y, said, color=color, va="center")
            ax.text(0, 1.08, remarks[name].say(lang), transform=ax.transAxes, color=color)
            ax.set(xlim=(0, num_steps * lr), ylim=(-0.5, 1.5), yticks=[1, 0])
            ax.set_yticklabels([Text("gradient {g:g}", "梯度 {g:g}").say(lang, g=g) for g in gradients])
            ax.grid(False)
            if row == 0:
                ax.set_xticks([])
        walked_in = Text(
            "distance in {n} steps at learning rate {lr}, the gradients staying the same",
            "走 {n} 步的距离（学习率 {lr}，梯度保持不变）",
        )
        ax.set_xlabel(walked_in.say(lang, n=num_steps, lr=lr))
        title = Text(
            "Gradients a thousand times apart, yet Adam's steps are equally long", "梯度相差千倍，Adam 的步子却一样大"
        )
        set_title(figure, title.say(lang))
    return figure
