"""The dialog that writes an experiment as a script."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

from PySide6.QtGui import QFontDatabase, QGuiApplication
from PySide6.QtWidgets import (
    QDialog,
    QLabel,
    QPlainTextEdit,
    QProgressBar,
    QPushButton,
    QWidget,
)

from core.base.errors import about_file
from core.base.translation import tr
from core.codegen import (
    TARGETS,
    CodeError,
    Export,
    Options,
    PyTorch,
    export,
    needs_weights,
    start_weights,
    write,
)
from core.experiment.spec import ExperimentSpec
from ui import theme as themes
from ui.data.work import Work, WorkContext
from ui.export.parts import arrange, cancel_button, combo, file_stem, form_of
from ui.widgets.check import Check
from ui.widgets.entry_combo import EntryCombo
from ui.widgets.file_dialogs import ask_target
from ui.widgets.spin import Spin

MOST_STEPS = 10_000_000
EPOCHS, STEPS = "epochs", "steps"


class CodeDialog(QDialog):
    """Shows an experiment as a script for the chosen target, to copy or to save.

    The script is made in the background; `exported` is the one shown, None while there is none.
    """

    _folder: ClassVar[Path] = Path.home()

    def __init__(self, spec: ExperimentSpec, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Export code"))
        self.resize(1120, 640)
        self._spec = spec
        self._name = file_stem(spec.title, "script").removesuffix("-script")
        self._work: Work | None = None
        self.exported: Export | None = None
        self.written: tuple[Path, ...] = ()
        self.target = EntryCombo(TARGETS)
        self.target.setAccessibleName(tr("Library"))
        self.target.set_value(PyTorch.key)
        lengths = [(EPOCHS, tr("All epochs"), "", ""), (STEPS, tr("Number of steps"), "", "")]
        self.until = combo(self, tr("Length"), lengths)
        self.steps = Spin(1, MOST_STEPS)
        self.steps.setAccessibleName(tr("Steps"))
        self.weights = Check()
        self.weights.setText(tr("First weights of the run in a file beside it"))
        self.preview = QPlainTextEdit()
        self.about, self.note, self.busy = QLabel(), QLabel(), QProgressBar()
        self.copy_button, self.save_button = QPushButton(tr("Copy")), QPushButton(tr("Save…"))
        self._arrange()
        for control in (self.target, self.until, self.steps, self.weights):
            control.edited.connect(lambda _: self._update())
        self.copy_button.clicked.connect(self.copy)
        self.save_button.clicked.connect(self.save)
        self._update()

    def copy(self) -> None:
        """Copy the script to the clipboard."""
        QGuiApplication.clipboard().setText(self.preview.toPlainText())
        self._say(tr("The script is copied."))

    def save(self) -> None:
        """Ask for a file and write the script there."""
        proposed = self._folder / f"{self._name}.py"
        beside = [".npz"] if self.exported and self.exported.arrays else []
        if path := ask_target(self, tr("Export code"), proposed, "Python (*.py)", beside):
            self.save_to(path)

    def save_to(self, path: Path) -> None:
        """Write the script and the files that it needs, and close; show the reason on failure."""
        # The script contains its own name, so it is made again if another was chosen.
        self._name = path.stem
        self._update(folder=path.parent)

    def done(self, result: int) -> None:
        if self._work:
            self._work.give_up()
            self._work = None
        super().done(result)

    def _update(self, folder: Path | None = None) -> None:
        """Make the script, and write it if a folder is given."""
        if self._work:
            self._work.give_up()
        limited = self.until.value() == STEPS
        self.steps.setEnabled(limited)
        self.about.setText(tr(TARGETS[self.target.value()].advice))
        options = Options(self._name, self.steps.value() if limited else 0)
        spec, target = self._spec, self.target.value()
        beside = self.weights.isChecked() or needs_weights(spec)
        self.exported = None
        self._set_ready(False)
        self._say("")
        work = Work(lambda context: _made(context, spec, target, options, beside, folder))
        work.progressed.connect(lambda share, text: self.busy.setValue(round(100 * share)))
        work.done.connect(self._show)
        work.failed.connect(self._complain)
        self._work = work.start()

    def _show(self, made: tuple[Export, tuple[Path, ...]]) -> None:
        self._work = None
        self.exported, self.written = made
        if self.written:
            CodeDialog._folder = self.written[0].parent
            self.accept()
            return
        self.preview.setPlainText(self.exported.script)
        self._set_ready(True)
        self._say("\n".join(_files_read(self.exported)))

    def _complain(self, message: str) -> None:
        self._work = None
        self.preview.clear()
        self.busy.hide()
        self._say(message, themes.current().bad)

    def _say(self, text: str, color: str = "") -> None:
        self.note.setStyleSheet(f"color: {color}" if color else "")
        self.note.setText(text)

    def _set_ready(self, ready: bool) -> None:
        for button in (self.copy_button, self.save_button):
            button.setEnabled(ready)
        self.busy.setVisible(not ready)

    def _arrange(self) -> None:
        self.weights.setChecked(needs_weights(self._spec))
        self.weights.setEnabled(not needs_weights(self._spec))
        self.steps.set_value(1000)
        self.preview.setReadOnly(True)
        self.preview.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.preview.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.preview.setAccessibleName(tr("Script"))
        self.about.setWordWrap(True)
        choices = (
            (tr("Library"), self.target),
            ("", self.about),
            (tr("Length"), self.until),
            (tr("Steps"), self.steps),
            ("", self.weights),
        )
        notes, buttons = (self.note, self.busy), (cancel_button(self), self.save_button)
        arrange(self, self.preview, form_of(choices), notes, self.copy_button, buttons, 5)


def _files_read(exported: Export) -> Iterator[str]:
    if exported.reads_source:
        yield tr("Reads your table from {file}.", file=exported.source)
    if exported.arrays:
        yield tr("Reads {file}, which is saved beside the script.", file=exported.beside)


def _made(
    context: WorkContext,
    spec: ExperimentSpec,
    target: str,
    options: Options,
    beside: bool,
    folder: Path | None,
) -> tuple[Export, tuple[Path, ...]]:
    """The script and, if a folder is given, the files written there. Raises `UserError`."""
    weights = start_weights(spec, report=context.tell) if beside else None
    made = export(spec, target, options, weights)
    context.go_on()
    if folder is None:
        return made, ()
    try:
        return made, write(folder, made)
    except OSError as error:
        raise CodeError(about_file(error, error.filename or folder)) from error
