"""`nnbasics experiments`: compare over many seeds, draw, and write the numbers."""

from __future__ import annotations

import argparse
import sys
from contextlib import suppress
from functools import partial
from pathlib import Path
from time import perf_counter

from .._files import check_target, replace_file
from .._jobs import in_jobs
from .._lookup import lookup, name_of
from ..experiments.table import EXPERIMENTS, draw_experiment, longest_first, run_experiment
from ..text import LANGUAGES, Text, resolve_language
from .errors import INTERRUPTED, usage
from .options import folder
from .themes import saving_of, theme_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def run(args: argparse.Namespace) -> int:
    """Run them one by one; each is drawn before the next begins, so that an interrupt keeps what is done."""
    with usage():
        for name in args.names:
            lookup(EXPERIMENTS, name, kind="experiment")
        languages = LANGUAGES if args.lang == "all" else (resolve_language(args.lang),)
        reader = resolve_language(None if args.lang == "all" else args.lang)
        saving = saving_of(args)
        if args.json is not None:
            check_target(Path(args.json), "--json")
    names = list(dict.fromkeys(args.names)) or list(EXPERIMENTS)
    if args.list:
        for name in names:
            questions = "   ".join(EXPERIMENTS[name].question.say(lang) for lang in languages)
            print(f"{EXPERIMENTS[name].section:>2}  {name:<24} {questions}")
        return 0
    from tqdm import tqdm

    from .._device import resolve_device

    with usage():
        theme, device, out = theme_of(args), resolve_device(args.device), args.out or folder("figures/gallery")
        paths = {
            (name, lang): (out / lang if args.lang == "all" else out) / f"{name}.{args.format}"
            for name in names
            for lang in languages
        }
        for path in paths.values():
            check_target(path, "--out", new_folders=True)
    settings: dict[str, Any] = {"device": device, "quick": args.quick, "progress": args.jobs == 1}
    if args.seeds is not None:
        settings["seeds"] = range(args.seeds)
    pages: dict[str, str] = {}  # the numbers as JSON, which takes a tenth of the room of Python's own
    try:
        with tqdm(total=len(names), disable=None, file=sys.stderr, unit="experiment", leave=False) as bar:
            order = names if args.jobs == 1 else longest_first(names)
            for name, result, seconds in in_jobs(partial(_timed, settings), order, args.jobs):
                page = "" if args.json is None else _as_json({"seconds": seconds, **as_numbers(result)})
                for lang in languages:
                    path = paths[name, lang]
                    path.parent.mkdir(parents=True, exist_ok=True)
                    draw_experiment(name, result, lang=lang, theme=theme).savefig(path, dpi=args.dpi, **saving)
                    bar.write(f"{path}  {seconds:.1f} s", file=sys.stdout)
                sys.stdout.flush()
                pages[name] = page
                bar.update()
    except KeyboardInterrupt:
        text = Text("interrupted: kept {done} of {all} experiments", "已中断：{all} 个实验中，已完成并保留 {done} 个")
        kept = text.say(reader, done=len(pages), all=len(names))
        if pages:
            colon, comma = ("：", "、") if reader == "zh" else (": ", ", ")
            kept += colon + comma.join(name for name in names if name in pages)
        with suppress(BrokenPipeError):  # an interrupt in a shell ends whoever read our output, too
            print(kept, file=sys.stderr)
        with suppress(BrokenPipeError):
            if pages:  # nothing new is no reason to replace the numbers of another day
                _write_json(args.json, names, pages)
        return INTERRUPTED
    _write_json(args.json, names, pages)
    return 0


def _timed(settings: dict[str, Any], name: str) -> tuple[str, Any, float]:
    start = perf_counter()
    result = run_experiment(name, **settings)
    return name, result, round(perf_counter() - start, 2)


def as_numbers(result: Any) -> dict[str, Any]:
    """A result as plain data for JSON, world by world, where what is not finite is null."""
    from dataclasses import fields, is_dataclass
    from math import isfinite

    def plain(value: Any) -> Any:
        if hasattr(value, "tolist"):
            value = value.tolist()
        if is_dataclass(value):
            return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
        if callable(value):  # what a world is made with, by its name
            value = name_of(value)
        if hasattr(value, "_asdict"):
            value = value._asdict()
        if isinstance(value, dict):
            return {str(key): plain(item) for key, item in value.items()}
        if isinstance(value, (list, tuple)):
            return [plain(item) for item in value]
        return None if isinstance(value, float) and not isfinite(value) else value

    numbers: dict[str, Any] = plain(result)
    return numbers


def _as_json(value: Any) -> str:
    import json

    return json.dumps(value, allow_nan=False)


def _write_json(file: str | None, names: list[str], pages: dict[str, str]) -> None:
    if file is None:
        return
    text = ",\n".join(f"{_as_json(name)}: {pages[name]}" for name in names if name in pages)
    replace_file(Path(file), f"{{{text}}}\n".encode())
    print(file, flush=True)
