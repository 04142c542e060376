"""The catalogue against PyTorch itself, where it is installed."""

# PyTorch is optional.
# pyright: reportMissingImports=false

import os
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

if os.environ.get("PLAYGROUND_REQUIRE_TORCH"):
    import torch
else:
    torch = pytest.importorskip("torch")

from core.base.streams import Streams
from core.catalogue.initializers import INITIALIZERS
from core.catalogue.optimizers import Adam, AdamW, AMSGrad, NAdam
from core.catalogue.schedules import Cosine, CosineRestarts
from core.training.update import Update
from tests.parity import families
from tests.parity.families import CASES, difference, ours
from tests.parity.golden import kept
from tests.parity.live import theirs
from tests.parity.torch_side import build, double_precision, factors, idle

TOLERANCE = 1e-9
FAN_IN, FAN_OUT = 500, 400
DRAWN = [key for key in INITIALIZERS if INITIALIZERS[key].torch]


@pytest.fixture(autouse=True)
def one_thread():
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.mark.parametrize(("family", "case"), CASES)
def test_numbers_are_pytorchs_and_those_on_file_too(family, case):
    mine, live, filed = ours(family, case), theirs(family, case), kept(family, case)
    assert set(mine) == set(live) == set(filed)
    for name, reference in live.items():
        assert difference(mine[name], reference) <= TOLERANCE, name
        assert difference(filed[name], reference) <= TOLERANCE, f"{name}: golden file out of date"


@pytest.mark.parametrize("key", DRAWN)
def test_initialisers_draw_from_pytorchs_distributions(key):
    initializer = INITIALIZERS[key]()
    w = initializer.weights(FAN_IN, FAN_OUT, Streams(1)["init/layer 1"])
    torch.manual_seed(1)
    with double_precision():
        reference = build(initializer, w=torch.empty(FAN_OUT, FAN_IN)).numpy()
    scale = reference.std() or 1.0
    assert w.mean() == pytest.approx(reference.mean(), abs=0.02 * scale)
    assert w.std() == pytest.approx(reference.std(), rel=0.01)
    # The largest of 200,000 draws: a hard bound for uniform ones, about 4.5 deviations for others.
    assert np.abs(w).max() == pytest.approx(np.abs(reference).max(), rel=0.2)
    quantiles = np.linspace(0.02, 0.98, 9)
    np.testing.assert_allclose(
        np.quantile(w, quantiles), np.quantile(reference, quantiles), atol=0.02 * scale
    )


@pytest.mark.parametrize("key", ["uniform", "xavier_uniform", "he_uniform"])
def test_uniform_bounds_are_pytorchs(key):
    initializer = INITIALIZERS[key]()
    w = initializer.weights(FAN_IN, FAN_OUT, Streams(1)["init/layer 1"])
    with double_precision():
        reference = build(initializer, w=torch.empty(FAN_OUT, FAN_IN)).numpy()
    assert np.abs(w).max() == pytest.approx(np.abs(reference).max(), rel=1e-3)


def test_cosine_is_pytorchs_annealing_until_it_climbs_again():
    until = 90
    with double_precision():
        annealing = torch.optim.lr_scheduler.CosineAnnealingLR(idle(), until, eta_min=0.1)
        reference = factors(annealing)
    mine = [Cosine(steps=until, floor=0.1).factor(t, ()) for t in range(until + 1)]
    assert difference(np.array(mine), reference[: until + 1]) <= TOLERANCE
    assert reference[until + 20] > 0.15


def test_cosine_restarts_are_pytorchs_warm_restarts():
    schedule = CosineRestarts(steps=90, floor=0.1)
    with double_precision():
        restarts: Any = torch.optim.lr_scheduler.CosineAnnealingWarmRestarts
        reference = factors(restarts(idle(), 90, eta_min=0.1))
    mine = [schedule.factor(t, ()) for t in range(len(reference))]
    assert difference(np.array(mine), reference) <= TOLERANCE


@pytest.mark.parametrize("rule", [Adam(), AdamW(), AMSGrad(), NAdam()], ids=lambda rule: rule.key)
def test_turning_adams_knobs_on_the_way_does_what_it_does_in_pytorch(rule):
    turned = replace(rule, beta1=0.5, beta2=0.9, epsilon=1e-4)
    params, grads = families.start(), np.zeros(8)
    update = Update(rule, params, grads)
    with double_precision():
        reference = torch.tensor(families.start(), requires_grad=True)
        descent = build(rule, params=[reference])
        for t in range(1, 201):
            now = rule if t <= 100 else turned
            update.change(now)
            grads[:] = families.gradient(params, t, noisy=True)
            update(now.learning_rate)
            descent.param_groups[0].update(betas=(now.beta1, now.beta2), eps=now.epsilon)
            slope = families.gradient(reference.detach().numpy(), t, noisy=True)
            reference.grad = torch.tensor(slope)
            descent.step()
    assert difference(params, reference.detach().numpy()) <= TOLERANCE
