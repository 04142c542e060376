"""The dialog for choosing what to film, which also shows the progress of the film."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from PySide6.QtWidgets import (
    QDialog,
    QLabel,
    QProgressBar,
    QPushButton,
    QWidget,
)

from core.base.translation import Message, tr
from core.experiment.spec import ExperimentSpec
from core.telemetry.frame import Frame
from core.telemetry.history import History
from ui import theme as themes
from ui.export.film import Film, FilmMaker, FilmPainter, widest_stamp
from ui.export.film_formats import FILM_FORMATS, FilmError
from ui.export.parts import (
    WHOLE,
    arrange,
    combo,
    file_stem,
    form_of,
    preview_label,
    show_preview,
)
from ui.export.sheet import Sheet, dashboard, single
from ui.plots.card import Card, CardDock
from ui.preferences import Memory
from ui.theme import DARK, LIGHT
from ui.widgets.combo import Combo
from ui.widgets.file_dialogs import ask_target, with_suffix
from ui.widgets.spin import Spin

CANCELLED = Message("The film was cancelled; no file is left.")
RATES = (5, 10, 15, 20, 25, 30)
COLORS = {"light": LIGHT, "dark": DARK}
NAMES = {"light": Message("Light"), "dark": Message("Dark")}
DEFAULTS = {"format": "gif", "rate": "15", "scale": "1"}


class FilmDialog(QDialog):
    """Films one view or the whole dashboard along the recorded steps of a paused run.

    `history` needs at least one frame. The last choices are kept in `preferences`.
    """

    def __init__(
        self,
        cards: Sequence[Card | CardDock],
        spec: ExperimentSpec,
        history: History,
        preferences: Memory,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Export film"))
        self._cards, self._spec, self._preferences = cards, spec, preferences
        # Frames that the run adds meanwhile are not in the film.
        self._history = history.fork(history.iteration)
        self._views = [card.view for card in cards if not card.isHidden()]
        self.made: Path | None = None
        self.maker: FilmMaker | None = None
        subjects = [(view.key, view.title, "", "") for view in self._views]
        self.what = combo(
            self, tr("What to film"), [(WHOLE, tr("Whole dashboard"), "", ""), *subjects]
        )
        self.first, self.last = self._step_field(tr("From step")), self._step_field(tr("To step"))
        self.rate = combo(
            self, tr("Speed"), [(r, tr("{count} frames a second", count=r), "", "") for r in RATES]
        )
        self.format = self._formats()
        self.scale = combo(self, tr("Size"), [(k, f"{k} ×", "", "") for k in (1, 2)])
        self.theme = combo(
            self, tr("Colours"), [(c, tr(NAMES[k]), "", "") for k, c in COLORS.items()]
        )
        self.preview, self.note, self.problem = preview_label(), QLabel(), QLabel()
        self.progress = QProgressBar()
        self.cancel_button, self.save_button = QPushButton(tr("Cancel")), QPushButton(tr("Save…"))
        self._looked_at = self._history.iteration
        self._arrange()
        self._propose()
        self._connect()
        self._update()

    # What is chosen

    def sheet(self) -> Sheet:
        """The views that are filmed, with room below for step and time."""
        chosen = self.what.value()
        if chosen == WHOLE:
            return dashboard(self._cards, widest_stamp())
        return single(next(view for view in self._views if view.key == chosen), widest_stamp())

    def frames(self) -> list[Frame]:
        """The recorded steps within the chosen range, at least one."""
        low, high = sorted((self.first.value(), self.last.value()))
        inside = [f for f in self._history.frames if low <= f.iteration <= high]
        return inside or [self._history.nearest(low)]

    def film(self) -> Film:
        return Film(
            self.sheet(),
            self.frames(),
            self._history,
            self.theme.value(),
            self.scale.value(),
            self.rate.value(),
        )

    # Making it

    def save(self) -> None:
        """Ask for a file and make the film."""
        kind = FILM_FORMATS[self.format.value()]
        folder = Path(self._preferences.text("film/folder", str(Path.home())))
        proposed = folder / f"{file_stem(self._spec.title, self.what.value())}.{kind.key}"
        kinds = f"{tr(kind.label)} (*.{kind.key})"
        if path := ask_target(self, tr("Export film"), proposed, kinds):
            self.save_to(path)

    def save_to(self, path: Path) -> None:
        """Make the film; the dialog closes when it is done, and stays open if that fails."""
        kind = FILM_FORMATS[self.format.value()]
        path = with_suffix(path, f".{kind.key}")
        self._keep_choices(path.parent)
        try:
            self.maker = FilmMaker(self.film(), path, kind, self)
        except FilmError as error:
            self._complain(tr(str(error)))
            return
        self.made = path
        self.maker.progressed.connect(lambda share: self.progress.setValue(round(1000 * share)))
        self.maker.finished.connect(self._finish)
        self.maker.stopped.connect(lambda: self._finish(tr(CANCELLED)))
        self._set_making(True)
        self.maker.start()

    def reject(self) -> None:
        """Cancel: first the film that is being made, then the dialog."""
        if self.maker is not None:
            self.cancel_button.setEnabled(False)
            self.maker.stop()
        else:
            super().reject()

    def _finish(self, problem: str) -> None:
        self.maker = None
        self._set_making(False)
        if problem:
            self.made = None
            self._complain(problem)
        else:
            self.accept()

    def _set_making(self, making: bool) -> None:
        for part in self._choices():
            part.setEnabled(not making)
        self.save_button.setEnabled(not making)
        self.cancel_button.setEnabled(True)
        self.cancel_button.setText(tr("Stop") if making else tr("Cancel"))
        self.progress.setValue(0)
        self.progress.setVisible(making)
        self.problem.hide()

    def _complain(self, message: str) -> None:
        self.problem.setText(message)
        self.problem.show()

    # Looks

    def _choices(self) -> tuple[Combo | Spin, ...]:
        steps = self.first, self.last
        return (self.what, *steps, self.rate, self.format, self.scale, self.theme)

    def _step_field(self, name: str) -> Spin:
        recorded = self._history.recorded_steps()
        field = Spin(recorded[0], recorded[-1])
        field.setAccessibleName(name)
        field.setGroupSeparatorShown(True)
        field.setSingleStep(max(1, (recorded[-1] - recorded[0]) // 100))
        return field

    def _formats(self) -> Combo:
        items = [
            (k, tr(f.label), f.missing() and tr("needs ffmpeg"), tr(f.missing()))
            for k, f in FILM_FORMATS.items()
        ]
        missing = [key for key, kind in FILM_FORMATS.items() if kind.missing()]
        return combo(self, tr("Format"), items, missing)

    def _arrange(self) -> None:
        self.problem.setStyleSheet(f"color: {themes.current().bad}")
        self.problem.hide()
        self.progress.setRange(0, 1000)
        self.progress.setTextVisible(False)
        self.progress.setAccessibleName(tr("Progress of the film"))
        self.progress.hide()
        form = form_of((choice.accessibleName(), choice) for choice in self._choices())
        notes, buttons = (self.note, self.problem), (self.cancel_button, self.save_button)
        arrange(self, self.preview, form, notes, self.progress, buttons)

    def _propose(self) -> None:
        recorded, known = self._history.recorded_steps(), self._preferences.text
        self.first.set_value(recorded[0])
        self.last.set_value(recorded[-1])
        chosen = {key: known(f"film/{key}", value) for key, value in DEFAULTS.items()}
        kind = FILM_FORMATS.get(chosen["format"])
        self.format.set_value(kind.key if kind and not kind.missing() else DEFAULTS["format"])
        for field, values in (("rate", RATES), ("scale", (1, 2))):
            if chosen[field] in map(str, values):
                getattr(self, field).set_value(int(chosen[field]))
        self.theme.set_value(COLORS.get(known("film/theme", ""), themes.current()))
        what = known("film/what", WHOLE)
        if what in {view.key for view in self._views}:
            self.what.set_value(what)

    def _keep_choices(self, folder: Path) -> None:
        names = {id(colors): name for name, colors in COLORS.items()}
        kept = {
            "what": self.what.value(),
            "format": self.format.value(),
            "rate": str(self.rate.value()),
            "scale": str(self.scale.value()),
            "theme": names[id(self.theme.value())],
            "folder": str(folder),
        }
        self._preferences.keep(**{f"film/{key}": value for key, value in kept.items()})

    def _connect(self) -> None:
        for choice in self._choices():
            choice.edited.connect(lambda _: self._update())
        self.first.edited.connect(self._look_at)
        self.last.edited.connect(self._look_at)
        self.cancel_button.clicked.connect(self.reject)
        self.save_button.clicked.connect(self.save)

    def _look_at(self, iteration: int) -> None:
        self._looked_at = iteration
        self._update()

    def _update(self) -> None:
        """Update the preview and the length and size of the film."""
        film = self.film()
        count, (width, height) = len(film.frames), film.reel.size
        self.note.setText(
            tr(
                "{count} recorded step, {seconds:.1f} s, {width} × {height} pixels.",
                "{count} recorded steps, {seconds:.1f} s, {width} × {height} pixels.",
                count=count,
                seconds=count / film.rate,
                width=width,
                height=height,
            )
        )
        self.problem.hide()
        nearest = min(film.frames, key=lambda f: abs(f.iteration - self._looked_at))
        painter = FilmPainter(replace(film, scale=1))
        with painter.painting():
            show_preview(self.preview, painter.paint(nearest))
