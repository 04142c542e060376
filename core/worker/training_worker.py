"""Training in a worker: commands and frames over a pipe.

In one process, training and window would slow each other down, as only one thread at a time can run
Python. In two processes each has its own processor, and an experiment that exhausts the memory does
not end the window.
"""

from __future__ import annotations

import gc
from collections import deque
from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import replace
from typing import Any

from core.base.arrays import Array
from core.base.translation import Message
from core.data import user_files
from core.experiment.spec import ExperimentSpec
from core.telemetry.frame import Failure, Frame, Item
from core.training.checkpoints import CheckpointKey
from core.training.questions import Question
from core.worker.channel import Handlers, Link, Packed, Silence, Worker, unpack
from core.worker.exit_status import reason
from core.worker.runner import Runner
from core.worker.start import start_worker

SERVICE = f"{__name__}:train"
# Fields that consecutive frames share are sent once.
COMMON = ("data", "layers", "confusion", "asked")


class TrainingWorker:
    """The interface of `core.worker.runner.Runner` with the trainer in a process of its own, or in
    a thread if none can be started.

    `on_frame` is called in a thread of the worker. A process that has ended is reported as a
    `Failure` with `lost`, one that does not respond as `Silence`; in both cases the next `load`
    starts another.
    """

    def __init__(self, on_frame: Callable[[], None] = lambda: None) -> None:
        self.on_frame = on_frame
        self._mailbox: deque[Packed | Failure | Silence] = deque()
        self._checkpoints: tuple[CheckpointKey, ...] = ()
        self._last: Frame | None = None
        self._settings: dict[str, Any] = {}
        self._run = 0
        self._started = 0
        self._lost = self._silent = self._closing = False
        self._worker = self._start()

    def _start(self) -> Worker:
        self._started += 1
        number = self._started

        def only_this(act: Callable[[Any], None]) -> Callable[[Any], None]:
            """Pass on messages of a worker only until it is replaced."""
            return lambda value: act(value) if number == self._started else None

        self._lost = self._silent = False
        acts = (self._heard, self._ended, self._note_silence)
        return start_worker(SERVICE, Handlers(*map(only_this, acts)))

    def _replace(self) -> None:
        """Start another worker, with the settings of the last one."""
        self._worker.kill()
        self._worker = self._start()
        self._mailbox.clear()
        self._checkpoints, self._last = (), None
        for name, value in self._settings.items():
            self._send(name, value)

    # Commands

    def load(self, spec: ExperimentSpec, run: int, weights: dict[str, Array] | None = None) -> None:
        self._run = run
        if (self._lost or self._silent) and not self._closing:
            self._replace()
        if handover := user_files.hand_over(spec.data.dataset):
            # The window has read the user's file already, so it is sent along.
            self._send("take_over", handover)
        self._send("load", spec, run, weights)

    def apply(self, spec: ExperimentSpec) -> None:
        self._send("apply", spec)

    def go_back(self, key: CheckpointKey, run: int) -> None:
        self._run = run
        self._send("go_back", key, run)

    def set_weight(self, layer: str, row: int, column: int, value: float) -> None:
        self._send("set_weight", layer, row, column, value)

    def set_pace(self, steps_per_second: float) -> None:
        self._set("set_pace", steps_per_second)

    def measure(self, measures: Collection[str]) -> None:
        self._set("measure", measures)

    def resume(self) -> None:
        self._send("resume")

    def pause(self) -> None:
        self._send("pause")

    def step(self) -> None:
        self._send("step")

    def finish_epoch(self) -> None:
        self._send("finish_epoch")

    def test(self) -> None:
        self._send("test")

    def save_model(self, path: str) -> None:
        self._send("save_model", path)

    def ask(self, question: Question | None, key: CheckpointKey | None = None) -> None:
        if key is None:
            self._set("ask", question)
        else:
            self._send("ask", question, key)

    def close(self, timeout: float = 1.0) -> bool:
        """End the worker; return whether it ended by itself in time."""
        self._closing = True
        return self._worker.close(timeout)

    # Frames

    def take(self) -> list[Item | Silence]:
        """What lies in the mailbox, oldest first."""
        taken: list[Item | Silence] = []
        while self._mailbox:
            item = self._mailbox.popleft()
            if isinstance(item, Failure):
                # The worker's state is lost.
                self._checkpoints = ()
                taken.append(item)
            elif isinstance(item, Silence):
                taken.append(item)
            else:
                taken += self._unpacked(item)
        return taken

    @property
    def checkpoints(self) -> tuple[CheckpointKey, ...]:
        """The checkpoints of the present run to which `go_back` can return, ascending."""
        return self._checkpoints

    @property
    def process_id(self) -> int | None:
        """The process id; None without a process."""
        return None if self._lost or self._closing else self._worker.process_id

    def shown(self) -> None:
        """The frame last taken has been painted, or never will be: there may be another."""
        self._send("shown")

    def _unpacked(self, message: Packed) -> list[Item]:
        items, checkpoints = unpack(message)
        if checkpoints is not None:
            self._checkpoints = checkpoints
        return [self._completed(*item) if isinstance(item, tuple) else item for item in items]

    def _completed(self, frame: Frame, repeated: tuple[str, ...]) -> Frame:
        """The frame with the fields that it shares with the last one."""
        if repeated:
            frame = replace(frame, **{name: getattr(self._last, name) for name in repeated})
        self._last = frame
        return frame

    # To and from the worker

    def _set(self, name: str, value: Any) -> None:
        """Send a setting, and store it for workers started later."""
        self._settings[name] = value
        self._send(name, value)

    def _send(self, name: str, *arguments: Any) -> None:
        if not self._lost and not self._closing:
            self._worker.send((name, arguments))

    def _heard(self, message: Packed) -> None:
        self._mailbox.append(message)
        self.on_frame()

    def _note_silence(self, silent: bool) -> None:
        self._silent = silent
        self._mailbox.append(Silence(silent))
        self.on_frame()

    def _ended(self, status: int) -> None:
        if self._closing:
            return
        self._lost = True
        message = Message(
            "The training process has ended ({reason}). Run starts the experiment again.",
            reason=reason(status),
        )
        self._mailbox.append(Failure(message, self._run, lost=True))
        self.on_frame()


# In the worker


def train(link: Link) -> None:
    """The service: execute the commands received through the link until it is closed."""
    sender = Sender(link)
    runner = Runner()
    if gc.isenabled():
        # What has been imported stays, so that collecting a discarded network takes a millisecond.
        gc.freeze()
    runner.on_frame = lambda: sender.send(runner)
    with suppress(EOFError):
        while True:
            name, arguments = link.receive()
            act = user_files.take_over if name == "take_over" else getattr(runner, name)
            act(*arguments)
    runner.close()


class Sender:
    """Sends a runner's items without the fields that the other side already has."""

    def __init__(self, link: Link) -> None:
        self._link = link
        self._last: Frame | None = None
        self._checkpoints: tuple[CheckpointKey, ...] = ()

    def send(self, runner: Runner) -> None:
        """To be called in the training thread."""
        items = [self._lean(i) if isinstance(i, Frame) else i for i in runner.take()]
        checkpoints = runner.checkpoints
        news = None if checkpoints == self._checkpoints else checkpoints
        self._checkpoints = checkpoints
        with suppress(OSError):  # the application has ended, and so will this process
            self._link.send((items, news))

    def _lean(self, frame: Frame) -> tuple[Frame, tuple[str, ...]]:
        """A frame without the fields that it shares with the last one, and their names."""
        last, self._last = self._last, frame
        same = [n for n in COMMON if last and getattr(frame, n) is getattr(last, n) is not None]
        return replace(frame, **dict.fromkeys(same)), tuple(same)
