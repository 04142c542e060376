"""Recorded results for the thumbnails of the gallery's cards.

`playground gallery pictures` records them again.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from core.experiment.files import replacing
from core.gallery import GALLERY
from core.gallery.axes import Range, common, rebinned
from core.gallery.comparison import LOSS, Comparison, Floats
from core.gallery.engine import data_for, plans_at_hand, run
from core.gallery.experiment import Experiment
from core.telemetry.frame import Frame

PATH = Path(__file__).resolve().parents[2] / "resources" / "gallery" / "pictures.json"
SEED = 1
# Numbers of points of a curve, rows of histograms and bins of each in a thumbnail.
POINTS, ROWS, COARSER = 60, 4, 2

Record = dict[str, Any]


@cache
def recorded() -> dict[str, Record]:
    """The record of every experiment by key; empty if the file is missing.

    A record has "seconds", by data set, and "runs", by label: of experiments that are about the
    loss a curve (points,), about activations the shares of every layer (layers, bins), about
    gradients their magnitudes (layers,). "data" is what they were recorded on.
    """
    if not PATH.is_file():
        return {}
    return json.loads(PATH.read_text(encoding="utf-8"))


def seconds(experiment: Experiment, data: str) -> float:
    """The approximate duration of one seed; NaN if unknown."""
    return recorded().get(experiment.key, {}).get("seconds", {}).get(data, math.nan)


def record_all(tell: Callable[[float, str], None]) -> None:
    """Run every experiment on all available data, and write the file. Raises OSError."""
    records = {}
    for i, experiment in enumerate(GALLERY.values()):
        tell(i / len(GALLERY), experiment.title)
        records[experiment.key] = record(experiment)
    PATH.parent.mkdir(parents=True, exist_ok=True)
    with replacing(PATH) as part:
        part.write_text(_json(records), encoding="utf-8")


def record(experiment: Experiment) -> Record:
    """The record of one experiment, with its thumbnail on data that come with the application."""
    bundled = data_for(experiment, bundled=True)
    known = dict(recorded().get(experiment.key, {}).get("seconds", {}))
    runs: Record = {}
    for data in plans_at_hand(experiment):
        comparison = Comparison(experiment, data, (SEED,))
        results = run(experiment, data, (SEED,), watch=comparison.take)
        known[data] = round(results.seconds, 1)
        if data == bundled:
            runs = picture(comparison)
    return {"data": bundled, "seconds": known, "runs": runs}


def picture(comparison: Comparison) -> Record:
    """The data of a thumbnail for each run: those of the first view."""
    kinds = {"loss": _curves, "activations": _histograms, "gradients": _gradients}
    return kinds[comparison.experiment.views[0]](comparison)


def _curves(comparison: Comparison) -> Record:
    epochs = comparison.in_epochs
    at = (np.arange(POINTS) + 0.5) / POINTS * comparison.length
    runs: Record = {}
    for label, each in comparison.runs.items():
        band = each.validation(LOSS, epochs)
        band = band if band.x.size else each.band(LOSS, epochs)
        known = np.isfinite(band.mean)
        values = np.full(POINTS, math.nan)
        if known.sum() > 1:
            x = band.x[known]
            values = np.interp(at, x, band.mean[known], right=math.nan)
        runs[label] = _short(values)
    return runs


def _gradients(comparison: Comparison) -> Record:
    return {
        label: _short(each.before.gradient)
        for label, each in comparison.runs.items()
        if each.before
    }


def _histograms(comparison: Comparison) -> Record:
    runs = list(comparison.runs.items())[:ROWS]
    shown = {label: each.now for label, each in runs if each.now}
    axis = common([each for frame in shown.values() for each in _ranges(frame)])
    return {label: [_coarse(frame, i, axis) for i in _hidden(frame)] for label, frame in
            shown.items()}  # fmt: skip


def _hidden(frame: Frame) -> range:
    return range(len(frame.layers) - 1)


def _ranges(frame: Frame) -> list[Range]:
    histograms = frame.activations
    assert histograms is not None
    return [Range(float(histograms.low[i]), float(histograms.high[i])) for i in _hidden(frame)]


def _coarse(frame: Frame, layer: int, axis: Range) -> list[float | None]:
    assert frame.activations is not None
    inside = rebinned(frame.activations, layer, axis).inside
    return _short(inside.reshape(-1, COARSER).sum(axis=1))


def _short(values: Floats) -> list[float | None]:
    """Round to three digits; None for values that are not finite."""
    return [float(f"{v:.3g}") if math.isfinite(v) else None for v in values.tolist()]


def _json(records: dict[str, Record]) -> str:
    """JSON with one run per line, for readable diffs."""
    lines = []
    for key, each in records.items():
        runs = ",\n".join(
            f"   {json.dumps(label, ensure_ascii=False)}: {json.dumps(values)}"
            for label, values in each["runs"].items()
        )
        head = f' "{key}": {{"data": "{each["data"]}", "seconds": {json.dumps(each["seconds"])},'
        lines.append(f'{head} "runs": {{\n{runs}}}}}')
    return "{\n" + ",\n".join(lines) + "\n}\n"
