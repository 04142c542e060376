"""Workers for jobs: each running job has its own, and one idle worker is kept for a while. Starting
a process takes a few tenths of a second, too long for every click.
"""

from __future__ import annotations

import threading

from core.worker.channel import Handlers, Worker
from core.worker.start import start_worker
from core.worker.thread import ThreadWorker

# An idle worker ends after this time, to free its memory.
IDLE_SECONDS = 20.0

_lock = threading.Lock()
_idle: Worker | None = None
_timer: threading.Timer | None = None


def take(service: str, handlers: Handlers, shares_memory: bool) -> tuple[Worker, bool]:
    """A worker for one job, and whether it has run others before."""
    global _idle
    if shares_memory:
        return ThreadWorker(service, handlers, shares=True), False
    with _lock:
        worker, _idle = _idle, None
        if worker and worker.handlers.exchange(handlers):
            return worker, True
    return start_worker(service, handlers), False


def give_back(worker: Worker) -> None:
    """The job is over, and the worker waits for a message. A thread is not kept: the next job tries
    again to get a process, and a thread starts at once."""
    global _idle, _timer
    with _lock:
        if _idle is None and worker.process_id is not None:
            worker.handlers.exchange(Handlers(lambda packed: None, lambda status: _forget(worker)))
            _idle = worker
            if _timer:
                _timer.cancel()
            _timer = threading.Timer(IDLE_SECONDS, _end_idle, (worker,))
            _timer.daemon = True
            _timer.start()
            return
    worker.finish()


def close() -> None:
    """End the idle worker."""
    worker = _idle
    if worker:
        _end_idle(worker)


def _end_idle(worker: Worker) -> None:
    if _forget(worker):
        worker.finish()


def _forget(worker: Worker) -> bool:
    global _idle
    with _lock:
        if _idle is not worker:
            return False
        _idle = None
        return True
