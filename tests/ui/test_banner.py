"""The banner: everything is said, as it is, in little room."""

from PySide6.QtCore import Qt

from ui.widgets.banner import MOST_HEIGHT, Action, Banner


def shown(qtbot) -> Banner:
    banner = Banner()
    qtbot.addWidget(banner)
    banner.resize(600, 60)
    return banner


def test_many_problems_are_all_there_and_scroll(qtbot):
    banner = shown(qtbot)
    banner.say("\n".join(f"problem {i}" for i in range(60)))
    assert banner.text().count("problem") == 60
    qtbot.waitUntil(lambda: banner._area.verticalScrollBar().maximum() > 0)
    assert banner._area.height() <= MOST_HEIGHT
    short = banner._area.height()
    banner.say("One line")
    assert banner._area.height() < short


def test_a_file_name_is_no_markup(qtbot):
    banner = shown(qtbot)
    banner.say("<b>x</b>.csv: is empty")
    assert banner._text.textFormat() == Qt.TextFormat.PlainText


def test_what_can_be_done_has_a_button(qtbot):
    banner, done = shown(qtbot), []
    banner.say("Lost", Action("Restore", lambda: done.append(1)))
    assert banner.action_button.accessibleName() == "Restore"
    banner.action_button.click()
    assert done == [1] and banner.text() == ""
    banner.say("Wrong", Action("Copy", lambda: done.append(2), dismisses=False))
    banner.action_button.click()
    assert done == [1, 2] and banner.text() == "Wrong"
    banner.say("No way out")
    assert banner.action_button.isHidden()
