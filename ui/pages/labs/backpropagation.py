"""The page of lab 3: forward and backward by hand, one number a step, with a quiz."""

from __future__ import annotations

from dataclasses import replace
from html import escape

import numpy as np
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from core.base.translation import Message, tr
from core.catalogue.activations import ACTIVATIONS
from core.catalogue.losses import LOSSES, OUTPUTS
from core.studies.backpropagation import Trace, cost, trace
from core.studies.base import StudyError
from core.studies.hand_network import (
    MOST_LAYERS,
    HandNetwork,
    figure,
    name,
    usable_activations,
    usable_losses,
)
from core.studies.quiz import judge
from core.studies.steps import Step
from core.studies.taken import Taken
from ui.pages.labs.backpropagation_state import EXAMPLES, BackpropState, plain, taken_job
from ui.pages.labs.backpropagation_text import (
    arrow,
    matrix,
    next_text,
    numbers,
    samples_of,
)
from ui.pages.labs.column import (
    Column,
    choices,
    real,
    row,
    whole,
)
from ui.pages.labs.lab_page import LabPage
from ui.pages.labs.network_view import GraphView
from ui.plots.pictures.hand_network import Moment
from ui.session.job import BackgroundJob
from ui.theme import current
from ui.widgets.check import Check
from ui.widgets.layouts import add_layout
from ui.widgets.number_field import NumberField
from ui.widgets.numbers import shown
from ui.widgets.spin import Spin
from ui.widgets.text_field import TextField


class BackpropagationPage(LabPage):
    key = "backpropagation"
    State = BackpropState
    speed = 1.0
    look_for = (
        "Every backward step is upstream × local = downstream. A δ is computed once; from then on "
        "it is marked wherever it is used again: by all weights into its unit and by the messages "
        "to the layer below. That is why one pass is enough for all weights."
    )
    question = (
        "The gradient of a weight of the first layer is much smaller than that of the second. "
        "Which factors have made it so, and what would ten more sigmoid layers do to it?"
    )

    # Controls

    def build_controls(self, column: Column) -> None:
        network = column.section(tr("Network"))
        items = [(key, tr(label)) for key, (label, _) in EXAMPLES.items()]
        self.example = row(network, tr("Example"), choices([*items, ("own", tr("Your own"))]))
        self.example.edited.connect(self._choose_example)
        self.widths = row(
            network, tr("Units"), TextField(), tr("Units of each layer, inputs first: 2-3-1")
        )
        self.widths.edited.connect(self._type_widths)
        self.activation = row(
            network,
            tr("Activation"),
            choices((k, tr(ACTIVATIONS[k].label)) for k in usable_activations()),
        )
        self.activation.edited.connect(lambda key: self.edit(activation=key))
        self.loss = row(
            network, tr("Loss"), choices((k, tr(LOSSES[k].label)) for k in usable_losses())
        )
        self.loss.edited.connect(self._choose_loss)
        self.output = row(
            network, tr("Output"), choices((e.key, tr(e.label)) for e in OUTPUTS.entries())
        )
        self.output.edited.connect(lambda key: self.edit(output=key))
        self.bias = row(network, tr("Biases"), Check())
        self.bias.edited.connect(self._set_bias)
        self.train_biases = row(
            network, tr("Train biases"), Check(), tr("Off keeps them as they are")
        )
        self.train_biases.edited.connect(lambda on: self.edit(train_biases=on))
        self.seed = row(
            network, tr("Seed"), whole(self.State, "seed"), tr("Draw new weights with this seed")
        )
        self.seed.edited.connect(self._draw)
        self.take_button = QPushButton(tr("Take from the Train page"))
        self.take_button.setToolTip(
            tr("The network of the run in its present weights, and samples")
        )
        self.take_button.clicked.connect(self.take_network)
        network.add(self.take_button)
        typed = column.section(tr("Numbers"))
        self.weight_fields = []
        self.bias_fields = []
        for layer in range(MOST_LAYERS):
            tip = tr("A row for each unit, rows separated by semicolons")
            field = row(typed, tr("Weights {number}", number=layer + 1), TextField(), tip)
            field.edited.connect(lambda text, layer=layer: self._type_weights(layer, text))
            self.weight_fields.append(field)
            field = row(
                typed, tr("Biases {number}", number=layer + 1), TextField(), tr("One for each unit")
            )
            field.edited.connect(lambda text, layer=layer: self._type_biases(layer, text))
            self.bias_fields.append(field)
        self._taking: BackgroundJob | None = None
        data = column.section(tr("Data"))
        self.samples = row(
            data, tr("All samples"), TextField(), tr("inputs → targets: 1, 1 → 1; 2, 2 → 0")
        )
        self.samples.edited.connect(self._type_samples)
        self.sample = row(data, tr("Sample"), Spin(1, 1))
        self.sample.edited.connect(lambda number: self.edit(sample=number - 1))
        self.rate = row(data, tr("Rate η"), real(self.State, "rate"))
        self.rate.edited.connect(lambda value: self.edit(rate=float(value)))
        self.next_button = QPushButton(tr("Next sample with the new weights"))
        self.next_button.clicked.connect(self.next_sample)
        data.add(self.next_button)
        self.train_button = QPushButton(tr("Train a network like this"))
        self.train_button.setToolTip(tr("Open these layers and functions on the Train page"))
        self.train_button.clicked.connect(self._train_this)
        data.add(self.train_button)

    def show_controls(self) -> None:
        s = self.state
        widths = (len(s.weights[0][0]), *(len(matrix) for matrix in s.weights))
        bare = replace(s, quiz=False, sample=0, seed=1)
        known = (key for key, (_, state) in EXAMPLES.items() if state == bare)
        self.example.set_value(next(known, "own"))
        self.widths.set_value("-".join(map(str, widths)))
        for field in ("activation", "loss", "output", "rate", "seed", "train_biases"):
            getattr(self, field).set_value(getattr(s, field))
        self.bias.setChecked(bool(s.biases))
        _row_of(self.train_biases).setVisible(bool(s.biases))
        for layer, (weights, biases) in enumerate(
            zip(self.weight_fields, self.bias_fields, strict=True)
        ):
            there = layer < len(s.weights)
            _row_of(weights).setVisible(there)
            _row_of(biases).setVisible(there and bool(s.biases))
            if there:
                weights.set_value("; ".join(", ".join(map(shown, r)) for r in s.weights[layer]))
                biases.set_value(", ".join(map(shown, s.biases[layer])) if s.biases else "")
        self.samples.set_value("; ".join(arrow(*sample) for sample in s.samples))
        self.sample.setRange(1, len(s.samples))
        self.sample.set_value(s.sample + 1)
        self.quiz_check.setChecked(s.quiz)

    # The user's edits

    def _choose_example(self, key: str) -> None:
        if key in EXAMPLES:
            state = EXAMPLES[key][1]
            self.edit(**{f: getattr(state, f) for f in state.__dataclass_fields__})
            self.transport.restart()
        else:
            self._shape((3, 3, 2), bool(self.state.biases))

    def _shape(self, widths: tuple[int, ...], bias: bool, seed: int | None = None) -> None:
        """Another shape: weights are drawn, samples too where the old ones do not fit."""
        s = self.state
        seed = s.seed if seed is None else seed
        drawn = HandNetwork.random(widths, np.random.default_rng(seed), bias)
        samples = s.samples
        if any(len(x) != widths[0] or len(y) != widths[-1] for x, y in samples):
            x = tuple(float(i + 1) / widths[0] for i in range(widths[0]))
            samples = ((x, (1.0, *[0.0] * (widths[-1] - 1))),)
        self.edit(
            weights=plain(drawn.weights),
            biases=plain(drawn.biases) if drawn.biases else (),
            samples=samples,
            sample=0,
            seed=seed,
        )
        self.transport.restart()

    def _draw(self, seed: int) -> None:
        widths = (len(self.state.weights[0][0]), *(len(m) for m in self.state.weights))
        self._shape(widths, bool(self.state.biases), seed)

    def _type_widths(self, text: str) -> None:
        try:
            widths = tuple(int(part) for part in text.replace("–", "-").split("-"))
            if not 2 <= len(widths) <= MOST_LAYERS + 1 or not all(1 <= w <= 4 for w in widths):
                raise ValueError
        except ValueError:
            self.banner.say(tr("Units: two to four numbers from 1 to 4, like 2-3-1."))
            return
        self._shape(widths, bool(self.state.biases))

    def _choose_loss(self, key: str) -> None:
        outputs = LOSSES[key].outputs
        output = self.state.output if self.state.output in outputs else outputs[0]
        self.edit(loss=key, output=output)

    def _set_bias(self, on: bool) -> None:
        biases = tuple((0.0,) * len(matrix) for matrix in self.state.weights) if on else ()
        self.edit(biases=biases)

    def _type_weights(self, layer: int, text: str) -> None:
        self._take(lambda: {"weights": _put(self.state.weights, layer, matrix(text))})

    def _type_biases(self, layer: int, text: str) -> None:
        self._take(lambda: {"biases": _put(self.state.biases, layer, numbers(text))})

    def _type_samples(self, text: str) -> None:
        self._take(lambda: {"samples": samples_of(text), "sample": 0})

    def _take(self, read) -> None:
        try:
            changes = read()
            self._network(replace(self.state, **changes))
        except (StudyError, ValueError, IndexError) as error:
            self.banner.say(tr(str(error)))
            return
        self.edit(**changes)

    def next_sample(self) -> None:
        """Continue with the new weights and the next sample."""
        after = self.trace.updated()
        self.edit(
            weights=plain(after.weights),
            biases=plain(after.biases) if after.biases else (),
            sample=(self.state.sample + 1) % len(self.state.samples),
        )
        self.transport.restart()

    # To and from the Train page

    def take_network(self) -> None:
        """Take the network that the Train page shows, with the first samples of its data."""
        try:
            job = taken_job(self.context.session)
        except StudyError as error:
            self.banner.say(tr(str(error)))
            return
        self.take_button.setEnabled(False)
        self._taking = BackgroundJob(job)
        self._taking.finished.connect(self._taken)
        self._taking.failed.connect(self._not_taken)
        self._taking.start()

    def _taken(self, taken: Taken) -> None:
        self.take_button.setEnabled(True)
        network = taken.network
        self.edit(
            weights=plain(network.weights),
            biases=plain(network.biases) if network.biases else (),
            activation=network.activation.key,
            output=network.output,
            loss=network.loss.key,
            samples=taken.samples,
            sample=0,
            rate=taken.rate,
        )
        self.transport.restart()
        if taken.differs:
            self.banner.say(tr(taken.differs))

    def _not_taken(self, message: str) -> None:
        self.take_button.setEnabled(True)
        self.banner.say(tr(message))

    @property
    def is_computing(self) -> bool:
        return self._taking is not None and not self._taking.is_over

    def shutdown(self) -> None:
        if self._taking is not None:
            self._taking.close(1.0)

    def _train_this(self) -> None:
        self.context.open_experiment(self.trace.network.spec(self.state.rate))

    # Computing

    def _network(self, s: BackpropState) -> HandNetwork:
        weights = tuple(np.array(matrix, float) for matrix in s.weights)
        biases = tuple(np.array(vector, float) for vector in s.biases) or None
        if biases and [len(b) for b in biases] != [len(w) for w in weights]:
            raise StudyError(Message("There must be one bias for each unit."))
        return HandNetwork(weights, biases, ACTIVATIONS[s.activation](), s.output, LOSSES[s.loss]())

    def recompute(self) -> None:
        s = self.state
        x, y = s.samples[s.sample]
        self.trace: Trace = trace(self._network(s), x, y, s.rate, s.train_biases)
        self.transport.set_length(len(self.trace.steps))

    # Showing

    def build_cards(self) -> None:
        self.right = self.wrong = 0
        # The steps and the place among them to which the verdict belongs.
        self._judged: tuple[Trace | None, int] = None, 0
        self.graph_view = GraphView()
        self.graph_view.ensure_built()
        self.add_card(self.graph_view, 0, 0)
        self.quiz_check = Check()
        self.quiz_check.setText(tr("Quiz: type the next number yourself"))
        self.quiz_check.edited.connect(lambda on: self.edit(quiz=on))
        self.answer = NumberField()
        self.answer.setFixedWidth(120)
        self.answer.setAccessibleName(tr("Your answer"))
        self.answer.setPlaceholderText(tr("your answer"))
        self.answer.edited.connect(self._answer)
        self.verdict = QLabel()
        self.verdict.setWordWrap(True)
        self.score = QLabel()
        line = QHBoxLayout()
        line.setContentsMargins(0, 4, 0, 0)
        line.setSpacing(12)
        for widget in (self.quiz_check, self.answer, self.score):
            line.addWidget(widget)
        line.addWidget(self.verdict, 1)
        column = self.formula.layout()
        assert isinstance(column, QVBoxLayout)
        add_layout(column, line)
        self.grid.addWidget(self.formula, 1, 0)
        self.grid.setRowStretch(0, 3)
        self.grid.setRowStretch(1, 1)
        self.formula.setMinimumHeight(150)

    def show_step(self, at: int) -> None:
        ran = self.trace
        step = ran.steps[at] if at < len(ran.steps) else None
        uses = frozenset(step.uses) if step else frozenset()
        reused = frozenset(ran.reused(at)) if step else frozenset()
        target = step.key if step else None
        self.graph_view.graph.show_moment(Moment(ran, ran.known(at), target, uses, reused))
        self.formula.show_html(self._written_out(at, step))
        quiz = self.state.quiz
        judged, place = self._judged
        if judged is not ran or place != at:
            self.verdict.clear()
        for widget in (self.answer, self.verdict, self.score):
            widget.setVisible(quiz)
        self.answer.setEnabled(step is not None)
        self.score.setText(tr("{right} right, {wrong} wrong", right=self.right, wrong=self.wrong))
        self.next_button.setEnabled(at == len(ran.steps))
        self.next_button.setToolTip(
            ""
            if at == len(ran.steps)
            else tr("Available after the last step: all new weights are known")
        )

    def _written_out(self, at: int, step: Step | None) -> str:
        html = [self._last_result(at)]
        if step is None:
            html.append(f"<p><b>{tr('Done.')}</b> {tr('All new weights are known.')}</p>")
        else:
            html.append(next_text(self.trace, at, hide=self.state.quiz))
        counted, weights = cost(self.trace.network), self.trace.network.parameters
        compared = tr(
            "One backward pass: {backward} multiplications for all {weights} gradients. "
            "Finite differences: 2P = {passes} forward passes, {differences:,} multiplications.",
            backward=counted.backward,
            weights=weights,
            passes=2 * weights,
            differences=counted.finite_differences,
        )
        html.append(f"<p style='color:{current().muted}'>{compared}</p>")
        return "".join(html)

    def _last_result(self, at: int) -> str:
        if not at:
            return ""
        step = self.trace.steps[at - 1]
        result = f"{tr(name(step.key, self.trace.network))} = {figure(step.value)}"
        text = tr("Just computed: {result}", result=result)
        return f"<p style='color:{current().muted}'>{escape(text)}</p>"

    # The quiz

    def reset(self) -> None:
        self.right = self.wrong = 0
        super().reset()

    def _answer(self, value: float | None) -> None:
        at = self.transport.at
        if value is None or at >= len(self.trace.steps):
            return
        verdict = judge(self.trace, at, float(value))
        self.right += verdict.right
        self.wrong += not verdict.right
        color = current().good if verdict.right else current().bad
        mark = "✓" if verdict.right else "✗"
        self.verdict.setText(
            f"<span style='color:{color}'>{mark} {escape(tr(verdict.hint))}</span>"
        )
        self._judged = self.trace, at + verdict.right
        self.answer.set_value(None)
        self.answer.clear()
        if verdict.right:
            self.transport.step()
        else:
            self.show_step(at)
        self.answer.setFocus()


def _row_of(field: QWidget) -> QWidget:
    parent = field.parentWidget()
    assert parent is not None
    return parent


def _put(parts: tuple, at: int, part: tuple) -> tuple:
    return (*parts[:at], part, *parts[at + 1 :])
