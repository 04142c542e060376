"""Where data sets that do not come with the application lie on the disk."""

from __future__ import annotations

import os
from pathlib import Path

from core.base.folders import cache_folder

# A folder of the user's choice that is searched first.
VARIABLE = "PLAYGROUND_DATA"


def data_folders() -> list[Path]:
    """The folders in which a data set may lie, each in a folder of its own name; first come."""
    chosen = os.environ.get(VARIABLE)
    return [*([Path(chosen).expanduser()] if chosen else []), cache_folder()]
