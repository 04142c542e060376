"""Lab 3 on the command line: the lecture's network step by step, and both worked examples."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from core.base.streams import Streams
from core.base.translation import Message
from core.catalogue.activations import ACTIVATIONS
from core.catalogue.losses import LOSSES, HalfSquaredError
from core.network.network import Network
from core.network.objective import Objective
from core.network.passes import TrainingPass
from core.studies.backpropagation import Trace, cost, trace
from core.studies.base import Lab, Outcome, Progress, Table, at_most, within
from core.studies.hand_network import (
    LECTURE,
    LECTURE_DATA,
    LECTURE_RATE,
    MAZUR,
    MAZUR_DATA,
    MAZUR_RATE,
    HandNetwork,
    Key,
    name,
    usable_activations,
    usable_losses,
)

LAB = Lab(
    key="backpropagation",
    title="Backpropagation by hand",
    question="How does one backward pass find the slope of the loss for every weight?",
    minutes=20,
)


def _lecture() -> tuple[Trace, Trace]:
    """Both samples of the lecture, the second with the updated weights."""
    (first_x, first_y), (second_x, second_y) = LECTURE_DATA
    first = trace(LECTURE, first_x, first_y, LECTURE_RATE)
    return first, trace(first.updated(), second_x, second_y, LECTURE_RATE)


@LAB.report
def steps(progress: Progress) -> Iterator[Table]:
    """Every step for the lecture's first sample, and what it costs."""
    first, _ = _lecture()
    rows = tuple(
        (step.phase, name(step.key, LECTURE), step.symbols, step.numbers, step.value)
        for step in first.steps
    )
    yield Table(
        Message("steps"),
        (
            Message("phase"),
            Message("quantity"),
            Message("symbols"),
            Message("numbers"),
            Message("value"),
        ),
        rows,
    )
    rows = []
    for widths in ((2, 2, 1), (2, 2, 2), (4, 4, 4, 4)):
        network = HandNetwork.random(widths, np.random.default_rng(1))
        counted = cost(network)
        shape = "-".join(map(str, widths))
        rows.append((shape, network.parameters, counted.backward, counted.finite_differences))
    columns = (
        Message("network"),
        Message("parameters P"),
        Message("one backward pass"),
        Message("2P forward passes"),
    )
    yield Table(Message("multiplications"), columns, tuple(rows))


def _of(ran: Trace, *keys: Key) -> list[float]:
    return [ran.values[key] for key in keys]


@LAB.check("Lecture, first sample, forward: z, h, ŷ and E")
def lecture_forward() -> Outcome:
    first, _ = _lecture()
    keys = [Key(k, 1, u) for k in ("z", "a") for u in (0, 1)]
    measured = _of(first, *keys, Key("z", 2), Key("a", 2), Key("E"))
    hidden = 0.6224593312018546
    expected = [0.5, 0.5, hidden, hidden, 0.18673779936, 0.54654926010, 0.10280878676]
    return within(expected, measured, 5.1e-12)


@LAB.check("Lecture, first sample, backward: dE/dW2 and dE/dW1")
def lecture_backward() -> Outcome:
    weights, _ = _lecture()[0].gradients()
    measured = np.concatenate([weights[1].ravel(), weights[0].T.ravel()])
    expected = [-0.06995206] * 2 + [-0.00264097, -0.00528195] * 2
    return within(expected, measured, 5.1e-9)


@LAB.check("Lecture, update: W2[0] = 0.10069952 and W1[0,0] = 0.30002641 (not 0.30026)")
def lecture_update() -> Outcome:
    network = _lecture()[0].updated()
    measured = [network.weights[1][0, 0], network.weights[0][0, 0]]
    return within([0.10069952, 0.30002641], measured, 5.1e-9)


@LAB.check("Lecture, second sample with the updated weights: ŷ, E and dE/dW2")
def lecture_second() -> Outcome:
    _, second = _lecture()
    measured = [*_of(second, Key("a", 2), Key("E")), *second.gradients()[0][1].ravel()]
    expected = [0.554865876516, 0.153938070461, 0.10019163, 0.10019448]
    agree = within(expected, measured, 5.1e-9)
    return agree._replace(ok=agree.ok and within(expected[:2], measured[:2], 5.1e-13).ok)


@LAB.check("Mazur's 2-2-2 network: E₀, w5′, w1′, and E₁ after one update with biases kept")
def mazur() -> Outcome:
    ((x, y),) = MAZUR_DATA
    before = trace(MAZUR, x, y, MAZUR_RATE, train_biases=False)
    after = trace(before.updated(), x, y, MAZUR_RATE)
    weights = before.updated().weights
    measured = [before.error, weights[1][0, 0], weights[0][0, 0], after.error]
    return within([0.298371109, 0.35891648, 0.14978072, 0.291027774], measured, 5.1e-9)


@LAB.check("Gradients equal the training core's on 200 random small networks")
def training_core() -> Outcome:
    rng = np.random.default_rng(3)
    return at_most(1e-12, max(_difference(rng) for _ in range(200)))


def random_network(rng: np.random.Generator) -> HandNetwork:
    """Any shape up to 4-4-4-4 with any activation, loss and output function."""
    widths = rng.integers(1, 5, size=rng.integers(2, 5)).tolist()
    loss = LOSSES[str(rng.choice(usable_losses()))]()
    return HandNetwork.random(
        widths,
        rng,
        bias=bool(rng.integers(2)),
        activation=ACTIVATIONS[str(rng.choice(usable_activations()))](),
        loss=loss,
        output=str(rng.choice(loss.outputs)),
    )


def _difference(rng: np.random.Generator) -> float:
    """The largest difference of any gradient from the training core's, relative to the largest."""
    network = random_network(rng)
    x, y = rng.normal(size=network.widths[0]), rng.uniform(0, 1, network.widths[-1])
    weights, biases = trace(network, x.tolist(), y.tolist(), 0.1).gradients()
    expected = core_gradients(network, x, y)
    worst = 0.0
    for layer, matrix in enumerate(weights):
        mine = matrix if not biases else np.column_stack([matrix, biases[layer]])
        scale = max(1.0, float(np.abs(expected[layer]).max()))
        worst = max(worst, float(np.abs(mine - expected[layer]).max()) / scale)
    return worst


def core_gradients(network: HandNetwork, x: np.ndarray, y: np.ndarray) -> list[np.ndarray]:
    """What the training core computes in float64: a block for each layer, biases last."""
    spec = network.spec(0.1)
    task = "regression" if isinstance(network.loss, HalfSquaredError) else network.loss.tasks[0]
    core = Network(spec.network, len(x), len(y), Streams(1), np.float64)
    for layer, affine in enumerate(core.affines):
        affine.block.value[:, : affine.fan_in] = network.weights[layer]
        if network.biases:
            affine.block.value[:, -1] = network.biases[layer]
    once = TrainingPass(core, Objective(spec, task), 1)
    once.load(np.append(x, 1.0)[None], np.asarray(y)[None], np.array([0]))
    for operation in (*once.forward, *once.backward):
        operation()
    return [affine.block.grad.copy() for affine in core.affines]


@LAB.check("A δ is computed once and used by all its weights and all messages below it")
def delta_is_reused() -> Outcome:
    first, _ = _lecture()
    delta = Key("delta", 2, 0)
    computed = sum(step.key == delta for step in first.steps)
    uses = sum(delta in step.uses for step in first.steps)
    return Outcome(
        Message("computed 1 time, used 4 times"),
        Message("computed {computed} time, used {uses} times", computed=computed, uses=uses),
        (computed, uses) == (1, 4),
    )
