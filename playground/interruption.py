"""Ctrl+C and SIGTERM during a computation: the first ends it cleanly, the second at once."""

from __future__ import annotations

import signal
from types import FrameType, TracebackType

SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Interruption:
    """The first signal sets a flag that the training loop checks with `asked`; the second raises
    KeyboardInterrupt, unless results are being written."""

    def __init__(self) -> None:
        self._asked = self._writing = False

    def asked(self) -> bool:
        return self._asked

    def start_writing(self) -> None:
        """Ignore signals from now on, while the results are written."""
        self._writing = True

    def __enter__(self) -> Interruption:
        self._before = {number: signal.signal(number, self._note) for number in SIGNALS}
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _note(self, number: int, frame: FrameType | None) -> None:
        if self._asked and not self._writing:
            raise KeyboardInterrupt
        self._asked = True
