"""The network's units and weights, which can be read off and edited."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QPointF, Qt, Signal
from PySide6.QtGui import QFocusEvent, QHideEvent, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QWidget

from core.base.translation import tr
from core.telemetry.frame import Frame
from core.telemetry.pictures import NetworkPicture
from ui.plots.pictures.network import NetworkGraph
from ui.plots.pictures.network_reading import Reading, Unit, Weight
from ui.plots.pictures.picture import SinglePicturePlot
from ui.plots.text import Span, colored
from ui.views.picture_view import PictureView
from ui.views.view import Data, WeightEdit
from ui.widgets.number_field import NumberField

FIELD = (92, 26)
# A press that moves further than this before its release is a drag.
STILL = 4.0
HAND, ARROW = Qt.CursorShape.PointingHandCursor, Qt.CursorShape.ArrowCursor


class WeightField(NumberField):
    """A small field over the drawing for one number; it closes on focus-out."""

    closed = Signal()

    def open_at(self, place: QPointF, value: float, name: str) -> None:
        """Open the field for a value at a position in the parent."""
        parent = self.parentWidget()
        assert parent
        left = min(max(round(place.x()) - FIELD[0] // 2, 2), parent.width() - FIELD[0] - 2)
        top = min(max(round(place.y()) - FIELD[1] - 6, 2), parent.height() - FIELD[1] - 2)
        self.setGeometry(left, top, *FIELD)
        self.setAccessibleName(name)
        self.setToolTip(tr("{name}: Enter sets it, Escape cancels", name=name))
        self.set_value(float(f"{value:.6g}"))
        self.show()
        self.setFocus()
        self.selectAll()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.set_value(None)
            self.hide()
            return
        super().keyPressEvent(event)
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not self.property("invalid"):
            self.hide()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.hide()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.closed.emit()


class NetworkView(PictureView):
    """Units as images, weights as lines; a click on either edits a weight or a bias."""

    key = "network"
    title = "Network"
    about = "The units and weights of the network, which can be edited"
    measure = "network"

    def __init__(self, parent: QWidget | None = None) -> None:
        self._editing: Unit | Weight | None = None
        self._pressed_at: QPointF | None = None
        super().__init__(parent)

    def build(self) -> None:
        self.graph = NetworkGraph()
        self.graph_plot = self.add_plot(SinglePicturePlot(self.graph))
        self.field = WeightField(parent=self)
        self.field.hide()
        self.field.edited.connect(self._set)
        self.field.closed.connect(lambda: self._mark(None))

    def forget(self) -> None:
        super().forget()
        if self.plots:
            self.field.hide()

    def show_measured(self, frame: Frame, picture: NetworkPicture) -> None:
        self.graph.set_data(picture, frame.data, frame.layers, frame.iteration)

    def describe(self) -> tuple[Span, ...]:
        sizes = self.graph.reading.sizes() if self.graph.reading else []
        if len(sizes) > 9:
            sizes = [*sizes[:4], "…", *sizes[-4:]]
        legend = colored(
            tr("{negative} and {positive} weights"),
            negative=Span(tr("negative"), "negative"),
            positive=Span(tr("positive"), "positive"),
        )
        hint = Span(tr(", click to change"), hint=True)
        return (Span(f"{' – '.join(sizes)}  ·  "), *legend, hint)

    def columns(self) -> Data:
        reading = self.graph.reading
        return reading.table(self.graph.drawn()) if reading else {}

    # Pointer and editing

    def point_at(self, place: QPointF | None) -> None:
        if not self.plots:
            return
        before, self.graph.pointed = self.graph.pointed, None
        super().point_at(place)
        pointed = self.graph.pointed
        if pointed != before:
            self.graph.update_data()
            self.viewport().setCursor(HAND if self._reading_of(pointed) else ARROW)

    def edit(self, target: Unit | Weight | None, place: QPointF) -> bool:
        """Open a field for a weight or a unit's bias; return whether there is one to edit."""
        reading = self._reading_of(target)
        if reading is None or target is None:
            return False
        self._editing = target
        self.point_at(None)
        self._mark(target)
        self.field.open_at(place, reading.value(target), tr(reading.edited_name(target)))
        return True

    def _mark(self, target: Unit | Weight | None) -> None:
        """Highlight what is being edited."""
        self.graph.pointed = target
        self.graph.update_data()

    def _reading_of(self, target: Unit | Weight | None) -> Reading | None:
        """The `Reading` with the target's value, if it can be edited."""
        reading = self.graph.reading
        return reading if target and reading and reading.editable(target) else None

    def _set(self, value: Any) -> None:
        target, reading = self._editing, self._reading_of(self._editing)
        if target is None or value is None or reading is None:
            return
        layer, row, column = reading.address(target)
        name = reading.edited_name(target)
        self.weight_edited.emit(WeightEdit(layer, row, column, float(value), name))

    def mousePressEvent(self, ev: QMouseEvent) -> None:
        left = ev.button() == Qt.MouseButton.LeftButton
        self._pressed_at = ev.position() if left else None
        super().mousePressEvent(ev)

    def mouseReleaseEvent(self, ev: QMouseEvent) -> None:
        super().mouseReleaseEvent(ev)
        pressed, self._pressed_at = self._pressed_at, None
        if pressed is not None and (ev.position() - pressed).manhattanLength() < STILL:
            self.edit(self._found(pressed), pressed)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        # A double click on a weight edits it, like a single one.
        if not self.edit(self._found(event.position()), event.position()):
            super().mouseDoubleClickEvent(event)

    def _found(self, place: QPointF) -> Unit | Weight | None:
        return self.graph.find(place) if self.shown_plots else None

    def keyPressEvent(self, ev: QKeyEvent) -> None:
        """Arrows move the read-out, Enter edits the value in it."""
        key, place = ev.key(), self._pointer or self.graph_plot.frame.center()
        if key in (Qt.Key.Key_Up, Qt.Key.Key_Down) and self.shown_plots:
            fast = ev.modifiers() & Qt.KeyboardModifier.ShiftModifier
            step = (10 if fast else 1) * (-1 if key == Qt.Key.Key_Up else 1)
            self.point_at(QPointF(place.x(), place.y() + step))
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._pointer is not None:
            self.edit(self._found(place), place)
        else:
            super().keyPressEvent(ev)
