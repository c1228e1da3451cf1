"""Themes: one argument restyles a picture; at another scale it is the same picture; fonts for the reader's own plots."""

from __future__ import annotations

import io
import re
import threading
import warnings
from dataclasses import replace

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import pytest
from art import faults
from matplotlib.colors import same_color, to_rgba
from pictures import saved, texts_of
from PIL import Image

import nnbasics as nb
from nnbasics.plotting.theme import BRIGHT, CONCEPTS, GREYS, HUES, contrast, now

matplotlib.use("agg")  # pyplot would choose it at its first figure, which is a change of rcParams
IDS = ["sigmoid", "gradient-descent", "network", "broadcasting"]


def drawn(id: str, **changes):
    return nb.draw_figure(id, lang="en", device="cpu", theme=replace(nb.THEMES["light"], **changes))


def shape(png: bytes) -> tuple[int, int]:
    with Image.open(io.BytesIO(png)) as image:
        return image.size


@pytest.mark.parametrize("scale", [0.7, 1.5, 2])
@pytest.mark.parametrize("id", IDS)
def test_another_scale_is_the_same_picture_in_more_dots(id, scale):
    """All that is on it grows with it, so nothing can collide."""
    larger, plain = io.BytesIO(), io.BytesIO()
    drawn(id, scale=scale).savefig(larger, dpi=100)
    drawn(id).savefig(plain, dpi=100 * scale)
    pixels = [np.asarray(Image.open(each)) for each in (larger, plain)]
    np.testing.assert_array_equal(*pixels)


@pytest.mark.parametrize(
    ("kind", "size"),
    [("svg", rb'width="([\d.]+)pt" height="([\d.]+)pt"'), ("pdf", rb"/MediaBox \[ 0 0 ([\d.]+) ([\d.]+) \]")],
)
def test_a_scale_enlarges_what_has_no_dots(kind, size):
    one, two = (saved(drawn("sigmoid", scale=scale), kind) for scale in (1, 2))
    (small,), (large,) = (re.findall(size, content) for content in (one, two))
    np.testing.assert_allclose(2 * np.array(small, dtype=float), np.array(large, dtype=float), rtol=1e-4)


@pytest.mark.parametrize("kind", ["png", "svg", "pdf"])
def test_a_theme_gives_the_same_bytes_twice(kind):
    assert len({saved(drawn("sigmoid", scale=1.5, title=False, transparent=True), kind) for _ in range(2)}) == 1


def test_without_its_title_a_picture_is_lower_and_else_the_same():
    plain, bare = drawn("sigmoid"), drawn("sigmoid", title=False)
    assert set(texts_of(plain)) - set(texts_of(bare)) == {plain.page_title}
    (width, height), (same, lower) = plain.get_size_inches(), bare.get_size_inches()
    assert (same, 0.75 < lower / height < 0.97) == (width, True)
    inches = [figure.axes[0].get_position().bounds * np.tile(figure.get_size_inches(), 2) for figure in (plain, bare)]
    np.testing.assert_allclose(*inches)
    assert faults(bare) == []


def test_transparent_leaves_no_page_behind():
    with Image.open(io.BytesIO(saved(drawn("sigmoid", transparent=True)))) as image:
        assert image.getpixel((2, 2))[3] == 0
    with Image.open(io.BytesIO(saved(drawn("sigmoid")))) as image:
        assert image.getpixel((2, 2)) == (255, 255, 255, 255)


@pytest.mark.parametrize("name", nb.THEMES)
def test_every_colour_is_read_on_paper_and_on_what_is_shaded(name):
    theme = nb.THEMES[name]
    for color in (theme.ink, theme.quiet, *(theme.color(hue) for hue in HUES)):
        assert contrast(color, theme.paper) >= 4.5, color
        assert contrast(color, theme.shade) >= 4.5, color


def test_contrast_is_what_w3c_says():
    """WCAG's own examples: black on white 21:1, #767676 on white 4.54:1, red 3.998:1."""
    assert [round(contrast(color, "white"), 2) for color in ("black", "#767676", "#ff0000")] == [21, 4.54, 4.0]


def test_each_palette_has_every_hue_and_each_concept_one_of_them():
    assert set(BRIGHT) == set(GREYS) == set(HUES)
    assert set(CONCEPTS.values()) <= {*HUES, "ink"}
    rgb = [to_rgba(nb.THEMES["print"].color(hue))[:3] for hue in HUES]
    assert all(red == green == blue for red, green, blue in rgb)


@pytest.mark.parametrize(
    ("theme", "name", "color"),
    [
        (nb.Theme(colors={"blue": "navy"}), "sigmoid", "navy"),
        (nb.Theme(colors={"sigmoid": "teal", "blue": "navy"}), "sigmoid", "teal"),
        (nb.Theme(colors={"sigmoid": "teal"}), "tanh", HUES["green"]),
        (nb.Theme(ink="navy"), "training", "navy"),
        (nb.Theme(), "vermilion", HUES["vermilion"]),
        (nb.Theme(), "nobody's", "#222222"),
    ],
)
def test_a_colour_of_a_concept(theme, name, color):
    assert same_color(theme.color(name), color)


def test_a_context_reaches_helpers_and_ends():
    with nb.theme("dark") as dark:
        with nb.theme(nb.Theme(paper="ivory")):
            assert now().paper == "ivory"
        assert now() is dark
        axes = nb.plot_activation("relu")
    assert now() is nb.THEMES["light"]
    assert same_color(axes.figure.get_facecolor(), dark.paper)
    with Image.open(io.BytesIO(saved(axes.figure))) as image:  # after the context, and in its theme
        assert same_color([value / 255 for value in image.convert("RGB").getpixel((2, 2))], dark.paper)


def test_a_context_ends_with_an_error_and_is_each_threads_own():
    seen: list[nb.Theme] = []
    thread = threading.Thread(target=lambda: seen.append(now()))
    with nb.theme("print"):
        thread.start()
        thread.join()
    with pytest.raises(KeyError), nb.theme("print"):
        raise KeyError
    assert seen == [nb.THEMES["light"]]
    assert now() is nb.THEMES["light"]


@pytest.mark.parametrize("id", IDS)
def test_colours_change_and_words_do_not(id):
    pictures = {name: nb.draw_figure(id, lang="zh", device="cpu", theme=name) for name in ("light", "dark", "print")}
    assert len({saved(picture) for picture in pictures.values()}) == 3
    assert len({tuple(texts_of(picture)) for picture in pictures.values()}) == 1


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: nb.draw_figure("relu", theme="drak"), ValueError, "Unknown theme 'drak'. Did you mean 'dark'?"),
        (lambda: nb.draw_figure("relu", theme=3), TypeError, "theme must be a name"),
        (lambda: nb.theme("night").__enter__(), ValueError, "Unknown theme 'night'"),
        (lambda: nb.Theme(paper="papr"), ValueError, "paper must be a colour that matplotlib knows, got papr."),
        (lambda: nb.Theme(colors={"relu": 7}), ValueError, "colors['relu'] must be a colour that matplotlib knows"),
        (lambda: nb.Theme(scale=0), ValueError, "scale must be from 0.1 to 10, got 0."),
        (lambda: nb.Theme(scale="2"), TypeError, "scale must be a number, got '2' (str)."),
    ],
)
def test_bad_input_is_named(call, error, message):
    with pytest.raises(error) as caught:
        call()
    assert message in str(caught.value)


def test_an_svg_can_keep_its_text_as_text():
    buffer = io.BytesIO()
    drawn("sigmoid").savefig(buffer, format="svg", svg_text=True)
    assert b">input x</text>" in buffer.getvalue()
    assert b"<text" not in saved(drawn("sigmoid"), "svg")


@pytest.mark.parametrize("transparent", [False, True])
def test_a_palette_has_256_colours_and_half_the_bytes_at_most(transparent):
    plain, small = io.BytesIO(), io.BytesIO()
    drawn("sigmoid", transparent=transparent).savefig(plain)
    drawn("sigmoid", transparent=transparent).savefig(small, palette=True)
    assert len(small.getvalue()) < len(plain.getvalue()) / 2
    with Image.open(small) as few, Image.open(plain) as many:
        assert few.mode == "P"
        distance = np.abs(np.asarray(few.convert("RGBA"), dtype=int) - np.asarray(many.convert("RGBA"), dtype=int))
        assert distance.mean() < 1.5


CHINESE = "损失随训练轮次下降（η = −0.1）"


def own_plot() -> bytes:
    figure, ax = plt.subplots()
    ax.plot([-2, 2], [-1, 1], label="训练")
    ax.set_title(CHINESE)
    ax.set_xlabel("误差")
    ax.legend()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # a box in the place of a character is a warning of matplotlib's
            buffer = io.BytesIO()
            figure.savefig(buffer)
            return buffer.getvalue()
    finally:
        plt.close(figure)


def test_fonts_for_a_while():
    with nb.fonts():
        inside = own_plot()
    with pytest.raises(UserWarning, match="missing from font"):
        own_plot()
    assert inside.startswith(b"\x89PNG")


def test_use_fonts_for_good():
    before = plt.rcParams["font.family"]
    try:
        nb.use_fonts()
        assert own_plot().startswith(b"\x89PNG")
    finally:
        plt.rcParams["font.family"] = before
