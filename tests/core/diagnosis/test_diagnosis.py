"""Every rule finds its trouble in a real run, the first remedy mends it, and healthy runs are left
in peace."""

import pytest

from core.catalogue.activations import ACTIVATIONS, HardTanh, ReLU
from core.catalogue.initializers import HeNormal, NormalSmall, XavierNormal
from core.catalogue.optimizers import SGD, Momentum
from core.data.digits import Digits
from core.data.toys import Circle
from core.diagnosis import RULES
from tests.diagnosed import TROUBLES, Run, experiment, keys, watched


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
    findings = Run(experiment(activation=ACTIVATIONS[key](), seed=3)).visits[0]
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
