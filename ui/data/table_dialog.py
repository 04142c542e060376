"""The dialog in which a file of the user becomes a data set.

The file is read as soon as the dialog opens, so that the processing of its columns can be shown
before the data are used. The samples are made when they are used.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

from PySide6.QtWidgets import QWidget

from core.base.translation import tr
from core.data import user_files
from core.data.archive import members, read_npz
from core.data.columns.choices import KINDS, as_names, as_pairs, names_in, pairs_in
from core.data.columns.plan import Encoded, Plan, encoded, plan, proposed_target
from core.data.columns.targets import Purpose
from core.data.tables.reader import read_table
from core.data.tables.table import Table
from core.data.user_files import UserTable
from ui.data.preview import Preview, of_archive, of_table
from ui.data.table_page import TablePage
from ui.data.work import Work, WorkContext


def look(dataset: UserTable) -> Preview:
    """The preview of a file, without reading all of it. Raises `DataError`."""
    path = Path(dataset.path)
    return (
        of_archive(members(path))
        if user_files.is_archive(path)
        else of_table(user_files.layout(dataset))
    )


class TableDialog(TablePage):
    """Shows a file and asks for its target and columns. Once accepted, `dataset` is the data set,
    whose samples are kept for the run that follows."""

    def __init__(self, dataset: UserTable, preview: Preview, parent: QWidget | None = None) -> None:
        super().__init__(dataset, preview, parent)
        self.dataset = dataset
        self._table: Table | None = None
        self._made: Plan | Encoded | None = None
        self._work: Work | None = None
        self._connect()
        self._read()

    # Reading

    def _look_again(self) -> None:
        """The user has changed the layout: read the preview again."""
        self.dataset = replace(self.dataset, **self.layout_choices())
        dataset, self._table = self.dataset, None
        self._start(lambda work: look(dataset), self._take_preview)

    def _take_preview(self, preview: Preview) -> None:
        self.show_preview(preview, self.dataset.target)
        self._read()

    def _read(self) -> None:
        """Read all of a table; an archive is read when samples are made of it."""
        if (layout := self.preview.layout) is None:
            self._decide()
        else:
            self._start(lambda work: read_table(layout, work.tell), self._take_table)

    def _take_table(self, table: Table) -> None:
        self._table = table
        if not self.dataset.target and self.target.currentIndex() == self.preview.proposed:
            # The first rows may not show which columns are filled.
            self.target.set_value(proposed_target(table).name)
            self.show_target()
        self._decide()

    def _decide(self) -> None:
        """Plan how the columns are processed."""
        if self.preview.layout is not None and self._table is None:
            return
        table, path = self._table, Path(self.dataset.path)
        target, purpose = self.target.value() or "", cast(Purpose, self.purpose.value())
        self.dataset = replace(self.dataset, target=target, missing=self.missing.value())
        layout, chosen = self.preview.layout, user_files.choices(self.dataset)

        def act(work: WorkContext) -> Plan | Encoded:
            if table is None or layout is None:
                return read_npz(path, target, purpose)
            return plan(table, replace(chosen, purpose=purpose), layout.classes)

        self._start(act, self._take_plan)

    def _take_plan(self, made: Plan | Encoded) -> None:
        self._made = made
        choices = user_files.choices(self.dataset)
        self.show_plan(made, dict(choices.kinds), dict(choices.gaps))
        self._show_state("\n".join(map(tr, made.problems)) if isinstance(made, Plan) else "")

    def _start(self, act: Callable[[WorkContext], Any], take: Callable[[Any], None]) -> None:
        """Call `act` in the background, cancelling the work in progress.

        `act` must keep no Qt objects, because they might then be destroyed in its thread.
        """
        before = self._work and self._work.ended

        def after_the_last(work: WorkContext) -> Any:
            # Wait for work that cannot be stopped at once, so that it does not accumulate.
            if before is not None:
                before.wait()
            work.go_on()
            return act(work)

        self._give_up()
        self._made = None
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

    # Ending

    def accept(self) -> None:
        made = self._made
        if made is None or (isinstance(made, Plan) and made.problems):
            return
        dataset = self.dataset

        def act(work: WorkContext) -> UserTable:
            samples = encoded(made, consume=True) if isinstance(made, Plan) else made
            return user_files.resolved(dataset, samples)

        self._table = None
        self._start(act, self._use)

    def _use(self, dataset: UserTable) -> None:
        self.dataset = dataset
        super().accept()

    def done(self, result: int) -> None:
        self._give_up()
        self._table = self._made = None
        super().done(result)

    # What the user does

    def _connect(self) -> None:
        for choice in (self.target, self.purpose, self.missing):
            choice.edited.connect(lambda _: self._choose())
        for choice in (self.header, self.delimiter, self.encoding, self.skip, self.sheet):
            choice.edited.connect(lambda _: self._look_again())
        self.missing_words.edited.connect(lambda _: self._look_again())
        self.view.horizontalHeader().sectionClicked.connect(self._choose_column)
        self.columns.columns.edited.connect(self._edit_column)
        self.cancel_button.clicked.connect(self.reject)
        self.use_button.clicked.connect(self.accept)

    def _choose(self) -> None:
        self.show_target()
        if self._table is None and self.preview.layout is not None and self._work is None:
            self._read()
        else:
            self._decide()

    def _choose_column(self, column: int) -> None:
        if self.preview.layout is not None and column != self.target.currentIndex():
            self.target.set_value(self.preview.columns[column])
            self._choose()

    def _edit_column(self, name: str, what: str, value: Any) -> None:
        """The user has included or excluded a column, or changed how it is read."""
        if what == "use":
            self._use_column(name, value)
            self._choose()
            return
        setting = "kinds" if what == "kind" else "gaps"
        pairs = dict(getattr(user_files.choices(self.dataset), setting))
        pairs.pop(name, None)
        if value != "auto":
            pairs[name] = value
        self.dataset = replace(self.dataset, **{setting: as_pairs(pairs)})
        if what == "kind":
            self._look_again()
        else:
            self._choose()

    def _use_column(self, name: str, used: bool) -> None:
        """Exclude a column, or include it.

        A column excluded because of its content is included by setting its kind.
        """
        excluded = [each for each in names_in(self.dataset.exclude) if each != name]
        kinds = pairs_in(self.dataset.kinds, KINDS)
        if not used:
            excluded.append(name)
        elif name not in names_in(self.dataset.exclude):
            kinds[name] = "number" if self._is_numeric(name) else "class"
        self.dataset = replace(self.dataset, exclude=as_names(excluded), kinds=as_pairs(kinds))

    def _is_numeric(self, name: str) -> bool:
        columns = self._table.columns if self._table else []
        return any(each.name == name and each.categories is None for each in columns)

    def _show_state(self, problem: str = "") -> None:
        ready = self._made is not None and not problem
        self.show_state(self._work is not None, ready, problem)
