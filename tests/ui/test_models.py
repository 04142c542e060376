"""Models in the window: saved from the run, and used to predict a table beside it."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtWidgets import QWidget

from core.data.user_files import opened
from core.experiment.spec import DataSpec, ExperimentSpec
from core.training.model import model_of
from core.training.model_file import read_model, write_model
from core.training.trainer import Trainer
from core.worker.runner import Runner
from core.worker.training_worker import TrainingWorker
from tests.core.training.test_model import table
from tests.ui.running import wait
from ui.session.models import Models
from ui.session.session import Session
from ui.widgets.number_slider import NumberSlider

WAIT = 20_000


@pytest.fixture(params=[Runner, TrainingWorker])
def session(request, qtbot, tmp_path):
    data = DataSpec(dataset=opened(table(tmp_path), "kind"))
    session = Session(ExperimentSpec(data=data), runner=request.param())
    wait(qtbot, session, lambda frame: True)
    yield session
    assert session.close()


def test_the_model_of_the_run_is_saved_and_predicts_a_table(qtbot, qapp, session, tmp_path):

    parent, told = QWidget(), []
    qtbot.addWidget(parent)
    models = Models(session, parent, told.append)
    path, out = tmp_path / "some.model", tmp_path / "predictions.csv"
    session.step()
    wait(qtbot, session, lambda frame: frame.iteration == 1)
    with qtbot.waitSignal(session.model_saved, timeout=WAIT):
        session.save_model(str(path))
    assert told == [f"The trained model is saved as {path}"]
    trainer = Trainer(session.spec)
    trainer.advance(1)
    for name, tensor in read_model(path).tensors.items():
        assert np.array_equal(tensor, trainer.network.tensors()[name])
    with qtbot.waitSignal(models.predicted, timeout=WAIT):
        models.predict(path, tmp_path / "flowers.csv", out)
    assert told[-1].startswith(f"90 predictions written to {out} (accuracy ")
    with open(out) as file:
        assert len(list(csv.reader(file))) == 91


def test_what_cannot_be_saved_is_told(qtbot, session, tmp_path):

    parent, told = QWidget(), []
    qtbot.addWidget(parent)
    models = Models(session, parent, told.append)
    with qtbot.waitSignal(session.model_saved, timeout=WAIT):
        session.save_model(str(tmp_path / "none" / "some.model"))
    assert "No such file or directory" in told[0]
    models.predict(tmp_path / "flowers.csv", tmp_path / "flowers.csv", tmp_path / "out.csv")
    qtbot.waitUntil(lambda: len(told) == 2, timeout=WAIT)
    assert "flowers.csv: is incomplete or damaged" in told[1]
    assert not (tmp_path / "out.csv").exists()


def saved(tmp_path, target="kind") -> Path:
    data = DataSpec(dataset=opened(table(tmp_path), target))
    trainer = Trainer(ExperimentSpec(data=data))
    trainer.advance(7)
    write_model(tmp_path / "some.model", model_of(trainer))
    return tmp_path / "some.model"


def shown(qtbot, session, path, told):
    parent = QWidget()
    qtbot.addWidget(parent)
    models = Models(session, parent, told.append)
    models.open(path)
    qtbot.waitUntil(lambda: models.dialog is not None or bool(told), timeout=WAIT)
    return parent, models


def train_further(models):
    assert models.dialog is not None
    models.dialog.continue_button.click()


def test_an_opened_model_answers_what_is_filled_in(qtbot, session, tmp_path):
    path = saved(tmp_path)
    parent, models = shown(qtbot, session, path, [])
    dialog, model = models.dialog, read_model(path)
    assert dialog and model.asked and dialog.panel
    assert "Predicts kind, 3 classes" in dialog.text.text() and "7 updates" in dialog.text.text()
    panel = dialog.panel
    first, slid = panel.outputs, panel.form.controls[0]
    assert first is not None and isinstance(slid, NumberSlider)
    slid.slider.setValue(0)
    row = model.asked.row(panel.form.values())
    assert panel.outputs is not None and np.array_equal(panel.outputs, model.answer(row))
    assert not np.array_equal(panel.outputs, first)
    parent.close()


def test_an_opened_model_is_trained_further_with_its_own_weights(qtbot, session, tmp_path):
    path, told = saved(tmp_path, "price"), []
    parent, models = shown(qtbot, session, path, told)
    with qtbot.waitSignal(models.continued, timeout=WAIT):
        train_further(models)
    wait(qtbot, session, lambda frame: frame.run == session._run and frame.iteration == 0)
    again = tmp_path / "again.model"
    with qtbot.waitSignal(session.model_saved, timeout=WAIT):
        session.save_model(str(again))
    for name, tensor in read_model(path).tensors.items():
        assert np.array_equal(read_model(again).tensors[name], tensor)
    assert "goes on from its 7 updates" in told[0]
    session.reset()
    wait(qtbot, session, lambda frame: frame.run == session._run)
    with qtbot.waitSignal(session.model_saved, timeout=WAIT):
        session.save_model(str(again))
    fresh = Trainer(session.spec).network.tensors()
    assert np.array_equal(read_model(again).tensors["output.weight"], fresh["output.weight"])
    parent.close()


def test_weights_that_do_not_fit_the_data_any_more_are_refused(qtbot, session, tmp_path):
    path = saved(tmp_path)
    lines = (tmp_path / "flowers.csv").read_text().splitlines()
    (tmp_path / "flowers.csv").write_text("\n".join(line.partition(",")[2] for line in lines))
    parent, models = shown(qtbot, session, path, [])
    with qtbot.waitSignal(session.failed, timeout=WAIT) as failed:
        train_further(models)
    assert "the weights do not fit these data" in failed.args[0]
    parent.close()


def test_a_file_that_is_no_model_is_reported(qtbot, session, tmp_path):
    told = []
    _, models = shown(qtbot, session, tmp_path / "flowers.csv", told)
    assert "flowers.csv: is incomplete or damaged" in told[0] and models.dialog is None
