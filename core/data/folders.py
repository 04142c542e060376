"""Where data sets that do not come with the application lie on the disk."""

from __future__ import annotations

import os
import sys
from pathlib import Path

# A folder of the user's choice that is searched first.
VARIABLE = "PLAYGROUND_DATA"
APPLICATION = "training-playground"


def cache_folder() -> Path:
    """The folder that downloads go to. It need not exist yet."""
    home = Path.home()
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA") or home / "AppData" / "Local"
    elif sys.platform == "darwin":
        base = home / "Library" / "Caches"
    else:
        base = os.environ.get("XDG_CACHE_HOME") or home / ".cache"
    return Path(base) / APPLICATION


def data_folders() -> list[Path]:
    """The folders in which a data set may lie, each in a folder of its own name; first come."""
    chosen = os.environ.get(VARIABLE)
    return [*([Path(chosen).expanduser()] if chosen else []), cache_folder()]
