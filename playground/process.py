"""The Qt application and the handling of signals, for the whole process."""

from __future__ import annotations

import gc
import itertools
import os
import signal
import socket
import sys
from collections.abc import Callable
from typing import Any

from core.base.memory import give_back, keep_large_blocks_apart, share_one_heap
from playground import ICON, __version__

# Interval of garbage collection in the window's thread; every FULL_COLLECTION_EVERY-th one covers
# old objects too. No other thread collects garbage, because that could destroy Qt objects there.
COLLECT_MILLISECONDS, FULL_COLLECTION_EVERY = 5000, 12
# This many new modules mean that a large library has been loaded.
MANY_MODULES = 100
# Limit of Qt's cache of painted icons: every newly created icon adds entries.
PIXMAP_CACHE_KILOBYTES = 2048
# How long a thread may hold the interpreter: the maximum delay each time a click enters Python
# while a table is read or the gallery trains.
SWITCH_SECONDS = 0.001


def make_application() -> Any:
    """The QApplication, with its name and icon, and with garbage collection and threads set up."""
    from PySide6.QtCore import Qt, QTimer
    from PySide6.QtGui import QIcon, QPixmapCache
    from threadpoolctl import threadpool_limits

    from playground.application import Application, free_hidden_popups

    share_one_heap()
    keep_large_blocks_apart()
    # Few pixels are painted at a time: distributing them among threads costs more than it saves.
    os.environ.setdefault("QT_NO_GUI_THREADPOOL", "1")
    application = Application(sys.argv[:1])
    application.setApplicationName("Training Playground")
    application.setApplicationVersion(__version__)
    application.setOrganizationName("Training Playground")
    application.setDesktopFileName("training-playground")
    application.setWindowIcon(QIcon(str(ICON)))
    # Nothing moves but what the user has started.
    for effect in Qt.UIEffect:
        application.setEffectEnabled(effect, False)
    threadpool_limits(limits=1, user_api="blas")
    sys.setswitchinterval(SWITCH_SECONDS)
    QPixmapCache.setCacheLimit(PIXMAP_CACHE_KILOBYTES)
    gc.disable()
    collector, collecting = QTimer(application), Collector()
    collector.timeout.connect(lambda: collecting.collect())
    collector.timeout.connect(free_hidden_popups)
    collector.start(COLLECT_MILLISECONDS)
    return application


class Collector:
    """Collects cyclic garbage in parts small enough to delay no frame, and returns free memory."""

    def __init__(self) -> None:
        self._turns, self._modules = itertools.count(1), 0

    def collect(self) -> None:
        """Collect; call it every few seconds."""
        if len(sys.modules) > self._modules + MANY_MODULES:
            # Modules and the window stay alive, so they need not be scanned every time. Scanning a
            # library such as pandas once takes as long as three frames.
            gc.freeze()
            self._modules = len(sys.modules)
        gc.collect(1 if next(self._turns) % FULL_COLLECTION_EVERY else 2)
        # Up to 3 ms where there is much, 0.1 ms otherwise.
        give_back()


class Interrupts:
    """Lets SIGINT and SIGTERM quit the event loop, which otherwise would not notice them."""

    def __init__(self, act: Callable[[], None]) -> None:
        from PySide6.QtCore import QSocketNotifier

        self._far, self._near = socket.socketpair()
        for end in (self._far, self._near):
            end.setblocking(False)
        self._notifier = QSocketNotifier(self._near.fileno(), QSocketNotifier.Type.Read)
        self._notifier.activated.connect(lambda: self._heard(act))
        signal.set_wakeup_fd(self._far.fileno(), warn_on_full_buffer=False)
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: None)

    def _heard(self, act: Callable[[], None]) -> None:
        self._near.recv(4096)
        act()

    def close(self) -> None:
        signal.set_wakeup_fd(-1)
        self._notifier.setEnabled(False)
        self._far.close()
        self._near.close()
