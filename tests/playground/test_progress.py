"""The progress bar: drawn on a terminal, silent elsewhere."""

import io

from playground import progress
from playground.progress import ProgressBar


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_terminal_sees_how_far_it_is_and_what_goes_on(monkeypatch):
    monkeypatch.setattr(progress, "INTERVAL", 0.0)
    stream = Terminal()
    bar = ProgressBar(stream)
    bar.show(0.25, "reading")
    bar.show(0.5, "training")
    drawn = stream.getvalue()
    assert "25%" in drawn and "50%" in drawn and "training" in drawn
    bar.clear()
    assert stream.getvalue().endswith("\r"), "nothing is left of it"


def test_where_the_end_is_not_known_the_text_is_drawn(monkeypatch):
    monkeypatch.setattr(progress, "INTERVAL", 0.0)
    stream = Terminal()
    bar = ProgressBar(stream)
    for epoch in range(3):
        bar.show(None, f"epoch {epoch}")
    assert "epoch 2" in stream.getvalue() and "%" not in stream.getvalue()
    bar.clear()


def test_a_file_and_a_closed_stream_get_nothing():
    stream = io.StringIO()
    for bar in (ProgressBar(stream), ProgressBar(None)):
        bar.show(0.5, "training")
        bar.clear()
    assert stream.getvalue() == ""
