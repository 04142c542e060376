"""Colours can be read and told apart, by everyone; icons and the style sheet are complete."""

from __future__ import annotations

import re
from itertools import combinations, pairwise

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFont, QGuiApplication
from PySide6.QtWidgets import QApplication, QPushButton

from ui import theme as look
from ui.plots.run_styles import MOST_COLORS, run_colors
from ui.plots.style import PaintStyle
from ui.theme import DARK, LIGHT, Theme, contrast

THEMES = pytest.mark.parametrize("theme", [DARK, LIGHT], ids=lambda theme: theme.name)

# Machado, Oliveira & Fernandes 2009, severity 1, acting on linear RGB.
SIGHT = {
    "full": np.eye(3),
    "protanopia": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216],
         [-0.003882, -0.048116, 1.051998]]
    ),
    "deuteranopia": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413],
         [-0.011820, 0.042940, 0.968881]]
    ),
    "tritanopia": np.array(
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602],
         [0.004733, 0.691367, 0.303900]]
    ),
}  # fmt: skip
TO_XYZ = np.array(
    [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
) / np.array([[0.95047], [1.0], [1.08883]])


def linear(color: QColor | str) -> np.ndarray:
    value = np.array(look.channels(color))
    return np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)


def lab(color: QColor | str, sight: np.ndarray) -> np.ndarray:
    xyz = TO_XYZ @ np.clip(sight @ linear(color), 0, 1)
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def difference(a: QColor | str, b: QColor | str) -> float:
    """How far apart two colours look (CIE76) to whoever tells them apart worst."""
    return min(float(np.linalg.norm(lab(a, s) - lab(b, s))) for s in SIGHT.values())


@THEMES
def test_text_is_readable_on_every_surface(theme: Theme) -> None:
    for surface in (theme.background, theme.card, theme.field):
        assert contrast(theme.text, surface) >= 4.5
        assert contrast(theme.muted, surface) >= 4.5
        assert contrast(theme.accent, surface) >= 4.5
    assert contrast(theme.accent_text, theme.accent) >= 4.5


@THEMES
def test_coloured_words_are_readable_on_cards(theme: Theme, qapp: QApplication) -> None:
    style = PaintStyle(theme, QFont())
    roles = ("train", "validation", "ghost", "negative", "positive", "good", "warning", "bad")
    colors = [QColor(getattr(theme, role)) for role in roles]
    colors += [theme.pin(slot) for slot in range(6)]
    colors += [QColor(color) for color in (*theme.depth, *theme.runs)]
    for color in colors:
        ink = style.ink(color)
        assert contrast(ink, theme.card) >= 4.5
        if contrast(color, theme.card) >= 4.5:
            assert ink == color
        # Still recognised as the colour of its curve.
        assert difference(ink, color) < difference(ink, theme.text)


@THEMES
@pytest.mark.parametrize(
    "role",
    ["accent", "train", "validation", "ghost", "negative", "positive", "good", "warning", "bad"],
)
def test_data_stand_out_from_the_card(theme: Theme, role: str) -> None:
    assert contrast(getattr(theme, role), theme.card) >= 3


@THEMES
@pytest.mark.parametrize("layers", [1, 2, 6, 13])
def test_every_layer_stands_out_from_the_card(theme: Theme, layers: int) -> None:
    assert all(contrast(color, theme.card) >= 3 for color in theme.layer_colors(layers))


@THEMES
def test_colours_that_mean_something_are_distinct_for_everyone(theme: Theme) -> None:
    pairs = [
        (theme.train, theme.validation),
        (theme.negative, theme.positive),
        (theme.good, theme.warning),
        (theme.good, theme.bad),
        (theme.warning, theme.bad),
    ]
    assert min(difference(a, b) for a, b in pairs) >= 17


@THEMES
def test_neighbouring_layers_differ_for_everyone(theme: Theme) -> None:
    assert min(difference(a, b) for a, b in pairwise(theme.depth)) >= 6


@THEMES
def test_no_pinned_run_is_taken_for_the_output_layer_or_another_run(theme: Theme) -> None:
    pins = [theme.pin(slot) for slot in range(6)]
    assert min(difference(pin, theme.depth[-1]) for pin in pins) >= 18
    runs = [*pins, QColor(theme.train), QColor(theme.validation)]
    assert min(difference(a, b) for a, b in combinations(runs, 2)) >= 12


@THEMES
def test_the_runs_of_the_gallery_are_distinct_for_everyone(theme: Theme) -> None:
    colors = run_colors(theme, MOST_COLORS)
    assert len(colors) == MOST_COLORS
    assert min(difference(a, b) for a, b in combinations(colors, 2)) >= 20
    assert min(difference(color, theme.text) for color in colors) >= 20
    assert min(contrast(color, theme.card) for color in colors) >= 3


def test_layer_colours_span_the_whole_ramp_at_any_depth() -> None:
    for n in (2, 3, 6, 20):
        colors = DARK.layer_colors(n)
        assert len(colors) == n
        assert (colors[0].name(), colors[-1].name()) == (DARK.depth[0], DARK.depth[-1])


@THEMES
def test_style_sheet_is_filled_in_and_names_only_files_that_exist(
    theme: Theme, qapp: QApplication
) -> None:
    sheet = look.stylesheet(theme)
    assert "$" not in sheet
    files = re.findall(r'url\("(.*?)"\)', sheet)
    assert files
    assert all(look.Path(file).is_file() for file in files)


@pytest.mark.parametrize("lecture", [False, True])
@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.name)
def test_icons_of_the_style_sheet_have_the_colours_of_the_theme(
    theme: Theme, lecture: bool
) -> None:
    """After a change of colours: `python -m scripts.sheet_icons`."""
    theme = look.for_lecture(theme) if lecture else theme
    folder = look.sheet_icons(theme)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == (
        look.sheet_icon_files(theme)
    )


def test_switching_the_theme_changes_what_is_on_screen(qapp: QApplication, qtbot) -> None:
    button = QPushButton("Step")
    qtbot.addWidget(button)
    button.resize(80, 28)
    for theme in (DARK, LIGHT):
        look.apply(qapp, theme)
        assert look.current() is theme
        assert button.grab().toImage().pixelColor(20, 4).name() == theme.card
        assert qapp.palette().text().color().name() == theme.text


def test_native_parts_take_on_the_theme_and_are_given_back(qapp: QApplication, monkeypatch) -> None:
    class Hints:
        """A desktop that is light unless it is told otherwise."""

        asked = Qt.ColorScheme.Unknown

        def colorScheme(self) -> Qt.ColorScheme:
            known = self.asked != Qt.ColorScheme.Unknown
            return self.asked if known else Qt.ColorScheme.Light

        def setColorScheme(self, scheme: Qt.ColorScheme) -> None:
            self.asked = scheme

        def unsetColorScheme(self) -> None:
            self.asked = Qt.ColorScheme.Unknown

    hints = Hints()
    monkeypatch.setattr(QGuiApplication, "styleHints", lambda: hints)
    look.apply(qapp, DARK)
    assert hints.asked == Qt.ColorScheme.Dark
    assert look.system_theme() is LIGHT
    look.apply(qapp, LIGHT)
    assert hints.asked == Qt.ColorScheme.Unknown


def test_theme_follows_the_system(qapp: QApplication, monkeypatch: pytest.MonkeyPatch) -> None:
    class Hints:
        def __init__(self, scheme: Qt.ColorScheme) -> None:
            self.colorScheme = lambda: scheme
            self.unsetColorScheme = lambda: None

    for scheme, theme in [
        (Qt.ColorScheme.Dark, DARK),
        (Qt.ColorScheme.Light, LIGHT),
        (Qt.ColorScheme.Unknown, LIGHT),
    ]:
        monkeypatch.setattr(QGuiApplication, "styleHints", lambda scheme=scheme: Hints(scheme))
        assert look.system_theme() is theme


@pytest.mark.parametrize("name", sorted(p.stem for p in look.ICONS.glob("*.svg")))
def test_every_icon_paints_in_the_colour_of_the_theme(name: str, qapp: QApplication) -> None:
    for theme in (DARK, LIGHT):
        assert not look.icon(name, theme).isNull()
        image = look.pixmap(name, theme.text, size=24, scale=2).toImage()
        colors = {image.pixelColor(x, y).getRgb() for x in range(48) for y in range(48)}
        assert QColor(theme.text).getRgb() in colors
        assert (0, 0, 0, 0) in colors


def test_an_unknown_icon_is_an_error(qapp: QApplication) -> None:
    with pytest.raises(FileNotFoundError):
        look.icon("no-such-icon", DARK)
