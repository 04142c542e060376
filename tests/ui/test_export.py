"""Pictures and data as files: complete, sharp, in either theme, and whole or not at all."""

from __future__ import annotations

import csv
import os
import re
import xml.etree.ElementTree as ET
from itertools import pairwise

import numpy as np
import pytest
from PySide6.QtCore import QSize, QSizeF
from PySide6.QtGui import QGuiApplication, QImage, QPainter
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QVBoxLayout, QWidget

from core.base.png import text_in_png
from core.experiment.files import SPEC_KEY
from core.experiment.serialization import loads
from core.experiment.spec import ExperimentSpec
from tests.ui.frames import recorded
from ui import theme
from ui.caption import caption, layers
from ui.export.dialog import EACH, ExportDialog, ask_export
from ui.export.formats import (
    FORMATS,
    ExportError,
    copy_to_clipboard,
    export,
    image,
    table,
    write_whole,
)
from ui.export.parts import WHOLE
from ui.export.sheet import dashboard, single, stacked
from ui.plots.card import Card
from ui.plots.text import plain
from ui.views import VIEWS

KEYS = sorted(VIEWS)
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def views(qapp):
    """Every view with a made-up run, never shown on the screen."""
    history, frame = recorded(frames=40, layers=4)
    made = [VIEWS[key]() for key in VIEWS]
    for view in made:
        view.show_frame(frame, history)
    return made


@pytest.fixture
def cards(qtbot, views):
    """The same as cards in a window."""
    window = QWidget()
    qtbot.addWidget(window)
    layout, made = QVBoxLayout(window), [Card(view) for view in views[:3]]
    for card in made:
        layout.addWidget(card)
    window.resize(800, 600)
    window.show()
    yield made
    window.close()


def pixels(picture: QImage) -> np.ndarray:
    picture = picture.convertToFormat(QImage.Format.Format_RGB32)
    return (
        np.frombuffer(picture.constBits(), np.uint8)
        .reshape(picture.height(), -1, 4)[..., 2::-1]
        .copy()
    )


def texts(svg: bytes) -> list[str]:
    return ["".join(e.itertext()).strip() for e in ET.fromstring(svg).iter(f"{SVG}text")]


# Pictures


@pytest.mark.parametrize("scale", [1, 2, 3, 4])
def test_a_png_has_the_size_asked_for_and_looks_the_same_at_every_scale(tmp_path, views, scale):
    sheet = single(views[0], size=QSizeF(500, 300))
    path = tmp_path / "picture.png"
    export(path, sheet, theme.LIGHT, scale)
    picture = QImage(str(path))
    assert picture.size() == QSize(500, 300) * scale
    reference = pixels(image(sheet, theme.LIGHT, 1)).astype(float)
    small = pixels(picture).astype(float).reshape(300, scale, 500, scale, 3).mean(axis=(1, 3))
    assert np.abs(small - reference).mean() < 3
    # Ink goes by area: lines that got thinner would leave less of it.
    assert (255 - small).sum() == pytest.approx((255 - reference).sum(), rel=0.05)


def test_lines_stay_sharp_at_four_times_the_size(views):
    sheet = single(views[0], size=QSizeF(500, 300))
    blown_up = image(sheet, theme.LIGHT, 1).scaled(QSize(2000, 1200))
    sharp = image(sheet, theme.LIGHT, 4)

    def edges(picture):
        return np.abs(np.diff(pixels(picture).astype(int), axis=0)).max(axis=2) > 100

    assert edges(sharp).any()
    assert len(np.unique(pixels(sharp)[200:1000, 200:1900].reshape(-1, 3), axis=0)) > 10
    assert not np.array_equal(pixels(blown_up), pixels(sharp))


@pytest.mark.parametrize("colors", [theme.LIGHT, theme.DARK])
def test_a_picture_has_its_own_theme(views, colors):
    sheet = stacked(views)
    corner = image(sheet, colors).pixelColor(1, 1)
    assert corner.name() == colors.background
    assert image(single(views[0]), colors).pixelColor(1, 1).name() == colors.card


def test_a_png_carries_the_experiment(tmp_path, views):
    path, spec = tmp_path / "picture.png", '{"title": "Größe ½", "seed": 7}'
    export(path, stacked(views), theme.DARK, 1, spec)
    assert text_in_png(path.read_bytes(), SPEC_KEY) == spec
    export(path, stacked(views), theme.DARK, 1)
    assert text_in_png(path.read_bytes(), SPEC_KEY) is None


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("suffix", sorted(FORMATS))
def test_every_view_goes_into_every_format(tmp_path, views, key, suffix):
    view = next(v for v in views if v.key == key)
    path = tmp_path / f"{key}.{suffix}"
    export(path, single(view, "a caption"), theme.LIGHT)
    assert path.stat().st_size > (100 if suffix == "csv" else 500)
    assert list(tmp_path.iterdir()) == [path]


def test_an_svg_with_control_characters_in_its_words_can_be_read(tmp_path, views):
    path = tmp_path / "drawing.svg"
    export(path, stacked(views[:1], caption="a\x01b\ufffe c\x0bd"), theme.LIGHT)
    ET.fromstring(path.read_bytes())


def test_an_svg_is_clipped_and_has_its_text_as_text(tmp_path, views):
    path = tmp_path / "drawing.svg"
    export(path, stacked(views[:3], caption="digits, seed 1"), theme.LIGHT)
    svg = path.read_bytes()
    words = texts(svg)
    for title in ("Loss", "Activations", "Gradient magnitude"):
        assert title in words
    for label in ("layer 1", "output", "10⁻⁴", "Over the run", "digits, seed 1"):
        assert label in words
    root = ET.fromstring(svg)
    assert len(list(root.iter(f"{SVG}clipPath"))) >= 3
    assert not list(root.iter(f"{SVG}image"))
    families = re.findall(r'font-family="([^"]*)"', svg.decode())
    assert families
    assert all(family.endswith(", sans-serif") for family in families)


def test_a_narrow_card_gives_a_picture_in_which_no_words_are_cut(tmp_path, views, qtbot):
    view = next(v for v in views if v.key == "gradients")
    qtbot.addWidget(view)
    view.resize(170, 100)
    view.show()
    about = "Digits 8×8  ·  64-32  ·  tanh  ·  Xavier normal  ·  Adam 0.003  ·  batch 32  ·  seed 4"
    path = tmp_path / "drawing.svg"
    export(path, single(view, about), theme.LIGHT)
    words = texts(path.read_bytes())
    assert about.split() == next(w for w in words if w.startswith("Digits")).split()
    assert not any("…" in word for word in words)


def test_the_pixels_of_digits_stay_square_in_a_browser(tmp_path, views):
    path = tmp_path / "drawing.svg"
    export(path, single(next(v for v in views if v.key == "weight_images")), theme.LIGHT)
    styles = [image.get("style") for image in ET.parse(path).iter(f"{SVG}image")]
    assert styles == ["image-rendering:pixelated"] * len(styles) != []


def test_layer_names_in_an_svg_are_not_clipped_away(tmp_path, views):
    path = tmp_path / "drawing.svg"
    export(path, single(next(v for v in views if v.key == "gradients")), theme.LIGHT)
    root = ET.fromstring(path.read_bytes())
    boxes = {}
    for clip in root.iter(f"{SVG}clipPath"):
        corners = re.findall(r"[ML](-?[\d.]+),(-?[\d.]+)", clip[0].get("d") or "")
        x = [float(c[0]) for c in corners]
        boxes[clip.get("id")] = (min(x), max(x))

    def walk(node, clip):
        clip = node.get("clip-path") or clip
        if node.tag == f"{SVG}text" and "".join(node.itertext()).strip() == "output":
            left, right = boxes[clip[5:-1]] if clip else (0, 1e9)
            found.append(left <= float(node.get("x")) + 1 <= right)
        for child in node:
            walk(child, clip)

    found: list[bool] = []
    walk(root, "")
    assert found
    assert all(found)


def test_hints_for_the_mouse_are_not_in_pictures(tmp_path, views):
    view = next(view for view in views if view.key == "network")
    path = tmp_path / "network.svg"
    export(path, single(view), theme.LIGHT)
    assert "click" in plain(view.subtitle)
    words = texts(path.read_bytes())
    assert any(word.endswith("weights") for word in words)
    assert not any("click" in word for word in words)


def test_an_svg_looks_like_the_png(tmp_path, views):
    sheet = single(views[0], size=QSizeF(500, 300))
    path = tmp_path / "drawing.svg"
    export(path, sheet, theme.LIGHT)
    drawn = QImage(500, 300, QImage.Format.Format_RGB32)
    drawn.fill(0xFF00FF)
    with QPainter(drawn) as painter:
        QSvgRenderer(str(path)).render(painter)
    difference = np.abs(pixels(drawn).astype(int) - pixels(image(sheet, theme.LIGHT)))
    assert difference.mean() < 4


def test_a_pdf_is_one_page_of_vectors_with_embedded_fonts(tmp_path, views):
    path = tmp_path / "document.pdf"
    export(path, stacked(views[:3]), theme.LIGHT)
    content = path.read_bytes()
    assert content.startswith(b"%PDF-")
    assert b"/Subtype /Image" not in content
    assert b"/FontFile2" in content
    box = re.search(rb"/MediaBox \[([\d. ]+)\]", content)
    assert box
    width, height = (float(n) for n in box[1].split()[2:])
    size = stacked(views[:3]).size
    assert (width, height) == pytest.approx((size.width() * 0.75, size.height() * 0.75), abs=1)


def test_a_csv_holds_exactly_what_is_shown(tmp_path, views):
    view, path = views[0], tmp_path / "data.csv"
    export(path, single(view), theme.LIGHT)
    with open(path, newline="") as file:
        header, *rows = csv.reader(file)
    data = view.export_data()
    assert header == list(data)
    for i, values in enumerate(data.values()):
        cells = [row[i] for row in rows]
        assert all(cell == "" for cell in cells[len(values) :])
        read = np.array([float(cell or "nan") for cell in cells[: len(values)]])
        np.testing.assert_array_equal(read, values)


def test_the_columns_of_several_views_say_whose_they_are(views):
    names = list(table(stacked(views)))
    assert "Loss: iteration" in names
    assert "Gradient magnitude: layer 1" in names


def test_a_picture_goes_to_the_clipboard(views):
    copy_to_clipboard(single(views[0], size=QSizeF(300, 200)), theme.DARK, 2)
    assert QGuiApplication.clipboard().image().size() == QSize(600, 400)


# Files


def test_an_unknown_suffix_is_one_clear_message(tmp_path, views):
    with pytest.raises(ExportError, match=r"x\.bmp: unknown kind of file; choose one of \.png"):
        export(tmp_path / "x.bmp", single(views[0]), theme.LIGHT)


def test_a_file_that_cannot_be_written_leaves_the_old_one_and_no_rubbish(tmp_path, monkeypatch):
    path = tmp_path / "picture.png"
    path.write_bytes(b"old")

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(ExportError, match=r"picture\.png could not be written: No space left"):
        write_whole(path, b"new")
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_missing_folder_is_one_clear_message(tmp_path, views):
    with pytest.raises(ExportError, match="No such file or directory"):
        export(tmp_path / "nowhere" / "x.png", single(views[0]), theme.LIGHT)


def test_a_picture_too_large_for_memory_is_one_clear_message(views):
    with pytest.raises(ExportError, match="too large"):
        image(single(views[0], size=QSizeF(60_000, 60_000)), theme.LIGHT, 4)


# Sheets, captions and the dialog


def test_the_dashboard_stands_as_on_the_screen(cards):
    sheet = dashboard(cards)
    places = [place for _, place in sheet.places]
    assert [place.size().toSize() for place in places] == [card.size() for card in cards]
    tops = [place.top() for place in places]
    assert tops == sorted(tops)
    assert not any(a.intersects(b) for a, b in pairwise(places))
    cards[1].hide()
    assert cards[1].view not in dashboard(cards).views


def test_the_caption_names_the_settings():
    spec = ExperimentSpec(title="My try", seed=3)
    text = caption(spec)
    for words in ("My try", spec.data.dataset.label, spec.training.optimizer.label, "seed 3"):
        assert words in text
    assert "Xavier normal" in text
    assert layers(()) == "no hidden layer"


@pytest.fixture
def dialog(qtbot, cards, monkeypatch):
    monkeypatch.setattr(ExportDialog, "_last", {"format": "png", "scale": 2, "caption": False})

    def make(view=None):
        made = ExportDialog(cards, ExperimentSpec(title="Öl & Wasser"), view, cards[0].window())
        qtbot.addWidget(made)
        return made

    return make


def test_a_dialog_that_was_closed_is_gone(qtbot, cards, monkeypatch):
    monkeypatch.setattr(ExportDialog, "exec", lambda self: self.reject())
    window = cards[0].window()
    ask_export(cards, None, None, window)
    qtbot.waitUntil(lambda: not window.findChildren(ExportDialog))


def test_the_dialog_proposes_what_it_was_opened_for(dialog, cards):
    assert dialog().what.value() == WHOLE
    opened = dialog(cards[1].view)
    assert opened.what.value() == "activations"
    assert opened.suggestion() == "öl-wasser-activations.png"
    assert not opened.preview.pixmap().isNull()


def test_the_dialog_writes_the_file_and_adds_a_suffix(dialog, tmp_path):
    opened = dialog()
    opened.scale.set_value(3)
    opened.theme.set_value(theme.DARK)
    assert opened.save_to(tmp_path / "picture")
    spec = text_in_png((tmp_path / "picture.png").read_bytes(), SPEC_KEY)
    assert spec is not None
    assert loads(spec).title == "Öl & Wasser"
    again = dialog()
    assert again.scale.value() == 3
    assert again.chosen_theme() == theme.DARK


def test_the_dialog_writes_every_view_into_a_folder(dialog, tmp_path):
    opened = dialog()
    opened.what.set_value(EACH)
    opened.format.set_value("svg")
    assert opened.save_to(tmp_path)
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == [f"öl-wasser-{key}.svg" for key in ("activations", "gradients", "loss")]


def test_views_in_a_folder_replace_older_files_only_if_the_user_agrees(
    dialog, tmp_path, monkeypatch
):
    asked = []
    monkeypatch.setattr("ui.export.dialog.ask_folder", lambda *_: tmp_path)
    monkeypatch.setattr("ui.export.dialog.may_replace", lambda _, paths: asked.append(paths))
    opened = dialog()
    opened.what.set_value(EACH)
    opened.save()
    assert [path.name for path in asked[0]] == [
        f"öl-wasser-{key}.png" for key in ("loss", "activations", "gradients")
    ]
    assert not any(tmp_path.iterdir())


def test_the_dialog_says_why_a_file_could_not_be_written_and_stays(dialog, tmp_path):
    opened = dialog()
    opened.show()
    assert not opened.save_to(tmp_path / "nowhere" / "picture.png")
    assert "No such file or directory" in opened.problem.text()
    assert opened.problem.isVisible()
    assert opened.isVisible()


def test_the_dialog_offers_only_what_the_format_takes(dialog):
    opened = dialog()
    opened.format.set_value("csv")
    opened.format.edited.emit("csv")
    assert not opened.scale.isEnabled()
    assert not opened.theme.isEnabled()
    assert not opened.copy_button.isEnabled()
    opened.format.set_value("png")
    opened.format.edited.emit("png")
    assert opened.scale.isEnabled()


def test_copying_closes_the_dialog(dialog):
    opened = dialog()
    opened.show()
    opened.copy()
    assert not opened.isVisible()
    assert not QGuiApplication.clipboard().image().isNull()
