"""Changes of bytes, drawn from a seed."""

from __future__ import annotations

import random

TOKENS = (
    *(b"\x00", b"\xff\xff\xff\xff", b"\x7f\xff\xff\xff", b"\r", b'"', b"{", b"[" * 300, b"}", b","),
    *(b"NaN", b"-1", b"1e999", b"9" * 400, b"null", b"true", b"\xe9", b"((((", b"^9^9^9", b"\n"),
)


def mutated(data: bytes, chance: random.Random) -> bytes:
    """The data with one to eight changes."""
    changed = bytearray(data)
    for _ in range(chance.choice((1, 1, 1, 2, 3, 8))):
        if not changed:
            break
        i = chance.randrange(len(changed))
        j = min(len(changed), i + chance.choice((1, 2, 4, 16, 200)))
        match chance.randrange(6):
            case 0:
                changed[i] = chance.randrange(256)
            case 1:
                changed[i] ^= 1 << chance.randrange(8)
            case 2:
                del changed[i:j]
            case 3:
                changed[i:i] = changed[i:j] * chance.choice((1, 2, 50))
            case 4:
                changed[i:j] = chance.choice(TOKENS)
            case _:
                del changed[i:]
    return bytes(changed)
