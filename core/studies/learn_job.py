"""Training the networks of lab 4 as a background job."""

from __future__ import annotations

from dataclasses import dataclass

from core.base.translation import Message
from core.studies.approximation import Shallow, TargetChoice
from core.studies.learned import Moment, Settings, learn
from core.worker.job import Context

# Steps from one snapshot to the next: fewer for larger networks, so that it can be stopped at once.
MOST_STEPS, UNIT_STEPS = 50, 2000


@dataclass(frozen=True)
class LearnJob:
    """Trains from random weights over several seeds, and from the built network."""

    choice: TargetChoice
    settings: Settings
    built: Shallow

    def run(self, context: Context) -> Moment | None:
        every = max(1, min(MOST_STEPS, UNIT_STEPS // max(self.built.units, 1)))
        moments = range(1, self.settings.steps, every)
        moment = None
        for moment in learn(self.choice.target().function, self.settings, self.built, moments):
            context.progress(moment.step, self.settings.steps, Message("training"))
            if context.ready:
                context.snapshot(moment)
        return moment
