"""Faults of PySide that concern every module, mended before any of them is imported."""

import linecache
import sys
from collections.abc import Callable
from functools import wraps
from types import FunctionType
from typing import Any

import PySide6.QtCore  # noqa: F401
from shiboken6 import Shiboken


def leave_sources_unread() -> None:
    """Keep PySide from reading the source of each module that is imported from now on.

    It looks for modules that may ask for other names of Qt's functions (`snake_case`), which none
    does here, and Python keeps every source that was read: 20 MiB for the window alone, 50 MiB with
    all libraries, and a tenth of the time to start. What it has read until now is forgotten.
    """
    linecache.clearcache()
    features = sys.modules.get("shibokensupport.feature")
    if hasattr(features, "_mod_uses_pyside"):
        features._mod_uses_pyside = lambda module: False  # type: ignore[union-attr]


def let_overrides_raise() -> None:
    """Let overrides of Qt's methods raise any error, in all classes made from now on.

    Python before 3.12 makes the exception of an error of its C functions, such as an index out of
    range, only when it is caught. Where Python calls Qt and Qt an override, PySide takes it for
    one that is made already, and the process crashes.
    """
    if sys.version_info < (3, 12):
        Shiboken.Object.__init_subclass__ = classmethod(_wrap_overrides)  # type: ignore[assignment]


def _wrap_overrides(cls: type, **named: Any) -> None:
    super(Shiboken.Object, cls).__init_subclass__(**named)  # type: ignore[arg-type]
    for name, method in list(vars(cls).items()):
        if isinstance(method, FunctionType) and _is_of_qt(cls, name):
            setattr(cls, name, _raising(method))


def _is_of_qt(cls: type, name: str) -> bool:
    """Whether a method overrides one of Qt's."""
    found = (vars(base)[name] for base in cls.__mro__[1:] if name in vars(base))
    return not name.startswith("__") and any(not isinstance(each, FunctionType) for each in found)


def _raising(method: Callable) -> Callable:
    @wraps(method)
    def call(*arguments: Any, **named: Any) -> Any:
        try:
            return method(*arguments, **named)
        except BaseException:
            raise  # Being caught makes the exception.

    return call
