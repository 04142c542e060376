"""Getting data into the window: preview, download, drop; cancelled or bad, nothing changes."""

from __future__ import annotations

import gzip
import threading
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QBrush, QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QFileDialog, QWidget

from core.base.translation import set_language
from core.data import DataError, user_files
from core.data.dataset import Dataset
from core.data.mnist import FILES, MNIST, FashionMNIST, find
from core.data.sources import SOURCES
from core.data.toys import Circle
from core.data.user_files import UserTable
from core.experiment.serialization import dumps
from core.experiment.spec import DataSpec, ExperimentSpec
from core.telemetry.frame import Frame
from core.telemetry.pictures import DataPicture
from core.training.training_data import TrainingData
from tests.core.data.test_fetch import network  # noqa: F401
from tests.core.data.test_mnist import home, write_set  # noqa: F401
from tests.ui.running import wait
from ui.data import table_dialog
from ui.data.download_dialog import DownloadDialog
from ui.data.opening import DataOpener
from ui.data.table_dialog import TableDialog, look
from ui.data.work import Work, WorkContext
from ui.main_window import MainWindow
from ui.session.session import Session as RealSession

WAIT = 20_000
FLOWERS = """width,height,colour,kind
1,2,red,rose
2,1.5,blue,iris
3,,red,rose
4,0.5,,tulip
5,2.5,blue,tulip
6,1.0,green,iris
"""


class Window(QWidget):
    """What stands around an opener: the experiment it opens data for, and what it is told."""

    def __init__(self) -> None:
        super().__init__()
        self.spec = ExperimentSpec()
        self.cancelled: list[ExperimentSpec] = []
        self.reports: list[str] = []
        self.resets = 0

    def use(self, dataset: Dataset) -> None:
        self.spec = replace(self.spec, data=replace(self.spec.data, dataset=dataset))

    def reset(self) -> None:
        self.resets += 1

    def edit(self, opener: DataOpener, spec: ExperimentSpec) -> None:
        """Take up an experiment as soon as its data are there."""

        def take() -> None:
            self.spec = spec

        opener.obtain(spec.data.dataset, take, lambda: self.cancelled.append(spec))


@pytest.fixture(autouse=True)
def nothing_kept(monkeypatch):
    monkeypatch.setattr(user_files, "_kept", type(user_files._kept)())


@pytest.fixture
def window(qtbot) -> Window:
    window = Window()
    qtbot.addWidget(window)
    return window


@pytest.fixture
def opener(window) -> DataOpener:
    opener = DataOpener(window, window.reports.append)
    opener.chosen.connect(window.use)
    return opener


@pytest.fixture
def flowers(tmp_path) -> Path:
    return written(tmp_path, FLOWERS)


def written(folder: Path, text: str, name: str = "flowers.csv") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def dialog_of(qtbot, path: Path, target: str = "") -> TableDialog:
    dataset = UserTable(path=str(path), target=target)
    dialog = TableDialog(dataset, look(dataset))
    qtbot.addWidget(dialog)
    dialog.show()
    return dialog


def ready(qtbot, dialog: TableDialog) -> None:
    qtbot.waitUntil(dialog.use_button.isEnabled, timeout=WAIT)


def told(qtbot, dialog: TableDialog) -> str:
    """The problem that the dialog will tell."""
    qtbot.waitUntil(dialog.problem.isVisible, timeout=WAIT)
    assert not dialog.use_button.isEnabled()
    return dialog.problem.text()


def shown(dialog: TableDialog) -> str:
    """All that the dialog says about what will be done."""
    columns = dialog.columns.columns
    cells = [str(columns.index(r, 3).data()) for r in range(columns.rowCount())]
    labels = (dialog.summary, dialog.counts, dialog.warnings, dialog.notes)
    return "\n".join([label.text() for label in labels] + cells)


def use(qtbot, dialog: TableDialog) -> None:
    """Press the button and wait until the data are taken."""
    ready(qtbot, dialog)
    with qtbot.waitSignal(dialog.accepted, timeout=WAIT):
        qtbot.mouseClick(dialog.use_button, Qt.MouseButton.LeftButton)


def choose(combo, value: str) -> None:
    """What the user does with a list."""
    combo.set_value(value)
    combo.edited.emit(value)


def opened(qtbot, opener: DataOpener, path: Path) -> TableDialog:
    opener.open(path)
    qtbot.waitUntil(lambda: opener.dialog is not None, timeout=WAIT)
    assert isinstance(opener.dialog, TableDialog)
    return opener.dialog


# The preview


def test_only_the_target_stands_out(qtbot, flowers):
    dialog = dialog_of(qtbot, flowers)
    ready(qtbot, dialog)
    for target in ("kind", "width"):
        choose(dialog.target, target)
        marked = {
            dialog.preview.columns[c]
            for c in range(4)
            for r in range(6)
            if dialog.model.item(r, c).background() != QBrush()
        }
        assert marked == {target}


def test_the_preview_shows_what_was_found_out_and_what_will_be_done(qtbot, flowers):
    dialog = dialog_of(qtbot, flowers)
    assert dialog.about.text() == "4 columns separated by commas, names in the first row"
    rows = [[dialog.model.index(r, c).data() for c in range(4)] for r in range(6)]
    assert rows[2] == ["3", "", "red", "rose"]
    headings = [
        dialog.model.headerData(c, Qt.Orientation.Horizontal, Qt.ItemDataRole.DisplayRole)
        for c in range(4)
    ]
    assert headings == ["width\nnumbers", "height\nnumbers", "colour\nwords", "kind\nwords"]
    ready(qtbot, dialog)
    for said in (
        "Predicts kind, 3 classes: iris, rose, tulip, from 7 inputs",
        "6 samples",
        "1 missing value, filled with the median of the training part",
        "1 missing value, a category of their own",
    ):
        assert said in shown(dialog)


def test_the_chosen_target_decides_what_is_predicted(qtbot, flowers):
    dialog = dialog_of(qtbot, flowers)
    ready(qtbot, dialog)
    choose(dialog.target, "height")
    qtbot.waitUntil(lambda: "target from 0.5 to 2.5" in dialog.counts.text(), timeout=WAIT)
    assert "height: 1 row without a target left out" in dialog.notes.text()
    use(qtbot, dialog)
    assert (dialog.dataset.target, dialog.dataset.purpose) == ("height", "regression")


def test_a_click_on_a_column_makes_it_the_target(qtbot, flowers):
    dialog = dialog_of(qtbot, flowers)
    ready(qtbot, dialog)
    dialog.view.horizontalHeader().sectionClicked.emit(2)
    assert dialog.target.value() == "colour"
    ready(qtbot, dialog)
    assert "blue, green, red" in dialog.summary.text()


@pytest.mark.parametrize("late", ["", "7"])
def test_the_last_column_with_any_cell_is_proposed_as_by_the_command_line(qtbot, tmp_path, late):
    rows = [f"{i % 9}.5;{i % 7};{i / 7:.3f};" for i in range(60)]
    # Beyond the first rows the last column may have cells.
    rows += [f"{i % 9}.5;{i % 7};{i / 7:.3f};{late and i % 4}" for i in range(60)]
    path = written(tmp_path, "\n".join(["a;b;y;", *rows]), "trailing.csv")
    dialog = dialog_of(qtbot, path)
    ready(qtbot, dialog)
    line = user_files.load(UserTable(path=str(path))).summary
    assert dialog.target.value() == ("Column 4" if late else "y")
    assert dialog.summary.text().lower() == line.lower()
    assert dialog.use_button.isEnabled()


def test_gaps_can_be_dropped(qtbot, flowers):
    dialog = dialog_of(qtbot, flowers)
    ready(qtbot, dialog)
    choose(dialog.missing, "drop")
    qtbot.waitUntil(lambda: "4 samples" in dialog.counts.text(), timeout=WAIT)
    use(qtbot, dialog)
    assert user_files.load(dialog.dataset).samples.inputs.shape == (4, 5)


def row_of(dialog: TableDialog, name: str) -> int:
    columns = dialog.columns.columns
    (row,) = (r for r in range(columns.rowCount()) if columns.index(r, 0).data() == name)
    return row


def test_rows_without_a_target_are_counted_in_its_column(qtbot, tmp_path):
    path = tmp_path / "gap.csv"
    path.write_text(
        "a,b,y\n" + "".join(f"{i},{i * i % 7},{'' if i == 5 else i}\n" for i in range(20))
    )
    dialog = dialog_of(qtbot, path)
    ready(qtbot, dialog)
    columns = dialog.columns.columns
    told = [columns.index(row_of(dialog, name), 2).data() for name in ("a", "y")]
    assert told == ["none", "1, rows left out"]


def test_a_column_is_left_out_and_used_again_by_the_space_bar(qtbot, flowers):
    dialog = dialog_of(qtbot, flowers)
    ready(qtbot, dialog)
    dialog.columns.setCurrentIndex(dialog.columns.columns.index(row_of(dialog, "colour"), 0))
    for used in (False, True):
        qtbot.keyClick(dialog.columns, Qt.Key.Key_Space)
        inputs = "from 7 inputs" if used else "from 3 inputs"
        qtbot.waitUntil(lambda told=inputs: told in dialog.summary.text(), timeout=WAIT)
        assert dialog.dataset.exclude == ("" if used else "colour")
    use(qtbot, dialog)
    assert user_files.load(dialog.dataset).samples.features == 7


def test_the_kind_and_the_gaps_of_a_column_can_be_chosen(qtbot, flowers):
    dialog = dialog_of(qtbot, flowers)
    ready(qtbot, dialog)
    columns = dialog.columns.columns
    columns.setData(columns.index(row_of(dialog, "width"), 1), "class", Qt.ItemDataRole.EditRole)
    qtbot.waitUntil(lambda: "from 12 inputs" in dialog.summary.text(), timeout=WAIT)
    columns.setData(columns.index(row_of(dialog, "height"), 2), "drop", Qt.ItemDataRole.EditRole)
    qtbot.waitUntil(lambda: "5 samples" in dialog.counts.text(), timeout=WAIT)
    use(qtbot, dialog)
    assert (dialog.dataset.kinds, dialog.dataset.gaps) == ("width=class", "height=drop")


def test_a_cell_that_is_no_number_is_shown_and_its_column_can_be_left_out(qtbot, tmp_path):
    rows = [f"{'pending' if i % 5 == 0 else i * 1.5},{i * 7 % 11},{'ab'[i % 2]}" for i in range(40)]
    dialog = dialog_of(qtbot, written(tmp_path, "\n".join(["x,y,kind", *rows])))
    assert "line 2, column 'x': 'pending' is not a finite number" in told(qtbot, dialog)
    columns = dialog.columns.columns
    cell = columns.index(row_of(dialog, "x"), 0)
    columns.setData(cell, Qt.CheckState.Unchecked, Qt.ItemDataRole.CheckStateRole)
    ready(qtbot, dialog)
    assert "from 1 input" in dialog.summary.text()


def test_header_and_delimiter_can_be_set_by_hand(qtbot, tmp_path):
    dialog = dialog_of(qtbot, written(tmp_path, "1;2,5\n2;3,4\n3;1,6\n"))
    ready(qtbot, dialog)
    choose(dialog.header, "yes")
    qtbot.waitUntil(lambda: dialog.target.value() == "2,5", timeout=WAIT)
    ready(qtbot, dialog)
    assert "2 samples" in dialog.counts.text()
    choose(dialog.delimiter, "comma")
    qtbot.waitUntil(lambda: dialog.preview.columns == ("1;2", "5"), timeout=WAIT)
    use(qtbot, dialog)
    assert (dialog.dataset.header, dialog.dataset.delimiter) == ("yes", "comma")


def test_columns_and_problems_are_told_in_the_language_of_the_window(qtbot, flowers, tmp_path):
    set_language("ko")
    try:
        dialog = dialog_of(qtbot, flowers)
        ready(qtbot, dialog)
        text = shown(dialog)
        assert "입력 7개로 kind 예측(클래스 3개: iris, rose, tulip)" in text
        assert "결측값 1개를 훈련 데이터의 중앙값으로 채우고 표시" in text
        # From another thread, and with the place.
        bad = dialog_of(qtbot, written(tmp_path, "a,b\n1,2\n2,2\n", "one.csv"), "b")
        assert told(qtbot, bad) == "열 'b'의 값이 하나뿐이어서 학습할 것이 없습니다"
    finally:
        set_language("en")


def test_what_cannot_be_learnt_is_told_and_cannot_be_used(qtbot, flowers):
    dialog = dialog_of(qtbot, flowers)
    ready(qtbot, dialog)
    choose(dialog.purpose, "regression")
    said = told(qtbot, dialog)
    assert said.startswith("column 'kind' holds words such as 'iris' (line 3)")
    dialog.accept()
    assert dialog.isVisible()
    choose(dialog.purpose, "classification")
    ready(qtbot, dialog)
    assert not dialog.problem.isVisible()


def test_a_fault_far_down_in_the_file_is_told_with_its_place(qtbot, tmp_path):
    text = "a,b\n" + "1,2\n" * 50_000 + "1,oops\n"
    dialog = dialog_of(qtbot, written(tmp_path, text))
    said = told(qtbot, dialog)
    assert f"line {50_000 + 2}, column 'b': 'oops' is not a finite number" in said
    assert str(tmp_path) not in said


def test_reading_shows_progress_and_stops_when_the_dialog_is_cancelled(qtbot, flowers, monkeypatch):
    half, ended = threading.Event(), threading.Event()

    def read(layout, progress):
        try:
            while True:
                progress(0.5)
                half.wait(0.001)
        finally:
            ended.set()

    monkeypatch.setattr(table_dialog, "read_table", read)
    dialog = dialog_of(qtbot, flowers)
    qtbot.waitUntil(lambda: dialog.progress.value() == 500, timeout=WAIT)
    assert dialog.progress.isVisible() and not dialog.use_button.isEnabled()
    dialog.reject()
    assert ended.wait(10)
    assert not user_files._kept


def test_what_cannot_be_stopped_does_not_pile_up(qtbot, flowers, monkeypatch):
    plan, gate, going, most = table_dialog.plan, threading.Event(), [], []

    def slowly(*given):
        going.append(given)
        most.append(len(going))
        gate.wait(10)
        going.pop()
        return plan(*given)

    dialog = dialog_of(qtbot, flowers)
    ready(qtbot, dialog)
    monkeypatch.setattr(table_dialog, "plan", slowly)
    for target in ("width", "height", "colour"):
        choose(dialog.target, target)
        qtbot.waitUntil(lambda: bool(most), timeout=WAIT)
    gate.set()
    ready(qtbot, dialog)
    assert set(most) == {1} and len(most) == 2
    assert "blue, green, red" in dialog.summary.text()


def test_a_file_that_vanishes_before_it_is_used_is_told(qtbot, flowers):
    dialog = dialog_of(qtbot, flowers)
    ready(qtbot, dialog)
    flowers.unlink()
    dialog.accept()
    assert "is not there" in told(qtbot, dialog)


def test_an_archive_is_shown_by_its_arrays(qtbot, tmp_path):
    path = tmp_path / "file.npz"
    np.savez(path, x=np.arange(12.0).reshape(6, 2), y=np.arange(6) % 2, z=np.linspace(0, 1, 6))
    dialog = dialog_of(qtbot, path)
    assert dialog.about.text() == "NumPy archive of 3 arrays"
    assert [dialog.model.index(0, c).data() for c in range(3)] == ["x", "6 × 2", "float64"]
    assert not dialog.delimiter.isVisible()
    ready(qtbot, dialog)
    assert dialog.target.value() == "y" and "2 classes" in dialog.summary.text()
    choose(dialog.target, "z")
    qtbot.waitUntil(lambda: "target from 0 to 1" in dialog.counts.text(), timeout=WAIT)
    use(qtbot, dialog)
    assert user_files.load(dialog.dataset).samples.task == "regression"


# Opening


def test_an_opened_file_becomes_the_data_of_the_experiment(qtbot, opener, window, flowers):
    window.spec = ExperimentSpec(seed=5, data=DataSpec(validation=0.5))
    dialog = opened(qtbot, opener, flowers)
    use(qtbot, dialog)
    spec = window.spec
    assert spec.data.dataset == UserTable(path=str(flowers), target="kind", purpose="classes")
    assert (spec.seed, spec.data.validation) == (5, 0.5)
    assert opener.dialog is None
    assert TrainingData(spec).inputs.shape == (3, 8)


def test_used_data_need_not_be_read_again(qtbot, opener, window, flowers, monkeypatch):
    dialog = opened(qtbot, opener, flowers)
    ready(qtbot, dialog)
    monkeypatch.setattr(user_files, "read_table", None)
    use(qtbot, dialog)
    assert len(TrainingData(window.spec).split.train) == 4


def test_cancelling_changes_nothing(qtbot, opener, window, flowers):
    before = window.spec
    dialog = opened(qtbot, opener, flowers)
    qtbot.mouseClick(dialog.cancel_button, Qt.MouseButton.LeftButton)
    assert window.spec is before and opener.dialog is None


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("none.csv", None, "is not there"),
        ("empty.csv", b"", "is empty"),
        ("table.xlsx", b"PK\x03\x04\x00\x00", "is damaged: it cannot be unpacked"),
        (
            "table.csv.gz",
            gzip.compress(b"a,b\n1,2\n", mtime=0)[:-9],
            "is damaged: it cannot be unpacked",
        ),
        ("noise.csv", bytes(range(256)), "not a table of text"),
        ("broken.npz", b"PK\x03\x04", "is not a whole NumPy archive"),
        ("folder.csv", "folder", "is a folder; choose a file in it"),
    ],
)
def test_a_bad_file_is_reported_and_changes_nothing(
    qtbot, opener, window, tmp_path, name, content, said
):
    before, path = window.spec, tmp_path / name
    if content == "folder":
        path.mkdir()
    elif content is not None:
        path.write_bytes(content)
    opener.open(path)
    qtbot.waitUntil(lambda: bool(window.reports), timeout=WAIT)
    (report,) = window.reports
    assert report.startswith(f"{path}: ") and said in report
    assert window.spec is before and opener.dialog is None


def test_asking_opens_what_is_chosen(qtbot, opener, flowers, monkeypatch):
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_, **__: (str(flowers), ""))
    opener.ask()
    qtbot.waitUntil(lambda: opener.dialog is not None, timeout=WAIT)
    opener.dialog.reject()


def test_choosing_own_table_in_the_list_asks_for_a_file(opener, window, monkeypatch):
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_, **__: ("", ""))
    before = window.spec
    asking = replace(before, data=DataSpec(dataset=UserTable()))
    window.edit(opener, asking)
    assert window.spec is before and window.cancelled == [asking]


def test_edits_of_other_settings_go_straight_through(opener, window):
    for spec in (ExperimentSpec(seed=3), ExperimentSpec(data=DataSpec(dataset=Circle()))):
        window.edit(opener, spec)
        assert window.spec is spec
    assert window.cancelled == [] and opener.dialog is None


# Downloads


MNIST_SPEC = ExperimentSpec(data=DataSpec(dataset=MNIST()))


@pytest.fixture
def mirrors(network, monkeypatch):  # noqa: F811
    """Makes the mirrors of MNIST behave in given manners."""

    def behave(*manners: str):
        monkeypatch.setitem(SOURCES, "mnist", network(*manners))
        return network

    return behave


def offered(opener: DataOpener) -> DownloadDialog:
    assert isinstance(opener.dialog, DownloadDialog)
    return opener.dialog


def test_a_data_set_that_is_absent_is_downloaded_and_used(qtbot, opener, window, mirrors):
    mirrors("forbidding", "good")
    window.edit(opener, MNIST_SPEC)
    dialog = offered(opener)
    assert "MNIST is not on this computer yet" in dialog.heading.text()
    assert window.spec is not MNIST_SPEC
    with qtbot.waitSignal(dialog.accepted, timeout=WAIT):
        qtbot.mouseClick(dialog.download_button, Qt.MouseButton.LeftButton)
    assert window.spec is MNIST_SPEC and find("mnist")
    window.edit(opener, ExperimentSpec())
    window.edit(opener, MNIST_SPEC)
    assert window.spec is MNIST_SPEC and opener.dialog is None


def test_a_failed_download_is_told_and_can_be_tried_again(qtbot, opener, window, mirrors):
    mirrors("forbidding")
    window.edit(opener, MNIST_SPEC)
    dialog = offered(opener)
    dialog.download()
    assert not dialog.download_button.isEnabled() and dialog.progress.isVisible()
    qtbot.waitUntil(dialog.problem.isVisible, timeout=WAIT)
    assert "check the connection and try again" in dialog.problem.text()
    assert "answers 403" in dialog.state.text()
    # Nothing of it is cut off.
    for label in (dialog.problem, dialog.state):
        assert label.height() >= label.heightForWidth(label.width())
    mirrors("good")
    with qtbot.waitSignal(dialog.accepted, timeout=WAIT):
        dialog.download()


def test_a_cancelled_download_leaves_everything_as_it_was_and_can_go_on(
    qtbot, opener, window, mirrors
):
    before = window.spec
    served = mirrors("slow")
    window.edit(opener, MNIST_SPEC)
    dialog = offered(opener)
    dialog.download()
    qtbot.waitUntil(lambda: dialog.progress.value() > 0, timeout=WAIT)
    assert dialog.state.text().endswith(" MB")
    qtbot.mouseClick(dialog.cancel_button, Qt.MouseButton.LeftButton)
    assert window.spec is before and window.cancelled == [MNIST_SPEC]
    served.half_seen.set()
    mirrors("good")
    window.edit(opener, MNIST_SPEC)
    with qtbot.waitSignal(offered(opener).accepted, timeout=WAIT):
        offered(opener).download()
    assert window.spec is MNIST_SPEC
    # What had come of the first of the four files was not asked for again.
    assert served.requests.count(("good", "")) == 3


@pytest.mark.usefixtures("home")
def test_a_folder_with_the_files_can_be_chosen_instead(
    qtbot, opener, window, tmp_path, monkeypatch
):
    write_set(tmp_path / "mine")
    window.edit(opener, MNIST_SPEC)
    monkeypatch.setattr("ui.data.download_dialog.ask_folder", lambda *_: tmp_path / "mine")
    with qtbot.waitSignal(offered(opener).accepted, timeout=WAIT):
        offered(opener).ask_folder()
    assert window.spec is MNIST_SPEC and find("mnist")


@pytest.mark.usefixtures("home")
def test_a_folder_without_the_files_is_told(qtbot, opener, window, tmp_path):
    window.edit(opener, ExperimentSpec(data=DataSpec(dataset=FashionMNIST())))
    dialog = offered(opener)
    dialog.take_from(tmp_path)
    qtbot.waitUntil(dialog.problem.isVisible, timeout=WAIT)
    assert FILES[0] in dialog.problem.text() and dialog.folder_button.isEnabled()


@pytest.mark.usefixtures("home")
def test_an_opened_experiment_whose_data_are_absent_offers_them(qtbot, opener, window, tmp_path):
    window.spec = MNIST_SPEC
    opener.fetch_missing(window.spec.data.dataset, window.reset)
    write_set(tmp_path / "mine")
    with qtbot.waitSignal(offered(opener).accepted, timeout=WAIT):
        offered(opener).take_from(tmp_path / "mine")
    assert window.resets == 1
    opener.fetch_missing(window.spec.data.dataset, window.reset)
    assert opener.dialog is None


# In the window


@pytest.fixture
def real(qtbot):
    """A window with a session."""
    session = RealSession(ExperimentSpec())
    window = MainWindow(session, "light", remember=False)
    qtbot.addWidget(window)
    window.show()
    wait(qtbot, session, lambda frame: True)
    yield window
    assert session.close()


def drop(window: MainWindow, path: Path) -> None:
    """What the user does with a file manager."""
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path))])
    copy, left = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton
    plain = Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(QPoint(300, 300), copy, mime, left, plain)
    window.dragEnterEvent(enter)
    assert enter.isAccepted()
    window.dropEvent(QDropEvent(QPointF(300, 300), copy, mime, left, plain))


def test_a_dropped_table_is_trained_on(qtbot, real, flowers):
    session = real.session
    drop(real, flowers)
    qtbot.waitUntil(lambda: real.train.data.dialog is not None, timeout=WAIT)
    dialog = real.train.data.dialog
    ready(qtbot, dialog)
    dialog.accept()
    wait(qtbot, session, lambda frame: data_of(frame).class_names == ("iris", "rose", "tulip"))
    assert real.train.controls.spec().data.dataset.target == "kind"
    session.undo_stack.undo()
    assert session.spec == ExperimentSpec()


def test_a_dropped_bad_file_is_reported_above_the_dashboard(qtbot, real, tmp_path):
    drop(real, written(tmp_path, ""))
    qtbot.waitUntil(lambda: "is empty" in real.train.banner.text(), timeout=WAIT)
    assert real.session.spec == ExperimentSpec()


def test_a_dropped_experiment_is_still_an_experiment(qtbot, real, tmp_path):
    drop(real, written(tmp_path, dumps(ExperimentSpec(seed=9)), "mine.json"))
    assert real.session.spec.seed == 9 and real.train.data.dialog is None


def test_data_are_opened_by_menu(qtbot, real, flowers, monkeypatch):
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_, **__: (str(flowers), ""))
    real.menus.actions["Open data…"].trigger()
    qtbot.waitUntil(lambda: real.train.data.dialog is not None, timeout=WAIT)
    real.train.data.dialog.reject()


def test_a_moved_file_of_an_opened_experiment_is_told(qtbot, real, flowers, tmp_path):
    spec = ExperimentSpec(data=DataSpec(dataset=user_files.opened(flowers)))
    path = written(tmp_path, dumps(spec), "mine.json")
    flowers.rename(tmp_path / "elsewhere.csv")
    user_files._kept.clear()
    with qtbot.waitSignal(real.session.failed, timeout=WAIT):
        real.open_file(path)
    assert f"{flowers}: is not there; if it was moved, open it again" in real.train.banner.text()


@pytest.mark.usefixtures("home")
def test_the_list_offers_what_is_not_there_and_goes_back_when_cancelled(qtbot, real):
    real.train.controls.spec_edited.emit(MNIST_SPEC)
    assert isinstance(real.train.data.dialog, DownloadDialog)
    real.train.data.dialog.reject()
    assert real.session.spec == real.train.controls.spec() == ExperimentSpec()


@pytest.mark.usefixtures("home")
def test_an_experiment_whose_data_are_absent_gets_them(qtbot, real, tmp_path):
    path = written(tmp_path, dumps(MNIST_SPEC), "mnist.json")
    real.open_file(path)
    qtbot.waitUntil(lambda: isinstance(real.train.data.dialog, DownloadDialog), timeout=WAIT)
    assert "MNIST is not on this computer" in real.train.banner.text()
    write_set(tmp_path / "mine")
    real.train.data.dialog.take_from(tmp_path / "mine")
    wait(qtbot, real.session, lambda frame: data_of(frame).features == 784)
    assert real.train.banner.text() == ""


def data_of(frame: Frame) -> DataPicture:
    assert frame.data
    return frame.data


# Work


def outcome(qtbot, act) -> object:
    """What becomes of some work: its result, or its problem as text."""
    work, results = Work(act), []
    work.done.connect(results.append)
    work.failed.connect(results.append)
    work.start()
    qtbot.waitUntil(lambda: bool(results), timeout=WAIT)
    return results[0]


def raising(error: Exception):
    def act(work: WorkContext) -> None:
        raise error

    return act


def test_every_end_of_work_is_told(qtbot):
    assert outcome(qtbot, lambda work: 42) == 42
    assert outcome(qtbot, raising(DataError("why"))) == "why"
    assert "not enough memory" in str(outcome(qtbot, raising(MemoryError())))
    assert "Stopped by an error: KeyError: 'x'" in str(outcome(qtbot, raising(KeyError("x"))))


def test_work_given_up_says_nothing_more(qtbot):
    told = []
    going = threading.Event()

    def act(work: WorkContext) -> str:
        going.wait(10)
        work.tell(0.5)
        return "never"

    work = Work(act)
    for signal in (work.progressed, work.done, work.failed):
        signal.connect(lambda *what: told.append(what))
    with qtbot.waitSignal(work.destroyed, timeout=WAIT):
        work.start().give_up()
        going.set()
    assert told == []
