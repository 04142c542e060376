"""Chooses between a process and a thread."""

from __future__ import annotations

import logging
import os

from core.worker.channel import Handlers, Worker
from core.worker.process import ProcessWorker
from core.worker.thread import ThreadWorker

# "thread" keeps all work in this process.
VARIABLE = "PLAYGROUND_WORKER"

log = logging.getLogger(__name__)


def start_worker(service: str, handlers: Handlers) -> Worker:
    """Start a service in a process of its own, or in a thread where no process can be started."""
    if os.environ.get(VARIABLE) != "thread":
        try:
            return ProcessWorker(service, handlers)
        except OSError as error:
            log.warning("No process can be started (%s): working in a thread instead.", error)
    return ThreadWorker(service, handlers)
