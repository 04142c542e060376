"""The training thread in a process of its own: its commands and its frames, across a pipe.

Training and a window in one process would starve each other, as only one thread at a time may run
Python. In two processes each has a processor to itself, and an experiment that exhausts the memory
does not take the window along.
"""

from __future__ import annotations

import pickle
import signal
import sys
from collections import deque
from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import replace
from typing import Any

from core.data import user_files
from core.experiment.spec import ExperimentSpec
from core.telemetry.frame import Failure, Frame, Item
from core.training.checkpoints import Moment
from core.worker.process import Link, Process
from core.worker.runner import Runner

SERVICE = f"{__name__}:train"
# Parts that one frame after another has in common cross over once.
COMMON = ("data", "layers", "confusion")
# In the other process commands arrive in a thread of their own. The training thread lets that have
# the interpreter after so long, which delays a command at the most.
SWITCH_SECONDS = 0.001


class TrainingProcess:
    """What `core.worker.runner.Runner` is, with the trainer in another process.

    `on_frame` is called in a thread of this object's own. A process that has died is told as a
    `Failure` with `lost`; the next `load` starts another.
    """

    def __init__(self, on_frame: Callable[[], None] = lambda: None) -> None:
        self.on_frame = on_frame
        self._mailbox: deque[bytes | Failure] = deque()
        self._checkpoints: tuple[Moment, ...] = ()
        self._last: Frame | None = None
        self._settings: dict[str, Any] = {}
        self._run = 0
        self._closing = False
        self._process = self._start()

    def _start(self) -> Process | None:
        try:
            return Process(SERVICE, self._heard, self._ended)
        except OSError as error:
            self._fail(f"The training process cannot be started: {error.strerror}.")
            return None

    # Commands

    def load(self, spec: ExperimentSpec, run: int) -> None:
        self._run = run
        if self._process is None and not self._closing:
            self._process = self._start()
            for name, value in self._settings.items():
                self._send(name, value)
        if handover := user_files.hand_over(spec.data.dataset):
            # The window has read the file to show what is in it: it need not be read again.
            self._send("take_over", handover)
        self._send("load", spec, run)

    def apply(self, spec: ExperimentSpec) -> None:
        self._send("apply", spec)

    def go_back(self, moment: Moment, run: int) -> None:
        self._run = run
        self._send("go_back", moment, run)

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

    def close(self, timeout: float = 1.0) -> bool:
        """End the process; whether it ended in time."""
        self._closing = True
        process, self._process = self._process, None
        return process is None or process.close(timeout)

    # Frames

    def take(self) -> list[Item]:
        """What lies in the mailbox, oldest first."""
        taken: list[Item] = []
        while self._mailbox:
            item = self._mailbox.popleft()
            if isinstance(item, Failure):
                # All that the process knew has gone with it.
                self._checkpoints = ()
                taken.append(item)
            else:
                taken += self._unpacked(item)
        return taken

    @property
    def checkpoints(self) -> tuple[Moment, ...]:
        """The moments of the present run to which `go_back` can return, ascending."""
        return self._checkpoints

    @property
    def process_id(self) -> int | None:
        """What the system calls the process; None while there is none."""
        process = self._process
        return process.id if process else None

    def shown(self) -> None:
        """The frame last taken has been painted, or never will be: there may be another."""
        self._send("shown")

    def _unpacked(self, message: bytes) -> list[Item]:
        items, checkpoints = pickle.loads(message)
        if checkpoints is not None:
            self._checkpoints = checkpoints
        return [self._completed(*item) if isinstance(item, tuple) else item for item in items]

    def _completed(self, frame: Frame, repeated: tuple[str, ...]) -> Frame:
        """The frame with the parts that it has in common with the last one."""
        if repeated:
            frame = replace(frame, **{name: getattr(self._last, name) for name in repeated})
        self._last = frame
        return frame

    # To and from the process

    def _set(self, name: str, value: Any) -> None:
        """A setting, which a process that is started later must learn of, too."""
        self._settings[name] = value
        self._send(name, value)

    def _send(self, name: str, *arguments: Any) -> None:
        # The thread that listens may set it to None at any time.
        if process := self._process:
            process.send((name, arguments))

    def _heard(self, message: bytes) -> None:
        self._mailbox.append(message)
        self.on_frame()

    def _ended(self, status: int) -> None:
        if self._closing:
            return
        self._process = None
        self._fail(f"The training process has ended ({_why(status)}).")

    def _fail(self, message: str) -> None:
        message += " Run starts the experiment again."
        self._mailbox.append(Failure(message, self._run, lost=True))
        self.on_frame()


def _why(status: int) -> str:
    if status >= 0:
        return f"exit status {status}"
    if -status == getattr(signal, "SIGKILL", None):
        return "killed, perhaps for want of memory"
    return signal.strsignal(-status) or f"signal {-status}"


# In the other process


def train(link: Link) -> None:
    """Obey the commands that come through the link until there are no more."""
    from threadpoolctl import threadpool_limits

    threadpool_limits(limits=1, user_api="blas")
    sys.setswitchinterval(SWITCH_SECONDS)
    sender = Sender(link)
    runner = Runner()
    runner.on_frame = lambda: sender.send(runner)
    while (packed := link.receive()) is not None:
        name, arguments = pickle.loads(packed)
        act = user_files.take_over if name == "take_over" else getattr(runner, name)
        act(*arguments)


class Sender:
    """Sends what a runner hands out, but not what the other side has already."""

    def __init__(self, link: Link) -> None:
        self._link = link
        self._last: Frame | None = None
        self._checkpoints: tuple[Moment, ...] = ()

    def send(self, runner: Runner) -> None:
        """To be called in the training thread."""
        items = [self._lean(i) if isinstance(i, Frame) else i for i in runner.take()]
        checkpoints = runner.checkpoints
        news = None if checkpoints == self._checkpoints else checkpoints
        self._checkpoints = checkpoints
        with suppress(OSError):  # the application has gone, and this process is about to end
            self._link.send((items, news))

    def _lean(self, frame: Frame) -> tuple[Frame, tuple[str, ...]]:
        """A frame without the parts that it has in common with the last one, and their names."""
        last, self._last = self._last, frame
        same = [n for n in COMMON if last and getattr(frame, n) is getattr(last, n) is not None]
        return replace(frame, **dict.fromkeys(same)), tuple(same)
