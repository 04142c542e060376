"""What the hand does (see `hand`); run as `python -m tests.display.scripts NAME [ARGUMENT …]`."""

from __future__ import annotations

import sys
from pathlib import Path

from PySide6.QtWidgets import QLineEdit

from tests.display.hand import Script, Stage, click, key, write

DROPDOWNS = (
    "data.dataset",
    "network.activation",
    "network.initializer",
    "network.normalization",
    "training.optimizer",
    "training.schedule",
    "training.batching",
)


def trains(stage: Stage):
    """A condition: a new frame with more steps has been shown since now."""
    seen, run = stage.session.history.iteration, stage.session.history
    return lambda: stage.session.history is not run or stage.session.history.iteration > seen


def combo(stage: Stage, path: str):
    """The visible combo box of a setting."""
    from ui.widgets.combo import Combo

    found = [w for w in stage.window.train.controls.findChildren(Combo, path) if w.isVisible()]
    assert found, path
    return found[0]


def dropdowns(stage: Stage, picture: str) -> Script:
    """Click every dropdown while it trains, choose another entry in each, then export."""
    session, window = stage.session, stage.window
    click(window.train.toolbar.run)
    yield lambda: session.is_running
    yield trains(stage)
    for path in DROPDOWNS:
        before, box = session.spec, combo(stage, path)
        _into_view(stage, box)
        yield lambda box=box: box.isVisible()
        click(box)
        yield lambda: stage.popup() is not None
        key("Down")
        key("Return")
        yield lambda before=before: session.spec != before
        yield lambda: stage.popup() is None
        assert session.is_running, path
        yield trains(stage)
        print(f"{path}: {before != session.spec}", flush=True)
    key("ctrl+e")
    yield lambda: stage.dialog() is not None
    dialog = stage.dialog()
    assert dialog is not None
    click(dialog.save_button)  # pyright: ignore[reportAttributeAccessIssue]
    yield lambda: stage.dialog() is not dialog
    write(picture)
    key("Return")
    yield lambda: Path(picture).exists()
    if stage.dialog() is dialog:
        key("Escape")
    yield lambda: stage.dialog() is None
    yield trains(stage)
    key("alt+F4")


def _into_view(stage: Stage, widget) -> None:
    from PySide6.QtWidgets import QScrollArea

    for area in stage.window.train.controls.findChildren(QScrollArea):
        if area.isAncestorOf(widget):
            area.ensureWidgetVisible(widget)


def keys(stage: Stage) -> Script:
    """Run, step, reset and undo with the keyboard alone."""
    session = stage.session
    key("space")
    yield lambda: session.is_running and session.history.iteration > 50
    key("space")
    yield lambda: not session.is_running
    key("r")
    yield lambda: session.history.iteration == 0 and bool(session.history)
    key("s")
    yield lambda: session.history.iteration == 1
    key("e")
    yield lambda: session.history.iteration > 1 and session.history.frames[-1].epoch == 1
    seed = session.spec.seed
    key("n")
    yield lambda: session.spec.seed == seed + 1
    key("ctrl+z")
    yield lambda: session.spec.seed == seed
    key("ctrl+q")


def typed_rate(stage: Stage) -> Script:
    """Type an absurd learning rate in mid-training: a message, the curve kept, the app alive."""
    session, window = stage.session, stage.window
    box = combo(stage, "training.optimizer")
    click(box)
    yield lambda: stage.popup() is not None
    key("Home")
    key("Return")
    yield lambda: session.spec.training.optimizer.key == "sgd"
    key("space")
    yield trains(stage)
    fields = window.train.controls.findChildren(QLineEdit)
    field = next(
        f for f in fields if f.isVisible() and "training.optimizer.learning_rate" in _names_above(f)
    )
    click(field)
    yield field.hasFocus
    key("ctrl+a")
    write("1e9")
    key("Return")
    yield lambda: bool(window.train.banner.text())
    assert "diverged" in window.train.banner.text()
    assert not session.is_running
    assert session.history.steps
    key("ctrl+z")
    yield lambda: session.spec.training.optimizer.learning_rate < 1
    click(window.train.toolbar.run)
    yield lambda: session.is_running and session.history.iteration > 50
    key("alt+F4")


def _names_above(widget) -> list[str]:
    names = []
    while widget is not None:
        names.append(widget.objectName())
        widget = widget.parentWidget()
    return names


def storm(stage: Stage) -> Script:
    """Many clicks without waiting: nothing breaks, and it trains afterwards."""
    window, session = stage.window, stage.session
    for _ in range(15):
        for button in (
            window.train.toolbar.run,
            window.train.toolbar.new_seed,
            window.train.toolbar.reset,
        ):
            click(button)
        key("s", "space", "n", "e")
    yield lambda: not session.is_running or session.history.iteration >= 0
    key("r")
    yield lambda: session.history.iteration == 0 and not session.is_running
    key("space")
    yield lambda: session.is_running and session.history.iteration > 100
    key("alt+F4")


def labs(stage: Stage) -> Script:
    """The labs with the keyboard alone: open each, step, step back, play, restart, copy a link."""
    from PySide6.QtWidgets import QApplication

    from core.experiment.links import LabLink, read_link
    from ui.pages.labs.page import LabsPage

    window = stage.window
    key("ctrl+3")
    yield lambda: isinstance(window.current, LabsPage)
    page = window.current
    assert isinstance(page, LabsPage)
    for i, tile in enumerate(page.cards.tiles[:4]):
        yield lambda tile=tile: tile.hasFocus()
        key("space" if i else "Return")
        yield lambda tile=tile: page.lab is not None and page.lab.key == tile.lab.key
        lab = page.lab
        assert lab is not None
        yield lambda lab=lab: lab.transport.length > 0
        key("r")
        yield lambda lab=lab: lab.transport.at == 0
        key("Right", "Right", "Right")
        yield lambda lab=lab: lab.transport.at == 3
        key("Left")
        yield lambda lab=lab: lab.transport.at == 2
        key("space")
        yield lambda lab=lab: lab.transport.is_playing and lab.transport.at > 2
        key("r")
        yield lambda lab=lab: lab.transport.at == 0
        key("ctrl+l")
        clipboard = QApplication.clipboard()
        yield lambda clipboard=clipboard: clipboard.text().startswith("playground:lab/")
        link = read_link(clipboard.text())
        assert isinstance(link, LabLink) and link.lab == lab.key
        clipboard.clear()
        key("Escape")
        yield lambda tile=tile: page.lab is None and tile.hasFocus()
        if i < 3:
            key("Right")
    key("alt+F4")


if __name__ == "__main__":
    name, *rest = sys.argv[1:]
    chosen = globals()[name]
    sys.exit(Stage().play(lambda stage: chosen(stage, *rest)))
