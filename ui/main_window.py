"""The main window: the rail, its pages, and the menus."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QByteArray, QEvent, QSize, Qt, Signal
from PySide6.QtGui import (
    QCloseEvent,
    QDragEnterEvent,
    QDropEvent,
    QHideEvent,
    QKeyEvent,
    QKeySequence,
    QShowEvent,
    QUndoGroup,
)
from PySide6.QtWidgets import (
    QHBoxLayout,
    QMainWindow,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from core.base.translation import Message, joined, tr
from core.experiment.links import LabLink, is_link
from core.experiment.spec import ExperimentSpec
from core.training.model_file import SUFFIX as MODEL_SUFFIX
from ui import theme
from ui.appearance import Appearance
from ui.data.opening import looks_like_data
from ui.finding import Finder
from ui.help import about
from ui.lessons.course import SUFFIX as LESSON_SUFFIX
from ui.lessons.course import Course
from ui.menus import VIEW, Command, Menu, MenuBar
from ui.page import Page, PageContext
from ui.pages import PAGES
from ui.pages.train.page import TrainPage
from ui.preferences import Memory
from ui.rail import Rail
from ui.session.document import Document
from ui.session.job import cancel_all
from ui.session.linking import Links
from ui.session.models import Models
from ui.session.session import Session
from ui.session.snapshot import Snapshot, reinstate
from ui.widgets.banner import Action, Banner
from ui.widgets.keys import keeps_key, press_focused
from ui.widgets.layouts import add_layout

DEFAULT_SIZE = QSize(1440, 900)
MINIMUM_SIZE = QSize(1000, 640)
# Approximate size of the window's frame.
FRAME = QSize(8, 40)
NOTICE_MARGIN = 12


def available_size(window: QWidget) -> QSize:
    """The window size that fits the screen."""
    return window.screen().availableSize()


@dataclass
class HandedOver:
    """What the window in another language takes over: what each page gives it, by key, the page
    shown, and how the dashboard is arranged."""

    pages: dict[str, object]
    arrangement: dict[str, bytes | str]
    is_maximized: bool
    geometry: QByteArray


class MainWindow(QMainWindow):
    """Shows one page at a time. With `remember` the layout is kept from one start to the next, and
    unsaved changes are asked about before it closes. A window shows one language only, see
    `ui.window_host`."""

    closed = Signal()

    def __init__(
        self,
        session: Session,
        theme_name: str | None = None,
        remember: bool = True,
        preferences: Memory | None = None,
    ) -> None:
        super().__init__()
        self.session = session
        self.memory = preferences or Memory(remember)
        # True on a signal, and when nothing is remembered anyway: no dialog is shown then.
        self.asks_nothing = not self.memory.is_lasting
        self.appearance = Appearance(self.memory, theme_name, self)
        self._context = PageContext(session, self.memory, self.open_experiment, self.show_page)
        self._entries = {entry.key: entry for entry in PAGES}
        self._undo = QUndoGroup(self)
        self._seen: Page | None = None
        self.pages: dict[str, Page] = {}
        self.stack = QStackedWidget()
        # Commands of the application rather than of a page.
        self.notice = Banner()
        self.rail = Rail(PAGES)
        self.menus = MenuBar(self.menuBar(), self._build_pages)
        self.finder = Finder(self, self.menus, self._shown_page)
        self._arrange()
        # The Train page has everything about the session's experiment, including its menus.
        self.document = Document(session, self, lambda message: self.report(message), self.memory)
        self.models = Models(session, self, lambda message: self.report(message))
        self.models.continued.connect(lambda: self.show_page(PAGES[0].key))
        self.links = Links(
            lambda: self.current.link(),
            self.open_experiment,
            self.open_lab,
            lambda message: self.report(message),
        )
        self._add_menus()
        train = self.page(PAGES[0].key)
        assert isinstance(train, TrainPage)
        self.train = train
        self.course = Course(session, train, self.memory, self._go, self.report, self)
        self._row.addWidget(self.course.panel)
        self.menus.add(self.course.menu(), before="&Help")
        self.models.obtain = train.data.obtain
        self.rail.chosen.connect(self.show_page)
        self.appearance.changed.connect(self._retheme)
        self.appearance.lecture_changed.connect(self._toggle_full_screen)
        if geometry := self.memory.state("geometry"):
            self.restoreGeometry(geometry)
        self.show_page(PAGES[0].key)
        self.document.tell()

    def _arrange(self) -> None:
        screen = available_size(self) - FRAME
        self.setMinimumSize(MINIMUM_SIZE.boundedTo(screen))
        self.resize(DEFAULT_SIZE.boundedTo(screen))
        self.setAcceptDrops(True)
        center = QWidget()
        row = self._row = QHBoxLayout(center)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.rail)
        column = QVBoxLayout()
        column.setSpacing(0)
        above = QVBoxLayout()
        above.setContentsMargins(NOTICE_MARGIN, 0, NOTICE_MARGIN, 0)
        above.addWidget(self.notice)
        add_layout(column, above)
        column.addWidget(self.stack, 1)
        add_layout(row, column, 1)
        self.setCentralWidget(center)

    # Pages

    @property
    def current(self) -> Page:
        """The page that is shown."""
        page = self.stack.currentWidget()
        assert isinstance(page, Page)
        return page

    def page(self, key: str) -> Page:
        """The page with a key, built if it has not been shown yet. KeyError where there is none."""
        if key not in self.pages:
            page = self._entries[key].build(self._context)
            button = self.rail.buttons[key]
            page.busy_changed.connect(button.set_busy)
            page.reported.connect(lambda _: button.set_message(page is not self._seen))
            self.menus.add_page(key, page.menus())
            page.undo_changed.connect(self._take_undo)
            self.stack.addWidget(page)
            self.pages[key] = page
            page.restore_state()
        return self.pages[key]

    def _build_pages(self) -> None:
        for key in self._entries:
            self.page(key)

    def show_page(self, key: str) -> None:
        """Show a page as it was left, and restore its keyboard focus."""
        page = self.page(key)
        self.stack.setCurrentWidget(page)
        self.rail.show_page(key)
        self.menus.show_page(key)
        self._take_undo()
        self._tell_pages()
        # Not the first field of a new page: Space is to run, not to open a list.
        (page.focusWidget() or page).setFocus()

    def _take_undo(self) -> None:
        """Let Undo and Redo act on the page that is shown."""
        stack = self.current.undo_stack
        if stack is not None:
            self._undo.addStack(stack)
        self._undo.setActiveStack(stack)  # type: ignore[arg-type]

    def _tell_pages(self) -> None:
        """Notify the pages which of them is visible."""
        visible = self.isVisible() and not self.isMinimized()
        seen = self.current if visible and self.stack.count() else None
        if seen is not self._seen:
            before, self._seen = self._seen, seen
            if before is not None:
                before.deactivate()
            if seen is not None:
                seen.activate()

    # Commands

    def open_experiment(self, spec: ExperimentSpec) -> None:
        """Open an experiment on the Train page, paused at its start."""
        self.session.open(spec)
        self.show_page(PAGES[0].key)

    def open_lab(self, link: LabLink) -> None:
        """Show the lab of a link, set as the link says. Raises SpecError."""
        from ui.pages.labs.page import LabsPage

        page = self.page("labs")
        assert isinstance(page, LabsPage)
        self.show_page("labs")
        page.open_link(link)

    def _go(self, kind: str, name: str) -> None:
        """Show what a link of a lesson names: a page, a lab, an experiment or a view."""
        if kind == "view":
            self.show_page(PAGES[0].key)
            self.train.dashboard.bring(name)
        elif kind == "page":
            self.show_page(name)
        else:
            from ui.palette_entries import show_experiment, show_lab

            open_named = {"lab": show_lab, "gallery": show_experiment}[kind]
            open_named(self._shown_page, name)

    def open_file(self, path: Path, target: str = "") -> None:
        """Open a file: an experiment, a lesson, or data for the current one."""
        self.show_page(PAGES[0].key)
        if path.suffix == LESSON_SUFFIX:
            self.course.open_file(path)
        elif path.suffix == MODEL_SUFFIX:
            self.models.open(path)
        elif looks_like_data(path):
            self.train.data.open(path, target)
        else:
            self.document.open(path)

    def state(self) -> dict[str, bytes | str]:
        """How the window is arranged, for `restore`."""
        shown = next(key for key, page in self.pages.items() if page is self.current)
        return {
            "page": shown,
            "layout": bytes(self.train.dashboard.layout_state().data()),
            "file": str(self.document.path or ""),
            "lesson": self.course.place,
        }

    def restore(self, work: Snapshot) -> None:
        """Take up the work of a session that ended too early."""
        self._restore_layout(work.window)
        reinstate(self.session, work)
        self._show_arranged(work.window)

    def _restore_layout(self, arrangement: Mapping[str, bytes | str]) -> None:
        """Restore the dashboard's layout of an earlier window's `state`."""
        layout = arrangement.get("layout")
        if isinstance(layout, bytes):
            self.train.dashboard.restore_layout(QByteArray(layout))

    def _show_arranged(self, arrangement: Mapping[str, bytes | str]) -> None:
        """Show the file's name, the lesson and the page of an earlier window's `state`."""
        self.document.path = Path(str(file)) if (file := arrangement.get("file")) else None
        self.document.tell()
        self.course.resume(str(arrangement.get("lesson", "")))
        page = str(arrangement.get("page"))
        self.show_page(page if page in self._entries else PAGES[0].key)

    def hand_over(self) -> HandedOver | None:
        """End the pages, but not the session, for a window in another language. None, with a
        message, while something runs on a page that cannot be handed over."""
        busy = [key for key in self.pages if key != PAGES[0].key and self.rail.buttons[key].is_busy]
        if busy:
            pages = joined(", ", [Message(self._entries[key].title) for key in busy])
            self.report(
                tr("The language can be changed when nothing is running here: {pages}", pages=pages)
            )
            return None
        work = HandedOver(
            {key: page.hand_over() for key, page in self.pages.items()},
            self.state(),
            self.isMaximized(),
            self.saveGeometry(),
        )
        for page in self.pages.values():
            page.save_state()
            page.shutdown()
        return work

    def take_over(self, work: HandedOver) -> None:
        """Show what another window has handed over, in its place."""
        self.restoreGeometry(work.geometry)
        self.showMaximized() if work.is_maximized else self.show()
        self._restore_layout(work.arrangement)
        for key, given in work.pages.items():
            if given is not None:
                self.page(key).take_over(given)
        self._show_arranged(work.arrangement)

    def report(self, message: str) -> None:
        """Show a message at the top of the current page."""
        self.current.report(message)

    def notify(
        self, message: str, text: str, act: Callable[[], object], stays: bool = False
    ) -> None:
        """Show a message above every page, with a button labelled `text`. With `stays` the message
        remains after it is pressed."""
        self.notice.say(message, Action(text, act, dismisses=not stays))

    def _add_menus(self) -> None:
        self.menus.add(
            Menu(
                "&File",
                (
                    Command("&Open experiment…", self._ask_experiment, "Ctrl+O"),
                    Menu("Open &recent", fill=self._recent),
                    Command("Open &data…", self._ask_data, "Ctrl+D"),
                    Command("Experiment &gallery…", lambda: self.show_page("gallery"), "Ctrl+G"),
                    Command("&Save experiment", self.document.save, "Ctrl+S"),
                    Command("Save experiment &as…", self.document.ask_save, "Ctrl+Shift+S"),
                    None,
                    Command("Open mo&del…", self.models.ask_open),
                    Command("Save &model…", self.models.ask_save),
                    Command("&Predict with a model…", lambda: self.models.ask_predict()),
                    None,
                    Command("&Export…", lambda: self.current.export(), "Ctrl+E"),
                    Command("Export &film…", self._ask_film, "Ctrl+Shift+E"),
                    Command("Export &code…", self._ask_code),
                    None,
                    Command("&Quit", self.close, "Ctrl+Q"),
                ),
            )
        )
        undo = self._undo.createUndoAction(self, tr("&Undo"))
        undo.setShortcut("Ctrl+Z")
        redo = self._undo.createRedoAction(self, tr("&Redo"))
        redo.setShortcuts([QKeySequence("Ctrl+Y"), QKeySequence("Ctrl+Shift+Z")])
        copy = Command(
            "Copy &link",
            self.links.copy,
            "Ctrl+L",
            tip="Copy the experiment, or the lab as it is set, as a link to send",
        )
        paste = Command(
            "&Paste link",
            self.links.paste,
            "Ctrl+Shift+V",
            tip="Open the link that was copied; Undo brings back what was there",
        )
        self.menus.add(Menu("&Edit", (undo, redo, None, copy, paste)))
        looks = self.appearance.commands()
        self.menus.add(Menu(VIEW, (*self._page_commands(), None, *looks)))
        self.menus.add(
            Menu(
                "&Help",
                (
                    Command("&Guide", lambda: self.finder.show_guide(), "F1"),
                    Command("&Keyboard shortcuts", lambda: self.finder.show_guide("keys")),
                    Command("&Command palette…", self.finder.show_palette, "Ctrl+K"),
                    None,
                    Command("&About", lambda: about(self)),
                ),
            )
        )

    def _shown_page(self, key: str) -> Page:
        self.show_page(key)
        return self.current

    def _page_commands(self) -> tuple[Command, ...]:
        return tuple(
            Command(
                entry.title,
                lambda key=key: self.show_page(key),
                f"Ctrl+{number}",
                checked=lambda key=key: self.pages.get(key) is self.stack.currentWidget(),
                one_of="pages",
            )
            for number, (key, entry) in enumerate(self._entries.items(), 1)
        )

    def _ask_experiment(self) -> None:
        self.show_page(PAGES[0].key)
        self.document.ask_open()

    def _recent(self) -> tuple[Command, ...]:
        return tuple(
            Command(
                f"&{number % 10} {path.name.replace('&', '&&')}",
                lambda path=path: self.open_file(path),
                tip=str(path),
            )
            for number, path in enumerate(self.document.recent(), 1)
        )

    def _ask_film(self) -> None:
        self.show_page(PAGES[0].key)
        self.train.filming.film()

    def _ask_code(self) -> None:
        from ui.export.code_dialog import CodeDialog

        dialog = CodeDialog(self.session.spec, self)
        if dialog.exec():
            self.report(tr("The script is saved as {file}", file=dialog.written[0]))
        dialog.deleteLater()

    def _ask_data(self) -> None:
        self.show_page(PAGES[0].key)
        self.train.data.ask()

    # Looks

    def _retheme(self) -> None:
        self.rail.update()
        self.course.panel.retheme(theme.current())
        for page in self.pages.values():
            page.retheme(theme.current())

    def _toggle_full_screen(self) -> None:
        self.setWindowState(self.windowState() ^ Qt.WindowState.WindowFullScreen)

    # Events

    def event(self, event: QEvent) -> bool:
        handled = keeps_key(event) or super().event(event)
        if event.type() == QEvent.Type.UpdateRequest and self.stack.count():
            self.current.painted()
        return handled

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.WindowStateChange:
            self._tell_pages()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._tell_pages()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._tell_pages()

    def closeEvent(self, event: QCloseEvent) -> None:
        pages = list(self.pages.values())
        if not (self.asks_nothing or self.document.may_close()) or not all(
            page.can_close() for page in pages
        ):
            event.ignore()
            return
        self.memory.keep(geometry=self.saveGeometry())
        cancel_all()
        for page in pages:
            page.save_state()
            page.shutdown()
        self.session.close()
        super().closeEvent(event)
        # Qt itself would wait for whatever else is shown, such as a menu.
        self.closed.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.appearance.is_lecture:
            self.appearance.set_lecture(False)
        elif not press_focused(event):
            super().keyPressEvent(event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasUrls() or is_link(event.mimeData().text()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Open the first of the files that were dropped, or a link."""
        event.acceptProposedAction()
        dropped = event.mimeData()
        files = [url.toLocalFile() for url in dropped.urls() if url.isLocalFile()]
        if files:
            self.open_file(Path(files[0]))
        else:
            self.links.open(dropped.text())
