"""The networks of `training` in PyTorch: same weights, same batches, its own everything else."""

# PyTorch is optional.
# pyright: reportMissingImports=false

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray

from core.catalogue.activations import PReLU
from core.catalogue.blocks import Block, Skip, SplitMerge
from core.catalogue.optimizers import Adam, AdamW
from core.experiment.spec import ExperimentSpec, TrainingSpec
from core.training.trainer import Trainer
from tests.parity.families import Numbers
from tests.parity.torch_side import build, build_optimizer
from tests.parity.training import UPDATES, flat


class Twin:
    """The network of a trainer in PyTorch; `tensors` are its own, by the trainer's names."""

    def __init__(self, trainer: Trainer) -> None:
        self.spec = trainer.spec.network
        self.tensors = {
            name: torch.tensor(value).requires_grad_("running" not in name)
            for name, value in trainer.network.tensors().items()
        }
        self.parameters = [t for t in self.tensors.values() if t.requires_grad]
        self.weights = [t for name, t in self.tensors.items() if name.endswith(".weight")]

    def logits(self, x: torch.Tensor, training: bool) -> torch.Tensor:
        self.training = training
        for i, block in enumerate(self.spec.hidden, start=1):
            x = self._block(x, block, f"layer {i}")
        return self._linear(x, "output")

    def _block(self, x: torch.Tensor, block: Block, name: str) -> torch.Tensor:
        if isinstance(block, Skip):
            way_around = self._linear(x, f"{name} skip") if x.shape[1] != block.units else x
            return self._stack(x, block, name, block.layers) + way_around
        if isinstance(block, SplitMerge):
            first = self._stack(x, block, f"{name} a", block.short)
            second = self._stack(x, block, f"{name} b", block.long)
            return first + second if block.merge == "add" else torch.cat([first, second], 1)
        return self._dense(x, block, name)

    def _stack(self, x: torch.Tensor, block: Block, name: str, depth: int) -> torch.Tensor:
        for j in range(1, depth + 1):
            x = self._dense(x, block, f"{name}.{j}")
        return x

    def _dense(self, x: torch.Tensor, block: Block, name: str) -> torch.Tensor:
        norm = block.normalization or self.spec.normalization
        z = self._linear(x, name)
        if norm == "before":
            z = self._norm(z, f"{name}.norm")
        activation = block.activation or self.spec.activation
        if isinstance(activation, PReLU):
            a = F.prelu(z, self.tensors[f"{name}.slope"])
        else:
            a = build(activation)(z)
        return self._norm(a, f"{name}.norm") if norm == "after" else a

    def _linear(self, x: torch.Tensor, name: str) -> torch.Tensor:
        return F.linear(x, self.tensors[f"{name}.weight"], self.tensors.get(f"{name}.bias"))

    def _norm(self, x: torch.Tensor, name: str) -> torch.Tensor:
        mean, var, gamma, beta = (
            self.tensors[f"{name}.{part}"]
            for part in ("running_mean", "running_var", "gamma", "beta")
        )
        return F.batch_norm(x, mean, var, gamma, beta, training=self.training)

    def flat(self) -> NDArray[np.float64]:
        return np.concatenate([t.detach().numpy().ravel() for t in self.tensors.values()])


def train(spec: ExperimentSpec) -> Numbers:
    """As `training.train`. A trainer that never trains gives first weights, data and batches."""
    trainer = Trainer(spec)
    twin, training = Twin(trainer), spec.training
    loss, output = trainer.objective.loss, build(trainer.objective.output)
    optimizer = _optimizer(twin, training)
    scheduler = build(training.schedule, optimizer=optimizer)

    def error(inputs: NDArray, targets: NDArray, training: bool) -> torch.Tensor:
        logits = twin.logits(torch.tensor(inputs), training)
        if spec.training.class_weights == "balanced" and training:
            return _weighted(logits, torch.tensor(targets), trainer.split.train.targets)
        return build(loss, logits=logits, output=output(logits), target=torch.tensor(targets))

    for _ in range(UPDATES):
        rows = trainer.sampler.next()

        def closure(rows: NDArray = rows) -> float:
            optimizer.zero_grad()
            value = error(trainer.inputs[rows, :-1], trainer.targets[rows], True)
            if training.penalty.torch:
                value = value + build(training.penalty, weights=twin.weights)
            value.backward()
            if training.clipping.torch:
                build(training.clipping, params=twin.parameters)
            return value.item()

        optimizer.step(closure)
        if not training.schedule.reactive:
            scheduler.step()
        elif trainer.sampler.epoch == trainer.sampler.epochs:
            held_out = trainer.split.validation
            with torch.no_grad():
                targets = trainer.data.scaled_targets(held_out)
                scheduler.step(error(held_out.inputs, targets, False))
    return {"start": flat(trainer.network)[:5], "weights": twin.flat()}


def _weighted(logits: torch.Tensor, targets: torch.Tensor, known: NDArray) -> torch.Tensor:
    """Cross-entropy with scikit-learn's balanced class weights, from the training part's classes.

    A sigmoid output is a softmax over the logits 0 and z.
    """
    if logits.shape[1] == 1:
        logits = torch.cat([torch.zeros_like(logits), logits], dim=1)
        targets, known = torch.cat([1 - targets, targets], dim=1), np.hstack([1 - known, known])
    counts = known.sum(axis=0)
    weights = torch.tensor(len(known) / (len(counts) * counts))
    return F.cross_entropy(logits, targets.argmax(1), weight=weights)


def _optimizer(twin: Twin, training: TrainingSpec) -> torch.optim.Optimizer:
    """Decoupled decay, of weights alone, is what AdamW does to the group that has it."""
    rule = training.optimizer
    if not training.weight_decay:
        return build_optimizer(rule, twin.parameters)
    assert isinstance(rule, Adam)
    others = [t for t in twin.parameters if all(t is not w for w in twin.weights)]
    groups = [{"params": twin.weights, "weight_decay": training.weight_decay}, {"params": others}]
    plain = AdamW(rule.learning_rate, rule.beta1, rule.beta2, rule.epsilon, decay=0.0)
    return build(plain, params=groups)
