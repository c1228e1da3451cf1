"""Which initialization lets a network learn, and whether depth changes that.

A layer of n inputs, with weights of standard deviation s, hands on about s sqrt(n) times the size of what it gets,
times what the activation leaves of it; Kaiming and Xavier choose s so that this is about 1. A factor c in each layer is
c^L after L of them: theory says that a shallow network forgives its start and a deep one does not.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import torch
from torch import nn

from .._device import resolve_device
from .._setup import check_seeds
from ..data import Data, digits, moons, split
from ..plotting.bands import band_text
from ..plotting.functions import label_ends
from ..plotting.style import PageFigure, color_of, new_figure, page_style, set_labels, set_title
from ..plotting.theme import now
from ..text import NOTHING, Text
from ._common import track
from ._starts import DEEP, STARTS, Setting, race_starts
from .race import plot_losses
from .verdicts import OWN, OWN_WORLD, Claim, Finding, Judgement, Result, choose_worlds, compare, title

MOONS, DIGITS = Text("moons", "moons"), Text("digits", "手写数字")
WORLDS = {
    "deep": Setting(MOONS, 12, 16),
    "shallow": Setting(MOONS, 1, 16),
    "shallow-digits": Setting(DIGITS, 1, 32, num_epochs=5),
    "wide": Setting(MOONS, 6, 64, nn.ReLU, "sgd"),
    "digits": Setting(DIGITS, 6, 32, nn.ReLU, "sgd", num_epochs=8),
    "gelu": Setting(DIGITS, 6, 32, nn.GELU, num_epochs=5),
    "tanh": Setting(MOONS, 6, 32, nn.Tanh),
    "shallow-tanh": Setting(DIGITS, 1, 32, nn.Tanh, "sgd", num_epochs=8),
    "sigmoid": Setting(DIGITS, 6, 32, nn.Sigmoid, num_epochs=5),
}
OWN_SETTING = Setting(OWN_WORLD, 6, 32)
QUICK: dict[str, Any] = {"seeds": range(6), "worlds": ("deep",), "num_epochs": 10}


def measure(
    *,
    seeds: Sequence[int] = range(32),
    data: Any = None,
    worlds: Sequence[str] | None = None,
    num_epochs: int | None = None,
    device: str | torch.device = "cpu",
    progress: bool = False,
) -> Result:
    """Train classifiers from each start, at its own best learning rate.

    Args:
        seeds: The networks that are judged; moons and the rows of the digits are drawn anew for other seeds.
        data: A pair of tensors (x, classes) or a `Dataset`, learned by six layers of 32 ReLU with Adam.
        worlds: Names of `WORLDS`; None takes all.
        num_epochs: Passes over the data, in batches of 32; None for what each world says.
        device: Where torch computes.
        progress: Whether to show a bar with the time left.
    """
    names, seeds, where = choose_worlds(WORLDS, worlds, data), check_seeds(seeds), resolve_device(device)
    found = {}
    for name in track(names, progress, "initialization-race"):
        setting = OWN_SETTING if name == OWN else WORLDS[name]
        train, test = draw_data(setting.data, data, seeds)
        found[name] = race_starts(setting, train, test, seeds=seeds, num_epochs=num_epochs, device=where)
    return Result("initialization-race", found, here=len(names) == 1)


def draw_data(kind: Text, data: Any, seeds: Sequence[int]) -> tuple[Data, Data]:
    """Rows to train on and to test on."""
    generator = torch.Generator(device="cpu").manual_seed(min(seeds))
    if data is not None:
        return split(data, generator=generator)
    if kind is MOONS:
        return moons(128, generator=generator), moons(512, generator=generator)
    (x, y), test = split(digits(), generator=generator)
    return (x[:640], y[:640]), test


PLAIN = ("small", "large", "default")  # the starts that mind neither inputs nor activation, and the one torch takes
BAD = ("small", "large")


def first_choice(result: Result, *, deep_only: bool) -> Finding:
    """The activation's own start against the plain ones; noted: where deep, N(0, 1) alone is not always beaten."""
    tried = [each for each in result.worlds.values() if each.deep or not deep_only]
    worlds = [compare(each.setting.label, "cost", each.ahead(each.own, PLAIN)) for each in tried]
    against = {
        rival: {compare(NOTHING, "cost", each.ahead(each.own, [rival])).outcome for each in tried if each.deep}
        for rival in PLAIN
    }
    return Finding(worlds, {}, against["small"] == against["default"] == {"holds"} != against["large"])


def suits(result: Result, *, side: str, unbounded: bool) -> Finding:
    """A start against all others, with its activations; noted: Kaiming is nowhere beaten, Xavier nowhere the best."""
    tried = [each for each in result.worlds.values() if each.unbounded is unbounded]
    rivals = [start for start in STARTS if start != side]
    worlds = [compare(each.setting.label, "cost", each.ahead(side, rivals)) for each in tried]
    never = "opposite" if unbounded else "holds"
    return Finding(worlds, {}, all(world.outcome != never for world in worlds))


def scale_matters(result: Result) -> Finding:
    """The worse of the deviations 0.01 and 1 against the one that theory has: what the wrong scale costs."""
    tried = result.worlds.values()
    costs = [max((e.race.cost_ratio(side, e.own) for side in BAD), key=lambda cost: float(cost.mean())) for e in tried]
    return Finding([compare(each.setting.label, "cost", cost) for each, cost in zip(tried, costs, strict=True)])


def decides(result: Result) -> Finding:
    """The share of the networks that learn from the good start and not from the worse of two bad ones, over a half."""
    worlds = []
    for each in result.worlds.values():
        worse = min((each.learned(side) for side in BAD), key=lambda learned: float(learned.mean()))
        decided = each.learned(each.own) * (1 - worse) - 0.5
        worlds.append(compare(each.setting.label, "share", decided, inside=each.deep and each.unbounded))
    return Finding(worlds)


def stalls(result: Result) -> Finding:
    """The share of the networks that don't learn from deviation 0.01, over a half."""
    tried = result.worlds.values()
    inside = [each.deep and each.setting.optimizer == "sgd" for each in tried]
    effects = [0.5 - each.learned("small") for each in tried]
    pairs = zip(tried, effects, inside, strict=True)
    return Finding([compare(each.setting.label, "share", e, inside=i) for each, e, i in pairs])


CHEAPEST = Text(
    "mean training loss: the best of N(0, 0.01²), N(0, 1) and torch's default, over Kaiming "
    "(for tanh and sigmoid over Xavier with their gain)",
    "训练全程的平均损失之比：N(0, 0.01²)、N(0, 1)、torch 默认中最好的，除以 Kaiming "
    "（tanh、sigmoid 除以带 gain 的 Xavier）",
)
NOT_ALONE = Text(
    f"With {DEEP} hidden layers it beat N(0, 0.01²) and torch's default everywhere, but not N(0, 1) at its own best "
    "learning rate.",
    f"有 {DEEP} 个隐藏层时，它处处胜过 N(0, 0.01²) 和 torch 默认；但 N(0, 1) 配上自己的最佳学习率后，并非处处不如它。",
)
HE = "He et al. (2015), Delving Deep into Rectifiers, https://arxiv.org/abs/1502.01852"
GLOROT = "Glorot & Bengio (2010), Understanding the difficulty of training deep feedforward neural networks"
FIRST: dict[str, Any] = {"kind": "recommendation", "evidence": CHEAPEST, "remark": NOT_ALONE, "source": HE}
CLAIMS: tuple[Claim, ...] = (
    Claim(
        id="init-decides",
        section=11,
        kind="measured",
        statement=Text("The initialization decides whether training succeeds.", "参数初始化是决定训练成败的关键。"),
        judge=decides,
        evidence=Text(
            "share of the networks that learn from a good start, not from the worse of N(0, 0.01²) and N(0, 1), less ½",
            "从好的初始化学得会、从 N(0, 0.01²) 和 N(0, 1) 中较差者学不会的网络所占比例，减去一半",
        ),
        condition=Text(
            f"The network has {DEEP} hidden layers or more, of ReLU or a variant.",
            f"至少有 {DEEP} 个隐藏层，激活函数是 ReLU 或其变体。",
        ),
        source=HE,
    ),
    Claim(
        id="init-first",
        section=11,
        statement=Text(
            "Kaiming's or Xavier's initialization is the first choice.", "参数初始化优先选用 Kaiming 或 Xavier。"
        ),
        judge=partial(first_choice, deep_only=False),
        **FIRST,
    ),
    Claim(
        id="prefer-scaled-laws",
        section=5,
        statement=Text(
            "Deep networks had best start from Kaiming's or Xavier's initialization.",
            "现代深度学习中，优先使用 Kaiming 或 Xavier 初始化。",
        ),
        judge=partial(first_choice, deep_only=True),
        **FIRST,
    ),
    Claim(
        id="scale-matters",
        section=5,
        kind="measured",
        statement=Text("A random initialization must mind its scale.", "随机初始化需要注意尺度。"),
        judge=scale_matters,
        evidence=Text(
            "mean training loss: the worse of N(0, 0.01²) and N(0, 1), over the scale that suits the layer",
            "训练全程的平均损失之比：N(0, 0.01²) 和 N(0, 1) 中较差的，除以尺度合适的",
        ),
        source=GLOROT,
    ),
    Claim(
        id="small-weights-stall",
        section=5,
        kind="measured",
        statement=Text("With weights too small, a network cannot learn.", "权重太小，网络无法更新。"),
        judge=stalls,
        evidence=Text(
            "share of the networks that don't learn from N(0, 0.01²) at their best learning rate, less 1/2",
            "学习率取最佳，从 N(0, 0.01²) 出发仍学不会的网络所占比例，减去一半",
        ),
        condition=Text(
            f"The network has {DEEP} hidden layers or more and is trained by plain SGD, whose steps shrink with the "
            "gradients. Adam divides by their size.",
            f"至少有 {DEEP} 个隐藏层，并且用普通 SGD：梯度多小，步子就多小。Adam 会除以梯度的大小。",
        ),
        source=GLOROT,
    ),
    Claim(
        id="xavier-suits",
        section=5,
        kind="recommendation",
        statement=Text("Xavier's initialization suits sigmoid and tanh.", "Xavier 初始化适合 Sigmoid 和 Tanh。"),
        judge=partial(suits, side="xavier", unbounded=False),
        evidence=Text(
            "mean training loss: the best of Kaiming, N(0, 0.01²), N(0, 1) and torch's default, over Xavier (gain 1)",
            "训练全程的平均损失之比：Kaiming、N(0, 0.01²)、N(0, 1)、torch 默认中最好的，除以 Xavier（gain 为 1）",
        ),
        remark=Text(
            "With its gain of 1 it was shown to be the best start in none of these worlds.",
            "gain 为 1 时，没有测到它在哪种情形中最好。",
        ),
        source=GLOROT,
    ),
    Claim(
        id="kaiming-suits",
        section=5,
        kind="recommendation",
        statement=Text(
            "Kaiming's initialization is recommended for ReLU and its variants.",
            "Kaiming 初始化推荐用于 ReLU 及其变体。",
        ),
        judge=partial(suits, side="kaiming", unbounded=True),
        evidence=Text(
            "mean training loss: the best of Xavier (gain 1), N(0, 0.01²), N(0, 1) and torch's default, over Kaiming",
            "训练全程的平均损失之比：Xavier（gain 为 1）、N(0, 0.01²)、N(0, 1)、torch 默认中最好的，除以 Kaiming",
        ),
        remark=Text(
            "No other start was shown to be better in any of these worlds.", "在这些情形中，没有测到比它更好的初始化。"
        ),
        source=HE,
    ),
)
TITLES = {
    "holds": Text("The initialization decides whether a network learns", "初始化决定网络学不学得会"),
    "holds if": Text(
        "In a deep network the initialization decides whether it learns", "网络深时，初始化决定学不学得会"
    ),
    "wrong": Text(
        "The initialization does not decide whether these networks learn", "这些网络学不学得会，不取决于初始化"
    ),
    "not supported": Text(
        "The initialization does not always decide whether a network learns", "网络学不学得会，并非总由初始化决定"
    ),
    "no effect": Text("The initialization decides for about half of these networks", "约有一半网络，由初始化决定成败"),
    "open": Text("It is unclear how often the initialization decides", "初始化在多少网络中起决定作用，还不清楚"),
}
NAMES = {
    "kaiming": Text("Kaiming", "Kaiming"),
    "gained": Text("Xavier, own gain", "Xavier，相应 gain"),
    "small": Text("N(0, 0.01²)", "N(0, 0.01²)"),
    "large": Text("N(0, 1)", "N(0, 1)"),
    "default": Text("torch's default", "torch 默认"),
}
EPOCH, LOSS = Text("epoch", "训练轮次 epoch"), Text("training loss", "训练损失")
GUESS = Text("guessing: {guess:.3f}", "随机猜测：{guess:.3f}")


def draw(result: Result, verdicts: Mapping[str, Judgement], lang: str) -> PageFigure:
    """The training loss by epoch of the activation's own start, and grey of the plain ones, in the first world."""
    starts, figure = result.first, new_figure()
    with page_style():
        ax = figure.add_axes((0.1, 0.2, 0.69, 0.66))
        losses = {side: starts.race.losses[side] for side in (*PLAIN, starts.own)}
        styles: dict[str, dict[str, Any]] = {side: {"color": now().quiet, "linewidth": 1.5} for side in PLAIN}
        styles[starts.own] = {"color": color_of("xavier" if starts.own == "gained" else starts.own)}
        plot_losses(replace(starts.race, losses=losses), ax, styles)
        ax.axhline(starts.guess, color=now().ink, linestyle=(0, (4, 4)), linewidth=1.2)
        ax.text(0.02, starts.guess * 1.03, GUESS.say(lang, guess=starts.guess), transform=ax.get_yaxis_transform())
        ax.set(ylim=(0, 1.18 * starts.guess), xlim=(1, max(2, losses[starts.own].shape[1])))
        ends = {side: float(runs[:, -1].quantile(0.5)) for side, runs in losses.items()}
        label_ends(ax, [(end, NAMES[side].say(lang), styles[side]["color"]) for side, end in ends.items()])
        ax.locator_params(axis="x", integer=True)
        set_labels(ax, EPOCH.say(lang), LOSS.say(lang))
        set_title(figure, title(TITLES, verdicts["init-decides"], lang))
        figure.text(0.1, 0.02, starts.setting.label.say(lang), fontsize=9.5, color=now().quiet)
        band = band_text(len(losses[starts.own]), lang)
        figure.text(0.98, 0.02, band, ha="right", fontsize=9.5, color=now().quiet)
    return figure
