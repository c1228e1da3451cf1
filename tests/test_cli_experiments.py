"""`nnbasics experiments` as a person types it."""

from __future__ import annotations

import json

import pytest
from PIL import Image
from test_cli import run

from nnbasics.experiments.table import EXPERIMENTS

CHEAP = "logits-or-probabilities"


def test_the_list_names_every_question_in_the_language_asked_for(capsys):
    code, out, _ = run(capsys, "experiments", "--list", "--lang", "en")
    assert code == 0
    assert [line.split()[1] for line in out.splitlines()] == list(EXPERIMENTS)
    assert all(line.endswith("?") for line in out.splitlines())
    _, out, _ = run(capsys, "experiments", "--list", "--lang", "zh")
    assert all(line.endswith("？") for line in out.splitlines())


def test_pictures_in_both_languages_numbers_as_json_and_the_seconds(capsys, tmp_path):
    file = tmp_path / "numbers.json"
    args = ["experiments", CHEAP, "--quick", "--seeds", "3", "--lang", "all", "--dpi", "40", "--out", str(tmp_path)]
    code, out, err = run(capsys, *args, "--json", str(file))
    assert (code, err) == (0, "")
    lines = out.splitlines()
    for line, lang in zip(lines, ("en", "zh"), strict=False):
        path, seconds = line.split("  ")
        assert path == str(tmp_path / lang / f"{CHEAP}.png")
        assert seconds.endswith(" s")
        assert float(seconds[:-2]) >= 0
        assert (tmp_path / lang / f"{CHEAP}.png").read_bytes().startswith(b"\x89PNG")
    assert lines[2:] == [str(file)]
    numbers = json.loads(file.read_text())[CHEAP]
    assert (numbers["experiment"], numbers["here"], len(numbers["worlds"])) == (CHEAP, True, 1)


def test_the_theme_and_the_palette_of_a_picture(capsys, tmp_path):
    args = ["--quick", "--seeds", "3", "--dpi", "40", "--theme", "dark", "--scale", "0.5", "--palette"]
    assert run(capsys, "experiments", CHEAP, *args, "--out", str(tmp_path))[0] == 0
    with Image.open(tmp_path / f"{CHEAP}.png") as image:
        assert (image.mode, image.width, image.convert("RGB").getpixel((1, 1))) == ("P", 140, (0x15, 0x19, 0x1F))


def test_two_jobs_write_the_same_numbers_and_pictures(capsys, tmp_path):
    names = ["softmax-temperature", CHEAP, "bce-saturation"]
    numbers = {}
    for jobs in ("1", "2"):
        out = tmp_path / jobs
        out.mkdir()
        args = [*names, "--quick", "--seeds", "3", "--dpi", "40", "--out", str(out), "--json", str(out / "n.json")]
        code, printed, err = run(capsys, "experiments", *args, "--jobs", jobs)
        assert (code, err) == (0, "")
        *paths, file = printed.splitlines()
        assert {line.split("  ")[0] for line in paths} == {str(out / f"{name}.png") for name in names}
        assert file == str(out / "n.json")
        numbers[jobs] = json.loads((out / "n.json").read_text())
        for experiment in numbers[jobs].values():
            assert experiment.pop("seconds") >= 0
    assert list(numbers["1"]) == list(numbers["2"]) == names
    assert numbers["1"] == numbers["2"]
    for name in names:
        assert (tmp_path / "1" / f"{name}.png").read_bytes() == (tmp_path / "2" / f"{name}.png").read_bytes()


USAGE = [
    (["experiments", "dead-rela"], "Unknown experiment 'dead-rela'."),
    (["experiments", "--seeds", "0"], "argument --seeds: '0' is not an integer >= 1"),
    (["experiments", "--seeds", "x"], "argument --seeds: 'x' is not an integer >= 1"),
    (
        ["experiments", "--json", "/no/such/folder/a.json"],
        "argument --json: '/no/such/folder/a.json' cannot be written: No such file or directory; expected",
    ),
    (["experiments", "--palette", "--format", "svg"], "argument --palette: goes with --format png only"),
    (["experiments", "--scale", "11"], "argument --scale: '11' is not a number from 0.1 to 10"),
    (["experiments", "--jobs", "0"], "argument --jobs: '0' is not an integer >= 1"),
    (["claims", "--jobs", "-1"], "argument --jobs: '-1' is not an integer >= 1"),
    (["claims", "--jobs", "two"], "argument --jobs: 'two' is not an integer >= 1"),
    (["experiments", "--lang", "fr"], "argument --lang: invalid choice: 'fr'"),
    (["notebooks", "--lang", "all"], "argument --lang: invalid choice: 'all'"),
    (["notebooks", "--out", __file__], f"argument --out: {__file__!r} is not a directory"),
]


@pytest.mark.parametrize(("args", "message"), USAGE)
def test_wrong_usage_is_one_line_and_two(capsys, args, message):
    code, out, err = run(capsys, *args)
    assert (code, out) == (2, "")
    assert len(err.splitlines()) == 1
    assert message in err


def test_notebooks_are_written_and_never_overwritten_unless_told(capsys, tmp_path, monkeypatch):
    from nnbasics.cli import notebooks

    source = tmp_path / "source"
    for lang in ("en", "zh"):
        (source / lang).mkdir(parents=True)
        (source / lang / "01_neuron.ipynb").write_text(lang)
        (source / lang / "02_network.ipynb").write_text(lang)
    monkeypatch.setattr(notebooks, "INSTALLED", source)
    out = tmp_path / "mine"
    code, printed, err = run(capsys, "notebooks", "--lang", "zh", "--out", str(out))
    assert (code, err) == (0, "")
    assert printed.splitlines() == [str(out / "01_neuron.ipynb"), str(out / "02_network.ipynb")]
    (out / "01_neuron.ipynb").write_text("my notes")
    (out / "02_network.ipynb").unlink()
    code, printed, err = run(capsys, "notebooks", "--lang", "en", "--out", str(out))
    assert (code, printed) == (0, f"{out / '02_network.ipynb'}\n")
    assert err == "kept 1 notebook(s) that were there already; --force overwrites them\n"
    assert (out / "01_neuron.ipynb").read_text() == "my notes"
    code, printed, err = run(capsys, "notebooks", "--lang", "en", "--out", str(out), "--force")
    assert (code, err) == (0, "")
    assert (out / "01_neuron.ipynb").read_text() == "en"
