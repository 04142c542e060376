"""A worker in a thread: if no process can be started, and for jobs whose input or result is too
large to copy."""

from __future__ import annotations

import threading
import traceback
from queue import SimpleQueue
from typing import Any

from core.worker.channel import Handlers, HandlerSlot, Packed, Shared, pack, service_named, unpack


class ThreadWorker:
    """A thread that runs a service like a `ProcessWorker`; with `shares`, messages are not
    copied."""

    def __init__(self, service: str, handlers: Handlers, shares: bool = False) -> None:
        self.handlers = HandlerSlot(handlers)
        self.process_id: int | None = None
        self._pack = Shared if shares else pack
        self._inbox: SimpleQueue[Packed | None] = SimpleQueue()
        self._ended = threading.Event()
        threading.Thread(target=self._work, args=(service,), name=service, daemon=True).start()

    def send(self, message: Any) -> None:
        self._inbox.put(self._pack(message))

    def finish(self) -> None:
        self._inbox.put(None)

    def kill(self) -> None:
        self._end(1)
        self.finish()

    def close(self, timeout: float) -> bool:
        self.finish()
        in_time = self._ended.wait(timeout)
        if not in_time:
            self.kill()
        return in_time

    def _end(self, status: int) -> None:
        self._ended.set()
        self.handlers.close(status)

    def _work(self, service: str) -> None:
        status = 0
        try:
            service_named(service)(_QueueLink(self))
        except BaseException:
            traceback.print_exc()
            status = 1
        self._end(status)


class _QueueLink:
    """The thread's end of the queues."""

    def __init__(self, worker: ThreadWorker) -> None:
        self._worker = worker

    def send(self, message: Any) -> None:
        worker = self._worker
        if worker._ended.is_set():
            raise BrokenPipeError
        worker.handlers.current.on_message(worker._pack(message))

    def receive(self) -> Any:
        packed = self._worker._inbox.get()
        if packed is None:
            raise EOFError
        return unpack(packed)
