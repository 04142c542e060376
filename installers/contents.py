"""What a package contains: the resources of every kind, and the parts left out of the bundle."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from importlib.metadata import distributions
from pathlib import Path, PurePosixPath
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("core", "ui", "playground")
# Folders whose files the program reads while it runs.
RESOURCES = ("resources", "core/codegen/templates")
# Sources that only developers need: those of translations, and Python's.
SOURCES = (".po", ".py", ".pyc")

# Modules of extras, which no import shows to PyInstaller because `require` loads them.
OPTIONAL = ("pandas", "charset_normalizer", "openpyxl", "optuna", "jinja2")
# Projects of requirements.lock that stay out: pyarrow (90 MB at the least; without it there is no
# Parquet, and pandas parses text) and distributed (clusters, whose workers need the same Python),
# as docs/packaging.md says, and what only they, or databases of Optuna that the application does
# not use, need.
UNPACKED = (
    *("pyarrow", "distributed", "dask", "tornado", "psutil", "locket", "msgpack", "partd", "tblib"),
    *("toolz", "zict", "cloudpickle", "fsspec", "alembic", "Mako", "SQLAlchemy"),
)
# Modules that are not used. pyqtgraph wants to have QtOpenGL.
EXCLUDED = ("tkinter", "setuptools", "pkg_resources", "numpy.f2py", "PIL._avif", "yaml")
# Qt's plugins, by folder: those for devices without a desktop, for secure connections, and GTK's
# theme, which would bring GTK along.
UNWANTED_PLUGINS = {
    "egldeviceintegrations": ("",),
    "generic": ("",),
    "imageformats": ("qicns", "qtga", "qtiff", "qwbmp", "qpdf"),
    "networkinformation": ("",),
    "platforms": ("qeglfs", "qlinuxfb", "qminimal", "qvkkhrdisplay", "qvnc"),
    "platformthemes": ("qgtk3",),
    "tls": ("",),
}
# PyInstaller's kinds of files that are loaded because another file needs them.
LIBRARIES = ("BINARY", "SYMLINK")

LICENSE = re.compile("LICEN[CS]E|COPYING|NOTICE|AUTHORS", re.IGNORECASE)

Entry = tuple[str, str, str]


def resource_files() -> dict[str, Path]:
    """Every file that the program reads, by its path within a package."""
    found: dict[str, Path] = {}
    for top in RESOURCES:
        # The guide is a link to docs/guide.
        for folder, _, names in os.walk(ROOT / top, followlinks=True):
            paths = (Path(folder) / name for name in names)
            found |= {
                path.relative_to(ROOT).as_posix(): path
                for path in paths
                if path.suffix not in SOURCES
            }
    return found


def licenses() -> list[tuple[str, str]]:
    """The licences of the installed projects: every file, and the folder of the bundle for it."""
    return [
        # Some projects have several of the same name, in folders.
        (str(found.locate_file(path)), "/".join(("licenses", found.name, *path.parts[1:-1])))
        for found in distributions()
        for path in found.files or ()
        if ".dist-info" in str(path) and LICENSE.search(path.name)
    ]


def is_wanted(name: str, languages: tuple[str, ...]) -> bool:
    """Whether a file of the libraries belongs into the bundle; `name` is its path there."""
    path = PurePosixPath(name.replace("\\", "/"))
    folder = path.parent.name
    stem = path.name.removeprefix("lib")
    if "plugins" in path.parts and stem.startswith(UNWANTED_PLUGINS.get(folder, ())):
        return False
    if "PySide6" in path.parts and folder == "translations":
        return path.stem in {f"qtbase_{language}" for language in languages}
    return True


def without_orphans(entries: list[Entry]) -> list[Entry]:
    """The files without the shared libraries of Linux that no other file needs any more."""
    if not sys.platform.startswith("linux"):
        return entries
    libraries = {Path(name).name for name, _, kind in entries if _is_library(name, kind)}
    needed: set[str] = set()
    waiting = [entry for entry in entries if Path(entry[0]).name not in libraries]
    while waiting:
        new = {name for _, source, _ in waiting for name in _imports(source)} - needed
        needed |= new
        waiting = [entry for entry in entries if Path(entry[0]).name in new & libraries]
    return [entry for entry in entries if Path(entry[0]).name not in libraries - needed]


def _is_library(name: str, kind: str) -> bool:
    """Whether a file is there for others only: neither a plugin nor an extension, nor Python."""
    file = Path(name).name
    return kind in LIBRARIES and ".so." in file and not file.startswith("libpython")


def _imports(source: str) -> set[str]:
    """The names of the libraries that a file is linked to."""
    from PyInstaller.depend.bindepend import get_imports

    if not Path(source).is_file() or ".so" not in Path(source).name:
        return set()
    return {Path(name).name for name, _ in get_imports(source)}


def stripped(entries: list[Entry], folder: Path) -> list[Entry]:
    """The files with Python's own binaries freed of debugging symbols, as copies in a folder."""
    tool = shutil.which("strip")
    if tool is None or not sys.platform.startswith("linux"):
        return entries
    folder.mkdir(parents=True, exist_ok=True)
    return [_stripped(entry, folder, tool) for entry in entries]


def _stripped(entry: Entry, folder: Path, tool: str) -> Entry:
    name, source, kind = entry
    # Not those of wheels: strip damages files that auditwheel has changed.
    pythons = Path(name).name.startswith("libpython") or "lib-dynload" in name
    if not pythons or kind == "SYMLINK":
        return entry
    copy = folder / Path(name).name
    shutil.copy2(source, copy)
    subprocess.run([tool, "--strip-unneeded", str(copy)], check=True)
    return name, str(copy), kind


def pruned(analysis: Any, languages: tuple[str, ...], folder: Path) -> None:
    """Take out of PyInstaller's analysis what the bundle does without."""
    analysis.datas = [entry for entry in analysis.datas if is_wanted(entry[0], languages)]
    binaries = [entry for entry in analysis.binaries if is_wanted(entry[0], languages)]
    analysis.binaries = stripped(without_orphans(binaries), folder)
