"""The dialog that gets a data set which does not come with the application."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import ClassVar

from PySide6.QtWidgets import (
    QDialog,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from core.data import DATASETS
from core.data.fetch import SOURCES, Cancelled, adopt, download
from core.data.folders import cache_folder
from ui import theme
from ui.data.work import GivenUp, Work

WIDTH = 460
BUTTON = 104


class DownloadDialog(QDialog):
    """Offers to download a data set, or to take its files from a folder. Accepted once it is there.

    Cancelling a download keeps what has come: the next one goes on from there.
    """

    _running: ClassVar[dict[str, Work]] = {}

    def __init__(self, key: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.key = key
        self._work: Work | None = None
        self.setWindowTitle(DATASETS[key].label)
        self.text, self.problem, self.state = QLabel(), QLabel(), QLabel()
        self.progress = QProgressBar()
        self.download_button = QPushButton("Download")
        self.folder_button = QPushButton("Choose folder…")
        self.cancel_button = QPushButton("Cancel")
        self._arrange()
        self.download_button.clicked.connect(self.download)
        self.folder_button.clicked.connect(self.ask_folder)
        self.cancel_button.clicked.connect(self.reject)
        self._show_state()

    # Doing it

    def download(self) -> None:
        """Download what is missing, from the mirrors in turn."""
        key = self.key

        def act(work: Work) -> Path:
            def tell(done: int, size: int, text: str) -> None:
                work.tell(done / size, f"{done / 1e6:.1f} of {size / 1e6:.1f} MB")

            try:
                return download(SOURCES[key], tell, work.is_given_up)
            except Cancelled:
                raise GivenUp from None

        self._start(act)

    def ask_folder(self) -> None:
        name = QFileDialog.getExistingDirectory(self, "Folder with the IDX files")
        if name:
            self.take_from(Path(name))

    def take_from(self, folder: Path) -> None:
        """Copy the data set from a folder with its four files, gzipped or not."""
        key = self.key
        self._start(lambda work: adopt(key, folder))

    def _start(self, act: Callable[[Work], Path]) -> None:
        before = self._running.get(self.key)

        def after_the_last(work: Work) -> Path:
            # A download given up may still wait for its server, and must not meet its successor.
            if before is not None:
                before.join()
            work.go_on()
            return act(work)

        self._work = self._running[self.key] = Work(after_the_last)
        self._work.progressed.connect(self._show_progress)
        self._work.done.connect(lambda _: self.accept())
        self._work.failed.connect(self._fail)
        self._work.start()
        self._show_state()

    def _fail(self, message: str) -> None:
        self._work = None
        self._show_state(message)

    def done(self, result: int) -> None:
        if self._work is not None:
            self._work.give_up()
            self._work = None
        super().done(result)

    # Looks

    def _arrange(self) -> None:
        entry, source = DATASETS[self.key], SOURCES[self.key]
        self.setFixedWidth(WIDTH)
        self.text.setText(
            f"{entry.label} is not on this computer yet. It can be downloaded once "
            f"({source.size / 1e6:.1f} MB) and is then kept in {cache_folder() / self.key}. If you "
            "have its four IDX files, gzipped or not, choose their folder instead."
        )
        for label in (self.text, self.problem, self.state):
            label.setWordWrap(True)
        self.problem.setStyleSheet(f"color: {theme.current().bad}")
        self.state.setObjectName("quiet")
        self.progress.setTextVisible(False)
        self.progress.setAccessibleName("Download")
        self.download_button.setMinimumWidth(BUTTON)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addWidget(self.folder_button)
        buttons.addStretch(1)
        buttons.addWidget(self.cancel_button)
        buttons.addWidget(self.download_button)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(16, 16, 16, 16)
        whole.setSpacing(12)
        for part in (self.text, self.problem, self.progress, self.state):
            whole.addWidget(part)
        whole.addLayout(buttons)

    def _show_progress(self, share: float, text: str) -> None:
        self.progress.setRange(0, 1000)
        self.progress.setValue(round(1000 * share))
        self.state.setText(text)

    def _show_state(self, problem: str = "") -> None:
        busy = self._work is not None
        self.problem.setText(problem)
        self.problem.setVisible(bool(problem))
        self.progress.setVisible(busy)
        self.progress.setRange(0, 0)
        self.state.setVisible(busy)
        self.state.setText("Looking for a server…" if busy else "")
        self.download_button.setEnabled(not busy)
        self.download_button.setDefault(not busy)
        self.folder_button.setEnabled(not busy)
        self.adjustSize()
