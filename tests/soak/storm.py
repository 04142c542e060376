"""Random actions of a hand on mouse and keyboard, drawn from a seed."""

from __future__ import annotations

import random
import subprocess
from collections.abc import Callable
from contextlib import suppress

# Without F11: lecture mode styles every widget anew, which Qt takes a second or two for when all of
# them are built, and nobody presses it ten times a minute.
KEYS = (
    *("space", "Tab", "shift+Tab", "Return", "Escape", "Escape", "Up", "Down", "Left", "Right"),
    *("Home", "End", "Prior", "Next", "Delete", "BackSpace", "a", "F1", "Menu"),
    *("ctrl+z", "ctrl+shift+z", "ctrl+e", "ctrl+o", "ctrl+s", "ctrl+r", "ctrl+c", "ctrl+v"),
    *("e", "n", "p", "r", "s", "F2", "ctrl+d", "ctrl+g", "ctrl+k", "ctrl+l", "ctrl+Return"),
    *("ctrl+Left", "ctrl+Right", "alt+Up", "alt+Down", "alt+Left", "alt+Delete", "ctrl+alt+o"),
    *("ctrl+shift+c", "ctrl+shift+e", "ctrl+shift+s", "ctrl+shift+v", "ctrl+alt+s"),
)
TEXTS = ("0", "0.5", "1e-3", "64", "-1", "999999999999", "x*sin(x)", "nan", "ümläut", "%s{}", ".")
SECONDS = 10.0


class Storm:
    """Acts on the window that fills the display, size (width, height) in pixels."""

    def __init__(self, seed: int, size: tuple[int, int]) -> None:
        self.random = random.Random(seed)
        self.size = size
        self.count = 0

    def act(self, window: int) -> None:
        """One random action. An open dialog or menu gets it, if it is in the way."""
        actions: tuple[tuple[int, Callable[[int], None]], ...] = (
            (8, self._click),
            (2, self._right_click),
            (2, self._double_click),
            (3, self._wheel),
            (3, self._drag),
            (6, self._key),
            (3, self._text),
            (3, self._page),
            (1, self._resize),
            (2, self._leave),
        )
        weights = [weight for weight, _ in actions]
        (_, action), *_ = self.random.choices(actions, weights)
        action(window)
        self.count += 1

    def _place(self) -> tuple[int, int]:
        width, height = self.size
        return self.random.randrange(width), self.random.randrange(height)

    def _click(self, window: int, button: int = 1, times: int = 1) -> None:
        self._move("click", "--repeat", times, "--delay", 20, button)

    def _right_click(self, window: int) -> None:
        self._click(window, button=3)

    def _double_click(self, window: int) -> None:
        self._click(window, times=2)

    def _wheel(self, window: int) -> None:
        self._click(window, self.random.choice((4, 5)), self.random.randint(1, 6))

    def _drag(self, window: int) -> None:
        x, y = self._place()
        self._move("mousedown", 1, "mousemove", x, y, "mouseup", 1)

    def _key(self, window: int) -> None:
        xdotool("key", self.random.choice(KEYS))

    def _text(self, window: int) -> None:
        xdotool("key", "ctrl+a", "type", "--delay", "1", self.random.choice(TEXTS))

    def _page(self, window: int) -> None:
        xdotool("key", f"ctrl+{self.random.randint(1, 4)}")

    def _resize(self, window: int) -> None:
        width, height = self.size
        share = self.random.uniform(0.6, 1.0)
        xdotool("windowsize", window, int(width * share), int(height * share))

    def _leave(self, window: int) -> None:
        """Close what is open, and start or pause training."""
        xdotool("key", "Escape", "Escape", "Escape", "ctrl+1", "space")

    def _move(self, *then: object) -> None:
        x, y = self._place()
        xdotool("mousemove", x, y, *then)


def xdotool(*arguments: object) -> str:
    """What xdotool answers; "" where it fails, as for a window that has just closed."""
    command = ["xdotool", *map(str, arguments)]
    with suppress(subprocess.TimeoutExpired):
        return subprocess.run(command, capture_output=True, text=True, timeout=SECONDS).stdout
    return ""
