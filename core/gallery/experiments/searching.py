"""Experiments about searching for hyperparameters: each run is a whole search."""

from __future__ import annotations

from dataclasses import replace

from core.base.translation import Message
from core.experiment.space import Range
from core.experiment.spec import ExperimentSpec
from core.gallery.experiment import Column, Expectation, Experiment, Plan, Search, Variant
from core.gallery.experiments.building import classifier, pictures
from core.gallery.figures import TEST, accuracy, difference, of, probe, ratio

RATE = Range("training.optimizer.learning_rate", "log", 1e-4, 1.0)
DECAY = Range("training.weight_decay", "log", 1e-8, 1e-2)
DROPOUT = Range("network.dropout", "linear", 0.0, 0.5)
TWO, THREE = (RATE, DECAY), (RATE, DECAY, DROPOUT)
SEEDS = (1, 2, 3, 4, 5)
GRID_2, RANDOM_2 = Message("grid 5 × 5"), Message("random 25")
GRID_3, RANDOM_3 = Message("grid 3 × 3 × 3"), Message("random 27")
PLAIN, STAGES_2, STAGES_3, STAGES_4 = "48 × 1", "24 × 2", "16 × 3", "12 × 4"

VALIDATION = Column("Validation accuracy", accuracy("validation"), "%")
BEST_RATE = Column("Its learning rate", probe("best value"))
RATES = Column("Rates tried", probe("values"))
MEDIAN = Column("Loss of the median trial", probe("median loss"))


def _base(data: str) -> ExperimentSpec:
    samples = pictures(data, 500, 500)
    return classifier(samples, (50, 50), batch=50, epochs=20)


def _search(base: ExperimentSpec, label: str, search: Search) -> Variant:
    return Variant(label, replace(base, title=label), search=search)


def _grid(data: str) -> Plan:
    base, test = _base(data), accuracy("test")
    return Plan(
        variants=(
            _search(base, GRID_2, Search(TWO, "grid", 25)),
            _search(base, RANDOM_2, Search(TWO, "random", 25)),
            _search(base, GRID_3, Search(THREE, "grid", 27)),
            _search(base, RANDOM_3, Search(THREE, "random", 27)),
        ),
        columns=(RATES, BEST_RATE, VALIDATION, TEST),
        expectations=(
            Expectation(
                "Of 27 trials of three settings the grid tries three learning rates",
                of(GRID_3, probe("values")),
                3,
                3,
            ),
            Expectation("Random draws try 27", of(RANDOM_3, probe("values")), 27, 27),
            Expectation(
                "With three settings random search beats the grid (test accuracy)",
                difference(of(RANDOM_3, test), of(GRID_3, test)),
                low=0.03,
                unit="%",
            ),
            Expectation(
                "With two, where the grid tries five rates, it is at least about as good",
                difference(of(RANDOM_2, test), of(GRID_2, test)),
                low=-0.01,
                unit="%",
            ),
        ),
    )


def _narrowing(data: str) -> Plan:
    base, test, median = _base(data), accuracy("test"), probe("median loss")
    return Plan(
        variants=(
            _search(base, PLAIN, Search(TWO, "random", 48)),
            _search(base, STAGES_2, Search(TWO, "random", 24, 2)),
            _search(base, STAGES_3, Search(TWO, "random", 16, 3)),
            _search(base, STAGES_4, Search(TWO, "random", 12, 4)),
        ),
        columns=(MEDIAN, BEST_RATE, VALIDATION, TEST),
        expectations=(
            Expectation(
                "Narrowed, the median trial has a fraction of the loss",
                ratio(of(STAGES_3, median), of(PLAIN, median)),
                high=0.6,
            ),
            Expectation(
                "Two stages gain little for the best network (test accuracy)",
                difference(of(STAGES_2, test), of(PLAIN, test)),
                -0.02,
                0.02,
                "%",
            ),
            Expectation(
                "Three stages gain little as well (test accuracy)",
                difference(of(STAGES_3, test), of(PLAIN, test)),
                -0.02,
                0.02,
                "%",
            ),
        ),
    )


EXPERIMENTS = (
    Experiment(
        key="random_search",
        title="Random against grid search",
        question="Which finds the better network in the same number of trials?",
        look_for="The curves are the best trial so far. Two searches vary learning rate and weight "
        "decay, two dropout as well. One more setting leaves a grid of that size fewer learning "
        "rates, and it is the learning rate that matters.",
        varies="how trials are drawn",
        views=("loss",),
        plans={key: _grid(key) for key in ("mnist", "digits")},
        seeds=SEEDS,
        finding="With two settings it depends on where the points of the grid happen to lie: from "
        "1e-4 to 10 instead of 1 the same grid has a rate of 0.56, and on the digits it beats 25 "
        "random trials by 0.6 % of the validation samples. Nobody knows such a range beforehand.",
    ),
    Experiment(
        key="narrowing",
        title="Narrowing the ranges",
        question="Is a search better that narrows its ranges on the way?",
        look_for="48 trials each, in one stage to four (trials × stages). After every stage "
        "learning rate and weight decay are drawn from where its best trials lie. The curves are "
        "the best trial so far.",
        varies="stages of the search",
        views=("loss",),
        plans={key: _narrowing(key) for key in ("mnist", "digits")},
        seeds=SEEDS,
        finding="At equal budget narrowing hardly beats one stage of random draws: over five seeds "
        "two stages gain 0.6 % of test accuracy on the digits and lose 0.4 % on MNIST. The typical "
        "trial becomes far better, but only the best counts, and 48 draws come close enough to it.",
    ),
)
