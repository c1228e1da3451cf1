"""What a claim is, and the verdict that comes out of the worlds that it is tried in. A verdict is never stored."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from .._lookup import lookup
from ..text import NOTHING, Text, resolve_language
from .worlds import SEEDS as SEEDS, World, compare as compare, exactly as exactly, keeps as keeps

KINDS = {
    "identity": Text("identity", "恒等"),
    "convention": Text("convention", "约定"),
    "measured": Text("measured", "实测"),
    "recommendation": Text("recommendation", "建议"),
}
VERDICTS = {
    "holds": Text("holds", "成立"),
    "holds if": Text("holds if", "有条件成立"),
    "wrong": Text("wrong", "不成立"),
    "not supported": Text("not supported", "未获支持"),
    "not judged": Text("not judged", "不作判断"),
}
FAILS = ("opposite", "no effect")


class Finding(NamedTuple):
    """What a measurement says of a claim: its worlds, the numbers that its sentences use, whether its note is true."""

    worlds: Sequence[World]
    numbers: Mapping[str, float] = {}
    noted: bool = True


@dataclass(frozen=True, kw_only=True)
class Claim:
    """A statement, and how it is decided.

    Attributes:
        id: Its name, stable.
        section: Where the article says it, 1 to 10; 11 is its summary.
        kind: A key of `KINDS`.
        statement: What the article says, in our words.
        judge: From an experiment's result, or for one that a single computation decides from `(seed, **world)`, to a
            `Finding`. A statement that is not judged has none.
        evidence: What was measured: a sentence with a field for each of the finding's numbers; where there are
            worlds with effects, what the effect is of ("mean training loss, sigmoid over ReLU").
        condition: What must be added, where it holds if; the worlds show both sides.
        correction: What is true instead, where it is wrong; `Finding.noted` says whether the computation bears it out.
        remark: What else is to be said: why it is not judged, or what its not being supported means.
        source: A paper or a page of torch.
        origin: "article", or "ours" for what the article does not say.
    """

    id: str
    section: int
    kind: str
    statement: Text
    judge: Callable[..., Finding] | None
    evidence: Text = NOTHING
    condition: Text = NOTHING
    correction: Text = NOTHING
    remark: Text = NOTHING
    source: str = ""
    origin: str = "article"


@dataclass(frozen=True)
class Judgement:
    """A claim, judged.

    Attributes:
        claim: The claim.
        verdict: A key of `VERDICTS`.
        worlds: What came of it in each world.
        numbers: What was measured, by the names that the claim's sentences use.
        noted: Whether what the note says is borne out by those numbers.
        here: Whether it was one world only, a reader's own or a quick look: the verdict is said of that one.
        experiment: The experiment that decided it, or None.
    """

    claim: Claim
    verdict: str
    worlds: Sequence[World] = ()
    numbers: Mapping[str, float] = field(default_factory=dict)
    noted: bool = True
    here: bool = False
    experiment: str | None = None

    @property
    def note(self) -> Text:
        """The condition of a statement that holds if, the correction of a wrong one, the remark of another."""
        if not self.noted:
            return NOTHING
        claim = self.claim
        notes = {"holds if": claim.condition, "wrong": claim.correction if any(claim.correction) else claim.remark}
        return notes.get(self.verdict, claim.remark)

    def evidence(self, lang: str) -> str:
        """What was measured, as a sentence."""
        head = self.claim.evidence.say(lang, **self.numbers)
        said = [(each.world.say(lang), each.said.say(lang)) for each in self.worlds if any(each.said)]
        if not said:
            return head
        colon, comma = ("：", "；") if lang == "zh" else (": ", "; ")
        return f"{head}{colon}" + comma.join(f"{world}{colon}{effect}" for world, effect in said)

    def to_dict(self, lang: str | None = None) -> dict[str, Any]:
        """The judgement as plain data, its texts in one language; what is not finite is None."""
        language = resolve_language(lang)
        claim = self.claim
        return {
            "id": claim.id,
            "section": claim.section,
            "kind": claim.kind,
            "statement": claim.statement.say(language),
            "verdict": self.verdict,
            "note": self.note.say(language, **self.numbers),
            "measured": claim.evidence.say(language, **self.numbers),
            "evidence": self.evidence(language),
            "numbers": {name: finite(number) for name, number in self.numbers.items()},
            "worlds": [
                {
                    "world": each.world.say(language),
                    "inside": each.inside,
                    "outcome": each.outcome,
                    **{key: finite(getattr(each, key)) for key in ("effect", "low", "high", "smallest")},
                    "said": each.said.say(language),
                }
                for each in self.worlds
            ],
            "here": self.here,
            "source": claim.source,
            "origin": claim.origin,
            "experiment": self.experiment,
        }


def finite(number: float | None) -> float | None:
    """The number to six digits, as JSON can hold it; None where it is not finite."""
    if number is None or not math.isfinite(number):
        return None
    return number if isinstance(number, int) else float(f"{number:.6g}")


def verdict(kind: str, worlds: Sequence[World]) -> str:
    """What the worlds come to.

    Example:
        >>> inside, outside = exactly(NOTHING, True, inside=True), exactly(NOTHING, False, inside=False)
        >>> verdict("identity", [inside]), verdict("identity", [inside, outside]), verdict("identity", [outside])
        ('holds', 'holds if', 'wrong')
    """
    outcomes = {each.outcome for each in worlds}
    if outcomes == {"holds"}:
        return "holds"
    inside = [each.outcome for each in worlds if each.inside]
    outside = [each.outcome for each in worlds if each.inside is False]
    if inside and set(inside) == {"holds"} and any(outcome in FAILS for outcome in outside):
        return "holds if"
    if outcomes == {"opposite"} or kind in ("identity", "convention"):
        return "wrong"
    return "not supported"


def judge(claim: Claim, *measured: Any, here: bool = False, experiment: str | None = None, **world: Any) -> Judgement:
    """Read the verdict off what was measured: an experiment's result, or a seed and the world to compute in."""
    if claim.judge is None:
        return Judgement(claim, "not judged")
    finding = claim.judge(*measured, **world)
    word = verdict(claim.kind, finding.worlds)
    return Judgement(claim, word, tuple(finding.worlds), finding.numbers, finding.noted, here, experiment)


@dataclass(frozen=True, eq=False)
class Result:
    """What an experiment measured: numbers only.

    Attributes:
        experiment: Its name, a key of `EXPERIMENTS`.
        worlds: The name of each world -> what was measured in it; the first is the one that the picture shows.
        here: Whether it is one world only, a reader's own data or a quick look.
    """

    experiment: str
    worlds: dict[str, Any]
    here: bool = False

    @property
    def first(self) -> Any:
        """What was measured in the world that the picture shows."""
        return next(iter(self.worlds.values()))


OWN = "own data"
OWN_WORLD = Text("your own data", "你自己的数据")
HERE = Text("Here: ", "这里：")


def choose_worlds(table: Mapping[str, Any], worlds: Sequence[str] | None, data: object = None) -> list[str]:
    """The worlds to measure: those that were asked for, or all of the table; `OWN` where the reader brings data."""
    if data is not None:
        return [OWN]
    if isinstance(worlds, str):
        raise TypeError(f"worlds must be a sequence of names such as [{worlds!r}], got a str.")
    names = list(table if worlds is None else worlds)
    if not names:
        raise ValueError(f"worlds must hold at least one of: {', '.join(table)}; got none.")
    for name in names:
        lookup(table, name, kind="world")
    return names


def title(titles: Mapping[str, Text], judgement: Judgement, lang: str) -> str:
    """The sentence over the picture, chosen by the verdict.

    Args:
        titles: Verdict -> sentence; "no effect", "open" and "opposite" -> what is said where one world was measured,
            and is not supported for that reason.
        judgement: Of the claim that the picture is about.
        lang: The language.
    """
    sentence = titles[judgement.verdict]
    if not judgement.here:
        return sentence.say(lang)
    outcome = judgement.worlds[0].outcome
    if judgement.verdict == "not supported" and outcome in ("no effect", "open", "opposite"):
        sentence = titles.get(outcome, sentence)
    return HERE.say(lang) + sentence.say(lang)
