"""The training thread: commands in, frames out, independent of the window.

When a frame is due the thread puts it in the mailbox, calls `on_frame` once and continues training.
It makes the next one only after `shown` has been called for the last: a slow window gets fewer
frames and does not slow down training.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Collection
from pathlib import Path

import numpy as np

from core.base.arrays import Array
from core.base.cancellation import Cancelled
from core.base.errors import about_file
from core.base.memory import free_discarded
from core.base.translation import Message
from core.data import DataError
from core.experiment.spec import ExperimentSpec
from core.telemetry.frame import (
    MEASURES,
    Failure,
    Frame,
    Item,
    ModelSaved,
    Preparing,
    ScoreOnTest,
    Status,
)
from core.telemetry.meter import Meter
from core.training.checkpoints import CheckpointKey, Checkpoints
from core.training.model import model_of
from core.training.model_file import write_model
from core.training.questions import Question
from core.training.trainer import Trainer
from core.worker.frame_clock import FrameClock
from core.worker.speedometer import Speedometer

# Time between two checks of the clock and the commands.
SLICE_SECONDS = 0.001
# Time between two reports of progress while a run is loaded.
PREPARING_SECONDS = 0.2


class Runner:
    """Owns the trainer. All methods may be called from any thread and return immediately.
    `on_frame` is called in the training thread when the mailbox has an item.
    """

    def __init__(self, on_frame: Callable[[], None] = lambda: None) -> None:
        self.on_frame = on_frame
        self._commands: deque[Callable[[], None]] = deque()
        self._mailbox: deque[Item] = deque()
        self._wake = threading.Event()
        self._closing = False
        self._running = False
        self._is_shown = True
        self._run = self._wanted = 0
        self._trainer: Trainer | None = None
        self._meter: Meter | None = None
        self._checkpoints = Checkpoints()
        self._clock = FrameClock()
        self._speed = Speedometer()
        self._seconds = 0.0
        self._slice = 1
        self._pace = 0.0
        self._preparing_due = 0.0
        self._measures: Collection[str] = MEASURES
        self._question: Question | None = None
        self._thread = threading.Thread(target=self._work, name="training", daemon=True)
        self._thread.start()

    # Commands

    def load(self, spec: ExperimentSpec, run: int, weights: dict[str, Array] | None = None) -> None:
        """Start a new run of `spec` at iteration 0, with the `weights` of a saved model if given.
        One still waiting to be loaded is left out."""
        self._wanted = run
        self._post(lambda: self._load(spec, run, weights))

    def apply(self, spec: ExperimentSpec) -> None:
        """Continue with a spec that differs only in settings that need no restart."""
        self._post(lambda: self._apply(spec))

    def go_back(self, key: CheckpointKey, run: int) -> None:
        """Return to one of the `checkpoints` and continue as run number `run`."""
        self._post(lambda: self._go_back(key, run))

    def set_weight(self, layer: str, row: int, column: int, value: float) -> None:
        """Change one weight between two updates; the column after the last weight is the bias."""
        self._post(lambda: self._set_weight(layer, row, column, value))

    def set_pace(self, steps_per_second: float) -> None:
        """Set the number of steps per second; 0 means as many as possible."""
        self._post(lambda: self._set_pace(steps_per_second))

    def measure(self, measures: Collection[str]) -> None:
        """Set what the next frames must contain, of `core.telemetry.frame.MEASURES`."""
        self._measures = measures

    def resume(self) -> None:
        self._post(lambda: self._set_running(True))

    def pause(self) -> None:
        self._post(lambda: self._set_running(False))

    def step(self) -> None:
        """Pause, and do one update."""
        self._post(lambda: self._advance(1))

    def finish_epoch(self) -> None:
        """Pause at the end of the current epoch."""
        self._post(self._finish_epoch)

    def test(self) -> None:
        """Score the test part without changing the run; the mailbox receives a `ScoreOnTest`."""
        self._post(self._test)

    def save_model(self, path: str) -> None:
        """Save the present weights as a model file; the mailbox receives a `ModelSaved`."""
        self._post(lambda: self._save_model(path))

    def ask(self, question: Question | None, key: CheckpointKey | None = None) -> None:
        """Ask what the network says: an `Answer` will lie in the mailbox, and one in each frame.

        With a `key` it is that of the weights then, and what frames answer stays the same.
        """
        self._post(lambda: self._ask(question, key))

    def close(self, timeout: float = 1.0) -> bool:
        """End the thread; return whether it ended in time."""
        self._closing = True
        self._wake.set()
        self._thread.join(timeout)
        return not self._thread.is_alive()

    # Frames

    def take(self) -> list[Item]:
        """Take all items from the mailbox, oldest first."""
        taken: list[Item] = []
        while self._mailbox:
            taken.append(self._mailbox.popleft())
        return taken

    @property
    def checkpoints(self) -> tuple[CheckpointKey, ...]:
        """The checkpoints of the present run to which `go_back` can return, ascending."""
        return self._checkpoints.keys

    def shown(self) -> None:
        """The last frame taken has been painted, or never will be: another may be made."""
        self._is_shown = True
        self._wake.set()

    # The training thread

    def _post(self, command: Callable[[], None]) -> None:
        self._commands.append(command)
        self._wake.set()

    def _work(self) -> None:
        np.seterr(all="ignore")
        while not self._closing:
            try:
                self._obey()
                if self._running and self._trainer is not None:
                    self._train_to_next_frame()
                else:
                    self._wake.wait()
            except DataError as error:
                self._fail(str(error))
            except MemoryError:
                self._fail(
                    Message("Not enough memory for this experiment: try fewer or smaller layers.")
                )
            except Exception as error:  # the thread must survive any error
                what = f"{type(error).__name__}: {error}"
                self._fail(Message("Training stopped: {error}", error=what))

    def _obey(self) -> None:
        self._wake.clear()
        while self._commands and not self._closing:
            self._commands.popleft()()

    def _fail(self, message: str) -> None:
        self._running = False
        if not self._closing:
            self._mailbox.append(Failure(message, self._run))
            self.on_frame()

    def _load(self, spec: ExperimentSpec, run: int, weights: dict[str, Array] | None) -> None:
        self._trainer = self._meter = None
        self._checkpoints.clear()
        if run != self._wanted:
            return
        free_discarded()
        self._run = run
        self._preparing_due = time.perf_counter() + PREPARING_SECONDS
        try:
            trainer = Trainer(spec, report=lambda share, text: self._prepare(run, share, text))
            if weights is not None:
                trainer.take_weights(weights)
            meter = Meter(trainer, run)
        except Exception:
            if run == self._wanted:
                raise
            return  # superseded by a newer run
        if run == self._wanted:
            self._begin(trainer, meter)

    def _prepare(self, run: int, share: float, text: str) -> None:
        """Report the progress of fitting the initial weights to the data, or stop it if
        superseded."""
        if run != self._wanted or self._closing:
            raise Cancelled
        now = time.perf_counter()
        if now >= self._preparing_due:
            self._preparing_due = now + PREPARING_SECONDS
            self._mailbox.append(Preparing(run, share, text))
            self.on_frame()

    def _go_back(self, key: CheckpointKey, run: int) -> None:
        trainer, checkpoint = self._trainer, self._checkpoints.find(key)
        if trainer is None or checkpoint is None:
            return
        self._run = run
        trainer.apply(key.spec)
        trainer.restore(checkpoint.state)
        self._checkpoints.rewind(checkpoint.iteration, run)
        figures, seconds = checkpoint.figures
        self._begin(trainer, Meter(trainer, run, figures), seconds)

    def _begin(self, trainer: Trainer, meter: Meter, seconds: float = 0.0) -> None:
        self._trainer, self._meter, self._seconds = trainer, meter, seconds
        meter.question = self._question
        self._speed = Speedometer()
        self._speed.restart(trainer.iteration)
        self._slice = 1
        self._clock.begin(time.perf_counter())
        self._hand_off()

    def _apply(self, spec: ExperimentSpec) -> None:
        if self._trainer is not None:
            self._trainer.apply(spec)
            if not self._running:
                self._hand_off()

    def _set_weight(self, layer: str, row: int, column: int, value: float) -> None:
        trainer = self._trainer
        if trainer is None:
            return
        if trainer.set_weight(layer, row, column, value) and not self._running:
            self._hand_off()

    def _set_pace(self, steps_per_second: float) -> None:
        self._pace = steps_per_second

    def _set_running(self, running: bool) -> None:
        """Run or pause the loaded run, or the one being loaded."""
        if running == self._running:
            return
        trainer = self._trainer
        self._running = running and not (trainer and trainer.finished)
        if trainer is not None:
            self._speed.restart(trainer.iteration)
            if not self._running:
                self._hand_off()

    def _advance(self, steps: int) -> None:
        self._running = False
        if self._trainer is None or self._meter is None:
            return
        started = time.perf_counter()
        if not self._trainer.finished:
            self._trainer.advance(steps - 1)
            self._measured_step()
        self._seconds += time.perf_counter() - started
        self._hand_off()

    def _finish_epoch(self) -> None:
        if self._trainer is not None:
            self._advance(self._trainer.sampler.steps_left)

    def _test(self) -> None:
        trainer = self._trainer
        if trainer is None:
            return
        samples = len(trainer.data.part("test"))
        score = trainer.evaluate("test")
        self._mailbox.append(ScoreOnTest(self._run, trainer.iteration, samples, score))
        self.on_frame()

    def _save_model(self, path: str) -> None:
        trainer = self._trainer
        if trainer is None:
            return
        problem = ""
        try:
            write_model(Path(path), model_of(trainer))
        except DataError as error:
            problem = str(error)
        except OSError as error:
            problem = about_file(error, path)
        self._mailbox.append(ModelSaved(self._run, path, problem))
        self.on_frame()

    def _ask(self, question: Question | None, key: CheckpointKey | None) -> None:
        checkpoint = self._checkpoints.find(key) if key else None
        if key is None:
            self._question = question
        meter = self._meter
        if meter is None or (key is not None and checkpoint is None):
            return
        if key is None:
            meter.question = question
        answer = meter.answerer.answer(question, checkpoint) if question else None
        if answer is not None:
            self._mailbox.append(answer)
            self.on_frame()

    def _train_to_next_frame(self) -> None:
        trainer = self._trainer
        assert trainer is not None
        started = time.perf_counter()
        if self._pace:
            self._train_slowly(trainer)
        else:
            self._train_at_full_speed(trainer)
        going_on = not (self._commands or self._closing)
        if going_on:
            self._measured_step()
        self._seconds += time.perf_counter() - started
        if not going_on:
            return
        if trainer.finished:
            self._running = False
        self._hand_off()

    def _train_at_full_speed(self, trainer: Trainer) -> None:
        now = time.perf_counter()
        while now < self._clock.due(shown=self._is_shown) and not self._interrupted(trainer):
            trainer.advance(self._slice)
            before, now = now, time.perf_counter()
            self._slice = _adapted(self._slice, now - before)

    def _train_slowly(self, trainer: Trainer) -> None:
        """Wait until the next frame is due, then do all of its steps but one."""
        gap = max(self._clock.gap, 1 / self._pace)
        while (wait := self._clock.due(gap, self._is_shown) - time.perf_counter()) > 0:
            self._wake.wait(wait)
            self._wake.clear()
            if self._interrupted(trainer):
                return
        trainer.advance(round(self._pace * gap) - 1)

    def _interrupted(self, trainer: Trainer) -> bool:
        return bool(self._commands or trainer.finished or self._closing)

    def _measured_step(self) -> None:
        assert self._trainer is not None
        assert self._meter is not None
        if not self._trainer.finished:
            self._meter.measured_step()

    def _hand_off(self) -> None:
        """Make a frame of the present state and put it in the mailbox."""
        self._clock.made(time.perf_counter())
        frame = self._frame()
        self._clock.measured(time.perf_counter())
        self._is_shown = False
        self._mailbox.append(frame)
        self.on_frame()
        self._clock.handed_out(time.perf_counter())

    def _frame(self) -> Frame:
        assert self._trainer is not None
        assert self._meter is not None
        meter = self._meter
        complete = self._clock.takes_everything() or not self._running
        if complete:
            self._checkpoints.offer(
                self._run, self._trainer, lambda: (meter.step_figures, self._seconds)
            )
        speed = self._speed.read(self._trainer.iteration, time.perf_counter())
        measures = MEASURES if complete else self._measures
        return self._meter.frame(
            self._status(),
            speed,
            measures,
            validate=not self._running,
            sparing=not complete,
            seconds=self._seconds,
        )

    def _status(self) -> Status:
        assert self._trainer is not None
        if self._trainer.divergence:
            return "diverged"
        if self._trainer.finished:
            return "finished"
        return "running" if self._running else "paused"


def _adapted(steps: int, seconds: float) -> int:
    """The number of steps of the next slice, so that it takes SLICE_SECONDS."""
    if seconds < SLICE_SECONDS / 2:
        return steps * 2
    if seconds > SLICE_SECONDS * 2:
        return max(1, steps // 2)
    return steps
