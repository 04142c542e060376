"""The network of a run, small enough to be followed by hand, with the first samples of its data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.base.extras import MissingExtra
from core.base.translation import Message, joined
from core.catalogue.activations import ACTIVATIONS
from core.catalogue.blocks import Dense
from core.catalogue.losses import LOSSES
from core.catalogue.optimizers import SGD
from core.catalogue.penalties import NoClipping
from core.catalogue.schedules import Constant
from core.data import DataError
from core.experiment.spec import ExperimentSpec
from core.network.objective import Objective
from core.studies.base import StudyError
from core.studies.hand_network import MOST_LAYERS, MOST_UNITS, HandNetwork, Values
from core.training.training_data import TrainingData
from core.worker.job import Context

MOST_SAMPLES = 6
Sample = tuple[tuple[float, ...], tuple[float, ...]]


@dataclass(frozen=True)
class Taken:
    """A network by hand, samples as (inputs, targets), the learning rate, and what differs from
    the run, "" where nothing does."""

    network: HandNetwork
    samples: tuple[Sample, ...]
    rate: float
    differs: str


@dataclass(frozen=True)
class TakeJob:
    """Takes a run's network in its present weights, each (fan_out, fan_in), with its biases, and
    the first training samples as the network is given them. Raises StudyError where it cannot be
    followed by hand."""

    spec: ExperimentSpec
    weights: tuple[Values, ...]
    biases: tuple[Values, ...] | None

    def run(self, context: Context) -> Taken:
        check(self.spec, [self.weights[0].shape[1], *map(len, self.weights)])
        context.progress(0, 1, Message("reading the samples"))
        try:
            data = TrainingData(self.spec)
        except (DataError, MissingExtra) as error:
            raise StudyError(str(error)) from None
        objective = Objective(self.spec, data.split.train.task, data.target_scale)
        network = HandNetwork(
            tuple(np.asarray(w, np.float64) for w in self.weights),
            None if self.biases is None else tuple(np.asarray(b, float) for b in self.biases),
            self.spec.network.activation,
            objective.output.key,
            objective.loss,
        )
        x, y = data.inputs[:MOST_SAMPLES, :-1], data.targets[:MOST_SAMPLES]
        rows = zip(x.tolist(), y.tolist(), strict=True)
        samples = tuple((tuple(map(float, a)), tuple(map(float, b))) for a, b in rows)
        rate = self.spec.training.optimizer.learning_rate
        return Taken(network, samples, rate, _differences(self.spec))


def check(spec: ExperimentSpec, widths: Sequence[int]) -> None:
    """Raise StudyError, naming the reason, where a run's network cannot be followed by hand."""
    network = spec.network
    if any(not isinstance(block, Dense) for block in network.hidden):
        raise StudyError(
            Message("The network of the Train page has blocks that are no dense layers.")
        )
    norms = [network.normalization, *(block.normalization for block in network.hidden)]
    if any(norm not in (None, "none") for norm in norms):
        raise StudyError(
            Message("The network of the Train page has batch norm: that cannot be followed.")
        )
    shape = "-".join(map(str, widths))
    if len(widths) > MOST_LAYERS + 1 or max(widths) > MOST_UNITS:
        raise StudyError(
            Message(
                "The network of the Train page is {shape}. By hand at most {layers} "
                "layers of weights with up to {units} units each can be followed, such "
                "as 2-3-3-1.",
                shape=shape,
                layers=MOST_LAYERS,
                units=MOST_UNITS,
            )
        )
    functions = {block.activation or network.activation for block in network.hidden}
    if functions - {network.activation}:
        raise StudyError(
            Message("The layers of the Train page's network have different activations.")
        )
    for entry, registry in ((network.activation, ACTIVATIONS), (spec.training.loss, LOSSES)):
        if entry.key in registry and entry != registry[entry.key]():
            raise StudyError(
                Message(
                    "{label} has settings of its own: they cannot be followed.",
                    label=Message(entry.label),
                )
            )


def _differences(spec: ExperimentSpec) -> str:
    """What the run does that the update by hand leaves out."""
    training, network = spec.training, spec.network
    drops = network.dropout or any(block.dropout for block in network.hidden)
    rule = Message("{label}’s rule", label=Message(training.optimizer.label))
    left_out = {
        rule: not isinstance(training.optimizer, SGD),
        Message("the schedule"): not isinstance(training.schedule, Constant),
        Message("dropout"): drops,
        Message("the weight penalty"): training.penalty.key != "none" or training.weight_decay,
        Message("class weights"): training.class_weights != "equal",
        Message("gradient clipping"): not isinstance(training.clipping, NoClipping),
    }
    parts = [name for name, applies in left_out.items() if applies]
    if not parts:
        return ""
    return Message(
        "Left out: {parts}. By hand the update is plain gradient descent.",
        parts=joined(", ", parts),
    )
