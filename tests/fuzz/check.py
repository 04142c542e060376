"""One input for one reader: a result or a clear refusal, soon and within little memory."""

from __future__ import annotations

import time
from pathlib import Path

from tests.fuzz.readers import READERS, REFUSALS

SECONDS = 2.0


def fault(name: str, data: bytes, folder: Path, limit: float = SECONDS) -> str:
    """What is wrong with how an input is read; "" if nothing."""
    reader = READERS[name]
    path = folder / f"input{reader.suffix}"
    path.write_bytes(data)
    began = time.process_time()
    try:
        reader.read(path)
    except REFUSALS as error:
        if not str(error).strip():
            return f"{type(error).__name__} without a word"
    except BaseException as error:
        return f"{type(error).__name__}: {error}"
    took = time.process_time() - began
    return f"took {took:.1f} s" if took > limit else ""
