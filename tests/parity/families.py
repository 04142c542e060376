"""What is compared with PyTorch, and this project's side of it.

A family is a set of named cases together with the numbers that a case gives: for one of them, named
arrays. `torch_side` gives the same numbers by PyTorch.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.catalogue.activations import ACTIVATIONS, ELU, LeakyReLU, Swish
from core.catalogue.losses import LOSSES, OUTPUTS, HalfSquaredError, Loss
from core.catalogue.optimizers import (
    LBFGS,
    NAG,
    OPTIMIZERS,
    Adam,
    Adamax,
    AdamW,
    Momentum,
    NAdam,
    Optimizer,
    RMSProp,
)
from core.catalogue.penalties import L1, L2, ByNorm, ByValue, Elastic
from core.catalogue.schedules import SCHEDULES, ReduceOnPlateau, Schedule
from tests.parity.training import TRAININGS, train, with_settings

Numbers = dict[str, NDArray[np.float64]]

GRID = np.linspace(-9, 9, 145)
STEPS, CHECKPOINT = 240, 20
FACTORS = range(0, 420, 6)


@dataclass(frozen=True)
class Family:
    """Named cases, and the function that gives a case's numbers."""

    cases: dict[str, Any]
    ours: Callable[[Any], Numbers]


def difference(ours: NDArray, theirs: NDArray) -> float:
    """The largest relative difference; numbers below a thousandth of the largest count as that."""
    size = np.abs(theirs)
    scale = np.maximum(size, 1e-3 * size.max(initial=0))
    apart = np.abs(ours - theirs)
    return float(np.divide(apart, scale, out=apart, where=apart > 0).max(initial=0))


# Activations


def _activations() -> dict[str, Any]:
    plain = [entry() for entry in ACTIVATIONS.entries() if not entry.parametric]
    varied = [LeakyReLU(slope=0.2), ELU(alpha=1.7), Swish(beta=2.5)]
    return {**{a.key: a for a in plain}, **{f"{a.key}, varied": a for a in varied}}


def activation(function: Any) -> Numbers:
    """Values and derivatives on a grid that has the kinks in it."""
    z = GRID[None]
    a, slope = np.empty_like(z), np.empty_like(z)
    function.forward(z, a)
    function.derivative(z, a, slope)
    return {"value": a[0], "derivative": slope[0]}


# Losses


def _losses() -> dict[str, tuple[Loss, str]]:
    losses = [entry() for entry in LOSSES.entries() if entry.outputs]
    losses.append(HalfSquaredError(reduction="sum"))
    return {
        f"{loss.key}, {output}, {getattr(loss, 'reduction', 'mean')}": (loss, output)
        for loss in losses
        for output in loss.outputs
    }


def loss_problem(output: str) -> tuple[NDArray, NDArray]:
    """Logits and targets (outputs, batch)."""
    width, batch = (1 if output == "sigmoid" else 4), 6
    k = np.arange(width * batch).reshape(width, batch)
    z = 4 * np.sin(1.7 * k + 0.4)
    if output == "identity":
        return z, np.cos(2.1 * k)
    hot = np.arange(batch) * 5 % 4
    return z, (hot % 2.0)[None] if output == "sigmoid" else np.eye(width)[hot].T


def loss(case: tuple[Loss, str]) -> Numbers:
    """The batch's loss and its gradient with respect to the logits."""
    entry, output = case
    z, y = loss_problem(output)
    a, direct, dz = (np.empty_like(z) for _ in range(3))
    function = OUTPUTS[output]()
    function.forward(z, a)
    entry.gradient(a, y, direct)
    if entry.fused:
        dz = direct
    else:
        function.backward(a, direct, dz)
    values = entry.value(z, a, y)
    summed = getattr(entry, "reduction", "mean") == "sum"
    return {"value": np.array([values.sum() if summed else values.mean()]), "gradient": dz}


# Optimizers


def _optimizers() -> dict[str, Optimizer]:
    rules = {entry.key: entry() for entry in OPTIMIZERS.entries()}
    rules["lbfgs"] = LBFGS(learning_rate=0.4)
    varied = [
        Momentum(momentum=0.5),
        NAG(momentum=0.6),
        RMSProp(rho=0.99, epsilon=1e-3),
        Adam(beta1=0.8, beta2=0.95, epsilon=1e-3),
        AdamW(decay=0.3),
        Adamax(beta1=0.7, beta2=0.9, epsilon=1e-2),
        NAdam(beta1=0.8, momentum_decay=0.05),
        LBFGS(learning_rate=0.7, history=3),
    ]
    return {**rules, **{f"{rule.key}, varied": rule for rule in varied}}


def rate(rule: Optimizer, t: int) -> float:
    """The learning rate of update t = 1, 2, …: it falls half-way, as a user would lower it."""
    return rule.learning_rate * (1.0 if t <= STEPS // 2 else 0.3)


def start() -> NDArray[np.float64]:
    return np.linspace(-2, 2, 8)


def gradient(params: NDArray, t: int, noisy: bool) -> NDArray[np.float64]:
    """A rippled bowl, steeper in some directions; `noisy` adds what batches would."""
    i = np.arange(len(params))
    slope = (1 + i % 5) * (params - 0.5) + 0.6 * np.sin(3 * params)
    return slope + 0.3 * np.sin(2.3 * t + i) if noisy else slope


def optimizer(rule: Optimizer) -> Numbers:
    """The parameters at every checkpoint."""
    params, path = start(), []
    state, scratch = rule.init(len(params), np.float64), np.empty_like(params)
    for t in range(1, STEPS + 1):
        grads = gradient(params, t, noisy=not rule.full_batch)
        rule.step(params, grads, state, t, rate(rule, t), scratch)
        if t % CHECKPOINT == 0:
            path.append(params.copy())
    return {"parameters": np.array(path)}


# Schedules


def _schedules() -> dict[str, Schedule]:
    cases = {}
    for entry in SCHEDULES.entries():
        lengths = {"steps": 90, "warmup": 40, "floor": 0.1, "decay": 0.3, "patience": 3}
        cases[entry.key] = with_settings(entry, **lengths)
    cases["reduce_on_plateau, cooldown"] = ReduceOnPlateau(patience=1, cooldown=4, threshold=0.02)
    return cases


def validation_loss(epoch: int) -> float:
    """A loss that falls, levels off and ripples."""
    return 1 + math.exp(-epoch / 30) + 0.05 * math.sin(1.3 * epoch)


def schedule(entry: Schedule) -> Numbers:
    """Factors at every sixth of the first 420 steps, or after as many epochs."""
    memory, factors = entry.start(), []
    for t in range(FACTORS.stop):
        factors.append(entry.factor(t, memory))
        if entry.reactive:
            memory = entry.observe(memory, validation_loss(t))
    return {"factors": np.array(factors)[FACTORS]}


# Remedies


def _remedies() -> dict[str, Any]:
    return {
        "l1": L1(strength=0.3),
        "l2": L2(strength=0.3),
        "elastic": Elastic(sparsity=0.2, strength=0.3),
        "by_norm, long": ByNorm(limit=0.5),
        "by_norm, short": ByNorm(limit=50.0),
        "by_value": ByValue(limit=0.5),
    }


def remedy(entry: Any) -> Numbers:
    """A penalty's value and gradient, or a gradient clipped."""
    if hasattr(entry, "clip"):
        grads = gradient(start(), 1, noisy=True)
        entry.clip(grads)
        return {"gradient": grads}
    params, mask, grads = start(), np.ones(8), np.zeros(8)
    entry.add_gradient(params, mask, grads, np.empty(8))
    return {"value": np.array([entry.value(params, mask)]), "gradient": grads}


FAMILIES = {
    "activations": Family(_activations(), activation),
    "losses": Family(_losses(), loss),
    "optimizers": Family(_optimizers(), optimizer),
    "schedules": Family(_schedules(), schedule),
    "remedies": Family(_remedies(), remedy),
    "training": Family(TRAININGS, train),
}
CASES = [(family, case) for family, members in FAMILIES.items() for case in members.cases]


def ours(family: str, case: str) -> Numbers:
    members = FAMILIES[family]
    return members.ours(members.cases[case])
