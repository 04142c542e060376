"""PyTorch's side of every comparison, built from the PyTorch text of the catalogue itself."""

# PyTorch is optional.
# pyright: reportMissingImports=false

from __future__ import annotations

import contextlib
import math
import warnings
from collections.abc import Iterator
from dataclasses import fields
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import nn
from torch.optim import lr_scheduler

from core.base.registry import Entry
from core.catalogue.losses import OUTPUTS, Loss
from core.catalogue.optimizers import Optimizer
from core.catalogue.schedules import Schedule
from tests.parity import families
from tests.parity.families import Numbers

# Its backward pass has the slope 1/6 in single precision; this is the same function.
PRECISE = {"nn.Hardsigmoid()": "lambda x: F.relu6(x + 3) / 6"}
NAMES = {"torch": torch, "nn": nn, "F": F, "math": math, "lr_scheduler": lr_scheduler}


def build(entry: Entry, **names: Any) -> Any:
    """What an entry's PyTorch text stands for."""
    settings = {f.name: getattr(entry, f.name) for f in fields(entry)}  # pyright: ignore
    text = PRECISE.get(entry.torch, entry.torch).format(**settings)
    return eval(text, {**NAMES, **names})


@contextlib.contextmanager
def double_precision() -> Iterator[None]:
    """float64 throughout, scalars that PyTorch keeps for itself included."""
    before = torch.get_default_dtype()
    torch.set_default_dtype(torch.float64)
    try:
        with warnings.catch_warnings():
            # SequentialLR itself calls its members in a deprecated way.
            warnings.filterwarnings("ignore", "The epoch parameter", UserWarning)
            yield
    finally:
        torch.set_default_dtype(before)


def activation(entry: Any) -> Numbers:
    z = torch.tensor(families.GRID, requires_grad=True)
    a = build(entry)(z)
    if not a.requires_grad:
        return {"value": a.numpy(), "derivative": np.zeros_like(families.GRID)}
    a.sum().backward()
    return {"value": a.detach().numpy(), "derivative": _grad(z)}


def loss(case: tuple[Loss, str]) -> Numbers:
    entry, output = case
    z, y = families.loss_problem(output)
    logits = torch.tensor(z.T, requires_grad=True)
    outputs = build(OUTPUTS[output]())(logits)
    value = build(entry, logits=logits, output=outputs, target=torch.tensor(y.T))
    value.backward()
    return {"value": value.detach().numpy()[None], "gradient": _grad(logits).T}


class Lion(torch.optim.Optimizer):
    """Algorithm 2 of Chen et al. 2023, without weight decay; PyTorch has none."""

    def __init__(self, params: Any, lr: float, beta1: float, beta2: float) -> None:
        super().__init__(params, {"lr": lr, "beta1": beta1, "beta2": beta2})

    @torch.no_grad()
    def step(self, closure: Any = None) -> float:  # pyright: ignore[reportIncompatibleMethodOverride]
        with torch.enable_grad():
            loss = closure()
        for group in self.param_groups:
            for p in group["params"]:
                momentum = self.state[p].setdefault("momentum", torch.zeros_like(p))
                beta1, beta2 = group["beta1"], group["beta2"]
                c = beta1 * momentum + (1 - beta1) * p.grad
                p -= group["lr"] * torch.sign(c)
                momentum.mul_(beta2).add_(p.grad, alpha=1 - beta2)
        return loss


def build_optimizer(rule: Any, params: Any) -> torch.optim.Optimizer:
    if rule.key == "lion":
        return Lion(params, rule.learning_rate, rule.beta1, rule.beta2)
    return build(rule, params=params)


def optimizer(rule: Optimizer) -> Numbers:
    params = torch.tensor(families.start(), requires_grad=True)
    descent, path = build_optimizer(rule, [params]), []
    for t in range(1, families.STEPS + 1):
        grads = families.gradient(params.detach().numpy(), t, noisy=not rule.full_batch)
        params.grad = torch.tensor(grads)
        descent.param_groups[0]["lr"] = families.rate(rule, t)
        descent.step(lambda: 0.0)
        if t % families.CHECKPOINT == 0:
            path.append(params.detach().numpy().copy())
    return {"parameters": np.array(path)}


def schedule(entry: Schedule) -> Numbers:
    return {"factors": factors(build(entry, optimizer=idle()), entry.reactive)[families.FACTORS]}


def factors(scheduler: Any, reactive: bool = False) -> NDArray[np.float64]:
    """The rate, of first 1, at every step."""
    rates = []
    for t in range(families.FACTORS.stop):
        rates.append(scheduler.optimizer.param_groups[0]["lr"])
        scheduler.optimizer.step()
        scheduler.step(*([families.validation_loss(t)] if reactive else []))
    return np.array(rates)


def idle() -> torch.optim.Optimizer:
    return torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=1.0)


def remedy(entry: Any) -> Numbers:
    w = torch.tensor(families.start(), requires_grad=True)
    if hasattr(entry, "clip"):
        w.grad = torch.tensor(families.gradient(families.start(), 1, noisy=True))
        build(entry, params=[w])
        return {"gradient": _grad(w)}
    value = build(entry, weights=[w])
    value.backward()
    return {"value": value.detach().numpy()[None], "gradient": _grad(w)}


def _grad(tensor: torch.Tensor) -> NDArray[np.float64]:
    assert tensor.grad is not None
    return tensor.grad.numpy()
