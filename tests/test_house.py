"""The house itself: arrows that run one way, files of a readable length, checks that pass."""

from __future__ import annotations

import ast
import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

import nnbasics

PACKAGE = Path(nnbasics.__file__).parent
ROOT = PACKAGE.parent
FLOORS = [
    # what stands on a floor imports only what stands on the floors before it (and, within one, without a circle)
    {
        "_lookup",
        "_checks",
        "text",
        "_device",
        "_files",
        "_jobs",
        "_layers",
        "_rng",
        "_table",
        "__init__",
    },
    {"activations", "initializers", "losses", "optimizers", "schedulers"},
    {"broadcasting", "forward", "loss_curves", "model", "softmax_guard", "surfaces"},
    {"data"},
    {"_setup", "_stack", "training", "ensemble"},
    {"fair"},
    {"plotting"},
    {"experiments"},
    {"exercises"},
    {"article"},
    {"cli", "__main__"},
]


def imports() -> dict[str, set[str]]:
    """Room -> the rooms that it imports, a folder being one room."""
    found: dict[str, set[str]] = {}
    for path in PACKAGE.rglob("*.py"):
        parts = path.relative_to(PACKAGE).with_suffix("").parts
        room = parts[0]
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.level == len(parts):
                names = [node.module.split(".")[0]] if node.module else [alias.name for alias in node.names]
                targets = {"__init__" if name == "__version__" else name for name in names}
                found.setdefault(room, set()).update(targets - {room})
    found.pop("__init__", None)  # the contents page names every room, and imports none until it is asked
    return found


def test_arrows_run_one_way():
    floor = {room: level for level, rooms in enumerate(FLOORS) for room in rooms}
    upward = [
        (room, target) for room, targets in imports().items() for target in targets if floor[target] > floor[room]
    ]
    assert upward == []


def test_every_room_stands_on_a_floor():
    rooms = {
        p.stem if p.is_file() else p.name
        for p in PACKAGE.iterdir()
        if p.suffix == ".py" or (p / "__init__.py").exists()
    }
    assert rooms == set().union(*FLOORS)


def test_no_file_is_longer_than_a_reader_likes():
    length = {p: len(p.read_text(encoding="utf-8").splitlines()) for p in PACKAGE.rglob("*.py")}
    assert {p.name: n for p, n in length.items() if n > 300} == {}


@pytest.mark.parametrize(
    ("tool", "args"), [("ruff", ["check", "."]), ("ruff", ["format", "--check", "."]), ("mypy", ["--no-error-summary"])]
)
def test_the_checks_pass(tool, args):
    if importlib.util.find_spec(tool) is None:
        pytest.skip(f"{tool} is not installed: it comes with the dependency group `lint`")
    done = subprocess.run([sys.executable, "-m", tool, *args], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
