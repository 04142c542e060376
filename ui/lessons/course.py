"""The lesson that is open: what it sets up, its questions, and its answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from time import monotonic

from PySide6.QtCore import QObject, QUrl
from PySide6.QtWidgets import QWidget

from core.base.errors import about_file
from core.base.translation import joined, language, tr
from core.lessons import Lesson, LessonError, Progress, Question, RunState, bundled, read
from core.lessons.answers import restored, write_report
from core.telemetry.frame import Frame
from ui.forms.access import everything
from ui.lessons.panel import LessonPanel
from ui.menus import Command, Menu
from ui.pages.train.page import TrainPage
from ui.preferences import Memory
from ui.session.session import Session
from ui.widgets.file_dialogs import ask_source, ask_target
from ui.widgets.outside import open_outside

# The run is compared with what a question asks for at this interval.
LOOK_SECONDS = 0.2
SUFFIX = ".md"


class Course(QObject):
    """Opens lessons beside the Train page and follows the session for their questions. `go` shows
    what a link names, such as ("lab", "gradient_descent"); `report` shows a message."""

    def __init__(
        self,
        session: Session,
        train: TrainPage,
        memory: Memory,
        go: Callable[[str, str], None],
        report: Callable[[str], None],
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self.panel = LessonPanel(window)
        self.progress: Progress | None = None
        self._session, self._train, self._memory = session, train, memory
        self._go, self._report, self._window = go, report, window
        self._state = RunState()
        self._looked_at = 0.0
        self._file = ""
        panel, reader = self.panel, self.panel.reader
        panel.chosen.connect(self.open)
        panel.closed.connect(self.close)
        panel.list_wanted.connect(self.show_list)
        reader.page_chosen.connect(self.turn_to)
        reader.answered.connect(self._answer)
        reader.next_chosen.connect(self._open_next)
        reader.link_chosen.connect(self._follow)
        session.run_started.connect(self._begin_run)
        session.frame_shown.connect(self._take)
        session.spec_changed.connect(lambda _: self._look())

    def menu(self) -> Menu:
        """The commands about lessons."""
        return Menu(
            "&Lessons",
            (
                Command("&All lessons", self.show_list, "F2"),
                Menu("&Lesson", fill=self._commands),
                Command("Open lesson &file…", self._ask_file),
                None,
                Command("&Restart lesson", self.restart),
                Command("&Save results…", self._ask_results),
                Command("&Close lesson", self.close),
            ),
        )

    def _commands(self) -> tuple[Command, ...]:
        return tuple(
            Command(f"{number}. {lesson.title}", lambda name=name: self.open(name))
            for number, (name, lesson) in enumerate(bundled(language()).items(), 1)
        )

    # Opening

    def show_list(self) -> None:
        """Show the lessons that come with the application."""
        lessons = bundled(language())
        self.panel.show_list({name: self._kept(each) for name, each in lessons.items()})

    def open(self, name: str) -> None:
        """Open a lesson that comes with the application."""
        self._file = ""
        self._begin(bundled(language())[name])

    def open_file(self, path: Path) -> None:
        """Open a lesson from a file; its mistakes are reported instead."""
        if (lesson := self._read(path)) is not None:
            self._file = str(path)
            self._begin(lesson)

    def restart(self) -> None:
        """Forget the answers of the lesson, and set it up again."""
        if self.progress:
            self.progress = Progress(self.progress.lesson)
            self._keep()
            self._begin(self.progress.lesson)

    def close(self) -> None:
        """Close the panel, and bring back all controls and the user's layout."""
        self.panel.hide()
        if self.progress:
            self.progress = None
            self._train.dashboard.show_own()
            self._train.controls.set_access(everything)

    @property
    def place(self) -> str:
        """What `resume` opens again: the id of the lesson or its file; "" for none."""
        return (self._file or self.progress.lesson.id) if self.progress else ""

    def resume(self, place: str) -> None:
        """Show a lesson again without setting up its experiment, which is there already."""
        lesson = bundled(language()).get(place)
        if lesson is None and place.endswith(SUFFIX):
            lesson, self._file = self._read(Path(place)), place
        if lesson is not None:
            self._show(lesson)

    def _begin(self, lesson: Lesson) -> None:
        self._go("page", "train")
        self._show(lesson)
        self._session.open(lesson.experiment)

    def _show(self, lesson: Lesson) -> None:
        self._train.dashboard.show_own()
        self.progress = self._kept(lesson)
        if lesson.views:
            self._train.dashboard.show_only(lesson.views)
        self._train.controls.set_access(lesson.access)
        self.panel.show_progress(self.progress)

    def _open_next(self) -> None:
        names = list(bundled(language()))
        place = self.place
        following = names[names.index(place) + 1 :] if place in names else []
        self.open(following[0]) if following else self.show_list()

    def _read(self, path: Path) -> Lesson | None:
        try:
            return read(path)
        except LessonError as error:
            self._report(tr(joined("\n", [path.name, str(error)])))
        except OSError as error:
            self._report(tr(about_file(error, path)))
        return None

    # Reading and answering

    def turn_to(self, page: int) -> None:
        """Show another page of the lesson, from 0."""
        self._change(page=page)
        self._look()

    def _answer(self, given: float) -> None:
        question = self._question()
        if self.progress and question:
            self.progress = self.progress.answered(question, given, self._session.spec)
            self._change()

    def _change(self, **changes: int) -> None:
        assert self.progress
        self.progress = replace(self.progress, **changes)
        self._keep()
        if self.panel.shows_reader:
            self.panel.show_progress(self.progress)

    def _question(self) -> Question | None:
        progress = self.progress
        return progress.lesson.pages[progress.page].question if progress else None

    def _kept(self, lesson: Lesson) -> Progress:
        return restored(lesson, self._memory.text(f"lessons/{lesson.id}", ""))

    def _keep(self) -> None:
        assert self.progress
        self._memory.keep(**{f"lessons/{self.progress.lesson.id}": self.progress.text()})

    # The run

    def _begin_run(self) -> None:
        self._state, self._looked_at = RunState(), 0.0

    def _take(self, frame: Frame) -> None:
        self._state.take(frame)
        if frame.status != "running" or monotonic() - self._looked_at > LOOK_SECONDS:
            self._looked_at = monotonic()
            self._look()

    def _look(self) -> None:
        """Compare the run with what the question on the page asks for."""
        question = self._question()
        if question is None or question.condition is None or not self.panel.isVisible():
            return
        values = self._state.values(self._session.spec)
        self.panel.reader.show_values(values)
        assert self.progress
        known = self.progress.answers.get(question.id)
        if not (known and known.correct) and question.condition.holds(values):
            self._answer(float(values["step"]))

    # Files and links

    def _follow(self, url: QUrl) -> None:
        if url.scheme() in ("lab", "gallery", "view"):
            self._go(url.scheme(), url.path())
        elif url.scheme() in ("http", "https"):
            open_outside(url, self._window)

    def _ask_file(self) -> None:
        title, kinds = tr("Open lesson"), tr("Lessons (*.md)")
        if path := ask_source(self._window, title, "", kinds):
            self.open_file(path)

    def _ask_results(self) -> None:
        if self.progress is None:
            self._report(tr("Open a lesson first."))
            return
        proposed = Path.home() / f"{self.progress.lesson.id}-results.json"
        kinds = tr("Results (*.json)")
        if path := ask_target(self._window, tr("Save results"), proposed, kinds):
            self.save_results(path)

    def save_results(self, path: Path) -> None:
        """Write the answers and the experiments to a file."""
        assert self.progress
        try:
            write_report(path, self.progress)
        except OSError as error:
            self._report(tr(about_file(error, path)))
        else:
            self._report(tr("The results are saved as {file}", file=path))
