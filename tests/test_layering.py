"""What loads what: the window stays out of everything that works without a screen."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[1]


def loaded_by(statement: str) -> set[str]:
    """The top-level modules that a fresh interpreter has loaded after the statement."""
    program = f"{statement}\nimport sys\nprint(*{{name.split('.')[0] for name in sys.modules}})"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return set(done.stdout.splitlines()[-1].split())


def modules_of(package: str) -> list[str]:
    files = (ROOT / package).rglob("*.py")
    names = (".".join(f.relative_to(ROOT).with_suffix("").parts) for f in files)
    return sorted(name.removesuffix(".__init__") for name in names)


def test_the_core_and_the_command_line_load_no_qt():
    everything = [*modules_of("core"), "playground.cli", "playground.headless"]
    loaded = loaded_by("\n".join(f"import {name}" for name in everything))
    assert "core" in loaded
    assert not loaded & {"PySide6", "shiboken6", "ui"}


def test_training_from_the_command_line_loads_no_qt():
    run = "from playground.__main__ import main; main(['train', '--epochs', '1'])"
    loaded = loaded_by(run)
    assert "numpy" in loaded
    assert not loaded & {"PySide6", "shiboken6", "ui"}


@pytest.mark.parametrize("arguments", ["['train', '--help']", "['--version']", "['trian']"])
def test_help_answers_without_loading_the_mathematics(arguments):
    run = f"from playground.__main__ import main\ntry: main({arguments})\nexcept SystemExit: pass"
    assert not loaded_by(run) & {"numpy", "PySide6", "ui"}


def test_the_locked_versions_are_ones_the_project_allows():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    lines = (ROOT / "requirements.lock").read_text() + (ROOT / "requirements-dev.lock").read_text()
    pins = [Requirement(line) for line in lines.splitlines() if line[:1] not in ("#", "-", "")]
    locked = {pin.name.lower().replace("_", "-"): str(pin.specifier)[2:] for pin in pins}
    for requirement in map(Requirement, wanted):
        version = locked[requirement.name.lower().replace("_", "-")]
        assert requirement.specifier.contains(version), requirement


def test_pages_and_views_leave_painting_to_plots_and_controls():
    """Items of `ui/plots` and controls of `ui/widgets` paint: those can be exported and reused."""
    painters = [
        file.relative_to(ROOT).as_posix()
        for package in ("ui/pages", "ui/views", "ui/session", "ui/data")
        for file in (ROOT / package).rglob("*.py")
        if re.search(r"\bQPainter\b|\bdef paintEvent\b", file.read_text(encoding="utf-8"))
    ]
    assert painters == []


def test_durations_are_measured_by_clocks_that_only_go_forward():
    """The system's clock can be set back while the application runs."""
    wall = re.compile(r"\btime\.time\(|datetime\.now\(|datetime\.utcnow\(|currentMSecsSinceEpoch")
    files = [
        file for package in ("core", "ui", "playground") for file in (ROOT / package).rglob("*.py")
    ]
    assert len(files) > 300
    assert not [str(file) for file in files if wall.search(file.read_text(encoding="utf-8"))]
