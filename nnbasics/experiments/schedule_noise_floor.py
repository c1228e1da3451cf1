"""What is a learning rate that decays good for? Under noisy gradients a constant one stays on a floor.

On the bowl the gradient is lambda w + sigma xi, xi from N(0, 1), here with lambda = sigma = 1. A step at the learning
rate eta makes of the error v = E[w^2] the error (1 - eta lambda)^2 v + eta^2 sigma^2. At a constant eta that comes to
rest where both are equal, at eta sigma^2 / (lambda (2 - eta lambda)): the floor sinks with eta.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

import torch
from matplotlib.axes import Axes
from matplotlib.ticker import NullFormatter
from torch import Tensor, nn
from torch.optim.lr_scheduler import LambdaLR

from .._checks import check_count, check_positive
from .._device import resolve_device
from .._setup import check_seeds, one_thread
from ..data import Data, moons
from ..fair import final_loss
from ..optimizers import OPTIMIZERS
from ..plotting import style
from ..plotting.bands import band_text, plot_band
from ..plotting.functions import label_ends
from ..plotting.theme import now
from ..schedulers import SCHEDULERS, trace_lr
from ..text import Text, resolve_language
from ._common import moons_network, track
from .race import Race, race
from .verdicts import Claim, Finding, Judgement, Result, choose_worlds, compare, title


class Task(NamedTuple):
    """A world: how noisy the data are, the rows of a batch, and whether noise is left in the gradient at the end."""

    label: Text
    data: str
    noise: float
    batch_size: int | None
    noise_left: bool


WORLDS: dict[str, Task] = {
    "moons": Task(Text("moons, noise 0.3", "moons，噪声 0.3"), "moons", 0.3, 8, True),
    "apart": Task(Text("moons, noise 0.1", "moons，噪声 0.1"), "moons", 0.1, 8, False),
    "closer": Task(Text("moons, noise 0.2", "moons，噪声 0.2"), "moons", 0.2, 8, True),
    "batches": Task(Text("moons, noise 0.3, batches of 32", "moons，噪声 0.3，批量 32"), "moons", 0.3, 32, True),
    "full": Task(Text("moons, noise 0.3, full batch", "moons，噪声 0.3，全批量"), "moons", 0.3, None, False),
    "line": Task(Text("linear regression, noisy", "线性回归，有噪声"), "line", 0.5, 8, True),
    "exact": Task(Text("linear regression, no noise", "线性回归，无噪声"), "line", 0.0, 8, False),
}
RATES = {"moons": tuple(0.05 * 2**place for place in range(8)), "line": tuple(0.003 * 2**place for place in range(8))}
START = 10.0  # where every copy of the bowl's descent begins
COPIES = 256  # of the bowl's descent for each seed: their mean square is the error
FITTED = 1e-6  # a loss below it counts as this: the data are fitted, and what is left is rounding
QUICK: dict[str, Any] = {"seeds": range(8), "num_steps": 200, "num_epochs": 12, "worlds": ["moons"]}


@dataclass(frozen=True, eq=False)
class Bowl:
    """The descent on the noisy bowl at a constant learning rate and under StepLR, the same in every world.

    Attributes:
        steps: The steps at which the error is taken, shape (T,).
        errors: Side -> the mean of w^2 over 256 copies of the descent, shape (S, T).
        theory: Side -> its expectation, shape (T,).
        floor: Where it comes to rest at a constant learning rate.
    """

    steps: Tensor
    errors: dict[str, Tensor]
    theory: dict[str, Tensor]
    floor: float


@dataclass(frozen=True, eq=False)
class Decay:
    """A world: the bowl, and the race of a constant learning rate against three that decay."""

    bowl: Bowl
    race: Race

    def end(self, side: str) -> Tensor:
        """The loss on all training rows at the end, shape (S,)."""
        return self.race.test_losses[side].clamp(min=FITTED)

    @property
    def best(self) -> str:
        """The schedule that ended lowest in the search, whose networks are not judged."""
        lowest = {side: float(scores.mean(0).min()) for side, scores in self.race.scores.items() if side != "constant"}
        return min(lowest, key=lowest.__getitem__)


def measure(
    *,
    seeds: Sequence[int] = range(32),
    worlds: Sequence[str] | None = None,
    bowl_lr: float = 0.2,
    num_steps: int = 400,
    hidden: int = 16,
    num_epochs: int = 30,
    device: str | torch.device = "cpu",
    progress: bool = False,
) -> Result:
    """Descend a bowl whose gradient carries noise, and train models on mini-batches, with and without decay.

    StepLR multiplies the learning rate by 0.4 four times, ExponentialLR takes it to a fiftieth, cosine to 0. Each side
    begins with the learning rate that ends lowest.

    Args:
        seeds: The bowl's noise, and the models; the search takes others. The first one draws the data of a world.
        worlds: Names of `WORLDS`; None takes all.
        bowl_lr: eta, the learning rate that all sides begin with on the bowl, below 2.
        num_steps: The steps on the bowl.
        hidden: Units of the networks' hidden layer.
        num_epochs: As in `train`.
        device: Where torch computes.
        progress: Whether to show a bar.

    Raises:
        ValueError: `bowl_lr` is 2 or more, where the bowl has no floor; other settings are out of range.
    """
    names, seeds, where = choose_worlds(WORLDS, worlds), check_seeds(seeds), resolve_device(device)
    steps, epochs = check_count(num_steps, "num_steps", minimum=10), check_count(num_epochs, "num_epochs")
    if check_positive(bowl_lr, "bowl_lr") >= 2:
        raise ValueError(f"bowl_lr must be below 2, where descent on the bowl diverges, got {bowl_lr!r}.")
    bowl, found = descend_bowl(seeds, bowl_lr, steps), {}
    for name in track(names, progress, "schedule-noise-floor"):
        task, data = WORLDS[name], rows(WORLDS[name], seeds[0])
        make = partial(model, task.data, hidden, where)
        sides = {side: {"make_model": make, "scheduler": scheduler} for side, scheduler in schedulers(epochs).items()}
        settings: dict[str, Any] = {"rates": RATES[task.data], "num_epochs": epochs, "batch_size": task.batch_size}
        settings["loss_fn"] = "cross_entropy" if task.data == "moons" else "mse"
        found[name] = Decay(bowl, race(sides, data, data, seeds=seeds, score=final_loss, device=where, **settings))
    return Result("schedule-noise-floor", found, here=len(names) == 1)


def schedulers(length: int) -> dict[str, Callable[[Any], Any]]:
    """The schedulers of the sides, for a run of so many steps or epochs."""
    return {
        "constant": partial(LambdaLR, lr_lambda=lambda _: 1.0),
        "step": partial(SCHEDULERS["step"], step_size=max(1, length // 5), gamma=0.4),
        "exponential": partial(SCHEDULERS["exponential"], gamma=0.02 ** (1 / length)),
        "cosine": partial(SCHEDULERS["cosine"], T_max=length),
    }


def rows(task: Task, seed: int) -> Data:
    """256 points of the moons, or 128 rows of a linear relation in eight inputs."""
    generator = torch.Generator().manual_seed(seed)
    if task.data == "moons":
        return moons(256, noise=task.noise, generator=generator)
    normal = partial(torch.randn, generator=generator, dtype=torch.float32, device="cpu")
    x = normal(128, 8)
    return x, x @ normal(8, 1) + task.noise * normal(128, 1)


def model(data: str, hidden: int, device: torch.device) -> nn.Module:
    """A network with one hidden layer, or a linear model, from the CPU."""
    if data == "moons":
        return moons_network(hidden, device)
    return nn.Linear(8, 1, device="cpu", dtype=torch.float32).to(device)


def descend_bowl(seeds: Sequence[int], lr: float, num_steps: int) -> Bowl:
    """The mean of w^2 over the copies, measured and expected, at 41 of the steps."""
    makers = {side: make for side, make in schedulers(num_steps).items() if side in ENDS}
    real = dict[str, Any](dtype=torch.float64, device="cpu")
    with torch.inference_mode(False), torch.enable_grad(), one_thread():
        draw: Any = partial(torch.randn, num_steps, COPIES, **real)
        noise = torch.stack([draw(generator=torch.Generator().manual_seed(seed)) for seed in seeds], dim=1)
        points = [torch.full((len(seeds), COPIES), START, requires_grad=True, **real) for _ in makers]
        optimizers = [OPTIMIZERS["sgd"]([point], lr=lr) for point in points]
        steps = [make(optimizer) for make, optimizer in zip(makers.values(), optimizers, strict=True)]
        errors = [torch.stack(points).detach().square().mean(2)]
        for xi in noise:
            for point, optimizer, scheduler in zip(points, optimizers, steps, strict=True):
                optimizer.zero_grad()
                (point.square() / 2 + xi * point).sum().backward()  # the gradient is w + xi
                optimizer.step()
                scheduler.step()
            errors.append(torch.stack(points).detach().square().mean(2))
    marks = torch.linspace(0, num_steps, 41, **real).round().long().unique()
    expected = {side: expected_errors(trace_lr(make, lr=lr, num_steps=num_steps)) for side, make in makers.items()}
    measured = dict(zip(makers, torch.stack(errors, dim=2)[..., marks], strict=True))
    return Bowl(marks.double(), measured, {side: all_[marks] for side, all_ in expected.items()}, lr / (2 - lr))


def expected_errors(lrs: Tensor) -> Tensor:
    """E[w^2] at the start and after each step at the rates `lrs`: v <- (1 - eta)^2 v + eta^2, shape (steps + 1,)."""
    errors = [START**2]
    for lr in lrs.tolist():
        errors.append((1 - lr) ** 2 * errors[-1] + lr**2)
    return torch.tensor(errors, dtype=torch.float64, device="cpu")


def calms(result: Result) -> Finding:
    """The loss at the end, constant over the best schedule; and whether it is higher in every noisy network."""
    worlds, gains = [], {}
    for name, each in result.worlds.items():
        gains[name] = (each.end("constant") / each.end(each.best)).log()
        worlds.append(compare(WORLDS[name].label, "loss", gains[name], inside=WORLDS[name].noise_left))
    outcomes = dict(zip(result.worlds, worlds, strict=True))
    noisy = [outcomes[name].low for name in ("moons", "closer", "batches") if name in outcomes]
    line = [outcomes[name].outcome for name in ("line",) if name in outcomes]
    noted = len(noisy) == 3 and all((low or 0) > 0 for low in noisy) and line == ["no effect"]
    return Finding(worlds, {f"gain_{name}": float(1 - (-gain).mean().exp()) for name, gain in gains.items()}, noted)


CLAIMS: tuple[Claim, ...] = (
    Claim(
        id="decay-calms",
        section=10,
        kind="recommendation",
        statement=Text(
            "A smaller learning rate late in training prevents oscillation.", "训练后期减小学习率，可以防止震荡。"
        ),
        judge=calms,
        evidence=Text(
            "loss on the training data at the end, constant learning rate over the best of three schedules",
            "训练结束时训练集上的损失，固定学习率与三种衰减中最好的一种之比",
        ),
        condition=Text(
            "Noise is left in the gradient at the end: mini-batches of data that cannot be fitted exactly.",
            "训练结束时梯度仍有噪声：用小批量，而且数据无法完全拟合。",
        ),
        remark=Text(
            "Where classes overlap, a network ends lower with decay, by {gain_moons:.0%} to {gain_closer:.0%}; in "
            "linear regression a small constant learning rate does as well.",
            "两类重叠时，衰减使网络的损失更低，低 {gain_moons:.0%} 到 {gain_closer:.0%}；"
            "线性回归只要固定用较小的学习率，结果就一样好。",
        ),
        source="Bottou, Curtis & Nocedal (2018), Optimization Methods for Large-Scale Machine Learning, section 4, "
        "https://arxiv.org/abs/1606.04838",
    ),
)
TITLES = {
    "holds": Text("Decay sinks below the noise floor; in training it helps, too", "衰减能低于噪声下限；训练中也有用"),
    "holds if": Text(
        "Decay sinks below the noise floor; training gains where noise is left",
        "衰减能低于噪声下限；梯度有噪声时，训练也得益",
    ),
    "wrong": Text(
        "Decay sinks below the noise floor, but training ends higher", "衰减能低于噪声下限；训练却结束得更高"
    ),
    "not supported": Text(
        "Decay sinks below the noise floor; in training it helps only at times", "衰减能低于噪声下限；训练中未必有用"
    ),
    "no effect": Text(
        "Decay sinks below the noise floor; in training it hardly matters", "衰减能低于噪声下限；训练中几乎没差别"
    ),
    "open": Text(
        "Decay sinks below the noise floor; in training that is not clear", "衰减能低于噪声下限；训练中尚不清楚"
    ),
}
ENDS = {
    "constant": Text("constant rate", "固定学习率"),
    "step": Text("StepLR:\n1/{times:.0f} of the floor", "StepLR：\n下限的 1/{times:.0f}"),
}
FLOOR, DASHED = Text("noise floor", "噪声下限"), Text("dashed: theory", "虚线：理论")
STEP, ERROR = Text("step", "步数"), Text("squared distance\nfrom the minimum", "到最低点的距离\n（平方的平均）")


def plot_noise_floor(bowl: Bowl, *, ax: Axes | None = None, lang: str | None = None, **line_kwargs: Any) -> Axes:
    """Draw the error on the noisy bowl, at a constant learning rate and under StepLR, and dashed what theory says."""
    language, ax, ends = resolve_language(lang), style.new_axes(ax), []
    with style.page_style():
        for side, errors in bowl.errors.items():
            color, times = style.color_of(side), bowl.floor / float(errors[:, -1].median())
            line = {"color": color, "linewidth": 3.5, "alpha": 0.6, **style.own(line_kwargs)}
            plot_band(bowl.steps, errors, ax=ax, lang=language, **line)
            ax.plot(bowl.steps, bowl.theory[side], color=now().ink, linestyle=(0, (4, 2)), linewidth=1.2)
            ends.append((bowl.floor / times, ENDS[side].say(language, times=times), color))
        last = float(bowl.steps[-1])
        ax.set(yscale="log", ylim=(None, 20 * bowl.floor), xlim=(0, last))
        ax.text(0.6 * last, 1.3 * bowl.floor, FLOOR.say(language), ha="center", color=now().ink, fontsize=12)
        ax.yaxis.set_minor_formatter(NullFormatter())
        ax.yaxis.set_major_formatter("{x:g}")
        label_ends(ax, ends)
        style.set_labels(ax, STEP.say(language), ERROR.say(language))
    return ax


def draw(result: Result, verdicts: Mapping[str, Judgement], lang: str) -> style.PageFigure:
    """The error on a noisy bowl: a constant learning rate stays on the floor, decay sinks below."""
    figure, found = style.new_figure(height=3.9), result.first
    with style.page_style():
        plot_noise_floor(found.bowl, ax=figure.add_axes((0.125, 0.225, 0.675, 0.65)), lang=lang)
        style.set_title(figure, title(TITLES, verdicts["decay-calms"], lang))
        figure.text(0.02, 0.02, DASHED.say(lang), fontsize=9.5, color=now().quiet)
        text = band_text(len(found.bowl.errors["constant"]), lang)
        figure.text(0.98, 0.02, text, ha="right", fontsize=9.5, color=now().quiet)
    return figure
