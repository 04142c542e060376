"""Models in the window: saved from the run, and used to predict a table beside it."""

from __future__ import annotations

import csv

import numpy as np
import pytest
from PySide6.QtWidgets import QWidget

from core.data.user_files import opened
from core.experiment.spec import DataSpec, ExperimentSpec
from core.training.model_file import read_model
from core.training.trainer import Trainer
from core.worker.runner import Runner
from core.worker.training_worker import TrainingWorker
from tests.core.training.test_model import table
from tests.ui.running import wait
from ui.session.models import Models
from ui.session.session import Session

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
    assert "flowers.csv: is no whole model" in told[1] and not (tmp_path / "out.csv").exists()
