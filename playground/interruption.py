"""Ctrl+C while something is computed: the first asks for a good end, the second insists."""

from __future__ import annotations

import signal


class Interruption:
    """Turns Ctrl+C into a question that the training loop asks; pressed twice it interrupts."""

    def __init__(self) -> None:
        self._asked = False

    def asked(self) -> bool:
        return self._asked

    def __enter__(self) -> Interruption:
        self._before = signal.signal(signal.SIGINT, self._note)
        return self

    def __exit__(self, *_: object) -> None:
        signal.signal(signal.SIGINT, self._before)

    def _note(self, *_: object) -> None:
        if self._asked:
            raise KeyboardInterrupt
        self._asked = True
