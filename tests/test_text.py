"""Both languages say the same things, and the font can draw them."""

from __future__ import annotations

import ast
import functools
import re
import string
from pathlib import Path

import pytest

import nnbasics
from nnbasics import text
from nnbasics.text import Text, resolve_language

PACKAGE = Path(nnbasics.__file__).parent
ROOT = PACKAGE.parent
HAN = r"[\u4e00-\u9fff]"

LOST = {
    # one thing has one name: the word that lost, and the one to write
    "学习速率": "学习率",
    "激励函数": "激活函数",
    "活化函数": "激活函数",
    "代价函数": "损失函数",
    "最优化器": "优化器",
    "隐层": "隐藏层",
    "隐含层": "隐藏层",
    "权值": "权重",
    "过度拟合": "过拟合",
    "逆传播": "反向传播",
    "缺省": "默认",
}


@functools.cache
def pairs() -> list[tuple[str, str, str]]:
    """Every `Text(en, zh)` of two literals: the file and line where it stands, and its two sentences."""
    found = []
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Text":
                values = [arg.value for arg in node.args if isinstance(arg, ast.Constant)]
                if len(values) == 2:
                    found.append((f"{path.relative_to(PACKAGE).as_posix()}:{node.lineno}", *values))
    return found


def plain(text: str) -> str:
    """Without mathematics, whose braces are no fields."""
    return re.sub(r"\$[^$]*\$", "", text)


def formulas(text: str) -> list[str]:
    return sorted(re.findall(r"\$[^$]*\$", text))


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(plain(text)) if name}


def test_the_texts_are_found():
    assert len(pairs()) > 900


def in_their_languages(en: str, zh: str) -> bool:
    """What is the same in both is a name or a formula, no sentence; Chinese else shows by a sign of its own."""
    if en == zh:
        return not re.search(rf"{HAN}|[a-z]{{2,}} [a-z]{{2,}}", en)
    return bool(en) and not re.search(HAN, en) and bool(re.search(rf"{HAN}|[\u3000-\u303f\uff00-\uffef]", zh))


def test_each_sentence_is_in_its_language():
    assert [pair for pair in pairs() if not in_their_languages(*pair[1:])] == []


def test_both_sentences_hold_the_same_fields():
    assert [pair for pair in pairs() if fields(pair[1]) != fields(pair[2])] == []


def test_both_sentences_hold_the_same_formulas_without_chinese_in_them():
    assert [
        pair
        for pair in pairs()
        if formulas(pair[1]) != formulas(pair[2]) or not all(map(str.isascii, formulas(pair[2])))
    ] == []


def test_chinese_sentences_use_chinese_punctuation():
    assert [pair for pair in pairs() if re.search(rf"{HAN}[,;:!?]|[,;:!?]{HAN}", plain(pair[2]))] == []


def test_our_font_has_every_character_that_may_be_drawn():
    """Another one goes into tools/build_font.py, and then `make font`. The ledger's pages are only read as text."""
    from matplotlib.ft2font import FT2Font

    from nnbasics.plotting.fonts import FONT_FILE

    font = FT2Font(str(FONT_FILE))
    lacking = [
        (where, [c for c in en + zh if c != "\n" and not font.get_char_index(ord(c))])
        for where, en, zh in pairs()
        if not where.startswith("article/report.py")
    ]
    assert [pair for pair in lacking if pair[1]] == []


def test_a_thing_has_one_name():
    pages = [*PACKAGE.rglob("*.py"), *(ROOT / "notebooks").glob("*.py"), ROOT / "README.zh.md", ROOT / "CLAIMS.zh.md"]
    assert [
        (f"{path.relative_to(ROOT)}:{number}", word, LOST[word])
        for path in pages
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        for word in LOST
        if word in line
    ] == []


def test_a_text_says_its_sentence_with_its_numbers():
    units = Text("{n:.1f} units", "{n:.1f} 个单元")
    assert [units.say(lang, n=3) for lang in ("en", "zh")] == ["3.0 units", "3.0 个单元"]


def test_a_text_without_numbers_keeps_the_braces_of_its_formula():
    assert Text("half: $\\frac{1}{2}$", "一半：$\\frac{1}{2}$").say("zh") == "一半：$\\frac{1}{2}$"


def test_a_text_for_an_error_is_in_the_readers_language(monkeypatch):
    for lang, said in (("en", "loss"), ("zh", "损失")):
        monkeypatch.setenv("NNBASICS_LANG", lang)
        assert Text("loss", "损失").here == said


@pytest.mark.parametrize(
    ("lang", "environment", "expected"),
    [
        ("zh", {}, "zh"),
        ("en", {"NNBASICS_LANG": "zh"}, "en"),
        (None, {"NNBASICS_LANG": "zh", "LANG": "en_US.UTF-8"}, "zh"),
        (None, {"NNBASICS_LANG": "", "LANG": "zh_CN.UTF-8"}, "zh"),
        (None, {"LANG": "zh_TW"}, "zh"),
        (None, {"LC_ALL": "de_DE.UTF-8", "LANG": "zh_CN.UTF-8"}, "en"),
        (None, {"LC_MESSAGES": "zh_CN.UTF-8", "LANG": "en_US.UTF-8"}, "zh"),
        (None, {"LANG": "C"}, "en"),
        (None, {}, "en"),
    ],
)
def test_which_language_is_meant(monkeypatch, lang, environment, expected):
    for variable in ("NNBASICS_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(variable, raising=False)
    for variable, value in environment.items():
        monkeypatch.setenv(variable, value)
    monkeypatch.setattr(text.sys, "platform", "linux")
    assert resolve_language(lang) == expected


def test_windows_and_mac_are_asked_for_their_locale(monkeypatch):
    import locale

    for variable in ("NNBASICS_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setattr(text.sys, "platform", "win32")
    monkeypatch.setattr(locale, "getlocale", lambda: ("Chinese (Simplified)_China", "936"))
    assert resolve_language() == "zh"


@pytest.mark.parametrize(
    ("lang", "error", "message"),
    [
        ("fr", ValueError, "Unknown language 'fr'. Expected one of: en, zh."),
        ("all", ValueError, "Unknown language 'all'. Expected one of: en, zh."),
        (1, TypeError, r"lang must be a str or None, got 1 \(int\)."),
    ],
)
def test_an_unknown_language(lang, error, message):
    with pytest.raises(error, match=message):
        resolve_language(lang)


def test_an_unknown_language_in_the_environment_is_named_with_its_variable(monkeypatch):
    monkeypatch.setenv("NNBASICS_LANG", "cn")
    with pytest.raises(ValueError, match="Unknown language 'cn' in NNBASICS_LANG"):
        resolve_language()
