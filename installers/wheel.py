"""`make dist`: wheel and source archive, with all resources inside, and started from the wheel."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

from installers.contents import PACKAGES, ROOT, resource_files
from installers.program import CheckError, check

DIST = ROOT / "dist"
ENVIRONMENT = ROOT / "build" / "wheel"
# Without extras.
LEFT_OUT = {"text tables", "Excel", "Parquet", "search", "code export", "clusters"}


def build() -> tuple[Path, Path]:
    """Build both and return the paths of wheel and source archive. Raises CalledProcessError."""
    # Files of an earlier build would be taken along.
    shutil.rmtree(ROOT / "build" / "lib", ignore_errors=True)
    for old in (*DIST.glob("*.whl"), *DIST.glob("*.tar.gz")):
        old.unlink()
    # The source archive first, and the wheel from it: that shows that it is complete.
    command = [sys.executable, "-m", "build", "--outdir", str(DIST), str(ROOT)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return next(DIST.glob("*.whl")), next(DIST.glob("*.tar.gz"))


def wanted() -> set[str]:
    """Every file that an installed application has: modules and resources."""
    modules = (path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
    return {path.relative_to(ROOT).as_posix() for path in modules} | resource_files().keys()


def check_wheel(wheel: Path) -> None:
    """Raises `CheckError` where files are missing or superfluous."""
    with zipfile.ZipFile(wheel) as archive:
        names = {name for name in archive.namelist() if ".dist-info/" not in name}
    if lacking := sorted(wanted() - names):
        raise CheckError(f"{wheel.name} lacks {lacking}")
    if surplus := sorted(names - wanted()):
        raise CheckError(f"{wheel.name} has {surplus}, which the checkout has not")
    print(f"  {wheel.name}: {len(names)} files, {wheel.stat().st_size / 1e6:.1f} MB", flush=True)


def check_sources(archive: Path) -> None:
    """Raises `CheckError` where what a build needs is missing."""
    with tarfile.open(archive) as opened:
        names = {name.partition("/")[2] for name in opened.getnames()}
    needed = wanted() | {"pyproject.toml", "README.md", "LICENSE"}
    if lacking := sorted(needed - names):
        raise CheckError(f"{archive.name} lacks {lacking}")
    print(f"  {archive.name}: {archive.stat().st_size / 1e6:.1f} MB", flush=True)


def installed(wheel: Path) -> str:
    """The program, installed from the wheel into an empty environment without any extra."""
    shutil.rmtree(ENVIRONMENT, ignore_errors=True)
    subprocess.run([sys.executable, "-m", "venv", str(ENVIRONMENT)], check=True)
    folder = ENVIRONMENT / ("Scripts" if sys.platform == "win32" else "bin")
    pip = [str(folder / "python"), "-m", "pip", "install", "-q", "--disable-pip-version-check"]
    # As users have it: nothing of the checkout on the path.
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    locked = ["-c", str(ROOT / "requirements.lock")]
    subprocess.run([*pip, *locked, str(wheel)], check=True, env=environment)
    return str(folder / "playground")


if __name__ == "__main__":
    print("Building wheel and source archive", flush=True)
    built, sources = build()
    try:
        check_wheel(built)
        check_sources(sources)
        print("Checking the wheel, installed into an empty environment", flush=True)
        check(installed(built), LEFT_OUT)
    except CheckError as error:
        sys.exit(f"dist: {error}")
