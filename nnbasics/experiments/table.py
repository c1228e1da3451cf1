"""The experiments: what each asks; how one is run, judged and drawn."""

from __future__ import annotations

from .._lookup import lookup
from ..text import Text

TYPE_CHECKING = False  # to list the experiments takes no slow import
if TYPE_CHECKING:
    from collections.abc import Iterable
    from types import ModuleType
    from typing import Any

    from ..plotting.style import PageFigure
    from ..plotting.theme import Theme
    from .verdicts import Judgement, Result


class Experiment:
    """One question. The file of its name measures, judges and draws: `measure`, `CLAIMS`, `TITLES`, `draw`."""

    def __init__(self, section: int, question: Text) -> None:
        self.section, self.question = section, question


EXPERIMENTS: dict[str, Experiment] = {
    # initialization and depth
    "linear-collapse": Experiment(
        3, Text("What does depth bring without an activation?", "没有激活函数时，加深网络有什么用？")
    ),
    "decision-boundary": Experiment(
        3, Text("How do hidden units bend the boundary between two classes?", "隐藏单元怎样使两类之间的边界弯曲？")
    ),
    "signal-by-depth": Experiment(
        5, Text("What is left of the signal after many layers?", "经过许多层之后，信号还剩多少？")
    ),
    "gradient-by-depth": Experiment(
        5,
        Text("What is left of the gradient on its way back through many layers?", "梯度往回穿过许多层，还剩多少？"),
    ),
    "symmetry": Experiment(
        5, Text("What becomes of hidden units that start with equal weights?", "初始权重相同的隐藏单元会怎样？")
    ),
    "initialization-race": Experiment(
        5,
        Text(
            "Which initialization lets a network learn, and does depth change that?",
            "哪种初始化学得起来？和深度有关吗？",
        ),
    ),
    # activations
    "dead-relu": Experiment(4, Text("When do ReLU units die?", "ReLU 单元什么时候会“死亡”？")),
    "activation-race": Experiment(
        4,
        Text(
            "Which activation learns fastest, and does depth change that?", "哪种激活函数学得最快？加深网络后还一样吗？"
        ),
    ),
    "softmax-temperature": Experiment(4, Text("What does a temperature do to softmax?", "温度对 softmax 有什么作用？")),
    "overfitting": Experiment(
        8, Text("Does a lower training loss mean a better network?", "训练损失更低，网络就更好吗？")
    ),
    # losses
    "logits-or-probabilities": Experiment(
        8, Text("What does a softmax before the cross-entropy cost?", "在交叉熵之前先做 softmax，代价是什么？")
    ),
    "bce-saturation": Experiment(
        8,
        Text(
            "What is left of the gradient when a prediction is wrong and sure of it?",
            "预测自信而错误时，梯度还剩多少？",
        ),
    ),
    "loss-choice": Experiment(8, Text("Cross-entropy or squared error for classes?", "分类用交叉熵还是平方误差？")),
    "outliers": Experiment(
        8, Text("How far do outliers pull a fit, by the loss?", "用不同的损失，异常值把拟合拉偏多少？")
    ),
    # descent
    "batch-size": Experiment(9, Text("How many rows should an update see?", "每次更新应该看多少个样本？")),
    "learning-rate-regimes": Experiment(9, Text("What does the learning rate decide?", "学习率决定什么？")),
    "lr-finder": Experiment(
        10,
        Text(
            "Does one short run with a growing learning rate find a good one?",
            "逐步增大学习率跑一小段，能找到好的学习率吗？",
        ),
    ),
    "schedule-noise-floor": Experiment(
        10, Text("What is a learning rate that decays good for?", "学习率逐渐减小有什么好处？")
    ),
    # optimizers
    "optimizer-paths": Experiment(10, Text("Which optimizer is the fastest down a surface?", "哪种优化器下降得最快？")),
    "optimizer-race": Experiment(10, Text("Which optimizer learns the digits best?", "哪种优化器学手写数字最好？")),
    "momentum-rates": Experiment(
        10, Text("How many steps does momentum save in a ravine?", "在峡谷里，动量能省多少步？")
    ),
    "adam-bias-correction": Experiment(10, Text("What does Adam's bias correction do?", "Adam 的偏差修正起什么作用？")),
}
"""name -> section of the article and question."""


LONGEST = ("initialization-race", "activation-race", "batch-size", "optimizer-race", "schedule-noise-floor")


def longest_first(names: Iterable[str]) -> list[str]:
    """The same experiments, those first that take long: so several processes end at about the same time."""
    return sorted(names, key=[*LONGEST, *(name for name in EXPERIMENTS if name not in LONGEST)].index)


def run_experiment(name: str, *, quick: bool = False, **settings: Any) -> Result:
    """Measure what one question asks, over many seeds; the same seeds give the same numbers.

    Args:
        name: A key of `EXPERIMENTS`.
        quick: Whether to take fewer seeds, shorter runs and one world only, for a look.
        settings: Those of the `measure` of the experiment's file, such as `seeds` (default: 32 or more), `worlds`
            (names; default: all), `device` (default: `"cpu"`), `progress`, and `data` where it trains on any: a pair
            of tensors or a `Dataset`, which then is the one world.

    Returns:
        A `Result`: the numbers, world by world. `judge_experiment` and `draw_experiment` take it.

    Raises:
        ValueError, TypeError: the name is unknown, or a setting is out of range.

    Example:
        >>> result = run_experiment("logits-or-probabilities", quick=True)  # doctest: +SKIP
    """
    import torch

    from .._setup import one_thread

    module = module_of(name)
    with torch.inference_mode(False), torch.enable_grad(), one_thread():  # whatever the caller's modes are: it trains
        result: Result = module.measure(**{**(module.QUICK if quick else {}), **settings})
    return result


def judge_experiment(name: str, result: Result) -> dict[str, Judgement]:
    """What a result says of each claim that its experiment decides, and that its worlds try: id -> `Judgement`.

    Args:
        name: A key of `EXPERIMENTS`.
        result: What `run_experiment` returned for it. Where it is of one world only, so are the verdicts.

    Raises:
        ValueError: the name is unknown.
        TypeError: `result` is that of another experiment.

    Example:
        >>> judge_experiment("outliers", run_experiment("outliers", quick=True))["mse-outliers"].verdict
        'holds'
    """
    from .verdicts import judge

    module = module_of(name)
    if getattr(result, "experiment", None) != name:
        got = getattr(result, "experiment", type(result).__name__)
        raise TypeError(f"result must be what run_experiment({name!r}) returned, got {got}.")
    judged = {claim.id: judge(claim, result, here=result.here, experiment=name) for claim in module.CLAIMS}
    return {id: judgement for id, judgement in judged.items() if judgement.worlds}  # one world need not try all


def draw_experiment(
    name: str, result: Result, *, lang: str | None = None, theme: str | Theme | None = None
) -> PageFigure:
    """Draw what `run_experiment` returned, under the sentence that its verdict asks for.

    Args:
        name: A key of `EXPERIMENTS`.
        result: What `run_experiment` returned for it.
        lang: `"en"` or `"zh"`; None as `nnbasics` resolves it.
        theme: A key of `THEMES` or a `Theme`; None is that of the enclosing `with nb.theme(...)`, or light.

    Returns:
        A figure, 7 inches wide, that pyplot knows nothing of.

    Raises:
        ValueError: the name, the language or the theme is unknown, or no world of `result` tries what the picture
            is about.
        TypeError: `result` is that of another experiment.

    Example:
        >>> draw_experiment("dead-relu", run_experiment("dead-relu", quick=True), lang="en")  # doctest: +SKIP
    """
    from ..plotting.style import finish
    from ..plotting.theme import resolve_theme, theme as themed
    from ..text import resolve_language

    language = resolve_language(lang)
    module, verdicts = module_of(name), judge_experiment(name, result)
    lead = module.CLAIMS[0].id
    if lead not in verdicts:
        raise ValueError(f"result must hold a world that tries {lead!r}, got only: {', '.join(result.worlds)}.")
    with themed(resolve_theme(theme)):
        return finish(module.draw(result, verdicts, language))


def module_of(name: str) -> ModuleType:
    """The experiment's file: `dead-relu` is `dead_relu.py`."""
    from importlib import import_module

    lookup(EXPERIMENTS, name, kind="experiment")
    return import_module(f".{name.replace('-', '_')}", __package__)
