"""Experiments carried by pictures."""

import io
import struct
import zlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from PySide6.QtGui import QImage

from core.base.png import SIGNATURE, text_in_png, write_png
from core.experiment.files import read_experiment
from core.experiment.reading import SpecError
from core.experiment.serialization import dumps
from core.experiment.spec import ExperimentSpec


def picture(tmp_path, text: str | None):
    path = tmp_path / "picture.png"
    image = QImage(8, 8, QImage.Format.Format_RGB32)
    image.fill(0)
    if text is not None:
        image.setText("spec", text)
    assert image.save(str(path))
    return path


@pytest.mark.parametrize("title", ["", "plain", "naïve", "활성화 함수 η→0", "x" * 5000])
def test_a_picture_of_the_first_version_gives_its_experiment_back(tmp_path, title):
    spec = ExperimentSpec(title=title, seed=7)
    assert read_experiment(picture(tmp_path, dumps(spec))) == spec


def test_a_picture_without_experiment_is_told_so(tmp_path):
    with pytest.raises(SpecError, match="contains no experiment"):
        read_experiment(picture(tmp_path, None))


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def with_chunks(*chunks: bytes, before: bool = True) -> bytes:
    """A picture of one pixel, with chunks before or behind the pixels."""
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0))
    pixels = chunk(b"IDAT", zlib.compress(b"\0\1\2\3"))
    parts = (*chunks, pixels) if before else (pixels, *chunks)
    return SIGNATURE + header + b"".join(parts) + chunk(b"IEND", b"")


@given(st.text(max_size=200), st.booleans())
def test_every_kind_of_text_chunk_is_read_wherever_it_stands(text, before):
    utf8 = text.encode("utf-8", "replace")
    expected = utf8.decode()
    plain = chunk(b"iTXt", b"spec\0\0\0\0\0" + utf8)
    packed = chunk(b"iTXt", b"spec\0\1\0\0\0" + zlib.compress(utf8))
    for each in (plain, packed):
        assert text_in_png(with_chunks(each, before=before), "spec") == expected
    latin = text.encode("latin-1", "replace")
    old = (b"tEXt", b"spec\0" + latin), (b"zTXt", b"spec\0\0" + zlib.compress(latin))
    for kind, body in old:
        data = with_chunks(chunk(kind, body), before=before)
        assert text_in_png(data, "spec") == latin.decode("latin-1")


def test_text_longer_than_a_megabyte_is_read():
    text = "0.25 " * 400_000
    data = write_png(np.zeros((2, 2, 3), np.uint8), {"spec": text})
    assert text_in_png(data, "spec") == text


@given(st.binary(max_size=300))
def test_garbage_is_no_text_but_no_crash(data):
    text_in_png(SIGNATURE + data, "spec")
    for kind, head in ((b"tEXt", b""), (b"zTXt", b""), (b"iTXt", b""), (b"zTXt", b"\0")):
        text_in_png(with_chunks(chunk(kind, b"spec\0" + head + data)), "spec")
        text_in_png(with_chunks(chunk(kind, data), before=False), "spec")


@given(st.data())
def test_a_damaged_picture_is_no_crash(data):
    whole = write_png(np.arange(300, dtype=np.uint8).reshape(10, 10, 3), {"spec": "é" * 300})
    at = data.draw(st.integers(0, len(whole) - 1))
    broken = bytearray(whole)
    broken[at] ^= data.draw(st.integers(1, 255))
    text_in_png(bytes(broken), "spec")
    text_in_png(whole[:at], "spec")


def test_a_written_picture_keeps_its_pixels_its_resolution_and_its_text():
    pixels = np.random.default_rng(1).integers(0, 256, (5, 7, 3), np.uint8)
    data = write_png(pixels, {"spec": "η → 0", "Title": "x"}, 192)
    with Image.open(io.BytesIO(data)) as picture:
        assert (np.asarray(picture) == pixels).all()
        assert picture.info["dpi"] == pytest.approx((192, 192), abs=0.1)
    assert text_in_png(data, "spec") == "η → 0"
    assert QImage.fromData(data).text("Title") == "x"
    assert QImage.fromData(data).text("spec") == "η → 0"
