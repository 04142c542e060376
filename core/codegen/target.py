"""What a script can be written for: the entries of the dropdown of targets, and their contract."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from core.base.arrays import Array
from core.base.errors import UserError
from core.base.registry import Entry, Registry
from core.codegen.plan import Plan


class CodeError(UserError):
    """An experiment that a target cannot have; the message is one clear sentence or several."""


@dataclass(frozen=True)
class Target(Entry):
    """A language or library that scripts are written for, by `template`."""

    template: ClassVar[str] = ""

    def obstacles(self, plan: Plan) -> list[str]:
        """Why the experiment cannot be written for this target, one sentence each."""
        return []

    def context(self, plan: Plan) -> dict[str, Any]:
        """The names that the template uses, besides those that all templates have."""
        raise NotImplementedError

    def tensors(self, tensors: dict[str, Array]) -> dict[str, Any]:
        """A network's parameters and running statistics under the names that the script uses."""
        return dict(tensors)


TARGETS: Registry[Target] = Registry("export target", Target)
