"""The lecture's worked examples, to the digits given (syllabus B and C)."""

import numpy as np
import pytest

from core.base.streams import Streams
from core.catalogue.activations import Sigmoid
from core.catalogue.batching import FullBatch
from core.catalogue.blocks import Dense
from core.catalogue.initializers import Zeros
from core.catalogue.losses import HalfSquaredError
from core.catalogue.optimizers import SGD
from core.data.curves import FourPoints
from core.experiment.spec import DataSpec, ExperimentSpec, NetworkSpec, TrainingSpec
from core.network.network import Network
from core.network.objective import Objective
from core.network.passes import TrainingPass
from core.training.last_update import UpdateRecord
from core.training.trainer import Trainer
from core.training.update import Update


class ByHand:
    """A network of given weights, trained sample by sample with SGD and ½(y − ŷ)²."""

    def __init__(self, spec: NetworkSpec, weights: dict[str, np.ndarray], rate: float) -> None:
        features = weights["layer 1.weight"].shape[1] if "layer 1.weight" in weights else 1
        self.network = Network(spec, features, 1, Streams(1), np.float64)
        for name, values in weights.items():
            self.network.tensors()[name][...] = values
        experiment = ExperimentSpec(network=spec, training=TrainingSpec(loss=HalfSquaredError()))
        self.objective = Objective(experiment, "regression")
        self.update = Update(SGD(learning_rate=rate), self.network.params, self.network.grads)
        self.rate = rate

    def show(self, point: tuple[float, ...], target: float) -> tuple[float, float]:
        """Forward and backward on one point; ŷ and E."""
        active = TrainingPass(self.network, self.objective, 1)
        active.tape.inputs[0, :-1] = point
        active._targets[:] = target
        for operation in (*active.forward, *active.backward):
            operation()
        output = self.objective.predict(active.logits)
        return float(output[0, 0]), float(0.5 * (output[0, 0] - target) ** 2)

    def gradients(self) -> list[np.ndarray]:
        return [affine.block.grad.copy() for affine in self.network.affines]


@pytest.fixture
def net():
    spec = NetworkSpec(hidden=(Dense(units=2),), activation=Sigmoid(), bias=False, output="sigmoid")
    first, second = np.array([[0.3, 0.4], [0.2, 0.1]]).T, np.array([[0.1, 0.2]])
    return ByHand(spec, {"layer 1.weight": first, "output.weight": second}, rate=0.01)


def test_backpropagation_by_hand(net):
    output, error = net.show((1, 1), 1)
    assert output == pytest.approx(0.54654926010, abs=5e-12)
    assert error == pytest.approx(0.10280878676, abs=5e-12)
    first, second = net.gradients()
    assert second[0] == pytest.approx([-0.06995206] * 2, abs=5e-9)
    assert first.T == pytest.approx(np.array([[-0.00264097, -0.00528195]] * 2), abs=5e-9)
    net.update(0.01)
    weights = net.network.tensors()
    assert weights["output.weight"][0, 0] == pytest.approx(0.10069952, abs=5e-9)
    assert weights["layer 1.weight"][0, 0] == pytest.approx(0.30002641, abs=5e-9)

    output, error = net.show((2, 2), 0)
    assert output == pytest.approx(0.554865876516, abs=5e-13)
    assert error == pytest.approx(0.153938070461, abs=5e-13)
    assert net.gradients()[1][0] == pytest.approx([0.10019163, 0.10019448], abs=5e-9)


def test_one_slope_by_stochastic_descent():
    line = ByHand(NetworkSpec(hidden=(), bias=False), {"output.weight": np.array([[10.0]])}, 0.1)
    slope = line.network.tensors()["output.weight"]
    visited = []
    for x, y in ((2, 5), (1, 2)):
        line.show((x,), y)
        line.update(0.1)
        visited.append(float(slope[0, 0]))
    assert visited == pytest.approx([7.0, 6.5], abs=1e-12)


def test_one_slope_by_batch_descent():
    spec = ExperimentSpec(
        data=DataSpec(
            dataset=FourPoints(), validation=0, standardize=False, standardize_targets=False
        ),
        network=NetworkSpec(hidden=(), bias=False, initializer=Zeros()),
        training=TrainingSpec(
            loss=HalfSquaredError(reduction="sum"),
            optimizer=SGD(learning_rate=0.01),
            batching=FullBatch(),
        ),
        precision="float64",
    )
    trainer = Trainer(spec)
    trainer.network.params[:] = 10
    update = UpdateRecord.empty(trainer.network.params)
    trainer.step(update)
    assert update.gradient == pytest.approx([246.0], abs=1e-10)
    trainer.advance(500)
    assert trainer.network.params == pytest.approx([54 / 30], abs=1e-12)
