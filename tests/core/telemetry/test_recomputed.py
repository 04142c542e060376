"""Every figure of a frame, recomputed with plain NumPy from the weights and the batch of its step.

The reference is a second trainer of the same experiment that goes one step at a time: its batch and
weights before each update are noted, gradients are those of its own passes (which
`tests/core/network` holds against differences and PyTorch).
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from core.catalogue.activations import ReLU, Tanh
from core.catalogue.batching import FullBatch, MiniBatch, Stochastic
from core.catalogue.blocks import Dense
from core.catalogue.initializers import Normal
from core.catalogue.losses import HalfSquaredError
from core.catalogue.optimizers import SGD, Adam
from core.catalogue.penalties import L2, ByNorm
from core.data.curves import Sine
from core.data.toys import Spiral
from core.experiment.spec import DataSpec, ExperimentSpec, NetworkSpec, TrainingSpec
from core.telemetry.frame import BINS, Frame, Histograms
from core.telemetry.meter import Meter
from core.training.trainer import Trainer
from tests.strategies import specs

STEPS = 23


class Reference:
    """A run done step by step; `gradient`, `before` and `after` belong to its last update."""

    def __init__(self, spec: ExperimentSpec) -> None:
        self.trainer = Trainer(spec)
        self.loss: list[float] = []
        params = self.trainer.network.params
        self.gradient = self.before = self.after = np.full_like(params, np.nan)
        self.penalty = np.nan

    def step(self) -> None:
        """One update. What the backward pass leaves is copied before penalty, clipping and rule
        spend it, and the weights before early stopping may put others in their place."""
        trainer = self.trainer
        before, reached = trainer.network.params.copy(), trainer.iteration
        update, treat, treated = trainer.update, trainer._treat, trainer._treated
        gradients, weights = [], []

        def noted_update(rate: float) -> None:
            update(rate)
            weights.append(trainer.network.params.copy())

        def noted_treatment(rate: float) -> None:
            gradients.append(trainer.network.grads.copy())
            if treated:
                treat(rate)

        trainer.update = noted_update  # pyright: ignore[reportAttributeAccessIssue]
        trainer._treat, trainer._treated = noted_treatment, True
        trainer.step()
        trainer.update, trainer._treat, trainer._treated = update, treat, treated
        if trainer.iteration > reached:
            self.before, self.gradient, self.after = before, gradients[0], weights[0]
            with np.errstate(all="ignore"):
                self.penalty = trainer.spec.training.penalty.value(before, trainer.network.mask)
            self.loss += trainer.take_segment().loss.tolist()


def per_layer(trainer: Trainer, vector: np.ndarray) -> list[np.ndarray]:
    """The incoming weights (units, inputs) of each measured layer, without the biases."""
    found = []
    for affine in trainer.network.affines:
        rows, columns = affine.block.shape
        start = affine.block.offset
        block = vector[start : start + rows * columns].reshape(rows, columns)
        found.append(block[:, : affine.fan_in].astype(np.float64))
    return found


def affine_order(trainer: Trainer, frame: Frame) -> list[int]:
    names = [affine.name for affine in trainer.network.affines]
    return [names.index(name) for name in frame.layers]


def assert_figures(frame: Frame, reference: Reference) -> None:
    trainer = reference.trainer
    order = affine_order(trainer, frame)
    gradient = [per_layer(trainer, reference.gradient)[i] for i in order]
    before = [per_layer(trainer, reference.before)[i] for i in order]
    after = [per_layer(trainer, reference.after)[i] for i in order]
    now = [per_layer(trainer, trainer.network.params)[i] for i in order]
    with np.errstate(all="ignore"):
        moved = [a - b for a, b in zip(after, before, strict=True)]
        close(frame.gradient, [np.abs(g).mean() for g in gradient])
        close(frame.weight, [np.abs(w).mean() for w in now])
        ratios = [np.linalg.norm(m) / np.linalg.norm(w) for m, w in zip(moved, after, strict=True)]
        close(frame.update_ratio, ratios, rel=1e-3)
        assert frame.shares is not None
        units = [m[(m != 0).any(1)] for m in moved]
        one_way = [((m > 0).any(1) ^ (m < 0).any(1)).mean() if len(m) else np.nan for m in units]
        close(frame.shares.same_sign, one_way)
        assert frame.shares.still is not None
        close(frame.shares.still, [(m == 0).all(1).mean() for m in moved])
    n = len(frame.segment.loss)
    assert frame.segment.first + n == frame.iteration
    close(frame.segment.loss, reference.loss[len(reference.loss) - n :])
    assert frame.penalty == pytest.approx(reference.penalty, rel=1e-4, nan_ok=True)
    assert_probe(frame, trainer, now)


def assert_probe(frame: Frame, trainer: Trainer, weights: list[np.ndarray]) -> None:
    """Shares and histograms, from a pass of the probe that is made here."""
    rows = int(np.clip(4_000_000 // max(len(trainer.network.params), 1), 64, 256))
    probe = trainer.inputs[:rows]
    tape, _ = trainer.network.tape(len(probe), training=False)
    np.copyto(tape.inputs, probe)
    with np.errstate(all="ignore"):
        tape.play_forward()
    assert frame.shares is not None
    activations = [mark.a.copy() for mark in tape.marks]
    close(frame.shares.dead, [(a == 0).all(axis=1).mean() for a in activations])
    for histograms, values in (
        (frame.activations, activations),
        (frame.preactivations, [mark.z for mark in tape.marks]),
        (frame.weights, weights),
    ):
        assert histograms is not None
        assert_counts(histograms, values)


def assert_counts(histograms: Histograms, layers: list[np.ndarray]) -> None:
    """Counts are NumPy's; a value that lies within roundings of an edge may be on either side."""
    for i, values in enumerate(layers):
        exact = values.astype(np.float64).ravel()
        low, high = histograms.low[i], histograms.high[i]
        known = exact[np.isfinite(exact)]
        edges = np.linspace(low, high, BINS + 1)
        counts = np.histogram(known, edges)[0]
        slack = np.abs(known[:, None] - edges).min(axis=1, initial=np.inf) < 1e-5 * (high - low)
        exact_zero = known == 0
        allowed = np.count_nonzero(slack & ~exact_zero)
        assert np.abs(counts - histograms.counts[i]).sum() <= 2 * allowed
        whole = histograms.counts[i].sum() + histograms.under[i] + histograms.over[i]
        assert whole + histograms.missing[i] == exact.size


def close(found, wanted, rel: float = 1e-4) -> None:
    assert np.asarray(found) == pytest.approx(np.array(wanted), rel=rel, abs=1e-12, nan_ok=True)


def both(spec: ExperimentSpec, steps: int) -> tuple[Frame, Reference]:
    """The frame of a run that was left alone for so many steps, and the reference."""
    trainer = Trainer(spec)
    meter = Meter(trainer)
    trainer.advance(steps)
    frame = meter.frame("paused")
    reference = Reference(spec)
    while reference.trainer.iteration < trainer.iteration:
        reference.step()
    if trainer.divergence:
        reference.step()
    return frame, reference


@given(specs(), st.integers(1, STEPS))
@settings(
    max_examples=110,
    deadline=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
def test_every_figure_of_random_experiments_is_that_of_its_step(spec, steps):
    frame, reference = both(spec, steps)
    if frame.iteration == 0:
        assert np.isnan(frame.gradient).all()
        assert np.isnan(frame.update_ratio).all()
        return
    assert_figures(frame, reference)


EXAMPLE = ExperimentSpec(
    data=DataSpec(dataset=Spiral(count=90)),
    network=NetworkSpec(hidden=(Dense(units=6), Dense(units=5))),
)
WILD = replace(
    EXAMPLE,
    network=NetworkSpec(
        hidden=(Dense(units=16), Dense(units=16)), activation=ReLU(), initializer=Normal(sigma=1.0)
    ),
    training=TrainingSpec(optimizer=SGD(learning_rate=0.5)),
)


def training(**given) -> ExperimentSpec:
    return replace(EXAMPLE, training=TrainingSpec(**given))


ENDS = {
    "paused": (EXAMPLE, 145),
    "stopped after its epochs": (training(max_epochs=4), 10_000),
    "stopped early": (training(patience=3, optimizer=Adam(learning_rate=0.1)), 10_000),
    "epochs over, best weights restored": (
        training(patience=900, max_epochs=30, optimizer=Adam(learning_rate=0.1)), 10_000,
    ),
    "diverged": (replace(WILD, training=TrainingSpec(optimizer=SGD(learning_rate=1e3))), 10_000),
    "penalty, clipping and decay": (
        training(penalty=L2(0.02), clipping=ByNorm(0.1), weight_decay=0.03), 77,
    ),
    "batch norm and dropout": (
        replace(
            EXAMPLE,
            network=NetworkSpec(
                hidden=(Dense(units=6),), activation=Tanh(), normalization="before", dropout=0.3
            ),
        ),
        77,
    ),
    "single samples": (training(batching=Stochastic()), 50),
}  # fmt: skip


@pytest.mark.parametrize("end", ENDS)
def test_a_run_at_rest_shows_the_figures_of_its_last_update(end):
    spec, steps = ENDS[end]
    frame, reference = both(spec, steps)
    assert frame.iteration == reference.trainer.iteration
    assert_figures(frame, reference)


def test_the_same_frame_every_time_and_whether_stepped_by_hand_or_not():
    frames = []
    for gaps in ((300,), (1,) * 300, (7, 200, 92, 1)):
        trainer = Trainer(WILD)
        meter = Meter(trainer)
        for gap in gaps:
            trainer.advance(gap - 1)
            meter.measured_step()
        frames.append(meter.frame("paused"))
    alone = Trainer(WILD)
    meter = Meter(alone)
    alone.advance(300)
    frames.append(meter.frame("paused"))
    for frame in frames[1:]:
        assert np.array_equal(frame.gradient, frames[0].gradient)
        assert np.array_equal(frame.update_ratio, frames[0].update_ratio)


def test_asking_for_the_last_update_changes_nothing_in_the_run():
    spec = replace(EXAMPLE, network=replace(EXAMPLE.network, dropout=0.2, normalization="after"))
    watched, alone = Trainer(spec), Trainer(spec)
    meter = Meter(watched)
    losses = []
    for _ in range(20):
        watched.advance(13)
        losses.append(meter.frame("paused").segment.loss)
    alone.advance(260)
    assert np.array_equal(watched.network.params, alone.network.params)
    assert np.array_equal(np.concatenate(losses), alone.take_segment().loss)


def test_figures_survive_a_change_of_settings_and_a_return_to_a_kept_state():
    trainer = Trainer(EXAMPLE)
    meter = Meter(trainer)
    trainer.advance(40)
    before = meter.step_figures
    trainer.apply(training(optimizer=SGD(learning_rate=0.3)))
    assert np.array_equal(meter.step_figures.gradient, before.gradient)
    fresh = Meter(trainer)
    assert np.array_equal(fresh.step_figures.gradient, before.gradient)
    state = trainer.state()
    trainer.advance(10)
    trainer.restore(state)
    again = Meter(trainer, step_figures=before)
    assert np.array_equal(again.frame("paused").gradient, before.gradient)


def test_units_that_one_sample_leaves_alone_do_not_hide_that_the_others_move_one_way():
    """Behind ReLU all inputs are positive or 0: all weights of a unit move as its gradient says."""
    spec = training(optimizer=SGD(learning_rate=0.1), batching=Stochastic())
    spec = replace(spec, network=NetworkSpec(hidden=(Dense(units=32),) * 2, activation=ReLU()))
    meter = Meter(Trainer(spec))
    for _ in range(5):
        meter.measured_step()
    shares = meter.frame("paused").shares
    assert shares is not None
    assert shares.still is not None
    assert 0 < shares.still[1] < 1
    assert (shares.same_sign[1:] == 1).all()


def test_units_that_do_not_move_are_no_units_that_move_one_way():
    spec = training(optimizer=SGD(learning_rate=0.0))
    trainer = Trainer(spec)
    meter = Meter(trainer)
    trainer.advance(5)
    shares = meter.frame("paused").shares
    assert shares is not None
    assert shares.still is not None
    assert np.isnan(shares.same_sign).all()
    assert (shares.still == 1).all()


def test_a_run_that_ends_at_its_first_step_has_no_figures_of_an_update():
    spec = replace(WILD, network=replace(WILD.network, initializer=Normal(sigma=1e4)))
    trainer = Trainer(spec)
    meter = Meter(trainer)
    trainer.step()
    assert trainer.divergence is not None
    assert trainer.iteration == 0
    assert np.isnan(meter.frame("diverged").gradient).all()


@pytest.mark.parametrize("reduction", ["mean", "sum"])
def test_the_objective_is_data_loss_plus_penalty(reduction):
    spec = replace(
        training(
            loss=HalfSquaredError(reduction=reduction), penalty=L2(0.02), batching=FullBatch()
        ),
        precision="float64",
    )
    trainer = Trainer(spec)
    meter = Meter(trainer)
    trainer.advance(9)
    weights = trainer.network.params * trainer.network.mask
    penalty = 0.01 * float(weights @ weights)
    trainer.advance(1)
    frame = meter.frame("paused")
    size = len(trainer.inputs) if reduction == "sum" else 1
    assert frame.penalty == pytest.approx(penalty, rel=1e-9)
    assert frame.batch_loss == pytest.approx(size * frame.segment.loss[-1], rel=1e-9)
    assert frame.objective == pytest.approx(frame.batch_loss + penalty, rel=1e-12)


def test_standardised_targets_are_minimised_scaled_and_reported_in_their_units():
    spec = ExperimentSpec(
        data=DataSpec(dataset=Sine(count=60)),
        training=TrainingSpec(batching=MiniBatch(size=60)),
        precision="float64",
    )
    trainer = Trainer(spec)
    meter = Meter(trainer)
    trainer.advance(1)
    frame, scale = meter.frame("paused"), trainer.data.target_scale
    assert scale is not None
    assert frame.segment.loss[0] == pytest.approx(frame.batch_loss * scale.std[0] ** 2, rel=1e-9)


def test_exact_zeros_are_counted_above_zero():
    frame, reference = both(replace(WILD, training=TrainingSpec()), 3)
    del reference
    trainer = Trainer(replace(EXAMPLE, network=NetworkSpec(hidden=(Dense(units=4),))))
    trainer.network.params[:] = 0
    histograms = Meter(trainer).frame("paused").activations
    assert histograms is not None
    middle = BINS // 2
    assert histograms.counts[0][middle] > 0
    assert histograms.counts[0][middle - 1] == 0
    assert frame.weights is not None
