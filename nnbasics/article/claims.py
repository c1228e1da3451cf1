"""The ledger: every statement of the article that can be true or false, executed and judged.

A verdict is never stored. Each entry holds a computation that could come out otherwise; the entries themselves
stand in `ledger/`, a file for each part of the article, and are imported when they are run.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any, NamedTuple

import torch
from tqdm import tqdm

from ..text import NOTHING as NOTHING
from ..text import Text as Text
from .._checks import check_count
from .._lookup import lookup
from .._setup import one_thread
from .._text import resolve_language

VERDICTS = ("holds", "holds if", "wrong")
PARTS = (
    "networks",
    "nonlinearity",
    "activations",
    "saturation",
    "rectifiers",
    "initialization",
    "scales",
    "models",
    "broadcasting",
    "losses",
    "regression",
    "descent",
    "batches",
    "momentum",
    "adam",
    "schedules",
    "loss_choices",
    "recommendations",
)


class Outcome(NamedTuple):
    """What a computation found.

    Attributes:
        stated: Whether the statement was true, as it stands, in everything that was tried.
        amended: Whether it was true where its condition holds; False where it has none.
        numbers: What was measured, by the names that the entry's `evidence` uses.
    """

    stated: bool
    amended: bool
    numbers: Mapping[str, float]


@dataclass(frozen=True, kw_only=True)
class Claim:
    """A statement and the computation that decides it.

    Attributes:
        id: Its name, stable.
        section: Where the article says it, 1 to 10; 11 is its summary.
        statement: What the article says, in our words.
        check: The computation: `check(seed, **world) -> Outcome`. What it computes with (a function, an initializer, a
            number of the article) are keywords with the true world as their defaults, so that a test can turn it round.
        evidence: What was measured, with a field for each number.
        condition: What must be added for the statement to hold.
        correction: What is true instead.
        source: A paper or a page of torch, where the verdict is not obvious.
        timed: Whether its numbers are times, which differ from run to run.
    """

    id: str
    section: int
    statement: Text
    check: Callable[..., Outcome]
    evidence: Text
    condition: Text = NOTHING
    correction: Text = NOTHING
    source: str = ""
    timed: bool = False


@dataclass(frozen=True)
class Judgement:
    """A claim, judged: its verdict, the numbers that decided, and how long that took."""

    claim: Claim
    verdict: str
    numbers: Mapping[str, float]
    seconds: float

    @property
    def note(self) -> Text:
        """The condition of a statement that holds if, the correction of a wrong one."""
        notes = {"holds": NOTHING, "holds if": self.claim.condition, "wrong": self.claim.correction}
        return notes[self.verdict]

    def evidence(self, lang: str) -> str:
        """What was measured, as a sentence."""
        return self.claim.evidence.read(lang).format(**self.numbers)

    def to_dict(self, lang: str | None = None) -> dict[str, Any]:
        """The judgement as plain data, its texts in one language."""
        language = resolve_language(lang)
        claim = self.claim
        return {
            "id": claim.id,
            "section": claim.section,
            "statement": claim.statement.read(language),
            "verdict": self.verdict,
            "note": self.note.read(language),
            "evidence": self.evidence(language),
            "numbers": dict(self.numbers),
            "computation": f"{claim.check.__module__}.{claim.check.__qualname__}",
            "source": claim.source,
            "seconds": round(self.seconds, 3),
        }


def judge(claim: Claim, seed: int = 0, **world: Any) -> Judgement:
    """Run one claim's computation and read its verdict off the outcome; `world` replaces what it computes with."""
    start = time.perf_counter()
    outcome = claim.check(seed, **world)
    verdict = "holds" if outcome.stated else "holds if" if outcome.amended else "wrong"
    return Judgement(claim, verdict, outcome.numbers, time.perf_counter() - start)


def all_claims() -> dict[str, Claim]:
    """Every entry of the ledger by its id, in the order of the article."""
    found: dict[str, Claim] = {}
    for part in PARTS:
        for claim in import_module(f".ledger.{part}", __package__).CLAIMS:
            if claim.id in found:
                raise ValueError(f"Two claims have the id {claim.id!r}.")
            found[claim.id] = claim
    return dict(sorted(found.items(), key=lambda item: item[1].section))


def run_claims(
    ids: Sequence[str] | None = None,
    *,
    section: int | None = None,
    only: str | None = None,
    seed: int = 0,
    progress: bool = False,
) -> list[Judgement]:
    """Execute the article's statements and judge them.

    Args:
        ids: Which claims; None means all.
        section: Only those of this section, 1 to 11.
        only: Only those with this verdict: `"holds"`, `"holds if"` or `"wrong"`.
        seed: What the computations draw from. Another seed gives other numbers and the same verdicts.
        progress: Whether to show a bar on stderr, if that is a terminal.

    Returns:
        A `Judgement` for each, in the order of the article.

    Raises:
        ValueError: an id, a section or a verdict is unknown; `seed` is negative.
        TypeError: an argument is of the wrong type.

    Example:
        >>> [judgement.verdict for judgement in run_claims(["softmax-printed"])]
        ['wrong']
    """
    chosen = choose_claims(ids, section=section, only=only, seed=seed)
    modes = torch.inference_mode(False), torch.enable_grad()  # whatever the caller's are: some claims train
    with (
        modes[0],
        modes[1],
        one_thread(),
        tqdm(chosen, disable=None if progress else True, unit="claim", leave=False) as bar,
    ):
        judged = [judge(claim, seed) for claim in bar]
    return [judgement for judgement in judged if only in (None, judgement.verdict)]


def choose_claims(
    ids: Sequence[str] | None = None, *, section: int | None = None, only: str | None = None, seed: int = 0
) -> list[Claim]:
    """The claims that `run_claims` would run, after a look at its arguments."""
    claims = all_claims()
    check_count(seed, "seed", minimum=0)
    if isinstance(ids, str):
        raise TypeError(f"ids must be a sequence of ids such as [{ids!r}], got a str.")
    chosen = list(claims.values()) if ids is None else [lookup(claims, id, kind="claim") for id in ids]
    if section is not None:
        sections = sorted({claim.section for claim in claims.values()})
        if section not in sections:
            raise ValueError(f"Unknown section {section!r}. Expected one of: {', '.join(map(str, sections))}.")
        chosen = [claim for claim in chosen if claim.section == section]
    if only is not None:
        lookup(dict.fromkeys(VERDICTS), only, kind="verdict")
    return chosen
