"""Work in turns: one piece at a time, once for each widget, none for a widget that is gone."""

from __future__ import annotations

from PySide6.QtWidgets import QApplication, QWidget
from shiboken6 import delete

from ui.widgets.turns import Turns, turns


def test_each_turn_of_the_event_loop_does_one_piece(qtbot):
    widgets, done = [QWidget() for _ in range(4)], []
    queue = Turns()
    for widget in [*widgets, widgets[0]]:
        queue.add(widget, lambda widget=widget: done.append(widget))
    delete(widgets[2])
    while not done:
        QApplication.processEvents()
    assert done == widgets[:1]
    qtbot.waitUntil(lambda: len(done) == 3)
    assert done == [widgets[0], widgets[1], widgets[3]]


def test_the_application_has_one_queue(qapp):
    assert turns() is turns()
