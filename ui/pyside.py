"""What PySide does at every import, and this application has no use for."""

import sys

import PySide6.QtCore  # noqa: F401


def leave_sources_unread() -> None:
    """Keep PySide from reading the source of each module that is imported from now on.

    It looks for modules that may ask for other names of Qt's functions (`snake_case`), which none
    does here, and Python keeps every source that was read: 20 MiB for the window alone, 50 MiB with
    all libraries, and a tenth of the time to start.
    """
    features = sys.modules.get("shibokensupport.feature")
    if hasattr(features, "_mod_uses_pyside"):
        features._mod_uses_pyside = lambda module: False  # type: ignore[union-attr]
