"""`playground check`: whether this installation works, for users, bug reports and packages."""

from __future__ import annotations

import argparse

from playground.exits import DONE, FAILED


def add_command(commands: argparse._SubParsersAction) -> None:
    """Add `check`."""
    check = commands.add_parser(
        "check",
        help="check that this installation works",
        description="Print versions, and whether training, window, fonts and optional libraries "
        "work; useful in reports of errors. Exit status: 0 everything essential works, 1 something "
        "does not.",
    )
    check.add_argument("--json", action="store_true", help="print the findings as JSON")
    check.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    from playground.checks import all_findings
    from playground.findings import table, to_json

    findings = all_findings()
    print(to_json(findings) if options.json else table(findings))
    return FAILED if any(finding.state == "failed" for finding in findings) else DONE
