"""The left column: all settings of an experiment."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QLabel, QVBoxLayout, QWidget

from core.base.registry import settings_of
from core.base.translation import Message, tr
from core.catalogue.blocks import Block
from core.experiment.spec import ExperimentSpec
from ui import theme
from ui.forms.access import Access, apply_access, everything
from ui.forms.blocks_editor import BlocksEditor
from ui.forms.form import Form, chain_tabs
from ui.widgets.activation_plot import ActivationPlot
from ui.widgets.layouts import set_layout
from ui.widgets.scroll_area import ScrollArea
from ui.widgets.section import More, Section

SECTIONS = {
    "data": Message("Data"),
    "network": Message("Network"),
    "training": Message("Training"),
}
PRIMARY = {
    "data": ("dataset", "validation"),
    "network": ("activation", "initializer", "normalization", "dropout"),
    "training": ("optimizer", "schedule", "batching", "weight_decay"),
}
MARGIN = 16
BAR = 8


class Controls(QFrame):
    """Shows an `ExperimentSpec`; `spec_edited` carries the new one whenever the user changes it."""

    spec_edited = Signal(object)

    def __init__(self, spec: ExperimentSpec, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("column")
        self.setFixedWidth(theme.CONTROL_COLUMN)
        self._spec = spec
        self._forms: list[tuple[str, Form]] = []
        self._more: dict[str, More] = {}
        self._rare: dict[str, tuple[str, ...]] = {}
        self._access: Access = everything
        self.blocks = BlocksEditor()
        # The layers, while the lesson that is open hides their editor.
        self.layers = QLabel()
        self.plot = ActivationPlot()
        self._column = QVBoxLayout()
        self._column.setContentsMargins(MARGIN, 12, MARGIN, MARGIN)
        self._column.setSpacing(16)
        for name in PRIMARY:
            self._column.addWidget(self._section(name))
        self._column.addStretch(1)
        self._scroll_in()
        self.blocks.edited.connect(self._take_blocks)
        self._refresh()

    def spec(self) -> ExperimentSpec:
        return self._spec

    def set_spec(self, spec: ExperimentSpec) -> None:
        """Show another experiment, without a signal."""
        if spec is self._spec or spec == self._spec:
            return
        self._spec = spec
        for part, form in self._forms:
            form.set_value(self._part(part))
        self._refresh()

    def set_access(self, access: Access) -> None:
        """Show, lock or hide the control of every setting; hidden ones show their value."""
        self._access = access
        for _, form in self._forms:
            form.set_access(access)
        apply_access(self.blocks, self.layers, access("network.hidden"))
        for name, more in self._more.items():
            more.setHidden(all(access(path) == "hidden" for path in self._rare_paths(name)))

    def _rare_paths(self, name: str) -> list[str]:
        """The settings below "More" of a section."""
        paths = [f"{name}.{field}" for field in self._rare[name]]
        return paths + (list(settings_of(self._spec)) if name == "training" else [])

    def retheme(self, colors: theme.Theme) -> None:
        self.blocks.retheme(colors)

    def _scroll_in(self) -> None:
        content = QWidget()
        set_layout(content, self._column)
        area = ScrollArea(content, self)
        # The scroll bar is in the margin, so that no field moves when it appears.
        area.verticalScrollBar().rangeChanged.connect(self._leave_room)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(area)

    def _leave_room(self, low: int, high: int) -> None:
        self._column.setContentsMargins(MARGIN, 12, MARGIN - (BAR if high > low else 0), MARGIN)

    def _section(self, name: str) -> Section:
        section = Section(tr(SECTIONS[name]))
        if name == "network":
            section.add(self.blocks)
            self.layers.setWordWrap(True)
            self.layers.hide()
            section.add(self.layers)
        form = self._form(name, PRIMARY[name])
        section.add(form)
        if name == "network":
            form.insert_below("activation", self.plot)
        # These have editors of their own: layers in their list, points in the prediction.
        shown = (*PRIMARY[name], "hidden", "points")
        self._rare[name] = tuple(k for k in settings_of(self._part(name)) if k not in shown)
        more = More(name, lambda: self._rare_form(name, section))
        self._more[name] = more
        section.add_left(more)
        return section

    def _rare_form(self, name: str, section: Section) -> QWidget:
        rare = QWidget(section)
        column = QVBoxLayout(rare)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self._form(name, self._rare[name]))
        if name == "training":
            column.addWidget(self._form("", tuple(settings_of(self._spec))))
        section.add(rare)
        chain_tabs(self._more[name], rare)
        self._say_what_auto_means()
        return rare

    def _form(self, name: str, names: tuple[str, ...]) -> Form:
        form = Form(self._part(name), name, names)
        form.set_access(self._access)
        form.changed.connect(lambda part: self._take(name, part))
        self._forms.append((name, form))
        return form

    def _part(self, name: str) -> Any:
        return getattr(self._spec, name) if name else self._spec

    def _take(self, name: str, part: Any) -> None:
        self._edit(replace(self._spec, **{name: part}) if name else part)

    def _take_blocks(self, blocks: Any) -> None:
        self._edit(replace(self._spec, network=replace(self._spec.network, hidden=blocks)))

    def _edit(self, spec: ExperimentSpec) -> None:
        self.set_spec(spec)
        self.spec_edited.emit(spec)

    def _refresh(self) -> None:
        """Update what depends on several settings."""
        network = self._spec.network
        self.blocks.set_value(network.hidden)
        self.layers.setText(_layers_text(network.hidden))
        self.plot.set_activation(network.activation)
        self._say_what_auto_means()
        for name, more in self._more.items():
            part = self._part(name)
            rare = [(part, field) for field in self._rare[name]]
            if name == "training":
                rare += [(self._spec, field) for field in settings_of(self._spec)]
            more.set_count(sum(_differs(*setting) for setting in rare))

    def _say_what_auto_means(self) -> None:
        network, task = self._spec.network, self._spec.data.dataset.task
        chosen = self._spec.training.loss
        # The task of a user's file may be known only once it has been read.
        loss = chosen.resolve(task) if task else chosen
        real = network.initializer.resolve(network.activation)
        meanings = {
            "initializer": None if real is network.initializer else real.label,
            "loss": None if loss is chosen else loss.label,
        }
        for _, form in self._forms:
            for name, meaning in meanings.items():
                if form.has(name):
                    form.editor(name).set_note(tr(meaning) if meaning else None)


def _layers_text(blocks: tuple[Block, ...]) -> str:
    """The hidden layers in words: "Hidden layers: 32, 16"."""
    units = [
        f"{block.units}" if block.key == "dense" else f"{tr(block.label)} {block.units}"
        for block in blocks
    ]
    return tr("Hidden layers: {layers}", layers=", ".join(units) or tr("none"))


def _differs(part: Any, name: str) -> bool:
    default = next(f.default for f in fields(part) if f.name == name)
    return getattr(part, name) != default
