"""Trained models as files: saved from the run, and applied to a table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from core.base.errors import about_file
from core.base.translation import Message, tr
from core.data import DataError
from core.data.user_files import UserTable, absolute
from core.experiment.files import replacing
from core.telemetry.frame import ModelSaved
from core.training.model import Model
from core.training.model_file import SUFFIX, read_model
from core.training.model_inputs import rows_for
from core.training.model_output import score, write_predictions
from ui.data.work import Work, WorkContext
from ui.session.session import Session
from ui.widgets.file_dialogs import ask_source, ask_target

if TYPE_CHECKING:
    from ui.data.model_dialog import ModelDialog

MODELS = Message("Models (*.model)")
TABLES = Message(
    "Tables (*.csv *.tsv *.txt *.dat *.data *.xlsx *.parquet *.npz *.gz *.zip);;All files (*)"
)
PREDICTIONS = "CSV (*.csv)"


@dataclass(frozen=True)
class Predicted:
    """The predictions written, and what to report about them."""

    path: Path
    rows: int
    told: str


class Models(QObject):
    """Asks for files over `parent`; `report` shows results and errors. `predicted` is emitted when
    predictions are written, `continued` when a model has become the session's run. Before that,
    `obtain(dataset, then, otherwise)` has to fetch the data set and call one of the two functions.
    """

    predicted = Signal(object)
    continued = Signal()

    def __init__(self, session: Session, parent: QWidget, report: Callable[[str], None]) -> None:
        super().__init__(parent)
        self._session, self._parent, self._report = session, parent, report
        self._folder = Path.home()
        self.dialog: ModelDialog | None = None
        self.obtain: Callable[..., None] = lambda dataset, then, otherwise: then()
        self._work: Work | None = None
        session.model_saved.connect(self._tell_saved)

    def ask_save(self) -> None:
        """Ask for a file and save the present weights."""
        if path := self._ask_target(tr("Save model"), f"trained{SUFFIX}", MODELS):
            self._session.save_model(str(path))

    def ask_open(self) -> None:
        """Ask for a model and open it."""
        if path := self._ask_source(tr("Open model"), MODELS):
            self.open(path)

    def open(self, path: Path) -> None:
        """Read a model in the background and show it; an invalid one is reported."""
        self._folder = path.parent
        self._work = Work(lambda work: read_model(path))
        self._work.failed.connect(self._report)
        self._work.done.connect(lambda model: self._show(path, model))
        self._work.start()

    def _show(self, path: Path, model: Model) -> None:
        from ui.data.model_dialog import ModelDialog

        dialog = self.dialog = ModelDialog(path, model, self._parent)
        dialog.predict_wanted.connect(lambda: self.ask_predict(path))
        dialog.continue_wanted.connect(lambda: self.go_on(path, model))
        dialog.finished.connect(lambda _: dialog.deleteLater())
        dialog.show()

    def go_on(self, path: Path, model: Model) -> None:
        """Train a model further, once its data are available."""
        spec, dataset = model.spec, model.spec.data.dataset
        if isinstance(dataset, UserTable):
            found = self.find_table(path, dataset)
            if found is None:
                return
            dataset, spec = found, replace(spec, data=replace(spec.data, dataset=found))

        def begin() -> None:
            self._session.continue_model(spec, model.tensors)
            self.continued.emit()
            self._report(
                tr(
                    "{file} goes on from its {updates:,} updates, which are not counted here; the "
                    "optimizer's state is new. Reset starts with new weights.",
                    file=path.name,
                    updates=model.iteration,
                )
            )

        self.obtain(dataset, begin, lambda: None)

    def find_table(self, path: Path, dataset: UserTable) -> UserTable | None:
        """The table that a model was trained on, of which it contains the name only: found beside
        the model or in the current experiment, else chosen by the user; None if not found."""
        present = self._session.spec.data.dataset
        known = [path.parent / dataset.path]
        if isinstance(present, UserTable) and Path(present.path).name == dataset.path:
            known.append(Path(present.path))
        found = next((each for each in known if each.is_file()), None)
        if found is None:
            found = self._ask_source(tr("Where is {file}?", file=dataset.path), TABLES)
        return None if found is None else replace(dataset, path=str(absolute(found)))

    def ask_predict(self, model: Path | None = None) -> None:
        """Ask for a model if none is given, a table and a file for the predictions."""
        model = model or self._ask_source(tr("Predict with a model"), MODELS)
        table = self._ask_source(tr("The table to predict"), TABLES) if model else None
        if model is None or table is None:
            return
        name = f"{table.name.partition('.')[0]} predictions.csv"
        if out := self._ask_target(tr("Save predictions"), name, PREDICTIONS):
            self.predict(model, table, out)

    def predict(self, model: Path, table: Path, out: Path) -> None:
        """Predict a table in the background and write the predictions."""
        self._work = Work(lambda work: _predict(model, table, out, work))
        self._work.failed.connect(self._report)
        self._work.done.connect(self._tell_predicted)
        self._work.start()

    def _tell_saved(self, saved: ModelSaved) -> None:
        done = tr("The trained model is saved as {file}", file=saved.path)
        self._report(tr(saved.problem) or done)

    def _tell_predicted(self, predicted: Predicted) -> None:
        done = tr(
            "{count:,} prediction written to {file}",
            "{count:,} predictions written to {file}",
            count=predicted.rows,
            file=predicted.path,
        )
        self._report(done + (f" ({tr(predicted.told)})" if predicted.told else ""))
        self.predicted.emit(predicted)

    def _ask_source(self, title: str, filters: str) -> Path | None:
        path = ask_source(self._parent, title, str(self._folder), tr(filters))
        return self._remembered(path)

    def _ask_target(self, title: str, name: str, kinds: str) -> Path | None:
        path = ask_target(self._parent, title, self._folder / name, tr(kinds))
        return self._remembered(path)

    def _remembered(self, path: Path | None) -> Path | None:
        if path:
            self._folder = path.parent
        return path


def _predict(model_path: Path, table: Path, out: Path, work: WorkContext) -> Predicted:
    """Raises `DataError`."""
    model: Model = read_model(model_path)
    rows = rows_for(model, table, work.tell)
    outputs = model.predict(rows.inputs)
    try:
        with replacing(out) as part, open(part, "w", newline="", encoding="utf-8") as file:
            write_predictions(file, model, outputs)
    except OSError as error:
        raise DataError(about_file(error, out)) from error
    return Predicted(out, len(outputs), score(model, outputs, rows.targets))
