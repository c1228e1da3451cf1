"""Sections 9 and 10: a training step in the right order, and a model that trains."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Generator, Tensor, nn, optim
from torch.nn import functional as F
from torch.optim.optimizer import register_optimizer_step_pre_hook

from ..data import moons
from ..text import Text
from .compare import Answer, as_tensor
from .entry import Case, Exercise, Mistake, classes, integer, normal, numbers

ORDER = "optimizer.zero_grad(), forward, loss, loss.backward(), optimizer.step()"
GOAL, NEW_POINTS = 0.93, 1000
Step = Callable[..., Any]


def _step_cases() -> list[Case]:
    return [
        {
            "x": numbers([[1.0, -1.0], [0.5, 2.0]]),
            "y": torch.tensor([0, 1], dtype=torch.int64, device="cpu"),
            "weight": numbers([[0.5, 0.0], [-0.5, 0.25]]),
            "bias": numbers(0.0, 0.1),
            "lr": 0.5,
        }
    ]


def _step_draw(generator: Generator, size: int) -> Case:
    rows, wide, count = integer(generator, 1, 1 + size), integer(generator, 1, 1 + size // 3), 2 + size // 4
    return {
        "x": normal(generator, rows, wide),
        "y": classes(generator, rows, count),
        "weight": normal(generator, count, wide),
        "bias": normal(generator, count),
        "lr": 0.5,
    }


def _three_steps(step: Step, case: Case) -> tuple[Tensor, list[Any]]:
    """A layer's parameters after three steps of the student's, and what each step returned."""
    out, wide = case["weight"].shape
    model = nn.Linear(wide, out, dtype=torch.float64, device="cpu")
    model.load_state_dict({"weight": case["weight"], "bias": case["bias"]})
    optimizer = optim.SGD(model.parameters(), lr=case["lr"])
    losses = [step(model, F.cross_entropy, optimizer, case["x"], case["y"]) for _ in range(3)]
    return torch.cat([parameter.detach().flatten() for parameter in model.parameters()]), losses


def _training_step(model: nn.Module, loss_fn: Step, optimizer: optim.Optimizer, x: Tensor, y: Tensor) -> float:
    optimizer.zero_grad()
    loss = loss_fn(model(x), y)
    loss.backward()
    optimizer.step()
    return float(loss)


def _in_order(*calls: str, again: bool = False) -> Step:
    """A step that does these things in this order; `again` returns the loss after it."""

    def step(model: nn.Module, loss_fn: Step, optimizer: optim.Optimizer, x: Tensor, y: Tensor) -> float:
        loss = loss_fn(model(x), y)
        for call in calls:
            {"zero": optimizer.zero_grad, "backward": loss.backward, "step": optimizer.step}[call]()
        return float(loss_fn(model(x), y) if again else loss)

    return step


def _without_graph(model: nn.Module, loss_fn: Step, optimizer: optim.Optimizer, x: Tensor, y: Tensor) -> float:
    with torch.no_grad():
        return _training_step(model, loss_fn, optimizer, x, y)


class Trained:
    """What is measured of the model that a student returns."""

    def __init__(self, model: Any, steps: int, with_gradients: int) -> None:
        """Measure it on new points; `steps` were taken while it trained, so many of them with gradients."""
        x, y = moons(NEW_POINTS, generator=torch.Generator(device="cpu").manual_seed(1))
        x = x.to(torch.get_default_dtype())
        self.steps, self.with_gradients = steps, with_gradients
        self.scores: Tensor | None = None
        self.accuracy, self.probabilities, self.affine = 0.0, False, False
        if not callable(model):
            self.kind = type(model).__name__
            return
        if isinstance(model, nn.Module):
            model.eval()
        with torch.no_grad():
            found = as_tensor(model(x))
            middle = as_tensor(model((x[::2] + x[1::2]) / 2))
        self.kind = "no tensor" if found is None else f"shape {tuple(found.shape)}"
        if found is None or middle is None or found.shape != (NEW_POINTS, 2):
            return
        self.scores = found
        self.accuracy = float((found.argmax(1) == y).double().mean())
        sums = found.sum(1)
        self.probabilities = bool((found >= 0).all() and torch.allclose(sums, torch.ones_like(sums), atol=1e-4))
        spread = float((found - found.mean(0)).abs().max())
        self.affine = bool((middle - (found[::2] + found[1::2]) / 2).abs().max() <= 1e-4 * spread)

    def __repr__(self) -> str:
        if self.scores is None:
            return self.kind
        kind = "probabilities" if self.probabilities else "logits" if self.scores.isfinite().all() else "nan or inf"
        return f"{kind}, accuracy = {self.accuracy:.3f}"


def _train(make_and_train: Step, case: Case) -> Any:
    """Run the student's training, and watch the steps of any optimizer."""
    counted = [0, 0]

    def count(optimizer: optim.Optimizer, args: Any, kwargs: Any) -> None:
        counted[0] += 1
        counted[1] += any(p.grad is not None for group in optimizer.param_groups for p in group["params"])

    handle = register_optimizer_step_pre_hook(count)
    try:
        model = make_and_train(*case.values())
    finally:
        handle.remove()
    return model if isinstance(model, Answer) else Trained(model, *counted)


def _train_difference(expected: Any, got: Any) -> Text | None:
    """What keeps a trained model from the goal, as far as it shows."""
    if not isinstance(got, Trained):
        return WRONG_MODEL
    if got.scores is None:
        return WRONG_MODEL
    if not bool(got.scores.isfinite().all()):
        return DIVERGED
    if got.probabilities:
        return SOFTMAX
    if got.accuracy >= GOAL:
        return None
    if got.steps == 0:
        return NO_STEP
    if got.with_gradients == 0:
        return NO_BACKWARD
    return LINEAR if got.affine else TOO_SHORT


def _train_cases() -> list[Case]:
    x, y = moons(200)
    return [{"x": x.to(torch.get_default_dtype()), "y": y}]


WRONG_MODEL = Text(
    "Return the trained model: model(x) must give logits of shape (N, 2), one column for each class.",
    "应返回训练好的模型：model(x) 要给出形状 (N, 2) 的 logits，每类一列。",
)
DIVERGED = Text(
    "The model returns nan or inf: the training diverged. Take a smaller learning rate.",
    "模型输出了 nan 或 inf：训练发散了。请减小学习率。",
)
SOFTMAX = Text(
    "The model returns probabilities: cross-entropy takes logits and applies the softmax itself. Leave it out.",
    "模型返回的是概率：交叉熵接收 logits，自己会做 softmax。请去掉 softmax。",
)
NO_STEP = Text(
    "No optimizer took a step. Is optimizer.step() called in the loop?",
    "没有任何优化器更新过参数。循环里调用 optimizer.step() 了吗？",
)
NO_BACKWARD = Text(
    "The optimizer stepped, but its parameters had no gradients: call loss.backward() between zero_grad() and step(), "
    "and hand it the parameters of this model.",
    "优化器更新时参数没有梯度：应在 zero_grad() 和 step() 之间调用 loss.backward()，并把这个模型的参数交给优化器。",
)
LINEAR = Text(
    "The model is linear: it can only draw a straight line between the moons. Add a hidden layer with an activation.",
    "模型是线性的：只能用一条直线分开两个月牙。请加入带激活函数的隐藏层。",
)
TOO_SHORT = Text(
    "The model learns too little: train longer, take another learning rate or more hidden units, and call zero_grad() "
    "in every step.",
    "模型学得还不够：多训练几轮、换一个学习率或增加隐藏单元，并在每一步调用 zero_grad()。",
)

EXERCISES = (
    Exercise(
        id="training-step",
        section=9,
        arguments="model, loss_fn, optimizer, x, y",
        task=Text(
            "One step of training on one batch, in the right order: the gradients of before are cleared, the loss is "
            "computed, its gradients, and then the parameters are moved.\n"
            "Given: model, an nn.Module; loss_fn, such as F.cross_entropy, called as loss_fn(model(x), y); optimizer, "
            "a torch.optim.Optimizer of the model's parameters; x and y, a batch.\n"
            "Return: the loss from before the step, as a float.\n"
            "The check takes three steps with a real nn.Linear(weight, bias) and torch.optim.SGD(lr), and compares "
            "the parameters after them and the three losses.",
            "在一批数据上训练一步，顺序要正确：清空之前的梯度，计算损失，求梯度，再更新参数。\n"
            "已知：model，一个 nn.Module；loss_fn，如 F.cross_entropy，以 loss_fn(model(x), y) 调用；optimizer，"
            "管理该模型参数的 torch.optim.Optimizer；x 和 y，一批数据。\n"
            "返回：更新之前的损失，普通的 float。\n"
            "检查时用真实的 nn.Linear（weight、bias）和 torch.optim.SGD（lr）走三步，比较最后的参数和三个损失。",
        ),
        reference=_training_step,
        fixed=_step_cases,
        draw=_step_draw,
        run=_three_steps,
        mistakes=(
            Mistake(
                Text(
                    f"zero_grad() is missing: the gradients of the steps add up. The order: {ORDER}.",
                    f"少了 zero_grad()：各步的梯度会累加。顺序是：{ORDER}。",
                ),
                _in_order("backward", "step"),
                _in_order("backward", "step", again=True),
            ),
            Mistake(
                Text(
                    "The parameters did not move: step() was not called, or had no gradients, because backward() came "
                    f"after it or zero_grad() between them. The order: {ORDER}.",
                    "参数没有变化：没有调用 step()，或调用时没有梯度（backward() 在它之后，或两者之间又清空了梯度）。"
                    f"顺序是：{ORDER}。",
                ),
                _in_order("zero", "backward"),
            ),
            Mistake(
                Text(
                    f"step() came before backward(): it used the gradients of the step before. The order: {ORDER}.",
                    f"step() 在 backward() 之前：用的是上一步的梯度。顺序是：{ORDER}。",
                ),
                _in_order("step", "backward"),
                _in_order("step", "zero", "backward"),
            ),
            Mistake(
                Text(
                    "Return the loss from before the step, not of another pass after it.",
                    "应返回更新之前的损失，不是更新后重新计算的。",
                ),
                _in_order("zero", "backward", "step", again=True),
            ),
            Mistake(
                Text(
                    "The parameters moved twice: one step() for each backward().",
                    "参数更新了两次：每次 backward() 只对应一次 step()。",
                ),
                _in_order("zero", "backward", "step", "step"),
            ),
            Mistake(
                Text(
                    "Under no_grad or after detach there is no graph to go back through.",
                    "在 no_grad 中或 detach 之后没有计算图，无法反向传播。",
                ),
                _without_graph,
            ),
        ),
    ),
    Exercise(
        id="train-model",
        section=10,
        arguments="x, y",
        task=Text(
            "Make a model and train it until it tells the two moons apart: at least 93 of 100 new points.\n"
            "Given: x of shape (200, 2), points; y of shape (200,), their classes 0 and 1, in int64.\n"
            "Return: the trained model; model(x) gives logits of shape (N, 2).\n"
            "The check seeds torch and measures the accuracy on 1000 new points of nnbasics.moons.",
            "建立一个模型并训练，使它能分开两个月牙：100 个新点中至少判对 93 个。\n"
            "已知：x，形状 (200, 2) 的点；y，形状 (200,)，类别 0 和 1，int64。\n"
            "返回：训练好的模型；model(x) 给出形状 (N, 2) 的 logits。\n"
            "检查时会固定 torch 的随机种子，并在 nnbasics.moons 的 1000 个新点上测准确率。",
        ),
        reference=lambda x, y: Answer(f"logits, accuracy >= {GOAL}"),
        fixed=_train_cases,
        run=_train,
        difference=_train_difference,
    ),
)
