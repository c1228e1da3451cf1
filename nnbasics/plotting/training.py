"""The course of a training: loss or accuracy by epoch."""

from __future__ import annotations

from typing import Any

import torch
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator

from .._checks import check, check_tensor
from ..text import Text, resolve_language
from .functions import label_ends, room_for
from .style import color_of, new_axes, own, page_style, set_labels
from .theme import readable

EPOCH = Text("epoch", "训练轮次 epoch")
MEASURES = {
    "loss": (Text("loss", "损失"), "losses", "val_losses"),
    "accuracy": (Text("accuracy", "正确率"), "accuracy", "val_accuracy"),
}
SIDES = {"training": Text("training", "训练"), "validation": Text("validation", "验证")}
OF_RUN = Text("{run}, {side}", "{run}，{side}")


def plot_training(
    result: Any,
    *,
    what: str = "loss",
    label: str | None = None,
    ax: Axes | None = None,
    lang: str | None = None,
    **line_kwargs: Any,
) -> Axes:
    """Draw the course of a training by epoch: its loss or its accuracy, and in colour those of validation rows.

    The training loss of an epoch is the mean over its updates, 1/U sum_u L_u, each taken before the update: it is
    on the average half an epoch older than the validation loss, which may therefore lie below it at first.

    Args:
        result: What `train` returns, or anything with its attributes: `losses`, one an update, shape (E * U,), and
            `lrs`, shape (E,); `val_losses`, `accuracy`, `val_accuracy`, each of shape (E,), or None, or not there.
        what: `"loss"` or `"accuracy"`: one panel shows one of them.
        label: The name of the run, for several on the same axes.
        ax: The axes to draw on; None makes a new figure.
        lang: `"en"` or `"zh"`; None as `nnbasics` resolves it.
        line_kwargs: Of `Axes.plot`, for every line of this run.

    Returns:
        The axes.

    Raises:
        ValueError: `what` is another word; `result` has no accuracy; it is of more than one run.

    Example:
        >>> from nnbasics import moons, train
        >>> x, y = moons()
        >>> model = torch.nn.Sequential(torch.nn.Linear(2, 8), torch.nn.Tanh(), torch.nn.Linear(8, 2))
        >>> plot_training(train(model, x, y, loss_fn="cross_entropy", lr=0.5, num_epochs=20)).get_ylabel()
        'loss'

    Source:
        https://scikit-learn.org/stable/modules/learning_curve.html
    """
    language = resolve_language(lang)
    listed = ", ".join(map(repr, MEASURES))
    check(what in MEASURES, "what", Text(f"be one of {listed}", f"只能是 {listed}"), repr(what))
    name, *attributes = MEASURES[what]
    found = {side: getattr(result, each, None) for side, each in zip(SIDES, attributes, strict=True)}
    courses = {side: values.detach().to("cpu", torch.float64) for side, values in found.items() if values is not None}
    if what == "loss":
        check_tensor(courses["training"], "result.losses", ndim=1)
        courses["training"] = courses["training"].reshape(len(result.lrs), -1).mean(dim=1)
    elif not courses:
        raise ValueError(
            Text(
                'result must have accuracy to draw what="accuracy", and has None: train(..., val=(x, y)) gives it.',
                '要画 what="accuracy"，result 要有 accuracy：train(..., val=(x, y)) 才会算它。',
            ).here
        )
    names = {side: SIDES[side].say(language) for side in courses}
    if label is not None:
        names = {side: OF_RUN.say(language, run=label, side=names[side]) if len(names) > 1 else label for side in names}
    axes = new_axes(ax, rect=room_for(max(names.values(), key=len)))
    with page_style():
        ends = []
        for side, values in courses.items():
            style: dict[str, Any] = {"color": readable(color_of(side), axes.get_facecolor())}
            style |= {"linewidth": 1.4} if side == "training" and len(courses) > 1 else {}
            style |= {"marker": "o"} if len(values) == 1 else {}  # one epoch is no line
            (line,) = axes.plot(range(1, len(values) + 1), values.numpy(), **{**style, **own(line_kwargs)})
            last = values[values.isfinite()]
            ends += [(float(last[-1]), names[side], line.get_color())] if len(last) else []
        axes.xaxis.set_major_locator(MaxNLocator(8, steps=[1, 2, 5, 10], integer=True))
        if what == "accuracy":
            axes.margins(y=0.1)
            axes.yaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 5, 10]))
            axes.yaxis.set_major_formatter(FuncFormatter(lambda share, _: f"{100 * share:.4g}%"))
        elif ax is None and all(float(values.min()) >= 0 for values in courses.values()):
            axes.set_ylim(bottom=0)
        label_ends(axes, ends)
        set_labels(axes, EPOCH.say(language), name.say(language))
    return axes
