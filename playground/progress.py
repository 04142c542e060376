"""A progress bar on the terminal, drawn by tqdm."""

from __future__ import annotations

import os
from typing import Any, TextIO

from tqdm import tqdm

from core.base.translation import tr

# Seconds between two drawings.
INTERVAL = 0.1
UNKNOWN_WIDTH, UNKNOWN_HEIGHT = 100, 24
BAR = "{percentage:3.0f}% |{bar:16}| {elapsed}<{remaining}  {desc}"
NO_BAR = "{elapsed}  {desc}"


class ProgressBar:
    """Shows progress on a terminal until it is cleared.

    Shows nothing if `stream` is not a terminal, or is closed (None).
    """

    def __init__(self, stream: TextIO | None) -> None:
        self._stream = stream if stream is not None and stream.isatty() else None
        self._bar: tqdm | None = None

    def show(self, share: float | None, text: str) -> None:
        """Show the completed share (0…1; None if it is unknown), followed by a text."""
        if self._stream is None:
            return
        if self._bar is None:
            self._bar = self._new_bar(self._stream, share is not None)
        self._bar.set_description_str(tr(text), refresh=False)
        # If the share is unknown every call counts as progress, so that the text is drawn.
        self._bar.update(1 if share is None else max(0.0, share - self._bar.n))

    def clear(self) -> None:
        """Remove the bar; the next `show` begins another."""
        if self._bar is not None:
            self._bar.close()
            self._bar = None

    @staticmethod
    def _new_bar(stream: TextIO, known: bool) -> tqdm:
        # Without tqdm's thread that monitors stalled bars.
        tqdm.monitor_interval = 0
        return tqdm(
            total=1.0 if known else None,
            file=stream,
            leave=False,
            **_width(stream),
            mininterval=INTERVAL,
            miniters=0,
            bar_format=BAR if known else NO_BAR,
        )


def _width(stream: TextIO) -> dict[str, Any]:
    """As large as the terminal; with an unknown size tqdm would draw nothing."""
    try:
        columns = os.get_terminal_size(stream.fileno()).columns
    except (OSError, ValueError):
        columns = 0
    return {"dynamic_ncols": True} if columns else {"ncols": UNKNOWN_WIDTH, "nrows": UNKNOWN_HEIGHT}
