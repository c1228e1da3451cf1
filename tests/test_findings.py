"""Every sentence that states a finding is the one that its verdict asks for, wherever it stands."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

import pytest
from PIL import Image

from nnbasics.article.figures import FIGURES
from nnbasics.article.motion import ANIMATIONS
from nnbasics.article.report import record
from nnbasics.experiments.table import EXPERIMENTS, module_of
from nnbasics.experiments.verdicts import Judgement, title
from nnbasics.experiments.worlds import World
from nnbasics.text import NOTHING

ROOT = Path(__file__).parent.parent
GALLERY = ROOT / "figures" / "gallery"
BOTH = [(name, lang) for name in EXPERIMENTS for lang in ("en", "zh")]
SPEC = importlib.util.spec_from_file_location("findings", ROOT / "tools" / "findings.py")
findings = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(findings)


def test_what_is_rendered_from_the_record_is_what_stands_there():
    stale = [path.name for path, text in findings.render(record()).items() if path.read_text(encoding="utf-8") != text]
    assert stale == [], "python tools/findings.py --render writes them anew"


@pytest.mark.parametrize(("name", "lang"), BOTH)
def test_the_title_in_the_record_is_that_of_its_verdict(name, lang):
    module, found = module_of(name), record()["titles"][name]
    row = record()["claims"][found["claim"]]
    worlds = [World(NOTHING, world["inside"], world["outcome"]) for world in row["worlds"]]
    lead = Judgement(module.CLAIMS[0], row["verdict"], worlds)
    assert found["claim"] == lead.claim.id
    assert found["sentence"][lang] == title(module.TITLES, lead, lang)


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_a_title_is_short_in_whatever_verdict(name):
    titles = module_of(name).TITLES
    assert {"holds", "holds if", "wrong", "not supported"} <= set(titles)
    for text in titles.values():
        assert len(text.en.split()) <= 14, text.en
        assert len(re.findall("[\u4e00-\u9fff]", text.zh)) <= 22, text.zh
        assert len(re.findall(r"\d+", text.en)) <= 1


@pytest.mark.parametrize(("name", "lang"), BOTH)
def test_the_picture_is_there_and_small(name, lang):
    path = GALLERY / lang / f"{name}.png"
    assert path.stat().st_size <= 120 * 1024
    with Image.open(path) as image:
        assert image.width == 1400


def test_no_other_file_is_among_the_pictures():
    found = sorted(p.relative_to(GALLERY).as_posix() for p in GALLERY.rglob("*") if p.is_file())
    assert found == sorted(f"{lang}/{name}.png" for name, lang in BOTH)


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_gallery_shows_every_picture_under_its_title(lang):
    text = (ROOT / findings.GALLERIES[lang]).read_text(encoding="utf-8")
    shown = re.findall(r"!\[(.+)\]\(figures/(?:(gallery|motion)/)?(en|zh)/([\w-]+)\.(?:png|gif)\)", text)
    assert {where for *_, where, _ in shown} == {lang}
    ids = [name for _, room, _, name in shown if not room]
    assert ids == list(FIGURES)
    assert [name for _, room, _, name in shown if room == "gallery"] == list(EXPERIMENTS)
    assert [name for _, room, _, name in shown if room == "motion"] == list(ANIMATIONS)
    assert [title for title, *_ in shown if f"**{title}**" not in text] == []


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_each_dark_picture_is_shown_and_small(lang):
    there = sorted((findings.DARK / lang).iterdir())
    assert [path.stem for path in there] == sorted(findings.shown_dark(lang))
    assert len(there) == 6
    for path in there:
        assert path.stat().st_size <= 120 * 1024
        with Image.open(path) as image:
            assert (image.width, image.mode) == (1400, "P")


VERDICT_WORDS = re.compile(
    r"\*\*(?:Measured|实测)[:：]|holds? if|not supported|它?不成立|有条件成立|未获支持|did not hold|was refuted",
    re.IGNORECASE,
)


def unmarked(text: str) -> list[str]:
    """Sentences with a verdict's words that no marker ties to a claim."""
    text = re.sub(r"<!-- title: [\w-]+ -->.*?<!-- end -->", "", text, flags=re.DOTALL)
    text = re.sub(r"# <!-- claim: [\w-]+ -->\n(?:# >.*\n)+", "", text)
    text = re.sub(r"```.*?```|`[^`\n]+`", "", text, flags=re.DOTALL)
    return [line for line in text.splitlines() if VERDICT_WORDS.search(line)]


@pytest.mark.parametrize(
    "text",
    ["# > **Measured:** it does.\n", "Decay holds if noise is left.", "这条论断不成立。", "It is not supported."],
)
def test_a_typed_verdict_is_refused(text):
    assert unmarked(text)


@pytest.mark.parametrize(
    "path", [*findings.READMES.values(), *sorted(p.name for p in (ROOT / "notebooks").glob("*.py"))]
)
def test_no_verdict_is_typed(path):
    file = ROOT / path if (ROOT / path).exists() else ROOT / "notebooks" / path
    assert unmarked(file.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("path", sorted(p.name for p in (ROOT / "notebooks").glob("*.py")))
def test_a_box_names_a_claim_of_the_ledger(path):
    text = (ROOT / "notebooks" / path).read_text(encoding="utf-8")
    assert set(re.findall(r"<!-- claim: ([\w-]+) -->", text)) <= set(record()["claims"])
