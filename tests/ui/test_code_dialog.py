"""Export code: what is shown is what is saved, and what cannot be written is said."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from PySide6.QtGui import QGuiApplication

from core.catalogue.batching import Stochastic
from core.data.user_files import opened
from core.experiment.spec import DataSpec, ExperimentSpec, NetworkSpec, TrainingSpec
from core.training.trainer import Trainer
from tests.core.training.test_model import table
from tests.ui.running import WAIT
from ui.export.code_dialog import CodeDialog

SPEC = ExperimentSpec(title="My spiral")


def shown(qtbot, spec=SPEC):
    dialog = CodeDialog(spec)
    qtbot.addWidget(dialog)
    qtbot.waitUntil(lambda: dialog.exported is not None or dialog.note.text() != "", timeout=WAIT)
    return dialog


def test_script_follows_the_choices_and_is_copied_and_saved(qtbot, tmp_path):
    dialog = shown(qtbot)
    assert '"""My spiral' in dialog.preview.toPlainText()
    assert "nn.Module" in dialog.preview.toPlainText()
    dialog.target.set_value("numpy")
    dialog.target.edited.emit("numpy")
    qtbot.waitUntil(lambda: dialog.exported is not None, timeout=WAIT)
    assert "class Linear(Layer)" in dialog.preview.toPlainText()
    dialog.weights.click()
    qtbot.waitUntil(lambda: "my-spiral.npz" in dialog.note.text(), timeout=WAIT)
    dialog.copy()
    assert QGuiApplication.clipboard().text() == dialog.preview.toPlainText()
    with qtbot.waitSignal(dialog.accepted, timeout=WAIT):
        dialog.save_to(tmp_path / "net.py")
    assert dialog.written == (tmp_path / "net.py", tmp_path / "net.npz")
    text = dialog.preview.toPlainText().replace("my-spiral", "net")
    assert (tmp_path / "net.py").read_text() == text
    with np.load(tmp_path / "net.npz") as beside:
        first = Trainer(SPEC).network.tensors()["layer 1.weight"]
        assert np.array_equal(beside["layer 1.weight"], first)


def test_a_script_that_reads_the_table_in_its_place_says_so(qtbot, tmp_path):
    path = table(tmp_path)
    dialog = shown(qtbot, replace(SPEC, data=DataSpec(dataset=opened(path))))
    assert dialog.note.text() == f"Reads your table from {path}."


def test_what_cannot_be_written_is_said(qtbot, tmp_path):
    network, training = NetworkSpec(normalization="after"), TrainingSpec(batching=Stochastic())
    dialog = shown(qtbot, replace(SPEC, network=network, training=training))
    assert "refuses batches of one sample" in dialog.note.text()
    assert not dialog.save_button.isEnabled() and not dialog.preview.toPlainText()
    dialog = shown(qtbot)
    dialog.save_to(tmp_path / "nowhere" / "net.py")
    qtbot.waitUntil(lambda: "No such file or directory" in dialog.note.text(), timeout=WAIT)
    assert dialog.result() == 0


def test_a_script_can_end_after_a_number_of_steps(qtbot):
    dialog = shown(qtbot)
    assert "1000" not in dialog.preview.toPlainText() and not dialog.steps.isEnabled()
    dialog.until.set_value("steps")
    dialog.until.edited.emit("steps")
    assert dialog.steps.isEnabled()
    qtbot.waitUntil(lambda: dialog.exported is not None, timeout=WAIT)
    assert "STEPS = 1000" in dialog.preview.toPlainText()
