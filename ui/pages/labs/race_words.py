"""The texts of lab 2: a rule with the present numbers, and the standings as a table."""

from __future__ import annotations

from html import escape

import numpy as np

from core.base.translation import Message, tr
from core.catalogue.optimizers import NAG, SGD, Adam, AdamW, Momentum
from core.catalogue.surfaces import is_below
from core.catalogue.surfaces.typed import Typed
from core.studies.optimizer_race import Newton, Race, Racer, stationary
from core.studies.race_jobs import Memory
from ui.pages.labs.race_plots import swatch
from ui.pages.labs.racers_form import LABELS
from ui.plots.ticks import number
from ui.theme import current
from ui.widgets.text_card import html_table

SLOT_NAMES = {"velocity": "v", "square_sum": "G", "square": "G", "step_square": "D", "mean": "m",
              "largest": "u", "sum": "Σm", "peak": Message("largest v")}  # fmt: skip

ARRIVED = {
    "minimum": Message("at a minimum"),
    "maximum": Message("at a maximum"),
    "saddle": Message("at a saddle"),
    "degenerate": Message("flat: no curvature"),
}


def figure(value: float) -> str:
    """A number to six digits, with a real minus sign."""
    return f"{value:.6g}".replace("-", "−") if np.isfinite(value) else number(value)


def pair(vector: np.ndarray) -> str:
    return f"({figure(float(vector[0]))}, {figure(float(vector[1]))})"


def bracket(value: float) -> str:
    text = figure(value)
    return f"({text})" if text.startswith("−") else text


def surface_text(surface: Typed) -> str:
    """What was found out about a typed surface: its minima, whether they are its lowest places in
    the window, and whether it has kinks."""
    minima = surface.minima
    said = tr("No minimum found in this window.")
    places = "; ".join(f"({figure(round(x, 6))}, {figure(round(y, 6))})" for x, y in minima[:4])
    if len(minima) > 4:
        said = tr("Minima found: {places} and {more} more.", places=places, more=len(minima) - 4)
    elif minima:
        said = tr(
            "Minimum found: {places}.", "Minima found: {places}.", count=len(minima), places=places
        )
    lowest = surface.lowest()
    if lowest is not None and is_below(surface.value_range()[0], lowest):
        said += " " + tr("Elsewhere in the window f is lower.")
    if surface.parsed.kinks:
        said += " " + tr("There are kinks: a slope between those of both sides is used.")
    return said


def rule_text(key: str, racer: Racer, path: np.ndarray, known: Memory, at: int) -> str:
    """The rule's formula, and the update from step `at` to the next with its numbers."""
    head = f"{swatch(key)} <b>{escape(tr(LABELS[key]))}</b>: {escape(racer.formula)}"
    if at + 1 >= len(path) or not np.isfinite(path[at]).all():
        return f"<p>{head}</p>"
    p, after, g = path[at], path[at + 1], known.gradient[at]
    lines = [f"p = {pair(p)},&nbsp; g = {pair(g)},&nbsp; η = {figure(racer.learning_rate)}"]
    lines += _inner(racer, known, at)
    lines.append(_update(racer, p, after, g, known, at))
    return f"<p>{head}<br>{'<br>'.join(lines)}</p>"


def _inner(racer: Racer, known: Memory, at: int) -> list[str]:
    """The state of the rule after this update."""
    if isinstance(racer, Momentum | NAG):
        before = known.slots["velocity"][at - 1] if at else np.zeros(2)
        now, g = known.slots["velocity"][at], known.gradient[at]
        written = f"{figure(racer.momentum)} · {pair(before)} + {pair(g)}"
        return [f"v ← γv + g = {written} = {pair(now)}"]
    if type(racer) in (Adam, AdamW):
        assert isinstance(racer, Adam)
        mean, square = _corrected(racer, known, at)
        return [f"m′ = {pair(mean)},&nbsp; √v′ = {pair(np.sqrt(square))}"]
    return [
        f"{tr(SLOT_NAMES.get(name, name))} = {pair(kept[at])}" for name, kept in known.slots.items()
    ]


def _corrected(racer: Adam, known: Memory, at: int) -> tuple[np.ndarray, np.ndarray]:
    """m′ and v′; the rule itself keeps sums that are a factor larger."""
    t = at + 1
    mean = known.slots["sum"][at] * (1 - racer.beta1) / (1 - racer.beta1**t)
    square = known.slots["square_sum"][at] * (1 - racer.beta2) / (1 - racer.beta2**t)
    return mean, square


def _update(
    racer: Racer, p: np.ndarray, after: np.ndarray, g: np.ndarray, known: Memory, at: int
) -> str:
    rate, result = figure(racer.learning_rate), f"<b>{pair(after)}</b>"
    if isinstance(racer, SGD):
        return f"p ← p − ηg = {pair(p)} − {rate} · {pair(g)} = {result}"
    if isinstance(racer, Momentum):
        return f"p ← p − ηv = {pair(p)} − {rate} · {pair(known.slots['velocity'][at])} = {result}"
    if isinstance(racer, NAG):
        ahead = g + racer.momentum * known.slots["velocity"][at]
        return f"p ← p − η(g + γv) = {pair(p)} − {rate} · {pair(ahead)} = {result}"
    return f"p ← p + Δp = {pair(p)} + {pair(after - p)} = {result}"


def standings_text(ran: Race, at: int) -> str:
    """All racers from the first start: rate, f, distance, steps to 1e-3, and their state."""
    colors, minima = current(), ran.surface.minima
    heads = (tr("rate"), "f", *((tr("distance"),) if minima else ()), tr("steps to 10⁻³"), "")
    cells = "".join(f"<td align='right'>&nbsp;&nbsp;{head}</td>" for head in heads)
    rows = [f"<tr style='color:{colors.muted}'><td></td>{cells}</tr>"]
    for key, run in ran.runs.items():
        t = min(at, len(run.f) - 1)
        values = [figure(run.racer.learning_rate), figure(float(run.f[t, 0]))]
        if minima:
            values.append(figure(float(run.distance(minima)[t])))
        there = run.steps_to(ran.lowest)
        values.append(str(there) if there is not None and there <= at else "")
        cells = "".join(f"<td align='right'>&nbsp;&nbsp;{value}</td>" for value in values)
        fate, color = _fate(ran, key, t)
        rows.append(
            f"<tr><td>{swatch(key)} {escape(tr(LABELS[key]))}</td>{cells}"
            f"<td style='color:{color}'>&nbsp;&nbsp;{fate}</td></tr>"
        )
    return html_table(rows)


def _fate(ran: Race, key: str, at: int) -> tuple[str, str]:
    run, colors = ran.runs[key], current()
    diverged, undefined = run.diverged_at[0], run.undefined_at()
    if diverged is not None and at >= diverged:
        words = (
            tr("runs off forever")
            if ran.surface.unbounded
            else tr("diverged at step {step}", step=diverged)
        )
        return words, colors.bad
    if undefined is not None and at >= undefined:
        return tr("f is undefined from step {step}", step=undefined), colors.bad
    x, y = run.path[at, 0].tolist()
    kind = stationary(ran.surface, (x, y)).kind
    if kind == "slope":
        return "", colors.muted
    color = colors.good if kind == "minimum" else colors.warning
    if isinstance(run.racer, Newton) and kind in ("maximum", "saddle"):
        return tr("{fate}: Newton takes any point of slope 0", fate=ARRIVED[kind]), color
    return tr(ARRIVED[kind]), color
