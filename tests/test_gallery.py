"""The committed pictures of the experiments."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from pictures import pixels
from PIL import Image

import nnbasics as nb
from nnbasics._text import tr
from nnbasics.experiments.table import EXPERIMENTS

ROOT = Path(__file__).parent.parent
GALLERY = ROOT / "figures" / "gallery"
BOTH = [(name, lang) for name in EXPERIMENTS for lang in ("en", "zh")]
CHEAP = ("softmax-temperature", "outliers", "momentum-rates")  # the others take seconds each: `make gallery`


@pytest.mark.parametrize(("name", "lang"), BOTH)
def test_the_picture_is_there_and_small(name, lang):
    path = GALLERY / lang / f"{name}.png"
    assert path.stat().st_size <= 240 * 1024
    with Image.open(path) as image:
        assert image.width == 840


def test_no_other_file_is_among_the_pictures():
    found = sorted(p.relative_to(GALLERY).as_posix() for p in GALLERY.rglob("*") if p.is_file())
    assert found == sorted(f"{lang}/{name}.png" for name, lang in BOTH)


@pytest.mark.parametrize("name", CHEAP)
def test_the_picture_is_what_the_package_draws(name, tmp_path):
    result = nb.run_experiment(name)
    for lang in ("en", "zh"):
        nb.draw_experiment(name, result, lang=lang).savefig(tmp_path / "now.png", dpi=120)
        now, committed = pixels(tmp_path / "now.png"), pixels(GALLERY / lang / f"{name}.png")
        assert now.shape == committed.shape
        assert (np.abs(now - committed) > 40).mean() < 0.002


@pytest.mark.parametrize(("lang", "readme"), [("en", "README.md"), ("zh", "README.zh.md")])
def test_the_readme_says_of_each_what_to_see(lang, readme):
    text = (ROOT / readme).read_text(encoding="utf-8")
    cells = dict(re.findall(rf"!\[\]\(figures/gallery/{lang}/([\w-]+)\.png\) \*\*[\w-]+\*\*[:：] ?(.*?) \|", text))
    assert cells == {name: tr(experiment.see, lang) for name, experiment in EXPERIMENTS.items()}
