"""The speed of a search: the lecture's preset, two workers against one, overhead, resuming."""

from __future__ import annotations

import statistics
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from threadpoolctl import threadpool_limits

from core.search.plan import SearchPlan
from core.search.presets import lecture
from core.search.study import Study, load
from core.search.trial import TrialRecord
from core.training.training_data import TrainingData
from core.worker.executors import local_processes

ROUNDS = 3
RESUMED = 1000


def timed(plan: SearchPlan, jobs: int, data: TrainingData) -> tuple[float, float]:
    """Seconds of the whole search with a journal, and of its trials alone, added up."""
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        study = Study(plan, Path(folder) / "study")
        with local_processes(jobs, data, lambda record: None) as make:
            study.run(make)
        whole = time.perf_counter() - began
    return whole, sum(record.seconds for record in study.records)


def resumed(plan: SearchPlan) -> float:
    """Seconds until a study of 1,000 trials stands ready to go on."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "study"
        study = Study(replace(plan, trials=RESUMED + 100), file)
        curve = (0.5,) * plan.experiment.training.max_epochs
        for index in range(RESUMED):
            parameters = plan.drawn(plan.ranges, index)
            study._keep(
                TrialRecord(
                    index,
                    0,
                    parameters,
                    score=0.5,
                    standard_error=0.05,
                    train_loss=curve,
                    train_accuracy=curve,
                    validation_loss=curve,
                    validation_accuracy=curve,
                )
            )
        began = time.perf_counter()
        assert len(load(file).records) == RESUMED
        return time.perf_counter() - began


def main() -> None:
    plan = lecture()
    data = TrainingData(plan.experiment)
    print(f"Search: the lecture's {plan.trials} trials on {plan.experiment.data.dataset.label}")
    with threadpool_limits(limits=1, user_api="blas"):
        one = [timed(plan, 1, data) for _ in range(ROUNDS)]
        two = [timed(plan, 2, data) for _ in range(ROUNDS)]
    whole_one, whole_two = (statistics.median(w for w, _ in rounds) for rounds in (one, two))
    own = statistics.median(trials for _, trials in one)
    print(f"one worker {whole_one:.1f} s, two {whole_two:.1f} s: {whole_one / whole_two:.2f} ×")
    print(f"overhead of study and executor, one worker: {100 * (whole_one / own - 1):.1f} %")
    print(f"resuming a study of {RESUMED:,} trials: {resumed(plan):.2f} s")
