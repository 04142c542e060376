"""What training is measured against: PyTorch eager, and the matrix products alone."""

# PyTorch is optional.
# pyright: reportMissingImports=false

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import numpy as np

from core.training.trainer import Trainer


def torch_steps(trainer: Trainer, widths: list[int], batch: int, extras: bool) -> Callable:
    """The same training in PyTorch eager with its fused Adam, loss and accuracy kept per step.

    `widths` runs from features to outputs; `extras` puts batch norm and dropout 0.2 into every
    hidden layer, as in the trainer's spec.
    """
    import torch
    from torch import nn

    torch.set_num_threads(1)
    torch.manual_seed(0)
    layers: list[nn.Module] = []
    for n, m in pairwise(widths[:-1]):
        layers += [nn.Linear(n, m)]
        layers += [nn.BatchNorm1d(m), nn.ReLU(), nn.Dropout(0.2)] if extras else [nn.ReLU()]
    model = nn.Sequential(*layers, nn.Linear(widths[-2], widths[-1]))
    optimizer = torch.optim.Adam(model.parameters(), lr=0.001, fused=True)
    inputs = torch.from_numpy(np.ascontiguousarray(trainer.inputs[:, :-1]))
    binary = widths[-1] == 1
    targets = torch.from_numpy(trainer.targets)
    labels = targets if binary else targets.argmax(1)
    criterion = nn.BCEWithLogitsLoss() if binary else nn.CrossEntropyLoss()
    losses: list[torch.Tensor] = []
    accuracies: list[torch.Tensor] = []
    order = torch.randperm(len(inputs))
    at = 0

    def steps(count: int) -> None:
        nonlocal at, order
        losses.clear()
        accuracies.clear()
        for _ in range(count):
            rows = order[at : at + batch]
            at += batch
            if at >= len(inputs):
                order, at = torch.randperm(len(inputs)), 0
            y = labels[rows]
            optimizer.zero_grad()
            logits = model(inputs[rows])
            loss = criterion(logits, y)
            loss.backward()
            optimizer.step()
            with torch.no_grad():
                hits = (logits > 0) == (y > 0.5) if binary else logits.argmax(1) == y
                losses.append(loss.detach())
                accuracies.append(hits.float().mean())
        torch.stack(losses).numpy()
        torch.stack(accuracies).numpy()

    return steps


def product_steps(widths: list[int], batch: int) -> Callable:
    """The matrix products of forward and backward alone, preallocated, nothing else."""
    rng = np.random.default_rng(0)

    def array(*shape: int) -> np.ndarray:
        return rng.standard_normal(shape).astype(np.float32)

    jobs = []
    for i, (n, m) in enumerate(pairwise(widths)):
        w, x, z = array(m, n), array(n, batch), array(m, batch)
        jobs += [(w, x, array(m, batch)), (z, x.T, array(m, n))]
        if i:
            jobs.append((w.T, z, array(n, batch)))

    def steps(count: int) -> None:
        for _ in range(count):
            for a, b, out in jobs:
                np.dot(a, b, out)

    return steps
