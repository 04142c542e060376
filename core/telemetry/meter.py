"""Measures a run: turns a trainer's state into an immutable frame, without changing the run.
Signals are measured on a fixed probe of training samples, in evaluation mode.
"""

from __future__ import annotations

import math
import time
from collections.abc import Collection
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.base.arrays import Array
from core.catalogue.activations import Activation
from core.network.network import Network
from core.telemetry.answers import Answerer
from core.telemetry.baseline import baseline
from core.telemetry.confusion import Confuser
from core.telemetry.data_picture import picture
from core.telemetry.frame import MEASURES, Frame, Histograms, Shares, Status
from core.telemetry.histograms import Counter
from core.telemetry.pictures import Confusion
from core.telemetry.probes import EXPENSIVE, MeasureBudget, Probes
from core.telemetry.step_figures import StepFigures, unknown
from core.training.last_update import UpdateRecord
from core.training.model import recipe_of
from core.training.questions import Question, questionnaire
from core.training.results import Score
from core.training.trainer import Trainer

# The probe has fewer rows for wider networks, to limit the time for measuring.
PROBE_MULTIPLICATIONS = 4_000_000
PROBE_ROWS = (64, 256)
SPREAD_ROWS = 64
# Relative difference below which two units count as equal, despite rounding.
DUPLICATE_TOLERANCE = 1e-4
# Seconds between validations during a run; the maximum share of time for them, beyond which they
# are less frequent; and the share of the run's time after which the next one is due in any case, so
# that every run has about 20.
VALIDATION_SECONDS, VALIDATION_SHARE, VALIDATION_AGE = 0.06, 0.01, 0.08
# Maximum number of multiplications of a validation during a run; beyond it only part of the samples
# is used, but at least the second number.
VALIDATION_MULTIPLICATIONS, VALIDATION_ROWS = 60_000_000, 500
# Seconds between two counts of confusions during a run.
CONFUSION_SECONDS = 0.25


class Meter:
    """Measures one trainer. `measured_step` does an update and records its gradient and effect, so
    that it need not be repeated for the next frame."""

    def __init__(
        self, trainer: Trainer, run: int = 0, step_figures: StepFigures | None = None
    ) -> None:
        """`step_figures` are those of the trainer's last update, for a trainer restored from a
        checkpoint."""
        self.trainer, self.run = trainer, run
        self._last = trainer.follow()
        params = trainer.network.params
        self._work = np.zeros_like(params)
        self._step_figures = step_figures
        rows = int(np.clip(PROBE_MULTIPLICATIONS // max(len(params), 1), *PROBE_ROWS))
        self._probe_inputs = trainer.inputs[:rows]
        # What can be asked by hand, what is, and whoever answers it.
        self._asked = questionnaire(trainer.data, *recipe_of(trainer.spec))
        self.question: Question | None = None
        self.answerer = Answerer(trainer, run)
        self.data = replace(
            picture(trainer.data),
            validated=self._validated_while_running(),
            baseline=baseline(trainer),
            askable=self._asked.is_possible,
        )
        self._budget = MeasureBudget()
        self._validate_after = self._count_after = 0.0
        self._going_since: float | None = None
        self._confuser: Confuser | None = None
        self._confusion: Confusion | None = None
        self._network: Network | None = None
        self._prepare()

    def _prepare(self) -> None:
        """Rebuild what depends on the network object, which a change of settings replaces."""
        network = self._network = self.trainer.network
        self._tape, _ = network.tape(len(self._probe_inputs), training=False)
        np.copyto(self._tape.inputs, self._probe_inputs)
        marks = self._tape.marks
        self.layers = tuple(mark.name for mark in marks)
        affines = {affine.name: affine for affine in network.affines}
        self._affines = [affines[name] for name in self.layers]
        self._functions = [network.activations.get(name) for name in self.layers]
        starts = [affine.block.offset for affine in self._affines]
        ends = [start + a.block.value.size for start, a in zip(starts, self._affines, strict=True)]
        self._blocks = [slice(*both) for both in zip(starts, ends, strict=True)]
        self._sizes = np.array([a.weights.size for a in self._affines])
        slopes = {p.name: p for p in network.parameters if p.name.endswith(".slope")}
        self._slopes = [slopes.get(f"{name}.slope") for name in self.layers] if slopes else []
        self._directions = [(a, _direction(a.block.value)) for a in self._affines]
        self._counters = self._make_counters()
        self._probes = Probes(network, self.trainer.objective, self.data)

    def _make_counters(self) -> dict[str, Counter]:
        named = zip(self._functions, self.layers, strict=True)
        groups = [function.key if function else name for function, name in named]
        bounds = [_natural_bounds(function) for function in self._functions]
        open_ended: list[Any] = [None] * len(self.layers)
        return {
            "activations": Counter(bounds, groups),
            "preactivations": Counter(open_ended, groups),
            "weights": Counter(open_ended, self.layers),
        }

    def measured_step(self) -> None:
        """Do one update and record its gradient and effect."""
        self.trainer.step(self._last.note)

    @property
    def step_figures(self) -> StepFigures:
        """Gradient, update and objective of the trainer's last update; before the first, those of
        the update to come. NaN if the run ended before its first update, or was not followed."""
        now = self.trainer.iteration
        if self._step_figures is None or self._step_figures.iteration != now or now == 0:
            with np.errstate(all="ignore"):
                self._step_figures = self._measured_update()
        return self._step_figures

    def _measured_update(self) -> StepFigures:
        now = self.trainer.iteration
        record = self._last.record if now else self._update_to_come()
        if record is None:
            return unknown(now, len(self.layers))
        moved = np.subtract(record.after, record.before)
        signs = [self._same_sign(moved, i) for i in range(len(self.layers))]
        same_sign, still = np.array(signs).T
        return StepFigures(
            iteration=now,
            gradient=self._mean_absolute(record.gradient),
            update_ratio=np.sqrt(self._squared(moved) / self._squared(record.after)),
            same_sign=same_sign,
            still=still,
            batch_loss=record.loss,
            penalty=record.penalty,
        )

    def _update_to_come(self) -> UpdateRecord | None:
        """Do the first update, record it and undo it."""
        trainer = self.trainer
        if trainer.finished:
            return None
        record, state = UpdateRecord.empty(trainer.network.params), trainer.state()
        trainer.step(record)
        trainer.restore(state)
        return record if record.iteration else None

    def frame(
        self,
        status: Status,
        steps_per_second: float = 0.0,
        measures: Collection[str] = MEASURES,
        validate: bool = True,
        sparing: bool = False,
        seconds: float = math.nan,
    ) -> Frame:
        """The present state. `measures` selects what to measure; validation only when due, unless
        `validate`; with `sparing`, expensive measures only when it is their turn."""
        trainer = self.trainer
        if trainer.network is not self._network:
            self._prepare()
        figures = self.step_figures
        with np.errstate(all="ignore"):
            return Frame(
                run=self.run,
                iteration=trainer.iteration,
                epoch=trainer.epoch,
                status=status,
                reason=trainer.finished,
                steps_per_second=steps_per_second,
                seconds=seconds,
                segment=trainer.take_segment(),
                validation=self._validation(validate, "confusion" in measures),
                layers=self.layers,
                gradient=figures.gradient,
                weight=self._mean_absolute(trainer.network.params),
                update_ratio=figures.update_ratio,
                batch_loss=figures.batch_loss,
                penalty=figures.penalty,
                divergence=trainer.divergence,
                data=self.data,
                slopes=self._learned_slopes(),
                asked=self._asked,
                answer=self.answerer.answer(self.question) if self.question else None,
                **self._measure(self._affordable(measures) if sparing else measures),
            )

    def _affordable(self, measures: Collection[str]) -> Collection[str]:
        """The measures without the expensive ones that are not due."""
        due = self._budget.due(measures, time.perf_counter())
        return [name for name in measures if name not in EXPENSIVE or name in due]

    def _validated_while_running(self) -> int:
        """The number of validation samples used during a run."""
        rows = VALIDATION_MULTIPLICATIONS // max(len(self.trainer.network.params), 1)
        return min(max(rows, VALIDATION_ROWS), len(self.trainer.data.part("validation")))

    def _validation(self, now: bool, confusion: bool) -> tuple[Score, ...]:
        """Scores since the last frame. All samples are used if validation is requested `now` or
        confusions are counted; else the first ones, which are in random order anyway."""
        scores = self.trainer.take_scores()
        started = time.perf_counter()
        count = confusion and self.data.classifies
        count = count and (now or self._confusion is None or started >= self._count_after)
        if not (now or count or started >= self._validate_after):
            return scores
        everything = self.data.counts["validation"]
        rows = everything if now or count else self.data.validated
        judged = self.trainer.judge("validation", None if rows == everything else rows)
        if judged is None:
            return scores
        if count:
            self._count_confusions(judged.logits, judged.loss)
        cost = time.perf_counter() - started
        pause = cost / VALIDATION_SHARE
        if count:
            self._count_after = started + max(CONFUSION_SECONDS, pause)
        if rows != self.data.validated and not now:
            return scores  # a curve of one kind of figures
        if self._going_since is None and self.trainer.iteration:
            self._going_since = started
        age = 0.0 if self._going_since is None else started - self._going_since
        pause = min(max(VALIDATION_SECONDS, pause), VALIDATION_AGE * age)
        # The cost while paused does not count.
        self._validate_after = 0.0 if now else started + cost + pause
        return (*scores, judged.score)

    def _count_confusions(self, logits: Array, loss: Array) -> None:
        if self._confuser is None:
            split = self.trainer.split
            self._confuser = Confuser(split.validation, split.train)
        outputs = self.trainer.objective.predict(logits)
        self._confusion = self._confuser.count(self.trainer.iteration, outputs, loss)

    def _learned_slopes(self) -> NDArray[np.float64] | None:
        if not self._slopes:
            return None
        return np.array([p.value.mean() if p else np.nan for p in self._slopes], np.float64)

    def _per_layer(self, a: Array, b: Array) -> NDArray[np.float64]:
        """Sums of a·b over each layer's weights, without the biases. Both have the length of all
        parameters, and one of them is 0 at the biases."""
        sums = np.array([np.dot(a[block], b[block]) for block in self._blocks], np.float64)
        for i in np.flatnonzero(~np.isfinite(sums) | (sums == 0)).tolist():
            # A bias that is NaN times 0 is NaN; and squares may overflow or underflow.
            affine, block = self._affines[i], self._blocks[i]
            both = a[block].astype(np.float64) * b[block]
            sums[i] = both.reshape(affine.block.shape)[:, : affine.fan_in].sum()
        return sums

    def _mean_absolute(self, values: Array) -> NDArray[np.float64]:
        np.abs(values, out=self._work)
        return self._per_layer(self._work, self.trainer.network.mask) / self._sizes

    def _squared(self, values: Array) -> NDArray[np.float64]:
        """Sums of squares over each layer's weights, without the biases."""
        np.multiply(values, self.trainer.network.mask, out=self._work)
        return self._per_layer(self._work, values)

    def _measure(self, measures: Collection[str]) -> dict[str, Any]:
        taken: dict[str, Any] = {}
        if {"activations", "preactivations", "shares", "network"} & set(measures):
            self._tape.play_forward()
        marks = self._tape.marks
        if "activations" in measures:
            taken["activations"] = self._count("activations", [mark.a for mark in marks])
        if "preactivations" in measures:
            taken["preactivations"] = self._count("preactivations", [mark.z for mark in marks])
        if "weights" in measures:
            taken["weights"] = self._count("weights", [a.weights for a in self._affines])
        if "shares" in measures:
            taken["shares"] = self._shares()
            taken["spread"] = np.array([_spread(mark.a) for mark in marks])
        if "confusion" in measures:
            taken["confusion"] = self._confusion
        expensive = [name for name in EXPENSIVE if name in measures]
        return taken | self._probes.take(expensive, marks, self._budget)

    def _count(self, kind: str, layers: list[Array]) -> Histograms:
        return self._counters[kind].count(layers)

    def _shares(self) -> Shares:
        layers = range(len(self.layers))
        return Shares(
            saturated=np.array([self._saturated(i) for i in layers]),
            dead=np.array([1 - self._tape.marks[i].a.any(axis=1).mean() for i in layers]),
            same_sign=self.step_figures.same_sign,
            still=self.step_figures.still,
            duplicate_units=np.array(
                [_duplicate_share(a.block.value, d) for a, d in self._directions]
            ),
        )

    def _saturated(self, i: int) -> float:
        function, mark = self._functions[i], self._tape.marks[i]
        if function is None or function.parametric:
            return 0.0
        slope = np.empty_like(mark.a)
        function.derivative(mark.z, mark.a, slope)
        return float((np.abs(slope) < function.saturation).mean())

    def _same_sign(self, moved: Array, i: int) -> tuple[float, float]:
        """Of the units of a layer that moved, the share whose incoming weights moved one way only,
        NaN if there are none; and the share of all units that did not move."""
        affine = self._affines[i]
        rows, columns = affine.block.shape
        start = affine.block.offset
        weights = moved[start : start + rows * columns].reshape(rows, columns)[:, : affine.fan_in]
        up, down = (weights > 0).any(axis=1), (weights < 0).any(axis=1)
        still = (weights == 0).all(axis=1)  # not ~(up | down): NaN does not count as not moving
        moving = np.count_nonzero(~still)
        one_way = np.count_nonzero(up ^ down) / moving if moving else math.nan
        return one_way, float(still.mean())


def _spread(activations: Array) -> float:
    """Mean difference between two samples, over units; estimated from a few pairs."""
    seen = activations[:, : SPREAD_ROWS + 1]
    return float(np.abs(seen[:, 1:] - seen[:, :-1]).mean()) if seen.shape[1] > 1 else 0.0


def _direction(weights: Array) -> Array:
    draws = np.random.default_rng(0).standard_normal(weights.shape[1])
    return draws.astype(weights.dtype)


def _duplicate_share(weights: Array, direction: Array) -> float:
    """Share of rows equal to another row, up to rounding. Rows are compared by their product with
    one random `direction`: equal rows have equal products, others almost never.
    """
    products = np.sort(weights @ direction)
    tolerance = DUPLICATE_TOLERANCE * max(abs(products[0]), abs(products[-1]))
    alike = np.zeros(len(products) + 1, bool)
    np.less_equal(products[1:] - products[:-1], tolerance, out=alike[1:-1])
    return np.count_nonzero(alike[1:] | alike[:-1]) / len(products)


def _natural_bounds(activation: Activation | None) -> tuple[float, float] | None:
    """The range of a bounded function such as sigmoid; None for others."""
    if activation is None or activation.parametric:
        return None
    far = np.array([-1e4, 1e4])
    ends = np.empty_like(far)
    activation.forward(far, ends)
    low, high = ends
    return (float(low), float(high)) if low < high < 10 else None
