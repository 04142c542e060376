"""Settings of the window that are kept between sessions."""

from __future__ import annotations

from PySide6.QtCore import QByteArray, QSettings


class Memory:
    """Settings by name; with `lasting` off they are forgotten at the end."""

    def __init__(self, lasting: bool = True) -> None:
        self._settings = _settings() if lasting else None
        self._values: dict[str, object] = {}

    @property
    def is_lasting(self) -> bool:
        return self._settings is not None

    def text(self, key: str, default: str) -> str:
        known = self._known(key)
        return known if isinstance(known, str) else default

    def flag(self, key: str, default: bool) -> bool:
        known = self._known(key)
        # Written as true but read as "true" from a file.
        return default if known is None else str(known).lower() == "true"

    def state(self, key: str) -> QByteArray | None:
        """Saved Qt geometry or state; None if there is none."""
        known = self._known(key)
        return known if isinstance(known, QByteArray) and not known.isEmpty() else None

    def keep(self, **values: object) -> None:
        self._values |= values
        if self._settings is not None:
            for key, value in values.items():
                self._settings.setValue(key, value)

    def _known(self, key: str) -> object:
        if self._settings is None or key in self._values:
            return self._values.get(key)
        return self._settings.value(key)


def _settings() -> QSettings:
    return QSettings(
        QSettings.Format.IniFormat, QSettings.Scope.UserScope, "training-playground", "window"
    )
