"""Opening data in the window: files opened and dropped, and data sets that have to be fetched."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QDialog, QWidget

from core.base.translation import Message, tr
from core.data import mnist, user_files
from core.data.dataset import Dataset
from core.data.user_files import UserTable
from ui.data.work import Work
from ui.widgets.file_dialogs import ask_source

# The dialogs are imported when they are needed, so that the window opens sooner.
if TYPE_CHECKING:
    from ui.data.preview import Preview

FILES = Message(
    "Tables and archives (*.csv *.tsv *.tab *.txt *.dat *.data *.xlsx *.parquet *.npz *.gz *.zip);;"
    "All files (*)"
)
# Files often taken for tables: the error on reading them explains what to do instead.
LOOKALIKES = (".xls", ".ods", ".h5", ".hdf5", ".npy", ".sqlite", ".pdf")

Action = Callable[[], object]


def nothing() -> None:
    """Do nothing: the default action."""


def looks_like_data(path: Path) -> bool:
    """Whether a file is to be opened as data rather than as an experiment."""
    return user_files.is_data_file(path) or path.suffix.lower() in LOOKALIKES


class DataOpener(QObject):
    """Opens data in dialogs over `parent`, of which at most one is open; `report` shows errors to
    the user. `chosen` carries the data set made from a file."""

    chosen = Signal(object)

    def __init__(self, parent: QWidget, report: Callable[[str], None]) -> None:
        super().__init__(parent)
        self._parent, self._report = parent, report
        self._folder = Path.home()
        self._looking: Work | None = None
        self.dialog: QDialog | None = None

    # Files of the user

    def ask(self, otherwise: Action = nothing) -> None:
        """Ask for a file and open it; call `otherwise` if none is chosen."""
        if path := ask_source(self._parent, tr("Open data"), str(self._folder), tr(FILES)):
            self.open(path, otherwise=otherwise)
        else:
            otherwise()

    def open(self, path: Path, target: str = "", otherwise: Action = nothing) -> None:
        """Read the start of a file and show its dialog; an invalid file is reported instead."""
        from ui.data.table_dialog import look

        dataset = UserTable(path=str(user_files.absolute(path)), target=target)
        self._folder = Path(dataset.path).parent
        if self._looking is not None:
            self._looking.give_up()

        def fail(message: str) -> None:
            otherwise()
            self._report(message)

        self._looking = Work(lambda work: look(dataset))
        self._looking.done.connect(lambda found: self._show_table(dataset, found, otherwise))
        self._looking.failed.connect(fail)
        self._looking.start()

    def _show_table(self, dataset: UserTable, preview: Preview, otherwise: Action) -> None:
        from ui.data.table_dialog import TableDialog

        dialog = TableDialog(dataset, preview, self._parent)
        self._show(dialog, lambda: self.chosen.emit(dialog.dataset), otherwise)

    # Data sets that have to be fetched

    def obtain(self, dataset: Dataset, then: Action, otherwise: Action) -> None:
        """Call `then` when a data set is available, after fetching it if needed; `otherwise` if
        that is cancelled. For a table without a path, ask for a file and emit `chosen` instead."""
        if isinstance(dataset, UserTable) and not dataset.path:
            self.ask(otherwise)
        elif _is_missing(dataset):
            self._fetch(dataset, then, otherwise)
        else:
            then()

    def fetch_missing(self, dataset: Dataset, then: Action) -> None:
        """Offer to fetch a data set if it is missing, and call `then` when it has been fetched."""
        if _is_missing(dataset):
            self._fetch(dataset, then, nothing)

    def _fetch(self, dataset: Dataset, then: Action, otherwise: Action) -> None:
        from ui.data.download_dialog import DownloadDialog

        self._show(DownloadDialog(dataset.key, self._parent), then, otherwise)

    # Dialogs

    def _show(self, dialog: QDialog, then: Action, otherwise: Action) -> None:
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
