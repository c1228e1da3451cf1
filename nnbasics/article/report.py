"""The ledger as a person reads it: lines for a terminal, a page of Markdown, a cell; and the record that it is kept in.

All of it is made of rows, `Judgement.to_dict`: of judgements just made, or of the record `CLAIMS.json`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import groupby
from pathlib import Path
from typing import Any

from .._table import wrap
from ..experiments.verdicts import KINDS, VERDICTS
from ..text import Text, resolve_language
from .claims import all_claims, run_claims

Row = Mapping[str, Any]
PACKAGE = Path(__file__).parent.parent
INSTALLED, CHECKOUT = PACKAGE / "_claims.json", PACKAGE.parent / "CLAIMS.json"  # in a wheel, and beside the package

SIGNS = {"holds": "✓", "holds if": "~", "wrong": "✗", "not supported": "○", "not judged": "–"}
OUTCOME_SIGNS = {"holds": "✓", "opposite": "✗", "no effect": "○", "open": "?"}
SECTIONS = {
    1: Text("The neuron", "神经元"),
    2: Text("Structure", "网络结构"),
    3: Text("Forward propagation", "前向传播"),
    4: Text("Activations", "激活函数"),
    5: Text("Initialization", "参数初始化"),
    6: Text("The three-layer model", "三层模型"),
    7: Text("Broadcasting", "广播机制"),
    8: Text("Losses", "损失函数"),
    9: Text("Gradient descent", "梯度下降"),
    10: Text("Optimizers and schedules", "优化器与学习率调度"),
    11: Text("Summary", "总结"),
}
TITLE = Text("The ledger", "论断账本")
INTRO = Text(
    "Every statement of the article that can be true or false, executed and judged. `make findings` measures them all "
    "and writes this page; `nnbasics claims --lang en` measures them again.",
    "文章中每一条可以判断真假的论断，都经过执行和评判。本页由 `make findings` 测量并写成；"
    "`nnbasics claims --lang zh` 会重新测量一遍。",
)
LEGEND = Text(
    "What training does, and what advice brings, is tried in several ordinary worlds, each with at least 32 seeds and "
    "each side at its own best learning rate. The line of a world gives the mean effect and, in parentheses, its 99.9 "
    "% interval: ✓ the statement holds there, ✗ the opposite holds, ○ no effect that counts, ? open. A statement "
    "*holds* if it does in every world. It *holds if* its condition is met, when it holds in every world where that "
    "is met and fails in some where it is not. It is *not supported* when the worlds do not agree. Statements marked "
    "† are ours, not the article's.",
    "训练有什么结果、建议带来什么好处，都在几种普通的情形下试过，每种至少 32 个种子，比较的各方都用各自最好的学习率。"
    "每种情形给出效应的均值，括号里是 99.9 % 区间：✓ 论断成立，✗ 相反的说法成立，○ 没有值得一提的影响，? 尚无定论。"
    "在每种情形下都成立，才算“成立”；满足条件时都成立、不满足时不成立，是“有条件成立”；各种情形得不出一致的结果，"
    "就是“未获支持”。带 † 的论断是我们补充的，不是文章说的。",
)
TALLY = Text(
    "{n} statements: {holds} hold, {ifs} hold under a condition, {wrong} are wrong, {unsupported} are not supported, "
    "{unjudged} are not judged.",
    "共 {n} 条论断：{holds} 条成立，{ifs} 条有条件成立，{wrong} 条不成立，{unsupported} 条未获支持，"
    "{unjudged} 条不作判断。",
)
HEADS = Text("verdict|statement|measured|condition, correction or remark", "结论|论断|实测|条件、更正或说明")
MEASURED, SOURCE = Text("measured: ", "实测："), Text("source: ", "出处：")
IN_PARENTHESES = Text(" (source: {source})", "（出处：{source}）")
NOTES = {
    "holds if": Text("condition: ", "条件："),
    "wrong": Text("instead: ", "更正："),
    "not judged": Text("why: ", "原因："),
}
REMARK = Text("remark: ", "说明：")
INSIDE, OUTSIDE = Text("where the condition is met:", "满足条件时："), Text("where it is not:", "不满足时：")
EXPERIMENT = Text("drawn by the experiment `{name}`", "图见实验 `{name}`")


def tally(rows: Sequence[Row], lang: str) -> str:
    """How many statements there are of each verdict."""
    count = [sum(row["verdict"] == verdict for row in rows) for verdict in VERDICTS]
    names = ("holds", "ifs", "wrong", "unsupported", "unjudged")
    return TALLY.say(lang, n=len(rows), **dict(zip(names, count, strict=True)))


def world_lines(row: Row, lang: str) -> list[str]:
    """A line for each world: its sign, which one it is, and the effect there; both sides of a condition apart."""

    def line(world: Row) -> str:
        colon = "：" if lang == "zh" else ": "
        return f"{OUTCOME_SIGNS[world['outcome']]} {world['world']}" + (
            f"{colon}{world['said']}" if world["said"] else ""
        )

    worlds = [world for world in row["worlds"] if world["world"]]
    sides = [(INSIDE, True), (OUTSIDE, False)] if any(world["inside"] is False for world in worlds) else []
    if not sides:
        return [line(world) for world in worlds] if any(world["said"] for world in worlds) else []
    return [
        text
        for head, met in sides
        for text in (head.say(lang), *[line(world) for world in worlds if world["inside"] is met])
    ]


def as_lines(rows: Sequence[Row], lang: str, width: int = 100) -> str:
    """The rows for a terminal of so many columns, a section at a time."""
    lines: list[str] = []
    for section, group in groupby(rows, key=lambda row: row["section"]):
        lines += [f"{section}. {SECTIONS[section].say(lang)}", ""]
        for row in group:
            lines += [f"  {line}".rstrip() for line in [*entry_lines(row, lang, max(width, 40) - 2), ""]]
    return "\n".join([*lines, *(wrap(tally(rows, lang), max(width, 40)) if len(rows) > 1 else [])])


def entry_lines(row: Row, lang: str, width: int) -> list[str]:
    """One row: the verdict, the statement, what was measured, and what must be added or said instead."""
    texts = [row["statement"]]
    if row["measured"]:
        texts.append(MEASURED.say(lang) + row["measured"])
    texts += [f"  {line}" for line in world_lines(row, lang)]
    if row["note"]:
        texts.append(NOTES.get(row["verdict"], REMARK).say(lang) + row["note"])
    if row["source"]:
        texts.append(SOURCE.say(lang) + row["source"])
    head = (
        f"{SIGNS[row['verdict']]} {VERDICTS[row['verdict']].say(lang)} · {row['id']} · {KINDS[row['kind']].say(lang)}"
    )
    lines = [head]
    for text in texts:
        indent = "  " if text.startswith("  ") else ""
        lines += [f"    {indent}{line}" for line in wrap(text, width - 4 - len(indent))]
    return lines


def as_markdown(rows: Sequence[Row], lang: str) -> str:
    """The rows as a page."""
    lines = [f"# {TITLE.say(lang)}", "", INTRO.say(lang), "", LEGEND.say(lang), "", tally(rows, lang), ""]
    for section, group in groupby(rows, key=lambda row: row["section"]):
        heads = HEADS.say(lang).split("|")
        lines += [f"## {section}. {SECTIONS[section].say(lang)}", "", f"| {' | '.join(heads)} |", "|---|---|---|---|"]
        for row in group:
            sign = f"{SIGNS[row['verdict']]} {VERDICTS[row['verdict']].say(lang)}"
            ours = " †" if row["origin"] == "ours" else ""
            measured = [text for text in (row["measured"], *world_lines(row, lang)) if text]
            if row["experiment"]:
                measured.append(EXPERIMENT.say(lang, name=row["experiment"]))
            source = IN_PARENTHESES.say(lang, source=row["source"]) if row["source"] else ""
            cells = (
                f"{sign}<br>{KINDS[row['kind']].say(lang)}<br>`{row['id']}`{ours}",
                row["statement"],
                "<br>".join(measured),
                row["note"] + source,
            )
            lines.append("| " + " | ".join(cell.replace("|", r"\|").strip() for cell in cells) + " |")
        lines.append("")
    return "\n".join(lines)


class Shown(str):
    """A text that Jupyter and the prompt show as it is, without quotes."""

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)


def show_claims(*ids: str, lang: str | None = None) -> Shown:
    """Show statements of the article, each with its verdict and the numbers that decide.

    What one computation decides is executed here and now. What an experiment decides takes many trainings: it is shown
    from the record that came with the package; `run_claims` measures it anew.

    Args:
        ids: Ids of the ledger, as `nnbasics claims` and CLAIMS.md list them.
        lang: `"en"` or `"zh"`; None as `nnbasics` resolves it.

    Returns:
        A string that shows itself at the end of a cell; `run_claims` returns the judgements as data.

    Raises:
        ValueError: an id or the language is unknown, or no id is given.

    Example:
        >>> show_claims("linear-count", lang="en").splitlines()[0]
        '✓ holds · linear-count · identity'
    """
    language = resolve_language(lang)
    if not ids:
        raise ValueError("ids must hold at least one id of the ledger, got none.")
    claims = all_claims()
    rows = [
        recorded(id, language) if id in claims and claims[id].experiment else run_claims([id])[0].to_dict(language)
        for id in ids
    ]
    return Shown("\n\n".join("\n".join(entry_lines(row, language, 92)) for row in rows))


@lru_cache(maxsize=1)
def record() -> dict[str, Any]:
    """What `make findings` measured: `claims` by id, and by experiment the `titles` of the pictures, both languages."""
    path = INSTALLED if INSTALLED.is_file() else CHECKOUT
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def recorded(id: str, lang: str) -> dict[str, Any]:
    """The row of a claim in the record, its texts in one language."""
    row: dict[str, Any] = in_one(record()["claims"][id], lang)
    return row


def in_both(en: Any, zh: Any) -> Any:
    """Two rows that differ in their language as one: a text that differs becomes `{"en": ..., "zh": ...}`."""
    if isinstance(en, dict):
        return {key: in_both(en[key], zh[key]) for key in en}
    if isinstance(en, list):
        return [in_both(a, b) for a, b in zip(en, zh, strict=True)]
    return en if en == zh else {"en": en, "zh": zh}


def in_one(both: Any, lang: str) -> Any:
    """The inverse of `in_both`: one of its two rows."""
    if isinstance(both, dict):
        return both[lang] if set(both) == {"en", "zh"} else {key: in_one(value, lang) for key, value in both.items()}
    return [in_one(value, lang) for value in both] if isinstance(both, list) else both
