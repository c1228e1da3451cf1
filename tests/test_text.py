"""Both languages say the same things, and the font can draw them."""

from __future__ import annotations

import ast
import re
import string
from pathlib import Path

import pytest

import nnbasics
from nnbasics import text
from nnbasics._chinese import ZH
from nnbasics._text import resolve_language, tr
from nnbasics.article.figures import FIGURES

PACKAGE = Path(nnbasics.__file__).parent


def texts_in_the_code() -> set[str]:
    """Every literal that stands in the first argument of a `tr` call, and the captions, which are data."""
    found = {figure.caption for figure in FIGURES.values()}
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "tr":
                literals = [n.value for n in ast.walk(node.args[0]) if isinstance(n, ast.Constant)]
                found.update(text for text in literals if isinstance(text, str))
    return found


def pairs_in_the_code() -> list[tuple[str, str, str]]:
    """Every `Text(en, zh)` of two literals: the file and line where it stands, and its two sentences."""
    found = []
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Text":
                values = [arg.value for arg in node.args if isinstance(arg, ast.Constant)]
                if len(values) == 2:
                    found.append((f"{path.relative_to(PACKAGE)}:{node.lineno}", *values))
    return found


def test_both_sentences_of_a_text_hold_the_same_numbers_and_formulas_in_their_own_punctuation():
    pairs = pairs_in_the_code()
    assert len(pairs) > 300
    names = [
        (where, {f.split(":")[0] for f in fields(en)} == {f.split(":")[0] for f in fields(zh)})
        for where, en, zh in pairs
    ]
    assert [where for where, right in names if not right] == []
    formulas = [(where, *(sorted(re.findall(r"\$[^$]*\$", text)) for text in (en, zh))) for where, en, zh in pairs]
    assert [where for where, en, zh in formulas if en != zh or not all(formula.isascii() for formula in zh)] == []
    mixed = r"[\u4e00-\u9fff][,;:!?]|[,;:!?][\u4e00-\u9fff]"
    assert [where for where, _, zh in pairs if re.search(mixed, plain(zh))] == []


def test_our_font_has_every_character_of_the_experiments():
    from matplotlib.ft2font import FT2Font

    from nnbasics.plotting.fonts import FONT_FILE

    font = FT2Font(str(FONT_FILE))
    wanted = {
        c
        for where, *both in pairs_in_the_code()
        if where.startswith("experiments")
        for text in both
        for c in text
        if c != "\n"
    }
    assert sorted(c for c in wanted if not font.get_char_index(ord(c))) == []


def test_no_text_lacks_its_chinese_and_no_chinese_lacks_its_text():
    found = texts_in_the_code()
    assert len(found) > 60
    assert found - set(ZH) == set()
    assert set(ZH) - found == set()


def fields(text: str) -> list[str]:
    return sorted(f"{name}:{spec}" for _, name, spec, _ in string.Formatter().parse(plain(text)) if name)


def plain(text: str) -> str:
    """Without mathematics, whose braces are no fields."""
    return re.sub(r"\$[^$]*\$", "", text)


@pytest.mark.parametrize("english", ZH)
def test_both_languages_hold_the_same_numbers_and_formulas(english):
    chinese = ZH[english]
    assert fields(chinese) == fields(english)
    assert sorted(re.findall(r"\$[^$]*\$", chinese)) == sorted(re.findall(r"\$[^$]*\$", english))


@pytest.mark.parametrize("chinese", ZH.values())
def test_no_chinese_stands_inside_mathematics(chinese):
    assert all(formula.isascii() for formula in re.findall(r"\$[^$]*\$", chinese))


@pytest.mark.parametrize("chinese", ZH.values())
def test_chinese_sentences_use_chinese_punctuation(chinese):
    assert not re.search(r"[\u4e00-\u9fff][,;:!?]|[,;:!?][\u4e00-\u9fff]", plain(chinese))


def test_our_font_has_every_character_of_both_languages():
    from matplotlib.ft2font import FT2Font

    from nnbasics.plotting.fonts import FONT_FILE

    font = FT2Font(str(FONT_FILE))
    wanted = {c for pair in ZH.items() for text in pair for c in text if c != "\n"}
    assert sorted(c for c in wanted if not font.get_char_index(ord(c))) == []


def test_english_is_its_own_key():
    assert tr("gradient", "en") == "gradient"
    assert tr("gradient", "zh") == "梯度"


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
