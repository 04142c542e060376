"""Learning-rate schedules: the factor on the optimizer's learning rate at every step."""

from __future__ import annotations

from typing import ClassVar

from core.registry import Entry, Registry


class Schedule(Entry):
    """A learning-rate factor as a pure function of the step, or of the validation loss.

    `reactive` schedules also read the validation loss, which is then measured once an epoch; their
    memory is a small tuple that the trainer keeps (see `observe`).
    """

    reactive: ClassVar[bool] = False

    def factor(self, t: int, memory: tuple[float, ...]) -> float:
        """The factor for update number t + 1, t = 0, 1, 2, …"""
        raise NotImplementedError

    def start(self) -> tuple[float, ...]:
        """The memory before the first step."""
        return ()

    def observe(self, memory: tuple[float, ...], loss: float) -> tuple[float, ...]:
        """The memory after an epoch whose validation loss was `loss` (reactive only)."""
        return memory


SCHEDULES: Registry[Schedule] = Registry("schedule", Schedule)


@SCHEDULES.add(
    "constant",
    label="Constant",
    formula="η",
    advice="The learning rate stays as set.",
)
class Constant(Schedule):
    def factor(self, t: int, memory: tuple[float, ...]) -> float:
        return 1.0
