"""A run of the gallery that is a search: many trainings with settings drawn from ranges.

It goes in lockstep with other searches, a step of a trial each. Its validation score is that of the
best trial so far, its outcome the best trial's, so that searches of equal budget are compared by
what one would have taken away from them after so many updates.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from core.base.translation import Message
from core.experiment.sampling import drawn
from core.experiment.space import limits, narrowed, with_parameters
from core.experiment.spec import ExperimentSpec
from core.gallery.experiment import Outcome, Variant
from core.gallery.measuring import NO_SEGMENT, PARTS, SharedData, frame_of
from core.gallery.signals import signals
from core.gallery.watching import RunUpdate
from core.network.calibration import Report
from core.telemetry.frame import Frame
from core.training.results import Score
from core.training.trainer import Trainer


class SearchRun:
    """The trials of one search, one after another. Trials are ranked by their validation loss."""

    def __init__(
        self,
        variant: Variant,
        spec: ExperimentSpec,
        common: SharedData,
        report: Report | None = None,
    ) -> None:
        """`report` hears of fitting first weights to the data, and may raise to give up."""
        assert variant.search is not None
        self.label, self._search, self._spec = variant.label, variant.search, spec
        self._common, self._report = common, report
        self._ranges = list(variant.search.ranges)
        self._index = 0
        self._known: list[tuple[float, dict]] = []
        self._scores: list[Score] = []
        self._told = 0
        self._seconds = 0.0
        self._best: tuple[Trainer, Score] | None = None
        self._trial = self._next_trial()
        self._steps_per_epoch = self._trial.sampler.steps_per_epoch
        self._length = spec.training.max_epochs * self._steps_per_epoch
        self.steps = self._search.budget * self._length
        self.before = signals(self._trial), frame_of(self._trial)

    @property
    def trainer(self) -> Trainer:
        """The best trial so far; the first one before any is over."""
        return self._best[0] if self._best else self._trial

    def towards(self, share: float) -> Iterator[bool]:
        """Go on until `share` of all trials is done; yields after every step."""
        target = round(share * self.steps)
        while self._spent < target:
            began = time.perf_counter()
            self._trial.advance(1)
            if self._trial.finished or self._trial.iteration >= self._length:
                self._end_trial()
            self._seconds += time.perf_counter() - began
            yield True

    def run_update(self, frame: Frame | None = None, measured: bool = False) -> RunUpdate:
        """What has come since the last one; of the best trial, where it is to be `measured`."""
        news, self._told = tuple(self._scores[self._told :]), len(self._scores)
        return RunUpdate(
            label=self.label,
            iteration=self._spent,
            steps=self.steps,
            steps_per_epoch=self._steps_per_epoch,
            segment=NO_SEGMENT,
            validation=news,
            ended=self._is_over,
            frame=frame_of(self.trainer) if measured else frame,
        )

    def outcome(self) -> Outcome:
        best = self.trainer
        return Outcome(
            label=self.label,
            spec=replace(best.spec, title=self.label),
            status="finished" if self._best else "diverged",
            reason=Message("{count} trials", count=self._search.budget),
            iterations=self._spent,
            steps_per_epoch=self._steps_per_epoch,
            seconds=self._seconds,
            loss=NO_SEGMENT.loss,
            accuracy=NO_SEGMENT.accuracy,
            validation=tuple(self._scores),
            final={part: best.evaluate(part) for part in PARTS},
            before=self.before,
            after=(signals(best), frame_of(best)),
            probes=self._probes(),
        )

    def _probes(self) -> dict[str, float]:
        """How many values of the first setting were tried, its value in the best trial, and the
        validation loss of the best and of the median trial."""
        path = self._search.ranges[0].path
        values = {parameters[path] for _, parameters in self._known}
        ranked = self._ranked()
        losses = [loss for loss, _ in self._known]
        return {
            "values": float(len(values)),
            "best value": float(ranked[0][path]) if ranked else math.nan,
            "best loss": min(losses),
            "median loss": float(np.median(losses)),
        }

    @property
    def _is_over(self) -> bool:
        return self._index >= self._search.budget

    @property
    def _spent(self) -> int:
        """Updates so far; a trial that diverged has used up its share."""
        return self._index * self._length + (0 if self._is_over else self._trial.iteration)

    def _next_trial(self) -> Trainer:
        search = self._search
        self._parameters = drawn(
            search.strategy, self._ranges, search.trials, self._spec.seed, self._index
        )
        spec = with_parameters(self._spec, self._parameters)
        return Trainer(spec, self._common.data, self._common.storage, report=self._report)

    def _end_trial(self) -> None:
        """Judge the trial that is over and begin the next, of narrowed ranges at times."""
        trial, search = self._trial, self._search
        score = None if trial.divergence else trial.evaluate()
        self._known.append((score.loss if score else math.inf, self._parameters))
        if score and (self._best is None or score.loss < self._best[1].loss):
            self._best = trial, score
        self._index += 1
        if self._best:
            self._scores.append(replace(self._best[1], iteration=self._index * self._length))
        if self._is_over:
            return
        if self._index % search.trials == 0:
            self._narrow()
        self._trial = self._next_trial()

    def _ranked(self) -> list[dict]:
        """The settings of the trials that did not diverge, best first."""
        scored = [(loss, i) for i, (loss, _) in enumerate(self._known) if math.isfinite(loss)]
        return [self._known[i][1] for _, i in sorted(scored)]

    def _narrow(self) -> None:
        ranked = self._ranked()
        if not ranked:
            return
        self._ranges = [
            narrowed(each, [p[each.path] for p in ranked], limits(self._spec, each.path)).after
            for each in self._ranges
        ]
