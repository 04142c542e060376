"""`CYCLES=20000 SEED=1 make bench cycles`: starts and stops everything that works in the
background, at random moments, in a real window.

Ends with an error where something crashes, hangs or is left behind. 20,000 cycles take about half
an hour.
"""

from __future__ import annotations

import os
import random
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtWidgets import QApplication

from core.experiment.spec import ExperimentSpec
from core.gallery import GALLERY
from core.worker import pool
from playground.process import make_application
from tests.core.search.searching import plan
from tests.core.worker.test_job import Count, Deaf, Patient
from tests.soak.processes import descendants
from ui.data.work import Work, WorkContext
from ui.main_window import MainWindow
from ui.pages.gallery.page import GalleryPage
from ui.pages.labs.job_page import JobLabPage
from ui.pages.labs.page import LabsPage
from ui.pages.search.page import SearchPage
from ui.session.job import BackgroundJob
from ui.session.session import Session

WAIT_SECONDS = 30.0
LABS_WITH_JOBS = ("landscape", "ensembles", "rbm")
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
        search, labs = self.window.page("search"), self.window.page("labs")
        assert isinstance(search, SearchPage) and isinstance(labs, LabsPage)
        self.search_page, self.labs_page = search, labs
        search.setup.show_plan(plan())
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
            delete = (lambda: None) if other.is_over else other.deleteLater
            self.random.choice((other.stop, other.close, lambda: None, delete))()

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

    def search(self) -> None:
        """Start a search or go on with it, read its study, or pause it at some moment."""
        page, choice = self.search_page, self.random.random
        if page.is_running:
            page.pause()
            if choice() < 0.5:
                self.until(lambda: not page.is_running)
        elif page.file and page.file.exists() and choice() < 0.2:
            page.show_study(page.file)
        else:
            if choice() < 0.3 or (page.state and page.state.finished):
                page.clear()
            page.start()
            if choice() < 0.1:
                self.until(lambda: not page.is_running)
        self.let_pass()

    def lab(self) -> None:
        """Compute in a lab, in another one sometimes, and stop at some moment."""
        if self.random.random() < 0.1:
            self.labs_page.open(self.random.choice(LABS_WITH_JOBS))
        lab = self.labs_page.lab
        if isinstance(lab, JobLabPage):
            lab.forget()
            lab.begin()
            self.let_pass()
            if self.random.random() < 0.8:
                lab.stop()

    def page_change(self) -> None:
        self.window.show_page(self.random.choice(("train", "gallery", "search", "labs")))
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
        acts = (
            *(self.gallery, self.gallery, self.search, self.search, self.lab),
            *(self.train, self.job, self.work, self.page_change),
        )
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
        pool.close()
        self.until(lambda: threading.active_count() < 12 and not workers())
        print(f"ended with {state()}")


def workers() -> list[int]:
    """The processes below this one, without the one that Python itself keeps to clean up."""
    return [each for each in descendants(os.getpid()) if b"resource_tracker" not in command(each)]


def command(process: int) -> bytes:
    try:
        return Path(f"/proc/{process}/cmdline").read_bytes()
    except OSError:
        return b""


def state() -> str:
    with open("/proc/self/status") as file:
        memory = next(int(line.split()[1]) // 1024 for line in file if line.startswith("VmRSS"))
    descriptors = len(os.listdir("/proc/self/fd"))
    return f"{memory} MiB, {threading.active_count()} threads, {descriptors} descriptors"


def main() -> None:
    with tempfile.TemporaryDirectory() as studies:
        os.environ["XDG_DATA_HOME"] = studies
        Cycles(int(os.environ.get("SEED", "1"))).run(int(os.environ.get("CYCLES", "1000")))
        QApplication.processEvents()
