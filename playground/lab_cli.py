"""`playground lab`: the labs' mathematics without a screen, and whether its numbers hold."""

from __future__ import annotations

import argparse
import csv
import json
import math
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.base.translation import tr
from playground.columns import listed, right, widths
from playground.exits import DONE, FAILED, about_file, fail, folder

if TYPE_CHECKING:
    from core.studies.base import Finding, Lab, Table

ALL = "all"
# Rows of a table that are printed; files hold all of them.
MOST_ROWS = 16


def add_commands(commands: argparse._SubParsersAction) -> None:
    """Add `lab` and its actions."""
    labs = commands.add_parser("lab", help=tr("compute and check the labs"))
    actions = labs.add_subparsers(title=tr("actions"), metavar="ACTION", required=True)
    listing = actions.add_parser("list", help=tr("list the labs"))
    listing.set_defaults(run=_list)
    run = actions.add_parser(
        "run",
        help=tr("compute labs"),
        description=tr(
            "Compute labs with their default settings and print their tables. Exit status: "
            "0 done, 1 a check failed, 2 bad input, 130 stopped by Ctrl+C."
        ),
    )
    run.add_argument("names", nargs="+", metavar="NAME", help=tr("labs, or {name!r}", name=ALL))
    run.add_argument(
        "--check", action="store_true", help=tr("compare what was expected with what was measured")
    )
    run.add_argument(
        "--out",
        type=folder,
        metavar="DIR",
        help=tr("write results.json and every table as CSV into DIR/NAME"),
    )
    run.add_argument("--json", action="store_true", help=tr("print the results as JSON"))
    run.set_defaults(run=_run)


def _list(options: argparse.Namespace) -> int:
    from core.studies import LABS

    for line in listed([(k, f"{tr(lab.title)}: {tr(lab.question)}") for k, lab in LABS.items()]):
        print(line)
    return DONE


def _run(options: argparse.Namespace) -> int:
    from core.studies import LABS, lab

    try:
        chosen = list(LABS.values())
        if ALL not in options.names:
            chosen = [lab(name) for name in dict.fromkeys(options.names)]
        if options.out:
            options.out.mkdir(parents=True, exist_ok=True)
        passed, reports = _run_all(chosen, options)
    except KeyError as error:
        return fail([error.args[0]])
    except OSError as error:
        return fail([about_file(error)])
    if options.json:
        report = {"passed": passed, "labs": reports} if options.check else {"labs": reports}
        print(json.dumps(report, indent=2, ensure_ascii=False, allow_nan=False))
    return DONE if passed else FAILED


def _run_all(chosen: list[Lab], options: argparse.Namespace) -> tuple[bool, list[dict[str, Any]]]:
    """Run one lab after the other; return whether all checks hold, and the plain data."""
    from playground.progress import ProgressBar

    passed, reports = True, []
    bar = ProgressBar(sys.stderr)
    for number, lab in enumerate(chosen):

        def progress(share: float, text: str, number: int = number) -> None:
            bar.show((number + share) / len(chosen), text)

        start = time.perf_counter()
        try:
            tables = lab.tables(progress)
            findings = _findings(lab, progress) if options.check else []
        finally:
            bar.clear()
        seconds = time.perf_counter() - start
        passed = passed and all(finding.ok for finding in findings)
        report = _plain(lab, tables, findings, seconds)
        reports.append(report)
        if options.out:
            _write(options.out / lab.key, tables, report)
        if not options.json:
            _show(lab, tables, findings, seconds)
    return passed, reports


def _findings(lab: Lab, progress: Any) -> list[Finding]:
    findings = []
    for number, check in enumerate(lab.checks):
        progress(number / len(lab.checks), check.claim)
        findings.append(check.finding())
    return findings


def _show(lab: Lab, tables: tuple[Table, ...], findings: list[Finding], seconds: float) -> None:
    from playground.gallery_report import compared

    heading = f"{tr(lab.title)} · {tr(lab.question)}"
    print()
    print(tr("{heading}  ({seconds:.1f} s)", heading=heading, seconds=seconds))
    for table in tables:
        print(f"\n{tr(table.name)}")
        print("\n".join(_lines(table)))
    if findings:
        print()
    for finding in findings:
        print(f"{'✓' if finding.ok else '✗'} {tr(finding.claim)}")
        print(f"    {compared(finding.expected, finding.measured)}")


def _lines(table: Table) -> Iterator[str]:
    """A table as aligned text, without the middle rows of a long one."""
    rows = [tuple(map(_text, row)) for row in table.rows]
    if len(rows) > MOST_ROWS:
        half = MOST_ROWS // 2
        rows = [*rows[:half], ("…",) * len(table.columns), *rows[-half:]]
    rows = [tuple(map(tr, table.columns)), *rows]
    widest = widths(rows)
    for row in rows:
        cells = (right(cell, n) for cell, n in zip(row, widest, strict=True))
        yield f"  {'  '.join(cells)}"


def _text(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.8g}" if math.isfinite(value) else ""
    return "" if value is None else tr(str(value))


def _plain(
    lab: Lab, tables: tuple[Table, ...], findings: list[Finding], seconds: float
) -> dict[str, Any]:
    """The results as plain data; NaN and infinity become None."""
    return {
        "key": lab.key,
        "title": lab.title,
        "seconds": round(seconds, 3),
        "tables": {
            table.name: [
                {c: _finite(v) for c, v in zip(table.columns, row, strict=True)}
                for row in table.rows
            ]
            for table in tables
        },
        "checks": [finding._asdict() for finding in findings],
    }


def _finite(value: Any) -> Any:
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _write(folder: Path, tables: tuple[Table, ...], report: dict[str, Any]) -> None:
    """Write results.json and the tables. Raises OSError."""
    from core.experiment.files import replacing

    folder.mkdir(parents=True, exist_ok=True)
    with replacing(folder / "results.json") as part:
        text = json.dumps(report, indent=2, ensure_ascii=False, allow_nan=False)
        part.write_text(f"{text}\n", encoding="utf-8")
    for table in tables:
        path = folder / f"{table.name.replace(' ', '_')}.csv"
        with replacing(path) as part, open(part, "w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(table.columns)
            writer.writerows([_cell(value) for value in row] for row in table.rows)


def _cell(value: Any) -> Any:
    if isinstance(value, float):
        return repr(value) if math.isfinite(value) else ""
    return value
