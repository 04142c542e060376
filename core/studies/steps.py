"""The steps of lab 3: what one step computes, from what, and how it is written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import numpy as np

from core.base.translation import Message, joined
from core.catalogue.losses import OUTPUTS
from core.studies.hand_network import HandNetwork, Key, Values, figure, name, parameters

FORWARD, BACKWARD, UPDATE = "forward", "backward", "update"


class Factor(NamedTuple):
    """One factor of a product: how it is written, its value and, if it is one, its quantity."""

    symbol: str
    value: float
    key: Key | None = None


Term = tuple[Factor, ...]


class Step(NamedTuple):
    """One quantity is computed.

    `symbols` and `numbers` are the right-hand side written out. The value is the sum of the
    products `terms`; where a function is applied instead, `terms` is empty. `uses` are the
    quantities that it is computed from.
    """

    phase: str
    key: Key
    about: str
    symbols: str
    numbers: str
    value: float
    terms: tuple[Term, ...]
    uses: tuple[Key, ...]


class StepWriter:
    """Writes down the steps of one sample, looking up what earlier ones have computed."""

    def __init__(
        self,
        network: HandNetwork,
        x: tuple[float, ...],
        y: tuple[float, ...],
        rate: float,
        train_biases: bool,
    ) -> None:
        self.network, self.rate, self.train_biases = network, rate, train_biases
        self.x, self.y = x, y
        self.steps: list[Step] = []
        self.known = {Key("a", 0, i): value for i, value in enumerate(x)}
        self.known |= {Key("y", 0, i): value for i, value in enumerate(y)}
        self.known |= parameters(network)

    def written(self) -> tuple[Step, ...]:
        for layer in range(1, self.network.layers + 1):
            self._forward(layer)
        self._loss()
        for layer in range(self.network.layers, 0, -1):
            self._backward(layer)
        self._update()
        return tuple(self.steps)

    # Forward

    def _forward(self, layer: int) -> None:
        sources, units = self.network.widths[layer - 1 : layer + 1]
        softmax = layer == self.network.layers and self.network.output == "softmax"
        for unit in range(units):
            terms: list[Term] = [
                (self._factor("w", layer, unit, i), self._factor("a", layer - 1, i))
                for i in range(sources)
            ]
            if self.network.biases:
                terms.append((self._factor("b", layer, unit),))
            self._sum(FORWARD, Key("z", layer, unit), Message("weighted sum"), terms)
            if not softmax:
                self._activate(layer, unit)
        if softmax:
            for unit in range(units):
                self._activate(layer, unit)

    def _activate(self, layer: int, unit: int) -> None:
        keys = [Key("z", layer, unit)]
        if layer < self.network.layers:
            function, about = self.network.activation.label, Message("activation")
        else:
            function, about = OUTPUTS[self.network.output].label, Message("output function")
            if self.network.output == "softmax":
                keys = [Key("z", layer, i) for i in range(self.network.widths[layer])]
        symbols, numbers = (
            joined("", (Message(function), f"({', '.join(arguments)})"))
            for arguments in (map(self._name, keys), [figure(self.known[key]) for key in keys])
        )
        if len(keys) > 1:
            symbols, numbers = (
                Message("{formula}, part {part}", formula=text, part=unit + 1)
                for text in (symbols, numbers)
            )
        value = float(self._activations(layer)[unit])
        self._note(FORWARD, Key("a", layer, unit), about, symbols, numbers, value, keys)

    def _z(self, layer: int) -> Values:
        """Pre-activations of a layer, shape (units, 1); NaN where not computed yet."""
        width = self.network.widths[layer]
        return np.array([[self.known.get(Key("z", layer, i), np.nan)] for i in range(width)])

    def _activations(self, layer: int) -> Values:
        z = self._z(layer)
        a = np.empty_like(z)
        if layer < self.network.layers:
            self.network.activation.forward(z, a)
        else:
            OUTPUTS[self.network.output]().forward(z, a)
        return a[:, 0]

    def _loss(self) -> None:
        layer, width = self.network.layers, self.network.widths[-1]
        z, a = self._z(layer), self._activations(layer)[:, None]
        y = np.array(self.y)[:, None]
        value = float(self.network.loss.value(z, a, y)[0])
        outputs = [Key("a", layer, i) for i in range(width)]
        targets = [Key("y", 0, i) for i in range(width)]
        formula = self.network.loss.formula
        pairs = (
            f"{self._name(t)} = {figure(self.known[t])}, {self._name(o)} = {figure(self.known[o])}"
            for t, o in zip(targets, outputs, strict=True)
        )
        numbers = Message("{formula} with {values}", formula=formula, values="; ".join(pairs))
        self._note(
            FORWARD, Key("E"), Message("loss"), formula, numbers, value, [*outputs, *targets]
        )

    # Backward

    def _backward(self, layer: int) -> None:
        for unit in range(self.network.widths[layer]):
            if layer == self.network.layers:
                self._output_slope(layer, unit)
            else:
                self._messages(layer, unit)
        for unit in range(self.network.widths[layer]):
            if layer == self.network.layers:
                self._output_delta(layer, unit)
            else:
                slope = self._slopes(layer)[unit]
                symbol = f"f′({self._name(Key('z', layer, unit))})"
                local = Factor(symbol, float(slope), Key("z", layer, unit))
                self._product(
                    BACKWARD,
                    Key("delta", layer, unit),
                    Message("δ: upstream × local slope"),
                    self._factor("da", layer, unit),
                    local,
                )
            self._parameter_gradients(layer, unit)

    def _parameter_gradients(self, layer: int, unit: int) -> None:
        delta = self._factor("delta", layer, unit)
        for source in range(self.network.widths[layer - 1]):
            signal = self._factor("a", layer - 1, source)
            key = Key("dw", layer, unit, source)
            self._product(BACKWARD, key, Message("gradient: δ × what came in"), delta, signal)
        if self.network.biases:
            key = Key("db", layer, unit)
            self._sum(BACKWARD, key, Message("gradient of a bias: δ itself"), [(delta,)])

    def _output_slope(self, layer: int, unit: int) -> None:
        """∂E/∂ŷ, except for cross-entropies, whose slope is taken with the output function's."""
        if self.network.loss.fused:
            return
        terms = [(self._factor("a", layer, unit),), (self._minus("y", 0, unit),)]
        self._sum(BACKWARD, Key("da", layer, unit), Message("slope of the loss"), terms)

    def _output_delta(self, layer: int, unit: int) -> None:
        key = Key("delta", layer, unit)
        if self.network.loss.fused:
            terms = [(self._factor("a", layer, unit),), (self._minus("y", 0, unit),)]
            about = Message("δ of cross-entropy through its own output function")
            self._sum(BACKWARD, key, about, terms)
        elif self.network.output == "softmax":
            self._sum(
                BACKWARD, key, Message("δ: softmax mixes all outputs"), self._softmax_terms(unit)
            )
        else:
            symbol = f"f′({self._name(Key('z', layer, unit))})"
            local = Factor(symbol, self._output_derivative(unit), Key("z", layer, unit))
            upstream = self._factor("da", layer, unit)
            self._product(BACKWARD, key, Message("δ: upstream × local slope"), upstream, local)

    def _softmax_terms(self, unit: int) -> list[Term]:
        layer, a = self.network.layers, self._activations(self.network.layers)
        terms: list[Term] = []
        for k in range(len(a)):
            slope = float(a[k] * ((k == unit) - a[unit]))
            symbol = f"∂{self._name(Key('a', layer, k))}/∂{self._name(Key('z', layer, unit))}"
            local = Factor(symbol, slope, Key("a", layer, k))
            terms.append((self._factor("da", layer, k), local))
        return terms

    def _output_derivative(self, unit: int) -> float:
        a = self._activations(self.network.layers)[:, None]
        out = np.empty_like(a)
        OUTPUTS[self.network.output]().backward(a, np.ones_like(a), out)
        return float(out[unit, 0])

    def _slopes(self, layer: int) -> Values:
        z = self._z(layer)
        a, out = np.empty_like(z), np.empty_like(z)
        self.network.activation.forward(z, a)
        self.network.activation.derivative(z, a, out)
        return out[:, 0]

    def _messages(self, layer: int, unit: int) -> None:
        terms: list[Term] = [
            (self._factor("delta", layer + 1, k), self._factor("w", layer + 1, k, unit))
            for k in range(self.network.widths[layer + 1])
        ]
        self._sum(
            BACKWARD, Key("da", layer, unit), Message("sum of the messages from above"), terms
        )

    # Update

    def _update(self) -> None:
        rate = Factor("η", self.rate)
        kinds = [("w", "dw", "new w")]
        if self.network.biases and self.train_biases:
            kinds.append(("b", "db", "new b"))
        for layer in range(1, self.network.layers + 1):
            for kind, gradient, new in kinds:
                for key in [k for k in self.known if k.kind == kind and k.layer == layer]:
                    slope = self._factor(gradient, *key[1:])
                    minus = Factor(f"−{rate.symbol}", -rate.value)
                    terms = [(self._factor(*key),), (minus, slope)]
                    self._sum(UPDATE, key._replace(kind=new), Message("update"), terms)

    # Writing

    def _name(self, key: Key) -> str:
        return name(key, self.network)

    def _factor(self, *parts: str | int) -> Factor:
        key = Key(*parts)  # pyright: ignore[reportArgumentType]
        return Factor(self._name(key), self.known[key], key)

    def _minus(self, *parts: str | int) -> Factor:
        symbol, value, key = self._factor(*parts)
        return Factor(f"−{symbol}", -value, key)

    def _product(self, phase: str, key: Key, about: str, *factors: Factor) -> None:
        self._sum(phase, key, about, [factors])

    def _sum(self, phase: str, key: Key, about: str, terms: Sequence[Term]) -> None:
        value = float(sum(np.prod([factor.value for factor in term]) for term in terms))
        symbols = _joined(" · ".join(factor.symbol for factor in term) for term in terms)
        numbers = _joined(" · ".join(_written(term)) for term in terms)
        uses = [factor.key for term in terms for factor in term if factor.key]
        self._note(phase, key, about, symbols, numbers, value, uses, terms)

    def _note(
        self,
        phase: str,
        key: Key,
        about: str,
        symbols: str,
        numbers: str,
        value: float,
        uses: Sequence[Key],
        terms: Sequence[Term] = (),
    ) -> None:
        self.known[key] = value
        self.steps.append(
            Step(phase, key, about, symbols, numbers, value, tuple(terms), tuple(uses))
        )


def _written(term: Term) -> Iterator[str]:
    """The numbers of a product, negative ones behind the first in brackets."""
    for place, factor in enumerate(term):
        text = figure(factor.value)
        yield f"({text})" if place and text.startswith("−") else text


def _joined(terms: Iterable[str]) -> str:
    return " + ".join(terms).replace("+ −", "− ")
