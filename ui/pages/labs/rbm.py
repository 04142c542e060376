"""The page of lab 6: machines learn layer by layer, then the network made of them is trained."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from core.base.registry import setting
from core.base.translation import Message, tr
from core.catalogue.activations import Sigmoid
from core.catalogue.batching import MiniBatch
from core.catalogue.blocks import Dense
from core.catalogue.initializers import RBM
from core.catalogue.optimizers import SGD
from core.data.digits import Digits
from core.data.mnist import MNIST, find
from core.experiment.spec import DataSpec, ExperimentSpec, NetworkSpec, TrainingSpec
from core.network.rbm import FIRST_MOMENTUM, MOMENTUM
from core.studies.rbm import Settings
from core.studies.rbm_jobs import PretrainingJob, PretrainingMoment, PretrainingRun, Tuning
from ui.pages.labs import rbm_plots as plots
from ui.pages.labs.column import (
    Column,
    choices,
    real,
    row,
    whole,
)
from ui.pages.labs.job_page import JobLabPage, table
from ui.plots.ticks import number
from ui.theme import current
from ui.widgets.check import Check

DIGITS, MNIST_KEY, TRAIN = "digits", "mnist", "train"
NOT_JUDGED = Message(
    "No fine-tuning: there are no samples to judge it by. Hold out some for validation or test."
)


@dataclass(frozen=True)
class PretrainingState:
    """The settings of lab 6."""

    data: str = setting(DIGITS, choices=(DIGITS, MNIST_KEY, TRAIN))
    layers: int = setting(3, low=1, high=8)
    units: int = setting(64, low=4, high=500)
    epochs: int = setting(15, low=1, high=200)
    rate: float = setting(0.1, low=1e-6, high=10.0)
    k: int = setting(1, low=1, high=50)
    weight_cost: float = setting(2e-4, low=0.0, high=1.0)
    persistent: bool = False
    compare: bool = True
    tuning: int = setting(30, low=1, high=500)
    seed: int = setting(1, low=0, high=2**31 - 1)


class PretrainingPage(JobLabPage):
    key = "rbm"
    State = PretrainingState
    noun = Message("moment")
    look_for = (
        "Filters begin as noise and become strokes; reconstructions sharpen as the two statistics "
        "approach the diagonal. A network that starts from the machines learns at once, while the "
        "same network of sigmoids does not from small random weights."
    )
    question = (
        "The machines never see a label. Why does it then help to distinguish classes, and when "
        "would it not?"
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.moments: list[PretrainingMoment] = []
        self.tuned: Tuning | None = None
        # What the moments are of, and what is being computed.
        self.job_shown: PretrainingJob | None = None
        self._computed: PretrainingJob | None = None
        self._is_judged = True
        super().__init__(*args, **kwargs)

    # Controls

    def build_controls(self, column: Column) -> None:
        network = column.section(tr("Network"))
        known = [(DIGITS, tr("digits, 8×8"))]
        if find("mnist"):
            known.append((MNIST_KEY, tr("MNIST, 10,000 pictures")))
        known.append((TRAIN, tr("of the Train page")))
        self.data = row(
            network, tr("Data"), choices(known), tr("What the machines see, without labels")
        )
        self.layers = row(
            network,
            tr("Layers"),
            whole(self.State, "layers"),
            tr("Sigmoid layers, a machine for each"),
        )
        self.units = row(
            network, tr("Units"), whole(self.State, "units", True), tr("Units of every layer")
        )
        learning = column.section(tr("Contrastive divergence"))
        self.epochs = row(
            learning, tr("Epochs"), whole(self.State, "epochs", True), tr("Epochs for each layer")
        )
        self.rate = row(learning, tr("Rate η"), real(self.State, "rate"))
        self.k = row(
            learning, tr("Steps k"), whole(self.State, "k"), tr("Gibbs steps for one update: CD-k")
        )
        cost = tr("Each update takes this share of the rate times the weight away")
        self.weight_cost = row(learning, tr("Weight cost"), real(self.State, "weight_cost"), cost)
        self.persistent = Check()
        self.persistent.setText(tr("persistent chains"))
        self.persistent.setToolTip(
            tr(
                "Gibbs steps continue where those of the last update ended. There is no momentum "
                "then: take about three times the rate, 0.3."
            )
        )
        learning.add(self.persistent)
        tuning = column.section(tr("Fine-tuning"))
        self.tuning = row(
            tuning,
            tr("Epochs"),
            whole(self.State, "tuning", True),
            tr("Epochs of training with labels"),
        )
        self.compare = Check()
        self.compare.setText(tr("compare with other starts"))
        self.compare.setToolTip(tr("The same network from weights of std 0.01 and from Xavier's"))
        tuning.add(self.compare)
        self.seed = row(tuning, tr("Seed"), whole(self.State, "seed"))
        tuning.add(self.working)
        self.connect_fields()

    # Computing

    def recompute(self) -> None:
        self.show_step(self.transport.at)
        self.begin_soon()

    def settings(self) -> Settings:
        s = self.state
        rbm = RBM(epochs=s.epochs, rate=s.rate, k=s.k, weight_cost=s.weight_cost)
        network = NetworkSpec(
            hidden=(Dense(units=s.units),) * s.layers, activation=Sigmoid(), initializer=rbm
        )
        training = TrainingSpec(optimizer=SGD(learning_rate=0.1), batching=MiniBatch(size=50))
        spec = ExperimentSpec(
            data=self._data(), network=network, training=training, seed=s.seed, precision="float32"
        )
        return Settings(spec, rbm, s.persistent)

    def _data(self) -> DataSpec:
        if self.state.data == TRAIN:
            return self.context.session.spec.data
        mnist = self.state.data == MNIST_KEY
        dataset = MNIST(count=10_000) if mnist else Digits()
        test = DataSpec().test if mnist else 0.25
        return DataSpec(dataset=dataset, validation=0.1, test=test, standardize=False)

    def begin(self) -> None:
        job = PretrainingJob(self.settings(), self.state.tuning, self.state.compare)
        if job != self._computed:
            self._computed = job
            self.start(job, lambda run: self._finish(job, run), lambda news: self._take(job, news))

    def forget(self) -> None:
        self._computed = None

    def _failed(self, message: str) -> None:
        self._begin_showing(None)
        self._show_nothing()
        super()._failed(message)

    def _begin_showing(self, job: PretrainingJob | None) -> None:
        """Drop what there is of another job: it stays until there is something to show."""
        if job is not self.job_shown:
            self.job_shown, self._is_judged = job, True
            self.moments, self.tuned = [], None

    def _take(self, job: PretrainingJob, news: PretrainingMoment | Tuning) -> None:
        self._begin_showing(job)
        if isinstance(news, Tuning):
            self.tuned = news
        else:
            self.moments.append(news)
        self.extend(self._length())

    def _finish(self, job: PretrainingJob, found: PretrainingRun) -> None:
        self._begin_showing(job)
        self.moments, self.tuned = list(found.moments), found.tuning
        self._is_judged = found.tuning is not None
        self.extend(self._length())

    def _length(self) -> int:
        """The last step: a moment of a machine, or an epoch of fine-tuning after them all."""
        epochs = len(next(iter(self.tuned.curves.values()))) if self.tuned else 0
        return max(len(self.moments) - 1 + epochs, 0)

    # Showing

    def build_cards(self) -> None:
        self.filters, self.pictures = plots.FiltersView(), plots.PicturesView()
        self.statistics, self.errors = plots.StatisticsView(), plots.ErrorsView()
        self.accuracy = plots.TuningView()
        views = (self.filters, self.pictures, self.statistics, self.errors, self.accuracy)
        for i, view in enumerate(views):
            view.ensure_built()
            view.set_empty(True, tr("Being computed …"))
            self.add_card(view, *divmod(i, 3))
        self.grid.addWidget(self.formula, 1, 2)
        for column in range(3):
            self.grid.setColumnStretch(column, 1)
        for line in range(2):
            self.grid.setRowStretch(line, 1)

    def show_step(self, at: int) -> None:
        if not self.moments:
            return
        last = min(at, len(self.moments) - 1)
        moment = self.moments[last]
        for view in (self.filters, self.pictures, self.statistics, self.errors):
            view.set_empty(False)
        self.filters.show(moment)
        self.pictures.show(moment)
        self.statistics.show(moment)
        self.errors.show(self.moments[: last + 1])
        epochs = at - len(self.moments)
        waits = tr("Begins when all layers are pre-trained")
        self.accuracy.set_empty(epochs < 0, waits if self._is_judged else tr(NOT_JUDGED))
        if epochs >= 0:
            self.accuracy.show(self.tuned, epochs)
        self._write(moment, epochs)

    def _write(self, moment: PretrainingMoment, epochs: int) -> None:
        hidden, visible, data, model, weight = moment.strongest
        assert self.job_shown
        settings, snapshot = self.job_shown.settings, moment.snapshot
        rbm = settings.rbm
        change = rbm.rate * (data - model - rbm.weight_cost * weight)
        momentum = FIRST_MOMENTUM if snapshot.epoch <= 1 else MOMENTUM
        momentum = 0.0 if settings.persistent else momentum
        where = tr(
            "ΔW = η (⟨vh⟩<sub>data</sub> − ⟨vh⟩<sub>model</sub> − λ W), plus {momentum} times the "
            "last ΔW. Where the two differ most, input {input} and unit {unit}:",
            momentum=momentum,
            input=visible + 1,
            unit=hidden + 1,
        )
        rule = (
            f"<p>{where}<br>{_short(rbm.rate)} · ({_short(data)} − {_short(model)} − "
            f"{_short(rbm.weight_cost)} · {_short(weight)}) = "
            f"<b>{_short(change).strip('()')}</b></p>"
        )
        self.formula.show_html(rule + self._layers(snapshot.layer) + self._accuracies(epochs))

    def _layers(self, reached: int) -> str:
        ends = self.errors.ends
        columns = [
            {
                tr("layer {layer}", layer=i + 1): number(e[-1], 4) if e else "–"
                for i, (e, _) in enumerate(ends)
            },
            {
                tr("layer {layer}", layer=i + 1): number(g[-1], 3) if g else "–"
                for i, (_, g) in enumerate(ends)
            },
        ]
        return table([tr("error"), tr("free-energy gap")], columns, current().muted)

    def _accuracies(self, epochs: int) -> str:
        if not self._is_judged:
            return f"<p style='color:{current().muted}'>{tr(NOT_JUDGED)}</p>"
        if self.tuned is None or epochs < 0:
            return ""
        rows = {
            name: f"{100 * values[min(epochs, len(values) - 1)]:.2f} %"
            for name, values in self.tuned.curves.items()
        }
        part = Message(self.tuned.part)
        title = tr("{part} accuracy, epoch {epoch}", part=part, epoch=epochs)
        return "<br>" + table([title], [rows], current().muted)


def _short(value: float) -> str:
    """Four digits; a negative number in parentheses, as it follows a sign."""
    text = f"{value:.4g}".replace("-", "−")
    return f"({text})" if value < 0 else text
