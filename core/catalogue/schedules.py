"""Learning-rate schedules: the factor on the optimizer's learning rate at every step.

Lengths are in steps (updates), not epochs; `torch` stepped once an update gives the same factors.
"""

from __future__ import annotations

import math
from typing import ClassVar

from core.base.registry import Entry, Registry, setting


class Schedule(Entry):
    """A learning-rate factor as a pure function of the step, or of the validation loss.

    `reactive` schedules also use the validation loss, which is then measured once per epoch; their
    state is a small tuple kept by the trainer (see `observe`).
    """

    reactive: ClassVar[bool] = False

    def factor(self, t: int, memory: tuple[float, ...]) -> float:
        """The factor for update number t + 1, t = 0, 1, 2, …"""
        raise NotImplementedError

    def start(self) -> tuple[float, ...]:
        """The state before the first step."""
        return ()

    def observe(self, memory: tuple[float, ...], loss: float) -> tuple[float, ...]:
        """The state after an epoch with validation loss `loss` (reactive only)."""
        return memory


SCHEDULES: Registry[Schedule] = Registry("schedule", Schedule)


def steps_setting(default: int, label: str = "Steps T", help: str = "") -> int:
    """A duration in steps."""
    return setting(default, label=label, low=1, high=10_000_000, scale="log", help=help)


def floor_setting() -> float:
    """The smallest factor of a schedule."""
    return setting(0.0, label="Floor", low=0, high=1, help="Smallest factor on the rate.")


@SCHEDULES.add(
    "constant",
    label="Constant",
    formula="η",
    advice="The learning rate is constant.",
    torch="lr_scheduler.ConstantLR(optimizer, factor=1)",
)
class Constant(Schedule):
    def factor(self, t: int, memory: tuple[float, ...]) -> float:
        return 1.0


@SCHEDULES.add(
    "staircase",
    label="Staircase",
    formula="η · δ^⌊t/T⌋",
    advice="Every T steps the rate is multiplied by δ; a loss that has become flat often drops "
    "again.",
    torch="lr_scheduler.StepLR(optimizer, {steps}, gamma={decay})",
)
class Staircase(Schedule):
    decay: float = setting(0.5, label="Factor δ", low=0, high=1)
    steps: int = steps_setting(1000)

    def factor(self, t: int, memory: tuple[float, ...]) -> float:
        return self.decay ** (t // self.steps)


@SCHEDULES.add(
    "exponential",
    label="Exponential",
    formula="η · δ^(t/T)",
    advice="Smooth step decay: the rate falls a little at each step, by δ over T steps.",
    torch="lr_scheduler.ExponentialLR(optimizer, gamma={decay} ** (1 / {steps}))",
)
class Exponential(Schedule):
    decay: float = setting(0.5, label="Factor δ", low=0, high=1)
    steps: int = steps_setting(1000)

    def factor(self, t: int, memory: tuple[float, ...]) -> float:
        return self.decay ** (t / self.steps)


@SCHEDULES.add(
    "cosine",
    label="Cosine",
    formula="η · (f + (1−f)(1 + cos(πt/T))/2)",
    advice="Slowly down at first, then faster, and slowly to the floor f at step T, where it "
    "stays.",
    torch="lr_scheduler.LambdaLR(optimizer, lambda t: "
    "{floor} + (1 - {floor}) * (1 + math.cos(math.pi * min(t / {steps}, 1))) / 2)",
    source="Loshchilov & Hutter 2017",
)
class Cosine(Schedule):
    """PyTorch's CosineAnnealingLR(T, eta_min=f·η) is the same up to T, but rises again after."""

    steps: int = steps_setting(10_000)
    floor: float = floor_setting()

    def factor(self, t: int, memory: tuple[float, ...]) -> float:
        return cosine(t / self.steps, self.floor)


@SCHEDULES.add(
    "cosine_restarts",
    label="Cosine with restarts",
    formula="cosine, restarted every T steps",
    advice="Each restart moves the weights out of the minimum they are in.",
    torch="lr_scheduler.LambdaLR(optimizer, lambda t: "
    "{floor} + (1 - {floor}) * (1 + math.cos(math.pi * (t % {steps}) / {steps})) / 2)",
    source="Loshchilov & Hutter 2017",
)
class CosineRestarts(Schedule):
    """PyTorch's CosineAnnealingWarmRestarts(T, eta_min=f·η)."""

    steps: int = steps_setting(1000)
    floor: float = floor_setting()

    def factor(self, t: int, memory: tuple[float, ...]) -> float:
        return cosine(t % self.steps / self.steps, self.floor)


@SCHEDULES.add(
    "linear",
    label="Linear",
    formula="η · (1 − (1−f) t/T)",
    advice="Linearly down to the floor f at step T, where it stays.",
    torch="lr_scheduler.LinearLR(optimizer, 1.0, {floor}, {steps})",
)
class Linear(Schedule):
    steps: int = steps_setting(10_000)
    floor: float = floor_setting()

    def factor(self, t: int, memory: tuple[float, ...]) -> float:
        return 1 - (1 - self.floor) * min(t / self.steps, 1.0)


@SCHEDULES.add(
    "inverse_time",
    label="1/t",
    formula="η / (1 + t/T)",
    advice="Half the rate at step T, a third at 2T: slow enough to reach any minimum, fast enough "
    "to converge.",
    torch="lr_scheduler.LambdaLR(optimizer, lambda t: 1 / (1 + t / {steps}))",
    source="Robbins & Monro 1951",
)
class InverseTime(Schedule):
    steps: int = steps_setting(1000)

    def factor(self, t: int, memory: tuple[float, ...]) -> float:
        return 1 / (1 + t / self.steps)


@SCHEDULES.add(
    "warmup",
    label="Warm-up",
    formula="η · (s + (1−s) t/T), then η",
    advice="Rises from the share s of the rate to the full rate at step T, so that the "
    "large gradients of the first steps do no harm.",
    torch="lr_scheduler.LinearLR(optimizer, {start_share}, 1.0, {warmup})",
    source="Goyal et al. 2017",
)
class Warmup(Schedule):
    warmup: int = steps_setting(500, label="Warm-up T")
    start_share: float = setting(
        0.01, label="Start s", low=0, high=1, help="Initial factor on the rate."
    )

    def factor(self, t: int, memory: tuple[float, ...]) -> float:
        return rise(t / self.warmup, self.start_share)


@SCHEDULES.add(
    "warmup_cosine",
    label="Warm-up + cosine",
    formula="warm-up until step T₁, then cosine over T₂ steps",
    advice="The usual choice for transformers.",
    torch="lr_scheduler.SequentialLR(optimizer, ["
    "lr_scheduler.LinearLR(optimizer, {start_share}, 1.0, {warmup}), "
    "lr_scheduler.LambdaLR(optimizer, lambda t: "
    "{floor} + (1 - {floor}) * (1 + math.cos(math.pi * min(t / {steps}, 1))) / 2)], [{warmup}])",
)
class WarmupCosine(Schedule):
    warmup: int = steps_setting(500, label="Warm-up T₁")
    start_share: float = setting(
        0.01, label="Start s", low=0, high=1, help="Initial factor on the rate."
    )
    steps: int = steps_setting(10_000, label="Steps T₂")
    floor: float = floor_setting()

    def factor(self, t: int, memory: tuple[float, ...]) -> float:
        if t < self.warmup:
            return rise(t / self.warmup, self.start_share)
        return cosine((t - self.warmup) / self.steps, self.floor)


@SCHEDULES.add(
    "reduce_on_plateau",
    label="Reduce on plateau",
    formula="η ← δη when the validation loss has not improved for p epochs",
    advice="Lowers the rate when the validation loss stops improving. Needs validation data.",
    torch="lr_scheduler.ReduceLROnPlateau(optimizer, factor={decay}, patience={patience}, "
    "threshold={threshold}, cooldown={cooldown}, eps=0, "
    "min_lr={floor} * optimizer.param_groups[0]['lr'])",
)
class ReduceOnPlateau(Schedule):
    """Stepped once an epoch, as PyTorch's is. Better means below (1 − threshold)·best.

    State: (factor, best loss, epochs since, epochs of cooldown left).
    """

    reactive: ClassVar[bool] = True

    decay: float = setting(0.5, label="Factor δ", low=0, high=1)
    patience: int = setting(
        10, label="Patience p", low=0, high=100_000, help="Epochs without improvement."
    )
    threshold: float = setting(
        1e-4, label="Threshold", low=0, high=1, scale="log", help="Smallest relative improvement."
    )
    cooldown: int = setting(
        0, label="Cooldown", low=0, high=100_000, help="Epochs before counting resumes."
    )
    floor: float = floor_setting()

    def factor(self, t: int, memory: tuple[float, ...]) -> float:
        return memory[0]

    def start(self) -> tuple[float, ...]:
        return (1.0, math.inf, 0.0, 0.0)

    def observe(self, memory: tuple[float, ...], loss: float) -> tuple[float, ...]:
        factor, best, bad, cooling = memory
        if loss < best * (1 - self.threshold):
            best, bad = loss, 0.0
        else:
            bad += 1
        if cooling > 0:
            cooling, bad = cooling - 1, 0.0
        if bad > self.patience:
            return (max(factor * self.decay, self.floor), best, 0.0, float(self.cooldown))
        return (factor, best, bad, cooling)


def cosine(progress: float, floor: float) -> float:
    """Half a cosine wave from 1 at progress 0 to `floor` at progress 1 and after."""
    return floor + (1 - floor) * (1 + math.cos(math.pi * min(progress, 1.0))) / 2


def rise(progress: float, start: float) -> float:
    """A straight line from `start` at progress 0 to 1 at progress 1 and after."""
    return start + (1 - start) * min(progress, 1.0)
