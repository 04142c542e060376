"""The gallery: experiments of the lectures that can be run, watched and checked."""

from __future__ import annotations

import difflib

from core.base.translation import Message
from core.gallery.experiment import Experiment
from core.gallery.experiments import (
    activation,
    depth,
    ensembles,
    generalization,
    initialization,
    optimization,
    pretraining,
    searching,
)

TOPICS: dict[str, tuple[Experiment, ...]] = {
    Message("Initialisation"): initialization.EXPERIMENTS + pretraining.EXPERIMENTS,
    Message("Optimisation"): optimization.EXPERIMENTS,
    Message("Generalisation"): generalization.EXPERIMENTS + ensembles.EXPERIMENTS,
    Message("Activation"): activation.EXPERIMENTS,
    Message("Depth"): depth.EXPERIMENTS,
    Message("Hyperparameters"): searching.EXPERIMENTS,
}
GALLERY: dict[str, Experiment] = {
    experiment.key: experiment for topic in TOPICS.values() for experiment in topic
}


def experiment(key: str) -> Experiment:
    """The experiment of a key. Raises KeyError, with a suggestion of a similar key."""
    if key not in GALLERY:
        near = difflib.get_close_matches(key, GALLERY, n=1)
        hint = f"; did you mean {near[0]!r}?" if near else f" (choose from {', '.join(GALLERY)})"
        raise KeyError(f"unknown experiment {key!r}{hint}")
    return GALLERY[key]
