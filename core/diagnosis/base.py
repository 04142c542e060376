"""What a diagnosis consists of: findings with their remedies, and the registry of rules."""

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
    """A complete experiment in which the trouble is treated; `label` says what is changed."""

    label: str
    spec: ExperimentSpec


@dataclass(frozen=True)
class Finding:
    """One thing found in a run.

    `title` (at most 40 characters) names it, `evidence` (at most 90) is one sentence with the
    measured numbers, `advice` explains it to a learner. The first of the `remedies` is the one to
    try first. `layers` are the names of the layers concerned, none where it is the whole run.
    """

    key: str
    severity: Severity
    title: str
    evidence: str
    remedies: tuple[Remedy, ...] = ()
    advice: str = ""
    layers: tuple[str, ...] = ()


class Rule(Entry):
    """Looks for one trouble. `formula` says what it looks at, `advice` explains the trouble.

    `explains` names the findings that are mere consequences of this one and are left out beside it.
    """

    explains: ClassVar[tuple[str, ...]] = ()

    def check(self, run: RunEvidence) -> Finding | None:
        """The finding, or None where there is no such trouble or nothing to tell it by."""
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
