"""Colours, fonts and spacing in one place; light and dark."""

from __future__ import annotations

import sys
from dataclasses import asdict, dataclass, replace
from functools import cache, lru_cache
from pathlib import Path

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QColor, QFontInfo, QGuiApplication, QIcon, QPainter, QPalette, QPixmap
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QApplication

from ui.stylesheet import SHEET

SPACE = (4, 8, 12, 16)
RADIUS = 8
CONTROL_COLUMN = 276
LABEL_WIDTH = 84
FONT_POINTS = 9
# Least contrast of words with what they are on (WCAG 2.2, level AA).
READABLE = 4.5
# Sans-serif fonts with Hangul of Linux, macOS and Windows: a system's first one may be too thin.
HANGUL_FAMILIES = (
    "Noto Sans CJK KR",
    "Noto Sans KR",
    "NanumBarunGothic",
    "NanumGothic",
    "Apple SD Gothic Neo",
    "Malgun Gothic",
)
ICONS = Path(__file__).resolve().parent.parent / "resources" / "icons"
ICON_SIZE = 16


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
    pin0: str
    pin1: str
    pin2: str
    pin3: str
    pin4: str
    pin5: str
    depth: tuple[str, ...]
    # Colours of compared runs, distinguishable from each other and from text with every kind of
    # colour vision; found by maximising the smallest difference.
    runs: tuple[str, ...]
    # Factors on the size of type and on the width of lines in plots.
    type_scale: float = 1.0
    line_scale: float = 1.0

    def pin(self, slot: int) -> QColor:
        """The colour of a pinned run: one of six, distinguishable from each other and from the
        current run with every kind of colour vision."""
        return QColor(getattr(self, f"pin{slot}"))

    def layer_colors(self, n: int) -> list[QColor]:
        """One colour per layer along the depth ramp, resampled for n layers."""
        return list(_resampled(self.depth, n))


@lru_cache(64)
def _resampled(colors: tuple[str, ...], n: int) -> tuple[QColor, ...]:
    ramp = [QColor(color) for color in colors]
    return tuple(_along(ramp, i / (n - 1) if n > 1 else 0.0) for i in range(n))


def _along(ramp: list[QColor], share: float) -> QColor:
    position = share * (len(ramp) - 1)
    i = min(int(position), len(ramp) - 2)
    return blend(ramp[i], ramp[i + 1], position - i)


def blend(a: QColor | str, b: QColor | str, share: float) -> QColor:
    """The colour that lies `share` of the way from a to b."""
    mixed = (x + share * (y - x) for x, y in zip(channels(a), channels(b), strict=True))
    return QColor.fromRgbF(*mixed)


def channels(color: QColor | str) -> tuple[float, float, float]:
    """Red, green and blue, each from 0 to 1."""
    color = QColor(color)
    return color.redF(), color.greenF(), color.blueF()


def contrast(a: QColor | str, b: QColor | str) -> float:
    """The contrast ratio of two colours, from 1 to 21 (WCAG 2.2, "contrast ratio")."""
    low, high = sorted((_luminance(a), _luminance(b)))
    return (high + 0.05) / (low + 0.05)


def _luminance(color: QColor | str) -> float:
    linear = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels(color))
    return sum(share * c for share, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def readable(color: QColor | str, surface: str, text: str) -> QColor:
    """A colour for words on a surface: as much like `text` as it takes to be readable."""
    mixed = (blend(color, text, step / 10) for step in range(10))
    return next((c for c in mixed if contrast(c, surface) >= READABLE), QColor(text))


DARK = Theme(
    name="dark", background="#14171c", card="#20242c", field="#14171b", border="#2c313a",
    grid="#2a2f38", text="#e6e9ee", muted="#8d96a5", accent="#4c9ffe", accent_text="#08131f",
    train="#4c9ffe", validation="#e8a33d", ghost="#6b7280", negative="#e8743d", positive="#4c9ffe",
    good="#4cc79f", warning="#e8a33d", bad="#ef5f6b",
    pin0="#c560c8", pin1="#53c99c", pin2="#f9ffb2", pin3="#d9532a", pin4="#c2f3f3", pin5="#dbb8fb",
    depth=("#7d57d6", "#4683e6", "#2ea3cc", "#2bbb98", "#86c95f", "#ecc546"),
    runs=("#4c9ffe", "#e8a33d", "#8eeb9b", "#ce8dca", "#257e49", "#c63984", "#6d7e25", "#ac4db2"),
)  # fmt: skip

LIGHT = Theme(
    name="light", background="#f2f3f6", card="#ffffff", field="#f3f4f6", border="#dfe3e9",
    grid="#eceef2", text="#171c24", muted="#626c7c", accent="#2563eb", accent_text="#ffffff",
    train="#2563eb", validation="#b45309", ghost="#848c99", negative="#c2500c", positive="#2563eb",
    good="#0b8468", warning="#b45309", bad="#b3123a",
    pin0="#a02fc0", pin1="#0a7d5a", pin2="#8a1538", pin3="#1b2a6b", pin4="#155e75", pin5="#111827",
    depth=("#4a2fa5", "#2f5fc4", "#1583ab", "#0f957a", "#5b9c3a", "#b58b0c"),
    runs=("#2563eb", "#b45309", "#1da565", "#9572ca", "#632903", "#ca72a1", "#65188b", "#0505bd"),
)  # fmt: skip

_current = LIGHT
# Legible from the last row of a lecture hall.
LECTURE_TYPE, LECTURE_LINES = 1.25, 1.8


def for_lecture(theme: Theme) -> Theme:
    """A theme for lectures: larger type, thicker lines, and more contrast to the background."""
    background = "#ffffff" if theme.name == "light" else "#000000"
    text = "#000000" if theme.name == "light" else "#ffffff"
    return replace(
        theme,
        background=background,
        card=background,
        text=text,
        muted=blend(theme.muted, text, 0.6).name(),
        border=blend(theme.border, text, 0.3).name(),
        grid=blend(theme.grid, text, 0.12).name(),
        type_scale=LECTURE_TYPE,
        line_scale=LECTURE_LINES,
    )


def current() -> Theme:
    """The current theme, for widgets that paint themselves."""
    return _current


def system_theme() -> Theme:
    """The desktop's theme; light if unknown."""
    hints = QGuiApplication.styleHints()
    # A theme set by the user would otherwise be reported as the desktop's.
    hints.unsetColorScheme()
    return DARK if hints.colorScheme() == Qt.ColorScheme.Dark else LIGHT


def apply(app: QApplication, theme: Theme) -> None:
    """Apply a theme to the whole application; may be called at any time."""
    global _current
    _current = theme
    if not app.styleSheet():
        app.setStyle("Fusion")
    font = app.font()
    # A point is one pixel on macOS, 96/72 of one elsewhere.
    points = FONT_POINTS * theme.type_scale
    font.setPointSizeF(points * 96 / 72 if sys.platform == "darwin" else points)
    font.setFamilies([QFontInfo(font).family(), *HANGUL_FAMILIES])
    app.setFont(font)
    _dress_native_parts(theme)
    app.setPalette(palette(theme))
    app.setStyleSheet(stylesheet(theme))


def _dress_native_parts(theme: Theme) -> None:
    """Set the colour scheme of the system's title bars, scroll bars and dialogs."""
    hints = QGuiApplication.styleHints()
    is_dark, wanted = hints.colorScheme() == Qt.ColorScheme.Dark, theme.name == "dark"
    if is_dark != wanted:
        hints.setColorScheme(Qt.ColorScheme.Dark if wanted else Qt.ColorScheme.Light)


def palette(theme: Theme) -> QPalette:
    """The palette for plain widgets and the style."""
    Role = QPalette.ColorRole
    roles = {
        Role.Window: theme.background, Role.WindowText: theme.text,
        Role.Base: theme.field, Role.AlternateBase: theme.card, Role.Text: theme.text,
        Role.Button: theme.card, Role.ButtonText: theme.text, Role.BrightText: theme.bad,
        Role.ToolTipBase: theme.card, Role.ToolTipText: theme.text,
        Role.Highlight: theme.accent, Role.HighlightedText: theme.accent_text,
        Role.Link: theme.accent, Role.LinkVisited: theme.accent,
        Role.PlaceholderText: theme.muted, Role.Accent: theme.accent,
        Role.Mid: theme.border, Role.Midlight: theme.border, Role.Dark: theme.border,
        Role.Light: theme.card, Role.Shadow: theme.background,
    }  # fmt: skip
    result = QPalette()
    for role, color in roles.items():
        result.setColor(role, QColor(color))
    faint = QColor(_derived(theme)["disabled"])
    for role in (Role.WindowText, Role.Text, Role.ButtonText):
        result.setColor(QPalette.ColorGroup.Disabled, role, faint)
    return result


def stylesheet(theme: Theme) -> str:
    """The style sheet with the theme's colours."""
    return SHEET.substitute(asdict(theme), **_derived(theme), icons=sheet_icons(theme).as_posix())


def sheet_icons(theme: Theme) -> Path:
    """The folder with the icons of the style sheet, which can refer to files only. They are made by
    `python -m scripts.sheet_icons`."""
    return ICONS / "sheet" / (f"{theme.name}-lecture" if theme.line_scale > 1 else theme.name)


def sheet_icon_files(theme: Theme) -> dict[str, bytes]:
    """The icons of the style sheet in a theme's colours, by file name."""
    faint = _derived(theme)["disabled"]
    colors = {
        "check": theme.accent_text, "tick": theme.text, "close": theme.muted,
        "chevron-down": theme.muted, "chevron-up": theme.muted, "chevron-right": theme.muted,
        "chevron-down-off": faint, "chevron-up-off": faint,
    }  # fmt: skip
    return {
        f"{name}.svg": _svg("check" if name == "tick" else name.removesuffix("-off"), color)
        for name, color in colors.items()
    }


def _derived(theme: Theme) -> dict[str, str]:
    """Colours derived from the theme: of states, edges and floating surfaces."""

    def shade(of: str, towards: str, share: float) -> str:
        return blend(of, towards, share).name()

    return {
        "raised": shade(theme.card, theme.text, 0.03) if theme.name == "dark" else theme.card,
        "hover": shade(theme.card, theme.text, 0.09),
        "pressed": shade(theme.card, theme.text, 0.14),
        "edge": shade(theme.border, theme.text, 0.18),
        "track": shade(theme.border, theme.text, 0.06),
        "disabled": shade(theme.card, theme.muted, 0.6),
        "accent_hover": shade(theme.accent, "#ffffff", 0.12),
        "accent_pressed": shade(theme.accent, "#000000", 0.12),
    }


def _svg(name: str, color: str) -> bytes:
    return (ICONS / f"{name}.svg").read_bytes().replace(b"currentColor", color.encode())


@cache
def icon(name: str, theme: Theme, role: str = "text") -> QIcon:
    """The icon of that name in the theme's colour for `role`; faint where disabled."""
    result = QIcon()
    shades = {QIcon.Mode.Normal: getattr(theme, role), QIcon.Mode.Disabled: theme.border}
    for mode, color in shades.items():
        for scale in (1, 2, 3):
            result.addPixmap(pixmap(name, color, ICON_SIZE, scale), mode)
    return result


def pixmap(name: str, color: str, size: int, scale: float) -> QPixmap:
    """An icon of `size` logical pixels, rendered for a screen of that scale."""
    image = QPixmap(round(size * scale), round(size * scale))
    image.fill(Qt.GlobalColor.transparent)
    with QPainter(image) as painter:
        draw_icon(painter, name, color, QRectF(0, 0, image.width(), image.height()))
    image.setDevicePixelRatio(scale)
    return image


def draw_icon(painter: QPainter, name: str, color: str, where: QRectF) -> None:
    """Paint an icon with a painter, sharp at any scale."""
    _renderer(name, color).render(painter, where)


@cache
def _renderer(name: str, color: str) -> QSvgRenderer:
    return QSvgRenderer(QByteArray(_svg(name, color)))
