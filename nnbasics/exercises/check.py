"""A student's function beside the right one: passed, or the smallest counterexample and the likely mistake."""

from __future__ import annotations

import inspect
import linecache
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from textwrap import indent
from traceback import walk_tb
from typing import Any, NamedTuple

import torch

from .._checks import first_line
from .._lookup import lookup
from .._setup import check_seed, one_thread, seeded
from .._table import format_table
from ..text import Text, resolve_language
from .compare import Answer, changed, copied, extent, show
from .entry import Exercise
from .table import EXERCISES

RANDOM_CASES = 12


@dataclass(frozen=True)
class Counterexample:
    """Where a solution fails: its input, the right answer and the one that it gave, as text."""

    input: str
    expected: str
    got: str


@dataclass(frozen=True, repr=False)
class Report:
    """What `check` found; a notebook shows it as text.

    Attributes:
        id: The exercise.
        passed: Whether every case was answered right.
        score: The share of the cases that were, 0 to 1.
        counterexample: The smallest case that was not; None where all were, or where no case could be tried.
        hint: The likely mistake, in the language `lang`; None where the solution passed.
        cases: How many cases there are.
        lang: The language of the texts.
    """

    id: str
    passed: bool
    score: float
    counterexample: Counterexample | None
    hint: str | None
    cases: int
    lang: str

    def __repr__(self) -> str:
        lang, right = self.lang, round(self.score * self.cases)
        if self.passed:
            passed = Text("{id}: passed, all {cases} cases", "{id}：通过，{cases} 组输入全部正确")
            return passed.say(lang, id=self.id, cases=self.cases)
        failed = Text("{id}: not yet, {right} of {cases} cases", "{id}：尚未通过，{cases} 组输入中 {right} 组正确")
        lines = [failed.say(lang, id=self.id, right=right, cases=self.cases)]
        rows = []
        if found := self.counterexample:
            rows += [
                (Text("input:", "输入：").say(lang), found.input),
                (Text("expected:", "应得：").say(lang), found.expected),
                (Text("got:", "实得：").say(lang), found.got),
            ]
        rows += [(Text("hint:", "提示：").say(lang), str(self.hint))]
        return "\n".join([*lines, indent(format_table(rows), "  ")])

    def to_dict(self) -> dict[str, Any]:
        """The report as plain data."""
        found = self.counterexample
        return {
            "id": self.id,
            "passed": self.passed,
            "score": self.score,
            "counterexample": vars(found).copy() if found else None,
            "hint": self.hint,
        }


class _Answer(NamedTuple):
    """What a function gave for a case: a value, or the error that it raised; and the argument that it changed."""

    value: Any
    error: Exception | None = None
    altered: tuple[str, Any] | None = None


def check(id: str, function: Callable[..., Any], *, lang: str | None = None, seed: int = 0) -> Report:
    """Run a student's function on edge cases and random ones, and compare it with torch in float64.

    The cases are tried from small to large: by how many numbers they hold, then by the sum of their magnitudes. The
    first that fails is the counterexample; nothing smaller was found among those tried. The function gets copies, on
    one thread of the CPU, with torch's global random state seeded for the time of the check; its warnings are not
    shown. A function that never returns is not stopped. Its result may be a tensor, a NumPy array, a number or a list.

    Args:
        id: A key of `EXERCISES`, such as `"softmax"`.
        function: The student's function; its arguments are handed over by position.
        lang: `"en"` or `"zh"`; None as `nnbasics` resolves it.
        seed: What the random cases are drawn from.

    Returns:
        A `Report`: `.passed`, `.score`, `.counterexample`, `.hint`, `.to_dict()`.

    Raises:
        ValueError: the id or the language is unknown, or `seed` is out of range.
        TypeError: `function` is not callable.

    Example:
        >>> check("softmax", lambda x, dim: torch.softmax(x, dim))
        softmax: passed, all 19 cases
        >>> check("sgd-step", lambda param, grad, lr: param + lr * grad).hint
        'The step went uphill: the gradient points to where the loss grows. Subtract it.'
    """
    exercise: Exercise = lookup(EXERCISES, id, kind="exercise")
    language = resolve_language(lang)
    if not callable(function):
        raise TypeError(f"function must be callable, as lambda {exercise.arguments}: ... is, got {function!r}.")
    generator = torch.Generator(device="cpu").manual_seed(check_seed(seed, "seed"))
    with torch.inference_mode(False), torch.enable_grad(), one_thread(), seeded(seed), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        cases = all_cases(exercise, generator)
        if not _takes(function, len(exercise.arguments.split(","))):
            text = Text(
                "The function must take these arguments by position: {signature}.",
                "函数必须能按位置接收这些参数：{signature}。",
            )
            return Report(id, False, 0.0, None, text.say(language, signature=exercise.signature), len(cases), language)
        right = [exercise.run(exercise.reference, copied(case)) for case in cases]
        answers = [_ask(exercise, function, case) for case in cases]
        failed = [i for i, answer in enumerate(answers) if _wrong(exercise, right[i], answer)]
        if not failed:
            return Report(id, True, 1.0, None, None, len(cases), language)
        first = failed[0]
        hint = _hint(exercise, cases, right, answers, failed, language)
    found = _counterexample(cases[first], right[first], answers[first], function, language)
    return Report(id, False, (len(cases) - len(failed)) / len(cases), found, hint, len(cases), language)


def all_cases(exercise: Exercise, generator: torch.Generator) -> list[dict[str, Any]]:
    """The fixed cases of an exercise and the random ones, from small to large."""
    cases = [dict(case) for case in exercise.fixed()]
    if exercise.draw:
        cases += [dict(exercise.draw(generator, size)) for size in range(1, RANDOM_CASES + 1)]
    return sorted(cases, key=extent)


def _takes(function: Callable[..., Any], count: int) -> bool:
    """Whether the function takes so many arguments, or does not tell."""
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):  # some of those written in C do not tell
        return True
    try:
        signature.bind(*range(count))
    except TypeError:
        return False
    return True


def _ask(exercise: Exercise, function: Callable[..., Any], case: dict[str, Any]) -> _Answer:
    given = copied(case)
    try:
        value = exercise.run(function, given)
    except Exception as error:  # it is not our code: it may raise anything
        return _Answer(None, error)
    return _Answer(value, None, next(((n, given[n]) for n in case if changed(case[n], given[n])), None))


def _wrong(exercise: Exercise, expected: Any, answer: _Answer) -> bool:
    return bool(answer.error or answer.altered or exercise.difference(expected, answer.value))


def _hint(
    exercise: Exercise,
    cases: list[dict[str, Any]],
    right: list[Any],
    answers: list[_Answer],
    failed: list[int],
    lang: str,
) -> str:
    """The likely mistake: the known one that explains most of the failures, or what the answer itself shows."""
    first = answers[failed[0]]
    if first.altered:
        return Text(
            "{name} was changed in place. Work on a copy, or write x = x - m instead of x -= m.",
            "输入 {name} 被原地修改了。请先复制，或写成 x = x - m 而不是 x -= m。",
        ).say(lang, name=first.altered[0])
    best, explained = None, 0
    for hint, wrong in ((mistake.hint, wrong) for mistake in exercise.mistakes for wrong in mistake.wrong):
        theirs = {i: _ask(exercise, wrong, cases[i]) for i in failed}
        same = [i for i in failed if _same(exercise, theirs[i], answers[i]) and _wrong(exercise, right[i], theirs[i])]
        if failed[0] in same and len(same) > explained:
            best, explained = hint, len(same)
    if first.error:
        text = Text(
            "Your code raised {error}. Run it on the input above.", "你的代码抛出了 {error}。请用上面的输入运行一遍。"
        ).say(lang, error=_name(first.error))
        return f"{text} {best.say(lang)}" if best else text
    problem: Text | None = best or exercise.difference(right[failed[0]], first.value)
    return problem.say(lang) if problem else ""


def _same(exercise: Exercise, known: _Answer, answer: _Answer) -> bool:
    """Whether a known mistake gives what the student's function gave."""
    if known.error or answer.error:
        return type(known.error) is type(answer.error)
    return exercise.difference(known.value, answer.value) is None


def _counterexample(
    case: dict[str, Any], expected: Any, answer: _Answer, function: Callable[..., Any], lang: str
) -> Counterexample:
    given = ", ".join(f"{name} = {show(value)}" for name, value in case.items())
    if answer.error:
        return Counterexample(given, show(expected), _place(answer.error, lang))
    shown = show(expected), show(answer.value)
    if answer.altered:
        name, value = answer.altered
        text = Text("{value}, and {name} is now {changed}", "{value}，而 {name} 变成了 {changed}")
        return Counterexample(given, shown[0], text.say(lang, value=shown[1], name=name, changed=show(value)))
    if shown[0] == shown[1]:  # they differ further behind, or in nothing that the numbers tell
        shown = show(expected, 17), show(answer.value, 17)
    if shown[0] == shown[1]:
        shown = shown[0], f"{shown[1]} ({_kind(answer.value)})"
    return Counterexample(given, *shown)


def _kind(value: Any) -> str:
    dtype = getattr(value, "dtype", "")
    return f"{type(value).__name__} {dtype}".strip()


def _name(error: Exception) -> str:
    return type(error).__name__


def _place(error: Exception, lang: str) -> Answer:
    """What was raised, and the last line of the student's own file on the way there."""
    said = f"{_name(error)}: {first_line(error)}"
    frames = [(frame.f_code.co_filename, line) for frame, line in walk_tb(error.__traceback__)]
    theirs = [place for place in frames if not place[0].startswith(_OURS)]
    own = [line for file, line in theirs if file == theirs[0][0]]
    if not own:
        return Answer(said)
    text = linecache.getline(theirs[0][0], own[-1]).strip()
    if not text:  # typed into a shell that keeps no source
        return Answer(Text("{said} (line {number})", "{said}（第 {number} 行）").say(lang, said=said, number=own[-1]))
    where = Text("{said} (line {number}: {text})", "{said}（第 {number} 行：{text}）")
    return Answer(where.say(lang, said=said, number=own[-1], text=text))


_OURS = __file__.rpartition("exercises")[0]
