"""The score of the best constant prediction: the mean, or the class frequencies."""

from __future__ import annotations

import numpy as np

from core.base.arrays import Array
from core.network.objective import Objective
from core.telemetry.pictures import Baseline
from core.training.trainer import Trainer

# Minimum probability of a class, as log 0 would be infinite.
LEAST_PROBABILITY = 1e-12


def baseline(trainer: Trainer) -> Baseline:
    """The best constant prediction of the training part, scored on the validation part if there is
    one, else on the training part."""
    train, judged = trainer.split.train, trainer.data.part(trainer.watched_part)
    answer = train.targets.mean(axis=0, dtype=np.float64)
    if train.task != "regression":
        answer = np.clip(answer, LEAST_PROBABILITY, 1 - LEAST_PROBABILITY)
    targets = judged.targets.T.astype(np.float64)
    outputs = np.repeat(answer[:, None], len(judged), axis=1)
    loss = trainer.objective.loss.value(_logits(trainer.objective, outputs), outputs, targets)
    if train.task == "regression":
        return Baseline(float(loss.mean()), float("nan"))
    correct = _class(outputs, train.task) == _class(targets, train.task)
    return Baseline(float(loss.mean()), float(correct.mean()))


def _logits(objective: Objective, outputs: Array) -> Array:
    if objective.task == "regression":
        return outputs
    if objective.task == "binary":
        return np.log(outputs / (1 - outputs))
    return np.log(outputs)


def _class(outputs: Array, task: str) -> Array:
    return outputs[0] > 0.5 if task == "binary" else outputs.argmax(axis=0)
