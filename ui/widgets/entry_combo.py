"""A list of catalogue entries."""

from __future__ import annotations

from functools import cache
from html import escape
from typing import Any

from PySide6.QtGui import QStandardItemModel
from PySide6.QtWidgets import QWidget

from core.base.registry import Entry, Registry
from core.base.translation import Message, language, tr
from ui.widgets.combo import Combo, choice_model

RESTARTS = Message("Restarts the run.")


def described(title: str, *paragraphs: str) -> str:
    """A tooltip with a heading; rich text, so that long lines wrap."""
    texts = (f"<p style='margin:3px 0 0 0'>{escape(text)}</p>" for text in paragraphs if text)
    return f"<b>{escape(title)}</b>{''.join(texts)}"


def entry_tip(entry: type[Entry] | Entry) -> str:
    """The tooltip of an entry: formula, help and advice."""
    restarts = tr(RESTARTS) if getattr(entry, "parametric", False) else ""
    return described(tr(entry.label), tr(entry.formula), tr(entry.advice), restarts)


class EntryCombo(Combo):
    """Chooses among a registry's entries by key; `nothing` adds None under that name."""

    def __init__(
        self, registry: Registry[Any], nothing: str = "", parent: QWidget | None = None
    ) -> None:
        super().__init__(_model(registry, nothing, language()), parent)


@cache
def _model(registry: Registry[Any], nothing: str, _language: str) -> QStandardItemModel:
    """One model a registry and language, shared by all lists that show it."""
    first = [(None, nothing, "", "")] if nothing else []
    entries = [(e.key, tr(e.label), tr(e.formula), entry_tip(e)) for e in registry.entries()]
    return choice_model(first + entries)
