"""Sections 4 and 8: softmax makes probabilities of scores, cross-entropy judges them."""

from __future__ import annotations

import torch
from matplotlib.axes import Axes
from torch import Tensor

from ..activations import ACTIVATIONS
from ..losses import LOSSES
from ..plotting.style import PageFigure, color_of, new_figure, page_style, set_labels, set_title
from ..plotting.theme import now
from ..text import Text
from .curves import frame, note, number, remark

SCORES = (0.2, 1.3, 3.75)  # the article's
CHANCES = (0.95, 0.5, 0.05)  # of the right class: sure of it, undecided, sure of another


def softmax(*, lang: str, device: torch.device) -> PageFigure:
    """The article's three scores, their exponentials, and the share of each in the sum."""
    scores = torch.tensor(SCORES, dtype=torch.float32, device=device)
    powers, chances = scores.exp(), ACTIVATIONS["softmax"](scores)
    figure = new_figure(height=3.7)
    with page_style():
        title = Text(
            "Softmax turns any scores into probabilities that sum to {total}",
            "Softmax 把任意得分变成总和为 {total} 的概率",
        )
        set_title(figure, title.say(lang, total=number(chances.sum())))
        stations = (
            (0.05, Text("scores", "得分"), scores, "{:g}", color_of("logits")),
            (0.385, Text("all positive", "全部变为正数"), powers, "{:.2f}", now().quiet),
            (0.72, Text("probabilities", "概率"), chances, "{:.4f}", color_of("probabilities")),
        )
        for left, head, values, form, color in stations:
            ax = figure.add_axes((left, 0.22, 0.23, 0.53))
            ax.set_title(head.say(lang), fontsize=10.5, pad=16)
            names = [Text("class {n}", "类别 {n}").say(lang, n=k) for k in range(1, 1 + len(values))]
            _bars(ax, names, values.tolist(), form, color)
        for middle, words in ((0.3325, "$e^x$"), (0.6675, f"÷ {powers.sum():.2f}")):
            figure.text(middle, 0.52, words, ha="center")
            figure.text(middle, 0.43, "→", ha="center", fontsize=18)
        for middle, total in ((0.5, f"{powers.sum():.2f}"), (0.835, number(chances.sum()))):
            figure.text(middle, 0.075, Text("sum {total}", "总和 {total}").say(lang, total=total), ha="center")
    return figure


def _bars(ax: Axes, names: list[str], heights: list[float], form: str, color: str) -> None:
    """A bar for each class, with its number on top."""
    ax.bar(names, heights, width=0.62, color=color)
    for k, height in enumerate(heights):
        at = (k, height)
        ax.annotate(form.format(height), at, (0, 4), textcoords="offset points", ha="center", color=color, fontsize=9.5)
    ax.set(yticks=[], xlim=(-0.5, len(names) - 0.5))
    ax.tick_params(length=0)
    ax.grid(False)
    ax.spines["left"].set_visible(False)


def cross_entropy(*, lang: str, device: torch.device) -> PageFigure:
    """-log p over the probability p that the model gives to the right class, and three models on the curve."""
    figure = new_figure()
    with page_style():
        ax = frame(figure, (0.1, 0.135, 0.86, 0.715))
        p = torch.linspace(0.01, 0.999, 400, dtype=torch.float32, device=device)
        ax.plot(p.cpu(), _loss_of(p).cpu(), color=color_of("blue"))
        marks = zip(
            torch.tensor(CHANCES, dtype=torch.float32, device=device),
            (
                Text("sure and right\n$p$ = {p}: loss {loss}", "有把握，答对\n$p$ = {p}：损失 {loss}"),
                Text("undecided\n$p$ = {p}: loss {loss}", "拿不准\n$p$ = {p}：损失 {loss}"),
                Text("sure and wrong\n$p$ = {p}: loss {loss}", "有把握，答错\n$p$ = {p}：损失 {loss}"),
            ),
            ((0.86, 1.5), (0.58, 1.5), (0.24, 3.5)),
            (now().ink, now().ink, color_of("negative")),
            strict=True,
        )
        for chance, text, to, color in marks:
            loss = _loss_of(chance[None])
            words = text.say(lang, p=number(chance), loss=f"{float(loss):.2f}")
            note(ax, words, (float(chance), float(loss)), to, color=color)
        remark(ax, 0.115, 4.4, "−log $p$", color=color_of("blue"))
        ax.set(xticks=[0, 0.25, 0.5, 0.75, 1], yticks=range(6), xlim=(0, 1.02), ylim=(-0.1, 4.9))
        xlabel = Text("probability $p$ that the model gives to the right class", "模型给正确类别的概率 $p$")
        set_labels(ax, xlabel.say(lang), Text("cross-entropy", "交叉熵").say(lang))
        title = Text("Cross-entropy: the surer a mistake, the more it costs", "交叉熵：错得越有把握，罚得越重")
        set_title(figure, title.say(lang))
    return figure


def _loss_of(p: Tensor) -> Tensor:
    """The loss of two logits whose softmax is p and 1 - p, where the first class is right."""
    logits = torch.stack([p, 1 - p], dim=1).log()
    return LOSSES["cross_entropy"](logits, torch.zeros(len(p), dtype=torch.int64, device=p.device), reduction="none")
