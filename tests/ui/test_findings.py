"""Findings: whole texts, one click to a remedy, and no more work than is seen."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QApplication, QWidget

from core.catalogue.initializers import Zeros
from core.diagnosis import Finding, Remedy, Severity
from core.experiment.spec import ExperimentSpec
from core.telemetry.frame import Frame
from core.telemetry.history import History
from core.telemetry.meter import Meter
from core.training.trainer import Trainer
from tests.ui.frames import recorded
from tests.ui.popups import is_destroyed
from ui import theme
from ui.pages.train.findings import Findings
from ui.theme import DARK, LIGHT
from ui.widgets.finding_card import FindingCard, WellLine

SPEC = ExperimentSpec()
OTHER = replace(SPEC, seed=2)
WAIT = 20_000


def finding(
    key: str = "dead", severity: Severity = "bad", remedies: int = 1, evidence: str = "Mean 0.1"
) -> Finding:
    offered = tuple(Remedy(f"Remedy {i}", replace(SPEC, seed=i)) for i in range(remedies))
    return Finding(key, severity, f"About {key}", evidence, offered, "Why it is so.")


LONG = finding(
    "long", "warning", 2, "Layer 1 gets 1/16,000 of the last layer's gradient; 6 sigmoids pass 4⁻⁶"
)
GOOD = finding("healthy", "good", 0)


@pytest.fixture
def findings(qtbot) -> Findings:
    theme.apply(QApplication.instance(), DARK)  # type: ignore[arg-type]
    findings = Findings()
    qtbot.addWidget(findings)
    findings.set_room(800)
    with qtbot.waitExposed(findings):
        findings.show()
    return findings


def card_of(findings: Findings) -> FindingCard:
    card = findings.cards[0]
    assert isinstance(card, FindingCard)
    return card


def test_one_click_takes_the_first_remedy_and_the_menu_has_the_others(findings, qtbot) -> None:
    findings.show_findings((LONG,))
    QApplication.processEvents()
    card = card_of(findings)
    with qtbot.waitSignal(findings.remedy_chosen, timeout=1000) as chosen:
        qtbot.mouseClick(card.remedy, Qt.MouseButton.LeftButton)
    assert chosen.args == [LONG.remedies[0].spec]
    actions = card.menu().actions()
    assert [action.text() for action in actions] == ["Remedy 1"]
    with qtbot.waitSignal(findings.remedy_chosen, timeout=1000) as chosen:
        actions[0].trigger()
    assert chosen.args == [LONG.remedies[1].spec]


def test_the_menu_of_remedies_is_destroyed_when_it_closes(findings, qtbot) -> None:
    findings.show_findings((LONG,))
    QApplication.processEvents()
    more = card_of(findings).more
    assert is_destroyed(lambda: qtbot.mouseClick(more, Qt.MouseButton.LeftButton))


def test_severity_shows_in_words_and_signs_not_in_colour_alone(findings) -> None:
    findings.show_findings((finding(), LONG, GOOD))
    names = [card.accessibleName() for card in findings.cards]
    assert names[0].startswith("Problem: About dead")
    assert names[1].startswith("Warning: About long")
    assert findings.summary.text() == "1 problem, 1 warning"
    pictures = [_sign(card) for card in findings.cards]
    assert len(set(pictures)) == 3


def _sign(card: QWidget) -> tuple[bool, ...]:
    """The shape of a card's icon, without its colour."""
    left, top = (10, 8) if isinstance(card, FindingCard) else (0, 4)
    image = card.grab(QRect(left, top, 16, 16)).toImage()
    ground = image.pixelColor(0, 0)
    spots = ((x, y) for y in range(image.height()) for x in range(image.width()))
    return tuple(image.pixelColor(*spot) != ground for spot in spots)


@pytest.mark.parametrize("width", [40, 90])
def test_no_text_is_cut_off(findings: Findings, width: int) -> None:
    words = ("gradient " * 20)[:width]
    title = ("Title words here " * 5)[:40]
    findings.show_findings((replace(finding(), title=title, evidence=words),))
    QApplication.processEvents()
    card = card_of(findings)
    texts = (title, card._bold), (words, card.font())
    for place, (text, font) in zip(card._places(), texts, strict=True):
        box = QFontMetrics(font).boundingRect(place, Qt.TextFlag.TextWordWrap, text)
        assert place.contains(box)
        assert card.rect().contains(place)
    assert card.remedy.geometry().top() >= card._places()[1].bottom()
    assert words in card.toolTip()


def test_a_long_remedy_is_shortened_and_told_in_full(findings: Findings) -> None:
    label = "Initialise with " + "a very " * 10 + "long name"
    findings.show_findings((replace(finding(), remedies=(Remedy(label, OTHER),)),))
    QApplication.processEvents()
    card = card_of(findings)
    assert card.remedy.text().endswith("…")
    assert card.remedy.geometry().right() <= card.width()
    assert card.remedy.accessibleName() == label
    assert label in card.remedy.toolTip()


def test_new_numbers_move_nothing(findings: Findings) -> None:
    findings.show_findings((LONG, GOOD))
    QApplication.processEvents()
    cards, height = list(findings.cards), findings.sizeHint().height()
    findings.show_findings((replace(LONG, evidence="Short now"), GOOD))
    QApplication.processEvents()
    assert findings.cards == cards
    assert findings.sizeHint().height() == height
    assert findings.cards[0].finding.evidence == "Short now"


def test_what_is_well_takes_one_line(findings: Findings) -> None:
    findings.show_findings((GOOD,))
    QApplication.processEvents()
    assert isinstance(findings.cards[0], WellLine)
    assert findings.sizeHint().height() < 80
    assert findings.summary.text() == ""


def test_many_findings_stay_within_their_share_and_scroll(findings: Findings) -> None:
    findings.show_findings(tuple(finding(f"trouble {i}") for i in range(9)))
    QApplication.processEvents()
    assert findings.sizeHint().height() < 0.5 * 800
    bar = findings.area.verticalScrollBar()
    assert bar.maximum() > 0
    assert all(card.width() <= findings.area.viewport().width() for card in findings.cards)


def frame_of(spec: ExperimentSpec, steps: int) -> tuple[Frame, History]:
    trainer = Trainer(spec)
    meter, history = Meter(trainer, 1), History()
    history.append(meter.frame("paused"))
    for _ in range(steps):
        meter.measured_step()
    frame = meter.frame("running")
    history.append(frame)
    return frame, history


def test_the_diagnosis_of_a_run_is_shown_with_its_remedy(findings: Findings, qtbot) -> None:
    spec = replace(SPEC, network=replace(SPEC.network, initializer=Zeros()))
    frame, history = frame_of(spec, 20)
    with qtbot.waitSignal(findings.looked, timeout=WAIT):
        findings.look(spec, frame, history)
    assert findings.findings[0].key == "symmetric"
    with qtbot.waitSignal(findings.remedy_chosen, timeout=1000) as chosen:
        card_of(findings).remedy.click()
    assert not isinstance(chosen.args[0].network.initializer, Zeros)


def test_of_many_frames_only_the_last_is_looked_at(findings: Findings, qtbot, monkeypatch) -> None:
    looked: list[int] = []
    monkeypatch.setattr(
        findings._diagnoser,
        "diagnose",
        lambda spec, frame, history: looked.append(frame.iteration) or (GOOD,),
    )
    history, last = recorded(frames=50)
    for frame in history.frames:
        findings.look(SPEC, frame, history)
    with qtbot.waitSignal(findings.looked, timeout=WAIT):
        pass
    assert looked == [last.iteration]
    for frame in history.frames[:20]:
        findings.look(SPEC, frame, history)
    assert looked == [last.iteration]
    with qtbot.waitSignal(findings.looked, timeout=WAIT):
        pass
    assert looked == [last.iteration, history.frames[19].iteration]


def test_hidden_it_does_not_look_and_shown_it_does_at_once(findings, qtbot) -> None:
    history, last = recorded(frames=20)
    findings.hide()
    with qtbot.assertNotEmitted(findings.looked, wait=50):
        findings.look(SPEC, last, history)
    with qtbot.waitSignal(findings.looked, timeout=WAIT):
        findings.show()


def test_remedies_of_the_last_run_are_not_to_be_had(findings: Findings, qtbot) -> None:
    history, last = recorded(frames=20)
    findings.show_findings((LONG,))
    findings.forget()
    with qtbot.assertNotEmitted(findings.remedy_chosen):
        card_of(findings).remedy.click()
    with qtbot.waitSignal(findings.looked, timeout=WAIT):
        findings.look(SPEC, last, history)
    findings.show_findings((LONG,))
    with qtbot.waitSignal(findings.remedy_chosen, timeout=1000):
        card_of(findings).remedy.click()


def test_without_a_frame_it_says_when_there_will_be_findings(findings: Findings) -> None:
    findings.show_findings((LONG,))
    findings.clear()
    assert not findings.cards
    assert findings.hint.isVisible()


def test_it_wears_the_theme(findings: Findings) -> None:
    for colors in (DARK, LIGHT):
        theme.apply(QApplication.instance(), colors)  # type: ignore[arg-type]
        findings.retheme(colors)
        findings.show_findings((finding(),))
        QApplication.processEvents()
        image = findings.cards[0].grab().toImage()
        assert image.pixelColor(1, image.height() // 2).name() == colors.bad
        assert image.pixelColor(image.width() - 4, 4).name() == colors.field
