"""`playground check`: what works is said, and what does not ends it with status 1."""

import json
import stat
import subprocess
import sys

import pytest

from core.base.extras import EXTRAS
from playground import checks
from playground.__main__ import main
from playground.checks import window_findings
from playground.findings import Finding, from_json, table, to_json


def fake_program(folder, text):
    """A program that prints a text and fails, as one whose window cannot open."""
    path = folder / "program"
    path.write_text(f"#!{sys.executable}\nimport sys\n{text}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return [str(path)]


@pytest.mark.slow
def test_everything_works_in_a_process_of_its_own():
    """The training process is a child, the window trains, every page is painted, each library is
    used: nothing of it is missing where the tests run."""
    command = [sys.executable, "-m", "playground", "check", "--json"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    found = {each.part: each for each in from_json(done.stdout)}
    assert done.returncode == 0, done.stdout + done.stderr
    assert "child of" in found["training"].detail
    assert "steps of process" in found["window"].detail
    assert "Gallery" in found["pages"].detail and "PDF" in found["pictures"].detail
    assert {each.part for each in found.values() if each.state != "ok"} <= {"Hangul fonts"}


def test_each_extra_is_tried():
    assert {use.extra for use in checks.uses().values()} == set(EXTRAS)


def test_a_missing_library_is_no_failure(monkeypatch):
    for module in ("optuna", "jinja2"):
        monkeypatch.setitem(sys.modules, module, None)
    found = {each.part: each for each in checks.optional_findings()}
    for part in ("search", "code export"):
        assert found[part].state == "missing"
        assert "not installed" in found[part].detail
    assert found["text tables"].state == "ok"


def test_what_does_not_work_is_named_and_ends_with_status_one(monkeypatch, capsys):
    monkeypatch.setattr("core.gallery.recording.PATH", checks.Path("/nowhere/pictures.json"))
    monkeypatch.setattr(checks, "window_findings", lambda command: [])
    monkeypatch.setattr(checks, "optional_findings", list)
    monkeypatch.setenv("PLAYGROUND_WORKER", "thread")
    assert main(["check", "--json"]) == 1
    found = {each["part"]: each for each in json.loads(capsys.readouterr().out)}
    assert found["resources"]["state"] == found["training"]["state"] == "failed"
    assert "/nowhere/pictures.json" in found["resources"]["detail"]
    assert "in a thread" in found["training"]["detail"]


def test_a_window_that_ends_the_process_is_a_failure_with_its_reason(tmp_path):
    (found,) = window_findings(fake_program(tmp_path, "sys.exit('no platform plugin')"))
    assert found == Finding("window", "failed", "no platform plugin")
    (silent,) = window_findings(fake_program(tmp_path, "sys.exit(134)"))
    assert silent.state == "failed" and "134" in silent.detail
    (absent,) = window_findings([str(tmp_path / "absent")])
    assert absent.state == "failed" and "absent" in absent.detail


def test_findings_are_read_as_they_were_written():
    findings = [Finding("fonts", "missing", "한"), Finding("icons", "ok")]
    assert from_json(to_json(findings)) == findings
    assert table(findings).splitlines() == ["missing  fonts  한", "ok       icons"]
