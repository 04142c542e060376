"""Where each system keeps an application's caches, logs and data, by platformdirs."""

from __future__ import annotations

from pathlib import Path

APPLICATION = "training-playground"


def cache_folder() -> Path:
    """What can be fetched again, such as downloaded data sets. The folder need not exist yet."""
    from platformdirs import user_cache_path

    # Without platformdirs' own subfolder "Cache" on Windows: the first version had none.
    return user_cache_path(APPLICATION, appauthor=False, opinion=False)


def log_folder() -> Path:
    """Log files. The folder need not exist yet."""
    from platformdirs import user_log_path

    return user_log_path(APPLICATION, appauthor=False)


def state_folder() -> Path:
    """What is kept from one start to the next without being the user's document, such as an
    experiment to be recovered. The folder need not exist yet."""
    from platformdirs import user_state_path

    return user_state_path(APPLICATION, appauthor=False)


def pictures_folder() -> Path:
    """The user's own folder of pictures; the home folder where there is none."""
    from platformdirs import user_pictures_path

    folder = user_pictures_path()
    return folder if folder.is_dir() else Path.home()
