"""What `playground gallery` prints and writes of an experiment's results."""

from __future__ import annotations

import csv
import json
import math
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from core.base.translation import tr
from core.data import DATASETS
from core.experiment.files import replacing, write_experiment
from core.gallery.experiment import Outcome
from core.gallery.results import Results, check, spread_shown
from playground.columns import left, right, widths

CURVES = ("run", "seed", "iteration", "loss", "accuracy", "validation_loss", "validation_accuracy")
LAYERS = (
    "run",
    "seed",
    "moment",
    "layer",
    "activation_std",
    "delta_std",
    "gradient",
    "weight",
    "update_ratio",
    "saturated",
    "dead",
    "same_sign",
)


def show(results: Results, checked: bool) -> None:
    """Print the table and, if wanted, every expectation and whether it holds."""
    experiment = results.experiment
    seeds = ", ".join(map(str, results.seeds))
    print(f"\n{tr(experiment.title)} · {tr(experiment.question)}")
    label, seconds = tr(DATASETS[results.data].label), results.seconds
    print(tr("{data}, seed {seeds}, {seconds:.1f} s", data=label, seeds=seeds, seconds=seconds))
    print()
    print("\n".join(table(results)))
    if checked:
        print()
        for finding in check(results):
            mark = "✓" if finding.ok else "✗"
            print(f"{mark} {tr(finding.statement)}")
            print(f"    {compared(finding.expected, finding.measured)}")
    if experiment.finding:
        print()
        print(tr("Finding: {finding}", finding=tr(experiment.finding)))


def compared(expected: str, measured: str) -> str:
    """What was expected of a number and what was measured, in words."""
    return tr("expected {expected}, measured {measured}", expected=expected, measured=measured)


def table(results: Results) -> Iterator[str]:
    """The final table as lines of text."""
    columns = results.plan.columns
    headings = (tr(column.heading) for column in columns)
    rows = [["", *headings, tr("Steps"), tr("ms/step")]]
    for row in results.table():
        label = tr(row.label)
        label = tr("{label} (diverged)", label=label) if row.diverged else label
        cells = (tr(spread_shown(s, c.unit)) for s, c in zip(row.cells, columns, strict=True))
        step = f"{row.milliseconds_per_step:.2f}" if row.iterations else ""
        rows.append([label, *cells, f"{row.iterations:,.0f}", step])
    first_width, *widest = widths(rows)
    for first, *cells in rows:
        numbers = (right(cell, n) for cell, n in zip(cells, widest, strict=True))
        yield "  ".join([left(first, first_width), *numbers]).rstrip()


def plain(results: Results) -> dict[str, Any]:
    """The results as plain data; NaN and infinity become None."""
    headings = [column.heading for column in results.plan.columns]
    return {
        "key": results.experiment.key,
        "title": results.experiment.title,
        "data": results.data,
        "seeds": list(results.seeds),
        "seconds": round(results.seconds, 3),
        "runs": [
            {
                "label": row.label,
                "diverged": row.diverged,
                "steps": row.iterations,
                "milliseconds_per_step": round(row.milliseconds_per_step, 4),
                "figures": {
                    heading: {"mean": _finite(cell.mean), "sd": _finite(cell.sd)}
                    for heading, cell in zip(headings, row.cells, strict=True)
                },
            }
            for row in results.table()
        ],
        "checks": [finding._asdict() for finding in check(results)],
    }


def write(results: Results, folder: Path) -> None:
    """Write results.json, curves.csv, layers.csv and every run's experiment. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    with replacing(folder / "results.json") as part:
        text = json.dumps(plain(results), indent=2, ensure_ascii=False, allow_nan=False)
        part.write_text(f"{text}\n", encoding="utf-8")
    _write_rows(folder / "curves.csv", CURVES, results, _curves)
    _write_rows(folder / "layers.csv", LAYERS, results, _layers)
    for variant in results.plan.variants:
        write_experiment(folder / f"{_file_name(variant.label)}.json", variant.spec)


def _write_rows(path: Path, headings: tuple[str, ...], results: Results, rows: Any) -> None:
    with replacing(path) as part, open(part, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(headings)
        for label, outcomes in results.outcomes.items():
            for seed, outcome in zip(results.seeds, outcomes, strict=True):
                writer.writerows([label, seed, *row] for row in rows(outcome))


def _curves(outcome: Outcome) -> Iterator[list[Any]]:
    scores = {score.iteration: score for score in outcome.validation}
    for i in range(max([len(outcome.loss), *(at + 1 for at in scores)])):
        known, score = i < len(outcome.loss), scores.get(i)
        if known or score:
            step = (outcome.loss[i], outcome.accuracy[i]) if known else (math.nan, math.nan)
            held_out = (score.loss, score.accuracy) if score else (math.nan, math.nan)
            yield [i, *map(_cell, (*step, *held_out))]


def _layers(outcome: Outcome) -> Iterator[list[Any]]:
    for moment, (signals, frame) in (("before", outcome.before), ("after", outcome.after)):
        shares = frame.shares
        assert shares is not None
        for i, layer in enumerate(signals.layers):
            figures = (
                signals.activation_std,
                signals.delta_std,
                frame.gradient,
                frame.weight,
                frame.update_ratio,
                shares.saturated,
                shares.dead,
                shares.same_sign,
            )
            yield [moment, layer, *(_cell(figure[i]) for figure in figures)]


def _file_name(label: str) -> str:
    return re.sub(r"[^\w.]+", "-", label).strip("-").lower()


def _cell(value: float) -> str:
    return f"{value:.9g}" if math.isfinite(value) else ""


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None
