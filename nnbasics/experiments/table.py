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
    # activations
    # losses
    "logits-or-probabilities": Experiment(
        8,
        "What does a softmax before the cross-entropy cost?",
        "Given probabilities, cross-entropy stops at its floor; given logits it goes on falling",
        ("double-softmax", "cross-entropy-logits"),
    ),
    # descent
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
