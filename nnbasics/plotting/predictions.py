"""What a model says of rows that are to be drawn, the model left as it was."""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from itertools import chain

import torch
from torch import Tensor, nn

from .._checks import check_tensor, shape_text
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
    with torch.inference_mode(False), torch.no_grad(), kept_rng(model):
        copy = deepcopy(model).eval()
        parts = [copy(part) for part in rows.split(ROWS)]
    if not all(isinstance(part, Tensor) and part.ndim in (1, 2) for part in parts):
        first = parts[0]
        got = shape_text((len(x), *first.shape[1:])) if isinstance(first, Tensor) else type(first).__name__
        raise ValueError(
            Text(
                f"model must give a row of scores for each row of x, shape (N, C), (N, 1) or (N,), got {got}.",
                f"model 必须对 x 的每一行给出一行得分，形状为 (N, C)、(N, 1) 或 (N,)，得到 {got}。",
            ).here
        )
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
    if classes.ndim != 1 or len(classes) != num_rows:
        got = shape_text(y.shape)
        raise ValueError(
            Text(
                f"y must hold one class for each of the {num_rows} rows of x, shape ({num_rows},), got {got}.",
                f"y 必须给 x 的 {num_rows} 行各一个类别，形状为 ({num_rows},)，得到 {got}。",
            ).here
        )
    wrong = classes[~torch.isin(classes.double(), torch.arange(count, dtype=torch.float64, device="cpu"))]
    if len(wrong):
        got = f"{wrong[0].item():g}"
        raise ValueError(
            Text(
                f"y must hold classes from 0 to {count - 1}, as model scores {count}, got {got}.",
                f"y 里的类别必须是 0 到 {count - 1} 的整数，因为 model 有 {count} 个类别，得到 {got}。",
            ).here
        )
    return classes.long()


def name_classes(names: Sequence[str] | None, count: int, otherwise: str) -> list[str]:
    """The names of the classes; without any, `otherwise` with the number of each."""
    if names is None:
        return [otherwise.format(n=k) for k in range(count)]
    if isinstance(names, str) or len(names) != count:
        raise ValueError(
            Text(
                f"class_names must hold {count} names, one for each class, got {names!r}.",
                f"class_names 必须有 {count} 个名字，每个类别一个，得到 {names!r}。",
            ).here
        )
    return [str(name) for name in names]
