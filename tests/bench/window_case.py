"""One measurement of the window in a process of its own (see `tests.bench.window`)."""

from __future__ import annotations

import os
import sys
import time
from dataclasses import replace
from pathlib import Path
from statistics import median

import numpy as np

from core.catalogue.batching import MiniBatch
from core.catalogue.blocks import Dense
from core.catalogue.optimizers import SGD, Adam
from core.data.toys import Spiral
from core.experiment.spec import DataSpec, ExperimentSpec, NetworkSpec, TrainingSpec
from core.training.trainer import Trainer
from core.worker.training_worker import TrainingWorker
from playground.process import make_application
from tests.bench.core import Noise

WARM_UP, MEASURE = 2.0, 6.0

# The trainer alone scores its losses every so many steps.
STRETCH = 1000

SPECS = {
    "2-4-2-1": (Spiral(), (4, 2), 10),
    "2-8×6-1": (Spiral(), (8,) * 6, 10),
    "784-100×5-10": (Noise(features=784, outputs=10), (100,) * 5, 128),
}


def spec_of(case: str) -> ExperimentSpec:
    dataset, widths, batch = SPECS[case]
    return ExperimentSpec(
        data=DataSpec(dataset=dataset),
        network=NetworkSpec(hidden=tuple(Dense(units=n) for n in widths)),
        training=TrainingSpec(optimizer=Adam(), batching=MiniBatch(size=batch)),
    )


def headless(spec: ExperimentSpec, first: int, steps: int) -> float:
    """Steps per second of the trainer alone, over the very steps that the window has done.

    Others would be no measure: as the loss vanishes numbers get so small that the processor needs
    longer for them.
    """
    trainer = Trainer(spec)
    trainer.advance(first)
    started = time.perf_counter()
    for done in range(0, steps, STRETCH):
        trainer.advance(min(STRETCH, steps - done))
        trainer.take_segment()
    return steps / (time.perf_counter() - started)


class Stage:
    """A window on the screen, and the times at which it painted."""

    def __init__(self, spec: ExperimentSpec) -> None:
        runner = TrainingWorker()
        self.application = make_application()
        from ui.main_window import MainWindow
        from ui.session.session import Session

        self.process = runner.process_id
        self.session = Session(spec, runner=runner)
        self.window = MainWindow(self.session, "dark", remember=False)
        self.window.show()
        self.painted: list[float] = []
        tell = self.session.painted

        def painted() -> bool:
            waited = tell()
            if waited:
                self.painted.append(time.perf_counter())
            return waited

        self.session.painted = painted

    def spin(self, seconds: float) -> None:
        """Let the application live for a while."""
        from PySide6.QtCore import QTimer

        QTimer.singleShot(int(seconds * 1000), lambda: self.application.exit(0))
        self.application.exec()

    def until(self, condition, seconds: float = 60.0) -> None:
        """Let the application live until something holds."""
        from PySide6.QtCore import QTimer

        timer = QTimer()
        timer.timeout.connect(lambda: condition() and self.application.exit(0))
        timer.start(1)
        QTimer.singleShot(int(seconds * 1000), lambda: self.application.exit(0))
        self.application.exec()
        timer.stop()

    def show_all_views(self) -> None:
        for action in self.window.train.dashboard.toggle_actions():
            if not action.isChecked():
                action.trigger()


class Drag:
    """A hand that pans the loss plot to and fro, and zooms it now and then."""

    def __init__(self, stage: Stage) -> None:
        from PySide6.QtCore import QTimer

        from ui.views.loss import LossView

        view = stage.window.train.dashboard.views["loss"]
        assert isinstance(view, LossView)
        self.viewport, self.plot = view.viewport(), view.loss
        self.turn = 0
        self.timer = QTimer()
        self.timer.timeout.connect(self.move)
        self.send("press", 0.0)
        self.timer.start(8)

    def move(self) -> None:
        self.turn += 1
        self.send("move", 60 * np.sin(self.turn / 20))
        if self.turn % 50 == 0:
            self.zoom(120 if self.turn % 100 else -120)

    def send(self, kind: str, offset: float) -> None:
        from PySide6.QtCore import QEvent, QPointF, Qt
        from PySide6.QtGui import QMouseEvent
        from PySide6.QtWidgets import QApplication

        place = QPointF(self.viewport.width() / 4, self.viewport.height() / 2) + QPointF(
            offset, offset / 3
        )
        on_screen = QPointF(self.viewport.mapToGlobal(place))
        left, none = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton
        pressed = kind == "press"
        event = QMouseEvent(
            QEvent.Type.MouseButtonPress if pressed else QEvent.Type.MouseMove,
            place, on_screen, left if pressed else none, left, Qt.KeyboardModifier.NoModifier,
        )  # fmt: skip
        QApplication.sendEvent(self.viewport, event)

    def zoom(self, angle: int) -> None:
        from PySide6.QtCore import QPoint, QPointF, Qt
        from PySide6.QtGui import QWheelEvent
        from PySide6.QtWidgets import QApplication

        place = QPointF(self.viewport.width() / 4, self.viewport.height() / 2)
        event = QWheelEvent(
            place, QPointF(self.viewport.mapToGlobal(place)), QPoint(), QPoint(0, angle),
            Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier,
            Qt.ScrollPhase.NoScrollPhase, False,
        )  # fmt: skip
        QApplication.sendEvent(self.viewport, event)


def speed(case: str, views: str) -> None:
    """`views`: "default", "all", or "drag" for the default ones while the loss plot is dragged."""
    spec = spec_of(case)
    stage = Stage(spec)
    if views == "all":
        stage.show_all_views()
    stage.session.set_running(True)
    stage.spin(WARM_UP)
    drag = Drag(stage) if views == "drag" else None
    stage.painted.clear()
    first, started = stage.session.history.iteration, time.perf_counter()
    stage.spin(MEASURE)
    steps, elapsed = stage.session.history.iteration - first, time.perf_counter() - started
    times = np.diff(stage.painted) * 1000
    if drag:
        drag.timer.stop()
        assert drag.plot.zoomed, "the drag has moved nothing"
    stage.session.close()
    alone = headless(spec, first, steps)
    print(
        f"{case:16}{steps / elapsed:>10,.0f}{alone:>10,.0f}{steps / elapsed / alone:>8.2f}"
        f"{1000 / times.mean():>10.1f}{np.median(times):>9.1f}"
        f"{np.percentile(times, 99):>8.1f}{times.max():>8.1f}"
    )


def start() -> None:
    started = float(os.environ["PLAYGROUND_BENCH_STARTED"])
    stage = Stage(ExperimentSpec())
    stage.until(lambda: stage.session.history and stage.painted)
    print(f"{time.time() - started:.2f} s", end="")
    stage.session.close()


def latency() -> None:
    """Change the learning rate in flight again and again."""
    stage = Stage(ExperimentSpec())
    stage.session.set_running(True)
    stage.spin(1.0)
    seen: list[float] = []
    stage.session.frame_shown.connect(lambda f: seen.extend(f.segment.learning_rate[-1:]))
    delays = []
    for i in range(40):
        rate = 0.001 + 0.0001 * i
        spec = stage.session.spec
        training = replace(spec.training, optimizer=SGD(learning_rate=rate))
        clicked = time.perf_counter()
        stage.session.edit(replace(spec, training=training))
        stage.until(lambda rate=rate: seen and seen[-1] == rate)
        painted = len(stage.painted)
        stage.until(lambda painted=painted: len(stage.painted) > painted)
        delays.append((stage.painted[-1] - clicked) * 1000)
    stage.session.close()
    print(f"median {median(delays):.0f} ms, worst of {len(delays)}: {max(delays):.0f} ms")


def memory_mib(*processes: int | str | None) -> float:
    """What processes have in memory, that which they share counted for each."""
    pages = (int(Path(f"/proc/{p}/statm").read_text().split()[1]) for p in processes)
    return sum(pages) * os.sysconf("SC_PAGE_SIZE") / 2**20


def endurance() -> None:
    """A million steps; frame time and memory of the first tenth and of the last."""
    stage = Stage(spec_of("2-4-2-1"))
    stage.session.set_running(True)
    rows = []
    for tenth in range(1, 11):
        stage.painted.clear()
        stage.until(lambda n=tenth: stage.session.history.iteration >= n * 100_000, 120)
        memory = memory_mib("self", stage.process)
        rows.append((float(np.median(np.diff(stage.painted)) * 1000), memory))
    stage.session.close()
    (first_time, first_memory), (last_time, last_memory) = rows[0], rows[-1]
    print(
        f"frame time {first_time:.2f} → {last_time:.2f} ms ({last_time / first_time - 1:+.0%}), "
        f"memory {first_memory:.0f} → {last_memory:.0f} MiB ({last_memory / first_memory - 1:+.0%})"
    )


if __name__ == "__main__":
    {"speed": speed, "start": start, "latency": latency, "endurance": endurance}[sys.argv[1]](
        *sys.argv[2:]
    )
