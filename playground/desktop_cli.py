"""`playground install-desktop`: adds the application to the desktop's menu, to open links."""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
from pathlib import Path

from core.base.translation import tr
from playground import ICON
from playground.exits import DONE, FAILED, about_file, fail

# The same as the window's desktop file name, so that the desktop shows the icon.
NAME = "training-playground"
TITLE = "Training Playground"
SCHEME = "x-scheme-handler/playground"
ENTRY = """[Desktop Entry]
Type=Application
Name={title}
Comment=See a neural network learn
Exec={command} %u
Icon={name}
Terminal=false
Categories=Education;Science;
MimeType={scheme};
StartupWMClass={name}
"""


def add_command(commands: argparse._SubParsersAction) -> None:
    """Add `install-desktop`."""
    install = commands.add_parser(
        "install-desktop",
        help=tr("add the application to the desktop's menu, to open links with it (Linux)"),
        description=tr(
            "Write a desktop entry and an icon into your own folders, so that the menu "
            "shows the application and a click on a link that begins with playground: "
            "opens it."
        ),
    )
    install.add_argument("--remove", action="store_true", help=tr("remove both again"))
    install.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    if not sys.platform.startswith("linux"):
        return fail([tr("desktop entries exist on Linux only")], FAILED)
    entry, icon = _places()
    try:
        if options.remove:
            there = [path for path in (entry, icon) if path.exists()]
            for path in there:
                path.unlink()
            print(
                "\n".join(tr("removed {path}", path=path) for path in there)
                or tr("nothing was installed")
            )
        else:
            _write(entry, icon)
            for path in (entry, icon):
                print(tr("written: {path}", path=path))
            print(tr("Links open with the application."))
    except OSError as error:
        return fail([about_file(error)], FAILED)
    _refresh(entry.parent)
    return DONE


def _places() -> tuple[Path, Path]:
    """The paths of the desktop entry and the icon."""
    home = os.environ.get("XDG_DATA_HOME", "")
    data = Path(home) if os.path.isabs(home) else Path.home() / ".local" / "share"
    icons = data / "icons" / "hicolor" / "scalable" / "apps"
    return data / "applications" / f"{NAME}.desktop", icons / f"{NAME}.svg"


def _write(entry: Path, icon: Path) -> None:
    from core.experiment.files import replacing

    text = desktop_entry(" ".join(map(_quoted, own_command())))
    for path, content in ((icon, ICON.read_bytes()), (entry, text.encode())):
        path.parent.mkdir(parents=True, exist_ok=True)
        with replacing(path) as part:
            part.write_bytes(content)


def desktop_entry(command: str) -> str:
    """The text of the desktop entry that starts the application with a command."""
    return ENTRY.format(command=command, title=TITLE, name=NAME, scheme=SCHEME)


def own_command() -> list[str]:
    """The command that starts this program, in its parts."""
    script = Path(sys.executable).with_name("playground")
    if getattr(sys, "frozen", False):
        return [sys.executable]
    if script.exists():
        return [str(script)]
    root = Path(__file__).parents[1]
    return ["env", f"PYTHONPATH={root}", sys.executable, "-m", "playground"]


def _quoted(part: str) -> str:
    """One argument of a desktop entry's command, with the special characters % and \\ escaped."""
    for letter in ("\\", '"', "`", "$"):
        part = part.replace(letter, f"\\{letter}")
    return '"{}"'.format(part.replace("\\", "\\\\").replace("%", "%%"))


def _refresh(folder: Path) -> None:
    """Update the list of entries that some desktops keep; others need no update."""
    if program := shutil.which("update-desktop-database"):
        subprocess.run([program, str(folder)], check=False, capture_output=True)
