"""The page of backpropagation by hand: numbers appear as they are computed, and the quiz judges."""

import pytest

from core.experiment.serialization import from_dict
from core.studies.hand_network import Key
from tests.ui.running import (
    WAIT,
    pause,
    step,
    train,
    trainer_of,
)
from ui import theme
from ui.pages.labs.backpropagation import BackpropagationPage


@pytest.fixture
def page(labs):
    labs.open("backpropagation")
    return labs.lab


def texts(page: BackpropagationPage) -> dict[Key, str]:
    """Every line of every box of the graph."""
    graph = page.graph_view.graph
    moment = graph.moment
    assert moment is not None
    boxes = [(-1, 0)]
    boxes += [(i, j) for i, width in enumerate(moment.trace.network.widths) for j in range(width)]
    return {key: text for box in boxes for text, _, key in graph._rows(moment, *box)}


def test_what_is_not_computed_yet_is_blank_and_never_zero(page):
    before = texts(page)
    assert before[Key("a", 0, 0)] == "x₁ = 1" and before[Key("y", 0, 0)] == "y₁ = 1"
    unknown = [text for key, text in before.items() if key not in page.trace.given]
    assert unknown and all(text.endswith("= ") for text in unknown)
    page.transport.step()
    assert texts(page)[Key("z", 1, 0)] == "z¹₁ = 0.5"
    assert texts(page)[Key("z", 1, 1)] == "z¹₂ = "
    page.transport.step_back()
    assert texts(page) == before


def test_the_step_to_come_is_written_with_symbols_and_numbers(page):
    page.transport.go(page.trace.first("backward"))
    text = page.formula.text()
    assert "∂E/∂ŷ₁ = ŷ₁ − y₁" in text and "0.54654926 − 1 = <b>−0.45345074</b>" in text
    assert "2P = 12 forward passes" in text


def test_a_reused_delta_is_marked(page):
    users = [i for i, step in enumerate(page.trace.steps) if Key("delta", 2, 0) in step.uses]
    page.transport.go(users[0])
    assert "used again" not in page.formula.text() and not page.graph_view.graph.moment.reused
    page.transport.go(users[2])
    assert "δ²₁ is used again" in page.formula.text()
    assert page.graph_view.graph.moment.reused == {Key("delta", 2, 0)}


def test_the_quiz_hides_the_number_judges_and_counts(page):
    page.edit(quiz=True)
    page.transport.go(page.trace.first("backward") + 1)
    assert "−0.11238" not in page.formula.text()
    page._answer(-0.45345)
    assert "f′(z²₁) is missing" in page.verdict.text()
    assert (page.right, page.wrong) == (0, 1)
    at = page.transport.at
    page._answer(-0.1124)
    assert page.transport.at == at + 1 and page.score.text() == "1 right, 1 wrong"


@pytest.mark.parametrize("answer", [99.0, 0.5])
def test_a_verdict_stays_with_its_step(page, answer):
    page.edit(quiz=True)
    page.transport.go(0)

    def verdict():
        page.transport.go(0)
        page._answer(answer)
        return page.verdict.text()

    assert ("Right" in verdict()) == (answer == 0.5)
    page.retheme(theme.DARK)
    assert page.verdict.text()
    page.transport.step()
    assert not page.verdict.text()
    assert verdict()
    page._choose_example("mazur")
    assert not page.verdict.text()
    page.edit(quiz=True)
    assert verdict()
    page.reset()
    assert not page.verdict.text() and page.score.text() == "0 right, 0 wrong"


def test_typing_one_number_of_the_samples_leaves_the_digits_of_the_others(page):
    page.edit(samples=(((0.123456789, 2.0), (1.0,)), ((1 / 3, -1e-7), (0.0,))))
    page._type_samples(page.samples.text().replace("→ 1", "→ 0.5"))
    assert page.state.samples == (((0.123456789, 2.0), (0.5,)), ((1 / 3, -1e-7), (0.0,)))


def test_the_next_sample_goes_on_with_the_new_weights(page):
    page.transport.go(len(page.trace.steps))
    page.next_sample()
    assert page.state.sample == 1
    page.transport.go(len(page.trace.steps))
    assert page.trace.error == pytest.approx(0.153938070461, abs=5e-13)


def test_examples_and_own_networks(page):
    page._choose_example("mazur")
    assert page.trace.error == pytest.approx(0.298371109, abs=5e-10)
    assert page.example.value() == "mazur"
    page._type_widths("4-4-4-4")
    page._choose_loss("softmax_cross_entropy")
    assert page.trace.network.widths == (4, 4, 4, 4) and page.state.output == "softmax"
    page.transport.go(len(page.trace.steps) // 2)
    assert page.example.value() == "own" and page.banner.text() == ""
    page._set_bias(False)
    assert page.trace.network.biases is None


@pytest.mark.parametrize(
    ("edit", "words"),
    [
        (lambda page: page._type_widths("2-9-1"), "numbers from 1 to 4"),
        (lambda page: page._type_weights(0, "0.1, a"), "not a list of numbers"),
        (lambda page: page._type_weights(0, "0.1; 0.2, 0.3"), "same number of weights"),
        (lambda page: page._type_weights(0, "1, 2; 3, 4; 5, 6"), "do not fit together"),
        (lambda page: page._type_samples("1, 1"), "has no arrow"),
    ],
)
def test_wrong_numbers_are_named_and_change_nothing(page, edit, words):
    before = page.state
    edit(page)
    assert words in page.banner.text() and page.state == before


def test_train_this_opens_the_same_layers(page):
    page._train_this()
    spec = page.context.session.spec
    assert [block.units for block in spec.network.hidden] == [2]
    assert spec.training.optimizer.learning_rate == 0.01


SMALL = from_dict(
    {
        "data": {"dataset": {"key": "circle", "count": 60}},
        "network": {"hidden": [3, 2], "activation": "sigmoid"},
        "training": {"optimizer": {"key": "sgd", "learning_rate": 0.5}, "weight_decay": 0.001},
    }
)


def test_the_network_of_the_train_page_is_taken_with_its_weights_and_samples(page, qtbot):
    session = page.context.session
    session.open(SMALL)
    train(qtbot, session, 40)
    pause(qtbot, session)
    page.take_network()
    qtbot.waitUntil(lambda: page.state.rate == 0.5, timeout=WAIT)
    trainer, network = trainer_of(session), page.trace.network
    assert network.widths == (2, 3, 2, 1) and session.shown.iteration == trainer.iteration > 0
    for affine, weights, biases in zip(
        trainer.network.affines, network.weights, network.biases, strict=True
    ):
        assert weights == pytest.approx(affine.weights, abs=0)
        assert biases == pytest.approx(affine.block.value[:, -1], abs=0)
    x, y = page.state.samples[1]
    assert x == pytest.approx(trainer.data.inputs[1, :-1], abs=0)
    assert y == pytest.approx(trainer.targets[1], abs=0)
    assert network.loss.key == trainer.objective.loss.key
    assert "weight penalty" in page.banner.text()
    page.undo_stack.undo()
    assert page.trace.network.widths == (2, 2, 1)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"network": {"hidden": [32, 16]}}, "is 2-32-16-1. By hand at most 3 layers"),
        ({"network": {"hidden": [2], "normalization": "before"}}, "batch norm"),
        ({"network": {"hidden": [{"key": "skip", "units": 2}]}}, "no dense layers"),
    ],
)
def test_what_cannot_be_followed_by_hand_is_said(page, qtbot, changed, said):
    session = page.context.session
    session.open(from_dict(changed))
    step(qtbot, session, 1)
    before = page.state
    page.take_network()
    assert said in page.banner.text() and page.state == before


def test_a_weight_typed_after_an_update_leaves_the_digits_of_the_others(page):
    page.transport.go(page.transport.length)
    page.next_sample()
    first = page.state.weights
    field = page.weight_fields[1]
    field.edited.emit(field.text().replace(field.text().split(", ")[0], "0.5"))
    assert page.state.weights[1][0] == (0.5, *first[1][0][1:]) and first[1][0][1] != 0.2
