"""Changes of the experiment that can be undone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from core.experiment.spec import ExperimentSpec, changes
from ui.undo import ValueEdit
from ui.wording import described


class Edit(ValueEdit):
    """Replaces one spec by another with `put`; with `done` it is in effect already. Changes of one
    number are undone together, as of a slider; each stroke of a brush and each choice from a list
    is undone separately.

    An edit that `opens` another experiment leaves the file of the one before, which is kept in
    `other_file` until the edit is undone.
    """

    def __init__(
        self,
        put: Callable[[ExperimentSpec], None],
        old: ExperimentSpec,
        new: ExperimentSpec,
        done: bool = False,
        opens: bool = False,
    ) -> None:
        super().__init__(put, old, new)
        self._done, self.opens = done, opens
        self.other_file: Path | None = None
        self._is_alone = done or opens
        self.describe()

    def redo(self) -> None:
        if not self._done:
            super().redo()
        self._done = False

    def is_of_same(self, later: ValueEdit) -> bool:
        assert isinstance(later, Edit)
        alone = self._is_alone or later._is_alone
        return not alone and super().is_of_same(later)

    def describe(self) -> None:
        difference = list(changes(self.old, self.new))
        self.names = frozenset(change.path for change in difference)
        one_number = len(difference) == 1 and _is_number(difference[0].new)
        self._is_alone = self._is_alone or not one_number
        self.setText(described(difference, self.new))


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
