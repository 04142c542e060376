"""Answers of a run's network, as it is now or was at a checkpoint, to a question asked by hand."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from core.base.streams import Streams
from core.network.network import Network
from core.network.passes import EvaluationPass
from core.training.checkpoints import Checkpoint
from core.training.model import Model, model_of
from core.training.questions import Answer, Question
from core.training.trainer import Trainer
from core.training.training_data import with_ones


class Answerer:
    """Answers for one trainer. Nothing here changes the run."""

    def __init__(self, trainer: Trainer, run: int) -> None:
        self._trainer, self._run = trainer, run
        self._model: Model | None = None
        self._filled: set[int] = set()
        self._passed: tuple[Network, Question, EvaluationPass] | None = None

    def answer(self, question: Question, checkpoint: Checkpoint | None = None) -> Answer | None:
        """What the network says with its present weights, or with those of a checkpoint; None
        where the question is about other data."""
        trainer = self._trainer
        if self._model is None:
            # The medians of all columns would take long to find.
            self._model = model_of(trainer, np.zeros(trainer.split.train.features))
        if question.inputs.shape != (self._model.inputs,):
            return None
        self._fill(self._model, np.flatnonzero(np.isnan(question.inputs)))
        network = trainer.network if checkpoint is None else self._network(checkpoint)
        iteration = trainer.iteration if checkpoint is None else checkpoint.iteration
        with np.errstate(all="ignore"):
            logits = self._pass(network, question).logits()
            outputs = trainer.objective.predict(logits).T
        outputs = self._model.probabilities(outputs).astype(np.float64)[0]
        return Answer(self._run, iteration, question.number, outputs)

    def _fill(self, model: Model, missing: NDArray[np.intp]) -> None:
        """Find the medians of the columns of a table that are missing in a question."""
        for column in set(missing.tolist()) - self._filled if model.recipe else ():
            model.fill[column] = np.median(self._trainer.split.train.inputs[:, column])
            self._filled.add(column)

    def _pass(self, network: Network, question: Question) -> EvaluationPass:
        """The pass of one row, kept while the same is asked of the same network."""
        if self._passed and self._passed[0] is network and self._passed[1] is question:
            return self._passed[2]
        assert self._model is not None
        ready = with_ones(self._model.prepared(question.inputs[None]), network.dtype)
        made = EvaluationPass(network, ready)
        self._passed = network, question, made
        return made

    def _network(self, checkpoint: Checkpoint) -> Network:
        trainer, state = self._trainer, checkpoint.state
        network = Network(
            checkpoint.key.spec.network,
            trainer.network.features,
            trainer.network.outputs,
            Streams(trainer.spec.seed),
            trainer.dtype,
        )
        np.copyto(network.params, state["params"])
        np.copyto(network.buffers, state["buffers"])
        return network
