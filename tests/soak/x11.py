"""Asks a window over X11 whether it answers, and asks it to close, as a window manager does."""

from __future__ import annotations

import ctypes
import ctypes.util
import time
from ctypes import POINTER, Structure, byref, c_char_p, c_int, c_long, c_ulong, c_void_p

CLIENT_MESSAGE = 33
# Which of the two an answer to the root window is sent with depends on the version of Qt.
STRUCTURE_NOTIFY, SUBSTRUCTURE_NOTIFY = 1 << 17, 1 << 19
LOOK_SECONDS = 0.002


class ClientMessage(Structure):
    """XClientMessageEvent, padded to the size of XEvent."""

    _fields_ = (
        ("type", c_int),
        ("serial", c_ulong),
        ("send_event", c_int),
        ("display", c_void_p),
        ("window", c_ulong),
        ("message_type", c_ulong),
        ("format", c_int),
        ("data", c_long * 5),
        ("padding", c_long * 24),
    )


class Connection:
    """A connection to the X server of a display. Raises OSError where there is none.

    Qt answers _NET_WM_PING from the event loop of its window, behind the events that wait there:
    what is measured is how long a click would have waited.
    """

    def __init__(self, display: str) -> None:
        self._x = ctypes.CDLL(ctypes.util.find_library("X11") or "libX11.so.6")
        self._x.XOpenDisplay.restype = c_void_p
        self._x.XOpenDisplay.argtypes = [c_char_p]
        self._x.XInternAtom.restype = c_ulong
        self._x.XInternAtom.argtypes = [c_void_p, c_char_p, c_int]
        self._x.XDefaultRootWindow.restype = c_ulong
        self._x.XDefaultRootWindow.argtypes = [c_void_p]
        self._x.XSelectInput.argtypes = [c_void_p, c_ulong, c_long]
        self._x.XPending.argtypes = [c_void_p]
        self._x.XNextEvent.argtypes = [c_void_p, c_void_p]
        self._x.XFlush.argtypes = [c_void_p]
        self._x.XSendEvent.argtypes = [c_void_p, c_ulong, c_int, c_long, POINTER(ClientMessage)]
        # The window may close meanwhile: errors are not to end this process, as Xlib would.
        self._handler = ctypes.CFUNCTYPE(c_int, c_void_p, c_void_p)(lambda *_: 0)
        self._x.XSetErrorHandler(self._handler)
        self._display = self._x.XOpenDisplay(display.encode())
        if not self._display:
            raise OSError(f"no X server at {display}")
        self._root = self._x.XDefaultRootWindow(self._display)
        self._x.XSelectInput(self._display, self._root, STRUCTURE_NOTIFY | SUBSTRUCTURE_NOTIFY)
        self._stamp = 1

    def ping(self, window: int, timeout: float) -> float | None:
        """Seconds until a window answers; None where it does not within `timeout` seconds."""
        self._stamp += 1
        began = time.monotonic()
        self._send(window, b"_NET_WM_PING", self._stamp)
        while (passed := time.monotonic() - began) < timeout:
            if self._answered(self._stamp):
                return passed
            time.sleep(LOOK_SECONDS)
        return None

    def close_window(self, window: int) -> None:
        """Ask a window to close, as a click on its cross does."""
        self._send(window, b"WM_DELETE_WINDOW", 0)

    def _answered(self, stamp: int) -> bool:
        event, ping = ClientMessage(), self._atom(b"_NET_WM_PING")
        while self._x.XPending(self._display):
            self._x.XNextEvent(self._display, byref(event))
            if event.type == CLIENT_MESSAGE and list(event.data[:2]) == [ping, stamp]:
                return True
        return False

    def _send(self, window: int, protocol: bytes, stamp: int) -> None:
        event = ClientMessage(type=CLIENT_MESSAGE, window=window, format=32)
        event.message_type = self._atom(b"WM_PROTOCOLS")
        event.data[0], event.data[1], event.data[2] = self._atom(protocol), stamp, window
        self._x.XSendEvent(self._display, window, 0, 0, byref(event))
        self._x.XFlush(self._display)

    def _atom(self, name: bytes) -> int:
        return self._x.XInternAtom(self._display, name, 0)
