"""The catalogue's machinery: a `Registry` maps keys to entries, a `setting` describes one setting.

An entry is a frozen dataclass; its fields are its settings, its class attributes describe it.
Dropdowns, forms, the command line, the documentation and the tests all read what is declared here.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, fields
from typing import Any, ClassVar, Generic, TypeVar, dataclass_transform

from core.base.translation import Message


@dataclass(frozen=True)
class Setting:
    """What a form, the command line and the validator need to know about one setting.

    `low` and `high` are inclusive bounds, `scale` is "linear" or "log". Changing a setting with
    `restarts_run` restarts the run, any other change takes effect while it continues. Forms hide
    `rare` settings in a section that can be expanded.
    """

    label: str = ""
    help: str = ""
    low: float | None = None
    high: float | None = None
    scale: str = "linear"
    choices: tuple[str, ...] = ()
    restarts_run: bool = False
    rare: bool = False


def setting(default: Any, **described: Any) -> Any:
    """A dataclass field with its default and the `Setting` that describes it."""
    return field(default=default, metadata={"setting": Setting(**described)})


def choice_label(choice: str) -> str:
    """What one of a setting's `choices` is called in a list; names such as "float32" stay."""
    if any(letter.isdigit() for letter in choice):
        return choice
    return choice[:1].upper() + choice[1:].replace("_", " ")


def settings_of(part: Any) -> dict[str, Setting]:
    """The settings of a spec part or catalogue entry (class or instance), in declared order."""
    return {f.name: f.metadata["setting"] for f in fields(part) if "setting" in f.metadata}


class Entry:
    """Base of everything in the catalogue. The class attributes are set by `Registry.add`.

    `formula` is plain Unicode mathematics, `advice` one or two sentences for a learner, `torch`
    the equivalent PyTorch expression (empty if there is none), `source` a paper or chapter.
    """

    registry: ClassVar[Registry[Any]]
    key: ClassVar[str] = ""
    label: ClassVar[str] = ""
    formula: ClassVar[str] = ""
    advice: ClassVar[str] = ""
    torch: ClassVar[str] = ""
    source: ClassVar[str] = ""


E = TypeVar("E", bound=Entry)


class Registry(Generic[E]):
    """An ordered mapping from key to entry class: one dropdown of the application."""

    def __init__(self, name: str, base: type[E]) -> None:
        self.name = name
        self.base = base
        self._entries: dict[str, type[E]] = {}
        base.registry = self

    @dataclass_transform(frozen_default=True)
    def add(
        self,
        key: str,
        *,
        label: str,
        formula: str,
        advice: str = "",
        torch: str = "",
        source: str = "",
    ) -> Callable[[type[E]], type[E]]:
        """Class decorator: make the class a frozen dataclass and register it as `key`."""

        def register(cls: type[E]) -> type[E]:
            if key in self._entries:
                raise ValueError(f"{self.name} {key!r} is registered twice")
            cls.key, cls.label, cls.formula = key, label, formula
            cls.advice, cls.torch, cls.source = advice, torch, source
            self._entries[key] = dataclass(frozen=True)(cls)
            return cls

        return register

    def __getitem__(self, key: str) -> type[E]:
        try:
            return self._entries[key]
        except KeyError:
            near = difflib.get_close_matches(str(key), self._entries, n=1)
            raise KeyError(self._unknown(key, near)) from None

    def _unknown(self, key: str, near: list[str]) -> Message:
        kind = Message(self.name)
        if near:
            return Message(
                "unknown {kind} {key!r}; did you mean {near!r}?", kind=kind, key=key, near=near[0]
            )
        return Message(
            "unknown {kind} {key!r} (choose from {keys})", kind=kind, key=key, keys=", ".join(self)
        )

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)

    def __contains__(self, key: object) -> bool:
        return key in self._entries

    def entries(self) -> Iterator[type[E]]:
        return iter(self._entries.values())
