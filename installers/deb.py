"""`make deb`: the bundle as a package of Debian and Ubuntu, installed into a scratch root."""

from __future__ import annotations

import platform
import shutil
import subprocess
import sys
import tempfile
from hashlib import md5
from pathlib import Path

from installers.bundle import DIST, FOLDER, LEFT_OUT
from installers.contents import ROOT
from installers.icons import DRAWING
from installers.program import CheckError, bare_environment, check, output
from playground import __version__
from playground.desktop_cli import NAME, SCHEME, desktop_entry

PLACE, COMMAND = f"opt/{NAME}", "usr/bin/playground"
STAGE = ROOT / "build" / "deb"
CONTROL = """\
Package: {name}
Version: {version}
Architecture: {architecture}
Section: education
Priority: optional
Maintainer: Training Playground contributors <{name}@users.noreply.invalid>
Installed-Size: {kilobytes}
Depends: {depends}
Recommends: fonts-nanum | fonts-noto-cjk
Description: see a neural network learn
 Trains small neural networks and shows what happens inside them: the loss,
 and the activations and gradients of every layer, live. With experiments,
 labs and hyperparameter search.
"""
# Packages that have another name since the change to 64-bit times.
RENAMED = {"libglib2.0-0": "libglib2.0-0t64"}
COPYRIGHT = """\
{license}
The libraries included have licences of their own, see /{place}/_internal/licenses.
Qt and PySide6 are included unchanged under the GNU Lesser General Public License,
version 3.
"""


def depends() -> str:
    """What the package needs: the C library that the bundle was built with, and the window's."""
    lines = (ROOT / "scripts" / "system-packages.txt").read_text(encoding="utf-8").splitlines()
    names = [line for line in lines if not line.startswith("#")]
    either = [f"{name} | {RENAMED[name]}" if name in RENAMED else name for name in names]
    return ", ".join([f"libc6 (>= {platform.libc_ver()[1]})", *either])


def files() -> dict[str, bytes]:
    """The files beside the bundle, by path."""
    license_text = (ROOT / "LICENSE").read_text(encoding="utf-8")
    return {
        f"usr/share/applications/{NAME}.desktop": desktop_entry(f"/{COMMAND}").encode(),
        f"usr/share/icons/hicolor/scalable/apps/{NAME}.svg": DRAWING.read_bytes(),
        f"usr/share/doc/{NAME}/copyright": COPYRIGHT.format(
            place=PLACE, license=license_text
        ).encode(),
    }


def stage() -> None:
    """Lay out the package's files in `STAGE`."""
    shutil.rmtree(STAGE, ignore_errors=True)
    shutil.copytree(FOLDER, STAGE / PLACE, symlinks=True)
    for name, content in files().items():
        path = STAGE / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    link = STAGE / COMMAND
    link.parent.mkdir(parents=True)
    # Relative, so that it also leads to the program within another root.
    link.symlink_to(f"../../{PLACE}/playground")
    contained = [p for p in sorted(STAGE.rglob("*")) if p.is_file() and not p.is_symlink()]
    control = STAGE / "DEBIAN"
    control.mkdir()
    sums = [f"{md5(p.read_bytes()).hexdigest()}  {p.relative_to(STAGE)}\n" for p in contained]
    (control / "md5sums").write_text("".join(sums), encoding="utf-8")
    described = CONTROL.format(
        name=NAME,
        version=__version__,
        architecture=_dpkg("--print-architecture").strip(),
        kilobytes=sum(p.stat().st_size for p in contained) // 1024,
        depends=depends(),
    )
    (control / "control").write_text(described, encoding="utf-8")


def build() -> Path:
    """Make the package and return its path. Raises CalledProcessError."""
    stage()
    for old in DIST.glob("*.deb"):
        old.unlink()
    # Stronger compression takes minutes and saves a tenth.
    options = ["--root-owner-group", "-Zxz", "-z1", "--build"]
    subprocess.run(
        ["dpkg-deb", *options, str(STAGE), str(DIST)], check=True, stdout=subprocess.DEVNULL
    )
    return next(DIST.glob("*.deb"))


def _dpkg(*arguments: str) -> str:
    done = subprocess.run(["dpkg", *arguments], check=True, capture_output=True, encoding="utf-8")
    return done.stdout


def install(package: Path, root: Path) -> None:
    """Install a package into an empty root, without the packages that it depends on."""
    for name in ("updates", "info"):
        (root / "var/lib/dpkg" / name).mkdir(parents=True)
    (root / "var/lib/dpkg/status").touch()
    # What it needs is installed in this system, not in the root; the root belongs to its maker.
    forced = ["--force-depends", "--force-not-root", "--force-bad-path"]
    _dpkg(f"--root={root}", f"--log={root}/dpkg.log", *forced, "--install", str(package))


def check_installed(root: Path) -> None:
    """Check the program and its entry in the menu within a root. Raises `CheckError`."""
    check(str(root / COMMAND), LEFT_OUT)
    entry = (root / f"usr/share/applications/{NAME}.desktop").read_text(encoding="utf-8")
    if f"Exec=/{COMMAND} %u" not in entry or f"MimeType={SCHEME};" not in entry:
        raise CheckError(f"the desktop entry opens no links:\n{entry}")
    if not (root / f"usr/share/icons/hicolor/scalable/apps/{NAME}.svg").is_file():
        raise CheckError("the icon is missing")
    validator = shutil.which("desktop-file-validate")
    if validator:
        path = str(root / f"usr/share/applications/{NAME}.desktop")
        output([validator, path], bare_environment(root), root)


def main() -> None:
    """Build the package and check it. Raises `CheckError`, CalledProcessError."""
    print("Building the Debian package", flush=True)
    package = build()
    print(f"  {package.relative_to(ROOT)}: {package.stat().st_size / 1e6:.0f} MB")
    print("Checking the Debian package, installed into an empty root", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        install(package, root)
        check_installed(root)
        _dpkg(f"--root={root}", f"--log={root}/dpkg.log", "--force-not-root", "--remove", NAME)
        left = [p for p in (root / "opt", root / COMMAND) if p.exists() or p.is_symlink()]
        if left:
            raise CheckError(f"removing the package left {left}")


if __name__ == "__main__":
    try:
        main()
    except CheckError as error:
        sys.exit(f"deb: {error}")
