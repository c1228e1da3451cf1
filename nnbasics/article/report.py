"""The ledger as a person reads it: lines for a terminal, and a page of Markdown."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from .._table import wrap
from .._text import resolve_language, tr
from .claims import VERDICTS, Judgement, run_claims

SIGNS = {"holds": "✓", "holds if": "~", "wrong": "✗"}


def section_title(section: int, lang: str) -> str:
    """What a section of the article is about."""
    titles = {
        1: tr("The neuron", lang),
        2: tr("Structure", lang),
        3: tr("Forward propagation", lang),
        4: tr("Activations", lang),
        5: tr("Initialization", lang),
        6: tr("The three-layer model", lang),
        7: tr("Broadcasting", lang),
        8: tr("Losses", lang),
        9: tr("Gradient descent", lang),
        10: tr("Optimizers and schedules", lang),
        11: tr("Summary", lang),
    }
    return f"{section}. {titles[section]}"


def verdict_word(verdict: str, lang: str) -> str:
    """The verdict in the reader's language."""
    return {"holds": tr("holds", lang), "holds if": tr("holds if", lang), "wrong": tr("wrong", lang)}[verdict]


def tally(judged: Sequence[Judgement], lang: str) -> str:
    """How many statements there are of each verdict."""
    count = {verdict: sum(judgement.verdict == verdict for judgement in judged) for verdict in VERDICTS}
    text = tr("{n} statements: {holds} hold, {ifs} hold under a condition, {wrong} are wrong.", lang)
    return text.format(n=len(judged), holds=count["holds"], ifs=count["holds if"], wrong=count["wrong"])


def as_lines(judged: Sequence[Judgement], lang: str, width: int = 100) -> str:
    """The judgements for a terminal of so many columns, a section at a time."""
    lines: list[str] = []
    for section, group in groupby(judged, key=lambda judgement: judgement.claim.section):
        lines += [section_title(section, lang), ""]
        for judgement in group:
            lines += [f"  {line}".rstrip() for line in [*_entry(judgement, lang, max(width, 40) - 2), ""]]
    return "\n".join([*lines, *[tally(judged, lang)] * (len(judged) > 1)])


def _entry(judgement: Judgement, lang: str, width: int) -> list[str]:
    """One judgement: the verdict, the statement, what was measured, and what must be added or said instead."""
    claim = judgement.claim
    rows = [claim.statement.read(lang), tr("measured: ", lang) + judgement.evidence(lang)]
    if note := judgement.note.read(lang):
        rows.append(_note_word(judgement, lang) + note)
    if claim.source:
        rows.append(tr("source: ", lang) + claim.source)
    head = f"{SIGNS[judgement.verdict]} {verdict_word(judgement.verdict, lang)} · {claim.id}"
    return [head, *(f"    {line}" for row in rows for line in wrap(row, width - 4))]


class Shown(str):
    """A text that Jupyter and the prompt show as it is, without quotes."""

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)


def show_claims(*ids: str, lang: str | None = None) -> Shown:
    """Execute statements of the article here and now, and show each with its verdict and the numbers that decide.

    Args:
        ids: Ids of the ledger, as `nnbasics claims` and CLAIMS.md list them.
        lang: `"en"` or `"zh"`; None as `nnbasics` resolves it.

    Returns:
        A string that shows itself at the end of a cell; `run_claims` returns the judgements as data.

    Raises:
        ValueError: an id or the language is unknown, or no id is given.

    Example:
        >>> show_claims("linear-count", lang="en").splitlines()[0]
        '✓ holds · linear-count'
    """
    language = resolve_language(lang)
    if not ids:
        raise ValueError("ids must hold at least one id of the ledger, got none.")
    return Shown("\n\n".join("\n".join(_entry(judgement, language, 92)) for judgement in run_claims(ids)))


def as_markdown(judged: Sequence[Judgement], lang: str, *, seed: int) -> str:
    """The judgements as a page; numbers that are times are left to the command, which measures them anew."""
    command = f"nnbasics claims --lang {lang}" + (f" --seed {seed}" if seed else "")
    intro = tr(
        "Every statement of the article that can be true or false, executed and judged. This page is written by "
        "`make claims`; `{command}` measures it all again.",
        lang,
    )
    lines = ["# " + tr("The ledger", lang), "", intro.format(command=command), "", tally(judged, lang), ""]
    for section, group in groupby(judged, key=lambda judgement: judgement.claim.section):
        heads = (tr("verdict", lang), tr("statement", lang), tr("measured", lang), tr("condition or correction", lang))
        lines += [f"## {section_title(section, lang)}", "", f"| {' | '.join(heads)} |", "|---|---|---|---|"]
        for judgement in group:
            claim = judgement.claim
            measured = tr("a time, which differs from run to run", lang) if claim.timed else judgement.evidence(lang)
            verdict = f"{SIGNS[judgement.verdict]} {verdict_word(judgement.verdict, lang)}"
            source = tr(" (source: {source})", lang).format(source=claim.source) if claim.source else ""
            cells = (
                f"{verdict}<br>`{claim.id}`",
                claim.statement.read(lang),
                measured,
                judgement.note.read(lang) + source,
            )
            lines.append("| " + " | ".join(cell.replace("|", r"\|").strip() for cell in cells) + " |")
        lines.append("")
    return "\n".join(lines)


def _note_word(judgement: Judgement, lang: str) -> str:
    return tr("condition: ", lang) if judgement.verdict == "holds if" else tr("instead: ", lang)
