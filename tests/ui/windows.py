"""Every window of the application by name, for tests that look at all of them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtWidgets import QWidget

from core.experiment.spec import ExperimentSpec
from core.gallery import GALLERY
from core.studies import LABS
from tests.ui.running import session_within, step, wait
from ui.main_window import MainWindow
from ui.preferences import Memory
from ui.widgets.section import More

SIZE = (1280, 800)
TABLE = "area,kind,price\n50,flat,100.5\n61,house,130\n70,flat,160\n82,house,\n90,flat,210.5\n"


def main_window(qtbot, page: str = "train") -> MainWindow:
    window = MainWindow(session_within(ExperimentSpec()), "light", remember=False)
    qtbot.addWidget(window)
    window.resize(*SIZE)
    with qtbot.waitExposed(window):
        window.show()
    wait(qtbot, window.session, lambda frame: True)
    window.show_page(page)
    return window


def train(qtbot, folder: Path) -> QWidget:
    """The Train page after two steps, with every view shown and every section open."""
    window = main_window(qtbot)
    step(qtbot, window.session, 2)
    for card in window.train.dashboard.cards():
        card.show()
    for more in window.findChildren(More):
        more.click()
    return window


def gallery(qtbot, folder: Path) -> QWidget:
    return main_window(qtbot, "gallery")


def gallery_experiment(qtbot, folder: Path) -> QWidget:
    window = main_window(qtbot, "gallery")
    window.page("gallery").open(next(iter(GALLERY.values())))  # type: ignore[attr-defined]
    return window


def labs(qtbot, folder: Path) -> QWidget:
    return main_window(qtbot, "labs")


def search(qtbot, folder: Path) -> QWidget:
    return main_window(qtbot, "search")


def one_lab(key: str) -> Callable[..., QWidget]:
    def build(qtbot, folder: Path) -> QWidget:
        window = main_window(qtbot, "labs")
        window.page("labs").open(key)  # type: ignore[attr-defined]
        return window

    return build


def guide(qtbot, folder: Path) -> QWidget:
    from ui.help import Guide

    return _shown(qtbot, Guide(main_window(qtbot).menus))


def palette(qtbot, folder: Path) -> QWidget:
    from ui.palette import CommandPalette
    from ui.palette_entries import palette_entries

    window = main_window(qtbot)
    entries = palette_entries(window.menus, lambda key: window.page(key))
    return _shown(qtbot, CommandPalette(entries, window))


def export(qtbot, folder: Path) -> QWidget:
    from ui.export.dialog import ExportDialog

    window = main_window(qtbot)
    return _shown(
        qtbot, ExportDialog(window.train.dashboard.cards(), ExperimentSpec(), None, window)
    )


def film(qtbot, folder: Path) -> QWidget:
    from ui.export.film_dialog import FilmDialog

    window = main_window(qtbot)
    step(qtbot, window.session, 2)
    cards, history = window.train.dashboard.cards(), window.session.history
    return _shown(qtbot, FilmDialog(cards, ExperimentSpec(), history, Memory(False), window))


def code(qtbot, folder: Path) -> QWidget:
    from ui.export.code_dialog import CodeDialog

    return _shown(qtbot, CodeDialog(ExperimentSpec()))


def runs(qtbot, folder: Path) -> QWidget:
    from ui.pages.train.runs import Runs

    window = main_window(qtbot)
    step(qtbot, window.session, 2)
    window.session.pin()
    return _shown(qtbot, Runs(window.session, window))


def table(qtbot, folder: Path) -> QWidget:
    from core.data.user_files import UserTable
    from ui.data.table_dialog import TableDialog, look

    path = folder / "houses.csv"
    path.write_text(TABLE, encoding="utf-8")
    dataset = UserTable(path=str(path), target="price")
    dialog = TableDialog(dataset, look(dataset))
    _shown(qtbot, dialog)
    qtbot.waitUntil(dialog.use_button.isEnabled)
    return dialog


def download(qtbot, folder: Path) -> QWidget:
    from ui.data.download_dialog import DownloadDialog

    return _shown(qtbot, DownloadDialog("mnist"))


def _shown(qtbot, dialog: QWidget) -> QWidget:
    qtbot.addWidget(dialog)
    with qtbot.waitExposed(dialog):
        dialog.show()
    return dialog


WINDOWS: dict[str, Callable[..., QWidget]] = (
    {function.__name__: function for function in (train, gallery, gallery_experiment, labs, search)}
    | {f"lab_{key}": one_lab(key) for key in LABS}
    | {
        function.__name__: function
        for function in (guide, palette, export, film, code, runs, table, download)
    }
)
