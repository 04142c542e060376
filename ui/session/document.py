"""The file behind an experiment: opened, saved, and named in the window's title."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QMessageBox, QWidget
from shiboken6 import Shiboken

from core.base.errors import about_file
from core.base.translation import Message, tr
from core.experiment.files import read_experiment, write_experiment
from core.experiment.reading import SpecError
from ui.preferences import Memory
from ui.session.edits import Edit
from ui.session.session import Session
from ui.widgets.file_dialogs import ask_source, ask_target

FILES = Message("Experiments (*.json *.png);;All files (*)")
SAVED = Message("Experiments (*.json)")
APPLICATION = "Training Playground"
RECENT, MOST_RECENT = "recent", 10


class Document(QObject):
    """Reads and writes the session's experiment; `report` shows errors to the user."""

    def __init__(
        self,
        session: Session,
        window: QWidget,
        report: Callable[[str], None],
        preferences: Memory,
    ) -> None:
        super().__init__(window)
        self._session, self._window, self._report = session, window, report
        self._preferences = preferences
        self.path: Path | None = None
        self._index = session.undo_stack.index()
        session.undo_stack.indexChanged.connect(self._follow)
        session.saved_changed.connect(self.tell)
        session.spec_changed.connect(lambda _: self.tell())

    def recent(self) -> list[Path]:
        """The files opened or saved last, newest first, without those that no longer exist."""
        names = self._preferences.text(RECENT, "").splitlines()
        return [path for name in names if name and (path := Path(name)).is_file()]

    def _remember(self, path: Path) -> None:
        path = path.absolute()
        known = [path, *(other for other in self.recent() if other != path)][:MOST_RECENT]
        self._preferences.keep(**{RECENT: "\n".join(map(str, known))})

    def tell(self) -> None:
        """Show the experiment's name in the window's title, with a star while unsaved."""
        name = tr(self._session.spec.title) or (self.path.stem if self.path else "")
        changed = "" if self._session.undo_stack.isClean() else "*"
        if changed and not name:
            name = tr("Untitled")
        self._window.setWindowTitle(f"{name}{changed} – {APPLICATION}" if name else APPLICATION)

    def _follow(self, index: int) -> None:
        """Change the file with the experiment where one was opened, also by undo and redo."""
        # A full stack drops its oldest edit for each new one, which leaves the index as it was.
        start, stack = self._index if self._index != index else index - 1, self._session.undo_stack
        self._index = index
        if not Shiboken.isValid(stack):
            return  # a stack empties itself when it is destroyed
        for number in range(min(start, index), max(start, index)):
            edit = stack.command(number)
            if isinstance(edit, Edit) and edit.opens:
                self.path, edit.other_file = edit.other_file, self.path
        self.tell()

    def open(self, path: Path) -> bool:
        """Open the experiment in a file; if it is invalid, report all problems and change
        nothing."""
        try:
            spec = read_experiment(path)
        except SpecError as error:
            self._report(tr(str(error)))
            return False
        self._session.open(spec)
        # An image contains an experiment, but saving does not write to it.
        self.path = path if path.suffix.lower() != ".png" else None
        self._remember(path)
        self._session.undo_stack.setClean()
        self.tell()
        return True

    def ask_open(self) -> None:
        if path := ask_source(self._window, tr("Open experiment"), self._at(), tr(FILES)):
            self.open(path)

    def save(self) -> None:
        if self.path is None:
            self.ask_save()
        else:
            self.write(self.path)

    def ask_save(self) -> None:
        suggested = self.path or Path(self._at()) / "experiment.json"
        if path := ask_target(self._window, tr("Save experiment"), suggested, tr(SAVED)):
            self.write(path)

    def write(self, path: Path) -> bool:
        """Save to a file; return whether that worked."""
        try:
            write_experiment(path, self._session.spec)
        except OSError as error:
            self._report(tr(about_file(error, path)))
            return False
        self.path = path
        self._remember(path)
        self._session.undo_stack.setClean()
        self.tell()
        return True

    def may_close(self) -> bool:
        """Whether the window may close; asks about unsaved changes."""
        if self._session.undo_stack.isClean():
            return True
        box = QMessageBox(self._window)
        box.setIcon(QMessageBox.Icon.Question)
        box.setWindowTitle(APPLICATION)
        box.setText(tr("Save the changes to this experiment?"))
        box.setInformativeText(tr("They are lost if you do not save them."))
        Button = QMessageBox.StandardButton
        box.setStandardButtons(Button.Save | Button.Discard | Button.Cancel)
        box.setDefaultButton(Button.Save)
        box.button(Button.Discard).setText(tr("&Don't save"))
        answer = box.exec()
        box.deleteLater()
        if answer == Button.Save:
            self.save()
            return self._session.undo_stack.isClean()
        return answer == Button.Discard

    def _at(self) -> str:
        return str(self.path.parent if self.path else Path.home())
