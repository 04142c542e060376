"""The export dialog."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar

from PySide6.QtCore import QSize
from PySide6.QtWidgets import (
    QDialog,
    QLabel,
    QPushButton,
    QWidget,
)

from core.base.translation import tr
from core.experiment.serialization import dumps
from core.experiment.spec import ExperimentSpec
from ui import theme as themes
from ui.caption import caption
from ui.export.formats import FORMATS, ExportError, copy_to_clipboard, export, image
from ui.export.parts import (
    PREVIEW,
    WHOLE,
    arrange,
    cancel_button,
    combo,
    file_stem,
    form_of,
    preview_label,
    show_preview,
)
from ui.export.sheet import Sheet, dashboard, single
from ui.plots.card import Card, CardDock
from ui.plots.plot_view import PlotView
from ui.theme import DARK, LIGHT, Theme
from ui.widgets.check import Check
from ui.widgets.file_dialogs import ask_folder, ask_target, may_replace, with_suffix
from ui.widgets.text_card import TextCard

SCALES = (1, 2, 3, 4)
EACH = "each"


def ask_export(*arguments: Any) -> None:
    """Show the dialog, made with these arguments, until it is closed."""
    dialog = ExportDialog(*arguments)
    dialog.exec()
    # As a child of the page it would otherwise stay in memory, with its preview.
    dialog.deleteLater()


class ExportDialog(QDialog):
    """Exports one view, the whole dashboard, or every visible view to its own file. `view` is
    preselected, None for the dashboard; the last choices are remembered. Without a `spec`, as in a
    lab, images contain no experiment and no caption of settings, and file names begin with `title`.
    `notes` are cards of text among the plots, included when the whole page is exported.
    """

    _last: ClassVar[dict[str, Any]] = {"format": "png", "scale": 2, "caption": False}
    _folder: ClassVar[Path] = Path.home()

    def __init__(
        self,
        cards: Sequence[Card | CardDock],
        spec: ExperimentSpec | None,
        view: PlotView | None = None,
        parent: QWidget | None = None,
        title: str = "",
        notes: Sequence[TextCard] = (),
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Export"))
        self._cards, self._notes, self._spec, self._title = cards, notes, spec, title
        # A closed view is offered only if it was asked for.
        self._views = [c.view for c in cards if not c.isHidden() or c.view is view]
        self.what = combo(self, tr("What to export"), self._subjects())
        self.format = combo(
            self, tr("Format"), [(k, tr(f.label), "", "") for k, f in FORMATS.items()]
        )
        self.scale = combo(self, tr("Size"), [(k, f"{k} ×", "", "") for k in SCALES])
        self.theme = combo(
            self, tr("Colours"), [(LIGHT, tr("Light"), "", ""), (DARK, tr("Dark"), "", "")]
        )
        self.caption = Check()
        self.caption.setText(tr("Settings below the plot"))
        self.caption.setVisible(spec is not None)
        self.preview, self.note, self.problem = preview_label(), QLabel(), QLabel()
        self.copy_button = QPushButton(tr("Copy"))
        self.save_button = QPushButton(tr("Save…"))
        self._arrange()
        self._propose(view)
        self._connect()
        self._update()

    # Choices

    def chosen_theme(self) -> Theme:
        return self.theme.value()

    def sheets(self) -> list[Sheet]:
        """The sheets to export, one per file."""
        text = caption(self._spec) if self._spec and self.caption.isChecked() else ""
        chosen = self.what.value()
        if chosen == WHOLE:
            return [dashboard(self._cards, text, self._notes)]
        if chosen == EACH:
            return [single(view, text) for view in self._views]
        return [single(view, text) for view in self._views if view.key == chosen]

    def suggestion(self) -> str:
        """A name for the file, without folder."""
        stem = self._stem("dashboard" if self.what.value() == WHOLE else self.what.value())
        return f"{stem}.{self.format.value()}"

    def _stem(self, key: str) -> str:
        return file_stem(self._spec.title if self._spec else self._title, key)

    # Export

    def save(self) -> None:
        """Ask for a file, or a folder for several files, and write."""
        path = self._ask_folder() if self.what.value() == EACH else self._ask_file()
        if path:
            self.save_to(path)

    def _ask_folder(self) -> Path | None:
        folder = ask_folder(self, tr("Folder for the exported files"), str(self._folder))
        return folder if folder and may_replace(self, self._files(folder)) else None

    def _ask_file(self) -> Path | None:
        kind = FORMATS[self.format.value()]
        proposed = self._folder / self.suggestion()
        return ask_target(self, tr("Export"), proposed, f"{tr(kind.label)} (*.{kind.key})")

    def _files(self, folder: Path) -> list[Path]:
        """The files of all views in a folder."""
        suffix = f".{self.format.value()}"
        return [folder / (self._stem(sheet.views[0].key) + suffix) for sheet in self.sheets()]

    def save_to(self, path: Path) -> bool:
        """Write to a file, or a folder for several files; on failure show the reason and stay
        open."""
        several = self.what.value() == EACH
        alone = with_suffix(path, f".{self.format.value()}")
        files = self._files(path) if several else [alone]
        try:
            for file, sheet in zip(files, self.sheets(), strict=True):
                export(file, sheet, self.chosen_theme(), self.scale.value(), self._carried())
        except ExportError as error:
            self._complain(tr(str(error)))
            return False
        ExportDialog._folder = path if several else path.parent
        self._note_choices()
        self.accept()
        return True

    def copy(self) -> None:
        """Copy the image to the clipboard."""
        try:
            sheet = self.sheets()[0]
            copy_to_clipboard(sheet, self.chosen_theme(), self.scale.value(), self._carried())
        except ExportError as error:
            self._complain(tr(str(error)))
            return
        self._note_choices()
        self.accept()

    def _carried(self) -> str:
        """The experiment to embed in an image."""
        return dumps(self._spec) if self._spec else ""

    def _complain(self, message: str) -> None:
        self.problem.setText(message)
        self.problem.show()

    # Layout

    def _subjects(self) -> list[tuple[str, str, str, str]]:
        subjects = [(view.key, view.title, "", "") for view in self._views]
        if len(self._views) != 1 or self._notes:
            whole = tr("Whole dashboard") if self._spec else tr("Whole page")
            subjects.insert(0, (WHOLE, whole, "", ""))
            subjects.append((EACH, tr("Every view in a file of its own"), "", ""))
        return subjects

    def _arrange(self) -> None:
        self.problem.setStyleSheet(f"color: {themes.current().bad}")
        self.problem.hide()
        choices = self.what, self.format, self.scale, self.theme
        form = form_of((choice.accessibleName(), choice) for choice in choices)
        form.addRow("", self.caption)
        notes, buttons = (self.note, self.problem), (cancel_button(self), self.save_button)
        arrange(self, self.preview, form, notes, self.copy_button, buttons)

    def _propose(self, view: PlotView | None) -> None:
        if view is not None:
            self.what.set_value(view.key)
        self.format.set_value(self._last["format"])
        self.scale.set_value(self._last["scale"])
        self.theme.set_value(self._last.get("theme", themes.current()))
        self.caption.setChecked(self._last["caption"])

    def _note_choices(self) -> None:
        ExportDialog._last = {
            "format": self.format.value(),
            "scale": self.scale.value(),
            "theme": self.chosen_theme(),
            "caption": self.caption.isChecked(),
        }

    def _connect(self) -> None:
        for choice in (self.what, self.format, self.scale, self.theme, self.caption):
            choice.edited.connect(lambda _: self._update())
        self.copy_button.clicked.connect(self.copy)
        self.save_button.clicked.connect(self.save)

    def _update(self) -> None:
        """Update the preview and the options of the format."""
        kind = FORMATS[self.format.value()]
        sheets = self.sheets()
        self.scale.setEnabled(kind.scales)
        self.theme.setEnabled(kind.themed)
        self.caption.setEnabled(kind.themed)
        self.copy_button.setEnabled(kind.themed and len(sheets) == 1)
        size = sheets[0].size * (self.scale.value() if kind.scales else 1)
        self.note.setText(self._about(kind.key, size.toSize()))
        self.problem.hide()
        self._show_preview(sheets[0])

    def _about(self, kind: str, size: QSize) -> str:
        """What a file of this kind will be."""
        if kind == "csv":
            return tr("The values shown, at full precision.")
        if kind != "png":
            return tr("Lines and text stay sharp at any size.")
        text = tr("{width} × {height} pixels.", width=size.width(), height=size.height())
        if not self._spec:
            return text
        carries = tr("The image contains the experiment: drop it on the window to restore it.")
        return f"{text} {carries}"

    def _show_preview(self, sheet: Sheet) -> None:
        ratio = self.devicePixelRatioF()
        room = PREVIEW * ratio
        scale = min(room.width() / sheet.size.width(), room.height() / sheet.size.height())
        # Painted at full size and scaled down, so that small text is not thinned.
        show_preview(self.preview, image(sheet, self.chosen_theme(), max(scale, 1.0)))
