"""The notebooks: two languages from one source, run from top to bottom, nothing on stderr."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SOURCES = sorted((ROOT / "notebooks").glob("[0-9][0-9]_*.py"))
BOTH = [(path.stem, lang) for path in SOURCES for lang in ("en", "zh")]
NAMES = [
    "00_start_here",
    "01_neuron",
    "02_network",
    "03_forward",
    "04_activations",
    "05_initialization",
    "06_three_layer_model",
    "07_broadcasting",
    "08_losses",
    "09_gradient_descent",
    "10_optimizers_and_schedules",
    "11_digits",
]

pytest.importorskip("jupytext", reason="jupytext, nbclient, ipykernel come with the dependency group `notebooks`")
nbformat = pytest.importorskip("nbformat")
pytest.importorskip("nbclient")
pytest.importorskip("ipykernel")
sys.path.insert(0, str(ROOT / "tools"))
import build_notebooks  # noqa: E402

LONG = 3600  # seconds after which something hangs, also on a machine that is busy with something else
PAIR = '# %% [markdown] lang="en"\n# Text.\n\n# %% [markdown] lang="zh"\n# 文字。\n\n# %%\n1 + 1\n'


def file_of(name: str, lang: str) -> Path:
    return ROOT / "notebooks" / lang / f"{name}.ipynb"


def test_there_is_one_for_each_section():
    assert [path.stem for path in SOURCES] == NAMES


@pytest.mark.parametrize(("name", "lang"), BOTH)
def test_the_committed_file_is_what_its_source_gives(name, lang):
    source = (ROOT / "notebooks" / f"{name}.py").read_text(encoding="utf-8")
    assert file_of(name, lang).read_text(encoding="utf-8") == build_notebooks.build(source, name, lang)


def test_no_other_file_is_among_them():
    found = sorted(f"{p.parent.name}/{p.name}" for lang in ("en", "zh") for p in (ROOT / "notebooks" / lang).iterdir())
    assert found == sorted(f"{lang}/{name}.ipynb" for name in NAMES for lang in ("en", "zh"))


def test_the_same_source_gives_the_same_bytes_in_another_process(tmp_path):
    code = f"""
import sys; sys.path.insert(0, {str(ROOT / "tools")!r})
import build_notebooks
sys.stdout.write(build_notebooks.build({PAIR!r}, "01_x", "zh"))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    assert done.stdout.decode() == build_notebooks.build(PAIR, "01_x", "zh")


def test_code_stands_in_both_and_a_text_in_its_language():
    english, chinese = (json.loads(build_notebooks.build(PAIR, "01_x", lang))["cells"] for lang in ("en", "zh"))
    assert [cell["source"] for cell in english] == [["Text."], ["1 + 1"]]
    assert [cell["source"] for cell in chinese] == [["文字。"], ["1 + 1"]]
    assert [cell["id"] for cell in english] == ["01_x-001", "01_x-003"]


EN, ZH, CODE = '# %% [markdown] lang="en"\n# a\n', '# %% [markdown] lang="zh"\n# b\n', "# %%\n1\n"


@pytest.mark.parametrize(
    ("source", "message"),
    [
        (EN + CODE, "a text cell in en must be followed by the same in zh, got en, nothing"),
        (CODE + ZH, "got zh, nothing"),
        (EN + ZH + EN + CODE, "got en, nothing"),
        (ZH + EN + CODE, "got zh, en"),
        (EN + EN + ZH + ZH + CODE, "got en, en"),
        (EN + ZH + EN, "got en, nothing"),
        ("# %% [markdown]\n# a\n" + CODE, 'a text cell must say lang="en" or lang="zh"'),
        (EN.replace("en", "fr") + CODE, 'a text cell must say lang="en" or lang="zh"'),
        ('# %%\nos.environ["NNBASICS_LANG"] = (\n    "en"\n)\n', "the language is set by .* on one line"),
    ],
)
def test_a_text_in_one_language_only_is_refused(source, message):
    with pytest.raises(ValueError, match=message):
        build_notebooks.build(source, "01_x", "en")


def test_what_is_read_in_code_stands_in_its_language():
    source = PAIR.replace("1 + 1", 'print("⟦loss|损失⟧:", 1)  # ⟦the mean|平均⟧')
    english, chinese = (json.loads(build_notebooks.build(source, "01_x", lang))["cells"] for lang in ("en", "zh"))
    assert english[1]["source"] == ['print("loss:", 1)  # the mean']
    assert chinese[1]["source"] == ['print("损失:", 1)  # 平均']


@pytest.mark.parametrize("code", ["# ⟦loss⟧", "# ⟦loss|损失", "# ⟦a|b|c⟧", "# ⟦|损失⟧"])
def test_half_a_pair_in_code_is_refused(code):
    with pytest.raises(ValueError, match="is written"):
        build_notebooks.build(PAIR.replace("1 + 1", code), "01_x", "en")


def english_in(code: str) -> list[str]:
    """Comments, and strings that are printed or drawn, with three English words and more and no Chinese."""
    read = re.findall(r"(?:^|\s)#\s(.*)$", code, re.MULTILINE)
    for line in code.splitlines():
        if re.search(r"print\(|set_title|set_[xy]label|\blabel=|title=|[xy]label=", line):
            read += [re.sub(r"{[^}]*}", "", text) for text in re.findall(r"\"([^\"]*)\"", line)]
    return [
        text for text in read if len(re.findall(r"[A-Za-z]{3,}", text)) >= 3 and not re.search("[\u4e00-\u9fff]", text)
    ]


IN_BOTH = [name for name in NAMES if "⟦" in (ROOT / "notebooks" / f"{name}.py").read_text(encoding="utf-8")]


@pytest.mark.parametrize("name", IN_BOTH)
def test_a_chinese_notebook_has_no_english_comment(name):
    cells = json.loads(file_of(name, "zh").read_text(encoding="utf-8"))["cells"]
    code = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    assert [text for each in code for text in english_in(each)] == []


@pytest.mark.parametrize(("name", "lang"), BOTH)
def test_each_text_is_in_its_language(name, lang):
    cells = json.loads(file_of(name, lang).read_text(encoding="utf-8"))["cells"]
    texts = [re.sub(r"`[^`]*`|\$[^$]*\$", "", "".join(c["source"])) for c in cells if c["cell_type"] == "markdown"]
    assert len(texts) >= 5
    chinese = [bool(re.search("[\u4e00-\u9fff]", text)) for text in texts]
    assert all(chinese) if lang == "zh" else not any(chinese)


def test_no_two_notebooks_share_a_block_of_code():
    """Five lines in a row, imports apart, belong into the package."""
    seen: dict[tuple[str, ...], str] = {}
    shared = []
    for path in SOURCES:
        cells = json.loads(file_of(path.stem, "en").read_text(encoding="utf-8"))["cells"]
        for cell in cells:
            lines = [line.strip() for line in cell["source"] if line.strip()] if cell["cell_type"] == "code" else []
            lines = [line for line in lines if not re.match(r"import |from |os\.environ|device = ", line)]
            for block in zip(*(lines[k:] for k in range(5)), strict=False):
                if seen.setdefault(block, path.stem) != path.stem:
                    shared.append((seen[block], path.stem, block[0]))
    assert shared == []


JOBS: dict[tuple[str, str], Future] = {}


def start(tests: list[pytest.Item]) -> None:
    """Run their notebooks in the background, two at a time; `conftest.py` calls this before the first test."""
    wanted = {(test.callspec.params["name"], test.callspec.params["lang"]) for test in tests}
    pool = ThreadPoolExecutor(2)
    JOBS.update({pair: pool.submit(execute, file_of(*pair)) for pair in BOTH if pair in wanted})
    pool.shutdown(wait=False)


@pytest.fixture
def executed(request) -> dict[tuple[str, str], Future]:
    if not JOBS:
        start([test for test in request.session.items if "executed" in getattr(test, "fixturenames", ())])
    return JOBS


def execute(path: Path):
    """Run it in a process of its own: nbclient wants an event loop, and pytest's filters are not its."""
    code = f"""
import sys, nbformat
from nbclient import NotebookClient
nb = nbformat.read(sys.argv[1], as_version=4)
waits = {{"timeout": None, "startup_timeout": {LONG}, "iopub_timeout": {LONG}}}
where = {{"metadata": {{"path": sys.argv[3]}}}}
NotebookClient(nb, kernel_name="python3", allow_errors=True, resources=where, **waits).execute()
nbformat.write(nb, sys.argv[2])
"""
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / path.name
        command = [sys.executable, "-c", code, str(path), str(target), folder]
        environment = {**os.environ, "NNBASICS_LANG": "", "JUPYTER_PLATFORM_DIRS": "1"}
        done = subprocess.run(command, capture_output=True, text=True, timeout=LONG, env=environment)
        if done.returncode:
            raise RuntimeError(done.stderr[-2000:])
        return nbformat.read(target, as_version=4)


def problems(notebook) -> list[str]:
    """Errors, stderr, and errors inside widgets' outputs, which execution itself passes over."""
    found = []
    for cell in notebook.cells:
        if cell.cell_type == "code":
            for output in cell.outputs:
                if output.output_type == "error":
                    found.append(f"{cell.id}: {output.ename}: {output.evalue}")
                elif output.get("name") == "stderr":
                    found.append(f"{cell.id}: stderr: {output.text[:300]}")
    if '"output_type": "error"' in json.dumps(notebook.metadata.get("widgets", {})):
        found.append("an error inside a widget's output")
    return found


TURNS = [(name, ("en", "zh")[k % 2]) for k, name in enumerate(NAMES)]  # the code is one source: each once, in turns


@pytest.mark.parametrize(
    ("name", "lang"), [pytest.param(*pair, marks=[] if pair in TURNS else [pytest.mark.slow]) for pair in BOTH]
)
def test_it_runs_from_top_to_bottom(executed, name, lang):
    notebook = executed[name, lang].result()
    assert problems(notebook) == []
    pictures = [
        sum("image/png" in output.get("data", {}) for output in cell.outputs)
        for cell in notebook.cells
        if cell.cell_type == "code"
    ]
    assert max(pictures, default=0) <= 1, "a picture is shown twice"


@pytest.mark.parametrize(
    "output",
    [
        nbformat.v4.new_output("error", ename="ValueError", evalue="x", traceback=[]),
        nbformat.v4.new_output("stream", name="stderr", text="a warning"),
    ],
)
def test_an_error_or_a_warning_would_be_seen(output):
    cell = nbformat.v4.new_code_cell("1", outputs=[output])
    assert len(problems(nbformat.v4.new_notebook(cells=[cell]))) == 1
    widget = nbformat.v4.new_notebook(metadata={"widgets": {"state": {"a": {"outputs": [{"output_type": "error"}]}}}})
    assert problems(widget) == ["an error inside a widget's output"]
