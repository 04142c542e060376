"""How data get into the window: files opened and dropped, and data sets that have to be fetched."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QDialog, QFileDialog

from core.data import mnist, user_files
from core.data.dataset import Dataset
from core.data.user_files import UserTable
from core.experiment.spec import ExperimentSpec
from ui.data.work import Work

# The dialogs are loaded when they are wanted: the window comes up sooner without them.
if TYPE_CHECKING:
    from ui.data.preview import Preview
    from ui.main_window import MainWindow

FILES = "Tables and archives (*.csv *.tsv *.tab *.txt *.dat *.npz);;All files (*)"
# What people take for tables: reading them says what to do instead.
LOOKALIKES = (".xlsx", ".xls", ".ods", ".parquet", ".h5", ".hdf5", ".gz", ".zip", ".npy")


def looks_like_data(path: Path) -> bool:
    """Whether a file is to be opened as data rather than as an experiment."""
    return user_files.is_data_file(path) or path.suffix.lower() in LOOKALIKES


class DataOpener(QObject):
    """Opens data for a window. At most one dialog of it is open."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._session = window.session
        self._folder = Path.home()
        self._looking: Work | None = None
        self.dialog: QDialog | None = None

    # Files of one's own

    def ask(self, otherwise: Callable[[], object] = lambda: None) -> None:
        """Ask for a file and open it; `otherwise` is what to do where none is chosen."""
        name, _ = QFileDialog.getOpenFileName(self._window, "Open data", str(self._folder), FILES)
        if name:
            self.open(Path(name), otherwise=otherwise)
        else:
            otherwise()

    def open(
        self, path: Path, target: str = "", otherwise: Callable[[], object] = lambda: None
    ) -> None:
        """Look at a file, then ask what to make of it; a bad one is reported, nothing changes."""
        from ui.data.table_dialog import look

        dataset = UserTable(path=str(path.expanduser().absolute()), target=target)
        self._folder = Path(dataset.path).parent
        if self._looking is not None:
            self._looking.give_up()

        def fail(message: str) -> None:
            otherwise()
            self._window.report(message)

        self._looking = Work(lambda work: look(dataset))
        self._looking.done.connect(lambda found: self._show_table(dataset, found, otherwise))
        self._looking.failed.connect(fail)
        self._looking.start()

    def _show_table(
        self, dataset: UserTable, preview: Preview, otherwise: Callable[[], object]
    ) -> None:
        from ui.data.table_dialog import TableDialog

        dialog = TableDialog(dataset, preview, self._window)
        self._show(dialog, lambda: self._use(dialog.dataset), otherwise)

    def _use(self, dataset: Dataset) -> None:
        self._window.banner.hide()
        spec = self._session.spec
        self._session.edit(replace(spec, data=replace(spec.data, dataset=dataset)))

    # Data sets that have to be fetched

    def edit(self, spec: ExperimentSpec) -> None:
        """Make `spec` the current one; where its data are not there yet, get them first.

        Where that is cancelled everything stays as it was.
        """
        before = self._session.spec

        def revert() -> None:
            self._window.controls.set_spec(before)

        dataset = spec.data.dataset
        if dataset == before.data.dataset:
            self._session.edit(spec)
        elif isinstance(dataset, UserTable) and not dataset.path:
            self.ask(revert)
        elif _is_missing(dataset):
            self._fetch(dataset, lambda: self._session.edit(spec), revert)
        else:
            self._session.edit(spec)

    def offer(self) -> None:
        """Offer to get the data of the current experiment, where they are to be had."""
        dataset = self._session.spec.data.dataset
        if _is_missing(dataset):
            self._fetch(dataset, self._retry, lambda: None)

    def _retry(self) -> None:
        self._window.banner.hide()
        self._session.reset()

    def _fetch(
        self, dataset: Dataset, then: Callable[[], object], otherwise: Callable[[], object]
    ) -> None:
        from ui.data.download_dialog import DownloadDialog

        self._show(DownloadDialog(dataset.key, self._window), then, otherwise)

    # Dialogs

    def _show(
        self, dialog: QDialog, then: Callable[[], object], otherwise: Callable[[], object]
    ) -> None:
        if self.dialog is not None:
            self.dialog.reject()
        self.dialog = dialog

        def close(result: int) -> None:
            if self.dialog is dialog:
                self.dialog = None
            dialog.deleteLater()
            (then if result == QDialog.DialogCode.Accepted else otherwise)()

        dialog.finished.connect(close)
        dialog.open()


def _is_missing(dataset: Dataset) -> bool:
    return isinstance(dataset, mnist.Pictures) and mnist.find(dataset.key) is None
