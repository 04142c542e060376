"""Forms for parts of a spec and catalogue entries, built from their fields' metadata."""

from __future__ import annotations

import types
import typing
from collections.abc import Sequence
from dataclasses import fields, replace
from functools import cache, partial
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QVBoxLayout, QWidget

from core.base.registry import Entry, Setting, choice_label, settings_of
from core.base.translation import Message, language, tr
from ui.forms.access import Access, ReadOut, apply_access, everything, value_text
from ui.theme import LABEL_WIDTH
from ui.widgets.check import Check
from ui.widgets.combo import Combo, choice_model
from ui.widgets.entry_combo import RESTARTS, EntryCombo, described
from ui.widgets.number_field import NumberField
from ui.widgets.number_slider import NumberSlider
from ui.widgets.row_label import RowLabel
from ui.widgets.section import More
from ui.widgets.spin import LARGEST, Spin
from ui.widgets.text_field import TextField

INDENT = 8
ROW_GAP = 4
LABEL_GAP = 4
INHERITED = Message("As network")


class Form(QWidget):
    """A label and a field for every setting of a part; `changed` carries the new part. `names`
    selects and orders the settings shown. `path` prefixes the object names, so that
    `network.dropout` is the name of that field's widget. With `restarts_run` every setting is
    marked as restarting the run.
    """

    changed = Signal(object)

    def __init__(
        self,
        part: Any,
        path: str = "",
        names: Sequence[str] | None = None,
        restarts_run: bool = False,
        depth: int = 0,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._part = part
        self._path, self._restarts_run, self._depth = path, restarts_run, depth
        self._editors: dict[str, Any] = {}
        self._readouts: dict[str, ReadOut] = {}
        self._access: Access = everything
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(LABEL_GAP)
        self._grid.setVerticalSpacing(ROW_GAP)
        self._grid.setColumnStretch(1, 1)
        self._folded: Form | None = None
        self._rare: tuple[str, ...] = ()
        for name, setting in settings_of(part).items():
            if names is None and setting.rare:
                self._rare += (name,)
            elif names is None or name in names:
                self._add(name, setting)
        if self._rare:
            self._fold()

    def _fold(self) -> None:
        """Keep the rare settings in a form of their own that is built when it is opened."""
        self._more = More(self._path.rpartition(".")[2] or "data", self._unfold, self)
        left = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignAbsolute
        self._grid.addWidget(self._more, 3 * len(self._editors), 0, 1, 2, left)
        self._count_rare()

    def _unfold(self) -> Form:
        where = self._path, self._rare, self._restarts_run, self._depth
        self._folded = Form(self._part, *where, parent=self)
        self._folded.set_access(self._access)
        self._folded.changed.connect(self._take_part)
        self._grid.addWidget(self._folded, 3 * len(self._editors) + 1, 0, 1, 2)
        chain_tabs(self._more, self._folded)
        return self._folded

    def _count_rare(self) -> None:
        differing = (getattr(self._part, n) != _default(type(self._part), n) for n in self._rare)
        self._more.set_count(sum(differing))

    def part(self) -> Any:
        return self._part

    def set_value(self, part: Any) -> None:
        """Show another part of the same class, without a signal."""
        old, self._part = self._part, part
        if part is old or part == old:
            return
        for name, editor in self._editors.items():
            value = getattr(part, name)
            if value != getattr(old, name):
                editor.set_value(value)
        self._fill_readouts()
        if self._rare:
            self._count_rare()
        if self._folded:
            self._folded.set_value(part)

    def editor(self, name: str) -> Any:
        """The widget of one field, which is unfolded where it is a rare one."""
        if name in self._rare:
            self._more.setChecked(True)
            assert self._folded
            return self._folded.editor(name)
        return self._editors[name]

    def has(self, name: str) -> bool:
        """Whether the form has the field."""
        return name in self._editors or name in self._rare

    def set_access(self, access: Access) -> None:
        """Show, lock or hide the control of every setting; hidden ones show their value."""
        if access is self._access:
            return
        self._access = access
        for name, editor in self._editors.items():
            self._apply_access(name, editor)
            if isinstance(editor, EntryEditor):
                editor.set_access(access)
        if self._rare:
            self._more.setHidden(all(access(self._path_of(n)) == "hidden" for n in self._rare))
        if self._folded:
            self._folded.set_access(access)

    def _apply_access(self, name: str, editor: QWidget) -> None:
        access = self._access(self._path_of(name))
        if access == "hidden" and name not in self._readouts:
            readout = self._readouts[name] = ReadOut(editor, self)
            row = self._grid.getItemPosition(self._grid.indexOf(editor))[0]  # type: ignore[index]
            self._grid.addWidget(readout, row, 1)
        apply_access(editor, self._readouts.get(name), access)
        self._fill_readouts()

    def _fill_readouts(self) -> None:
        for name, readout in self._readouts.items():
            readout.setText(value_text(getattr(self._part, name)))

    def _path_of(self, name: str) -> str:
        return f"{self._path}.{name}" if self._path else name

    def insert_below(self, name: str, widget: QWidget) -> None:
        """Insert a widget of full width below a field and its sub-settings."""
        row = self._grid.getItemPosition(self._grid.indexOf(self._editors[name]))[0]  # type: ignore[index]
        self._grid.addWidget(widget, row + 2, 0, 1, 2)

    def _add(self, name: str, setting: Setting) -> None:
        # Three grid rows per field: the field, an entry's own settings, the widget of
        # `insert_below`.
        row = 3 * len(self._editors)
        restarts_run = self._restarts_run or setting.restarts_run
        path = self._path_of(name)
        title = tr(setting.label or name.replace("_", " ").capitalize())
        editor = self._editor(name, setting, path, restarts_run)
        editor.setObjectName(path)
        editor.setAccessibleName(title)
        editor.setAccessibleDescription(tr(setting.help))
        tip = described(title, tr(setting.help), tr(RESTARTS) if restarts_run else "")
        editor.setToolTip(tip)
        label = RowLabel(title, restarts_run, LABEL_WIDTH + LABEL_GAP - self._depth * INDENT, self)
        label.setToolTip(tip)
        label.setBuddy(editor)
        self._grid.addWidget(label, row, 0)
        self._grid.addWidget(editor, row, 1)
        if isinstance(editor, EntryEditor):
            editor.set_heading(title, tr(setting.help))
            self._grid.addWidget(editor.below, row + 1, 0, 1, 2)
        editor.set_value(getattr(self._part, name))
        editor.edited.connect(partial(self._take, name))
        self._editors[name] = editor

    def _take(self, name: str, value: Any) -> None:
        self._take_part(replace(self._part, **{name: value}))

    def _take_part(self, part: Any) -> None:
        self._part = part
        self._fill_readouts()
        if self._rare:
            self._count_rare()
        if self._folded:
            self._folded.set_value(part)
        self.changed.emit(part)

    def _editor(self, name: str, setting: Setting, path: str, restarts_run: bool) -> Any:
        kind, optional = _kind(type(self._part), name)
        if isinstance(kind, type) and issubclass(kind, Entry):
            return EntryEditor(
                kind, tr(INHERITED) if optional else "", path, restarts_run, self._depth, self
            )
        if setting.choices:
            return Combo(_choices(setting.choices, optional, language()), self)
        if kind is bool:
            return Check(self)
        if kind is str:
            return TextField(self)
        if kind not in (int, float):
            raise TypeError(f"{path}: no editor for {kind}")
        if optional:
            empty = tr(INHERITED).lower()
            return NumberField(setting.low, setting.high, kind is int, empty, parent=self)
        if kind is int and (setting.high or 0) <= LARGEST:
            return Spin(setting.low, setting.high, setting.scale == "log", parent=self)
        if kind is float and setting.low is not None and setting.high is not None:
            return NumberSlider(setting, _default(type(self._part), name), parent=self)
        return NumberField(setting.low, setting.high, kind is int, parent=self)


class EntryEditor(EntryCombo):
    """Chooses a catalogue entry; `below` shows the entry's own settings.

    It remembers the settings of every entry it has shown and restores them when the entry is chosen
    again.
    """

    def __init__(
        self,
        base: type[Entry],
        nothing: str,
        path: str,
        restarts_run: bool,
        depth: int,
        parent: QWidget,
    ) -> None:
        super().__init__(base.registry, nothing, parent)
        self._registry = base.registry
        self._context = (path, restarts_run, depth + 1)
        self._title, self._help = "", ""
        self._ending = tr(RESTARTS) if restarts_run else ""
        self._entry: Entry | None = None
        self._remembered: dict[str, Entry] = {}
        self._form: Form | None = None
        self._access: Access = everything
        self.below = QFrame(parent)
        self.below.setObjectName("entry-settings")
        self._column = QVBoxLayout(self.below)
        self._column.setContentsMargins(INDENT, 0, 0, 0)

    def set_heading(self, title: str, text: str) -> None:
        """The first part of the tooltip, before the text of the entry."""
        self._title, self._help = title, text

    def set_access(self, access: Access) -> None:
        """The access to the entry's own settings."""
        self._access = access
        if self._form:
            self._form.set_access(access)

    def entry(self) -> Entry | None:
        return self._entry

    def set_value(self, value: Entry | None) -> None:
        if value is not self._entry or value is None:
            self._show(value)

    def _show(self, entry: Entry | None) -> None:
        self._entry = entry
        super().set_value(entry.key if entry else None)
        title = f"{self._title}: {tr(entry.label)}" if entry else self._title
        about = (tr(entry.formula), tr(entry.advice)) if entry else ()
        self.setToolTip(described(title, self._help, *about, self._ending))
        if entry is not None:
            self._remembered[entry.key] = entry
        self._show_settings(entry)

    def _show_settings(self, entry: Entry | None) -> None:
        """Show the form of the entry. No other is kept: an editor of twenty entries would keep
        hundreds of widgets."""
        if self._form and (entry is None or type(self._form.part()) is not type(entry)):
            self._form.setParent(None)
            self._form.deleteLater()
            self._form = None
        if entry is None or not settings_of(entry):
            _reveal(self.below, False)
            return
        if self._form:
            self._form.set_value(entry)
        else:
            self._form = self._make_form(entry)
            _reveal(self._form, True)
        _reveal(self.below, True)

    def _make_form(self, entry: Entry) -> Form:
        path, restarts_run, depth = self._context
        form = Form(entry, path, restarts_run=restarts_run, depth=depth, parent=self.below)
        form.set_access(self._access)
        form.changed.connect(self._entry_changed)
        self._column.addWidget(form)
        chain_tabs(self, form)
        return form

    def _activated(self, row: int) -> None:
        key = self.value()
        if key == (self._entry.key if self._entry else None):
            return
        self._show(None if key is None else self._remembered.get(key) or self._registry[key]())
        self.edited.emit(self._entry)

    def _entry_changed(self, entry: Entry) -> None:
        self._entry = self._remembered[entry.key] = entry
        self.edited.emit(entry)


def _reveal(widget: QWidget, visible: bool) -> None:
    """Show or hide a part of a form. A part of a hidden form needs no `show`, which would lay out
    and style the unfinished form repeatedly.
    """
    parent = widget.parentWidget()
    waits = parent is not None and not parent.isVisible()
    was_hidden = widget.testAttribute(Qt.WidgetAttribute.WA_WState_ExplicitShowHide)
    if not (visible and waits and not was_hidden):
        widget.setVisible(visible)


def chain_tabs(before: QWidget, part: QWidget) -> None:
    """Insert the fields of a part built later into the tab order, after `before`."""
    for widget in part.findChildren(QWidget):
        takes_tab = widget.focusPolicy() & Qt.FocusPolicy.TabFocus and not widget.focusProxy()
        if takes_tab and widget.window() is before.window():
            QWidget.setTabOrder(before, widget)
            before = widget


@cache
def _kinds(part: type) -> dict[str, tuple[Any, bool]]:
    """The type of each field without None, and whether None is allowed."""
    hints = typing.get_type_hints(part)
    return {f.name: _split_optional(hints[f.name]) for f in fields(part)}


def _kind(part: type, name: str) -> tuple[Any, bool]:
    return _kinds(part)[name]


def _split_optional(hint: Any) -> tuple[Any, bool]:
    if typing.get_origin(hint) not in (typing.Union, types.UnionType):
        return hint, False
    rest = [h for h in typing.get_args(hint) if h is not type(None)]
    if len(rest) != 1:
        raise TypeError(f"no editor for {hint}")
    return rest[0], True


@cache
def _default(part: type, name: str) -> Any:
    return next(f.default for f in fields(part) if f.name == name)


@cache
def _choices(choices: tuple[str, ...], optional: bool, _language: str) -> Any:
    """One model a language, shared by all lists that show it."""
    inherited = [(None, tr(INHERITED), "", "")] if optional else []
    return choice_model(inherited + [(c, tr(choice_label(c)), "", "") for c in choices])
