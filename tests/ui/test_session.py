"""The session: edits that can be undone, runs that follow each other, and a look into the past."""

from __future__ import annotations

import math
import os
import signal
import threading
from dataclasses import replace

import numpy as np
import pytest

from core.catalogue.activations import ReLU, Sigmoid
from core.data.toys import Circle
from core.experiment.spec import DataSpec, ExperimentSpec
from core.telemetry.history import LOSS
from core.training.trainer import Trainer
from core.worker.training_worker import TrainingWorker
from tests.missing_data import WHY, without_data
from tests.ui.running import (
    WAIT,
    diverging,
    pause,
    rate,
    session_within,
    step,
    train,
    trainer_of,
    wait,
)
from ui.session.session import Session
from ui.undo import MOST_EDITS

SPEC = ExperimentSpec()
CIRCLE = replace(SPEC, data=DataSpec(dataset=Circle()))


@pytest.fixture
def session(qtbot, monkeypatch):
    monkeypatch.setattr("core.training.checkpoints.SHARE", math.inf)
    session = session_within(SPEC)
    yield session
    assert session.close()


def begun(qtbot, session: Session) -> None:
    """Wait for the first frame of the present run."""
    wait(qtbot, session, lambda frame: True)


# Edits


def test_every_edit_can_be_undone_and_done_again(session, qtbot, monkeypatch):
    monkeypatch.setattr("ui.undo.TOGETHER_SECONDS", -1.0)
    specs = [rate(SPEC, 0.1), rate(SPEC, 0.2), replace(CIRCLE, title="Mine"), SPEC]
    for spec in specs:
        session.edit(spec)
    undone = []
    while session.undo_stack.canUndo():
        session.undo_stack.undo()
        undone.append(session.spec)
    assert undone == [*specs[-2::-1], SPEC]
    while session.undo_stack.canRedo():
        session.undo_stack.redo()
    assert session.spec == specs[-1]


def test_the_latest_edits_can_be_undone_and_older_ones_are_dropped(session, monkeypatch):
    monkeypatch.setattr("ui.undo.TOGETHER_SECONDS", -1.0)
    session.undo_stack.clear()
    session.undo_stack.setClean()
    for seed in range(1, MOST_EDITS + 21):
        session.edit(replace(SPEC, seed=seed))
    assert session.undo_stack.count() == MOST_EDITS
    while session.undo_stack.canUndo():
        session.undo_stack.undo()
    assert session.spec.seed == 20
    # What was saved can no longer be reached.
    assert not session.undo_stack.isClean()


def test_dragging_a_slider_is_undone_as_one(session):
    for learning_rate in (0.02, 0.03, 0.05):
        session.edit(rate(SPEC, learning_rate))
    session.edit(replace(session.spec, seed=9))
    assert session.undo_stack.count() == 2
    session.undo_stack.undo()
    assert session.spec == rate(SPEC, 0.05)
    session.undo_stack.undo()
    assert session.spec == SPEC


def test_a_slider_dragged_back_leaves_nothing_to_undo(session):
    for learning_rate in (0.02, 0.03, 0.01):
        session.edit(rate(SPEC, learning_rate))
    assert session.spec == SPEC
    assert not session.undo_stack.canUndo()


def test_an_edit_that_changes_nothing_is_none(session, qtbot):
    begun(qtbot, session)
    with qtbot.assertNotEmitted(session.run_started):
        session.edit(replace(SPEC))
    assert session.undo_stack.count() == 0


def test_a_hot_edit_goes_on_with_the_run_and_leaves_a_mark(session, qtbot):
    step(qtbot, session, 3)
    session.edit(rate(SPEC, 0.25))
    step(qtbot, session, 1)
    assert session.history.iteration == 4
    assert [(m.iteration, m.text) for m in session.history.marks] == [(3, "learning rate 0.25")]
    session.undo_stack.undo()
    mark = session.history.marks[-1]
    assert (mark.iteration, mark.text) == (4, "learning rate 0.01")


def test_a_new_title_leaves_even_a_diverged_run_alone(session, qtbot):
    session.edit(diverging(SPEC))
    session.set_running(True)
    wait(qtbot, session, lambda frame: frame.status == "diverged")
    history = session.history
    session.edit(replace(session.spec, title="Too fast"))
    assert session.history is history
    assert not history.marks


def test_opening_another_experiment_is_undone_like_an_edit(session, qtbot):
    train(qtbot, session, 50)
    session.set_running(True)
    session.open(CIRCLE)
    assert session.spec == CIRCLE
    assert not session.is_running
    wait(qtbot, session, lambda frame: frame.iteration == 0)
    session.undo_stack.undo()
    assert session.spec == SPEC


def test_opening_the_same_experiment_starts_it_again(session, qtbot):
    train(qtbot, session, 50)
    session.open(replace(SPEC, title="The same"))
    wait(qtbot, session, lambda frame: frame.iteration == 0)
    assert not session.is_running


# Runs


def test_a_restart_keeps_the_last_run_as_ghost(session, qtbot):
    train(qtbot, session, 200)
    before = session.history
    losses = before.steps.mean(LOSS).copy()
    session.edit(CIRCLE)
    assert session.history.ghost is before
    assert np.array_equal(before.steps.mean(LOSS), losses)
    train(qtbot, session, 200)
    session.reset()
    assert session.history.ghost is not before
    assert session.history.ghost is not None
    assert session.history.ghost.ghost is None


def test_a_storm_of_restarts_does_not_blow_the_ghost_away(session, qtbot):
    train(qtbot, session, 500)
    before = session.history
    for seed in range(2, 30):
        session.edit(replace(SPEC, seed=seed))
        assert session.history.ghost is before
    step(qtbot, session, 3)
    session.reset()
    assert session.history.ghost is before
    begun(qtbot, session)
    assert session.history.frames[0].iteration == 0


def test_a_run_that_blew_up_at_once_does_not_replace_a_good_ghost(session, qtbot):
    train(qtbot, session, 500)
    before = session.history
    session.edit(replace(diverging(SPEC), seed=4))
    session.set_running(True)
    wait(qtbot, session, lambda frame: frame.status == "diverged")
    assert not session.is_running
    session.edit(rate(session.spec, 0.01))
    assert session.history.ghost is before


def test_a_run_of_nearly_the_same_length_becomes_the_ghost(session, qtbot):
    step(qtbot, session, 10)
    session.reset()
    step(qtbot, session, 5)
    second = session.history
    session.reset()
    assert session.history.ghost is second


def test_running_on_after_divergence_starts_again(session, qtbot):
    session.edit(diverging(SPEC))
    session.set_running(True)
    wait(qtbot, session, lambda frame: frame.status == "diverged")
    with qtbot.waitSignal(session.run_started, timeout=WAIT):
        session.set_running(True)
    wait(qtbot, session, lambda frame: frame.status == "diverged")
    assert not session.is_running


def test_edits_that_come_faster_than_runs_load_show_only_the_last_run(session, qtbot):
    begun(qtbot, session)
    session.set_running(True)
    shown = []
    session.frame_shown.connect(lambda frame: shown.append((frame.run, frame.iteration)))
    for seed in range(2, 20):
        session.edit(replace(SPEC, seed=seed))
    wait(qtbot, session, lambda frame: frame.iteration > 10)
    assert len({run for run, _ in shown}) == 1
    assert shown[0][1] == 0
    pause(qtbot, session)
    alone = Trainer(replace(SPEC, seed=19))
    alone.advance(session.history.iteration)
    assert np.array_equal(trainer_of(session).network.params, alone.network.params)


def test_bad_data_are_reported_once_and_the_ghost_waits_for_the_next_run(session, qtbot):
    train(qtbot, session, 100)
    before = session.history
    session.set_running(True)
    with qtbot.waitSignal(session.failed, timeout=WAIT) as failed:
        session.edit(without_data())
    assert failed.args == [WHY]
    assert not session.is_running
    assert session.shown is None
    assert not session.history
    with qtbot.waitSignal(session.failed, timeout=WAIT):
        session.set_running(True)
    assert not session.is_running
    session.undo_stack.undo()
    wait(qtbot, session, lambda frame: frame.iteration == 0)
    assert session.history.ghost is before
    train(qtbot, session, 10)


def test_bad_data_that_nobody_wants_any_more_are_not_reported(session, qtbot):
    begun(qtbot, session)
    failures = []
    session.failed.connect(failures.append)
    session.set_running(True)
    for _ in range(5):
        session.edit(without_data())
        session.edit(CIRCLE)
    wait(qtbot, session, lambda frame: frame.iteration > 10)
    assert session.is_running
    assert failures == []


def test_an_edit_after_bad_data_tries_again(session, qtbot):
    with qtbot.waitSignal(session.failed, timeout=WAIT):
        session.edit(without_data())
    with qtbot.waitSignal(session.failed, timeout=WAIT):
        session.edit(rate(session.spec, 0.5))


def test_training_is_not_held_up_by_a_window_that_does_not_paint(session, qtbot):
    train(qtbot, session, 2000)
    session.paints = True
    session.set_running(True)
    with qtbot.waitSignal(session.frame_shown, timeout=WAIT):
        pass
    assert session._handshake.to_paint
    session.paints = False
    assert not session._handshake.to_paint
    train(qtbot, session, 2000)


def test_frames_of_a_run_that_is_over_are_not_shown_and_not_waited_for(session, qtbot):
    begun(qtbot, session)
    session.paints = True
    session._run += 1
    with qtbot.assertNotEmitted(session.frame_shown):
        session._runner.step()
        qtbot.waitUntil(lambda: session._runner._trainer.iteration == 1, timeout=WAIT)
        qtbot.waitUntil(lambda: session._runner._is_shown, timeout=WAIT)
    assert not session._handshake.to_paint


@pytest.mark.parametrize("make", [Session, session_within])
def test_closing_in_mid_training_leaves_nothing_behind(qtbot, make):
    before = set(threading.enumerate())
    session = make(SPEC)
    session.set_running(True)
    wait(qtbot, session, lambda frame: frame.iteration > 10)
    assert session.close()
    assert set(threading.enumerate()) <= before


def test_what_is_no_frame_is_not_waited_for(session, qtbot):
    begun(qtbot, session)
    session.paints = True
    with qtbot.waitSignal(session.tested, timeout=WAIT):
        session.test()
    assert not session._handshake.to_paint


def killed(qtbot, session: Session) -> str:
    """Kill the training process; what is said of it."""
    process = session._runner
    assert isinstance(process, TrainingWorker)
    assert process.process_id
    with qtbot.waitSignal(session.failed, timeout=WAIT) as failed:
        os.kill(process.process_id, signal.SIGKILL)
    return failed.args[0]


def test_a_training_process_that_dies_takes_the_run_along_but_not_the_session(qtbot):
    session = Session(SPEC)
    train(qtbot, session, 300)
    whole = session.history
    session.set_running(True)
    assert "memory ran out" in killed(qtbot, session)
    assert not session.is_running
    assert session.history is whole
    assert session.checkpoint_near(whole.iteration) is None
    session.set_running(True)
    assert session.history.ghost is whole
    wait(qtbot, session, lambda frame: frame.iteration > 10)
    assert session.is_running
    assert session.close()


@pytest.mark.parametrize("act", [Session.step, Session.finish_epoch])
def test_after_the_training_process_has_died_a_step_begins_anew(qtbot, act):
    session = Session(SPEC)
    begun(qtbot, session)
    killed(qtbot, session)
    act(session)
    wait(qtbot, session, lambda frame: frame.iteration > 0)
    assert session.close()


def test_how_far_gradients_may_shrink_is_known_for_sigmoids_only(session, qtbot):
    assert session.history.slope_bound is None
    for activation, bound in ((Sigmoid(), 0.25), (ReLU(), None)):
        session.edit(replace(SPEC, network=replace(SPEC.network, activation=activation)))
        assert session.history.slope_bound == bound


# The past


def test_the_past_is_looked_at_while_training_goes_on(session, qtbot):
    step(qtbot, session, 8)
    with qtbot.waitSignal(session.shown_step_changed, timeout=WAIT):
        session.look_at(3.4)
    assert session.past is session.shown
    assert session.shown.iteration == 3
    session._runner.resume()
    wait(qtbot, session, lambda frame: frame.iteration > 200)
    assert session.shown.iteration == 3
    session.look_at(0)
    assert session.shown.iteration == 0
    session.look_at(session.history.iteration)
    assert session.past is None
    assert session.shown.iteration == session.history.iteration


def test_the_next_run_is_looked_at_live(session, qtbot):
    step(qtbot, session, 5)
    for act in (session.reset, session.step, lambda: session.set_running(True)):
        session.look_at(0)
        with qtbot.waitSignal(session.frame_shown, timeout=WAIT):
            act()
            assert session.past is None
        pause(qtbot, session)
        step(qtbot, session, 2)


def test_going_on_from_the_past_equals_the_run_that_never_went_further(session, qtbot):
    step(qtbot, session, 12)
    whole = session.history
    session.look_at(7)
    session.go_on_from(7)
    assert session.past is None
    assert session.history.ghost is whole
    assert whole.iteration == 12
    assert session.history.steps.next == 7
    wait(qtbot, session, lambda frame: frame.iteration == 7)
    train(qtbot, session, 300)
    alone = Trainer(SPEC)
    alone.advance(session.history.iteration)
    assert np.array_equal(trainer_of(session).network.params, alone.network.params)
    first, tail = session.history.steps.tail()
    assert np.array_equal(tail[LOSS], alone.take_segment().loss[first:])


def test_going_on_brings_the_settings_of_then_and_that_can_be_undone(session, qtbot):
    step(qtbot, session, 10)
    session.edit(rate(SPEC, 0.3))
    step(qtbot, session, 10)
    with qtbot.waitSignal(session.spec_changed, timeout=WAIT):
        session.go_on_from(5)
    assert session.spec == SPEC
    assert not session.history.marks
    session.undo_stack.undo()
    assert session.spec == rate(SPEC, 0.3)
    session.undo_stack.undo()
    assert session.spec == SPEC


def test_going_on_keeps_running_what_runs_and_holding_what_holds(session, qtbot):
    step(qtbot, session, 10)
    session.go_on_from(4)
    wait(qtbot, session, lambda frame: frame.iteration == 4)
    assert session.shown.status == "paused"
    session.set_running(True)
    wait(qtbot, session, lambda frame: frame.iteration > 100)
    session.go_on_from(0)
    wait(qtbot, session, lambda frame: frame.iteration < 100)
    wait(qtbot, session, lambda frame: frame.iteration > 100)
    assert session.is_running


def test_a_diverged_run_goes_on_from_before_with_a_better_rate(session, qtbot):
    step(qtbot, session, 10)
    session.edit(diverging(SPEC))
    session.set_running(True)
    wait(qtbot, session, lambda frame: frame.status == "diverged")
    session.go_on_from(9)
    assert session.spec == SPEC
    wait(qtbot, session, lambda frame: frame.iteration == 9)
    session.edit(rate(SPEC, 0.02))
    train(qtbot, session, 100)
    assert session.history.iteration > 100


def test_where_no_checkpoint_is_near_there_is_no_going_on(session, qtbot):
    step(qtbot, session, 60)
    session._runner._checkpoints.kept = session._runner._checkpoints.kept[:1]
    assert session.checkpoint_near(4) is not None
    assert session.checkpoint_near(30) is None
    with pytest.raises(LookupError):
        session.go_on_from(30)


# Pins


def test_a_pinned_run_lies_beside_every_later_one(session, qtbot):
    step(qtbot, session, 5)
    first = session.history
    session.pin()
    assert first.pinned == ()
    session.edit(replace(SPEC, seed=2))
    assert [pin.history for pin in session.history.pinned] == [first]
    assert session.history.ghost is None
    step(qtbot, session, 5)
    session.edit(CIRCLE)
    assert [pin.history for pin in session.history.pinned] == [first]
    assert session.history.ghost is not None
    session.pins.remove(session.pins.all[0])
    assert session.history.pinned == ()


def test_a_pin_remembers_the_settings_that_its_run_ended_with(session, qtbot):
    step(qtbot, session, 5)
    session.pin()
    session.edit(rate(SPEC, 0.3))
    session.edit(CIRCLE)
    assert session.pins.all[0].spec == rate(SPEC, 0.3)
    step(qtbot, session, 2)
    session.edit(session.pins.all[0].spec)
    assert session.spec == rate(SPEC, 0.3)


def test_names_are_told_apart_and_say_what_is_different(session, qtbot):
    step(qtbot, session, 2)
    session.pin()
    for learning_rate in (0.5, 0.6):
        session.edit(replace(rate(SPEC, learning_rate), seed=int(10 * learning_rate)))
        step(qtbot, session, 2)
        session.pin()
    names = [pin.name for pin in session.pins.all]
    assert names == ["Run 1", "Learning rate 0.5, seed 5", "Learning rate 0.6, seed 6"]
    session.pins.rename(session.pins.all[1], "  Run   1 ")
    session.pins.rename(session.pins.all[2], "")
    names = [pin.name for pin in session.pins.all]
    assert names == ["Run 1", "Run 1 (2)", "Learning rate 0.6, seed 6"]


def test_there_are_at_most_as_many_pins_as_colours(session, qtbot):
    with pytest.raises(ValueError, match="before the first step"):
        session.pin()
    for seed in range(6):
        session.edit(replace(SPEC, seed=seed + 10))
        step(qtbot, session, 1)
        session.pin()
    with pytest.raises(ValueError, match="already"):
        session.pin()
    assert sorted(pin.slot for pin in session.pins.all) == list(range(6))
    session.edit(CIRCLE)
    step(qtbot, session, 1)
    with pytest.raises(ValueError, match="remove one"):
        session.pin()
    session.pins.remove(session.pins.all[2])
    session.pin()
    assert sorted(pin.slot for pin in session.pins.all) == list(range(6))
