"""The settings of an experiment in one line, as the caption of an exported plot."""

from __future__ import annotations

from itertools import groupby

from core.base.registry import Entry
from core.base.translation import tr
from core.catalogue.blocks import Block, Dense
from core.experiment.spec import ExperimentSpec, NetworkSpec
from ui.widgets.numbers import shown


def caption(spec: ExperimentSpec) -> str:
    """Data, layers, activation, initialiser, optimizer with learning rate, batches and seed."""
    network, training = spec.network, spec.training
    rate = getattr(training.optimizer, "learning_rate", None)
    optimizer = tr(training.optimizer.label) + (f" {shown(rate)}" if rate is not None else "")
    size = getattr(training.batching, "size", None)
    batches = tr("batch {size}", size=size) if size else tr(training.batching.label).lower()
    parts = [
        tr(spec.title),
        _label(spec.data.dataset),
        layers(network.hidden),
        _label(network.activation) if network.hidden else "",
        _initializer(network),
        _normalization(network.normalization),
        tr("dropout {share}", share=shown(network.dropout)) if network.dropout else "",
        optimizer,
        batches,
        tr("seed {seed}", seed=spec.seed),
    ]
    return "  ·  ".join(part for part in parts if part)


def layers(hidden: tuple[Block, ...]) -> str:
    """The hidden blocks, with repetitions combined: 100×5, or 32-16-skip 8."""
    names = [
        str(block.units) if isinstance(block, Dense) else f"{tr(block.label).lower()} {block.units}"
        for block in hidden
    ]
    runs = [(name, len(list(group))) for name, group in groupby(names)]
    return "-".join(f"{name}×{n}" if n > 1 else name for name, n in runs) or tr("no hidden layer")


def _normalization(place: str) -> str:
    if place == "none":
        return ""
    return tr("batch norm before") if place == "before" else tr("batch norm after")


def _initializer(network: NetworkSpec) -> str:
    """The initialiser in use, with "auto" resolved."""
    used = [
        (block.initializer or network.initializer).resolve(block.activation or network.activation)
        for block in network.hidden
    ] or [network.initializer.resolve(network.activation)]
    return f" {tr('and')} ".join(dict.fromkeys(tr(entry.label) for entry in used))


def _label(entry: Entry) -> str:
    return tr(entry.label)
