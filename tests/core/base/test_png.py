"""Experiments carried by pictures."""

import struct
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtGui import QImage

from core.base.png import SIGNATURE, text_in_png
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
def test_an_exported_picture_gives_its_experiment_back(tmp_path, title):
    spec = ExperimentSpec(title=title, seed=7)
    assert read_experiment(picture(tmp_path, dumps(spec))) == spec


def test_a_picture_without_experiment_is_told_so(tmp_path):
    with pytest.raises(SpecError, match="carries no experiment"):
        read_experiment(picture(tmp_path, None))


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


@given(st.text(max_size=200))
def test_every_kind_of_text_chunk(text):
    utf8 = text.encode("utf-8", "replace")
    expected = utf8.decode()
    plain = chunk(b"iTXt", b"spec\0\0\0\0\0" + utf8)
    packed = chunk(b"iTXt", b"spec\0\1\0\0\0" + zlib.compress(utf8))
    assert text_in_png(SIGNATURE + plain, "spec") == expected
    assert text_in_png(SIGNATURE + packed, "spec") == expected


@given(st.binary(max_size=300))
def test_garbage_is_no_text_but_no_crash(data):
    text_in_png(SIGNATURE + data, "spec")
    text_in_png(SIGNATURE + chunk(b"zTXt", b"spec\0" + data), "spec")
    text_in_png(SIGNATURE + chunk(b"iTXt", b"spec\0" + data), "spec")
