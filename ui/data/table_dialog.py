"""The dialog in which a file of one's own becomes a data set.

The file is read as soon as the dialog opens, so that what will be done to its columns can be said
before the data are used.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

from PySide6.QtWidgets import QWidget

from core.data import DataError, user_files
from core.data.archive import members, read_npz
from core.data.encoding import Encoded, Missing, Purpose, encode
from core.data.table_reader import read_table
from core.data.tabular import Table
from core.data.user_files import UserTable
from ui.data.preview import Preview, of_archive, of_table, summary
from ui.data.table_page import TablePage
from ui.data.work import Work


def look(dataset: UserTable) -> Preview:
    """What is known of a file at once. Raises `DataError`."""
    path = Path(dataset.path)
    return (
        of_archive(members(path))
        if user_files.is_archive(path)
        else of_table(user_files.layout(dataset))
    )


class TableDialog(TablePage):
    """Shows a file and asks what to make of it. Once accepted, `dataset` is the data set, with its
    samples at hand."""

    def __init__(self, dataset: UserTable, preview: Preview, parent: QWidget | None = None) -> None:
        super().__init__(dataset, preview, parent)
        self.dataset = dataset
        self._table: Table | None = None
        self._encoded: Encoded | None = None
        self._work: Work | None = None
        self._connect()
        self._read()

    # Reading

    def _look_again(self) -> None:
        """The layout was set by hand: look at the file anew."""
        self.dataset = replace(
            self.dataset, header=self.header.value(), delimiter=self.delimiter.value()
        )
        dataset, self._table = self.dataset, None
        self._start(lambda work: look(dataset), self._take_preview)

    def _take_preview(self, preview: Preview) -> None:
        self.show_preview(preview, self.dataset.target)
        self._read()

    def _read(self) -> None:
        """Read all of a table; an archive is read when samples are made of it."""
        if (layout := self.preview.layout) is None:
            self._encode()
        else:
            self._start(lambda work: read_table(layout, work.tell), self._take_table)

    def _take_table(self, table: Table) -> None:
        self._table = table
        self._encode()

    def _encode(self) -> None:
        """Make samples of what was read."""
        if self.preview.layout is not None and self._table is None:
            return
        table, path = self._table, Path(self.dataset.path)
        target, purpose = self.target.value() or "", cast(Purpose, self.purpose.value())
        missing = cast(Missing, self.missing.value())
        self.dataset = replace(self.dataset, target=target, missing=missing)

        def act(work: Work) -> Encoded:
            if table is None:
                return read_npz(path, target, purpose)
            return encode(table, target, purpose, missing)

        self._start(act, self._take_samples)

    def _take_samples(self, encoded: Encoded) -> None:
        self._encoded = encoded
        self.notes.setText("\n\n".join(summary(encoded)))
        self._show_state()

    def _start(self, act: Callable[[Work], Any], take: Callable[[Any], None]) -> None:
        """Do something beside the window, in the place of what is being done."""
        before = self._work

        def after_the_last(work: Work) -> Any:
            # What cannot be stopped must not pile up.
            if before is not None:
                before.join()
            work.go_on()
            return act(work)

        self._give_up()
        self._encoded = None
        self._work = work = Work(after_the_last)
        work.progressed.connect(self.show_progress)
        work.done.connect(lambda result: self._finish(work, take, result))
        work.failed.connect(self._fail)
        work.start()
        self._show_state()

    def _finish(self, work: Work, take: Callable[[Any], None], result: Any) -> None:
        if self._work is work:
            self._work = None
        take(result)

    def _fail(self, message: str) -> None:
        self._work = None
        self._show_state(message.removeprefix(f"{self.dataset.path}: "))

    def _give_up(self) -> None:
        if self._work is not None:
            self._work.give_up()
            self._work = None

    # The end

    def accept(self) -> None:
        if self._encoded is None:
            return
        try:
            self.dataset = user_files.resolved(self.dataset, self._encoded)
        except DataError as error:
            self._encoded = None
            self._fail(str(error))
            return
        super().accept()

    def done(self, result: int) -> None:
        self._give_up()
        self._table = self._encoded = None
        super().done(result)

    # What the user does

    def _connect(self) -> None:
        for choice in (self.target, self.purpose, self.missing):
            choice.edited.connect(lambda _: self._choose())
        for choice in (self.header, self.delimiter):
            choice.edited.connect(lambda _: self._look_again())
        self.view.horizontalHeader().sectionClicked.connect(self._choose_column)
        self.cancel_button.clicked.connect(self.reject)
        self.use_button.clicked.connect(self.accept)

    def _choose(self) -> None:
        self.show_target()
        self._encode()

    def _choose_column(self, column: int) -> None:
        if self.preview.layout is not None and column != self.target.currentIndex():
            self.target.set_value(self.preview.columns[column])
            self._choose()

    def _show_state(self, problem: str = "") -> None:
        self.show_state(self._work is not None, self._encoded is not None, problem)
