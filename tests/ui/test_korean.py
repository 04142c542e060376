"""In Korean nothing that views, findings and the gallery say is English but names, while what they
export stays the same."""

from __future__ import annotations

import re

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtWidgets import QLabel

from core.base.translation import tr
from core.catalogue.activations import ACTIVATIONS
from core.catalogue.initializers import INITIALIZERS
from core.experiment.spec import ExperimentSpec
from core.gallery import GALLERY
from core.search.presets import lecture
from tests.diagnosed import TROUBLES, Run, watched
from tests.ui.frames import recorded
from tests.ui.real import Clouds, moments, spec_of
from tests.ui.running import diverging, step
from tests.ui.windows import main_window
from ui.export.formats import table
from ui.export.sheet import stacked
from ui.pages.gallery.cards import CardsPage
from ui.pages.gallery.side import Side
from ui.pages.gallery.table import RunTable
from ui.plots.card import Card
from ui.plots.text import plain
from ui.views import VIEWS

WORD = re.compile(r"[A-Za-z]{2,}")
# What Korean texts of the field write in Latin letters.
NAMES = {
    "AdaDelta", "AdaGrad", "Adam", "BN", "Ctrl", "ELU", "Enter", "Esc", "He", "MNIST",
    "Momentum", "NAdam", "NaN", "RMSE", "RMSProp", "ReLU", "Return", "SGD", "Shift", "Xavier",
    "dE", "dW", "leaky", "ln", "ms", "out", "sigmoid", "softmax", "std", "swish", "tanh",
}  # fmt: skip


pytestmark = pytest.mark.usefixtures("korean")


def english(*texts: str) -> set[str]:
    """The English words in texts; those that are names are not."""
    return {word for text in texts for word in WORD.findall(text)} - NAMES


def said_by(card) -> list[str]:
    """What a view and its card say: title, legend, captions, menu, tips."""
    view = card.view
    tips = [button.toolTip() for button in (card.header.export_button, card.header.menu_button)]
    menu = [action.text() for action in view.menu().actions()]
    captions = [text for plot in view.placed for text in (plot.caption, plot.x_name)]
    return [view.title, view.about, plain(view.subtitle), *captions, *menu, *tips]


def read_outs(view) -> list[str]:
    """What the view says under the pointer, at many places."""
    found, room = [], view.viewport().rect()
    for x in range(5, room.width(), 40):
        for y in range(5, room.height(), 40):
            view.point_at(QPointF(x, y))
            out = view.read_out
            found += [out.title, *(text for row in out.rows for text in row[1:])] if out else []
    return found


@pytest.mark.parametrize("key", sorted(VIEWS))
def test_a_view_speaks_korean(key, qtbot):
    view = VIEWS[key]()
    card = Card(view)
    qtbot.addWidget(card)
    card.resize(760, 300)
    card.show()
    empty = english(view.title, view.about, tr(view.start))
    _, history, frame = moments(spec_of(Clouds(classes=2, features=2)), 40)
    view.show_frame(frame, history)
    view.grab()
    own = {"kind", "length"}  # the names that the data give
    assert english(*said_by(card), *read_outs(view)) - own == set()
    assert empty == set()


def test_exported_columns_are_the_same_in_every_language(qtbot):
    view = VIEWS["activations"]()
    qtbot.addWidget(view)
    view.resize(760, 300)
    view.show()
    history, frame = recorded(frames=10, layers=3)
    view.show_frame(frame, history)
    there = set(view.export_data())
    assert {"layer 1 from", "layer 1 count", "output to"} <= there
    both = set(table(stacked([view, view])))
    assert {"Activations: layer 1 from", "Activations: output to"} <= both


@pytest.mark.parametrize("trouble", ["deep sigmoid", "weights far too large"])
def test_findings_are_korean(trouble):
    key, spec, epochs, looks, _ = TROUBLES[trouble]
    finding = watched(spec, epochs, looks).found(key)
    labels = {
        w for known in (ACTIVATIONS, INITIALIZERS) for e in known.entries() for w in e.label.split()
    }
    texts = [finding.title, finding.evidence, finding.advice, *(r.label for r in finding.remedies)]
    assert english(*map(tr, texts)) - labels == set()


def test_where_and_when_a_run_diverged_is_one_korean_phrase():
    run = Run(diverging(ExperimentSpec())).train(1)
    finding = run.visits[-1][0]
    divergence = run.frames[-1].divergence
    assert finding.key == "divergence" and divergence
    for text in (finding.evidence, str(divergence)):
        assert tr(text).startswith(f"스텝 {divergence.iteration}에서 ")
        # Not "in step 1 in the output".
        assert tr(text).count("에서") == 1


def test_the_title_of_a_preset_is_korean_in_the_window_and_in_the_names_of_runs(qtbot):
    window = main_window(qtbot)
    window.session.open(lecture(bundled=True).experiment)
    step(qtbot, window.session, 1)
    assert window.windowTitle().startswith("하이퍼파라미터 탐색")
    window.session.pin()
    assert [pin.name for pin in window.session.pins.all] == ["하이퍼파라미터 탐색"]


@pytest.mark.parametrize("experiment", GALLERY.values(), ids=list(GALLERY))
def test_an_experiment_is_explained_in_korean(experiment, qtbot):
    side, runs_table = Side(), RunTable()
    for widget in (side, runs_table):
        qtbot.addWidget(widget)
    for plan in experiment.plans.values():
        side.show_experiment(experiment, plan.expectations)
        runs_table.show_plan(plan)
        model = runs_table.model()
        said = [label.text() for label in side.findChildren(QLabel)]
        said = [re.sub(r"<[^>]*>", "", text) for text in said]
        heads = [model.headerData(i, Qt.Orientation.Horizontal) for i in range(model.columnCount())]
        runs = [model.index(i, 0).data() for i in range(model.rowCount())]
        assert english(*said, *heads, *runs) == set()
        # The names of the runs themselves stay.
        assert runs_table.labels == [variant.label for variant in plan.variants]


def test_experiments_are_found_by_korean_and_by_english_words(qtbot):
    page = CardsPage()
    qtbot.addWidget(page)
    for words in ("과적합", "overfitting"):
        page.search.setText(words)
        assert "overfitting" in [tile.experiment.key for tile in page.shown()], words
    assert english(*(tile.footer() for tile in page.tiles())) == set()
