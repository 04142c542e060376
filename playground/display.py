"""Whether there is a screen to open a window on."""

from __future__ import annotations

import os
import re
import socket
import sys
from collections.abc import Mapping

from core.base.translation import tr

TIMEOUT_SECONDS = 2.0


def missing_display(environment: Mapping[str, str] = os.environ) -> str:
    """Why no window can be opened, in a few words; "" if one can.

    Qt aborts the process when it cannot connect, so this is checked first.
    """
    if not sys.platform.startswith("linux") or environment.get("QT_QPA_PLATFORM"):
        return ""
    if wayland_answers(environment):
        return ""
    display = environment.get("DISPLAY", "")
    if not display:
        return tr("neither DISPLAY nor WAYLAND_DISPLAY is set")
    return "" if _answers(display) else tr("nothing answers at DISPLAY {display}", display=display)


def wayland_answers(environment: Mapping[str, str] = os.environ) -> bool:
    """Whether a Wayland compositor accepts connections at WAYLAND_DISPLAY."""
    name = environment.get("WAYLAND_DISPLAY", "")
    if not name:
        return False
    return _connects(socket.AF_UNIX, os.path.join(environment.get("XDG_RUNTIME_DIR", ""), name))


def _answers(display: str) -> bool:
    """Whether an X server accepts connections at a display name such as ":0" or "host:10.0"."""
    match = re.fullmatch(r"(?:unix)?(.*):(\d+)(?:\.\d+)?", display)
    if match is None:
        return False
    host, number = match.group(1), int(match.group(2))
    if host:
        return _connects(socket.AF_INET, (host, 6000 + number))
    path = f"/tmp/.X11-unix/X{number}"
    return _connects(socket.AF_UNIX, path) or _connects(socket.AF_UNIX, "\0" + path)


def _connects(family: socket.AddressFamily, address: str | tuple[str, int]) -> bool:
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.settimeout(TIMEOUT_SECONDS)
        try:
            probe.connect(address)
        except (OSError, OverflowError):
            return False
    return True
