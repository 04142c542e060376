"""`make bundle`: the program as one folder that needs no Python, built and checked."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from installers.contents import ROOT, UNPACKED, resource_files
from installers.program import CheckError, check
from playground.desktop_cli import NAME

DIST = ROOT / "dist"
FOLDER = DIST / NAME
ENVIRONMENT = ROOT / "build" / "bundle"
LARGEST_MB = 250
TOOLS = ("pyinstaller", "pyinstaller-hooks-contrib")
# What `playground check` reports as missing.
LEFT_OUT = {"Parquet", "clusters"}


def environment() -> str:
    """The Python of an environment with the locked versions of what the bundle contains, and
    PyInstaller. Nothing else that a developer has installed gets in. Raises CalledProcessError."""
    wanted = [line for line in _locked("requirements.lock") if _project(line) not in UNPACKED]
    tools = [line for line in _locked("requirements-dev.lock") if _project(line) in TOOLS]
    text = "\n".join(wanted + tools)
    noted = ENVIRONMENT / "installed.txt"
    scripts = "Scripts" if sys.platform == "win32" else "bin"
    python = str(ENVIRONMENT / scripts / "python")
    if not noted.is_file() or noted.read_text(encoding="utf-8") != text:
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(ENVIRONMENT)], check=True)
        install = [python, "-m", "pip", "install", "-q", "--disable-pip-version-check"]
        # Without what they depend on, or Optuna would bring a database along.
        subprocess.run([*install, "--no-deps", *wanted], check=True)
        subprocess.run([*install, *tools], check=True)
        noted.write_text(text, encoding="utf-8")
    return python


def _locked(name: str) -> list[str]:
    """The lines of a lock file that pin a project."""
    lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
    return [line for line in lines if "==" in line]


def _project(line: str) -> str:
    return line.partition("==")[0]


def build() -> None:
    """Run PyInstaller for this system. Raises CalledProcessError."""
    spec = str(ROOT / "installers" / "playground.spec")
    places = ["--distpath", str(DIST), "--workpath", str(ROOT / "build" / "pyinstaller")]
    command = [environment(), "-m", "PyInstaller", "--noconfirm", "--log-level", "ERROR"]
    subprocess.run([*command, *places, spec], cwd=ROOT, check=True)


def program(folder: Path = FOLDER) -> str:
    """The program in the folder."""
    return str(folder / ("playground.exe" if sys.platform == "win32" else "playground"))


def megabytes(folder: Path) -> float:
    """The size of all files in a folder; links count nothing."""
    files = (path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
    return sum(path.stat().st_size for path in files) / 1e6


def check_contents() -> None:
    """Raises `CheckError` where the folder is too large or lacks a resource."""
    inside = FOLDER / "_internal"
    lacking = [name for name in resource_files() if not (inside / name).is_file()]
    if lacking:
        raise CheckError(f"the bundle lacks {lacking}")
    size = megabytes(FOLDER)
    print(f"  {FOLDER.relative_to(ROOT)}: {size:.0f} MB (at most {LARGEST_MB})", flush=True)
    if size > LARGEST_MB:
        raise CheckError(f"the bundle is larger than {LARGEST_MB} MB")


if __name__ == "__main__":
    print("Building the bundle", flush=True)
    build()
    print("Checking the bundle", flush=True)
    try:
        check_contents()
        check(program(), LEFT_OUT)
    except CheckError as error:
        sys.exit(f"bundle: {error}")
