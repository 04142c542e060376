"""L-BFGS: steps that use the curvature, estimated from the last steps and gradients."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from core.base.registry import setting
from core.catalogue.optimizers.base import OPTIMIZERS, Array, Optimizer, State, rate_setting

# PyTorch's thresholds for the gradient, the step, and the curvature.
FLAT, IDLE, CURVED = 1e-7, 1e-9, 1e-10


@OPTIMIZERS.add(
    "lbfgs",
    label="L-BFGS",
    formula="W ← W − ηHg;  H ≈ inverse Hessian, from the last m steps",
    advice="Full batch only: it compares the gradients of successive steps, and the noise of "
    "batches "
    "would look like curvature. Very fast on smooth functions; ReLU's kinks can make it diverge. "
    "Use an L2 penalty rather than weight decay, which changes the weights outside of its "
    "model of the loss and makes it diverge.",
    torch="torch.optim.LBFGS(params, lr={learning_rate}, max_iter=1, history_size={history})",
    source="Liu & Nocedal 1989",
)
class LBFGS(Optimizer):
    """One direction and one fixed step per call, without line search; the first step is at most η
    long.

    State: `steps` and `changes` (history, n) are a ring of the last steps s and changes of
    gradient y, `curvatures` their s·y; `count` holds the updates done, the pairs kept and where
    the next pair goes; `step` and `gradient` are the last ones.
    """

    elementwise: ClassVar[bool] = False
    full_batch: ClassVar[bool] = True
    learning_rate: float = rate_setting(0.1)
    history: int = setting(
        10,
        label="History m",
        low=1,
        high=100,
        restarts_run=True,
        help="Number of steps in the history.",
    )

    def init(self, n: int, dtype: type = np.float32) -> State:
        m = self.history
        return {
            "steps": np.zeros((m, n), dtype),
            "changes": np.zeros((m, n), dtype),
            "curvatures": np.zeros(m, dtype),
            "step": np.zeros(n, dtype),
            "gradient": np.zeros(n, dtype),
            "count": np.zeros(3, np.int64),
        }

    def step(
        self, params: Array, grads: Array, state: State, t: int, rate: float, scratch: Array
    ) -> None:
        size = float(np.abs(grads, scratch).max())
        if size <= FLAT:
            return
        count, step = state["count"], state["step"]
        if count[0] == 0:
            rate *= min(1.0, 1 / float(scratch.sum()))
        else:
            self._remember(grads, state, scratch)
        count[0] += 1
        np.copyto(state["gradient"], grads)
        np.negative(grads, step)
        self._bend(step, state, scratch)
        np.multiply(step, np.array(rate, step.dtype), step)
        if float(np.dot(grads, step)) > -IDLE * rate:
            step.fill(0)
        np.add(params, step, params)

    @staticmethod
    def _remember(grads: Array, state: State, scratch: Array) -> None:
        """Store the last step and change of gradient, if the curvature along it is positive."""
        count = state["count"]
        np.subtract(grads, state["gradient"], scratch)
        curvature = float(np.dot(scratch, state["step"]))
        if not curvature > CURVED:
            return
        kept, at = int(count[1]), int(count[2])
        history = len(state["curvatures"])
        np.copyto(state["changes"][at], scratch)
        np.copyto(state["steps"][at], state["step"])
        state["curvatures"][at] = curvature
        count[1:] = min(kept + 1, history), (at + 1) % history

    @staticmethod
    def _bend(direction: Array, state: State, scratch: Array) -> None:
        """Multiply by the approximate inverse Hessian: the two-loop recursion, in place."""
        kept, following = int(state["count"][1]), int(state["count"][2])
        steps, changes, curvatures = state["steps"], state["changes"], state["curvatures"]
        newest_first = [(following - 1 - i) % len(curvatures) for i in range(kept)]
        shares = {}
        for i in newest_first:
            shares[i] = float(np.dot(steps[i], direction)) / float(curvatures[i])
            np.multiply(changes[i], np.array(shares[i], direction.dtype), scratch)
            np.subtract(direction, scratch, direction)
        if kept:
            y, curvature = changes[newest_first[0]], float(curvatures[newest_first[0]])
            np.multiply(direction, np.array(curvature / float(np.dot(y, y)), y.dtype), direction)
        for i in reversed(newest_first):
            share = shares[i] - float(np.dot(changes[i], direction)) / float(curvatures[i])
            np.multiply(steps[i], np.array(share, direction.dtype), scratch)
            np.add(direction, scratch, direction)
