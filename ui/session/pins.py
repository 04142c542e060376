"""The pinned runs, to compare others with."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QObject, Signal

from core.base.translation import tr
from core.experiment.spec import ExperimentSpec, changes
from core.telemetry.history import History, Pin
from ui.wording import described

# The number of distinguishable colours.
MOST = 6
LONGEST_NAME = 40


class Pins(QObject):
    """At most `MOST` runs, each with a name and a colour. The current run may be one of them."""

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.all: tuple[Pin, ...] = ()

    def __len__(self) -> int:
        return len(self.all)

    @property
    def full(self) -> bool:
        return len(self.all) == MOST

    def of(self, history: History) -> Pin | None:
        """The pin of a run; None if it is not pinned."""
        return next((pin for pin in self.all if pin.history is history), None)

    def beside(self, history: History) -> tuple[Pin, ...]:
        """The pinned runs except one that is shown anyway."""
        return tuple(pin for pin in self.all if pin.history is not history)

    def add(self, spec: ExperimentSpec, history: History) -> Pin:
        """Pin a run. Raises ValueError with the reason if it cannot be pinned."""
        if self.of(history):
            raise ValueError(tr("This run is pinned already."))
        if self.full:
            raise ValueError(tr("{most} runs are pinned: remove one of them first.", most=MOST))
        taken = {pin.slot for pin in self.all}
        slot = next(number for number in range(MOST) if number not in taken)
        pin = Pin(self._unused(self._suggested(spec)), slot, spec, history)
        self._put((*self.all, pin))
        return pin

    def remove(self, pin: Pin) -> None:
        self._put(tuple(other for other in self.all if other is not pin))

    def rename(self, pin: Pin, name: str) -> None:
        """Rename a run; an empty name changes nothing, a duplicate gets a number."""
        name = " ".join(name.split())[:LONGEST_NAME]
        if name and name != pin.name:
            self._swap(pin, replace(pin, name=self._unused(name)))

    def restore(self, pins: tuple[Pin, ...]) -> None:
        """Restore the pinned runs of an earlier session."""
        self._put(pins)

    def follow(self, history: History, spec: ExperimentSpec) -> None:
        """Update the settings of a run that have changed in flight."""
        if pin := self.of(history):
            self._swap(pin, replace(pin, spec=spec))

    def _suggested(self, spec: ExperimentSpec) -> str:
        """The title, or the differences from the run pinned last."""
        if spec.title:
            return tr(spec.title)[:LONGEST_NAME]
        if self.all:
            difference = list(changes(self.all[-1].spec, spec))
            for most in (2, 1):
                words = described(difference, spec, most)
                if 0 < len(words) <= LONGEST_NAME:
                    return words[0].upper() + words[1:]
        return tr("Run {number}", number=len(self.all) + 1)

    def _unused(self, name: str) -> str:
        taken = {pin.name for pin in self.all}
        numbered = (f"{name} ({number})" for number in range(2, MOST + 2))
        return name if name not in taken else next(n for n in numbered if n not in taken)

    def _swap(self, old: Pin, new: Pin) -> None:
        self._put(tuple(new if pin is old else pin for pin in self.all))

    def _put(self, pins: tuple[Pin, ...]) -> None:
        self.all = pins
        self.changed.emit()
