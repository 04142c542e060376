"""What packages contain and how they present themselves; `make dist` and `make deb` build them."""

import plistlib
import re
import tomllib
from fnmatch import fnmatch
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.base.translation import LANGUAGES
from core.experiment.links import SCHEME as LINK_SCHEME
from installers import bundle, contents, deb, icons, macos, windows
from playground import __version__
from playground.desktop_cli import NAME, desktop_entry

PROJECT = tomllib.loads((contents.ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def test_every_kind_of_resource_is_found():
    names = contents.resource_files()
    for pattern in (
        "resources/application.svg",
        "resources/icons/play.svg",
        "resources/guide/index.md",
        "resources/gallery/pictures.json",
        "resources/data/digits/digits.npz",
        "resources/translations/ko.mo",
        "core/codegen/templates/numpy.jinja",
    ):
        assert pattern in names
    assert not [name for name in names if name.endswith((".po", ".py", ".pyc"))]


def test_the_wheel_takes_every_resource_along():
    patterns = PROJECT["tool"]["setuptools"]["package-data"]["*"]
    for name in contents.resource_files():
        file = name.rpartition("/")[2]
        fits = [
            p for p in patterns if fnmatch(file, p) or fnmatch("/".join(name.split("/")[-2:]), p)
        ]
        assert fits, f"{name}: its suffix is not in [tool.setuptools.package-data]"


def test_the_bundle_has_the_licences_of_its_libraries():
    places = [(folder, Path(file).name) for file, folder in contents.licenses()]
    projects = {folder.split("/")[1] for folder, _ in places}
    assert {"numpy", "pandas", "pillow"} <= projects
    assert len(places) == len(set(places)), "one would replace another"


def test_the_bundle_has_qt_for_the_desktop_in_the_applications_languages():
    def wanted(name):
        return contents.is_wanted(f"PySide6/Qt/{name}", tuple(LANGUAGES))

    for name in ("libqxcb.so", "libqoffscreen.so", "libqwayland.so"):
        assert wanted(f"plugins/platforms/{name}")
    assert not wanted("plugins/platforms/libqeglfs.so")
    assert not wanted("plugins/platformthemes/libqgtk3.so")
    assert wanted("plugins/imageformats/libqsvg.so")
    assert contents.is_wanted("PySide6\\plugins\\platforms\\qwindows.dll", ("en",))
    assert not contents.is_wanted("PySide6\\plugins\\tls\\qschannelbackend.dll", ("en",))
    assert wanted("translations/qtbase_ko.qm")
    assert not wanted("translations/qtbase_fr.qm")


def test_only_locked_projects_are_left_out():
    """A project that has another name by now would get in again."""
    locked = (contents.ROOT / "requirements.lock").read_text(encoding="utf-8").splitlines()
    assert {line.partition("==")[0] for line in locked} >= set(contents.UNPACKED)


@pytest.mark.parametrize(
    ("suffix", "largest"), [(".ico", (256, 256)), (".icns", (1024, 1024)), (".png", (256, 256))]
)
def test_icons_are_drawn_in_every_format(suffix, largest, tmp_path):
    with Image.open(icons.write(tmp_path / f"icon{suffix}")) as image:
        assert image.size == largest
        drawn = np.asarray(image.convert("RGBA"))
    row = drawn[largest[1] // 2]
    assert row[0, 3] == 0
    # The orange unit of the output layer.
    assert row[round(0.75 * largest[0]), :3] == pytest.approx((255, 159, 67), abs=3)


def test_the_debian_package_is_in_the_menu_and_opens_links():
    files = deb.files()
    entry = files[f"usr/share/applications/{NAME}.desktop"].decode()
    assert entry == desktop_entry("/usr/bin/playground")
    assert f"x-scheme-handler/{LINK_SCHEME};" in entry
    assert b"MIT License" in files[f"usr/share/doc/{NAME}/copyright"]


def test_the_debian_package_needs_what_the_set_up_installs():
    library, *others = deb.depends().split(", ")
    assert re.fullmatch(r"libc6 \(>= 2\.\d+\)", library)
    assert {"libxcb-cursor0", "libglib2.0-0 | libglib2.0-0t64"} <= set(others)
    name = r"[a-z0-9][a-z0-9.+-]+"
    assert [each for each in others if not re.fullmatch(rf"{name}( \| {name})?", each)] == []


def test_macos_opens_links_and_models():
    found = plistlib.loads(plistlib.dumps(macos.information()))
    assert found["CFBundleURLTypes"][0]["CFBundleURLSchemes"] == [LINK_SCHEME]
    tags = found["UTExportedTypeDeclarations"][0]["UTTypeTagSpecification"]
    assert tags["public.filename-extension"] == ["model"]


def test_windows_shows_the_version():
    assert windows.numbers("1.2.3") == (1, 2, 3, 0)
    assert windows.numbers("1.2.3.dev4") == (1, 2, 3, 0)
    assert windows.strings("playground")["ProductVersion"] == __version__


def test_the_size_of_a_folder_counts_files_once(tmp_path):
    (tmp_path / "inner").mkdir()
    (tmp_path / "inner" / "file").write_bytes(bytes(2_000_000))
    (tmp_path / "link").symlink_to(tmp_path / "inner" / "file")
    assert bundle.megabytes(tmp_path) == 2.0
