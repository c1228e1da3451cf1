"""The ledger: every statement of the article that can be true or false, executed and judged.

What one computation decides stands in `ledger/`, a file for each part of the article; what training decides is decided
by the experiment that measures it, which is run once for all its claims.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from importlib import import_module
from typing import NamedTuple

import torch
from tqdm import tqdm

from .._checks import check_count
from .._jobs import in_jobs
from .._lookup import lookup
from .._setup import one_thread
from ..experiments.table import EXPERIMENTS, judge_experiment, longest_first, module_of, run_experiment
from ..experiments.verdicts import SEEDS, VERDICTS, Claim, Judgement, Result, judge
from ..fair import EdgeWarning

PARTS = (
    "neurons",
    "layers",
    "activations",
    "rectifier",
    "outputs",
    "models",
    "broadcasting",
    "losses",
    "regression",
    "descent",
    "optimizers",
)


class Entry(NamedTuple):
    """A claim, and the experiment that decides it, or None."""

    claim: Claim
    experiment: str | None


def all_claims() -> dict[str, Entry]:
    """Every entry of the ledger by its id, in the order of the article."""
    entries = [Entry(claim, None) for part in PARTS for claim in import_module(f".ledger.{part}", __package__).CLAIMS]
    entries += [Entry(claim, name) for name in EXPERIMENTS for claim in module_of(name).CLAIMS]
    found: dict[str, Entry] = {}
    for entry in sorted(entries, key=lambda entry: entry.claim.section):
        if entry.claim.id in found:
            raise ValueError(f"Two claims have the id {entry.claim.id!r}.")
        found[entry.claim.id] = entry
    return found


def run_claims(
    ids: Sequence[str] | None = None,
    *,
    section: int | None = None,
    only: str | None = None,
    seed: int = 0,
    jobs: int = 1,
    progress: bool = False,
) -> list[Judgement]:
    """Execute the article's statements and judge them.

    Args:
        ids: Which claims; None means all.
        section: Only those of this section, 1 to 11.
        only: Only those with this verdict, in English or Chinese: `"holds"`, `"holds if"`, `"wrong"`,
            `"not supported"` or `"not judged"`.
        seed: N: experiments take the seeds 32 N to 32 N + 31, and a single computation draws from N. Another one
            gives other numbers; a verdict that it turns would be a fault of ours.
        jobs: How many processes measure, each on one thread, or any number above 1 within joblib's
            `parallel_config(backend=...)`, whose workers then do it. The numbers are the same for any number.
        progress: Whether to show a bar on stderr, if that is a terminal.

    Returns:
        A `Judgement` for each, in the order of the article.

    Raises:
        ValueError: an id, a section or a verdict is unknown; `seed` is negative, `jobs` below 1.
        TypeError: an argument is of the wrong type.

    Example:
        >>> [judgement.verdict for judgement in run_claims(["softmax-printed"])]
        ['wrong']
    """
    chosen = choose_claims(ids, section=section, only=only, seed=seed)
    check_count(jobs, "jobs")
    judged: dict[str, Judgement] = {}
    needed = longest_first({entry.experiment for entry in chosen if entry.experiment is not None})
    modes = torch.inference_mode(False), torch.enable_grad()  # whatever the caller's are: some claims train
    with (
        modes[0],
        modes[1],
        strict(),
        tqdm(total=len(chosen), disable=None if progress else True, unit="claim", leave=False) as bar,
    ):
        for claim, experiment in chosen:
            if experiment is None:
                judged[claim.id] = judge(claim, seed)
                bar.update()
        for name, result in in_jobs(partial(measured, seed=seed), needed, jobs):
            judged |= judge_experiment(name, result)
            bar.update(sum(entry.experiment == name for entry in chosen))
    wanted = None if only is None else verdict_key(only)
    found = [judged[entry.claim.id] for entry in chosen]
    return [judgement for judgement in found if wanted in (None, judgement.verdict)]


def measured(name: str, *, seed: int = 0) -> tuple[str, Result]:
    """An experiment's name and result, over the seeds that the ledger's seed stands for."""
    with strict():
        return name, run_experiment(name, seeds=range(SEEDS * seed, SEEDS * (seed + 1)))


@contextmanager
def strict() -> Iterator[None]:
    """A context of one thread in which no verdict rests on a search that may have missed the best."""
    with one_thread(), warnings.catch_warnings():
        warnings.simplefilter("error", EdgeWarning)
        yield


def choose_claims(
    ids: Sequence[str] | None = None, *, section: int | None = None, only: str | None = None, seed: int = 0
) -> list[Entry]:
    """The claims that `run_claims` would run, after a look at its arguments."""
    check_count(seed, "seed", minimum=0)
    if only is not None:
        verdict_key(only)
    if isinstance(ids, str):
        raise TypeError(f"ids must be a sequence of ids such as [{ids!r}], got a str.")
    claims = all_claims()
    chosen = list(claims.values()) if ids is None else [lookup(claims, id, kind="claim") for id in ids]
    if section is not None:
        sections = sorted({entry.claim.section for entry in claims.values()})
        if section not in sections:
            raise ValueError(f"Unknown section {section!r}. Expected one of: {', '.join(map(str, sections))}.")
        chosen = [entry for entry in chosen if entry.claim.section == section]
    return chosen


def verdict_key(verdict: str) -> str:
    """The key of `VERDICTS` that a verdict in either language means."""
    words = {text: key for key, both in VERDICTS.items() for text in (both.zh, both.en)}
    return lookup(words, verdict, kind="verdict")
