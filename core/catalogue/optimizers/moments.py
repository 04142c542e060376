"""Adam and its variants: a decaying mean of the gradient, scaled weight by weight."""

from __future__ import annotations

import math
from typing import ClassVar

import numpy as np

from core.base.constants import constant
from core.base.registry import setting
from core.catalogue.optimizers.base import (
    OPTIMIZERS,
    Array,
    Optimizer,
    State,
    epsilon_setting,
    rate_setting,
)

# Below this product of momenta, 1 − product is 1 in double precision.
NEGLIGIBLE = 1e-20


def _beta1(default: float = 0.9) -> float:
    return setting(default, label="β₁", low=0, high=0.99999, help="Decay of the mean gradient.")


def _beta2(default: float = 0.999) -> float:
    return setting(
        default, label="β₂", low=0, high=0.9999999, help="Decay of the mean squared gradient."
    )


@OPTIMIZERS.add(
    "adam",
    label="Adam",
    formula="W ← W − η m′ / (√v′ + ε);  m′ = m/(1 − β₁ᵗ),  v′ = v/(1 − β₂ᵗ);  "
    "m, v: decaying means of g, g²",
    advice="Every weight has its own step size; a good first choice.",
    torch="torch.optim.Adam(params, lr={learning_rate}, betas=({beta1}, {beta2}), eps={epsilon})",
    source="Kingma & Ba 2015",
)
class Adam(Optimizer):
    """The state is m/(1 − β₁) and v/(1 − β₂): decaying sums, which save two passes."""

    slots: ClassVar[tuple[str, ...]] = ("sum", "square_sum")
    learning_rate: float = rate_setting(0.01)
    beta1: float = _beta1()
    beta2: float = _beta2()
    epsilon: float = epsilon_setting(1e-8)

    def step(
        self, params: Array, grads: Array, state: State, t: int, rate: float, scratch: Array
    ) -> None:
        self._gather(grads, grads, state)
        rate = rate * (1 - self.beta1) / (1 - self.beta1**t)
        self._descend(params, state["sum"], state["square_sum"], t, rate, scratch)

    def take_over(self, state: State, former: Optimizer) -> None:
        assert isinstance(former, Adam)
        for name, vector in state.items():
            was, now = (r.beta1 if name == "sum" else r.beta2 for r in (former, self))
            if was != now:
                vector *= (1 - was) / (1 - now)

    def _gather(self, grads: Array, work: Array, state: State) -> None:
        """Decay both sums and add the new gradient. `work` may be `grads`, which is then
        overwritten."""
        beta1, beta2 = self._betas(grads.dtype)
        total, squares = state["sum"], state["square_sum"]
        np.multiply(total, beta1, total)
        np.add(total, grads, total)
        np.multiply(squares, beta2, squares)
        np.multiply(grads, grads, work)
        np.add(squares, work, squares)

    def _betas(self, dtype: np.dtype) -> tuple[Array, Array]:
        """β₁ and β₂ as operands, cached: look-ups take a measurable time in small networks."""
        kept = self.__dict__.get("_kept_betas")
        if kept is None or kept[0] is not dtype:
            kept = dtype, (constant(self.beta1, dtype), constant(self.beta2, dtype))
            self.__dict__["_kept_betas"] = kept
        return kept[1]

    def _descend(
        self, params: Array, direction: Array, squares: Array, t: int, rate: float, scratch: Array
    ) -> None:
        """W ← W − η·direction / (√v′ + ε), v′ being squares·(1 − β₂)/(1 − β₂ᵗ)."""
        # η·d/(√v′ + ε) = η·r·d/(√squares + ε·r) with r = √((1 − β₂ᵗ)/(1 − β₂)): one pass less.
        root = math.sqrt((1 - self.beta2**t) / (1 - self.beta2))
        np.sqrt(squares, scratch)
        np.add(scratch, np.array(self.epsilon * root, scratch.dtype), scratch)
        np.divide(direction, scratch, scratch)
        np.multiply(scratch, np.array(rate * root, scratch.dtype), scratch)
        np.subtract(params, scratch, params)


@OPTIMIZERS.add(
    "nadam",
    label="NAdam",
    formula="Adam with m′ replaced by its look-ahead (1 − μₜ)g′ + μₜ₊₁m′;  "
    "μₜ = β₁(1 − ½·0.96^(ψt))",
    advice="Adam with Nesterov's look-ahead: often a little faster at the start.",
    torch="torch.optim.NAdam(params, lr={learning_rate}, betas=({beta1}, {beta2}), eps={epsilon}, "
    "momentum_decay={momentum_decay})",
    source="Dozat 2016",
)
class NAdam(Adam):
    """The momentum μₜ warms up; corrections use its running product Πμ, as Dozat and PyTorch do.

    State `product` has the update number and Πμ, so Πμ remains that of the μ used even if β₁ or ψ
    changes in flight.
    """

    learning_rate: float = rate_setting(0.01)
    momentum_decay: float = setting(
        0.004, label="Warm-up ψ", low=0, high=1, scale="log", help="How fast μ rises to β₁."
    )

    def init(self, n: int, dtype: type = np.float32) -> State:
        return {**super().init(n, dtype), "product": np.array([0.0, 1.0])}

    def step(
        self, params: Array, grads: Array, state: State, t: int, rate: float, scratch: Array
    ) -> None:
        total, squares, dtype = state["sum"], state["square_sum"], grads.dtype
        now, after = self._momentum(t), self._momentum(t + 1)
        product = _product(state["product"], t, now)
        self._gather(grads, scratch, state)
        ahead = (1 - self.beta1) * after / (1 - product * after)
        np.multiply(grads, np.array((1 - now) / (1 - product), dtype), grads)
        np.multiply(total, np.array(ahead, dtype), scratch)
        np.add(grads, scratch, grads)
        self._descend(params, grads, squares, t, rate, scratch)

    def take_over(self, state: State, former: Optimizer) -> None:
        sums = {name: vector for name, vector in state.items() if name in self.slots}
        super().take_over(sums, former)

    def _momentum(self, t: int) -> float:
        return self.beta1 * (1 - 0.5 * 0.96 ** (t * self.momentum_decay))


def _product(known: Array, t: int, momentum: float) -> float:
    """μ₁·…·μₜ. Of a long vector, pieces are updated one after the other with the same t."""
    if known[0] < t:
        left = known[1] * momentum
        known[:] = t, left if left > NEGLIGIBLE else 0.0
    return float(known[1])


@OPTIMIZERS.add(
    "adamw",
    label="AdamW",
    formula="W ← (1 − ηλ)W, then Adam",
    advice="Adam with weight decay that its scaling does not affect: the usual choice with "
    "decay. Like torch.optim.AdamW(params) it decays every parameter, biases too; Weight decay "
    "under Training decays weights only.",
    torch="torch.optim.AdamW(params, lr={learning_rate}, betas=({beta1}, {beta2}), eps={epsilon}, "
    "weight_decay={decay})",
    source="Loshchilov & Hutter 2019",
)
class AdamW(Adam):
    learning_rate: float = rate_setting(0.01)
    decay: float = setting(
        0.01,
        label="Decay λ",
        low=0,
        high=1e6,
        scale="log",
        help="Of every parameter, biases too, as in PyTorch.",
    )

    def step(
        self, params: Array, grads: Array, state: State, t: int, rate: float, scratch: Array
    ) -> None:
        np.multiply(params, np.array(1 - rate * self.decay, params.dtype), params)
        super().step(params, grads, state, t, rate, scratch)


@OPTIMIZERS.add(
    "adamax",
    label="Adamax",
    formula="W ← W − η m′ / u;  u ← max(β₂u, |g| + ε),  m′ = m/(1 − β₁ᵗ)",
    advice="Adam with the largest recent gradient instead of the mean square: steps never exceed "
    "η by much.",
    torch="torch.optim.Adamax(params, lr={learning_rate}, betas=({beta1}, {beta2}), eps={epsilon})",
    source="Kingma & Ba 2015",
)
class Adamax(Optimizer):
    """The paper has no ε; as in PyTorch it is added to |g|."""

    slots: ClassVar[tuple[str, ...]] = ("mean", "largest")
    learning_rate: float = rate_setting(0.02)
    beta1: float = _beta1()
    beta2: float = _beta2()
    epsilon: float = epsilon_setting(1e-8)

    def step(
        self, params: Array, grads: Array, state: State, t: int, rate: float, scratch: Array
    ) -> None:
        mean, largest, dtype = state["mean"], state["largest"], grads.dtype
        np.multiply(mean, constant(self.beta1, dtype), mean)
        np.multiply(grads, constant(1 - self.beta1, dtype), scratch)
        np.add(mean, scratch, mean)
        np.multiply(largest, constant(self.beta2, dtype), largest)
        np.abs(grads, grads)
        np.add(grads, constant(self.epsilon, dtype), grads)
        np.maximum(largest, grads, out=largest)
        np.divide(mean, largest, scratch)
        np.multiply(scratch, np.array(rate / (1 - self.beta1**t), dtype), scratch)
        np.subtract(params, scratch, params)


@OPTIMIZERS.add(
    "amsgrad",
    label="AMSGrad",
    formula="Adam with v replaced by the largest v so far",
    advice="Adam whose step sizes never increase, which fixes a flaw in its proof of convergence.",
    torch="torch.optim.Adam(params, lr={learning_rate}, betas=({beta1}, {beta2}), eps={epsilon}, "
    "amsgrad=True)",
    source="Reddi et al. 2018",
)
class AMSGrad(Adam):
    slots: ClassVar[tuple[str, ...]] = ("sum", "square_sum", "peak")
    learning_rate: float = rate_setting(0.01)

    def step(
        self, params: Array, grads: Array, state: State, t: int, rate: float, scratch: Array
    ) -> None:
        self._gather(grads, grads, state)
        np.maximum(state["peak"], state["square_sum"], out=state["peak"])
        rate = rate * (1 - self.beta1) / (1 - self.beta1**t)
        self._descend(params, state["sum"], state["peak"], t, rate, scratch)


@OPTIMIZERS.add(
    "lion",
    label="Lion",
    formula="W ← W − η sign(β₁m + (1−β₁)g);  m ← β₂m + (1−β₂)g",
    advice="Uses only the sign: every weight moves by exactly η. Needs a rate several times "
    "smaller than Adam's.",
    source="Chen et al. 2023",
)
class Lion(Optimizer):
    """PyTorch has none. The paper's decay is left to the weight decay of the training settings."""

    slots: ClassVar[tuple[str, ...]] = ("mean",)
    learning_rate: float = rate_setting(0.003)
    beta1: float = _beta1()
    beta2: float = _beta2(0.99)

    def step(
        self, params: Array, grads: Array, state: State, t: int, rate: float, scratch: Array
    ) -> None:
        # Both are interpolations from m towards g, with different weights.
        mean, dtype = state["mean"], grads.dtype
        np.subtract(grads, mean, grads)
        np.multiply(grads, constant(1 - self.beta1, dtype), scratch)
        np.add(scratch, mean, scratch)
        np.sign(scratch, scratch)
        np.multiply(scratch, np.array(rate, dtype), scratch)
        np.subtract(params, scratch, params)
        np.multiply(grads, constant(1 - self.beta2, dtype), grads)
        np.add(mean, grads, mean)
