"""What a diagnosis says of real runs: evidence, causes before consequences, and a fair judgement of
runs whose settings were changed in flight."""

from dataclasses import replace

import numpy as np
import pytest

from core.catalogue.activations import HardSigmoid, Sigmoid
from core.catalogue.batching import FullBatch
from core.catalogue.initializers import Normal
from core.catalogue.optimizers import LBFGS, SGD, Adam
from core.catalogue.penalties import L2
from core.data.digits import Digits
from core.data.toys import Circle, TwoGaussians
from core.diagnosis import diagnose
from core.diagnosis.words import number
from core.telemetry.history import LOSS, History
from core.training.results import Score
from tests.diagnosed import (
    DEEP_SIGMOID,
    FAINT,
    MEMORISER,
    TROUBLES,
    Run,
    experiment,
    keys,
    watched,
)


def test_evidence_cites_the_measured_numbers_and_the_bound_of_sigmoid():
    run = Run(DEEP_SIGMOID)
    finding, gradient = run.found("vanishing"), run.frames[0].gradient
    said = float(finding.evidence.split("1/")[1].split()[0].replace(",", ""))
    assert said == pytest.approx(gradient[-1] / gradient[0], rel=0.05)
    assert "4⁻⁶ = 1/4,096" in finding.evidence
    assert finding.layers[0] == "layer 1" and "output" not in finding.layers


@pytest.mark.parametrize("seed", [1, 4, 8, 9])
def test_the_mixture_of_one_batch_is_no_vanishing_gradient(seed):
    """The layers' gradients differ less over many batches than they do in the first one."""
    run = Run(experiment(seed=seed, activation=HardSigmoid()))
    gradient = run.frames[0].gradient
    assert gradient[0] < 0.01 * gradient[-1] and "vanishing" not in run.now


@pytest.mark.parametrize(
    ("spec", "epochs", "said"),
    [
        (TROUBLES["loss grows"][1], 10, "it started at 0."),
        (experiment(Circle(), training={"optimizer": Adam(learning_rate=0.3)}), 40, "has grown"),
        (TROUBLES["loss jumps"][1], 40, "jumps between"),
        (experiment(training={"optimizer": SGD(learning_rate=3.0)}), 10, "hardly decreases"),
    ],
)
def test_the_evidence_of_too_high_a_rate_is_how_the_loss_moves(spec, epochs, said):
    visits = watched(spec, epochs, 40).visits
    assert any(said in f.evidence for visit in visits for f in visit if f.key == "high_rate")


@pytest.mark.parametrize(
    ("key", "gradient"), [("vanishing", [1e-9, 1e-6, 1e-3]), ("exploding", [1e-3, 1e-6, 1e-9])]
)
def test_gradients_of_a_network_that_has_learned_may_be_anything(key, gradient):
    run, history = watched(experiment(Circle()), 40), History()
    for frame in run.frames:
        history.append(replace(frame, gradient=np.array(gradient)))
    assert key in keys(diagnose(run.spec, run.frames[0], history))
    assert keys(diagnose(run.spec, run.frames[-1], history)) == {"healthy"}


def test_no_better_than_guessing_has_learned_nothing_also_without_validation_samples():
    """The loss fell far, from that of weights too large to that of guessing among ten classes."""
    spec = experiment(
        Digits(), (64, 64), initializer=Normal(sigma=1.0),
        training={"optimizer": Adam(learning_rate=0.02), "penalty": L2(strength=5.0)},
    )  # fmt: skip
    run = watched(replace(spec, data=replace(spec.data, validation=0)), 60)
    first = run.history.steps.first
    assert first is not None and first[LOSS] > 9
    assert "plateau" in run.now


def test_a_diverged_run_is_told_with_layer_and_step():
    key, spec, *_ = TROUBLES["diverging regression"]
    run = watched(spec, 10)
    finding, divergence = run.found(key), run.trainer.divergence
    assert divergence is not None
    assert f"in {divergence.layer} at step {divergence.iteration:,}" in finding.evidence
    assert run.visits[-1][0] is finding and finding.severity == "bad"


def test_causes_are_told_without_their_consequences():
    # Weights of 0 also mean no gradient, dead units and activations all alike.
    assert watched(TROUBLES["zero weights"][1], 5).now == {"symmetric"}


def test_units_grown_alike_as_a_run_blows_up_are_not_called_copies():
    run = watched(TROUBLES["diverging regression"][1], 10, 60)
    shares = run.frames[-2].shares
    assert (
        shares is not None
        and shares.duplicate_units is not None
        and shares.duplicate_units[:-1].max() > 0.5
    )
    assert all("symmetric" not in keys(visit) for visit in run.visits)


def test_the_worst_comes_first():
    for visit in watched(FAINT, 5).visits:
        ranks = [("bad", "warning", "good").index(finding.severity) for finding in visit]
        assert ranks == sorted(ranks)


def test_a_healthy_finding_names_the_spread_of_the_gradients():
    run = Run(experiment())
    (finding,) = run.visits[0]
    factor = run.frames[0].gradient.max() / run.frames[0].gradient.min()
    assert (finding.severity, finding.title) == ("good", "Gradients healthy")
    assert f"factor of {factor:.2g}" in finding.evidence


def test_quasi_newton_in_mini_batches_is_sent_to_the_full_batch():
    spec = experiment(training={"optimizer": LBFGS()})
    remedy = watched(spec, 20).found("low_rate").remedies[0]
    assert isinstance(remedy.spec.training.batching, FullBatch)
    assert "low_rate" not in watched(remedy.spec, 100).now


def test_weight_decay_that_throws_quasi_newton_off_is_replaced_by_a_penalty():
    """It makes the loss grow 20 times here, at any rate."""
    optimizer, batching = LBFGS(), FullBatch()
    training = {"optimizer": optimizer, "batching": batching, "weight_decay": 0.1}
    run = watched(experiment(seed=8, training=training), 60)
    remedy = run.found("high_rate").remedies[0]
    assert isinstance(remedy.spec.training.penalty, L2)
    assert "high_rate" not in watched(remedy.spec, 60).now


def test_a_rate_raised_in_flight_is_judged_by_what_comes_after():
    run = watched(experiment(Circle(), training={"optimizer": SGD(learning_rate=1e-5)}), 10)
    assert "low_rate" in run.now
    run.apply(run.found("low_rate").remedies[0].spec)
    run.train(10)
    assert run.now == {"healthy"}


def test_a_rate_lowered_in_flight_is_not_blamed_any_more():
    run = watched(experiment(training={"optimizer": SGD(learning_rate=3.0)}), 10)
    assert "high_rate" in run.now
    run.apply(run.found("high_rate").remedies[0].spec)
    run.train(10, 2)
    score = run.trainer.evaluate("train")
    assert score is not None and score.loss > 0.95 * run.frames[0].validation[0].loss
    assert run.now == {"healthy"}


@pytest.mark.parametrize(
    ("value", "said"),
    [(0.00419, "0.0042"), (9.96e-7, "1·10⁻⁶"), (24_310, "24,000"), (0.996, "1"), (100, "100"),
     (3e9, "3·10⁹"), (-0.5, "-0.5"), (0, "0"), (np.inf, "∞"), (np.nan, "not a number")],
)  # fmt: skip
def test_numbers_have_two_digits(value, said):
    assert number(value) == said


def test_a_loss_raised_by_a_penalty_is_not_blamed_on_the_rate():
    run = watched(experiment(Circle()), 40)
    run.apply(replace(run.spec, training=replace(run.spec.training, penalty=L2(0.1))))
    run.train(40)
    score = run.trainer.evaluate("train")
    assert score is not None and score.loss > 0.3
    assert all("high_rate" not in keys(visit) for visit in run.visits)


def test_a_loss_raised_by_another_activation_is_not_blamed_on_the_rate():
    run = watched(experiment(Circle()), 40)
    run.apply(replace(run.spec, network=replace(run.spec.network, activation=Sigmoid())))
    run.train(6, 6)
    assert run.frames[-6].segment.loss.mean() > 0.5
    assert all("high_rate" not in keys(visit) for visit in run.visits)


@pytest.mark.parametrize(("training", "expected"), [(0.9, "overfitting"), (1.05, "healthy")])
def test_validation_and_training_loss_rising_together_is_no_overfitting(training, expected):
    run, history = watched(experiment(Circle(), seed=2), 20), History()
    for i, frame in enumerate(run.frames):
        losses = np.full_like(frame.segment.loss, 0.1 * training**i)
        loss = 1 - 0.05 * i if i < 5 else 0.5 + 0.1 * i
        history.append(
            replace(
                frame,
                segment=replace(frame.segment, loss=losses),
                validation=(Score(frame.iteration, loss, np.nan),),
            )
        )
    assert expected in keys(diagnose(run.spec, run.frames[-1], history))


def test_overfitting_treated_in_flight_goes_away():
    run = watched(MEMORISER, 400)
    run.apply(run.found("overfitting").remedies[0].spec)
    run.train(400)
    assert "overfitting" not in run.now


def test_early_stopping_mends_overfitting_too():
    clouds = experiment(TwoGaussians(count=60, noise=0.5))
    remedies = {r.label: r.spec for r in watched(clouds, 400).found("overfitting").remedies}
    run = watched(remedies["Stop early"], 400)
    assert run.trainer.finished and "overfitting" not in run.now
