"""The version that Windows shows in the properties of an executable."""

from __future__ import annotations

from typing import Any

from playground import __version__
from playground.desktop_cli import TITLE

# US English and Unicode.
LANGUAGE, CHARSET = 0x0409, 1200


def numbers(version: str) -> tuple[int, int, int, int]:
    """A version such as 0.1.0 as the four numbers that Windows has."""
    parts = [int(part) for part in version.split(".") if part.isdecimal()][:4]
    first, second, third, fourth = parts + [0] * (4 - len(parts))
    return first, second, third, fourth


def strings(name: str) -> dict[str, str]:
    """The texts shown for the executable with this name."""
    return {
        "FileDescription": TITLE,
        "FileVersion": __version__,
        "OriginalFilename": f"{name}.exe",
        "ProductName": TITLE,
        "ProductVersion": __version__,
    }


def version_information(name: str) -> Any:
    """The version resource of an executable, for PyInstaller."""
    from PyInstaller.utils.win32 import versioninfo as info

    four = numbers(__version__)
    table = info.StringTable(
        f"{LANGUAGE:04X}{CHARSET:04X}",
        [info.StringStruct(key, value) for key, value in strings(name).items()],
    )
    translation = info.VarStruct("Translation", [LANGUAGE, CHARSET])
    return info.VSVersionInfo(
        ffi=info.FixedFileInfo(filevers=four, prodvers=four),
        kids=[info.StringFileInfo([table]), info.VarFileInfo([translation])],
    )
