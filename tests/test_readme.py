"""What the READMEs tell a newcomer to type, typed."""

from __future__ import annotations

import re
from pathlib import Path

import matplotlib
import pytest

ROOT = Path(__file__).parent.parent
READMES = {"en": ROOT / "README.md", "zh": ROOT / "README.zh.md"}


@pytest.mark.parametrize("lang", READMES)
def test_the_python_runs_as_it_stands(lang, tmp_path, monkeypatch):
    blocks = re.findall(r"```python\n(.*?)```", READMES[lang].read_text(encoding="utf-8"), re.DOTALL)
    assert blocks
    monkeypatch.chdir(tmp_path)
    import torch

    # the reader's own nn.Linear draws from the global stream, and use_fonts is for good
    with torch.random.fork_rng(devices=[]), matplotlib.rc_context():
        names: dict[str, object] = {}
        for block in blocks:
            exec(compile(block, str(READMES[lang]), "exec"), names)
    assert (tmp_path / "sigmoid.svg").exists()


@pytest.mark.parametrize("lang", READMES)
def test_its_pictures_are_there_in_the_readers_language(lang):
    text = READMES[lang].read_text(encoding="utf-8")
    shown = re.findall(r'!\[[^\]]*\]\((figures/.*?)\)|(?:src|srcset)="(figures/.*?)"', text)
    paths = [markdown or html for markdown, html in shown]
    assert len(paths) == 6 * 2 + 4
    assert [path for path in paths if not (ROOT / path).exists()] == []
    assert {part for path in paths for part in Path(path).parts} & set(READMES) == {lang}


def test_both_readmes_have_the_same_shape():
    """As many headings, commands, rows and pictures: what one says, the other says too."""
    shape = {
        lang: [re.match(r"#+|\||```\w*|!\[|<\w+|- ", line)[0] for line in path.read_text(encoding="utf-8").splitlines()
               if re.match(r"#+|\||```\w*|!\[|<\w+|- ", line)]
        for lang, path in READMES.items()
    }  # fmt: skip
    assert shape["en"] == shape["zh"]


def test_the_targets_of_the_makefile_that_are_named_exist():
    targets = set(re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    for path in READMES.values():
        assert set(re.findall(r"(?<![\w-])make (\w+)", path.read_text(encoding="utf-8"))) - {"it"} <= targets
