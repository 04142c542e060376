"""Colours, fonts and spacing in one place; light and dark."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtGui import QColor

SPACE = (4, 8, 12, 16)
RADIUS = 8
CONTROL_COLUMN = 276
LABEL_WIDTH = 84


@dataclass(frozen=True)
class Theme:
    """Every colour of the application, by role. Hex strings."""

    name: str
    background: str
    card: str
    field: str
    border: str
    grid: str
    text: str
    muted: str
    accent: str
    accent_text: str
    train: str
    validation: str
    ghost: str
    negative: str
    positive: str
    good: str
    warning: str
    bad: str
    depth: tuple[str, ...]

    def layer_colors(self, n: int) -> list[QColor]:
        """One colour per layer along the depth ramp, resampled for n layers."""
        ramp = [QColor(c) for c in self.depth]
        if n == 1:
            return [ramp[0]]
        return [_along(ramp, i / (n - 1)) for i in range(n)]


def _along(ramp: list[QColor], share: float) -> QColor:
    position = share * (len(ramp) - 1)
    i = min(int(position), len(ramp) - 2)
    f = position - i
    a, b = ramp[i], ramp[i + 1]
    return QColor.fromRgbF(
        a.redF() + f * (b.redF() - a.redF()),
        a.greenF() + f * (b.greenF() - a.greenF()),
        a.blueF() + f * (b.blueF() - a.blueF()),
    )


DARK = Theme(
    name="dark", background="#14171c", card="#20242c", field="#14171b", border="#2c313a",
    grid="#2a2f38", text="#e6e9ee", muted="#8d96a5", accent="#4c9ffe", accent_text="#ffffff",
    train="#4c9ffe", validation="#e8a33d", ghost="#6b7280", negative="#e8743d", positive="#4c9ffe",
    good="#3fb68b", warning="#e8a33d", bad="#ef5f6b",
    depth=("#5b3fb5", "#3f6fd1", "#2b9bc2", "#27b394", "#7cc15a", "#e0b83a"),
)  # fmt: skip

LIGHT = Theme(
    name="light", background="#f2f3f6", card="#ffffff", field="#f3f4f6", border="#dfe3e9",
    grid="#eceef2", text="#171c24", muted="#626c7c", accent="#2563eb", accent_text="#ffffff",
    train="#2563eb", validation="#b45309", ghost="#9aa1ac", negative="#c2500c", positive="#2563eb",
    good="#15803d", warning="#b45309", bad="#c62838",
    depth=("#4a2fa5", "#2f5fc4", "#1583ab", "#0f957a", "#5b9c3a", "#b98f10"),
)  # fmt: skip
