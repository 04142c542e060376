"""Films of a run: views painted at successive recorded steps."""

from __future__ import annotations

import math
import queue
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from time import perf_counter

from PIL import Image
from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QImage, QPainter

from core.base.translation import tr
from core.experiment.files import replacing
from core.telemetry.frame import Frame
from core.telemetry.history import History
from core.worker.job import Context, Progress
from ui.export.film_formats import FilmError, FilmFormat, Reel
from ui.export.sheet import Sheet, paint_ground, paint_views, pictures
from ui.session.job import BackgroundJob
from ui.theme import Theme
from ui.views import View

# The most frames waiting to be written, up to 16 MB each; writing is slower than painting.
WAITING = 2
# How long the window paints frames before it handles other events.
SLICE_SECONDS = 0.1
IDLE_MILLISECONDS = 5


@dataclass(frozen=True)
class Film:
    """What to film: `views` on `sheet` (whose caption reserves room for step and time) at `frames`
    of `history`, `rate` of them per second, with `scale` pixels per logical pixel."""

    sheet: Sheet
    frames: Sequence[Frame]
    history: History
    theme: Theme
    scale: int
    rate: int

    @property
    def reel(self) -> Reel:
        size = (self.sheet.size * self.scale).toSize()
        return Reel((size.width(), size.height()), self.rate, len(self.frames))


def stamp(frame: Frame) -> str:
    """Step and time of a frame, as written below it."""
    trained = "" if math.isnan(frame.seconds) else clock(frame.seconds)
    return _stamp(frame.iteration, frame.epoch, trained)


def widest_stamp() -> str:
    """The longest text expected below a frame; it determines the minimum width."""
    return _stamp(8_888_888, 88_888.8, "88:88:88")


def _stamp(step: int, epoch: float, trained: str) -> str:
    words = [tr("Step {step:,}", step=step), tr("epoch {epoch:,.1f}", epoch=epoch)]
    if trained:
        words.append(tr("{time} of training", time=trained))
    return " · ".join(words)


def clock(seconds: float) -> str:
    """A time as m:ss, with tenths below one minute and hours from one hour."""
    if seconds < 60:
        return tr("{seconds:.1f} s", seconds=math.floor(seconds * 10) / 10)
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


class FilmPainter:
    """Paints the frames of a film, without changes on the screen. The views show their previous
    state again when `painting` is left."""

    def __init__(self, film: Film) -> None:
        self.film = film
        self._views = [view for view in film.sheet.views if isinstance(view, View)]
        self._moments = {id(view.shown_step): view.shown_step for view in self._views}.values()
        self._ground = self._empty()
        with QPainter(self._ground) as painter:
            paint_ground(painter, film.sheet, film.theme, film.scale)

    def _empty(self) -> QImage:
        width, height = self.film.reel.size
        picture = QImage(width, height, QImage.Format.Format_RGB32)
        if picture.isNull():
            raise FilmError(
                tr("A film of {width} × {height} pixels is too large.", width=width, height=height)
            )
        picture.setDevicePixelRatio(self.film.scale)
        return picture

    @contextmanager
    def painting(self) -> Iterator[None]:
        """Paint any number of frames within this context."""
        film = self.film
        before = [(moment, moment.frame, moment.history) for moment in self._moments]
        with pictures(film.sheet, film.theme, film.scale):
            try:
                yield
            finally:
                for moment, frame, history in before:
                    moment.frame, moment.history = frame, history
                for view in self._views:
                    view.refresh()

    def paint(self, frame: Frame) -> QImage:
        """An image of one recorded step, with step and time below."""
        film = self.film
        for moment in self._moments:
            moment.show(frame, film.history)
        picture = QImage(self._ground)
        with QPainter(picture) as painter:
            sheet = replace(film.sheet, caption=stamp(frame))
            paint_views(painter, sheet, film.theme, film.scale)
        return picture


@dataclass
class WriteFilm:
    """The job that writes a film: takes the pixels of its frames from `feed` as they are painted.
    It keeps no Qt objects, because they might then be destroyed in the job's thread.

    Its result is an error message, "" on success. A cancelled film leaves no file.
    """

    path: Path
    kind: FilmFormat
    reel: Reel
    feed: queue.Queue[bytes] = field(default_factory=lambda: queue.Queue(WAITING))

    def run(self, context: Context) -> str:
        try:
            with replacing(self.path) as part:
                self.kind.write(part, self.reel, self._frames(context))
        except FilmError as error:
            return tr(str(error))
        except OSError as error:
            return tr(
                "{path} could not be written: {reason}",
                path=self.path,
                reason=error.strerror or error,
            )
        return ""

    def _frames(self, context: Context) -> Iterator[Image.Image]:
        total = self.reel.count + 3 * self.kind.samples
        for done in range(total):
            context.progress(done, total)
            yield Image.frombuffer("RGB", self.reel.size, self._next(context), "raw", "BGRX", 0, 1)
        context.progress(total, total)

    def _next(self, context: Context) -> bytes:
        while True:
            context.check()
            try:
                return self.feed.get(timeout=0.05)
            except queue.Empty:
                continue


def _pixels(picture: QImage) -> bytes:
    """Four bytes per pixel: blue, green, red, unused."""
    return bytes(picture.constBits())


class FilmMaker(QObject):
    """Makes a film: paints its frames in the window's thread, a few at a time, while a job writes
    them. Exactly one of `finished` (with an error message, "" on success) and `stopped` ends it;
    then it is deleted: it holds the ground of all frames, as large as a frame."""

    progressed = Signal(float)
    finished = Signal(str)
    stopped = Signal()

    def __init__(
        self, film: Film, path: Path, kind: FilmFormat, parent: QObject | None = None
    ) -> None:
        """Raises `FilmError` if a frame is too large."""
        super().__init__(parent)
        self._painter = FilmPainter(film)
        frames = film.frames
        samples = [frames[0], frames[len(frames) // 2], frames[-1]] if kind.samples else []
        self._frames = [*samples, *frames]
        self._next = 0
        self._write = WriteFilm(path, kind, film.reel)
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._paint)
        self._job = BackgroundJob(self._write, self, shares_memory=True)
        self._job.progressed.connect(self._tell)
        self._job.finished.connect(self._end)
        self._job.failed.connect(self._end)
        self._job.stopped.connect(self._stopped)

    def start(self) -> FilmMaker:
        self._job.start()
        self._timer.start(0)
        return self

    def stop(self) -> None:
        """Cancel the film: no file remains, and `stopped` follows."""
        self._timer.stop()
        self._job.stop()

    def _paint(self) -> None:
        """Paint until enough frames wait to be written, for a limited time."""
        feed, until = self._write.feed, perf_counter() + SLICE_SECONDS
        if not feed.full():
            with self._painter.painting():
                while not feed.full() and perf_counter() < until and self._more():
                    feed.put_nowait(_pixels(self._painter.paint(self._frames[self._next])))
                    self._next += 1
        if self._more():
            self._timer.start(IDLE_MILLISECONDS if feed.full() else 0)
        else:
            self._timer.stop()

    def _more(self) -> bool:
        return self._next < len(self._frames)

    def _tell(self, progress: Progress) -> None:
        self.progressed.emit(progress.share)

    def _end(self, problem: str) -> None:
        self._timer.stop()
        self.deleteLater()
        self.finished.emit(tr(problem))

    def _stopped(self) -> None:
        self._timer.stop()
        self.deleteLater()
        self.stopped.emit()
