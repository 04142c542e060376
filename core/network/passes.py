"""Passes through a network for one batch size: for training, and for evaluation."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from core.base.arrays import Array
from core.network.network import Network
from core.network.objective import Objective
from core.network.storage import Storage

KEPT_LOGITS = 4096
MOST_STEPS_KEPT = 128


class TrainingPass:
    """Forward and backward over a batch of `rows`, with the logits of the last steps kept.

    Scoring the kept steps together costs a fraction of scoring each.
    """

    def __init__(
        self, network: Network, objective: Objective, rows: int, storage: Storage | None = None
    ) -> None:
        self.tape, logits = network.tape(rows, training=True, storage=storage)
        outputs = network.outputs
        self._inputs = self.tape.inputs
        self._common = storage if storage is not None and storage.common else None
        self._targets = np.zeros((rows, outputs), network.dtype)
        objective.record(self.tape, logits, self._targets.T)
        self.forward, self.backward = self.tape.program()
        self.logits, self.flat_logits = logits.value, logits.value.reshape(-1)
        self._objective = objective
        keep = max(1, min(MOST_STEPS_KEPT, KEPT_LOGITS // (rows * outputs)))
        self._kept_logits = np.zeros((keep, outputs, rows), network.dtype)
        self._kept_targets = np.zeros((keep, rows, outputs), network.dtype)
        self._slots = list(zip(self._kept_logits, self._kept_targets, strict=True))
        self.iterations: list[int] = []

    def load(self, inputs: Array, targets: Array, rows: NDArray[np.intp]) -> None:
        """Load the samples `rows`; inputs end in a column of ones."""
        if self._common is None or not self._common.has_batch(self._inputs, rows):
            inputs.take(rows, 0, self._inputs, "clip")
        targets.take(rows, 0, self._targets, "clip")

    @property
    def full(self) -> bool:
        return len(self.iterations) == len(self._slots)

    def keep(self, iteration: int) -> None:
        """Keep this step's logits for scoring."""
        logits, targets = self._slots[len(self.iterations)]
        np.copyto(logits, self.logits)
        np.copyto(targets, self._targets)
        self.iterations.append(iteration)

    def batch_loss(self) -> float:
        """`Objective.batch_loss` of the batch that ran last."""
        return self._objective.batch_loss(self.logits, self._targets.T)

    def score_kept(self) -> tuple[list[int], NDArray[np.float64], NDArray[np.float64]]:
        """Iterations, mean losses and accuracies of the kept steps, which are then cleared."""
        n, iterations = len(self.iterations), self.iterations
        rows, outputs = self._kept_targets.shape[1:]
        logits = self._kept_logits[:n].transpose(1, 0, 2).reshape(outputs, n * rows)
        targets = self._kept_targets[:n].reshape(n * rows, outputs).T
        loss, correct = self._objective.score(logits, targets, scaled=True)
        self.iterations = []
        return iterations, loss.reshape(n, rows).mean(1), correct.reshape(n, rows).mean(1)


class EvaluationPass:
    """Forward in evaluation mode over fixed inputs, in batches of a bounded number of rows."""

    MOST_ROWS = 512

    def __init__(self, network: Network, inputs: Array) -> None:
        """`inputs` (samples, features + 1) end in a column of ones."""
        n = len(inputs)
        rows = -(-n // -(-n // self.MOST_ROWS))
        self._batches = [slice(i, min(i + rows, n)) for i in range(0, n, rows)]
        self._tapes = {
            size: network.tape(size, training=False)
            for size in {batch.stop - batch.start for batch in self._batches}
        }
        self._inputs = inputs
        self._logits = np.empty((network.outputs, n), network.dtype)

    def logits(self) -> Array:
        """Logits (outputs, samples); the array is overwritten by the next call."""
        for batch in self._batches:
            tape, logits = self._tapes[batch.stop - batch.start]
            np.copyto(tape.inputs, self._inputs[batch])
            tape.play_forward()
            self._logits[:, batch] = logits.value
        return self._logits
