"""What a softmax before the cross-entropy costs, which takes a softmax of its own.

The loss of C probabilities cannot fall below ln(1 + (C - 1)/e), and the gradient has to pass one softmax more, which
damps it, and is flat where it is sure. Since the two losses are no common scale, what a training costs is
measured for both sides by -log p of the right class on the way, p the softmax of the logits, taken once.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import torch
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator
from torch import Tensor
from torch.nn import functional as F

from .._device import resolve_device
from .._setup import check_seeds
from ..data import Data, circles, digits, moons, spirals, split
from ..ensemble import train_many
from ..plotting.bands import band_text, plot_band
from ..plotting.functions import label_ends
from ..plotting.style import PageFigure, color_of, new_figure, page_style, set_labels, set_title
from ..plotting.theme import now
from ..text import Text
from ._common import kaiming_first, track
from .race import Race, race, whole_batches
from .verdicts import OWN, OWN_WORLD, Claim, Finding, Judgement, Result, choose_worlds, compare, exactly, title


def blobs(num_rows: int = 1024, *, generator: torch.Generator) -> Data:
    """Ten clouds on a circle of radius 1, whose neighbours overlap: N(0, 1/25) around each centre."""
    y = torch.arange(num_rows, device="cpu") % 10
    angle = 2 * torch.pi * y / 10
    spread = torch.randn(num_rows, 2, generator=generator, dtype=torch.float32, device="cpu") / 5
    return torch.stack([angle.cos(), angle.sin()], dim=1) + spread, y


WORLDS: dict[str, dict[str, Any]] = {
    "digits": {"label": Text("digits, ten classes", "手写数字，十类"), "data": lambda generator: digits()},
    "blobs": {"label": Text("ten clouds of points, ten classes", "十团点，十类"), "data": blobs},
    "moons": {"label": Text("moons", "moons"), "data": partial(moons, 512), "num_epochs": 30},
    "circles": {"label": Text("two circles", "两个圆环"), "data": partial(circles, 512), "num_epochs": 30},
    "spirals": {"label": Text("two spirals", "两条螺旋线"), "data": partial(spirals, 512), "num_epochs": 30},
}
"""A quarter of each world's rows is for the test. Toy data are drawn anew for other seeds."""

RATES = (0.1, 0.3, 1.0, 3.0, 10.0)
QUICK: dict[str, Any] = {"seeds": range(8), "num_epochs": 6, "worlds": ["digits"]}


def second_softmax(z: Tensor, target: Tensor) -> Tensor:
    """What a model that ends in softmax gets from `CrossEntropyLoss`."""
    return F.cross_entropy(z.softmax(1), target)


def same_scale(z: Tensor, target: Tensor) -> Tensor:
    """The gradient of `second_softmax`, with -log p of one softmax for a value: both sides on one scale."""
    loss = second_softmax(z, target)
    return loss + (F.cross_entropy(z, target) - loss).detach()


SIDES: dict[str, Any] = {"logits": "cross_entropy", "probabilities": same_scale}


@dataclass(frozen=True, eq=False)
class LogitsOrProbabilities:
    """Networks trained on logits and, as the article's model would have it, on softmax's output.

    Attributes:
        race: Of the sides "logits" and "probabilities"; all its losses are -log p, p the softmax of the logits.
        own_losses: The training loss of each epoch that the side "probabilities" itself sees, shape (S, E).
        classes: C.
    """

    race: Race
    own_losses: Tensor
    classes: int

    @property
    def floor(self) -> float:
        """-log of e / (e + C - 1): the cross-entropy of a perfect prediction that goes through softmax again."""
        return math.log(1 + (self.classes - 1) / math.e)


def measure(
    *,
    seeds: Sequence[int] = range(32),
    data: Any = None,
    worlds: Sequence[str] | None = None,
    hidden: int = 16,
    num_epochs: int | None = None,
    batch_size: int = 64,
    rates: Sequence[float] = RATES,
    device: str | torch.device = "cpu",
    progress: bool = False,
) -> Result:
    """Train both sides by mini-batch SGD, each at the learning rate at which its -log p is lowest on the way.

    Args:
        seeds: The networks; the learning rate is searched with 8 others.
        data: A pair of tensors (x, classes) or a `Dataset`, which then is the only world.
        worlds: Names of `WORLDS`; None takes all.
        hidden: Units of the hidden layer, ReLU.
        num_epochs: Passes over the data; None takes the world's own, or 8.
        batch_size: As in `train`.
        rates: The learning rates to choose from.
        device: Where torch computes.
        progress: Whether to show a bar with the time left.

    Returns:
        A `Result` with a `LogitsOrProbabilities` for each world.
    """
    names, seeds, where = choose_worlds(WORLDS, worlds, data), check_seeds(seeds), resolve_device(device)
    found = {}
    for name in track(names, progress, "logits-or-probabilities"):
        world = WORLDS.get(name, {})
        generator = torch.Generator(device="cpu").manual_seed(min(seeds))
        train, test = split(world["data"](generator=generator) if world else data, generator=generator)
        classes = int(torch.cat([train[1], test[1]]).max()) + 1
        settings: dict[str, Any] = {
            "make_model": partial(kaiming_first, train[0].shape[1], hidden, classes, where),
            "num_epochs": world.get("num_epochs", 8) if num_epochs is None else num_epochs,
            "batch_size": batch_size,
        }
        own = {side: {"loss_fn": loss_fn} for side, loss_fn in SIDES.items()}
        run = race(own, train, test, seeds=seeds, rates=rates, device=where, **settings)
        x, y = (part.to(where) for part in whole_batches(*train, batch_size))
        same = train_many(x=x, y=y, seeds=seeds, lr=run.lr["probabilities"], loss_fn=second_softmax, **settings)
        own_losses = same.losses.reshape(len(seeds), settings["num_epochs"], -1).double().mean(2).cpu()
        found[name] = LogitsOrProbabilities(run, own_losses, classes)
    return Result("logits-or-probabilities", found, here=len(names) == 1)


def logits_better(result: Result) -> Finding:
    """The cost of a second softmax over that of logits, as a logarithm; the shares of right answers beside it."""
    worlds, numbers = [], dict[str, float]()
    for name, found in result.worlds.items():
        label = OWN_WORLD if name == OWN else WORLDS[name]["label"]
        worlds.append(compare(label, "cost", found.race.cost_ratio("probabilities", "logits")))
        numbers |= {f"{name} {side}": float(share.mean()) for side, share in found.race.right.items()}
    many = [each.outcome for each, found in zip(worlds, result.worlds.values(), strict=True) if found.classes > 2]
    return Finding(worlds, numbers, set(many) == {"holds"} and len(many) < len(worlds))


def ready(result: Result) -> Finding:
    """Whether the loss of a perfect prediction is 0 behind a softmax; the floor's formula; what the gradient loses.

    A fact of torch, whatever the data.
    """
    worlds, noted, numbers = [], True, dict[str, float]()
    for classes in (2, 3, 10):
        target = torch.arange(classes, device="cpu")
        perfect = 100 * torch.eye(classes, dtype=torch.float64, device="cpu")  # softmax makes it 1 and 0, to the digit
        floor = float(second_softmax(perfect, target))
        formula = math.log(1 + (classes - 1) / math.e)
        worlds.append(exactly(Text(f"{classes} classes", f"{classes} 类"), floor < 1e-6))
        numbers[f"floor{classes}"] = floor
        noted &= abs(floor - formula) < 1e-12 and float(F.cross_entropy(perfect, target)) < 1e-12
    generator = torch.Generator(device="cpu").manual_seed(0)
    z = torch.randn(1000, 2, generator=generator, dtype=torch.float64, device="cpu")
    y = torch.arange(1000, device="cpu") % 2
    with torch.inference_mode(False), torch.enable_grad():
        sizes = []
        for loss_fn in (second_softmax, F.cross_entropy):
            leaf = z.clone().requires_grad_()
            (slope,) = torch.autograd.grad(loss_fn(leaf, y), leaf)
            sizes.append(slope.norm(dim=1))
    share = sizes[0] / sizes[1]
    numbers |= {"share": float(share.median()), "most": float(share.max())}
    return Finding(worlds, numbers, noted and numbers["most"] < 1)


CLAIMS: tuple[Claim, ...] = (
    Claim(
        id="logits-train-better",
        section=8,
        kind="measured",
        statement=Text(
            "A network learns faster if cross-entropy gets its logits than if it gets probabilities.",
            "把 logits 交给交叉熵，比把概率交给它学得更快。",
        ),
        judge=logits_better,
        evidence=Text(
            "mean -log p of the right class over the training, with a second softmax over without",
            "训练全程正确类别的平均 -log p：多做一次 softmax 与直接用 logits 之比",
        ),
        remark=Text(
            "With ten classes it took longer on both data sets; with two that was not found on every one.",
            "十类时，两个数据集上都学得更慢；两类时，并非在每个数据集上都如此。",
        ),
        source="https://docs.pytorch.org/docs/stable/generated/torch.nn.CrossEntropyLoss.html",
        origin="ours",
    ),
    Claim(
        id="double-softmax",
        section=6,
        kind="identity",
        statement=Text(
            "The model as it is built, with a softmax at its end, is ready for CrossEntropyLoss.",
            "按文中的写法，末尾带 softmax 的模型可以直接配上 CrossEntropyLoss。",
        ),
        judge=ready,
        evidence=Text(
            "behind a second softmax the loss of a perfect prediction is {floor2:.4f} for two classes, {floor10:.4f} "
            "for ten; the gradient of two logits is {share:.2f} times that behind one, at most {most:.2f} times",
            "多做一次 softmax，完全预测正确时的损失仍有：二分类 {floor2:.4f}，十分类 {floor10:.4f}；"
            "两个 logits 上的梯度是只做一次时的 {share:.2f} 倍，最多 {most:.2f} 倍",
        ),
        correction=Text(
            "CrossEntropyLoss takes a softmax itself: two of them keep the loss above ln(1 + (C - 1)/e) for C classes "
            "and damp the gradient. Train on logits and take the softmax for predictions only.",
            "CrossEntropyLoss 自带 softmax：做两次 softmax，C 类的损失就不会低于 ln(1 + (C - 1)/e)，梯度也被削弱。"
            "训练时用 logits，只在预测时取 softmax。",
        ),
        source="https://docs.pytorch.org/docs/stable/generated/torch.nn.CrossEntropyLoss.html",
        origin="ours",
    ),
)

TITLES = {
    "holds": Text(
        "A second softmax before the cross-entropy slows learning down", "交叉熵之前多做一次 softmax，学得更慢"
    ),
    "holds if": Text(
        "Whether a second softmax slows learning down depends on the data", "多做一次 softmax 会不会学得更慢，要看数据"
    ),
    "wrong": Text(
        "A second softmax before the cross-entropy speeds learning up", "交叉熵之前多做一次 softmax，学得更快"
    ),
    "not supported": Text(
        "A second softmax keeps the loss up; slower learning is not seen everywhere",
        "多做一次 softmax，损失降不下去，但并非处处学得更慢",
    ),
    "no effect": Text(
        "A second softmax before the cross-entropy does not slow learning down", "交叉熵之前多做一次 softmax，并不更慢"
    ),
    "open": Text("No clear difference between a second softmax and none", "多做一次 softmax 与不做，分不出快慢"),
}
NAMES = {"logits": Text("logits", "logits"), "probabilities": Text("second softmax", "多做一次 softmax")}
FLOOR = Text("theory: its floor, {floor:.3f}", "理论：它的下限 {floor:.3f}")
EPOCH, LOSS = Text("epoch", "训练轮次 epoch"), Text("cross-entropy, training data", "训练集上的交叉熵")


def plot_sides(ax: Axes, found: LogitsOrProbabilities, lang: str) -> None:
    """The training loss of both sides by epoch, each as it sees it, and dashed the floor of the double softmax."""
    shown = {"logits": found.race.losses["logits"], "probabilities": found.own_losses}
    last = found.own_losses.shape[1]
    for side, losses in shown.items():
        plot_band(torch.arange(1.0, 1 + last), losses, ax=ax, lang=lang, color=color_of(side))
    ax.axhline(found.floor, color=now().ink, linestyle=(0, (4, 2)), linewidth=1.3)
    ax.set(ylim=(0, None), xlim=(1, max(last, 2)))
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    ends = [(float(losses[:, -1].median()), NAMES[side].say(lang), color_of(side)) for side, losses in shown.items()]
    label_ends(ax, [*ends, (found.floor, FLOOR.say(lang, floor=found.floor), now().ink)])
    set_labels(ax, EPOCH.say(lang), LOSS.say(lang))


def draw(result: Result, verdicts: Mapping[str, Judgement], lang: str) -> PageFigure:
    """The training loss of both sides in the first world."""
    figure, found = new_figure(), result.first
    with page_style():
        plot_sides(figure.add_axes((0.09, 0.19, 0.67, 0.68)), found, lang)
        set_title(figure, title(TITLES, verdicts["logits-train-better"], lang))
        seeds = len(found.race.losses["logits"])
        figure.text(0.98, 0.02, band_text(seeds, lang), ha="right", fontsize=9.5, color=now().quiet)
    return figure
