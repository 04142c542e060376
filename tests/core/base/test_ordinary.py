"""Files are read to their end, and one without an end is no reason to wait."""

from __future__ import annotations

import threading
from contextlib import suppress
from pathlib import Path

import pytest

from core.base.ordinary import TooLarge, ordinary_bytes

LOG = Path("/proc/kmsg")


def is_readable(path: Path) -> bool:
    with suppress(OSError), path.open("rb"):
        return True
    return False


def test_an_ordinary_file_is_read_whole_and_a_larger_one_not_at_all(tmp_path):
    file = tmp_path / "a"
    file.write_bytes(b"abc" * 100_000)
    assert ordinary_bytes(file, 300_000) == file.read_bytes()
    with pytest.raises(TooLarge):
        ordinary_bytes(file, 299_999)


@pytest.mark.skipif(not is_readable(LOG), reason="only root can read the log of the kernel")
def test_a_file_that_never_ends_is_not_waited_for():
    reading = threading.Thread(target=ordinary_bytes, args=(LOG, 1_000_000_000), daemon=True)
    reading.start()
    reading.join(10)
    assert not reading.is_alive()
