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
