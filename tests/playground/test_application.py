"""What the application does with all windows."""

from PySide6.QtCore import QEventLoop, QPoint, QTimer
from PySide6.QtWidgets import QApplication, QComboBox, QMenu, QWidget

from playground.application import free_hidden_popups


def test_closed_menus_and_lists_keep_no_window_and_open_again(qtbot):
    window = QWidget()
    qtbot.addWidget(window)
    menu, choice = QMenu("Run", window), QComboBox(window)
    menu.addAction("Pause")
    choice.addItems(["tanh", "relu"])
    window.show()
    popup = choice.view().window()
    for _ in range(3):
        menu.popup(QPoint(20, 20))
        free_hidden_popups()
        assert menu.isVisible() and QApplication.activePopupWidget() is menu
        menu.close()
        choice.showPopup()
        assert popup.isVisible()
        choice.hidePopup()
        free_hidden_popups()
        assert menu.windowHandle() is None and popup.windowHandle() is None
    assert window.windowHandle() is not None and window.isVisible()


def in_a_loop(act) -> None:
    """Do something within an event loop of its own, as while a dialog waits."""
    loop = QEventLoop()
    QTimer.singleShot(0, act)
    QTimer.singleShot(0, loop.quit)
    loop.exec()


def test_a_list_is_not_freed_while_a_dialog_that_its_choice_has_opened_waits(qtbot):
    """Qt goes on delivering Return to the list when the dialog is closed, and would crash."""
    choice = QComboBox()
    qtbot.addWidget(choice)
    choice.addItems(["digits", "MNIST"])
    choice.show()
    choice.showPopup()
    choice.hidePopup()
    popup, kept = choice.view().window(), []

    def look():
        free_hidden_popups()
        kept.append(popup.windowHandle() is not None)

    in_a_loop(lambda: in_a_loop(look))
    in_a_loop(look)
    assert kept == [True, False]
