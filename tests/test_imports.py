"""What is imported when: a list of names needs no torch, a figure without an optimizer not torch's compiler."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import nnbasics
from nnbasics.article.figures import FIGURES


def modules_after(code: str) -> set[str]:
    code += "\nimport sys; print('\\n'.join(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(done.stdout.splitlines())


@pytest.mark.parametrize(
    "code",
    [
        "import nnbasics; nnbasics.__version__; dir(nnbasics)",
        "import nnbasics; nnbasics.FIGURES; nnbasics.ANIMATIONS",
        "from nnbasics.cli import main; main(['figures', '--list'])",
        "from nnbasics.cli import main; main(['animate', '--list'])",
        "from nnbasics.cli import main\ntry: main(['--help'])\nexcept SystemExit: pass",
    ],
)
def test_what_needs_neither_torch_nor_matplotlib_imports_neither(code):
    loaded = modules_after(code)
    assert "nnbasics" in loaded
    assert not loaded & {"torch", "matplotlib", "numpy", "tqdm"}


OPTIMIZED = {"gradient-descent", "momentum", "learning-rate", "training-loop", "adam"}


def test_a_figure_without_an_optimizer_does_without_torchs_compiler():
    plain = [id for id in FIGURES if id not in OPTIMIZED]
    code = f"import nnbasics\nfor id in {plain}: nnbasics.draw_figure(id, device='cpu')._repr_png_()"
    loaded = modules_after(code)
    assert "torch" in loaded
    assert not loaded & {"torch._dynamo", "matplotlib.pyplot"}


def test_the_contents_page_names_what_there_is():
    page = ast.parse(Path(nnbasics.__file__).with_suffix(".pyi").read_text(encoding="utf-8"))
    declared = [name.name for line in page.body if isinstance(line, ast.ImportFrom) for name in line.names]
    assert sorted(declared) == sorted(set(declared)) == nnbasics.__all__
    assert [name for name in declared if getattr(nnbasics, name, None) is None] == []
    with pytest.raises(AttributeError, match="No nnbasics attribute sigmiod"):
        _ = nnbasics.sigmiod
