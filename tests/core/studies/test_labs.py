"""Every check of every lab holds."""

import pytest

from core.studies import LABS

CHECKS = [
    pytest.param(check, id=f"{lab.key}-{check.name}")
    for lab in LABS.values()
    for check in lab.checks
]


@pytest.mark.parametrize("check", CHECKS)
def test_check_holds(check):
    finding = check.finding()
    assert finding.ok, f"{check.claim}: expected {finding.expected}, measured {finding.measured}"


def test_check_names_are_unique_within_a_lab():
    for lab in LABS.values():
        names = [check.name for check in lab.checks]
        assert len(names) == len(set(names)) > 0
