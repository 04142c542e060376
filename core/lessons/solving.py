"""Proves that the states that a lesson asks for can be reached, by training its solutions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from threadpoolctl import threadpool_limits

from core.base.translation import Message
from core.experiment.spec import ExperimentSpec
from core.lessons.condition import Condition, Value
from core.lessons.lesson import Lesson, Problem, Question
from core.lessons.run_state import RunState
from core.telemetry.frame import Frame
from core.telemetry.meter import Meter
from core.training.trainer import Trainer

# Frames that are looked at, at least; a short run has one for every step.
LOOKS = 50
MEASURES = ("shares",)


@dataclass(frozen=True)
class Reached:
    """Where a run was when it fulfilled a condition, or at its end, if it never did."""

    holds: bool
    values: dict[str, Value]


def reached(spec: ExperimentSpec, steps: int, condition: Condition) -> Reached:
    """Train for up to `steps` steps, until the condition holds. Raises `DataError`."""
    state, values = RunState(), {}
    for frame in frames(spec, steps):
        state.take(frame)
        values = state.values(spec)
        if condition.holds(values):
            return Reached(True, values)
    return Reached(False, values)


def frames(spec: ExperimentSpec, steps: int) -> Iterator[Frame]:
    """The frames of a run, the first before its first step."""
    with threadpool_limits(limits=1, user_api="blas"):
        trainer = Trainer(spec)
        meter = Meter(trainer)
        yield meter.frame("running", measures=MEASURES)
        pace = max(1, steps // LOOKS)
        while trainer.iteration < steps and not trainer.finished:
            trainer.advance(min(pace, steps - trainer.iteration) - 1)
            if not trainer.finished:
                meter.measured_step()
            ended = "diverged" if trainer.divergence else "finished"
            yield meter.frame(ended if trainer.finished else "running", measures=MEASURES)


def unsolved(lesson: Lesson) -> Iterator[Problem]:
    """The questions whose solution does not reach its state, or which need none.
    Raises `DataError`."""
    for question in lesson.questions:
        if question.kind == "state" and (message := fault(lesson, question)):
            told = Message("question {name!r}: {message}", name=question.id, message=message)
            yield Problem(question.line, told)


def fault(lesson: Lesson, question: Question) -> str:
    """What is wrong with the state that a question asks for; "" if nothing is."""
    condition, solution = question.condition, question.solution
    assert condition and solution
    if reached(lesson.experiment, 0, condition).holds:
        return Message("the condition holds before the first step")
    end = reached(solution, question.steps, condition)
    if not end.holds:
        known = {name: end.values.get(name, "?") for name in condition.names}
        listed = ", ".join(f"{name} = {value}" for name, value in known.items())
        return Message(
            "the solution does not reach it in {steps} steps ({figures})",
            steps=question.steps,
            figures=listed,
        )
    if (
        solution != lesson.experiment
        and reached(lesson.experiment, question.steps, condition).holds
    ):
        return Message("the condition holds without the changes of the solution")
    return ""
