"""Links: an experiment, or the settings of a lab, as a line of text to send or to click on.

playground:experiment/1/TOKEN and playground:lab/1/NAME/TOKEN. The number is the version, the token
JSON of what differs from the defaults, compressed with zlib and written in base64url. A link is
data only: reading one validates it as a file is validated, and executes nothing.
"""

from __future__ import annotations

import base64
import json
import re
import zlib
from dataclasses import dataclass, fields, is_dataclass
from typing import Any, TypeVar

from core.base.registry import Entry
from core.base.translation import Message
from core.experiment.reading import Reader, SpecError
from core.experiment.serialization import from_dict, parse
from core.experiment.spec import SCHEMA_VERSION, ExperimentSpec

SCHEME, VERSION = "playground", 1
EXPERIMENT, LAB = "experiment", "lab"
# Browsers and messengers pass on at least so many characters.
SAFE_LENGTH = 2_000
# The most points that can be drawn need about half of either.
LONGEST_LINK, LARGEST_CONTENT = 100_000, 500_000
TOO_LARGE = Message("link: is too large; save a file instead")

Settings = TypeVar("Settings")


@dataclass(frozen=True)
class LabLink:
    """The settings of a lab as a link has them, for `read_settings` to judge."""

    lab: str
    raw: Any


def is_link(text: str) -> bool:
    """Whether a text is meant as a link, right or wrong."""
    return text.lstrip(" \t\r\n<\"'").lower().startswith(f"{SCHEME}:")


def experiment_link(spec: ExperimentSpec) -> str:
    """The link of an experiment. Raises `SpecError` where it would be too large."""
    content = {"schema": SCHEMA_VERSION} | _differing(spec, ExperimentSpec())
    return _checked(f"{SCHEME}:{EXPERIMENT}/{VERSION}/{_packed(content)}")


def lab_link(lab: str, settings: Any) -> str:
    """The link of a lab's settings, a dataclass with defaults. Raises `SpecError`."""
    content = _differing(settings, type(settings)())
    return _checked(f"{SCHEME}:{LAB}/{VERSION}/{lab}/{_packed(content)}")


def read_link(text: str) -> ExperimentSpec | LabLink:
    """What a link stands for. Raises `SpecError` with every problem.

    White space, which mail programs insert, and quotes around it do not matter.
    """
    if len(text) > 2 * LONGEST_LINK:
        raise SpecError([TOO_LARGE])
    plain = re.sub(r"\s+", "", text).strip("<>\"'")
    scheme, _, rest = plain.partition(":")
    if scheme.lower() != SCHEME:
        raise SpecError([Message("link: must begin with {scheme}:", scheme=SCHEME)])
    kind, *parts = rest.strip("/").split("/")
    if kind not in (EXPERIMENT, LAB) or len(parts) != (2 if kind == EXPERIMENT else 3):
        raise SpecError([Message("link: is cut short, or was not made by Copy link")])
    _check_version(parts[0])
    raw = _unpacked(parts[-1])
    return from_dict(raw) if kind == EXPERIMENT else LabLink(parts[1], raw)


def read_settings(raw: Any, default: Settings) -> Settings:
    """Plain data as a dataclass of settings like `default`. Raises `SpecError`."""
    reader = Reader()
    try:
        made = reader.part(raw, default, "")
    except RecursionError:
        raise SpecError([Message("settings: are nested too deeply")]) from None
    if reader.problems:
        raise SpecError(reader.problems)
    return made


def _check_version(text: str) -> None:
    if not re.fullmatch(r"[1-9][0-9]{0,5}", text):
        raise SpecError([Message("link: has no version")])
    if int(text) > VERSION:
        problem = Message(
            "link: was made by a newer version; this one reads up to {version}", version=VERSION
        )
        raise SpecError([problem])


def _checked(link: str) -> str:
    if len(link) > LONGEST_LINK:
        raise SpecError([TOO_LARGE])
    return link


def _packed(content: Any) -> str:
    text = json.dumps(content, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()
    if len(text) > LARGEST_CONTENT:
        raise SpecError([TOO_LARGE])
    return base64.urlsafe_b64encode(zlib.compress(text, 9)).rstrip(b"=").decode()


def _unpacked(token: str) -> Any:
    """The plain data in a token; no more is unpacked than any link needs. Raises `SpecError`."""
    if len(token) > LONGEST_LINK:
        raise SpecError([TOO_LARGE])
    unpacking = zlib.decompressobj()
    try:
        packed = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
        text = unpacking.decompress(packed, LARGEST_CONTENT)
    except (ValueError, zlib.error):
        raise SpecError([Message("link: is damaged")]) from None
    if not unpacking.eof:
        large = len(text) == LARGEST_CONTENT
        raise SpecError([TOO_LARGE if large else Message("link: is cut short")])
    if unpacking.unused_data:
        raise SpecError([Message("link: has something behind its end")])
    return parse(text)


def _sparse(value: Any, default: Any) -> Any:
    """A setting as plain data, without what has its default."""
    if isinstance(value, Entry):
        settings = _differing(value, type(value)())
        return {"key": value.key} | settings if settings else value.key
    if is_dataclass(value):
        return _differing(value, default)
    if isinstance(value, (list, tuple)):
        return [_sparse(item, None) for item in value]
    return value


def _differing(part: Any, default: Any) -> dict[str, Any]:
    return {
        item.name: _sparse(getattr(part, item.name), getattr(default, item.name))
        for item in fields(part)
        if getattr(part, item.name) != getattr(default, item.name)
    }
