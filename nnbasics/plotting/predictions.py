"""What a model says of rows that are to be drawn, the model left as it was."""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from itertools import chain

import torch
from torch import Tensor, nn

from .._checks import check, check_tensor, shape_text
from .._layers import check_module
from .._rng import kept_rng
from ..text import Text

ROWS = 4096  # that a model is given at once


def class_scores(model: nn.Module, x: Tensor, threshold: float | None) -> Tensor:
    """A score for each class and row, shape (N, C), torch.float64, on the CPU: the largest one wins.

    The outputs of a copy in evaluation mode; of one output f, the two scores are threshold - f and f - threshold.
    `x` is brought to the device of the model and, where it is floating-point, to its dtype.
    """
    tensors = chain(check_module(model, "model").parameters(), model.buffers())
    home = next((tensor for tensor in tensors if tensor.is_floating_point()), x)
    rows = x.detach().to(home.device, home.dtype if x.is_floating_point() else x.dtype)
    with kept_rng(model), torch.no_grad():
        copy = deepcopy(model).eval()
        parts = [copy(part) for part in rows.split(ROWS)]
    first = parts[0]
    got = shape_text((len(x), *first.shape[1:])) if isinstance(first, Tensor) else type(first).__name__
    allowed = Text(
        "give a row of scores for each row of x, shape (N, C), (N, 1) or (N,)",
        "必须对 x 的每一行给出一行得分，形状为 (N, C)、(N, 1) 或 (N,)",
    )
    check(all(isinstance(part, Tensor) and part.ndim in (1, 2) for part in parts), "model", allowed, got)
    scores = check_tensor(torch.cat(parts), "model(x)").to("cpu", torch.float64)
    if scores.ndim == 2 and scores.shape[1] > 1:
        if threshold is not None:
            count = scores.shape[1]
            raise ValueError(
                Text(
                    f"threshold is for a model of one output, and this one scores {count} classes, of which the "
                    f"largest wins; got {threshold}.",
                    f"threshold 只用于只有一个输出的模型；这个模型给 {count} 个类别打分，得分最大的胜出，"
                    f"得到 {threshold}。",
                ).here
            )
        return scores
    if threshold is None:
        raise ValueError(
            Text(
                "threshold must be given for a model of one output: 0 where it gives logits, 0.5 where it gives "
                "probabilities; got None.",
                "模型只有一个输出时必须给出 threshold：输出是 logits 时为 0，是概率时为 0.5；得到 None。",
            ).here
        )
    over = scores.reshape(len(scores), 1) - threshold
    return torch.cat([-over, over], dim=1)


def check_classes(y: Tensor, num_rows: int, count: int) -> Tensor:
    """`y` as class indices of shape (N,), if it holds one for each row, all of them below `count`."""
    classes = y[:, 0] if y.ndim == 2 and y.shape[1] == 1 else y
    allowed = Text(
        f"hold one class for each of the {num_rows} rows of x, shape ({num_rows},)",
        f"必须给 x 的 {num_rows} 行各一个类别，形状为 ({num_rows},)",
    )
    check(classes.ndim == 1 and len(classes) == num_rows, "y", allowed, shape_text(y.shape))
    numbers = torch.arange(count, dtype=torch.float64, device="cpu")
    wrong = classes[~torch.isin(classes.double(), numbers)][:1].tolist()
    allowed = Text(
        f"hold classes from 0 to {count - 1}, as model scores {count}",
        f"里的类别必须是 0 到 {count - 1} 的整数，因为 model 有 {count} 个类别",
    )
    check(not wrong, "y", allowed, f"{wrong[0]:g}" if wrong else "")
    return classes.long()


def name_classes(names: Sequence[str] | None, count: int, otherwise: str) -> list[str]:
    """The names of the classes; without any, `otherwise` with the number of each."""
    if names is None:
        return [otherwise.format(n=k) for k in range(count)]
    allowed = Text(f"hold {count} names, one for each class", f"必须有 {count} 个名字，每个类别一个")
    check(not isinstance(names, str) and len(names) == count, "class_names", allowed, repr(names))
    return [str(name) for name in names]
