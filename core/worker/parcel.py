"""Messages that may hold large arrays, across a pipe: the arrays are not copied on the way in.

A pickle of a table would take its memory once more, and the interpreter for as long as that takes.
"""

from __future__ import annotations

import pickle
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any, NamedTuple

# Smaller arrays are pickled like everything else.
LARGE = 1 << 20
# Large ones cross the pipe in pieces: the receiver holds each of them twice for a moment.
PIECE = 1 << 20


class Parcel(NamedTuple):
    """A pickled message, and the large arrays that it leaves out, as bytes."""

    packed: bytes
    buffers: tuple[memoryview, ...]


@dataclass(frozen=True)
class Announced:
    """The message itself, with the sizes of the buffers that follow it."""

    packed: bytes
    sizes: tuple[int, ...]


def parcel(message: Any) -> Parcel:
    """Pack a message. Its large arrays must not change any more."""
    buffers: list[memoryview] = []

    def keep(buffer: pickle.PickleBuffer) -> bool:
        raw = buffer.raw()
        if raw.nbytes < LARGE:
            return True  # to be pickled
        buffers.append(raw)
        return False

    packed = pickle.dumps(message, pickle.HIGHEST_PROTOCOL, buffer_callback=keep)
    return Parcel(packed, tuple(buffers))


def send_parcel(sink: Connection, sent: Parcel) -> None:
    """Raises OSError where the other end is gone."""
    if not sent.buffers:
        sink.send_bytes(sent.packed)
        return
    sizes = tuple(buffer.nbytes for buffer in sent.buffers)
    sink.send_bytes(pickle.dumps(Announced(sent.packed, sizes), pickle.HIGHEST_PROTOCOL))
    for buffer in sent.buffers:
        for start in range(0, buffer.nbytes, PIECE):
            sink.send_bytes(buffer[start : start + PIECE])


def receive_parcel(source: Connection) -> Any:
    """The next message. Raises EOFError or OSError where there are no more."""
    message = pickle.loads(source.recv_bytes())
    if not isinstance(message, Announced):
        return message
    buffers = []
    for size in message.sizes:
        room = bytearray(size)
        for start in range(0, size, PIECE):
            source.recv_bytes_into(room, start)
        buffers.append(room)
    return pickle.loads(message.packed, buffers=buffers)
