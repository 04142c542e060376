"""Films of a run: the right frames, as long as asked for, and nothing left of a cancelled one."""

from __future__ import annotations

import stat
import weakref
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QSize, QSizeF, Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QVBoxLayout, QWidget

from core.experiment.spec import ExperimentSpec
from tests.ui.frames import recorded
from tests.ui.running import WAIT, session_within, wait
from ui import theme
from ui.export import film_formats
from ui.export.film import Film, FilmMaker, FilmPainter, stamp, widest_stamp
from ui.export.film_dialog import FilmDialog
from ui.export.film_formats import FILM_FORMATS
from ui.export.formats import image
from ui.export.sheet import stacked
from ui.main_window import MainWindow
from ui.plots.card import Card
from ui.preferences import Memory
from ui.views import VIEWS, View

LOSS, SURFACE = "loss", "surface"
# Writes down the size of what it is given instead of making a film of it.
FFMPEG = """#!/bin/sh
for last; do :; done
{ echo "$@"; wc -c; } > "$last"
"""
BROKEN_FFMPEG = """#!/bin/sh
echo "Unknown encoder 'libx264'" >&2
exit 1
"""


@pytest.fixture
def run(qapp):
    return recorded(frames=12, layers=3)


@pytest.fixture
def views(run):
    history, frame = run
    made = [VIEWS[key]() for key in (LOSS, SURFACE)]
    for view in made:
        view.show_frame(frame, history)
    return made


def film_of(views, run, scale: int = 1, rate: int = 10) -> Film:
    history = run[0]
    sheet = stacked(views, QSizeF(400, 300), widest_stamp())
    return Film(sheet, history.frames, history, theme.DARK, scale, rate)


def make(qtbot, film: Film, path, key: str) -> str:
    maker = FilmMaker(film, path, FILM_FORMATS[key])
    with qtbot.waitSignal(maker.finished, timeout=WAIT) as ended:
        maker.start()
    return ended.args[0]


def pixels(picture: QImage) -> np.ndarray:
    picture = picture.convertToFormat(QImage.Format.Format_RGB32)
    lines = np.frombuffer(picture.constBits(), np.uint8).reshape(picture.height(), -1, 4)
    return lines[:, : picture.width(), 2::-1].astype(int)


def frames_in(path) -> tuple[list[np.ndarray], list[int]]:
    """The frames of a film and how long each is shown, in milliseconds."""
    pictures, durations = [], []
    with Image.open(path) as film:
        for number in range(getattr(film, "n_frames", 1)):
            film.seek(number)
            film.load()
            durations.append(film.info["duration"])
            pictures.append(np.asarray(film.convert("RGB")).astype(int))
    return pictures, durations


def still(film: Film, number: int) -> np.ndarray:
    """The ordinary export of the views while they look at one step of the film."""
    frame = film.frames[number]
    for view in film.sheet.views:
        assert isinstance(view, View)
        view.show_frame(frame, film.history)
    return pixels(image(replace(film.sheet, caption=stamp(frame)), film.theme, film.scale))


@pytest.mark.parametrize("scale", [1, 2])
def test_every_frame_is_painted_exactly_as_the_export_of_its_step(views, run, scale):
    film = film_of(views, run, scale)
    painter = FilmPainter(film)
    with painter.painting():
        painted = [pixels(painter.paint(frame)) for frame in film.frames]
    for number, picture in enumerate(painted):
        np.testing.assert_array_equal(picture, still(film, number))


@pytest.mark.parametrize("scale", [1, 2])
def test_a_webp_has_every_step_at_its_size_and_looks_like_it(qtbot, tmp_path, views, run, scale):
    film, path = film_of(views, run, scale), tmp_path / "film.webp"
    assert make(qtbot, film, path, "webp") == ""
    pictures, durations = frames_in(path)
    assert len(pictures) == 12 and durations == [100] * 12
    assert pictures[0].shape == (324 * scale, 400 * scale, 3)
    for number in (0, 5, 11):
        assert np.abs(pictures[number] - still(film, number)).mean() < 2
    assert list(tmp_path.iterdir()) == [path]


def test_a_gif_looks_like_the_export_and_lasts_as_long_as_asked_for(qtbot, tmp_path, views, run):
    film, path = film_of(views, run, rate=30), tmp_path / "film.gif"
    assert make(qtbot, film, path, "gif") == ""
    pictures, durations = frames_in(path)
    assert len(pictures) == 12 and sum(durations) == 400
    for number in (0, 11):
        assert np.abs(pictures[number] - still(film, number)).mean() < 2
    assert np.abs(pictures[0] - pictures[11]).max() > 100


def test_frames_that_are_all_the_same_keep_their_time(qtbot, tmp_path, views, run):
    film, path = film_of(views, run), tmp_path / "film.gif"
    film = replace(film, frames=[film.frames[3]] * 3)
    assert make(qtbot, film, path, "gif") == ""
    assert sum(frames_in(path)[1]) == 300


def test_a_film_of_one_step_is_one_frame(qtbot, tmp_path, views, run):
    film = replace(film_of(views, run), frames=run[0].frames[:1])
    for key in ("gif", "webp"):
        path = tmp_path / f"film.{key}"
        assert make(qtbot, film, path, key) == ""
        with Image.open(path) as made:
            assert getattr(made, "n_frames", 1) == 1


def test_the_step_and_the_time_are_written_into_each_frame(views, run):
    frame = replace(run[1], iteration=12_345, epoch=6.25, seconds=83.4)
    assert stamp(frame) == "Step 12,345 · epoch 6.2 · 1:23 of training"
    film = film_of(views, run)
    painter = FilmPainter(film)
    with painter.painting():
        one, other = (pixels(painter.paint(frame)) for frame in film.frames[:2])
    # The line below the views differs, too.
    assert (one[-20:] != other[-20:]).any()


def test_the_views_show_afterwards_what_they_showed_before(views, run):
    history, last = run
    before = pixels(image(stacked(views), theme.DARK))
    painter = FilmPainter(film_of(views, run))
    with painter.painting():
        painter.paint(history.frames[2])
    assert all(view.frame is last and view.history is history for view in views)
    np.testing.assert_array_equal(pixels(image(stacked(views), theme.DARK)), before)


def test_a_cancelled_film_leaves_no_file_and_an_older_one_unharmed(qtbot, tmp_path, views, run):
    film, path = film_of(views, run), tmp_path / "film.webp"
    path.write_bytes(b"old")
    maker = FilmMaker(replace(film, frames=list(film.frames) * 50), path, FILM_FORMATS["webp"])
    with qtbot.waitSignal(maker.progressed, timeout=WAIT):
        maker.start()
    with qtbot.waitSignal(maker.stopped, timeout=WAIT):
        maker.stop()
    qtbot.waitUntil(lambda: list(tmp_path.iterdir()) == [path], timeout=WAIT)
    assert path.read_bytes() == b"old"


def test_a_film_that_cannot_be_written_says_why(qtbot, tmp_path, views, run):
    problem = make(qtbot, film_of(views, run), tmp_path / "nowhere" / "film.gif", "gif")
    assert "film.gif could not be written: No such file or directory" in problem


def program(tmp_path, monkeypatch, text: str) -> None:
    """Put a program called ffmpeg where it is looked for."""
    file = tmp_path / "bin" / "ffmpeg"
    file.parent.mkdir()
    file.write_text(text)
    file.chmod(file.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setattr(film_formats, "ffmpeg", lambda: str(file))


def test_ffmpeg_gets_every_frame_and_the_speed(qtbot, tmp_path, monkeypatch, views, run):
    program(tmp_path, monkeypatch, FFMPEG)
    path = tmp_path / "film.mp4"
    assert make(qtbot, film_of(views, run), path, "mp4") == ""
    words, size = path.read_text().splitlines()
    assert "-s 400x324 -r 10 " in words
    assert int(size) == 12 * 400 * 324 * 3


def test_what_ffmpeg_says_is_passed_on(qtbot, tmp_path, monkeypatch, views, run):
    program(tmp_path, monkeypatch, BROKEN_FFMPEG)
    problem = make(qtbot, film_of(views, run), tmp_path / "film.mp4", "mp4")
    assert problem == "ffmpeg: Unknown encoder 'libx264'"
    assert not (tmp_path / "film.mp4").exists()


# The dialog


@pytest.fixture
def dialog(qtbot, views, run):
    window = QWidget()
    qtbot.addWidget(window)
    layout = QVBoxLayout(window)
    cards = [Card(view) for view in views]
    for card in cards:
        layout.addWidget(card)
    window.resize(500, 400)
    window.show()
    made = FilmDialog(cards, ExperimentSpec(title="Öl"), run[0], Memory(False), window)
    qtbot.addWidget(made)
    yield made
    window.close()


def test_the_dialog_films_the_chosen_range(qtbot, dialog, tmp_path):
    dialog.first.setValue(30)
    dialog.last.setValue(60)
    assert [frame.iteration for frame in dialog.frames()] == [30, 40, 50, 60]
    assert dialog.note.text().startswith("4 recorded steps, 0.3 s, ")
    dialog.format.set_value("webp")
    with qtbot.waitSignal(dialog.accepted, timeout=WAIT):
        dialog.save_to(tmp_path / "film")
    pictures, _ = frames_in(tmp_path / "film.webp")
    assert len(pictures) == 4
    width, height = dialog.film().reel.size
    assert pictures[0].shape == (height, width, 3)


def test_the_dialog_stays_open_when_the_film_is_stopped(qtbot, dialog, tmp_path):
    dialog.show()
    dialog.save_to(tmp_path / "film.gif")
    assert not dialog.save_button.isEnabled() and dialog.progress.isVisible()
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: dialog.maker is None, timeout=WAIT)
    assert dialog.isVisible() and dialog.save_button.isEnabled()
    assert "no file is left" in dialog.problem.text()
    assert dialog.made is None


@pytest.mark.parametrize("is_stopped", [False, True])
def test_a_film_that_is_over_gives_its_memory_back_while_the_dialog_is_open(
    qtbot, dialog, tmp_path, is_stopped
):
    dialog.show()
    dialog.save_to(tmp_path / "film.gif")
    maker = weakref.ref(dialog.maker)
    if is_stopped:
        dialog.maker.stop()
    qtbot.waitUntil(lambda: dialog.maker is None, timeout=WAIT)
    qtbot.waitUntil(lambda: maker() is None, timeout=WAIT)


def test_without_ffmpeg_mp4_cannot_be_chosen_and_says_why(qtbot, monkeypatch, views, run):
    monkeypatch.setattr(film_formats, "ffmpeg", lambda: None)
    cards = [Card(view) for view in views]
    dialog = FilmDialog(cards, ExperimentSpec(), run[0], Memory(False))
    qtbot.addWidget(dialog)
    row = list(FILM_FORMATS).index("mp4")
    place = dialog.format.model().index(row, 0)
    assert not place.flags() & Qt.ItemFlag.ItemIsEnabled
    assert "ffmpeg" in place.data(Qt.ItemDataRole.ToolTipRole)
    monkeypatch.setattr(film_formats, "ffmpeg", lambda: "/usr/bin/ffmpeg")
    again = FilmDialog(cards, ExperimentSpec(), run[0], Memory(False))
    qtbot.addWidget(again)
    assert again.format.model().index(row, 0).flags() & Qt.ItemFlag.ItemIsEnabled


def test_the_size_of_the_film_goes_by_its_scale(dialog):
    before = dialog.film().reel.size
    dialog.scale.set_value(2)
    assert QSize(*dialog.film().reel.size) == QSize(*before) * 2


def test_a_run_is_paused_for_the_dialog_and_goes_on_after_it(qtbot, monkeypatch):
    window = MainWindow(session_within(ExperimentSpec()), "dark", remember=False)
    qtbot.addWidget(window)
    window.show()
    session, opened = window.session, []

    def exec_(dialog: FilmDialog) -> int:
        opened.append((session.is_running, dialog.last.value(), session.history.iteration))
        return 0

    monkeypatch.setattr(FilmDialog, "exec", exec_)
    session.set_running(True)
    wait(qtbot, session, lambda frame: frame.iteration > 50)
    window.menus.actions["Export film…"].trigger()
    qtbot.waitUntil(lambda: bool(opened), timeout=WAIT)
    running, last, newest = opened[0]
    assert not running and last == newest
    assert session.is_running
    session.set_running(False)
    wait(qtbot, session, lambda frame: frame.status == "paused")
    window.menus.actions["Export film…"].trigger()
    assert len(opened) == 2 and not session.is_running
    window.close()


def test_a_run_that_is_reset_before_the_dialog_opens_is_not_filmed(qtbot, monkeypatch):
    window = MainWindow(session_within(ExperimentSpec()), "dark", remember=False)
    qtbot.addWidget(window)
    window.show()
    session = window.session
    monkeypatch.setattr(FilmDialog, "exec", lambda dialog: pytest.fail("there is no run"))
    session.set_running(True)
    wait(qtbot, session, lambda frame: frame.iteration > 50)
    window.menus.actions["Export film…"].trigger()
    session.frame_shown.connect(lambda frame: frame.status == "running" or session.history.clear())
    qtbot.waitUntil(lambda: "nothing to film" in window.train.banner.text(), timeout=WAIT)
    window.close()
