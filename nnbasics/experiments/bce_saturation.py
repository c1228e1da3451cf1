"""What is left of the gradient where a prediction is wrong and sure of it.

In exact arithmetic BCE's gradient is sigma(z) - t, and never vanishes where the prediction is wrong. Of the product
(p - t) / (p (1 - p)) * p (1 - p) that autograd forms for BCE after a sigmoid, float32 loses the right side first:
1 - p is 0 from z = 24 ln 2 = 16.6 on. On the left torch divides by no less than 1e-12, so that the gradient fades as
1e12 exp(z) from z = -27.6 on. `BCEWithLogitsLoss` never forms p.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from matplotlib.axes import Axes
from torch import Tensor
from torch.nn import functional as F

from .._device import resolve_device
from .._setup import check_seeds, one_thread
from ..plotting.functions import label_ends
from ..plotting.style import PageFigure, color_of, new_figure, page_style, set_labels, set_title
from ..plotting.theme import mixed, now, readable
from ..text import Text
from .verdicts import Claim, Finding, Judgement, Result, choose_worlds, exactly, title

WORLDS: dict[str, dict[str, Any]] = {"logits": {"label": Text("wrong logits", "错误的 logit")}}
DRAWS = False  # nothing is: the seeds change nothing
QUICK: dict[str, Any] = {}
Loss = Callable[..., Tensor]
LOSSES: dict[str, Loss] = {
    "bce_with_logits": F.binary_cross_entropy_with_logits,
    "bce": lambda z, target, **how: F.binary_cross_entropy(torch.sigmoid(z), target, **how),
}
"""Each of a logit z and a target of 0 or 1; the second takes the sigmoid's probability."""


@dataclass(frozen=True, eq=False)
class BceSaturation:
    """The L losses of `LOSSES`, where the logit is large and has the wrong sign.

    Attributes:
        logits: z, shape (Z,); the target is 1 where z < 0, else 0, so that each prediction is wrong.
        gradient: dL/dz by autograd in float32, shape (L, Z).
        one_from: From where on float32's sigmoid is exactly 1.
    """

    logits: Tensor
    gradient: Tensor
    one_from: float


def measure(
    *,
    seeds: Sequence[int] = range(32),
    worlds: Sequence[str] | None = None,
    device: str | torch.device = "cpu",
    progress: bool = False,
) -> Result:
    """Differentiate the losses at logits from -40 to 40 that are wrong.

    Args:
        seeds: Taken as everywhere; nothing is drawn.
        worlds: There is one, "logits".
        device: Where torch computes, in float32.
        progress: Taken as everywhere; nothing here takes long enough for a bar.

    Returns:
        A `Result` with a `BceSaturation`.
    """
    (name,), where = choose_worlds(WORLDS, worlds), resolve_device(device)
    check_seeds(seeds)
    logits = torch.linspace(-40, 40, 321, dtype=torch.float32, device="cpu")
    fine = torch.linspace(16, 18, 2001, dtype=torch.float32, device=where)
    with torch.inference_mode(False), torch.enable_grad(), one_thread():
        gradient = torch.stack([slope_of(loss, logits.to(where)) for loss in LOSSES.values()]).cpu()
    # what it says is of torch's losses, whatever the data
    return Result("bce-saturation", {name: BceSaturation(logits, gradient, float(fine[torch.sigmoid(fine) == 1][0]))})


def slope_of(loss: Loss, z: Tensor) -> Tensor:
    """dL/dz at logits that are wrong, by autograd."""
    z = z.clone().requires_grad_()
    (slope,) = torch.autograd.grad(loss(z, (z < 0).float(), reduction="sum"), z)
    return slope


def exact_slope(z: Tensor) -> Tensor:
    """dL/dz of both losses, from float64: sigma(z) - 1 is -sigma(-z), which loses no digits."""
    return torch.where(z < 0, -torch.sigmoid(-z), torch.sigmoid(z))


BOUNDS = {8.0: True, 16.0: True, 20.0: False, 40.0: False, 100.0: False, 200.0: False}
"""How large the logits may be -> whether 1 - sigmoid(z) is still more than 0 there in float32."""
NEAR = 0.05  # at 16 only two of float32's steps lie between sigmoid(z) and 1


def error(loss: Loss, bound: float) -> float:
    """How far loss (as a share of 1 + itself) and gradient are from exact at wrong logits from -bound to bound."""
    z = torch.linspace(-bound, bound, 321, dtype=torch.float32, device="cpu")
    with torch.inference_mode(False), torch.enable_grad():
        lost, slope = loss(z, (z < 0).float(), reduction="none").double(), slope_of(loss, z).double()
    right, steep = F.softplus(z.double().abs()), exact_slope(z.double())
    return float(torch.maximum((lost - right).abs() / (1 + right), (slope - steep).abs()).max())


def saturated(result: Result, *, loss: Loss = LOSSES["bce"]) -> Finding:
    """The sigmoid and BCE against exact arithmetic, case by case; BCEWithLogitsLoss beside it. A fact of torch."""
    worlds = []
    for bound, inside in BOUNDS.items():
        label = Text(f"logits up to {bound:g}", f"logit 绝对值不超过 {bound:g}")
        worlds.append(exactly(label, error(loss, bound) < NEAR, inside=inside))
    z = torch.full((1,), 20.0, dtype=torch.float32, device="cpu")
    with torch.inference_mode(False), torch.enable_grad():
        numbers = {"loss": float(loss(z, torch.zeros_like(z))), "slope": float(slope_of(loss, z))}
    noted = error(LOSSES["bce_with_logits"], max(BOUNDS)) < 1e-5 and not numbers["slope"]
    return Finding(worlds, numbers, noted)


CLAIMS: tuple[Claim, ...] = (
    Claim(
        id="bce-saturated",
        section=8,
        kind="identity",
        statement=Text(
            "For two classes, a sigmoid followed by binary cross-entropy is the loss.",
            "二分类的损失用 Sigmoid 加二分类交叉熵。",
        ),
        judge=saturated,
        evidence=Text(
            "a wrong logit of 20 has a loss of {loss:.0f} instead of 20, and a gradient of {slope:.0f} instead of 1",
            "logit 为 20 而判错时，损失为 {loss:.0f}，应为 20；梯度为 {slope:.0f}，应为 1",
        ),
        condition=Text(
            "The logits stay below about 17, where float32 rounds the sigmoid to 1; BCEWithLogitsLoss stays right.",
            "logit 小于约 17；再大，float32 就把 sigmoid 舍入成 1。改用 BCEWithLogitsLoss 就没有这个问题。",
        ),
        source="https://docs.pytorch.org/docs/stable/generated/torch.nn.BCEWithLogitsLoss.html",
    ),
)

TITLES = {
    "holds": Text("BCE keeps its gradient, however sure the wrong prediction", "无论错得多自信，BCE 都保有梯度"),
    "holds if": Text(
        "Sure and wrong, BCE after a sigmoid loses its gradient", "错得太自信，sigmoid 后的 BCE 就失去梯度"
    ),
    "wrong": Text("BCE after a sigmoid is off at some logits", "sigmoid 后的 BCE 在有些 logit 处有偏差"),
    "not supported": Text("BCE after a sigmoid is off at some logits", "sigmoid 后的 BCE 在有些 logit 处有偏差"),
}
ZONE = Text("float32 calls this probability 1:\ngradient 0", "float32 把这里的概率算成 1\n梯度是 0")
BOTH = Text("both the same", "两者相同")
LOGIT = Text("logit z of a wrong prediction: the higher, the surer", "错误预测的 logit z：越大越自信")
SLOPE = Text("size of the gradient |dL/dz|", "梯度大小 |dL/dz|")
NAMES = {"bce_with_logits": "BCEWithLogits", "bce": "sigmoid + BCE"}
HUES = {"bce_with_logits": "logits", "bce": "probabilities"}


def plot_gradient(ax: Axes, found: BceSaturation, lang: str) -> None:
    """The size of the gradient at wrong logits above 0 for both losses, and where float32's sigmoid is 1."""
    shown = found.logits >= 0
    z, edge, red = found.logits[shown].tolist(), found.one_from, color_of("vermilion")
    zone, ends = mixed(now().paper, red, 0.1), []
    ax.axvspan(edge, z[-1], color=zone, linewidth=0)
    for name, slope in reversed([*zip(LOSSES, found.gradient[:, shown].abs().tolist(), strict=True)]):
        color = color_of(HUES[name])
        ax.plot(z, slope, color=color, zorder=2)
        ends.append((slope[-1], NAMES[name], color))
    ax.set(xlim=(0, z[-1]), ylim=(-0.04, 1.1), yticks=(0, 0.5, 1))
    ax.set_xticks([0, 10, edge, 30, 40], ["0", "10", f"{edge:.1f}", "30", "40"])
    label_ends(ax, ends)
    at: dict[str, Any] = {"ha": "center", "va": "center", "linespacing": 1.35}
    ax.text((edge + z[-1]) / 2, 0.5, ZONE.say(lang), color=readable(red, zone), fontsize=12, **at)
    ax.text(edge / 2 + 1, 0.88, BOTH.say(lang), color=now().quiet, **at)
    ax.grid(visible=False)
    set_labels(ax, LOGIT.say(lang), SLOPE.say(lang))


def draw(result: Result, verdicts: Mapping[str, Judgement], lang: str) -> PageFigure:
    """The gradient of both losses by the logit."""
    figure = new_figure()
    with page_style():
        plot_gradient(figure.add_axes((0.09, 0.15, 0.73, 0.72)), result.first, lang)
        set_title(figure, title(TITLES, verdicts["bce-saturated"], lang))
    return figure
