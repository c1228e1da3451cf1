"""Build notebooks/en and notebooks/zh from the one source of each notebook, notebooks/NN_name.py.

A source is a jupytext percent script. A code cell stands once; a text cell stands in `en` and, right after it, in
`zh`, and its header says so: `# %% [markdown] lang="en"`. In code, what a person reads (a comment, a printed label)
stands in both languages side by side, `print("⟦loss|损失⟧:", 1)  # ⟦the mean|平均⟧`, and each notebook gets its own.
The one code line that names the language is written anew for each. The same source gives the same bytes: cells are
numbered, and nothing else is stored.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

import jupytext
import nbformat

ROOT = Path(__file__).resolve().parent.parent
SOURCES = ROOT / "notebooks"
LANGUAGES = ("en", "zh")
LANGUAGE_LINE = 'os.environ["NNBASICS_LANG"] = "{}"'
CHINESE_BREAK = re.compile(  # a line that ends and goes on in Chinese
    r"(?<=[\u4e00-\u9fff\u3001-\u3011\uff01-\uff1f])\n(?=[\u4e00-\u9fff\u2018-\u201d\u300a-\u3011])"
)
BOTH = re.compile(r"⟦([^⟦⟧|\n]+)\|([^⟦⟧|\n]+)⟧")
KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}


def build(source: str, name: str, lang: str) -> str:
    """The notebook's file in one language.

    Raises:
        ValueError: a text cell stands in one language only, or has none.
    """
    cells, texts = [], []
    for number, cell in enumerate(jupytext.reads(source, fmt="py:percent").cells, start=1):
        where = f"{name}, cell {number} ({cell.source.splitlines()[0] if cell.source else 'empty'})"
        if cell.cell_type == "code":
            check_pairs(texts, name)
            told = cell.source.replace(LANGUAGE_LINE.format("en"), LANGUAGE_LINE.format(lang))
            if 'os.environ["NNBASICS_LANG"] =' in told and LANGUAGE_LINE.format(lang) not in told:
                raise ValueError(f"{where}: the language is set by {LANGUAGE_LINE.format('en')}, on one line.")
            told = BOTH.sub(lambda both: both[LANGUAGES.index(lang) + 1], told)
            if re.search("[⟦⟧]", told):
                raise ValueError(f"{where}: what stands in both languages is written ⟦en|zh⟧, on one line.")
            cells.append(nbformat.v4.new_code_cell(told, id=f"{name}-{number:03d}"))
        elif cell.metadata.get("lang") not in LANGUAGES:
            raise ValueError(f'{where}: a text cell must say lang="en" or lang="zh".')
        else:
            texts.append((cell.metadata["lang"], where))
            if cell.metadata["lang"] == lang:
                told = CHINESE_BREAK.sub("", cell.source)  # a page would show the line's end as a space
                cells.append(nbformat.v4.new_markdown_cell(told, id=f"{name}-{number:03d}"))
    check_pairs(texts, name)
    notebook = nbformat.v4.new_notebook(
        cells=cells, metadata={"kernelspec": KERNEL, "language_info": {"name": "python"}}
    )
    return nbformat.writes(notebook) + "\n"


def check_pairs(texts: list[tuple[str, str]], name: str) -> None:
    """Each English text is followed by its Chinese; between two code cells none is left alone."""
    for (first, where), (second, _) in zip(texts[::2], [*texts[1::2], ("nothing", name)], strict=False):
        if (first, second) != LANGUAGES:
            raise ValueError(f"{where}: a text cell in en must be followed by the same in zh, got {first}, {second}.")
    texts.clear()


def main() -> int:
    """Write every notebook of both languages; with --check, only say which are not what their source gives."""
    stale = []
    for path in sorted(SOURCES.glob("[0-9][0-9]_*.py")):
        for lang in LANGUAGES:
            target, text = (
                SOURCES / lang / f"{path.stem}.ipynb",
                build(path.read_text(encoding="utf-8"), path.stem, lang),
            )
            if "--check" in sys.argv:
                stale += [target] if not target.exists() or target.read_text(encoding="utf-8") != text else []
            else:
                target.parent.mkdir(exist_ok=True)
                target.write_text(text, encoding="utf-8", newline="\n")
    for target in stale:
        print(f"{target.relative_to(ROOT)} is not what its source gives: run `make notebooks`", file=sys.stderr)
    return bool(stale)


if __name__ == "__main__":
    sys.exit(main())
