"""The experiments: what each asks, what to see in its picture, and which claims of the article it bears on."""

from __future__ import annotations

from .._lookup import lookup

TYPE_CHECKING = False  # to list the experiments takes no imports
if TYPE_CHECKING:
    from typing import Any


class Experiment:
    """One question: `run_experiment` imports the file of its name, where the function of that name answers it."""

    def __init__(
        self, section: int, question: str, see: str, claims: tuple[str, ...] = (), timed: bool = False
    ) -> None:
        self.section, self.question, self.see, self.claims, self.timed = section, question, see, claims, timed


EXPERIMENTS: dict[str, Experiment] = {
    # initialization and depth
    "linear-collapse": Experiment(
        3,
        "What does depth bring without an activation?",
        "Without an activation, many linear layers do no better than a single one; with ReLU they do",
        ("linear-stack", "xor"),
    ),
    "decision-boundary": Experiment(
        3,
        "How do hidden units bend the boundary between two classes?",
        "Without a hidden layer the boundary is straight; more hidden units bend it more",
        ("activation-bends", "any-function"),
    ),
    "signal-by-depth": Experiment(
        5,
        "What is left of the signal after many layers?",
        "Small weights let the signal die out, large ones make it explode; Kaiming's law keeps ReLU's",
        ("small-weights-vanish", "large-weights-explode", "xavier-tanh", "kaiming-relu"),
    ),
    "gradient-by-depth": Experiment(
        5,
        "What is left of the gradient on its way back through many layers?",
        "Sigmoid's gradient dies out on its way back, tanh's hardly by Xavier's law, ReLU's not by Kaiming's",
        ("sigmoid-vanishes", "tanh-vanishes", "relu-relieves-vanishing"),
    ),
    "symmetry": Experiment(
        5,
        "What becomes of hidden units that start with equal weights?",
        "Hidden units that start alike stay alike, and together do the work of a single one",
        ("zeros-symmetric", "ones-symmetric", "chance-breaks-symmetry"),
    ),
    # activations
    "dead-relu": Experiment(
        4,
        "When do ReLU units die?",
        "Too high a learning rate kills ReLU units; a negative bias lets some start dead",
        ("relu-dies", "leaky-relu-lives"),
    ),
    "activation-race": Experiment(
        4,
        "Which activation learns fastest, and does depth change that?",
        "With one hidden layer sigmoid keeps up; with four it does not get away from guessing",
        ("tanh-faster", "avoid-sigmoid"),
    ),
    "softmax-temperature": Experiment(
        4,
        "What does a temperature do to softmax?",
        "Cold, softmax gives all to the largest logit; warm, it evens the classes out",
        ("softmax-distribution", "softmax-formula"),
    ),
    # losses
    "logits-or-probabilities": Experiment(
        8,
        "What does a softmax before the cross-entropy cost?",
        "Given probabilities, cross-entropy stops at its floor; given logits it goes on falling",
        ("double-softmax", "cross-entropy-logits"),
    ),
    "bce-saturation": Experiment(
        8,
        "What is left of the gradient when a prediction is wrong and sure of it?",
        "Sure of the wrong class, BCE on probabilities loses its gradient; on logits it keeps it",
        ("bce-saturated", "bce-probabilities"),
    ),
    "outliers": Experiment(
        8,
        "How far do outliers pull a fit, by the loss?",
        "The farther an outlier, the harder it pulls on MSE; MAE and Smooth L1 cap its pull",
        ("mae-outliers", "mse-outliers", "smooth-l1-both"),
    ),
    # descent
    "batch-size": Experiment(
        9,
        "How many rows should an update see?",
        "The same run three times: by epochs small batches lead, by updates and by the clock large ones",
        ("batch-full", "batch-single", "batch-mini"),
        timed=True,
    ),
    "learning-rate-regimes": Experiment(
        9,
        "What does the learning rate decide?",
        "A bowl and a network creep, arrive, swing or diverge, and the curvature says from which rate on",
        ("step-lowers",),
    ),
    "lr-finder": Experiment(
        10,
        "Does one short run with a growing learning rate find a good one?",
        "The range test finds the scale of a good rate in 100 updates, though not its exact value",
    ),
    "schedule-noise-floor": Experiment(
        10,
        "What is a learning rate that decays good for?",
        "Under noise a constant rate stays on a floor that theory names; with decay the error sinks below it",
        ("decay-calms",),
    ),
    # optimizers
    "optimizer-paths": Experiment(
        10,
        "Which optimizer is the fastest down a surface?",
        "None is the fastest on every surface, each at its own best learning rate",
        ("momentum-faster", "adam-adaptive"),
    ),
    "optimizer-race": Experiment(
        10,
        "Which optimizer learns the digits best?",
        "Momentum and Adam end lower than plain SGD; the best learning rates lie far apart",
        ("optimizer-first",),
    ),
    "momentum-rates": Experiment(
        10,
        "How many steps does momentum save in a ravine?",
        "Plain descent needs steps in proportion to the condition number, momentum only to its square root",
        ("momentum-faster", "momentum-damps"),
    ),
    "adam-bias-correction": Experiment(
        10,
        "What does Adam's bias correction do?",
        "Without it the first steps are several times too long, and the best learning rate is lower",
        ("adam-parts",),
    ),
}
"""name -> section of the article, question, what to see (both English), ids of claims, whether it measures times."""


def run_experiment(name: str, *, quick: bool = False, **settings: Any) -> Any:
    """Ask one question over many seeds and return the numbers; the same seeds give the same numbers.

    Args:
        name: A key of `EXPERIMENTS`.
        quick: Whether to take fewer seeds and shorter runs, for a look.
        settings: Those of the experiment's function, such as `seeds` (default: 32 or more), `device` (default:
            `"cpu"`), `progress`, and `data` where it trains on any: a pair of tensors or a `Dataset`.

    Returns:
        A frozen dataclass of tensors, names and numbers; `plot_...` of its file in `gallery/` draws it.

    Raises:
        ValueError, TypeError: the name is unknown, or a setting is out of range.
        ModuleNotFoundError: it wants the digits, and scikit-learn (the extra `data`) is not installed.

    Example:
        >>> result = run_experiment("logits-or-probabilities", quick=True)  # doctest: +SKIP
    """
    from importlib import import_module

    lookup(EXPERIMENTS, name, kind="experiment")
    module = import_module(f".{file_of(name)}", __package__)
    return getattr(module, file_of(name))(**{**(module.QUICK if quick else {}), **settings})


def file_of(name: str) -> str:
    """The experiment's file and function: `dead-relu` is `dead_relu`."""
    return name.replace("-", "_")
