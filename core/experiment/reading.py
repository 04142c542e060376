"""Reads plain data into frozen dataclasses, by the types and settings of their fields.

`Reader` checks everything and collects all problems as "path: message", so that they can be
reported at once.
"""

from __future__ import annotations

import difflib
import math
import re
import types
import typing
from collections.abc import Iterable
from dataclasses import fields, is_dataclass, replace
from functools import cache
from numbers import Integral, Real
from typing import Any

from core.base.errors import UserError
from core.base.registry import Entry, Setting
from core.base.strings import is_unicode
from core.base.translation import Message, joined
from core.catalogue.activations import ACTIVATIONS
from core.catalogue.blocks import BLOCKS
from core.catalogue.losses import OUTPUTS

# Other JSON readers store integers as float64, which is exact up to here.
LARGEST_WHOLE = 2**53
# More layers than this could not be shown or trained in reasonable time.
MOST_ITEMS = 1000
# Unknown settings of one part that are named; a file that is something else may have a million.
MOST_UNKNOWN = 20


class SpecError(UserError):
    """An experiment that cannot be read; `problems` lists each as "path: message"."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__(joined("\n", problems))
        self.problems = problems


class Reader:
    """Reads values by their declared types and collects problems.

    Every method returns a usable value, the default for an invalid one, so that reading continues.
    """

    def __init__(self) -> None:
        self.problems: list[str] = []

    def fail(self, path: str, message: str) -> None:
        self.problems.append(joined(": ", [path or Message("experiment"), message]))

    def faulty(self, paths: Iterable[str]) -> bool:
        """Whether there is a problem at, below or above any of the paths."""
        found = [problem.split(": ", 1)[0] for problem in self.problems]
        return any(_related(place, path) for place in found for path in paths)

    def part(self, raw: object, default: Any, path: str, known: tuple[str, ...] = ()) -> Any:
        """A spec part or entry like `default`, with the settings in `raw`."""
        if not isinstance(raw, dict):
            self.fail(
                path, Message("must be an object with settings, not {value}", value=shown(raw))
            )
            return default
        declared = {item.name: item for item in fields(default)}
        unknown = [name for name in raw if name not in declared and name not in known]
        for name in unknown[:MOST_UNKNOWN]:
            problem = joined("", [Message("unknown setting"), nearest(name, declared)])
            self.fail(join(path, _shown_key(name)), problem)
        if more := len(unknown[MOST_UNKNOWN:]):
            self.fail(path, Message("has {count:,} more unknown settings", count=more))
        kinds = _kinds(type(default))
        given = {}
        for name, item in declared.items():
            if name in raw:
                setting = item.metadata.get("setting", Setting())
                place = join(path, name)
                given[name] = self.value(
                    raw[name], kinds[name], setting, getattr(default, name), place
                )
        return replace(default, **given)

    def value(self, raw: object, kind: Any, setting: Setting, default: Any, path: str) -> Any:
        """A value of the annotated type `kind`."""
        if typing.get_origin(kind) in (typing.Union, types.UnionType):
            if raw is None:
                return None
            (kind,) = (each for each in typing.get_args(kind) if each is not types.NoneType)
        if typing.get_origin(kind) is tuple:
            return self.items(raw, typing.get_args(kind), setting, default, path)
        if issubclass(kind, Entry):
            return self.entry(raw, kind, default, path)
        if is_dataclass(kind):
            return self.part(raw, default, path)
        read = {bool: self.flag, str: self.text, int: self.whole, float: self.real}[kind]
        return read(raw, setting, default, path)

    def items(
        self, raw: object, kinds: tuple[Any, ...], setting: Setting, default: Any, path: str
    ) -> Any:
        """A list of any length where `kinds` ends with an ellipsis, else one of exactly those."""
        if not isinstance(raw, (list, tuple)):
            self.fail(path, Message("must be a list, not {value}", value=shown(raw)))
            return default
        if len(raw) > MOST_ITEMS:
            problem = Message(
                "has {count:,} items; {most:,} are the most", count=len(raw), most=MOST_ITEMS
            )
            self.fail(path, problem)
            return default
        if kinds[-1] is Ellipsis:
            kinds = kinds[:1] * len(raw)
        elif len(raw) != len(kinds):
            problem = Message(
                "must have {needed} items, not {given}", needed=len(kinds), given=len(raw)
            )
            self.fail(path, problem)
            return default
        return tuple(
            self.value(item, kind, setting, None, f"{path}[{i}]")
            for i, (item, kind) in enumerate(zip(raw, kinds, strict=True))
        )

    def entry(self, raw: object, base: type[Entry], default: Any, path: str) -> Any:
        registry = base.registry
        if registry is BLOCKS and _is_number(raw):
            raw = {"key": "dense", "units": raw}
        if isinstance(raw, str):
            raw = {"key": raw}
        if not isinstance(raw, dict):
            kind = Message(registry.name)
            problem = Message('must name a {kind} or be an object with a "key"', kind=kind)
            self.fail(path, problem)
            return default
        if "key" in raw:
            found = self.named(raw["key"], registry, path)
            if found is None:
                return default
            default = found
        elif default is None:
            problem = Message("is missing (choose from {keys})", keys=", ".join(registry))
            self.fail(join(path, "key"), problem)
            return None
        return self.part(raw, default, path, known=("key",))

    def named(self, key: object, registry: Any, path: str) -> Entry | None:
        """The entry of that key with its defaults."""
        if not isinstance(key, str):
            self.fail(join(path, "key"), Message("must be text, not {value}", value=shown(key)))
        elif registry is ACTIVATIONS and key not in ACTIVATIONS and key in OUTPUTS:
            problem = Message("{key!r} is an output function only (see network.output)", key=key)
            self.fail(path, problem)
        else:
            try:
                return registry[key if key in registry else _clipped(key)]()
            except KeyError as error:
                self.fail(path, error.args[0])
        return None

    def flag(self, raw: object, setting: Setting, default: Any, path: str) -> Any:
        if isinstance(raw, bool):
            return raw
        self.fail(path, Message("must be true or false, not {value}", value=shown(raw)))
        return default

    def text(self, raw: object, setting: Setting, default: Any, path: str) -> Any:
        if not isinstance(raw, str):
            self.fail(path, Message("must be text, not {value}", value=shown(raw)))
        elif setting.choices and raw not in setting.choices:
            problem = Message("must be one of {choices}", choices=", ".join(setting.choices))
            self.fail(path, joined("", [problem, nearest(raw, setting.choices)]))
        elif not is_unicode(raw):
            problem = Message("is not Unicode text; a file with such a name has to be renamed")
            self.fail(path, problem)
        else:
            return raw
        return default

    def whole(self, raw: object, setting: Setting, default: Any, path: str) -> Any:
        if not _is_number(raw) or not _is_finite(raw) or raw != int(raw):
            self.fail(path, Message("must be a whole number, not {value}", value=shown(raw)))
        elif self.within(int(raw), setting, path, LARGEST_WHOLE):
            return int(raw)
        return default

    def real(self, raw: object, setting: Setting, default: Any, path: str) -> Any:
        if not _is_number(raw) or not _is_finite(raw):
            self.fail(path, Message("must be a finite number, not {value}", value=shown(raw)))
        elif self.within(float(raw), setting, path, math.inf):
            return float(raw)
        return default

    def within(self, number: float, setting: Setting, path: str, limit: float) -> bool:
        low = -limit if setting.low is None else setting.low
        high = limit if setting.high is None else setting.high
        if number < low:
            self.fail(path, Message("must be ≥ {bound}", bound=f"{low:.15g}"))
        elif number > high:
            self.fail(path, Message("must be ≤ {bound}", bound=f"{high:.15g}"))
        return low <= number <= high


def join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def shown(raw: object) -> str:
    """A value for a message: short and not nested."""
    if raw is None or isinstance(raw, bool):
        return {None: "null", True: "true", False: "false"}[raw]
    if isinstance(raw, str):
        return repr(_clipped(raw))
    if isinstance(raw, Integral) and abs(int(raw)) > LARGEST_WHOLE:
        return Message("such a large number")
    if isinstance(raw, Real):
        return str(raw)
    if isinstance(raw, (list, tuple)):
        return Message("a list")
    return Message("an object") if isinstance(raw, dict) else type(raw).__name__


def nearest(name: object, known: Iterable[str]) -> str:
    """A suggestion of a similar name, to append to a message; empty if there is none."""
    near = difflib.get_close_matches(_clipped(str(name)), list(known), n=1)
    return Message("; did you mean {name!r}?", name=near[0]) if near else ""


@cache
def _kinds(part: type) -> dict[str, Any]:
    return typing.get_type_hints(part)


def _is_number(raw: object) -> typing.TypeGuard[Any]:
    return isinstance(raw, Real) and not isinstance(raw, bool)


def _is_finite(number: Any) -> bool:
    try:
        return math.isfinite(number)
    except OverflowError:
        return False


def _related(one: str, other: str) -> bool:
    short, long = sorted((one, other), key=len)
    return short in ("experiment", long) or long.startswith((f"{short}.", f"{short}["))


def _clipped(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:40]}…"


def _shown_key(name: object) -> str:
    if not isinstance(name, str):
        return shown(name)
    return _clipped(name) if re.fullmatch(r"[\w-]+", name) else repr(_clipped(name))
