"""Rules about the signals in the network: activations forward, gradients backward."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from core.base.translation import Message
from core.catalogue.activations import LeakyReLU, ReLU, Sigmoid
from core.diagnosis import remedies as treat
from core.diagnosis.base import RULES, Finding, Remedy, Rule
from core.diagnosis.evidence import RunEvidence
from core.diagnosis.hidden import Hidden
from core.diagnosis.start import treat_start
from core.diagnosis.words import SUPERSCRIPT, fraction, names, number, percent
from core.network.layer_names import layer_message, layer_number

# With only a few batches, the evidence for a vanishing gradient must be this much stronger.
BRIEF = 0.1


@RULES.add(
    "symmetric",
    label="Symmetric units",
    formula="share of units with the same weights as another unit of their layer",
    advice="Units that start equal receive equal gradients and stay equal: a layer of any "
    "width acts like one unit. With all weights 0 not even the gradient gets through. Random "
    "initial weights break the symmetry.",
)
class Symmetric(Rule):
    explains: ClassVar[tuple[str, ...]] = (
        "vanishing", "collapse", "dead", "init_mismatch", "low_rate", "plateau", "exploding",
    )  # fmt: skip

    def check(self, run: RunEvidence) -> Finding | None:
        frame = run.newest("shares")
        if frame is None or frame.shares is None or frame.shares.duplicate_units is None:
            return None
        duplicate_units, limit = frame.shares.duplicate_units, run.threshold(self.key, 0.5, 0.3)
        if run.origin and run.origin.shares and run.origin.shares.duplicate_units is not None:
            # Units that have become equal, as when the run diverges, are another problem.
            duplicate_units = np.minimum(duplicate_units, run.origin.shares.duplicate_units)
        alike = [layer for layer in run.hidden if duplicate_units[layer.index] > limit]
        if not alike:
            return None
        same = max(duplicate_units[layer.index] for layer in alike)
        still = all(frame.weight[layer.index] == 0 for layer in alike)
        share, where = percent(same), names([layer.name for layer in alike])
        evidence = (
            Message("{share} of the units in {layers} have weight 0", share=share, layers=where)
            if still
            else Message(
                "{share} of the units in {layers} have the weights of another unit",
                share=share,
                layers=where,
            )
        )
        return self.finding(
            "bad",
            Message("Units are copies of each other"),
            evidence,
            treat.offer(treat.fitting_initializer(run.spec)),
            tuple(layer.name for layer in alike),
        )


@RULES.add(
    "exploding",
    label="Exploding gradients",
    formula="mean |g| against mean |W|, and the first layer's against the last's",
    advice="Each layer multiplies the gradient by its weights: where they are too large, it grows "
    "from layer to layer and one step moves the weights far away. Smaller initial weights, "
    "gradient clipping, weight penalties and batch norm are the remedies.",
)
class Exploding(Rule):
    def check(self, run: RunEvidence) -> Finding | None:
        gradient, weight = run.latest_gradient, run.frame.weight
        pull = np.where(gradient > 1, gradient / weight, 0)
        worst = int(np.argmax(np.where(np.isfinite(pull), pull, 0)))
        # Optimizers that divide by the gradient's size tolerate a larger one.
        shaken = np.nanmax(run.recent("update_ratio")[-3:], initial=0) > 0.3
        if pull[worst] > run.threshold(self.key, 5, 2) * (1 if shaken else 10):
            evidence = Message(
                "Mean |g| {gradient} in {layer}, mean weight {weight}",
                gradient=number(gradient[worst]),
                layer=layer_message(run.frame.layers[worst]),
                weight=number(weight[worst]),
            )
            return self._found(run, evidence, worst)
        if len(run.hidden) < 2 or run.has_learned:
            return None
        if run.first_to_last > run.threshold(self.key, 100, 50):
            evidence = Message(
                "Layer 1's gradient is {growth} times the last layer's",
                growth=number(run.first_to_last),
            )
            return self._found(run, evidence, 0)
        return None

    def _found(self, run: RunEvidence, evidence: Message, layer: int) -> Finding:
        spec = run.spec
        return self.finding(
            "bad",
            Message("Gradients explode"),
            evidence,
            treat.offer(
                *treat_start(run),
                treat.clip_by_norm(spec),
                treat.batch_norm(spec),
                treat.lower_rate(spec),
            ),
            (run.frame.layers[layer],),
        )


@RULES.add(
    "dead",
    label="Dead units",
    formula="share of units that are 0 for every sample",
    advice="A ReLU unit on its flat side for every sample has slope 0 everywhere: "
    "no gradient reaches it and it cannot recover. Too high a learning rate or bad initial "
    "weights cause this; a leaky slope prevents it.",
)
class Dead(Rule):
    explains: ClassVar[tuple[str, ...]] = ("vanishing", "collapse", "low_rate", "plateau")

    def check(self, run: RunEvidence) -> Finding | None:
        frame = run.newest("shares")
        if frame is None or frame.shares is None or not run.hidden:
            return None
        dead, units = frame.shares.dead, np.array([layer.block.units for layer in run.hidden])
        share = float(dead[: len(units)] @ units) / float(units.sum())
        worst = float(dead[: len(units)].max())
        many = share > run.threshold(self.key, 0.4, 0.3)
        if not many and not worst > run.threshold(self.key, 0.8, 0.7):
            return None
        hurt = [layer for layer in run.hidden if dead[layer.index] > 0.3]
        return self.finding(
            "bad" if worst > 0.95 else "warning",
            Message("Dead {activation} units", activation=_label(hurt)),
            Message("{share} of all hidden units are 0 for every sample", share=percent(share)),
            self._remedies(run),
            tuple(layer.name for layer in hurt),
        )

    def _remedies(self, run: RunEvidence) -> tuple[Remedy, ...]:
        spec, origin = run.spec, run.origin
        lower, leaky = treat.lower_rate(spec), treat.use_activation(spec, LeakyReLU())
        born = origin is not None and origin.shares is not None and origin.shares.dead.max() > 0.4
        tall = spec.training.optimizer.learning_rate > treat.default_rate(spec)
        order = (lower, leaky) if tall and not born else (leaky, lower)
        return treat.offer(*treat_start(run), *order, treat.batch_norm(spec))


@RULES.add(
    "saturation",
    label="Saturation",
    formula="share of activations where the slope |f′(z)| is about 0",
    advice="An S-shaped unit far out on its flat ends has no slope, so no gradient gets through "
    "it and it no longer learns. Initial weights that are too large, or a learning rate that is "
    "too high, cause this.",
)
class Saturation(Rule):
    explains: ClassVar[tuple[str, ...]] = ("vanishing",)

    def check(self, run: RunEvidence) -> Finding | None:
        frame = run.newest("shares")
        s_shaped = [layer for layer in run.hidden if layer.s_shaped]
        if frame is None or frame.shares is None or not s_shaped or run.has_learned:
            return None
        index = [layer.index for layer in s_shaped]
        flat, origin = frame.shares.saturated[index], run.origin
        begun = origin.shares.saturated[index].mean() if origin and origin.shares else 0.0
        born = begun > 0.4
        # A network that has become saturated by training may work well.
        on, off = (0.5, 0.4) if born else (0.7, 0.55)
        if not flat.mean() > run.threshold(self.key, on, off):
            return None
        hurt = [layer for layer in s_shaped if frame.shares.saturated[layer.index] > 0.5]
        return self.finding(
            "bad" if flat.mean() > 0.9 else "warning",
            Message("{activation} units are saturated", activation=_label(hurt)),
            Message(
                "{share} of the activations lie where the slope is about 0",
                share=percent(flat.mean()),
            ),
            self._remedies(run, born),
            tuple(layer.name for layer in hurt),
        )

    def _remedies(self, run: RunEvidence, born: bool) -> tuple[Remedy, ...]:
        spec = run.spec
        lower, relu = treat.lower_rate(spec), treat.use_activation(spec, ReLU())
        if any(layer.activation.key == "step" for layer in run.hidden):
            return treat.offer(relu)
        order = (treat.batch_norm(spec), relu, lower) if born else (lower, relu)
        return treat.offer(*treat_start(run), *order)


@RULES.add(
    "collapse",
    label="Activation collapse",
    formula="spread of each layer's activations from sample to sample",
    advice="When the deep layers have the same output for every input, nothing can be learned. "
    "Weights that are too small, initially or by a penalty, shrink the differences layer by "
    "layer, and so do the small slopes of sigmoid.",
)
class Collapse(Rule):
    def check(self, run: RunEvidence) -> Finding | None:
        frame = run.newest("spread")
        if frame is None or frame.spread is None or not run.plain or len(run.hidden) < 2:
            return None
        spread = frame.spread[:-1]
        limit = run.threshold(self.key, 0.003, 0.01)
        if not spread[-1] < min(limit, 0.2 * spread[0]):
            return None
        spec = run.spec
        relu, weaker = treat.use_activation(spec, ReLU()), treat.weaker_penalty(spec)
        return self.finding(
            "bad" if spread[-1] < 1e-4 else "warning",
            Message("Activations have collapsed"),
            Message(
                "They differ by {little} from sample to sample in {last}, by {much} in {first}",
                little=number(spread[-1]),
                last=layer_message(run.hidden[-1].name),
                much=number(spread[0]),
                first=layer_message(run.hidden[0].name),
            ),
            treat.offer(*treat_start(run), weaker, treat.batch_norm(spec), relu),
            tuple(layer.name for layer in run.hidden if spread[layer.index] < limit),
        )


@RULES.add(
    "vanishing",
    label="Vanishing gradients",
    formula="mean |g| of the first layer against that of the last, and 4⁻ᵏ for k layers of sigmoid",
    advice="On its way back the gradient is multiplied by each layer's slope: sigmoid's is at most "
    "¼, so k layers leave at most 4⁻ᵏ of it (times the weights), and the first layers hardly "
    "learn. ReLU, batch norm and skip connections let it through.",
)
class Vanishing(Rule):
    def check(self, run: RunEvidence) -> Finding | None:
        # How large the last layer's gradient is depends on how a batch's classes are mixed.
        limit = run.threshold(self.key, 0.01 * (BRIEF if run.is_brief else 1), 0.03)
        left = run.first_to_last
        # With almost nothing left to learn the gradient is small anyway.
        if len(run.hidden) < 2 or run.has_learned or not left < limit:
            return None
        sigmoid = all(isinstance(layer.activation, Sigmoid) for layer in run.hidden)
        gradient = run.gradient
        return self.finding(
            "bad" if left < 1e-3 else "warning",
            Message("Gradients vanish"),
            self._evidence(run, left, sigmoid),
            self._remedies(run),
            tuple(h.name for h in run.hidden if gradient[h.index] < 0.05 * gradient[-1]),
        )

    def _remedies(self, run: RunEvidence) -> tuple[Remedy, ...]:
        spec = run.spec
        relu, norm = treat.use_activation(spec, ReLU()), treat.batch_norm(spec)
        return treat.offer(*treat_start(run), treat.weaker_penalty(spec), relu, norm)

    @staticmethod
    def _evidence(run: RunEvidence, left: float, sigmoid: bool) -> Message:
        layer, share, k = layer_number(run.hidden[0].name), fraction(left), len(run.hidden)
        if not sigmoid:
            return Message(
                "Layer {layer} gets {share} of the last layer's gradient", layer=layer, share=share
            )
        return Message(
            "Layer {layer} gets {share} of the last layer's gradient;"
            " {k} sigmoids pass ≤ {power} = 1/{bound:,}",
            layer=layer,
            share=share,
            k=k,
            power="4" + f"-{k}".translate(SUPERSCRIPT),
            bound=4**k,
        )


def _label(layers: list[Hidden]) -> Message:
    """The label of these layers' activation, or "Hidden" if they differ."""
    labels = {layer.activation.label for layer in layers}
    return Message(labels.pop()) if len(labels) == 1 else Message("Hidden")
