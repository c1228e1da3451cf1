"""Measure everything once; write the record, and render from it every sentence that states a finding.

`python tools/findings.py` measures (about three minutes; with `--jobs 2` on two cores half as long), writes
CLAIMS.json and the experiments' pictures, and renders.
`python tools/findings.py --render` renders CLAIMS.md, the READMEs, GALLERY.md and the boxes of the notebooks from
CLAIMS.json, and draws the article's figures that a README shows, dark, too.

In a README a finding is the title of a picture, between `<!-- title: PICTURE -->` and `<!-- end -->`; in a notebook's
source it is the block quote behind a line `# <!-- claim: ID -->`. A picture that a README shows in a `<picture>` has a
dark variant in `figures/dark`.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import textwrap
from functools import cache
from pathlib import Path
from typing import Any

import torch
from tqdm import tqdm

from nnbasics._jobs import in_jobs
from nnbasics.article.claims import all_claims, measured, strict
from nnbasics.article.figures import FIGURES, draw_figure
from nnbasics.article.motion import ANIMATIONS
from nnbasics.article.report import as_markdown, in_both, in_one
from nnbasics.cli.parser import count
from nnbasics.experiments.table import EXPERIMENTS, draw_experiment, judge_experiment, longest_first, module_of
from nnbasics.experiments.verdicts import judge, title
from nnbasics.plotting.style import PageFigure
from nnbasics.text import Text

ROOT = Path(__file__).parent.parent
sys.path.append(str(ROOT / "tests" / "support"))
from art import faults  # noqa: E402  what the tests look with

RECORD = ROOT / "CLAIMS.json"
PAGES = {"en": "CLAIMS.md", "zh": "CLAIMS.zh.md"}
READMES = {"en": "README.md", "zh": "README.zh.md"}
PICTURES = ROOT / "figures"
GALLERY, DARK = PICTURES / "gallery", PICTURES / "dark"
GALLERIES = {"en": "GALLERY.md", "zh": "GALLERY.zh.md"}
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
                save(draw_experiment(name, result, lang=lang), GALLERY / lang, name)
                if name in shown_dark(lang):
                    save(draw_experiment(name, result, lang=lang, theme="dark"), DARK / lang, name)
        claims = all_claims()
        judged |= {id: judge(entry.claim, 0) for id, entry in claims.items() if entry.experiment is None}
    rows = {id: in_both(judged[id].to_dict("en"), judged[id].to_dict("zh")) for id in claims}
    titles = {name: titles[name] for name in EXPERIMENTS}
    return {"torch": torch.__version__.split("+")[0], "seeds": "0 to 31", "titles": titles, "claims": rows}


def save(figure: PageFigure, folder: Path, name: str) -> None:
    """A picture of twice a page's width in pixels, in few colours; one with a fault is not written."""
    if wrong := faults(figure):
        raise SystemExit("\n".join([f"{folder.name}/{name}:", *wrong]))
    folder.mkdir(parents=True, exist_ok=True)
    figure.savefig(folder / f"{name}.png", dpi=200, palette=True)


def shown_dark(lang: str) -> list[str]:
    """The pictures that the README shows on a dark page, too."""
    return re.findall(
        rf'srcset="figures/dark/{lang}/([\w-]+)\.png"', (ROOT / READMES[lang]).read_text(encoding="utf-8")
    )


@cache
def figure_titles(lang: str) -> dict[str, str]:
    """The sentence over each figure of the article."""
    return {id: draw_figure(id, lang=lang, device="cpu").page_title.replace("\n", " ") for id in FIGURES}


def titles_of(record: dict[str, Any], lang: str) -> dict[str, str]:
    """The sentence over every picture."""
    return figure_titles(lang) | {name: found["sentence"][lang] for name, found in record["titles"].items()}


HEADS = {
    "en": ("Gallery", "The article's figures, and companions", "Moving pictures", "Experiments"),
    "zh": ("图集", "文章的插图与补充", "动图", "实验"),
}
INTRO = Text(
    "Every picture, under the sentence that stands over it. `nnbasics figures`, `nnbasics animate` and `nnbasics "
    "experiments` draw them anew, as png, svg or pdf (gif, webp or html), in other themes and at other sizes. What the "
    "experiments measured, world by world, is in [CLAIMS.md](CLAIMS.md). This page is written by `make gallery`.",
    "全部的图，每张图上方就是它的那句话。`nnbasics figures`、`nnbasics animate` 和 `nnbasics experiments` 可以重新"
    "画出它们，png、svg、pdf（动图为 gif、webp、html）任选，主题和大小也可以换。实验在各种情形下测得的数字见 "
    "[CLAIMS.zh.md](CLAIMS.zh.md)。本页由 `make gallery` 生成。",
)


def gallery(record: dict[str, Any], lang: str) -> str:
    """A page with every picture."""
    titles, (head, article, moving, experiments) = titles_of(record, lang), HEADS[lang]
    other = {"en": "[中文](GALLERY.zh.md)", "zh": "[English](GALLERY.md)"}[lang]
    lines = [f"# {head}", other, INTRO.say(lang), f"## {article}"]
    for id in FIGURES:
        lines += [f"### {id}", f"**{titles[id]}**", f"![{titles[id]}](figures/{lang}/{id}.png)"]
    lines.append(f"## {moving}")
    for id, animation in ANIMATIONS.items():
        caption = animation.caption.say(lang)
        lines += [f"### {id}", f"**{caption}**", f"![{caption}](figures/motion/{lang}/{id}.gif)"]
    lines.append(f"## {experiments}")
    for name, experiment in EXPERIMENTS.items():
        lines += [f"### {name}", experiment.question.say(lang), f"**{titles[name]}**"]
        lines.append(f"![{titles[name]}](figures/gallery/{lang}/{name}.png)")
    return "\n\n".join(lines) + "\n"


def render(record: dict[str, Any]) -> dict[Path, str]:
    """Every file that states a finding, as the record has it."""
    found = {}
    for lang in LANGUAGES:
        rows = [in_one(row, lang) for row in record["claims"].values()]
        found[ROOT / PAGES[lang]] = as_markdown(rows, lang)
        readme = ROOT / READMES[lang]
        found[readme] = fill(readme.read_text(encoding="utf-8"), titles_of(record, lang))
        found[ROOT / GALLERIES[lang]] = gallery(record, lang)
    for source in sorted((ROOT / "notebooks").glob("[0-9][0-9]_*.py")):
        found[source] = fill_boxes(source.read_text(encoding="utf-8"), record)
    return found


def fill(text: str, titles: dict[str, str]) -> str:
    """The text with what stands between its markers replaced."""

    def sentence(found: re.Match[str]) -> str:
        return f"<!-- title: {found['name']} -->{titles[found['name']]}<!-- end -->"

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
    for lang in LANGUAGES:
        for id in FIGURES:
            if id in shown_dark(lang):
                save(draw_figure(id, lang=lang, theme="dark", device="cpu"), DARK / lang, id)
    for path, text in render(record).items():
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
            print(path.relative_to(ROOT))


if __name__ == "__main__":
    main()
