"""Settings of a lesson's header, laid over others."""

from __future__ import annotations

from typing import Any


def merged(base: Any, over: Any) -> Any:
    """`base` with the settings in `over`. Another catalogue entry replaces the one of `base`, with
    its settings; a setting without a key changes it."""
    if isinstance(base, str) and isinstance(over, dict):
        base = {"key": base}
    if not isinstance(base, dict) or not isinstance(over, dict):
        return over
    if "key" in over and over["key"] != base.get("key"):
        return over
    return base | {name: merged(base.get(name), value) for name, value in over.items()}
