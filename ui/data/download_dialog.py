"""The dialog that downloads or copies a data set that does not come with the application."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import ClassVar

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from core.base.folders import cache_folder
from core.base.translation import tr
from core.data import DATASETS
from core.data.fetch import adopt, download
from core.data.sources import SOURCES
from ui import theme
from ui.data.work import Work, WorkContext
from ui.widgets.file_dialogs import ask_folder
from ui.widgets.layouts import add_layout

WIDTH, MARGIN = 520, 20
BUTTON = 104


class DownloadDialog(QDialog):
    """Offers to download a data set, or to copy its files from a folder. Accepted when it is there.

    Cancelling a download keeps the part received so far, and the next one resumes from it.
    """

    _running: ClassVar[dict[str, Work]] = {}

    def __init__(self, key: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.key = key
        self._work: Work | None = None
        self.setWindowTitle(tr("Get {name}", name=tr(DATASETS[key].label)))
        self.heading, self.text, self.place = QLabel(), QLabel(), QLabel()
        self.problem, self.state = QLabel(), QLabel()
        self.progress = QProgressBar()
        self.progress.setRange(0, 1000)
        self.download_button = QPushButton(tr("Download"))
        self.folder_button = QPushButton(tr("Choose folder…"))
        self.cancel_button = QPushButton(tr("Cancel"))
        self._arrange()
        self.download_button.clicked.connect(self.download)
        self.folder_button.clicked.connect(self.ask_folder)
        self.cancel_button.clicked.connect(self.reject)
        self._show_state()

    # Doing it

    def download(self) -> None:
        """Download the missing files, trying the mirrors in turn."""
        key = self.key

        def act(work: WorkContext) -> Path:
            def tell(done: int, size: int, text: str) -> None:
                work.tell(
                    done / size, tr("{done:.1f} of {size:.1f} MB", done=done / 1e6, size=size / 1e6)
                )

            return download(SOURCES[key], tell, work.is_given_up)

        self._start(act, tr("Looking for a server…"))

    def ask_folder(self) -> None:
        if folder := ask_folder(self, tr("Folder with the IDX files"), str(Path.home())):
            self.take_from(folder)

    def take_from(self, folder: Path) -> None:
        """Copy the data set from a folder with its four files, gzipped or not."""
        key = self.key
        self._start(lambda work: adopt(key, folder), tr("Copying the files…"))

    def _start(self, act: Callable[[WorkContext], Path], state: str) -> None:
        last = self._running.get(self.key)
        # Not the work itself: Qt objects must not be destroyed in its thread.
        before = last and last.ended

        def after_the_last(work: WorkContext) -> Path:
            # A cancelled download may still wait for its server, and must not overlap the next one.
            if before is not None:
                before.wait()
            work.go_on()
            return act(work)

        self._work = self._running[self.key] = Work(after_the_last)
        self._work.progressed.connect(self._show_progress)
        self._work.done.connect(lambda _: self.accept())
        self._work.failed.connect(self._fail)
        self._work.start()
        self._show_state(state)

    def _fail(self, message: str) -> None:
        self._work = None
        self._show_state(problem=message)

    def done(self, result: int) -> None:
        if self._work is not None:
            self._work.give_up()
            self._work = None
        super().done(result)

    # Looks

    def _arrange(self) -> None:
        entry, source = DATASETS[self.key], SOURCES[self.key]
        size = source.size / 1e6
        self.heading.setText(tr("<b>{name} is not on this computer yet</b>", name=tr(entry.label)))
        self.text.setText(
            tr(
                "Download it once ({size:.1f} MB); after that it works offline. Or choose a "
                "folder that holds its four IDX files, gzipped or not.",
                size=size,
            )
        )
        place = cache_folder() / self.key
        room = WIDTH - 2 * MARGIN
        said = tr("Will be kept in {folder}", folder=_shortened(place))
        shown = self.fontMetrics().elidedText(said, Qt.TextElideMode.ElideMiddle, room)
        self.place.setText(shown)
        self.place.setToolTip(str(place))
        for label in (self.text, self.problem, self.state):
            label.setWordWrap(True)
        for label in (self.place, self.state):
            label.setObjectName("quiet")
        for label in (self.problem, self.state):
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.problem.setStyleSheet(f"color: {theme.current().bad}")
        self.progress.setTextVisible(False)
        self.progress.setAccessibleName(tr("Download"))
        self.download_button.setToolTip(
            tr("Download {size:.1f} MB from the first server that has it", size=size)
        )
        self.folder_button.setToolTip(tr("Take the files from a folder; they are copied"))
        self.cancel_button.setToolTip(tr("Close; what was downloaded is kept for the next time"))
        self.download_button.setMinimumWidth(BUTTON)
        for button in (self.folder_button, self.cancel_button):
            button.setAutoDefault(False)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addWidget(self.folder_button)
        buttons.addStretch(1)
        buttons.addWidget(self.cancel_button)
        buttons.addWidget(self.download_button)
        self._whole = whole = QVBoxLayout(self)
        whole.setContentsMargins(MARGIN, MARGIN, MARGIN, MARGIN)
        whole.setSpacing(8)
        for part in (self.heading, self.text, self.place):
            whole.addWidget(part)
        whole.addSpacing(8)
        for part in (self.problem, self.progress, self.state):
            whole.addWidget(part)
        whole.addSpacing(8)
        add_layout(whole, buttons)

    def _show_progress(self, share: float, text: str) -> None:
        self.progress.setValue(round(1000 * share))
        self.state.setText(text)

    def _show_state(self, state: str = "", problem: str = "") -> None:
        """Show the current activity, or a problem in the first line and its details below."""
        busy = self._work is not None
        problem, _, details = problem.partition("\n")
        self.problem.setText(problem)
        self.problem.setVisible(bool(problem))
        self.progress.setVisible(busy)
        self.progress.setValue(0)
        self.state.setText(state or details)
        self.state.setVisible(bool(state or details))
        self.download_button.setEnabled(not busy)
        self.download_button.setDefault(not busy)
        self.folder_button.setEnabled(not busy)
        (self.cancel_button if busy else self.download_button).setFocus()
        self.setFixedSize(WIDTH, self._whole.totalHeightForWidth(WIDTH))


def _shortened(place: Path) -> str:
    """A path with ~ for the user's home folder."""
    with suppress(ValueError):
        return str(Path("~") / place.relative_to(Path.home()))
    return str(place)
