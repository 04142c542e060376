"""The style sheet of the application, a template for the theme's colours.

Selectors use classes only: Qt matches every rule against every widget, so few and simple rules are
fast. Colours that need no shape (text, selection) come from the palette.
"""

from __future__ import annotations

from string import Template

SHEET = Template("""
QMainWindow, QDialog { background: $background; }
QDialog#palette { background: $raised; border: 1px solid $edge; }
QDialogButtonBox { dialogbuttonbox-buttons-have-icons: 0; }
QLabel#qt_msgbox_label { font-weight: 600; }
QLabel#qt_msgbox_informativelabel { min-width: 340px; }

QToolTip { background: $raised; color: $text; border: 1px solid $edge; padding: 3px 4px; }

QPushButton {
    background: $card; color: $text; border: 1px solid $border; border-radius: 6px;
    padding: 0 11px; min-height: 26px;
}
QPushButton:hover { background: $hover; }
QPushButton:pressed, QPushButton:open { background: $pressed; }
QPushButton:disabled { color: $disabled; }
QPushButton:focus { border: 2px solid $accent; padding: 0 10px; min-height: 24px; }
QPushButton:default, QPushButton[primary="true"] {
    background: $accent; color: $accent_text; border-color: $accent; font-weight: bold;
}
QPushButton:default:hover, QPushButton[primary="true"]:hover { background: $accent_hover; }
QPushButton:default:pressed, QPushButton[primary="true"]:pressed { background: $accent_pressed; }
QPushButton[primary="true"]:disabled, QPushButton:default:disabled {
    background: $card; color: $disabled; border-color: $border;
}
QPushButton[primary="true"]:focus, QPushButton:default:focus { border-color: $text; }
QPushButton::menu-indicator { image: none; width: 0; }

QPushButton#tile, QPushButton#tile:pressed { background: $card; border-radius: 8px; padding: 0; }
QPushButton#tile:hover { border-color: $edge; }
QPushButton#tile:focus { border: 2px solid $accent; }

QToolButton {
    background: transparent; color: $muted; border: 1px solid transparent; border-radius: 6px;
    padding: 3px;
}
QToolButton:hover { background: $hover; color: $text; }
QToolButton:pressed, QToolButton:open { background: $pressed; color: $text; }
QToolButton:checked { background: transparent; color: $text; }
QToolButton:checked:hover { background: $hover; }
QToolButton#more, QToolButton#more:hover, QToolButton#more:pressed { background: transparent; }
QToolButton:focus { border-color: $accent; }
QToolButton:disabled { color: $disabled; }
QToolButton::menu-indicator { image: none; width: 0; }

QComboBox, QLineEdit, QAbstractSpinBox, QPlainTextEdit, QTextEdit {
    background: $field; color: $text; border: 1px solid $border; border-radius: 6px;
    padding: 0 7px; selection-background-color: $accent; selection-color: $accent_text;
}
QComboBox, QLineEdit, QAbstractSpinBox { min-height: 24px; max-height: 24px; }
QComboBox:hover, QLineEdit:hover, QAbstractSpinBox:hover { border-color: $edge; }
QComboBox:focus, QLineEdit:focus, QAbstractSpinBox:focus, QPlainTextEdit:focus, QTextEdit:focus {
    border: 2px solid $accent; padding: 0 6px;
}
QComboBox:focus, QLineEdit:focus, QAbstractSpinBox:focus { min-height: 22px; max-height: 22px; }

QComboBox:disabled, QLineEdit:disabled, QAbstractSpinBox:disabled { color: $disabled; }
QLineEdit, QAbstractSpinBox { padding: 0 5px; }
QLineEdit:focus, QAbstractSpinBox:focus { padding: 0 4px; }
QLineEdit[invalid="true"] {
    border: 2px solid $bad; padding: 0 4px; min-height: 22px; max-height: 22px;
}
QComboBox { combobox-popup: 0; padding-right: 0; }
QComboBox:focus { padding-right: 0; }
QComboBox::drop-down, QDateEdit::drop-down { border: 0; width: 18px; }
QDateEdit::drop-down { subcontrol-origin: border; subcontrol-position: right; }
QComboBox::down-arrow, QDateEdit::down-arrow {
    image: url("$icons/chevron-down.svg"); width: 14px; height: 14px; right: 3px;
}
QComboBox QAbstractItemView {
    background: $raised; color: $text; border: 1px solid $edge; border-radius: 0; padding: 4px 0;
    selection-background-color: $hover; selection-color: $text;
}
QAbstractSpinBox::up-button, QAbstractSpinBox::down-button {
    border: 0; background: transparent; width: 18px; subcontrol-origin: border;
}
QAbstractSpinBox::up-button { subcontrol-position: top right; }
QAbstractSpinBox::down-button { subcontrol-position: bottom right; }
QAbstractSpinBox::up-arrow {
    image: url("$icons/chevron-up.svg"); width: 10px; height: 10px; top: 1px;
}
QAbstractSpinBox::down-arrow {
    image: url("$icons/chevron-down.svg"); width: 10px; height: 10px; top: -1px;
}
QAbstractSpinBox::up-arrow:off { image: url("$icons/chevron-up-off.svg"); }
QAbstractSpinBox::down-arrow:off { image: url("$icons/chevron-down-off.svg"); }

QSlider { background: transparent; min-height: 20px; }
QSlider::groove:horizontal { background: $track; height: 4px; border-radius: 2px; }
QSlider::sub-page:horizontal { background: $accent; border-radius: 2px; }
QSlider::handle:horizontal {
    background: $accent; border: 2px solid $card; width: 10px; height: 10px; margin: -5px 0;
    border-radius: 7px;
}
QSlider::handle:horizontal:hover { background: $accent_hover; }
QSlider::handle:horizontal:focus { border-color: $text; }
QSlider::sub-page:horizontal:disabled { background: $disabled; }
QSlider::handle:horizontal:disabled { background: $disabled; }

QCheckBox, QRadioButton { background: transparent; spacing: 8px; min-height: 26px; }
QCheckBox::indicator, QRadioButton::indicator {
    width: 14px; height: 14px; background: $field; border: 1px solid $edge; border-radius: 4px;
}
QRadioButton::indicator { border-radius: 8px; }
QCheckBox::indicator:hover, QRadioButton::indicator:hover { border-color: $muted; }
QCheckBox::indicator:checked {
    background: $accent; border-color: $accent; image: url("$icons/check.svg");
}
QRadioButton::indicator:checked {
    border-color: $accent;
    background: qradialgradient(cx: 0.5, cy: 0.5, radius: 0.5, fx: 0.5, fy: 0.5,
        stop: 0 $accent, stop: 0.55 $accent, stop: 0.65 $field, stop: 1 $field);
}
QCheckBox::indicator:focus { border: 2px solid $accent; }
QRadioButton::indicator:focus { border: 1px solid $text; }
QCheckBox::indicator:checked:focus { border: 2px solid $text; }
QCheckBox::indicator:disabled { border-color: $border; }

QMenuBar { background: $background; color: $text; padding: 2px 8px; }
QMenuBar::item { background: transparent; padding: 4px 8px; border-radius: 4px; }
QMenuBar::item:selected, QMenuBar::item:pressed { background: $hover; }
QMenu { background: $raised; color: $text; border: 1px solid $edge; padding: 4px 0; }
QMenu::item { padding: 5px 24px 5px 12px; border: 0; }
QMenu::item:selected { background: $hover; }
QMenu::item:disabled { color: $disabled; }
QMenu::separator { height: 1px; background: $border; margin: 4px 0; }
QMenu::icon { padding-left: 10px; }
QMenu::indicator { width: 14px; height: 14px; margin-left: 10px; }
QMenu::indicator:checked { image: url("$icons/tick.svg"); }
QMenu::right-arrow {
    image: url("$icons/chevron-right.svg"); width: 14px; height: 14px; right: 6px;
}

QFrame#banner {
    background: $card; border: 1px solid $border; border-radius: 8px; margin-bottom: 8px;
}

QScrollArea { background: transparent; border: 0; }
QScrollBar:vertical { background: transparent; width: 8px; margin: 2px; }
QScrollBar:horizontal { background: transparent; height: 8px; margin: 2px; }
QScrollBar::handle { background: $edge; border-radius: 2px; }
QScrollBar::handle:vertical { min-height: 28px; }
QScrollBar::handle:horizontal { min-width: 28px; }
QScrollBar::handle:hover { background: $muted; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }

QFrame#activationPlot { background: $field; border: 1px solid $border; border-radius: 6px; }
QFrame#block { background: $field; border: 1px solid $border; border-radius: 6px; }
QFrame#block > QSpinBox { background: $card; min-height: 20px; max-height: 20px; }
QFrame#block > QSpinBox:focus { min-height: 18px; max-height: 18px; }
QFrame#block Form QComboBox, QFrame#block Form QLineEdit, QFrame#block Form QSpinBox {
    background: $card;
}
QFrame#card { background: $card; border: 1px solid $border; border-radius: 8px; }
QFrame#card QTableView { border: 0; }
QFrame#card QTableView::item { padding: 0 4px; }
QFrame#rail { background: $background; border: 0; border-right: 1px solid $border; }
QFrame#column { background: $card; border: 0; border-right: 1px solid $border; }
QFrame#lesson { background: $card; border: 0; border-left: 1px solid $border; }
QFrame#lesson QListView { border: 0; border-radius: 0; outline: 0; padding: 0; }
QFrame#lesson QListView::item {
    padding: 8px 16px; border-radius: 0; border-bottom: 1px solid $border;
}
QFrame#lesson QListView::item:hover, QFrame#lesson QListView::item:selected {
    background: $hover; color: $text;
}
QLabel#section, QLabel#quiet { color: $muted; }

QSplitter::handle { background: transparent; }
QSplitter::handle:hover { background: $edge; border-radius: 2px; }
QMainWindow::separator { background: transparent; width: 8px; height: 8px; }
QMainWindow::separator:hover { background: $hover; }
QDockWidget { color: $text; titlebar-close-icon: url("$icons/close.svg"); }
QDockWidget::title { background: transparent; padding: 6px 10px; text-align: left; }

QTabBar { background: transparent; }
QTabBar::tab {
    background: transparent; color: $muted; padding: 6px 12px; border: 0;
    border-bottom: 2px solid transparent;
}
QTabBar::tab:hover { color: $text; }
QTabBar::tab:selected { color: $text; border-bottom-color: $accent; }
QTabBar::tab:focus { border-bottom-color: $text; }
QTabWidget::pane { border: 0; border-top: 1px solid $border; }

QProgressBar {
    background: $track; border: 0; border-radius: 3px; min-height: 6px; max-height: 6px;
    color: transparent;
}
QProgressBar::chunk { background: $accent; border-radius: 3px; }

QHeaderView { background: $card; border: 0; }
QHeaderView::section {
    background: transparent; color: $muted; border: 0; border-bottom: 1px solid $border;
    padding: 4px 8px;
}
QListWidget { outline: 0; padding: 4px; }
QListWidget::item { padding: 0 8px; border: 0; border-radius: 4px; }
QListWidget::item:hover, QListWidget::item:selected { background: $hover; color: $text; }
QTableView { outline: 0; }
QTableView::item { padding: 0 8px; }
QTableView, QTreeView, QListView {
    background: $card; border: 1px solid $border; border-radius: 6px; gridline-color: $border;
    selection-background-color: $hover; selection-color: $text;
}
QStatusBar { background: $background; color: $muted; }
QStatusBar::item { border: 0; }
""")
