"""Figures that move: their numbers against NumPy, their files, frame by frame."""

from __future__ import annotations

import hashlib
import re
import subprocess
import sys

import numpy as np
import pytest
import torch
from art import faults
from matplotlib.animation import PillowWriter
from pictures import texts_of
from PIL import Image, ImageSequence
from plain_loop import build, plain_loop
from torch import nn
from torch.nn import functional as F

import nnbasics as nb
from nnbasics.plotting.motion import Motion, in_few_colors

IDS = list(nb.ANIMATIONS)


def readings(motion: Motion, k: int) -> list[str]:
    """The numbers that move, in the order in which they were written."""
    motion.show(0)
    first = texts_of(motion.figure)
    motion.show(len(motion.durations) - 1)
    moving = [i for i, (a, b) in enumerate(zip(first, texts_of(motion.figure), strict=True)) if a != b]
    motion.show(k)
    texts = texts_of(motion.figure)
    return [texts[i] for i in moving]


def balls(motion: Motion, k: int) -> np.ndarray:
    """Where the balls are, axes by axis."""
    motion.show(k)
    dots = [line for ax in motion.figure.axes for line in ax.lines if line.get_markersize() == 11]
    return np.array([[line.get_xdata()[0], line.get_ydata()[0]] for line in dots])


def heavy_ball(curvatures, start, lr, beta, num_steps):
    """v <- beta v + c p, p <- p - lr v, by hand."""
    c, point, velocity = np.array(curvatures), np.array(start), np.zeros(len(start))
    points = [point]
    for _ in range(num_steps):
        velocity = beta * velocity + c * point
        point = point - lr * velocity
        points.append(point)
    return np.array(points)


def test_gradient_descent_by_hand():
    """On w^2/2 a step multiplies w by 1 - lr."""
    motion = nb.animate("gradient-descent", lang="en")
    for k in range(len(motion.durations)):
        ws = -3 * (1 - np.array([0.1, 0.5, 2.1])) ** k
        np.testing.assert_allclose(balls(motion, k), np.stack([ws, ws**2 / 2], axis=1), rtol=1e-5)
        *losses, step = map(float, readings(motion, k))
        np.testing.assert_allclose(losses, ws**2 / 2, atol=0.0051)  # two digits are shown
        assert step == k


def test_momentum_by_hand():
    motion, beta = nb.animate("momentum", lang="en"), ((40**0.5 - 1) / (40**0.5 + 1)) ** 2
    ways = [heavy_ball([1, 40], [-9, 0.5], 2 / 41, b, 100) for b in (0.0, beta)]
    heights = [(way**2 @ [0.5, 20]) for way in ways]
    needed = [int(np.flatnonzero(h >= 1e-3 * h[0]).max()) + 1 for h in heights]
    last = len(motion.durations) - 1
    for k in range(last + 1):
        np.testing.assert_allclose(balls(motion, k), [way[k] for way in ways], atol=1e-4)
    assert last == max(needed)
    assert readings(motion, last) == [f"{n}" for n in needed]
    assert readings(motion, 20) == ["20", "20"]
    assert needed[1] < needed[0]  # as the title says, and that it swings less:
    assert np.abs(ways[1][:last, 1]).sum() < np.abs(ways[0][:last, 1]).sum()


def test_the_boundary_is_that_of_a_plain_loop():
    x, y = nb.spirals(192)
    model = build(
        lambda: nn.Sequential(nn.Linear(2, 16), nn.Tanh(), nn.Linear(16, 16), nn.Tanh(), nn.Linear(16, 2)), seed=1
    )
    losses, _ = plain_loop(model, x, y, F.cross_entropy, lambda p: torch.optim.Adam(p, lr=0.01), num_epochs=250)
    motion = nb.animate("decision-boundary", lang="en")
    course = motion.figure.axes[1].lines[0]
    np.testing.assert_allclose(course.get_ydata()[:-1], losses[::5], rtol=1e-3, atol=1e-4)
    assert readings(motion, 20)[:2] == ["100", f"{losses[100]:.2f}"]
    right = float((model(x).argmax(1) == y).double().mean())  # after 250 updates, as the last moment is
    assert readings(motion, 50) == ["250", f"{F.cross_entropy(model(x), y).item():.2f}", f"{100 * right:.0f}%"]
    assert right > 0.95


def test_the_dead_units_by_hand():
    """Two layers, their gradients by the chain rule, in NumPy; only the draws are torch's."""
    x = np.linspace(-2, 2, 64)
    y, counts = np.sin(2 * x), []
    for lr in (0.01, 0.1):
        generator = torch.Generator().manual_seed(0)
        w, v = (np.sqrt(2 / fan) * torch.randn(24, generator=generator).double().numpy() for fan in (1, 48))
        b, c, dead = np.zeros(24), 0.0, []
        for _ in range(61):
            dead.append(int((np.maximum(w * x[:, None] + b, 0) == 0).all(axis=0).sum()))
            rows = torch.randperm(64, generator=generator)[:8].numpy()
            z = w * x[rows, None] + b
            a = np.maximum(z, 0)
            error = 2 * (a @ v + c - y[rows]) / 8
            back = error[:, None] * v * (z > 0)
            w, b = w - lr * (x[rows, None] * back).sum(0), b - lr * back.sum(0)
            v, c = v - lr * error @ a, c - lr * error.sum()
        counts.append(dead)
    motion = nb.animate("dead-relu", lang="en")
    shown = [readings(motion, k) for k in range(61)]
    assert max(counts[0]) == 0  # nothing moves there
    assert [row[0] for row in shown] == [f"{n}" for n in counts[1]]
    assert counts[1][0] == 0 < counts[1][-1]


@pytest.mark.parametrize(("id", "name"), [("gradient-descent", "sgd"), ("momentum", "momentum"), ("dead-relu", "sgd")])
def test_another_optimizer_in_the_table_is_another_motion(monkeypatch, id, name):
    before = readings(nb.animate(id, lang="en"), 3), balls(nb.animate(id), 3).tolist()
    monkeypatch.setitem(nb.OPTIMIZERS, name, lambda params, lr, **_: torch.optim.SGD(params, lr=3 * lr))
    assert (readings(nb.animate(id, lang="en"), 3), balls(nb.animate(id), 3).tolist()) != before


@pytest.mark.parametrize("id", IDS)
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_first_and_the_last_picture_are_without_fault(id, lang):
    motion = nb.animate(id, lang=lang)
    for k in (0, len(motion.durations) - 1):
        motion.show(k)
        assert faults(motion.figure) == []
    assert any("\u4e00" <= c <= "\u9fff" for c in motion.caption) == (lang == "zh")
    assert motion.caption in texts_of(motion.figure)


@pytest.mark.slow
@pytest.mark.parametrize("id", IDS)
@pytest.mark.parametrize("theme", nb.THEMES)
def test_no_picture_has_a_fault_in_any_theme(id, theme):
    for lang in ("en", "zh"):
        motion = nb.animate(id, lang=lang, theme=theme)
        for k in range(0, len(motion.durations), 7):
            motion.show(k)
            assert faults(motion.figure) == []


@pytest.mark.parametrize("id", IDS)
def test_it_lasts_long_enough_to_be_followed_and_no_longer(id):
    motion = nb.animate(id)
    assert 3000 <= sum(motion.durations) <= 8000
    assert min(motion.durations) >= 20  # what browsers keep to


def saved(motion: Motion, path) -> bytes:
    motion.save(path)
    return path.read_bytes()


def test_a_gif_and_a_webp_begin_with_the_last_moment(tmp_path):
    motion = nb.animate("gradient-descent", lang="en")
    order = [8, 0, 1, 2, 3, 4, 5, 6, 7]
    wanted = [np.asarray(image.convert("RGB"), int) for image in motion.images(order)]
    for kind, most in (("gif", 24), ("webp", 0)):  # the one in a palette, the other without a loss
        saved(motion, path := tmp_path / f"a.{kind}")
        with Image.open(path) as film:
            frames = [(np.asarray(f.convert("RGB"), int), f.info["duration"]) for f in ImageSequence.Iterator(film)]
            assert film.info["loop"] == 0  # for ever
        assert [duration for _, duration in frames] == [motion.durations[k] for k in order]
        for (frame, _), image in zip(frames, wanted, strict=True):
            assert np.abs(frame - image).max() <= most


@pytest.mark.slow
@pytest.mark.parametrize("id", IDS)
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_gif_takes_at_most_a_megabyte(id, theme, tmp_path):
    for lang in ("en", "zh"):
        assert len(saved(nb.animate(id, lang=lang, theme=theme), tmp_path / "a.gif")) <= 1e6


def test_two_processes_write_the_same_bytes(tmp_path):
    code = f"""
import nnbasics
for kind in ("gif", "webp", "html"):
    nnbasics.animate("gradient-descent", lang="zh").save({str(tmp_path)!r} + "/there." + kind, dpi=40)
"""
    subprocess.run([sys.executable, "-c", code], check=True)
    for kind in ("gif", "webp", "html"):
        nb.animate("gradient-descent", lang="zh").save(tmp_path / f"here.{kind}", dpi=40)
        assert len({hashlib.sha256(p.read_bytes()).digest() for p in tmp_path.glob(f"*.{kind}")}) == 1


@pytest.mark.parametrize(("lang", "clear", "paper"), [("en", False, "#ffffff"), ("zh", True, "none")])
def test_the_page_plays_without_a_network(tmp_path, lang, clear, paper):
    motion = nb.animate("gradient-descent", lang=lang, theme=nb.Theme(transparent=clear))
    page = saved(motion, tmp_path / "a.html").decode()
    assert not re.search(r"https?:|src=\"(?!data:)|@\w+@", page)
    assert len(set(re.findall(r'^"data:image/webp;base64,([^"]+)"', page, re.M))) == len(motion.durations)
    assert f'<html lang="{lang}">' in page
    assert ("播放" in page) == (lang == "zh")
    assert motion.caption in page
    assert f"background: {paper}" in page


def test_a_notebook_plays_it():
    assert Motion._repr_html_ is Motion.to_jshtml


def test_the_theme_is_kept():
    """Twice as large, lower by its title, without a page: as of any other figure."""
    plain = next(nb.animate("gradient-descent").images([0]))
    other = nb.Theme(paper="#fffbe6", scale=2, title=False, transparent=True)
    motion = nb.animate("gradient-descent", theme=other)
    large = next(motion.images([0]))
    assert plain.size == (700, 350)
    assert large.width == 1400
    assert large.height < 690
    assert (plain.getpixel((2, 2)), large.getpixel((2, 2))[3]) == ((255, 255, 255, 255), 0)
    assert motion.caption not in texts_of(motion.figure)


def test_a_gif_without_a_page_has_holes(tmp_path):
    motion = nb.animate("gradient-descent", theme=nb.Theme(transparent=True))
    saved(motion, path := tmp_path / "a.gif")
    with Image.open(path) as film:
        for frame, image in zip(ImageSequence.Iterator(film), motion.images([8, *range(8)]), strict=True):
            clear = np.asarray(frame.convert("RGBA"))[..., 3] == 0
            assert (clear == (np.asarray(image)[..., 3] < 64)).all()
            assert clear.any()


def test_matplotlibs_own_writers_work_at_any_scale(tmp_path):
    motion = nb.animate("gradient-descent", theme=nb.Theme(scale=1.5))
    motion.save(tmp_path / "a.gif", writer=PillowWriter(fps=2), dpi=40)
    with Image.open(tmp_path / "a.gif") as film:
        assert (film.size, film.n_frames) == ((280, 140), 9)


def test_a_palette_keeps_what_it_has_room_for():
    rng = np.random.default_rng(0)
    colors = rng.integers(0, 256, (60, 3), dtype=np.uint8)
    pictures = [Image.fromarray(colors[rng.integers(0, 60, (20, 30))]).convert("RGBA") for _ in range(3)]
    for before, after in zip(pictures, in_few_colors(pictures, pictures, "white"), strict=True):
        assert (np.asarray(after.convert("RGBA")) == np.asarray(before)).all()
    for after in in_few_colors(pictures, pictures, "white", colors=40):
        assert len(after.getcolors()) <= 40


def test_the_callers_modes_change_nothing():
    plain = {id: readings(nb.animate(id, lang="en"), 7) for id in IDS}
    dtype = torch.get_default_dtype()
    try:
        torch.set_default_dtype(torch.float64)
        with torch.inference_mode():
            other = {id: readings(nb.animate(id, lang="en"), 7) for id in IDS}
    finally:
        torch.set_default_dtype(dtype)
    assert other == plain


def test_it_may_be_made_and_dropped():
    nb.animate("gradient-descent")  # matplotlib warns of an animation that nobody saved, and warnings are errors


@pytest.mark.parametrize(
    ("kwargs", "error", "message"),
    [
        ({"id": "momentun"}, ValueError, "Unknown animation 'momentun'. Did you mean 'momentum'? Expected one of: dec"),
        ({"id": "sigmoid"}, ValueError, "Unknown animation 'sigmoid'."),
        ({"id": 3}, TypeError, "animation must be a name"),
        ({"id": "momentum", "lang": "jp"}, ValueError, "Unknown language 'jp'"),
        ({"id": "momentum", "theme": "drak"}, ValueError, "Unknown theme 'drak'. Did you mean 'dark'?"),
        ({"id": "momentum", "device": "tpu9"}, ValueError, "device must be one of auto, cpu, cuda, mps, got 'tpu9'"),
    ],
)
def test_bad_input_is_named(kwargs, error, message):
    with pytest.raises(error) as caught:
        nb.animate(**kwargs)
    assert message in str(caught.value)


def test_an_interrupted_write_leaves_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "a.gif"
    path.write_bytes(b"old")
    motion = nb.animate("gradient-descent")

    def interrupt(*args: object, **kwargs: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(motion.figure, "savefig", interrupt)
    with pytest.raises(KeyboardInterrupt):
        motion.save(path)
    assert ([p.name for p in tmp_path.iterdir()], path.read_bytes()) == (["a.gif"], b"old")


@pytest.mark.cuda
@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device")
@pytest.mark.parametrize("id", IDS)
def test_cuda_starts_from_the_same_numbers(id):
    """Later ones may part by rounding, where a training tells two ways apart."""
    assert readings(nb.animate(id, device="cuda"), 1) == readings(nb.animate(id), 1)
