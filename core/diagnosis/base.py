"""Findings with their remedies, and the registry of rules."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from core.base.registry import Entry, Registry
from core.diagnosis.evidence import RunEvidence
from core.experiment.spec import ExperimentSpec

Severity = Literal["good", "warning", "bad"]
ORDER: tuple[Severity, ...] = ("bad", "warning", "good")


@dataclass(frozen=True)
class Remedy:
    """A complete experiment with the problem treated; `label` describes the change."""

    label: str
    spec: ExperimentSpec


@dataclass(frozen=True)
class Finding:
    """One thing found in a run.

    `title` (at most 40 characters) names it, `evidence` (at most 90) is one sentence with the
    measured numbers, `advice` explains it to a learner. The first of the `remedies` should be tried
    first. `layers` are the names of the layers concerned, empty for the whole run.
    """

    key: str
    severity: Severity
    title: str
    evidence: str
    remedies: tuple[Remedy, ...] = ()
    advice: str = ""
    layers: tuple[str, ...] = ()


class Rule(Entry):
    """Detects one problem. `formula` is what it evaluates, `advice` explains the problem.
    `explains` names findings that are consequences of this one and are omitted with it.
    """

    explains: ClassVar[tuple[str, ...]] = ()

    def check(self, run: RunEvidence) -> Finding | None:
        """The finding; None if there is no such problem or too little data."""
        raise NotImplementedError

    def finding(
        self,
        severity: Severity,
        title: str,
        evidence: str,
        remedies: tuple[Remedy, ...] = (),
        layers: tuple[str, ...] = (),
    ) -> Finding:
        return Finding(self.key, severity, title, evidence, remedies, self.advice, layers)


RULES: Registry[Rule] = Registry("rule", Rule)
