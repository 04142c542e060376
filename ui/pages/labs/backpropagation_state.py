"""The settings of lab 3, and where they come from: the lecture, Mazur, or the Train page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from core.base.registry import setting
from core.base.translation import Message
from core.catalogue.losses import OUTPUTS
from core.studies.base import StudyError
from core.studies.hand_network import (
    LECTURE,
    LECTURE_DATA,
    LECTURE_RATE,
    MAZUR,
    MAZUR_DATA,
    MAZUR_RATE,
    usable_activations,
    usable_losses,
)
from core.studies.taken import TakeJob, check
from ui.pages.labs.backpropagation_text import Matrix
from ui.session.session import Session


def plain(arrays: Any) -> tuple:
    return tuple(
        tuple(map(tuple, a.tolist())) if a.ndim == 2 else tuple(a.tolist()) for a in arrays
    )


@dataclass(frozen=True)
class BackpropState:
    """The settings of lab 3: the network, its functions and the samples (inputs, targets)."""

    weights: tuple[Matrix, ...] = plain(LECTURE.weights)
    biases: tuple[tuple[float, ...], ...] = ()
    activation: str = setting("sigmoid", choices=usable_activations())
    output: str = setting("sigmoid", choices=tuple(OUTPUTS))
    loss: str = setting("half_squared_error", choices=usable_losses())
    samples: tuple[tuple[tuple[float, ...], tuple[float, ...]], ...] = LECTURE_DATA
    sample: int = setting(0, low=0)
    rate: float = setting(LECTURE_RATE, low=0, high=1e6)
    train_biases: bool = True
    quiz: bool = False
    seed: int = setting(1, low=1, high=2**31 - 1)


EXAMPLES: dict[str, tuple[str, BackpropState]] = {
    "lecture": (Message("Lecture, 2-2-1"), BackpropState()),
    "mazur": (
        Message("Mazur, 2-2-2"),
        BackpropState(
            weights=plain(MAZUR.weights),
            biases=plain(MAZUR.biases),
            samples=MAZUR_DATA,
            rate=MAZUR_RATE,
            train_biases=False,
        ),
    ),
}


def taken_job(session: Session) -> TakeJob:
    """What takes the network that is shown of a run. Raises StudyError where there is none."""
    frame, picture = session.shown, session.shown and session.shown.network
    if frame is None or picture is None:
        raise StudyError(Message("The Train page shows no network yet: let it do a step first."))
    plan, affines = picture.plan, [link for link in picture.plan.links if link.layer]
    chain = [(link.source, link.target) for link in plan.links]
    check(session.spec, [group.units for group in plan.groups])
    if chain != list(zip(range(len(affines)), range(1, len(affines) + 1), strict=True)):
        raise StudyError(
            Message("The layers of the Train page's network are not one after the other.")
        )
    weights = tuple(np.asarray(w, float) for w in picture.weights)
    biases = tuple(np.asarray(units.bias, float) for units in picture.units[1:])
    return TakeJob(session.spec, weights, biases if session.spec.network.bias else None)
