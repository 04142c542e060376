"""The training thread: commands in, frames out. Knows nothing of the window.

When a frame is due the thread puts it in the mailbox, calls `on_frame` once and waits until
`shown` says that it has been painted (or a time-out passes, so that a hidden or busy window never
stalls training). So training and painting take turns instead of fighting over the interpreter.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Collection
from dataclasses import dataclass

import numpy as np

from core.checkpoints import Checkpoint, Checkpoints
from core.data import DataError
from core.frame_clock import FrameClock
from core.meter import Meter
from core.spec import ExperimentSpec
from core.speedometer import Speedometer
from core.telemetry import MEASURES, Frame, Status
from core.trainer import Trainer

# Longest wait for a frame to be painted.
PAINT_SECONDS = 0.25
# Between two looks at the clock and the commands.
SLICE_SECONDS = 0.001


@dataclass(frozen=True)
class Failure:
    """Something the training thread could not do in a run; the message says what and why."""

    message: str
    run: int = 0


class Runner:
    """Owns the trainer. Every method may be called from any thread and returns at once.

    `pace` is how many steps are done in a second; 0 means as many as can be.
    """

    def __init__(self, on_frame: Callable[[], None]) -> None:
        self._on_frame = on_frame
        self._commands: deque[Callable[[], None]] = deque()
        self._mailbox: deque[Frame | Failure] = deque()
        self._wake = threading.Event()
        self._painted = threading.Event()
        self._closing = False
        self._running = False
        self._run = self._wanted = 0
        self._trainer: Trainer | None = None
        self._meter: Meter | None = None
        self._checkpoints = Checkpoints()
        self._clock = FrameClock()
        self._speed = Speedometer()
        self._slice = 1
        self.pace = 0.0
        self.measures: Collection[str] = MEASURES
        self._thread = threading.Thread(target=self._work, name="training", daemon=True)
        self._thread.start()

    # Commands

    def load(self, spec: ExperimentSpec, run: int) -> None:
        """Start a new run of `spec` at iteration 0. One still waiting to be loaded is left out."""
        self._wanted = run
        self._post(lambda: self._load(spec, run))

    def apply(self, spec: ExperimentSpec) -> None:
        """Go on with a spec that differs in hot settings only."""
        self._post(lambda: self._apply(spec))

    def go_back(self, checkpoint: Checkpoint, run: int) -> None:
        """Return to a checkpoint of the present run, which from there on is run number `run`."""
        self._post(lambda: self._go_back(checkpoint, run))

    def set_weight(self, layer: str, row: int, column: int, value: float) -> None:
        """Change one weight between two updates; the column after the last weight is the bias."""
        self._post(lambda: self._set_weight(layer, row, column, value))

    def resume(self) -> None:
        self._post(lambda: self._set_running(True))

    def pause(self) -> None:
        self._post(lambda: self._set_running(False))

    def step(self) -> None:
        """Pause, and do one update."""
        self._post(lambda: self._advance(1))

    def finish_epoch(self) -> None:
        """Pause, and go on to the end of the current epoch."""
        self._post(self._finish_epoch)

    def close(self, timeout: float = 1.0) -> bool:
        """End the thread; whether it ended in time."""
        self._closing = True
        self._wake.set()
        self._painted.set()
        self._thread.join(timeout)
        return not self._thread.is_alive()

    # Frames

    def take(self) -> list[Frame | Failure]:
        """What lies in the mailbox, oldest first."""
        taken = []
        while self._mailbox:
            taken.append(self._mailbox.popleft())
        return taken

    @property
    def native_id(self) -> int | None:
        """What the system calls the training thread."""
        return self._thread.native_id

    @property
    def checkpoints(self) -> tuple[Checkpoint, ...]:
        """The moments of the present run to which `go_back` can return, ascending."""
        return self._checkpoints.kept

    def shown(self) -> None:
        """The frame last taken has been painted, or never will be: train on."""
        self._painted.set()

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
                self._fail("Not enough memory for this experiment: try fewer or smaller layers.")
            except Exception as error:  # the thread must outlive any error
                self._fail(f"Training stopped: {type(error).__name__}: {error}")

    def _obey(self) -> None:
        self._wake.clear()
        while self._commands and not self._closing:
            self._commands.popleft()()

    def _fail(self, message: str) -> None:
        self._running = False
        if not self._closing:
            self._mailbox.append(Failure(message, self._run))
            self._on_frame()

    def _load(self, spec: ExperimentSpec, run: int) -> None:
        self._trainer = self._meter = None
        self._checkpoints.clear()
        if run != self._wanted:
            return
        self._run = run
        try:
            trainer = Trainer(spec)
            meter = Meter(trainer, run)
        except Exception:
            if run == self._wanted:
                raise
            return  # nobody waits for it any more
        if run == self._wanted:
            self._begin(trainer, meter)

    def _go_back(self, checkpoint: Checkpoint, run: int) -> None:
        trainer = self._trainer
        if trainer is None or checkpoint.run != self._run:
            return
        self._run = run
        trainer.apply(checkpoint.spec)
        trainer.restore(checkpoint.state)
        self._checkpoints.rewind(checkpoint.iteration, run)
        self._begin(trainer, Meter(trainer, run))

    def _begin(self, trainer: Trainer, meter: Meter) -> None:
        self._trainer, self._meter = trainer, meter
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
        trainer, meter = self._trainer, self._meter
        if trainer is None or meter is None:
            return
        if trainer.network.set_weight(layer, row, column, value):
            meter.note_changed_weights()
            if not self._running:
                self._hand_off()

    def _set_running(self, running: bool) -> None:
        """Run or pause: what has been loaded by now, or whatever will be next."""
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
        if not self._trainer.finished:
            self._trainer.advance(steps - 1)
            self._measured_step()
        self._hand_off()

    def _finish_epoch(self) -> None:
        if self._trainer is not None:
            self._advance(self._trainer.sampler.steps_left)

    def _train_to_next_frame(self) -> None:
        trainer = self._trainer
        assert trainer is not None
        if self.pace:
            self._train_slowly(trainer)
        else:
            self._train_at_full_speed(trainer)
        if self._commands or self._closing:
            return
        self._measured_step()
        if trainer.finished:
            self._running = False
        self._hand_off()

    def _train_at_full_speed(self, trainer: Trainer) -> None:
        due, now = self._clock.due(), time.perf_counter()
        while (now < due or self._mailbox) and not self._interrupted(trainer):
            trainer.advance(self._slice)
            before, now = now, time.perf_counter()
            self._slice = _adapted(self._slice, now - before)

    def _train_slowly(self, trainer: Trainer) -> None:
        """Wait until the next frame is due, then do its share of steps but one."""
        gap = max(self._clock.gap, 1 / self.pace)
        self._wake.wait(max(0.0, self._clock.due(gap) - time.perf_counter()))
        if not self._interrupted(trainer):
            trainer.advance(round(self.pace * gap) - 1)

    def _interrupted(self, trainer: Trainer) -> bool:
        return bool(self._commands or trainer.finished or self._closing)

    def _measured_step(self) -> None:
        assert self._trainer is not None
        assert self._meter is not None
        if not self._trainer.finished:
            self._meter.measured_step()

    def _hand_off(self) -> None:
        """Put a frame in the mailbox and wait until it is painted."""
        now = time.perf_counter()
        self._clock.made(now)
        frame = self._frame(now)
        self._clock.measured(time.perf_counter())
        self._painted.clear()
        self._mailbox.append(frame)
        self._on_frame()
        if not self._closing:
            self._painted.wait(PAINT_SECONDS)
        self._clock.shown(time.perf_counter())

    def _frame(self, now: float) -> Frame:
        assert self._trainer is not None
        assert self._meter is not None
        complete = self._clock.takes_everything() or not self._running
        if complete:
            self._checkpoints.offer(self._run, self._trainer)
        speed = self._speed.read(self._trainer.iteration, now)
        measures = MEASURES if complete else self.measures
        return self._meter.frame(
            self._status(), speed, measures, validate=not self._running, sparing=not complete
        )

    def _status(self) -> Status:
        assert self._trainer is not None
        if self._trainer.divergence:
            return "diverged"
        if self._trainer.finished:
            return "finished"
        return "running" if self._running else "paused"


def _adapted(steps: int, seconds: float) -> int:
    """How many steps the next slice should have, so that it takes SLICE_SECONDS."""
    if seconds < SLICE_SECONDS / 2:
        return steps * 2
    if seconds > SLICE_SECONDS * 2:
        return max(1, steps // 2)
    return steps
