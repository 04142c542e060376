"""Runs an experiment without a screen and writes what it recorded."""

from __future__ import annotations

import csv
import json
import math
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TextIO

import numpy as np
from threadpoolctl import threadpool_limits

from core.base.translation import Message, tr
from core.data import DataError
from core.experiment.files import replacing, write_experiment
from core.experiment.spec import ExperimentSpec
from core.training.model import Model, model_of
from core.training.model_file import SUFFIX, write_model
from core.training.results import Score, Segment
from core.training.trainer import Trainer
from playground import __version__
from playground.progress import INTERVAL, ProgressBar

PARTS = ("train", "validation", "test")
COLUMNS = (
    "iteration",
    "epoch",
    "loss",
    "accuracy",
    "learning_rate",
    "validation_loss",
    "validation_accuracy",
    "validation_r2",
    "validation_rmse",
)
# The last epoch if only patience would end a run, but there is no validation part.
MOST_EPOCHS_UNWATCHED = 100


@dataclass(frozen=True)
class Recording:
    """A run that is over. `status` is "finished", "diverged" or "interrupted"."""

    spec: ExperimentSpec
    status: str
    reason: str
    iterations: int
    epochs: float
    steps_per_epoch: int
    seconds: float
    segments: tuple[Segment, ...]
    validation: tuple[Score, ...]
    final: dict[str, Score | None]
    weights: dict[str, np.ndarray]
    parameters: int
    penalty: float
    model: Model | None

    def metrics(self) -> dict[str, Any]:
        """The final figures as plain data; NaN and infinity become None."""
        return {
            "title": self.spec.title,
            "status": self.status,
            "reason": self.reason,
            "iterations": self.iterations,
            "epochs": round(self.epochs, 6),
            "seconds": round(self.seconds, 3),
            "steps_per_second": round(self.iterations / max(self.seconds, 1e-9), 1),
            "parameters": self.parameters,
            # In the objective, but in none of the losses.
            "penalty": self.penalty if math.isfinite(self.penalty) else None,
        } | {part: _figures(score) for part, score in self.final.items()}

    def rows(self) -> Iterator[list[Any]]:
        """The curves row by row, in the order of `COLUMNS`; "" where nothing was measured."""
        scores = {score.iteration: score for score in self.validation}
        for segment in self.segments:
            for i, step in enumerate(
                zip(segment.loss, segment.accuracy, segment.learning_rate, strict=True)
            ):
                yield self._row(segment.first + i, step, scores.pop(segment.first + i, None))
        for iteration, score in scores.items():
            yield self._row(iteration, (math.nan,) * 3, score)

    def _row(self, iteration: int, step: tuple[float, ...], score: Score | None) -> list[Any]:
        measured = (score.loss, score.accuracy, score.r2, score.rmse) if score else (None,) * 4
        epoch = f"{iteration / self.steps_per_epoch:.6g}"
        return [iteration, epoch, *(_cell(value) for value in (*step, *measured))]


def run(
    spec: ExperimentSpec,
    stopped: Callable[[], bool],
    progress: Progress,
    untrained: bool = False,
) -> Recording:
    """Train until the run ends or `stopped()` is true. Raises `DataError`, MemoryError.

    Validation is measured before the first step and after every epoch. An `untrained` network is
    only evaluated.
    """
    with threadpool_limits(limits=1, user_api="blas"):
        trainer = Trainer(spec)
        spec = _with_an_end(trainer)
        trainer.apply(spec)
        if untrained:
            trainer.finished = Message("evaluated without training")
        began = time.perf_counter()
        segments: list[Segment] = []
        scores = [trainer.evaluate()]
        steps = 16
        while not trainer.finished and not stopped():
            pulse = time.perf_counter()
            trainer.advance(min(steps, trainer.sampler.steps_left))
            segments.append(trainer.take_segment())
            if trainer.epoch == trainer.sampler.epochs and not trainer.divergence:
                scores += trainer.take_scores() or [trainer.evaluate()]
            progress.show(trainer, segments[-1], scores[-1])
            steps = _next_steps(steps, time.perf_counter() - pulse)
        seconds = time.perf_counter() - began
        progress.clear()
        status = "finished" if trainer.finished else "interrupted"
        if status == "interrupted":
            trainer.restore_best()
        return Recording(
            spec=spec,
            status="diverged" if trainer.divergence else status,
            reason=trainer.finished or Message("stopped by the user"),
            iterations=trainer.iteration,
            epochs=trainer.epoch,
            steps_per_epoch=trainer.sampler.steps_per_epoch,
            seconds=seconds,
            segments=tuple(segments),
            validation=tuple(score for score in scores if score),
            final={part: trainer.evaluate(part) for part in PARTS},
            weights=trainer.network.tensors(),
            parameters=trainer.network.params.size,
            penalty=trainer.penalty(),
            model=_model(trainer),
        )


def _with_an_end(trainer: Trainer) -> ExperimentSpec:
    """The trainer's experiment, with a last epoch if only patience would end it and there are no
    validation samples: the training loss may decrease without limit."""
    spec = trainer.spec
    training = spec.training
    if training.max_epochs or not training.patience or trainer.watched_part == "validation":
        return spec
    return replace(spec, training=replace(training, max_epochs=MOST_EPOCHS_UNWATCHED))


def _model(trainer: Trainer) -> Model | None:
    """The trained model; None if the table that describes its inputs no longer exists."""
    try:
        return model_of(trainer)
    except DataError:
        return None


def _next_steps(steps: int, seconds: float) -> int:
    """The number of steps to take at once, so that they last about one `INTERVAL`."""
    if seconds > 2 * INTERVAL:
        return max(1, steps // 2)
    return min(2 * steps, 1 << 20) if seconds < INTERVAL / 2 else steps


class Progress:
    """Shows the progress and the scores of a run on a terminal."""

    def __init__(self, stream: TextIO | None) -> None:
        self._bar = ProgressBar(stream)
        self._before = (time.perf_counter(), 0)
        self._speed = 0.0

    def show(self, trainer: Trainer, segment: Segment, score: Score | None) -> None:
        if not len(segment.loss):
            return
        last = trainer.spec.training.max_epochs
        epoch, speed = int(trainer.epoch), self._steps_per_second(trainer.iteration)
        parts = [
            tr("epoch {epoch}/{last}", epoch=epoch, last=last)
            if last
            else tr("epoch {epoch}", epoch=epoch),
            tr("{speed:,.0f} steps/s", speed=speed),
            tr("loss {loss:.4f}", loss=segment.loss.mean()),
        ]
        if score:
            parts.append(_scores(score))
        text = "  ".join(parts)
        self._bar.show(trainer.epoch / last if last else None, text)

    def _steps_per_second(self, iteration: int) -> float:
        """Steps per second since the last measurement, at least `INTERVAL` ago."""
        now, (since, before) = time.perf_counter(), self._before
        if now - since >= INTERVAL:
            self._speed = (iteration - before) / (now - since)
            self._before = (now, iteration)
        return self._speed

    def clear(self) -> None:
        self._bar.clear()


def _scores(score: Score) -> str:
    parts = [tr("validation {loss:.4f}", loss=score.loss)]
    if not math.isnan(score.accuracy):
        parts.append(tr("accuracy {share:.1%}", share=score.accuracy))
    if score.r2 is not None:
        parts.append(f"R² {score.r2:.3f}")
    return ", ".join(parts)


def prepare_folder(folder: Path) -> None:
    """Check that results can be written to `folder` before training starts. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        # It names the temporary file, if any.
        raise OSError(error.errno, error.strerror, str(folder)) from error


def write(recording: Recording, folder: Path) -> None:
    """Write trained.model, weights.npz, metrics.json, experiment.json and curves.csv in this order,
    each completely or not at all. Raises OSError."""
    if recording.model is not None:
        write_model(folder / f"trained{SUFFIX}", recording.model, f"playground {__version__}")
    with replacing(folder / "weights.npz") as part, open(part, "wb") as file:
        np.savez(file, **recording.weights)  # type: ignore[arg-type]
    with replacing(folder / "metrics.json") as part:
        text = json.dumps(recording.metrics(), indent=2, ensure_ascii=False, allow_nan=False)
        part.write_text(f"{text}\n", encoding="utf-8")
    write_experiment(folder / "experiment.json", recording.spec)
    with replacing(folder / "curves.csv") as part, open(part, "w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows(recording.rows())


def _figures(score: Score | None) -> dict[str, float | None] | None:
    if score is None:
        return None
    names = ("loss", "accuracy", "r2", "rmse", "loss_error", "accuracy_error")
    values = {name: getattr(score, name) for name in names}
    return {
        name: value if value is not None and math.isfinite(value) else None
        for name, value in values.items()
    }


def _cell(value: float | None) -> str:
    return "" if value is None or math.isnan(value) else f"{value:.9g}"
