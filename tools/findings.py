"""Measure everything once; write the record, and render from it every sentence that states a finding.

`python tools/findings.py` measures (about three minutes; with `--jobs 2` on two cores half as long), writes
CLAIMS.json and the gallery's pictures, and renders.
`python tools/findings.py --render` renders CLAIMS.md, the READMEs and the boxes of the notebooks from CLAIMS.json.

In a README a finding is the title of an experiment's picture, between `<!-- title: EXPERIMENT -->` and `<!-- end -->`;
in a notebook's source it is the block quote behind a line `# <!-- claim: ID -->`.
"""

from __future__ import annotations

import argparse
import json
import re
import textwrap
from pathlib import Path
from typing import Any

import torch
from tqdm import tqdm

from nnbasics._jobs import in_jobs
from nnbasics.article.claims import all_claims, measured, strict
from nnbasics.article.report import as_markdown, in_both, in_one
from nnbasics.cli.parser import count
from nnbasics.experiments.table import EXPERIMENTS, judge_experiment, longest_first, module_of
from nnbasics.experiments.verdicts import judge, title
from nnbasics.text import Text

ROOT = Path(__file__).parent.parent
RECORD = ROOT / "CLAIMS.json"
PAGES = {"en": "CLAIMS.md", "zh": "CLAIMS.zh.md"}
READMES = {"en": "README.md", "zh": "README.zh.md"}
GALLERY = ROOT / "figures" / "gallery"
LANGUAGES = ("en", "zh")


def measure(jobs: int = 1) -> dict[str, Any]:
    """Run the ledger and every experiment once; draw the pictures; return the record."""
    judged, titles = {}, {}
    results = in_jobs(measured, longest_first(EXPERIMENTS), jobs)
    with strict():
        for name, result in tqdm(results, total=len(EXPERIMENTS), unit="experiment", disable=None):
            module = module_of(name)
            verdicts = judge_experiment(name, result)
            judged |= verdicts
            lead = verdicts[module.CLAIMS[0].id]
            sentences = {lang: title(module.TITLES, lead, lang) for lang in LANGUAGES}
            titles[name] = {"claim": lead.claim.id, "sentence": sentences}
            for lang in LANGUAGES:
                (GALLERY / lang).mkdir(parents=True, exist_ok=True)
                module.draw(result, verdicts, lang).savefig(GALLERY / lang / f"{name}.png", dpi=120)
        claims = all_claims()
        judged |= {id: judge(entry.claim, 0) for id, entry in claims.items() if entry.experiment is None}
    rows = {id: in_both(judged[id].to_dict("en"), judged[id].to_dict("zh")) for id in claims}
    titles = {name: titles[name] for name in EXPERIMENTS}
    return {"torch": torch.__version__.split("+")[0], "seeds": "0 to 31", "titles": titles, "claims": rows}


def render(record: dict[str, Any]) -> dict[Path, str]:
    """Every file that states a finding, as the record has it."""
    found = {}
    for lang in LANGUAGES:
        rows = [in_one(row, lang) for row in record["claims"].values()]
        found[ROOT / PAGES[lang]] = as_markdown(rows, lang)
        readme = ROOT / READMES[lang]
        found[readme] = fill(readme.read_text(encoding="utf-8"), record, lang)
    for source in sorted((ROOT / "notebooks").glob("[0-9][0-9]_*.py")):
        found[source] = fill_boxes(source.read_text(encoding="utf-8"), record)
    return found


def fill(text: str, record: dict[str, Any], lang: str) -> str:
    """The text with what stands between its markers replaced."""

    def sentence(found: re.Match[str]) -> str:
        return f"<!-- title: {found['name']} -->{record['titles'][found['name']]['sentence'][lang]}<!-- end -->"

    marker = r"<!-- title: (?P<name>[\w-]+) -->.*?<!-- end -->"
    return re.sub(marker, sentence, text, flags=re.DOTALL)


SAYS = {"article": Text("The article says:", "文章说："), "ours": Text("Beside the article:", "文章之外：")}
FOUND = {
    "holds": Text("Measured: it holds.", "实测：成立。"),
    "holds if": Text("Measured: it holds under a condition.", "实测：有条件成立。"),
    "wrong": Text("Measured: it is wrong.", "实测：不成立。"),
    "not supported": Text("Measured: it is not supported.", "实测：未获支持。"),
    "not judged": Text("Not judged.", "不作判断。"),
}


def box(record: dict[str, Any], id: str, lang: str) -> list[str]:
    """A claim as the lines of a block quote: what is said, and what was found."""
    row = in_one(record["claims"][id], lang)
    # Without the space behind it, Markdown sees no bold in Chinese.
    says = f"**{SAYS[row['origin']].say(lang)}** {row['statement']}"
    found = f"**{FOUND[row['verdict']].say(lang)}** {row['note']}".rstrip()
    wrap = textwrap.TextWrapper(width=10_000 if lang == "zh" else 114, break_long_words=False, break_on_hyphens=False)
    return [*wrap.wrap(says), "", *wrap.wrap(found)]


def fill_boxes(source: str, record: dict[str, Any]) -> str:
    """A notebook's source with the block quote behind each marker replaced, in the language of its cell."""
    lines, result, lang = source.splitlines(), [], "en"
    skipping = False
    for line in lines:
        if line.startswith("# %%"):
            lang = "zh" if 'lang="zh"' in line else "en"
        if skipping and line.startswith("# >"):
            continue
        skipping = False
        result.append(line)
        if found := re.fullmatch(r"# <!-- claim: ([\w-]+) -->", line):
            result += [f"# > {text}".rstrip() for text in box(record, found[1], lang)]
            skipping = True
    return "\n".join(result) + "\n"


def main() -> None:
    """Measure unless told to render only; write what changed, and say it."""
    parser = argparse.ArgumentParser(description="Measure, and render every sentence that states a finding.")
    parser.add_argument("--render", action="store_true", help="render only, from CLAIMS.json")
    parser.add_argument("--jobs", type=count, default=1, metavar="N", help="how many processes measure (default: 1)")
    args = parser.parse_args()
    if args.render:
        record = json.loads(RECORD.read_text(encoding="utf-8"))
    else:
        record = measure(args.jobs)
        RECORD.write_text(json.dumps(record, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        print(RECORD.relative_to(ROOT))
    for path, text in render(record).items():
        if path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
            print(path.relative_to(ROOT))


if __name__ == "__main__":
    main()
