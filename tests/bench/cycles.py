"""`CYCLES=20000 SEED=1 make bench cycles`: starts and stops everything that works in the
background, at random moments, in a real window.

Ends with an error where something crashes, hangs or is left behind. 20,000 cycles take about half
an hour.
"""

from __future__ import annotations

import os
import random
import threading
import time
from collections.abc import Callable

from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtWidgets import QApplication

from core.experiment.spec import ExperimentSpec
from core.gallery import GALLERY
from playground.process import make_application
from tests.core.worker.test_job import Count, Deaf, Patient
from ui.data.work import Work, WorkContext
from ui.main_window import MainWindow
from ui.pages.gallery.page import GalleryPage
from ui.session.job import BackgroundJob
from ui.session.session import Session

WAIT_SECONDS = 30.0
REPORT_EVERY = 500


class Cycles:
    """The window and what is done with it."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.application = make_application()
        self.session = Session(ExperimentSpec())
        self.window = MainWindow(self.session, "light", remember=False)
        self.window.show()
        self.window.show_page("gallery")
        page = self.window.page("gallery")
        assert isinstance(page, GalleryPage)
        self.page = page
        self.page.open(GALLERY["optimizer_compare"])
        self.jobs: list[BackgroundJob] = []

    def gallery(self) -> None:
        """Start a gallery run and stop it at some moment, in one way or another."""
        entry = self.page.entry
        entry.run()
        self.let_pass()
        if self.random.random() < 0.5:
            entry.stop()
            if self.random.random() < 0.7:
                self.until(lambda: not entry.is_training)
                return
        entry.close_training()

    def train(self) -> None:
        act = self.random.choice(
            (
                self.session.reset,
                self.session.new_seed,
                self.session.step,
                lambda: self.session.set_running(True),
                lambda: self.session.set_running(False),
            )
        )
        act()
        self.let_pass()

    def job(self) -> None:
        kind = self.random.choice((Patient(), Count(50), Count(5000), Patient()))
        if self.random.random() < 0.02:
            kind = Deaf()
        job = BackgroundJob(kind)
        self.jobs.append(job.start())
        self.let_pass()
        for other in [each for each in self.jobs if self.random.random() < 0.6]:
            self.jobs.remove(other)
            self.random.choice((other.stop, other.close, lambda: None, other.deleteLater))()

    def work(self) -> None:
        def act(context: WorkContext) -> int:
            for i in range(200):
                context.tell(i / 200)
                time.sleep(0.0002)
            return 1

        work = Work(act).start()
        self.let_pass()
        if self.random.random() < 0.5:
            work.give_up()

    def page_change(self) -> None:
        self.window.show_page(self.random.choice(("train", "gallery")))
        self.let_pass()

    def let_pass(self) -> None:
        """Let the window live for a random while, most often a short one. In an event loop of its
        own, because `processEvents` alone would never delete what is to be deleted later."""
        loop = QEventLoop()
        QTimer.singleShot(self.random.choice((0, 0, 1, 5, 20, 100)), loop.quit)
        loop.exec()

    def until(self, condition: Callable[[], bool]) -> None:
        end = time.monotonic() + WAIT_SECONDS
        while not condition():
            if time.monotonic() > end:
                raise SystemExit("nothing has happened for too long")
            self.let_pass()

    def run(self, count: int) -> None:
        acts = (self.gallery, self.gallery, self.train, self.job, self.work, self.page_change)
        began = time.monotonic()
        for i in range(count):
            self.random.choice(acts)()
            if i % REPORT_EVERY == REPORT_EVERY - 1:
                print(f"{i + 1:6} cycles  {time.monotonic() - began:6.0f} s  {state()}", flush=True)
        self.page.entry.close_training()
        for job in self.jobs:
            job.close()
        self.window.close()
        assert self.session.close()
        self.until(lambda: threading.active_count() < 12)
        print(f"ended with {state()}")


def state() -> str:
    with open("/proc/self/status") as file:
        memory = next(int(line.split()[1]) // 1024 for line in file if line.startswith("VmRSS"))
    descriptors = len(os.listdir("/proc/self/fd"))
    return f"{memory} MiB, {threading.active_count()} threads, {descriptors} descriptors"


def main() -> None:
    Cycles(int(os.environ.get("SEED", "1"))).run(int(os.environ.get("CYCLES", "1000")))
    QApplication.processEvents()
