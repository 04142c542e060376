"""Every rule finds its trouble in a real run, the first remedy mends it, and healthy runs are left
in peace."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings

from core.activations import ACTIVATIONS, HardTanh, Identity, LeakyReLU, ReLU, Sigmoid, Step, Tanh
from core.batching import FullBatch, MiniBatch
from core.blocks import Dense, Skip, SplitMerge
from core.data.curves import Sine
from core.data.digits import Digits
from core.data.toys import Circle, Spiral, TwoGaussians
from core.diagnosis import RULES, Doctor, Finding, diagnose
from core.diagnosis.words import number
from core.history import History
from core.initializers import Constant, HeNormal, Normal, NormalSmall, XavierNormal, Zeros
from core.meter import Meter
from core.optimizers import LBFGS, SGD, Adam, Momentum
from core.penalties import L2, ByNorm
from core.schedules import Exponential
from core.spec import DataSpec, ExperimentSpec, NetworkSpec, TrainingSpec
from core.specio import problems
from core.telemetry import MEASURES, Frame, Score
from core.trainer import Trainer
from tests.strategies import specs


def experiment(dataset=None, hidden=(32, 16), seed=1, training=None, **network) -> ExperimentSpec:
    return ExperimentSpec(
        data=DataSpec(dataset=dataset or Spiral()),
        network=NetworkSpec(hidden=tuple(Dense(units=n) for n in hidden), **network),
        training=TrainingSpec(**(training or {})),
        seed=seed,
    )


class Run:
    """A run watched as a window watches it: frame after frame, each diagnosed."""

    def __init__(self, spec: ExperimentSpec) -> None:
        self.spec = spec
        self.trainer, self.history, self.doctor = Trainer(spec), History(), Doctor()
        self.meter = Meter(self.trainer)
        self.frames: list[Frame] = []
        self.visits: list[tuple[Finding, ...]] = []
        self.look()

    def train(self, epochs: float, looks: int = 20, measures=MEASURES) -> "Run":
        steps = max(looks, round(epochs * self.trainer.sampler.steps_per_epoch))
        for _ in range(looks):
            self.trainer.advance(steps // looks - 1)
            if not self.trainer.finished:
                self.meter.measured_step()
            self.look(measures)
            if self.trainer.finished:
                break
        return self

    def look(self, measures=MEASURES) -> None:
        trainer = self.trainer
        status = "diverged" if trainer.divergence else "finished" if trainer.finished else "running"
        frame = self.meter.frame(status, measures=measures)
        self.history.append(frame)
        self.frames.append(frame)
        self.visits.append(self.doctor.diagnose(self.spec, frame, self.history))

    def apply(self, spec: ExperimentSpec) -> None:
        self.trainer.apply(spec)
        self.history.mark(self.trainer.iteration, "changed")
        self.spec = spec

    def found(self, key: str) -> Finding:
        """The last finding of that kind."""
        all_found = [f for visit in self.visits for f in visit if f.key == key]
        assert all_found, f"no {key} in {[keys(visit) for visit in self.visits]}"
        return all_found[-1]

    @property
    def now(self) -> set[str]:
        return keys(self.visits[-1])


def keys(findings) -> set[str]:
    return {finding.key for finding in findings}


def watched(spec: ExperimentSpec, epochs: float, looks: int = 20) -> Run:
    return Run(spec).train(epochs, looks)


DEEP_SIGMOID = experiment(hidden=(8,) * 6, activation=Sigmoid())
FAINT = experiment(hidden=(20,) * 5, initializer=NormalSmall(), training={"optimizer": SGD()})
LOUD = experiment(
    hidden=(30,) * 4, activation=ReLU(), initializer=Normal(), training={"optimizer": SGD()}
)
MEMORISER = experiment(Circle(count=60, noise=0.4))

# What is found, in which experiment, after how many epochs and looks, and what to try first.
TROUBLES = {
    "deep sigmoid": ("vanishing", DEEP_SIGMOID, 10, 20, "Use ReLU"),
    "deep sigmoid, SGD": (
        "vanishing",
        replace(DEEP_SIGMOID, training=TrainingSpec(optimizer=SGD())),
        10, 20, "Use ReLU",
    ),
    "weights far too large": ("exploding", LOUD, 5, 60, "Start with He normal"),
    "saturated from the start": (
        "saturation",
        experiment(Digits(count=600), hidden=(40,) * 3, initializer=Normal()),
        4, 10, "Start with Xavier normal",
    ),
    "half saturated from the start": (
        "saturation",
        experiment(Digits(count=600), hidden=(40,) * 3, initializer=Normal(), seed=3),
        4, 10, "Start with Xavier normal",
    ),
    "saturated by the rate": (
        "saturation",
        experiment(training={"optimizer": Adam(learning_rate=1.0)}),
        10, 20, "Rate 0.01",
    ),
    "step": ("saturation", experiment(activation=Step()), 5, 10, "Use ReLU"),
    "dead by the rate": (
        "dead",
        experiment(activation=ReLU(), training={"optimizer": SGD(learning_rate=3.0)}),
        10, 20, "Rate 0.1",
    ),
    "constant weights": (
        "symmetric",
        experiment(initializer=Constant()),
        10, 20, "Start with Xavier normal",
    ),
    "zero weights": (
        "symmetric",
        experiment(initializer=Zeros(), activation=ReLU()),
        10, 20, "Start with He normal",
    ),
    "collapse": ("collapse", FAINT, 10, 20, "Start with Xavier normal"),
    "collapse of sigmoids": (
        "collapse",
        replace(DEEP_SIGMOID, training=TrainingSpec(optimizer=SGD())),
        10, 20, "Add batch norm",
    ),
    "penalty too strong": (
        "collapse",
        experiment(Circle(), training={"penalty": L2(0.3)}),
        20, 20, "Weaken the penalty",
    ),
    "large weights for tanh": (
        "init_mismatch", experiment(initializer=Normal()), 5, 10, "Start with Xavier normal",
    ),
    "small weights for ReLU": (
        "init_mismatch",
        experiment(initializer=NormalSmall(), activation=ReLU()),
        5, 10, "Start with He normal",
    ),
    "Xavier with deep ReLU": (
        "init_mismatch",
        experiment(hidden=(50,) * 6, initializer=XavierNormal(), activation=ReLU()),
        2, 10, "Start with He normal",
    ),
    "loss grows": (
        "high_rate",
        experiment(training={"optimizer": SGD(learning_rate=10.0)}),
        10, 20, "Rate 0.1",
    ),
    "loss jumps": (
        "high_rate",
        experiment(Sine(), training={"optimizer": SGD(learning_rate=0.5)}),
        40, 40, "Rate 0.05",
    ),
    "far too low a rate": (
        "low_rate",
        experiment(Circle(), training={"optimizer": SGD(learning_rate=1e-5)}),
        10, 20, "Rate 0.1",
    ),
    "hardly any gradient let through": (
        "low_rate",
        experiment(Circle(), training={"optimizer": SGD(), "clipping": ByNorm(1e-6)}),
        10, 20, "Do not clip gradients",
    ),
    "rate decayed to nothing": (
        "low_rate",
        experiment(training={"schedule": Exponential(decay=0.01, steps=30)}),
        20, 20, "Keep the rate constant",
    ),
    "diverging regression": (
        "divergence",
        experiment(Sine(), training={"optimizer": SGD(learning_rate=1.0)}),
        10, 20, "Rate 0.1",
    ),
    "diverging from the start": ("divergence", LOUD, 5, 20, "Start with He normal"),
    "overfitting": ("overfitting", MEMORISER, 400, 20, "Add an L2 penalty of 0.01"),
    "straight network": (
        "plateau", experiment(hidden=(16,), activation=Identity()), 300, 10, "Use ReLU",
    ),
    "narrow network": ("plateau", experiment(hidden=(2,)), 300, 10, "Use four times the units"),
}  # fmt: skip


@pytest.mark.parametrize("trouble", TROUBLES)
def test_a_trouble_is_found_and_its_first_remedy_mends_it(trouble):
    key, spec, epochs, looks, remedy = TROUBLES[trouble]
    finding = watched(spec, epochs, looks).found(key)
    assert finding.severity in ("warning", "bad")
    assert finding.advice
    assert finding.remedies[0].label == remedy
    mended = watched(finding.remedies[0].spec, epochs, looks)
    assert not any(key in keys(visit) for visit in mended.visits)


def test_every_rule_has_its_trouble():
    assert {key for key, *_ in TROUBLES.values()} == set(RULES)


HEALTHY = {
    "default": {},
    "relu": {"activation": ReLU()},
    "digits": {"dataset": Digits()},
    "digits with relu": {"dataset": Digits(), "activation": ReLU()},
    "digits with hard tanh": {"dataset": Digits(), "activation": HardTanh()},
    "sgd": {"training": {"optimizer": SGD()}},
    "momentum": {"training": {"optimizer": Momentum()}},
    "relu and sgd": {"activation": ReLU(), "training": {"optimizer": SGD()}},
    "batch norm": {"normalization": "before"},
    "relu and batch norm": {"activation": ReLU(), "normalization": "before"},
    "digits, sgd and batch norm": {
        "dataset": Digits(), "normalization": "before", "training": {"optimizer": SGD()},
    },
}  # fmt: skip


@pytest.mark.parametrize("seed", [1, 2, 3, 4])
@pytest.mark.parametrize("name", HEALTHY)
def test_healthy_experiments_raise_no_alarm(name, seed):
    run = watched(experiment(seed=seed, **HEALTHY[name]), 20)
    for visit in run.visits:
        assert [(f.key, f.severity) for f in visit] == [("healthy", "good")], visit


@pytest.mark.parametrize("key", ACTIVATIONS)
def test_every_activation_with_its_own_initialiser_starts_well(key):
    findings = Run(experiment(activation=ACTIVATIONS[key]())).visits[0]
    assert keys(findings) == ({"saturation"} if key == "step" else {"healthy"})


def test_he_is_near_enough_for_tanh_and_xavier_for_a_shallow_relu():
    assert watched(experiment(initializer=HeNormal()), 5).now == {"healthy"}
    shallow = experiment(initializer=XavierNormal(), activation=ReLU())
    assert watched(shallow, 5).now == {"healthy"}


def test_a_network_that_has_learned_may_be_saturated():
    run = watched(experiment(), 150, 10)
    shares = run.frames[-1].shares
    assert shares is not None and shares.saturated[1] > 0.5
    assert run.now == {"healthy"}


def test_weights_that_start_badly_are_forgiven_once_the_loss_has_sunk():
    run = watched(experiment(Circle(), initializer=NormalSmall()), 60)
    assert "init_mismatch" in keys(run.visits[0])
    assert run.now == {"healthy"}


@pytest.mark.parametrize("dropout", [0.0, 0.1])
def test_batch_norm_and_dropout_may_make_the_loss_jump(dropout):
    spec = experiment(activation=ReLU(), normalization="before", dropout=dropout)
    assert all("high_rate" not in keys(visit) for visit in watched(spec, 200).visits)


def test_evidence_cites_the_measured_numbers_and_the_bound_of_sigmoid():
    run = Run(DEEP_SIGMOID)
    finding, gradient = run.found("vanishing"), run.frames[0].gradient
    said = float(finding.evidence.split("1/")[1].split()[0].replace(",", ""))
    assert said == pytest.approx(gradient[-1] / gradient[0], rel=0.05)
    assert "4⁻⁶ = 1/4,096" in finding.evidence
    assert finding.layers[0] == "layer 1" and "output" not in finding.layers


@pytest.mark.parametrize(
    ("spec", "epochs", "said"),
    [
        (TROUBLES["loss grows"][1], 10, "it began at 0.68"),
        (experiment(Circle(), training={"optimizer": Adam(learning_rate=0.3)}), 40, "has grown"),
        (TROUBLES["loss jumps"][1], 40, "jumps between"),
        (experiment(training={"optimizer": SGD(learning_rate=3.0)}), 10, "hardly sinks"),
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
    assert shares is not None and shares.twins is not None and shares.twins[:-1].max() > 0.5
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
    assert f"factor of {factor:.1f}" in finding.evidence


def test_quasi_newton_in_mini_batches_is_sent_to_the_full_batch():
    spec = experiment(training={"optimizer": LBFGS()})
    remedy = watched(spec, 20).found("low_rate").remedies[0]
    assert isinstance(remedy.spec.training.batching, FullBatch)
    assert "low_rate" not in watched(remedy.spec, 100).now


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


def test_findings_do_not_blink():
    # Looked at after every single update, where the gradients of batches differ most.
    borderline = experiment(hidden=(16,) * 4, activation=Sigmoid())
    run = watched(borderline, 15, 180)
    for key in set().union(*(keys(visit) for visit in run.visits)) - {"healthy"}:
        there = [key in keys(visit) for visit in run.visits]
        assert sum(a != b for a, b in pairwise(there)) <= 2, key


def test_a_doctor_forgets_the_last_run():
    doctor, run = Doctor(), Run(DEEP_SIGMOID)
    assert "vanishing" in keys(doctor.diagnose(run.spec, run.frames[0], run.history))
    middling = replace(run.frames[0], gradient=np.linspace(0.02, 1, 7))
    assert "vanishing" in keys(doctor.diagnose(run.spec, middling, History()))
    another = replace(middling, run=2)
    assert "vanishing" not in keys(doctor.diagnose(run.spec, another, History()))


@pytest.mark.parametrize("trouble", ["deep sigmoid", "loss grows"])
def test_the_past_is_diagnosed_as_it_was(trouble):
    spec = TROUBLES[trouble][1]
    run, before = watched(spec, 10), Run(spec).train(1.5, 3)
    early = run.frames[3]
    assert before.frames[-1].iteration == early.iteration
    then = diagnose(spec, before.frames[-1], before.history)
    assert diagnose(spec, early, run.history) == then
    # Without shares of its own, a frame has those of an earlier one, never of a later.
    bare = replace(early, shares=None, spread=None)
    later = History()
    for frame in run.frames[4:]:
        later.append(frame)
    assert not keys(diagnose(spec, bare, later)) & {"saturation", "collapse", "dead"}


def test_the_newest_frame_that_has_the_measure_serves():
    spec = TROUBLES["constant weights"][1]
    run = Run(spec)
    run.train(2, 5, measures=())
    assert run.frames[-1].shares is None
    assert run.now == {"symmetric"}


def test_frames_without_optional_parts_or_finite_numbers_are_coped_with():
    run = watched(experiment(), 2, 3)
    bare = replace(
        run.frames[-1], activations=None, preactivations=None, weights=None, shares=None,
        spread=None, surface=None, validation=(),
    )  # fmt: skip
    assert keys(diagnose(run.spec, bare, History())) == {"healthy"}
    nothing = np.full(3, np.nan)
    broken = replace(bare, gradient=nothing, weight=nothing, update_ratio=nothing)
    history = History()
    lost = np.full_like(broken.segment.loss, np.nan)
    history.append(replace(broken, segment=replace(broken.segment, loss=lost)))
    for seen in (History(), history):
        assert keys(diagnose(run.spec, broken, seen)) == {"healthy"}


@pytest.mark.parametrize("hidden", [(), (4,)])
def test_shallow_networks_are_coped_with(hidden):
    run = watched(experiment(Circle(), hidden=hidden), 20)
    assert all(len(visit) == 1 for visit in run.visits)
    assert run.now == {"healthy"}


def test_a_spec_of_another_network_is_coped_with():
    # As in the moment between an edit and the first frame of the new run.
    run = watched(experiment(), 2, 3)
    for hidden in ((), (8,), (8, 8, 8)):
        assert diagnose(experiment(hidden=hidden), run.frames[-1], run.history)


def test_branching_networks_are_diagnosed():
    blocks = (Dense(units=16), Skip(units=16), SplitMerge(units=8, merge="concatenate"))
    spec = experiment(activation=ReLU())
    spec = replace(spec, network=replace(spec.network, hidden=blocks))
    assert watched(spec, 10).now == {"healthy"}
    zeros = replace(spec, network=replace(spec.network, initializer=Zeros()))
    assert "symmetric" in watched(zeros, 2).now


def test_a_remedy_reaches_into_the_blocks():
    blocks = (Dense(units=8, activation=Sigmoid(), normalization="none"),) * 6
    spec = replace(DEEP_SIGMOID, network=NetworkSpec(hidden=blocks, activation=Tanh()))
    remedies = {r.label: r.spec for r in Run(spec).found("vanishing").remedies}
    assert "vanishing" not in watched(remedies["Use ReLU"], 5).now
    assert "vanishing" not in watched(remedies["Add batch norm"], 5).now


def test_no_remedy_is_what_is_already_so():
    spec = experiment(activation=LeakyReLU(), training={"optimizer": Adam(learning_rate=3e-7)})
    assert [r.label for r in watched(spec, 10).found("low_rate").remedies] == ["Rate 0.01"]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(specs())
def test_findings_of_any_experiment_are_short_and_their_remedies_valid(spec):
    run = Run(replace(spec, training=replace(spec.training, max_epochs=0)))
    run.train(0, 8)
    for visit in run.visits:
        assert visit and (len(visit) == 1 or "healthy" not in keys(visit))
        for finding in visit:
            assert len(finding.title) <= 40 and len(finding.evidence) <= 90, finding
            assert set(finding.layers) <= set(run.frames[0].layers)
            labels = [remedy.label for remedy in finding.remedies]
            assert len(set(labels)) == len(labels)
            for remedy in finding.remedies:
                assert remedy.spec != run.spec and not problems(remedy.spec)


def test_copies_are_counted_and_the_spread_measured():
    run = Run(experiment(initializer=Constant(), hidden=(5, 4)))
    shares, spread = run.frames[0].shares, run.frames[0].spread
    assert shares is not None and shares.twins is not None and spread is not None
    assert list(shares.twins) == [1, 1, 0]
    trainer = run.trainer
    trainer.network.affines[0].weights[0] += 1
    shares = run.meter.frame("running").shares
    assert shares is not None and shares.twins is not None
    assert shares.twins[0] == pytest.approx(4 / 5)
    output = Run(experiment(hidden=(), training={"batching": MiniBatch(4)}))
    logits = output.trainer.logits("train")[0, :65]
    assert output.frames[0].spread == pytest.approx(np.abs(np.diff(logits)).mean(), rel=1e-4)
