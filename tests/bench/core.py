"""Training speed: steps per second against PyTorch eager and against the matrix products alone."""

from __future__ import annotations

import time
import tracemalloc
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median
from typing import ClassVar

import numpy as np

from core.catalogue.activations import ReLU
from core.catalogue.batching import MiniBatch
from core.catalogue.blocks import Dense
from core.catalogue.initializers import HeNormal
from core.catalogue.optimizers import Adam
from core.data import DATASETS, Dataset, Samples
from core.experiment.spec import DataSpec, ExperimentSpec, NetworkSpec, TrainingSpec
from core.training.trainer import Trainer
from tests.bench.peers import product_steps, torch_steps

SECONDS = 0.4
REPEATS = 7


@DATASETS.add("bench", label="Random", formula="N(0, 1)")
class Noise(Dataset):
    """Random samples of given shape: speed does not depend on what is learned."""

    task: ClassVar = "classes"
    features: int = 2
    outputs: int = 1
    count: int = 5000

    def samples(self, rng: np.random.Generator) -> Samples:
        inputs = rng.standard_normal((self.count, self.features))
        labels = rng.integers(max(2, self.outputs), size=self.count)
        if self.outputs == 1:
            return Samples(inputs, labels[:, None].astype(float), "binary")
        return Samples(inputs, np.eye(self.outputs)[labels], "classes")


@dataclass(frozen=True)
class Case:
    """One network to train, and the least ratios it must reach."""

    name: str
    widths: tuple[int, ...]
    batch: int
    against_torch: float
    against_products: float | None = None
    extras: bool = False

    def spec(self) -> ExperimentSpec:
        network = NetworkSpec(
            hidden=tuple(Dense(units=m) for m in self.widths[1:-1]),
            activation=ReLU(),
            initializer=HeNormal(),
            normalization="before" if self.extras else "none",
            dropout=0.2 if self.extras else 0.0,
        )
        data = DataSpec(dataset=Noise(features=self.widths[0], outputs=self.widths[-1]))
        training = TrainingSpec(
            optimizer=Adam(learning_rate=0.001), batching=MiniBatch(size=self.batch)
        )
        return ExperimentSpec(data=data, network=network, training=training)


CASES = [
    Case("2-4-2-1", (2, 4, 2, 1), 10, 8),
    Case("2-8×6-1", (2, *[8] * 6, 1), 10, 6),
    Case("100×6-10", (100, *[100] * 5, 10), 128, 1.4),
    Case("784-100×4-10", (784, *[100] * 4, 10), 128, 1.4, 0.45),
    Case("784-512-512-10", (784, 512, 512, 10), 128, 1.3, 0.6),
    Case("2-8×6-1 BN+dropout", (2, *[8] * 6, 1), 10, 1, extras=True),
    Case("100×6-10 BN+dropout", (100, *[100] * 5, 10), 128, 1, extras=True),
    Case("784-100×4-10 BN+dropout", (784, *[100] * 4, 10), 128, 1, extras=True),
    Case("784-512-512-10 BN+dropout", (784, 512, 512, 10), 128, 1, extras=True),
]


def own_steps(trainer: Trainer) -> Callable:
    def steps(count: int) -> None:
        trainer.advance(count)
        trainer.take_segment()

    return steps


def speed(steps: Callable, count: int) -> float:
    started = time.perf_counter()
    steps(count)
    return count / (time.perf_counter() - started)


def speeds(contenders: list[Callable]) -> list[list[float]]:
    """Steps per second of each contender, alternating, REPEATS times."""
    counts = []
    for steps in contenders:
        steps(20)
        counts.append(max(10, int(speed(steps, 50) * SECONDS)))
    rounds = [
        [speed(steps, count) for steps, count in zip(contenders, counts, strict=True)]
        for _ in range(REPEATS)
    ]
    return [list(column) for column in zip(*rounds, strict=True)]


def measure(case: Case, with_torch: bool) -> str:
    trainer = Trainer(case.spec())
    contenders = [own_steps(trainer), product_steps(list(case.widths), case.batch)]
    if with_torch:
        contenders.append(torch_steps(trainer, list(case.widths), case.batch, case.extras))
    own, products, *peers = speeds(contenders)
    row = f"{case.name:28}{median(own):>10,.0f}"
    for peer in peers:
        ratio = median(a / b for a, b in zip(own, peer, strict=True))
        row += f"{median(peer):>10,.0f}{ratio:>8.2f} ≥ {case.against_torch:<5}"
        row += "  " if ratio >= case.against_torch else " ✗"
    share = median(a / b for a, b in zip(own, products, strict=True))
    wanted = f" ≥ {case.against_products:<5}" if case.against_products else " " * 8
    met = case.against_products is None or share >= case.against_products
    return row + f"{median(products):>10,.0f}{share:>8.2f}{wanted}" + ("" if met else "✗")


def memory(case: Case) -> str:
    """Bytes allocated per step on the hot path, and memory against what the arrays need."""
    tracemalloc.start()
    trainer = Trainer(case.spec())
    trainer.advance(200)
    trainer.take_segment()
    trainer.advance(20)
    before = tracemalloc.get_traced_memory()[0]
    trainer.advance(20)
    per_step = (tracemalloc.get_traced_memory()[0] - before) / 20
    tracemalloc.stop()
    parameters = 4 * len(trainer.network.params)
    # A hidden layer puts out pre-activations and activations, with extras also what batch norm and
    # dropout make of them; each with its row of ones.
    signals = 4 if case.extras else 2
    hidden = signals * sum(m + 1 for m in case.widths[1:-1])
    activations = case.batch * (case.widths[0] + 1 + hidden + 2 * case.widths[-1] + 1)
    needed = parameters * (2 + 2) + 4 * activations
    used = _held(trainer)
    return f"{case.name:28}{per_step:>10,.0f} B/step{used / needed:>10.2f} of the arrays' size"


def _held(trainer: Trainer) -> int:
    """Bytes of all arrays that the trainer reaches, each counted once."""
    seen: dict[int, int] = {}
    stack: list[object] = [trainer.network, trainer.update, trainer._passes, trainer._scratch]
    visited = set()
    while stack:
        item = stack.pop()
        if id(item) in visited:
            continue
        visited.add(id(item))
        if isinstance(item, np.ndarray):
            root = item
            while isinstance(root.base, np.ndarray):
                root = root.base
            seen[id(root)] = root.nbytes
        elif isinstance(item, dict):
            stack += item.values()
        elif isinstance(item, list | tuple | set):
            stack += item
        elif hasattr(item, "args"):
            stack += [*getattr(item, "args"), *getattr(item, "keywords", {}).values()]
        elif hasattr(item, "__dict__"):
            stack += vars(item).values()
    return sum(seen.values())


def main() -> None:
    try:
        import torch  # pyright: ignore[reportMissingImports]

        with_torch = True
        peer = f"PyTorch {torch.__version__} eager, fused Adam"
    except ImportError:
        with_torch, peer = False, "PyTorch is not installed: not compared"
    print(f"Training, float32, Adam, one BLAS thread, steps/s, medians of {REPEATS}. {peer}")
    torch_head = f"{'PyTorch':>10}{'ratio':>8}{'bar':>8} " if with_torch else ""
    print(f"{'network':28}{'ours':>10}{torch_head}{'products':>11}{'share':>8}")
    for case in CASES:
        print(measure(case, with_torch), flush=True)
    print("\nMemory")
    for case in CASES:
        print(memory(case), flush=True)
