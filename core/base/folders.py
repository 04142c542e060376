"""The system's folders for an application's caches, logs and data, from platformdirs."""

from __future__ import annotations

from pathlib import Path

APPLICATION = "training-playground"


def cache_folder() -> Path:
    """Files that can be fetched again, such as downloaded data sets. It may not exist yet."""
    from platformdirs import user_cache_path

    # Without platformdirs' own subfolder "Cache" on Windows: the first version had none.
    return user_cache_path(APPLICATION, appauthor=False, opinion=False)


def log_folder() -> Path:
    """Log files. It may not exist yet."""
    from platformdirs import user_log_path

    return user_log_path(APPLICATION, appauthor=False)


def state_folder() -> Path:
    """State kept between starts that is not a document of the user, such as an experiment to be
    recovered. It may not exist yet."""
    from platformdirs import user_state_path

    return user_state_path(APPLICATION, appauthor=False)


def pictures_folder() -> Path:
    """The user's pictures folder; the home folder if there is none."""
    from platformdirs import user_pictures_path

    folder = user_pictures_path()
    return folder if folder.is_dir() else Path.home()
