"""Diagnosis: rules that read a run, name the problem, cite the evidence and propose a remedy.

`diagnose` examines one frame; a `Diagnoser` examines frame after frame and remembers its findings,
so that one near its threshold does not flicker. `base` has the base classes and the registry,
`evidence` the data for rules, `start`, `signals`, `descent` and `answers` the rules. Importing this
package registers them all.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from core.base.translation import Message
from core.diagnosis import answers, descent, signals, start
from core.diagnosis.base import ORDER, RULES, Finding, Remedy, Rule, Severity
from core.diagnosis.evidence import RunEvidence
from core.diagnosis.words import number
from core.experiment.spec import ExperimentSpec
from core.telemetry.frame import Frame
from core.telemetry.history import History

__all__ = [
    "RULES",
    "Diagnoser",
    "Finding",
    "Remedy",
    "Rule",
    "Severity",
    "answers",
    "descent",
    "diagnose",
    "signals",
    "start",
]

_RULES = tuple(rule() for rule in RULES.entries())


def diagnose(spec: ExperimentSpec, frame: Frame, history: History) -> tuple[Finding, ...]:
    """What is wrong in the run at `frame`, the worst first; one good finding if nothing is.

    `history` is that of the run, at least up to the frame; later data are ignored.
    """
    run = RunEvidence(spec, frame, history)
    return _report(run, _check(run))


class Diagnoser:
    """Diagnoses runs one after another. A finding disappears only once it is clearly over; after a
    change of settings every finding has to be confirmed.
    """

    def __init__(self) -> None:
        self._run = self._iteration = -1
        self._spec: ExperimentSpec | None = None
        self._known: frozenset[str] = frozenset()
        self._lasting: dict[Any, Any] = {}

    def diagnose(self, spec: ExperimentSpec, frame: Frame, history: History) -> tuple[Finding, ...]:
        """As `diagnose`, taking into account the last findings of this run."""
        gone_on = frame.run == self._run and frame.iteration >= self._iteration
        if not gone_on or spec is not self._spec:
            self._known, self._lasting = frozenset(), {}
        self._run, self._iteration, self._spec = frame.run, frame.iteration, spec
        run = RunEvidence(spec, frame, history, self._known, self._lasting)
        found = _check(run)
        self._known = frozenset(finding.key for finding in found)
        return _report(run, found)


@np.errstate(all="ignore")
def _check(run: RunEvidence) -> list[Finding]:
    return [finding for rule in _RULES if (finding := rule.check(run))]


@np.errstate(all="ignore")
def _report(run: RunEvidence, found: list[Finding]) -> tuple[Finding, ...]:
    """Causes without their consequences, the worst first."""
    explained = {key for finding in found for key in RULES[finding.key].explains}
    causes = [finding for finding in found if finding.key not in explained]
    causes.sort(key=lambda finding: ORDER.index(finding.severity))
    return tuple(causes) or (_healthy(run),)


def _healthy(run: RunEvidence) -> Finding:
    gradient = run.gradient[run.gradient > 0]
    advice = Message("None of the rules has found a problem.")
    if len(gradient) < 2:
        title = Message("No problems found")
        evidence = Message("No problem found after {steps:,} steps", steps=run.frame.iteration)
        return Finding("healthy", "good", title, evidence, advice=advice)
    title = Message("Gradients healthy")
    factor = number(float(gradient.max() / gradient.min()))
    evidence = Message("The layers' mean |g| are within a factor of {factor}", factor=factor)
    return Finding("healthy", "good", title, evidence, advice=advice)
