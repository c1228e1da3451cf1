"""Saving: the same bytes, in our style, whole or not at all; and characters that nothing can draw."""

from __future__ import annotations

import io
import warnings

import matplotlib
import pytest
from matplotlib import font_manager
from matplotlib.backends.backend_pdf import PdfPages

from nnbasics import _files, plot_lr
from nnbasics._files import replace_file
from nnbasics.plotting import fonts, style
from nnbasics.plotting.style import PageFigure


def drawing(text: str = "σ(x) 学习率 $\\eta$") -> PageFigure:
    ax = plot_lr([0.1, 0.05], lang="zh")
    ax.set_title(text, fontfamily=fonts.font_families())
    return ax.figure


@pytest.mark.parametrize("kind", ["png", "svg", "pdf"])
def test_a_file_and_a_buffer_get_the_same_bytes_twice(tmp_path, kind):
    drawing().savefig(tmp_path / f"a.{kind}")
    buffer = io.BytesIO()
    drawing().savefig(buffer, format=kind)
    assert (tmp_path / f"a.{kind}").read_bytes() == buffer.getvalue()
    assert len(buffer.getvalue()) > 3000


def test_the_users_settings_do_not_change_our_bytes():
    plain, strange = io.BytesIO(), io.BytesIO()
    plot_lr([0.1, 0.05], lang="zh").figure.savefig(plain)
    with matplotlib.rc_context({"font.size": 30, "savefig.dpi": 10, "axes.facecolor": "red", "savefig.bbox": "tight"}):
        plot_lr([0.1, 0.05], lang="zh").figure.savefig(strange)
    assert plain.getvalue() == strange.getvalue()


def test_a_path_without_a_suffix_becomes_a_png(tmp_path):
    drawing().savefig(tmp_path / "a")
    assert [path.name for path in tmp_path.iterdir()] == ["a.png"]


def test_pdf_pages_still_work(tmp_path):
    with PdfPages(tmp_path / "all.pdf") as pages:
        pages.savefig(drawing())
        pages.savefig(drawing())
    assert (tmp_path / "all.pdf").read_bytes().count(b"/MediaBox") == 2


def test_jupyter_gets_one_png():
    assert drawing()._repr_png_().startswith(b"\x89PNG")


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt()])
@pytest.mark.parametrize("old", [b"the old file", None])
def test_an_interrupted_write_leaves_the_old_file_or_none(tmp_path, monkeypatch, error, old):
    path = tmp_path / "a.png"
    if old:
        path.write_bytes(old)

    def fail(_):
        raise error

    monkeypatch.setattr(_files.os, "fsync", fail)
    with pytest.raises(type(error)):
        replace_file(path, b"new")
    assert [p.name for p in tmp_path.iterdir()] == (["a.png"] if old else [])
    if old:
        assert path.read_bytes() == old


def test_a_link_keeps_pointing_and_its_target_is_replaced(tmp_path):
    target, link = tmp_path / "real.png", tmp_path / "link.png"
    target.write_bytes(b"old")
    link.symlink_to(target)
    drawing().savefig(link)
    assert link.is_symlink()
    assert target.read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("a unicorn 🦄", "'🦄' (U+1F984 UNICORN FACE)"),
        ("𠀀 and 🦄", "'🦄' (U+1F984 UNICORN FACE), '𠀀' (U+20000 CJK UNIFIED IDEOGRAPH-20000)"),
        ("$损失$ inside", "'损' (U+635F CJK UNIFIED IDEOGRAPH-635F)"),
        ("鱻 beside $x$", "U+9C7B"),  # text with mathematics is drawn with the first family alone
    ],
)
def test_a_character_that_nothing_draws_is_one_warning_that_names_it(monkeypatch, text, named):
    monkeypatch.setattr(fonts, "SYSTEM_FAMILIES", ())
    fonts.font_families.cache_clear()
    style._sheet.cache_clear(), style._style.cache_clear()
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        drawing(text).savefig(io.BytesIO())
    fonts.font_families.cache_clear()
    style._sheet.cache_clear(), style._style.cache_clear()
    assert len(caught) == 1
    assert caught[0].category is UserWarning
    assert named in str(caught[0].message)
    assert "box" in str(caught[0].message)


def test_what_can_be_drawn_gives_no_warning():
    drawing("学习率 ±6 × $\\eta_1$ → αβγ, naïve café, ① ∇").savefig(io.BytesIO())


def test_chinese_that_the_caller_adds_is_drawn_in_our_font():
    ax = plot_lr([0.1, 0.05], label="阶梯")
    ax.text(0.5, 0.05, "学习率减半")
    ax.legend()
    ax.figure.suptitle("交叉熵与阈值")
    ax.figure.savefig(io.BytesIO())  # a warning would be an error here


@pytest.mark.parametrize("kind", ["jpg", "webp", "SVG"])
def test_other_formats_are_matplotlibs(tmp_path, kind):
    drawing().savefig(tmp_path / f"a.{kind}")
    assert (tmp_path / f"a.{kind}").stat().st_size > 3000


def test_our_font_stands_first_and_dejavu_last():
    families = fonts.font_families()
    assert families[0] == "NNBasics Sans"
    assert families[-1] == "DejaVu Sans"


def test_the_systems_chinese_fonts_stand_between_where_there_are_any(monkeypatch):
    names = [*font_manager.fontManager.get_font_names(), "SimHei", "Noto Sans CJK SC"]
    monkeypatch.setattr(font_manager.fontManager, "get_font_names", lambda: names)
    fonts.font_families.cache_clear()
    try:
        assert fonts.font_families() == ("NNBasics Sans", "Noto Sans CJK SC", "SimHei", "DejaVu Sans")
    finally:
        fonts.font_families.cache_clear()


def test_the_font_is_what_its_script_builds(tmp_path):
    pytest.importorskip("pylopdf_fonts_zh_cn", reason="needs the dependency group `font` (make font)")
    import runpy
    from pathlib import Path

    script = runpy.run_path(str(Path(__file__).parent.parent / "tools" / "build_font.py"))
    script["build"](tmp_path / "built.ttf")
    assert (tmp_path / "built.ttf").read_bytes() == fonts.FONT_FILE.read_bytes()
