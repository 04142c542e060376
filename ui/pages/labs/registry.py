"""Which labs have a page: the key of a lab and how its page is built.

A lab is shown on the Labs page when it is listed here. Its module is imported when it is opened.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtGui import QUndoStack

from ui.page import PageContext

if TYPE_CHECKING:
    from ui.pages.labs.lab_page import LabPage


def _gradient_descent(context: PageContext, undo_stack: QUndoStack) -> LabPage:
    from ui.pages.labs.gradient_descent import GradientDescentPage

    return GradientDescentPage(context, undo_stack)


def _optimizer_race(context: PageContext, undo_stack: QUndoStack) -> LabPage:
    from ui.pages.labs.optimizer_race import OptimizerRacePage

    return OptimizerRacePage(context, undo_stack)


def _backpropagation(context: PageContext, undo_stack: QUndoStack) -> LabPage:
    from ui.pages.labs.backpropagation import BackpropagationPage

    return BackpropagationPage(context, undo_stack)


def _approximation(context: PageContext, undo_stack: QUndoStack) -> LabPage:
    from ui.pages.labs.approximation import ApproximationPage

    return ApproximationPage(context, undo_stack)


def _landscape(context: PageContext, undo_stack: QUndoStack) -> LabPage:
    from ui.pages.labs.landscape import LandscapePage

    return LandscapePage(context, undo_stack)


def _rbm(context: PageContext, undo_stack: QUndoStack) -> LabPage:
    from ui.pages.labs.rbm import PretrainingPage

    return PretrainingPage(context, undo_stack)


def _ensembles(context: PageContext, undo_stack: QUndoStack) -> LabPage:
    from ui.pages.labs.ensembles import EnsemblesPage

    return EnsemblesPage(context, undo_stack)


LAB_PAGES: dict[str, Callable[[PageContext, QUndoStack], LabPage]] = {
    "gradient_descent": _gradient_descent,
    "optimizer_race": _optimizer_race,
    "backpropagation": _backpropagation,
    "approximation": _approximation,
    "landscape": _landscape,
    "rbm": _rbm,
    "ensembles": _ensembles,
}
