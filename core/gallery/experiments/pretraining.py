"""An experiment about pre-training, the first answer to vanishing gradients."""

from __future__ import annotations

from core.base.translation import Message
from core.catalogue.activations import Sigmoid
from core.catalogue.initializers import RBM, NormalSmall, XavierNormal
from core.catalogue.optimizers import SGD
from core.data.mnist import MNIST
from core.experiment.spec import DataSpec
from core.gallery.experiment import Expectation, Experiment, Plan
from core.gallery.experiments.building import classifier, pictures, vary
from core.gallery.figures import LATE, TEST, TRAIN, accuracy, delta_std, kept, most, of

MNIST_PICTURES = 10_000


def _pretraining(data: str) -> Plan:
    large = data == "mnist"
    samples = pictures(data)
    if large:
        mnist = MNIST(count=MNIST_PICTURES)
        samples = DataSpec(dataset=mnist, validation=0, standardize=False)
    base = classifier(
        samples,
        (100,) * 5,
        batch=50,
        epochs=10 if large else 50,
        activation=Sigmoid(),
        optimizer=SGD(learning_rate=0.1),
    )
    starts = {
        Message("pre-trained"): RBM(epochs=5 if large else 30),
        "std 0.01": NormalSmall(),
        "Xavier": XavierNormal(),
    }
    test = accuracy("test")
    return Plan(
        variants=vary(base, "network.initializer", starts),
        columns=(LATE, TRAIN, TEST),
        expectations=(
            Expectation(
                "From pre-trained weights five layers of sigmoids learn",
                of("pre-trained", test),
                low=0.91 if large else 0.92,
                unit="%",
            ),
            Expectation(
                "from std 0.01 and from Xavier they have learned nothing by then",
                most(("std 0.01", "Xavier"), test),
                high=0.2,
                unit="%",
            ),
            Expectation(
                "More of the error reaches the first layer at the start, as a share of the last's",
                lambda runs: (
                    kept(delta_std, 4, 0)(runs["pre-trained"])
                    / kept(delta_std, 4, 0)(runs["Xavier"])
                ),
                low=10.0,
            ),
        ),
    )


EXPERIMENTS = (
    Experiment(
        key="pretraining",
        title="Pre-training",
        question="Can five layers of sigmoids learn at all?",
        look_for="The loss of the pre-trained network falls from the first step on; that of the "
        "two others stays where it is.",
        varies="initialiser",
        views=("loss", "activations", "gradients"),
        plans={key: _pretraining(key) for key in ("mnist", "digits")},
        finding="Pre-training rescues deep sigmoids, as the history books say. It is no longer "
        "needed: ReLU with He weights learns as well without it.",
    ),
)
