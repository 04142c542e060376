"""What the application does with all windows."""

from PySide6.QtCore import QPoint
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
