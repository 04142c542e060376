"""What is asked by hand: rows as a table would give them, pictures as a data set has them, and
answers that are exactly those of the network."""

from __future__ import annotations

import csv
import json

import numpy as np
import pytest

from core.data import DATASETS
from core.data.user_files import opened
from core.experiment.spec import DataSpec, ExperimentSpec
from core.telemetry.meter import Meter
from core.training.model import model_of
from core.training.model_file import read_model, write_model
from core.training.model_inputs import rows_for
from core.training.questions import MOST_FIELDS, Question, from_plain, to_plain
from core.training.sketch import Pictures, Sketch, look_of
from core.worker.runner import Runner
from tests.core.training.test_model import specs, table, trained


@pytest.mark.parametrize("name", ["classes", "binary", "regression"])
def test_a_row_that_is_filled_in_is_the_row_of_a_table(tmp_path, name):
    model = model_of(trained(specs(tmp_path)[name]))
    path = table(tmp_path, "one.csv", 12)
    with open(path) as file:
        cells = list(csv.DictReader(file))
    rows = rows_for(model, path).inputs
    assert model.asked
    for i, row in enumerate(rows):
        values = []
        for field in model.asked.fields:
            text = cells[i][field.name]
            if field.feature.categories:
                values.append(text or "missing")
            else:
                at = model.input_names.index(field.name)
                values.append(row[at] if text else np.nan)
        assert np.array_equal(model.asked.row(values), row, equal_nan=True)
        answer = model.answer(row)
        assert np.array_equal(answer, model.probabilities(model.predict(rows[i : i + 1]))[0])
        assert len(answer) == len(model.asked.answers)


@pytest.mark.parametrize("name", ["classes", "binary", "regression", "plane", "pictures"])
def test_a_frame_answers_as_the_saved_model_does(tmp_path, name):
    trainer = trained(specs(tmp_path)[name])
    write_model(tmp_path / "some.model", model_of(trainer))
    model = read_model(tmp_path / "some.model")
    meter = Meter(trainer, run=3)
    rng = np.random.default_rng(1)
    meter.question = Question(7, rng.uniform(0, 1, model.inputs))
    frame = meter.frame("paused")
    assert frame.answer is not None and frame.asked == model.asked
    assert (frame.answer.run, frame.answer.question, frame.answer.iteration) == (3, 7, 15)
    assert np.array_equal(frame.answer.outputs, model.answer(meter.question.inputs))
    meter.question = Question(8, rng.uniform(0, 1, model.inputs + 1))
    assert meter.frame("paused").answer is None


def test_fields_say_what_is_usual_in_the_training_part(tmp_path):
    asked = model_of(trained(specs(tmp_path)["regression"])).asked
    assert asked and asked.answers == ("price",)
    fields = {field.name: field for field in asked.fields}
    assert set(fields) == {"width", "colour", "day", "dry", "kind"}
    assert fields["width"].low < fields["width"].typical < fields["width"].high < 20
    assert fields["day"].text(fields["day"].low) == "2020-01-01" == fields["day"].text(18262)
    assert fields["width"].text(4.5) == "4.5" and fields["dry"].text("yes") == "yes"
    assert fields["kind"].word in fields["kind"].feature.categories
    assert from_plain(json.loads(json.dumps(to_plain(asked)))) == asked


def test_more_columns_than_can_be_filled_in_are_not_asked_for(tmp_path):
    count = MOST_FIELDS + 1
    numbers = np.random.default_rng(0).normal(size=(40, count))
    lines = [",".join([*(f"x{i}" for i in range(count)), "kind"])]
    lines += [",".join([*map(str, row), "ab"[i % 2]]) for i, row in enumerate(numbers)]
    path = tmp_path / "wide.csv"
    path.write_text("\n".join(lines))
    trainer = trained(ExperimentSpec(data=DataSpec(dataset=opened(path, "kind"))))
    frame = Meter(trainer).frame("paused")
    assert frame.asked and not frame.asked.is_possible
    assert frame.data and not frame.data.askable


def test_the_runner_answers_at_once_and_for_an_earlier_step(qtbot):
    spec = ExperimentSpec(data=DataSpec(dataset=DATASETS["circle"]()))
    runner, got = Runner(), []
    runner.on_frame = lambda: got.extend(runner.take())
    question = Question(1, np.array([0.3, -0.2]))
    try:
        runner.load(spec, 1)
        for _ in range(3):
            runner.step()
        qtbot.waitUntil(lambda: len(got) == 4, timeout=20_000)
        runner.ask(question)
        qtbot.waitUntil(lambda: len(got) == 5, timeout=20_000)
        runner.ask(question, runner.checkpoints[0])
        qtbot.waitUntil(lambda: len(got) == 6, timeout=20_000)
    finally:
        runner.close()
    now, then = got[4], got[5]
    assert (now.iteration, then.iteration) == (3, 0)
    for answer in (now, then):
        model = model_of(trained(spec, answer.iteration))
        assert np.array_equal(answer.outputs, model.answer(question.inputs))


# Pictures


def test_a_drawing_gets_the_size_and_place_of_the_pictures_of_the_data():
    samples = DATASETS["digits"]().samples(np.random.default_rng(0))
    look = look_of(samples.inputs, (8, 8))
    assert (look.background, look.ink) == (0, 1) and look.extent == 1
    assert look_of(1 - samples.inputs, (8, 8)).background == 1
    small = Sketch(look)
    small.strokes = [[(0.1, 0.1), (0.1, 0.3)]]
    seen = small.picture()
    assert seen[:, 3:5].sum() > 0.9 * seen.sum() and (seen.max(axis=1) > 0.3).all()
    loose = small.picture(centred=False)
    assert loose[4:].sum() == 0 and loose[:, 3:].sum() == 0
    assert np.array_equal(look.values(seen), seen.reshape(-1))


def test_lines_are_as_thick_as_in_the_data():
    sketch = Sketch(Pictures((28, 28), pen=0.05, extent=0.7))
    sketch.strokes = [[(0.2, 0.5), (0.8, 0.5)]]
    widths = sketch.picture(centred=False)[:, 14].sum()
    assert widths == pytest.approx(2 * 0.05 * 28, rel=0.1)
    assert Sketch(Pictures((28, 28))).picture().sum() == 0
