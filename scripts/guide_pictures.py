"""Makes the pictures of the user guide from the running application.

`make guide` writes `docs/guide/images/<language>/<name>.png`, one for each name in `PICTURES`, in
every language: the window is built, a run of fixed seed is trained to a fixed step, and what the
guide describes is grabbed, in the light theme. `make guide ARGS="timeline lab"` makes only these.
"""

from __future__ import annotations

import io
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont, ImageOps
from PySide6.QtCore import QBuffer, QEventLoop, QPoint, QTimer
from PySide6.QtWidgets import QApplication, QWidget

from core.base.translation import LANGUAGES
from core.catalogue.activations import Sigmoid
from core.catalogue.blocks import Dense
from core.data.user_files import UserTable
from core.experiment.spec import ExperimentSpec, NetworkSpec
from core.gallery import GALLERY
from core.search.presets import lecture
from core.worker.runner import Runner
from playground.process import make_application
from ui.language import apply_language
from ui.main_window import MainWindow
from ui.preferences import Memory
from ui.session.session import Session

ROOT = Path(__file__).resolve().parents[1]
IMAGES = ROOT / "docs" / "guide" / "images"
SIZE = (1280, 800)
COLORS, FRAME_COLOR = 128, "#c9ced8"
# How long a picture may take; how often a window is laid out until nothing moves any more.
SECONDS, LAYOUTS = 120.0, 5
EPOCHS = 120
# The finding: a gradient that does not reach the first layers.
DEEP_SIGMOID = NetworkSpec(hidden=(Dense(units=16),) * 6, activation=Sigmoid())
EXPERIMENT, LAB, LAB_STEP = "zigzag", "gradient_descent", 6
TRIALS, TRIAL_EPOCHS = 30, 50
LESSON, LESSON_EPOCHS = "03-activation-functions", 10
TABLE = """area,rooms,kind,year,price
50,2,flat,1974,180.5
61,3,house,1988,230
70,3,flat,2001,260
82,4,house,,310
90,4,flat,1995,305.5
104,5,house,2010,420
55,2,flat,1969,172
"""
MARK_RADIUS, MARK_COLOR = 13, "#111827"
# The space around the timeline, and the height of its picture with the plot above.
MARGIN, TIMELINE_HEIGHT = 12, 308


def grabbed(widget: QWidget) -> Image.Image:
    """A widget as a picture with one pixel for each of its own."""
    buffer = QBuffer()
    buffer.open(QBuffer.OpenModeFlag.WriteOnly)
    widget.grab().save(buffer, "PNG")  # type: ignore[call-overload]
    return Image.open(io.BytesIO(bytes(buffer.data().data()))).convert("RGB")


def marked(picture: Image.Image, places: list[QPoint]) -> Image.Image:
    """The picture with numbers from 1 at these places."""
    draw, font = ImageDraw.Draw(picture), ImageFont.load_default(18)
    for number, place in enumerate(places, 1):
        at = place.x(), place.y()
        draw.circle(at, MARK_RADIUS, MARK_COLOR, outline="white", width=2)
        draw.text(at, str(number), fill="white", font=font, anchor="mm")
    return picture


@contextmanager
def opened(spec: ExperimentSpec | None = None) -> Iterator[MainWindow]:
    """The window with an experiment, at its first step."""
    session = Session(spec or ExperimentSpec(), runner=Runner())
    window = MainWindow(session, "light", remember=False)
    window.resize(*SIZE)
    window.show()
    wait(lambda: session.shown)
    yield window
    window.close()
    session.close()
    window.deleteLater()


def wait(done: Callable[[], object]) -> None:
    """Let the application work until `done`. Raises TimeoutError."""
    deadline, clock = time.monotonic() + SECONDS, QTimer()
    clock.start(20)
    while not done():
        if time.monotonic() > deadline:
            raise TimeoutError("the window does not get ready for its picture")
        QApplication.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)


def train(session: Session, epochs: int) -> None:
    """Train epoch by epoch, so that the same steps are recorded every time."""
    for epoch in range(1, epochs + 1):
        session.finish_epoch()
        wait(lambda epoch=epoch: session.shown and session.shown.epoch >= epoch)


def diagnose(window: MainWindow) -> None:
    """Let the findings be those of the step that is shown, not of a step on the way there."""
    session, findings, looks = window.session, window.train.findings, []
    assert session.shown
    findings.looked.connect(lambda: looks.append(session.shown))
    findings.look(session.spec, session.shown, session.history)
    wait(lambda: looks)


def shot(window: QWidget, part: QWidget | None = None) -> Image.Image:
    """A window, or a part of it, when everything is laid out and painted."""
    for _ in range(LAYOUTS):
        window.grab()
        QApplication.processEvents()
    return grabbed(part or window)


def tour(folder: Path) -> Image.Image:
    """The window with its parts numbered in the order of the guide's first page."""
    with opened() as window:
        train(window.session, EPOCHS)
        parts = window.train
        diagnose(window)
        picture = shot(window)
        corners = (
            (window.rail, 33, 250),
            (parts.controls, -40, 22),
            (parts.toolbar, 0, 22),
            (parts.dashboard, 400, 18),
            (parts.timeline, 88, 25),
            (parts.findings, -40, 18),
        )
        places = [part.mapTo(window, QPoint(x % part.width(), y)) for part, x, y in corners]
        return marked(picture, places)


def finding(folder: Path) -> Image.Image:
    """A finding with its remedy."""
    with opened(ExperimentSpec(network=DEEP_SIGMOID)) as window:
        train(window.session, EPOCHS // 12)
        diagnose(window)
        return shot(window, window.train.findings)


def timeline(folder: Path) -> Image.Image:
    """An earlier step, from which the run can continue, with the plot above the timeline."""
    with opened() as window:
        session, part = window.session, window.train.timeline
        train(session, EPOCHS)
        checkpoint = session.checkpoint_near(session.history.iteration // 2, share=0.5)
        assert checkpoint
        session.look_at(checkpoint.iteration)
        picture, left = shot(window), part.mapTo(window, QPoint(-MARGIN, 0)).x()
        return picture.crop((left, picture.height - TIMELINE_HEIGHT, *picture.size))


def gallery(folder: Path) -> Image.Image:
    """An experiment of the gallery with its results."""
    with opened() as window:
        page = window.page("gallery")
        window.show_page("gallery")
        page.open(GALLERY[EXPERIMENT])  # type: ignore[attr-defined]
        entry = page.entry  # type: ignore[attr-defined]
        entry.run()
        wait(lambda: entry.results)
        return shot(window)


def lab(folder: Path) -> Image.Image:
    """A lab after some steps."""
    with opened() as window:
        page = window.page("labs")
        window.show_page("labs")
        page.open(LAB)  # type: ignore[attr-defined]
        page.lab.transport.go(LAB_STEP)  # type: ignore[attr-defined]
        return shot(window)


def search(folder: Path) -> Image.Image:
    """A search that is done."""
    with opened() as window:
        page = window.page("search")
        window.show_page("search")
        plan = lecture(bundled=True)
        training = replace(plan.experiment.training, max_epochs=TRIAL_EPOCHS)
        experiment = replace(plan.experiment, training=training)
        page.setup.show_plan(replace(plan, experiment=experiment, trials=TRIALS))  # type: ignore[attr-defined]
        page.setup.place = replace(page.setup.place, repeat=False)  # type: ignore[attr-defined]
        page.start()  # type: ignore[attr-defined]
        wait(lambda: not page.is_running)  # type: ignore[attr-defined]
        return shot(window)


def table(folder: Path) -> Image.Image:
    """The dialog that opens a table."""
    from ui.data.table_dialog import TableDialog, look

    path = folder / "houses.csv"
    path.write_text(TABLE, encoding="utf-8")
    dataset = UserTable(path=str(path), target="price")
    dialog = TableDialog(dataset, look(dataset))
    dialog.show()
    wait(dialog.use_button.isEnabled)  # type: ignore[attr-defined]
    return shot(dialog)


def export(folder: Path) -> Image.Image:
    """The dialog that saves the dashboard as a picture."""
    from ui.export.dialog import ExportDialog

    with opened() as window:
        train(window.session, EPOCHS)
        shot(window)
        dialog = ExportDialog(window.train.dashboard.cards(), window.session.spec, None, window)
        dialog.show()
        return shot(dialog)


def film(folder: Path) -> Image.Image:
    """The dialog that makes a film."""
    from ui.export.film_dialog import FilmDialog

    with opened() as window:
        train(window.session, EPOCHS)
        shot(window)
        session, cards = window.session, window.train.dashboard.cards()
        dialog = FilmDialog(cards, session.spec, session.history, Memory(False), window)
        dialog.show()
        return shot(dialog)


def lesson(folder: Path) -> Image.Image:
    """A lesson beside the Train page."""
    with opened() as window:
        window.course.open(LESSON)
        train(window.session, LESSON_EPOCHS)
        return shot(window)


PICTURES = {
    make.__name__: make
    for make in (tour, finding, timeline, gallery, lab, search, table, export, film, lesson)
}


def picture_path(language: str, name: str) -> Path:
    return IMAGES / language / f"{name}.png"


def write(picture: Image.Image, path: Path) -> None:
    """Write a picture as a small PNG, framed: pages are as light as it is."""
    path.parent.mkdir(parents=True, exist_ok=True)
    picture = ImageOps.expand(picture, 1, FRAME_COLOR)
    picture.quantize(COLORS, dither=Image.Dither.NONE).save(path, optimize=True)
    print(f"{path.relative_to(ROOT)}: {path.stat().st_size / 1000:,.0f} kB", flush=True)


def main(names: list[str]) -> None:
    """Make the pictures with these names, all if there are none."""
    os.environ |= {"QT_QPA_PLATFORM": "offscreen", "QT_SCALE_FACTOR": "1"}
    # On every computer the data are those that come with the application.
    os.environ.pop("PLAYGROUND_DATA", None)
    _application = make_application()
    for language in LANGUAGES:
        apply_language(language)
        for name in names or PICTURES:
            with tempfile.TemporaryDirectory() as folder:
                os.environ["XDG_DATA_HOME"] = folder
                write(PICTURES[name](Path(folder)), picture_path(language, name))


if __name__ == "__main__":
    main(sys.argv[1:])
