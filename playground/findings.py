"""What a check of the installation finds."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Literal

# "missing" is what only some features need; "failed" is what the application cannot do without.
State = Literal["ok", "missing", "failed"]
# With this alone as argument the program checks its window; see `playground.window_check`.
WINDOW_CHECK = "--check-window"


@dataclass(frozen=True)
class Finding:
    """One part of the installation, its state, and details such as versions or the reason."""

    part: str
    state: State
    detail: str = ""


def to_json(findings: Iterable[Finding]) -> str:
    """The findings as one line of JSON."""
    return json.dumps([asdict(finding) for finding in findings], ensure_ascii=False)


def from_json(text: str) -> list[Finding]:
    """The findings of one line of JSON. ValueError and TypeError where it has none."""
    return [Finding(**each) for each in json.loads(text)]


def table(findings: Iterable[Finding]) -> str:
    """The findings with one line for each."""
    rows = list(findings)
    width = max(len(row.part) for row in rows)
    return "\n".join(f"{row.state:7}  {row.part:{width}}  {row.detail}".rstrip() for row in rows)
