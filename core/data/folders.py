"""Where data sets that do not come with the application lie on the disk."""

from __future__ import annotations

import os
from pathlib import Path

from core.base.folders import cache_folder

# A folder of the user's choice that is searched first.
VARIABLE = "PLAYGROUND_DATA"


def data_folders() -> list[Path]:
    """The folders searched for data sets, in this order; each data set has a subfolder of its
    name."""
    chosen = os.environ.get(VARIABLE)
    return [*([Path(chosen).expanduser()] if chosen else []), cache_folder()]
