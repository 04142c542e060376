"""The bytes of a table, unpacked if the file is compressed, and the characters they stand for."""

from __future__ import annotations

import bz2
import codecs
import gzip
import io
import lzma
import re
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any, NamedTuple

from core.base.translation import Message
from core.data.refusal import reading, refuse

LARGEST = 2 * 1024**3
HEAD_BYTES = 1 << 20
# Beginnings of files that people take for tables, and what to do with them instead.
DISGUISES = {
    b"\xd0\xcf\x11\xe0": Message("is an old Excel file (.xls); save it as .xlsx or CSV"),
    b"\x89HDF": Message("is an HDF5 file, not a table of text; save it as CSV or Parquet"),
    b"\x93NUMPY": Message(
        "is a single NumPy array; save inputs x and targets y together with np.savez"
    ),
    b"\x28\xb5\x2f\xfd": Message("is compressed with Zstandard; unpack it first"),
    b"\x89PNG": Message("is a picture, not a table of text"),
    b"\xff\xd8\xff": Message("is a picture, not a table of text"),
    b"%PDF": Message("is a PDF document, not a table of text; export the table as CSV"),
    b"SQLite": Message("is an SQLite database, not a table of text; export the table as CSV"),
    b"{\\rtf": Message("is a text document, not a table of text; save the table as CSV"),
    b"ARROW1": Message("is an Arrow file; save it as Parquet"),
}
# The same for text: beginnings in small letters, behind white space and a byte order mark.
DISGUISED_TEXT = {
    b"<!doctype": Message("is a web page, not a table; save the table itself, as CSV"),
    b"<html": Message("is a web page, not a table; save the table itself, as CSV"),
    b"<?xml": Message("is an XML document, not a table; save the table as CSV"),
    b"{": Message("is JSON, not a table; save it as CSV or Parquet"),
    b"[{": Message("is JSON, not a table; save it as CSV or Parquet"),
    b"[[": Message("is JSON, not a table; save it as CSV or Parquet"),
}
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# Offered to the user, each under its common name.
ENCODINGS = {
    "auto": Message("Detect"),
    "utf-8-sig": "UTF-8",
    "utf-16": "UTF-16",
    "cp949": Message("Korean (CP949, EUC-KR)"),
    "cp1252": Message("Western (Windows-1252, Latin-1)"),
    "cp1250": Message("Central European (Windows-1250)"),
    "cp1251": Message("Cyrillic (Windows-1251)"),
    "cp932": Message("Japanese (Shift JIS)"),
    "shift_jis": Message("Japanese (Shift JIS without extensions)"),
    "gb18030": Message("Chinese (GB 18030)"),
    "big5": Message("Chinese (Big5)"),
    "euc_jp": Message("Japanese (EUC-JP)"),
    "koi8_r": Message("Cyrillic (KOI8-R)"),
    "cp866": Message("Cyrillic (DOS)"),
    "cp1253": Message("Greek (Windows-1253)"),
    "cp1254": Message("Turkish (Windows-1254)"),
    "mac_roman": Message("Western (Mac)"),
    "cp850": Message("Western (DOS)"),
    "cp437": Message("Western (DOS, United States)"),
}
UNICODE = ("utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32")
_ISOLATED = [
    *("cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "cp1255", "cp1256", "koi8_r", "mac_roman"),
    *("cp949", "euc_kr", "shift_jis", "cp932", "euc_jp", "gb18030", "big5", "cp850", "cp437"),
]

_WORD = re.compile(r"[^\s,;|\t\d.\"'()/:_-]+")
_RUSSIAN = re.compile("[А-ЯЁа-яё]?[а-яё]+|[А-ЯЁ]")
_LATIN = re.compile("[A-Za-zÀ-ÖØ-öø-ÿ]?[a-zß-öø-ÿ]+|[A-ZÀ-ÖØ-Þ]+")
_WESTERN = "äöüÄÖÜßéèêëàâáíìîïóòôõúùûçÇñÑåÅæøØÉÀ°€µ²³–’“”ãÁÍÓÚýþð£½§´«»"


class Kind(NamedTuple):
    """What a file is: "text", "excel" or "parquet", and how it is packed."""

    format: str
    packing: str = ""
    member: str = ""


def kind_of(path: Path) -> Kind:
    """What a file is, by its first bytes. Raises `DataError` if it is not a table."""
    with reading(path):
        size = path.stat().st_size
        with open(path, "rb") as file:
            head = file.read(64)
    if size > LARGEST:
        refuse(
            path,
            Message(
                "has {size:.1f} GB; more than 2 GB is not read, so take a part of it",
                size=size / 1e9,
            ),
        )
    for beginning, advice in DISGUISES.items():
        if head.startswith(beginning):
            refuse(path, advice)
    if head.startswith(b"PAR1"):
        return Kind("parquet")
    if head.startswith(b"\x1f\x8b"):
        return Kind("text", "gz")
    if head.startswith(b"BZh"):
        return Kind("text", "bz2")
    if head.startswith(b"\xfd7zXZ\x00"):
        return Kind("text", "xz")
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _in_zip(path)
    return Kind("text")


def _in_zip(path: Path) -> Kind:
    """An Excel workbook, or a ZIP archive with one table in it."""
    with unpacking(path), zipfile.ZipFile(path) as archive:
        members = [m for m in archive.infolist() if not m.is_dir()]
    names = [m.filename for m in members]
    if sum(m.file_size for m in members) > LARGEST:
        refuse(path, Message("unpacks to more than 2 GB, which is not read; take a part of it"))
    if "xl/workbook.xml" in names:
        return Kind("excel")
    if "mimetype" in names and any(name.startswith("content") for name in names):
        refuse(path, Message("is an OpenDocument file; save it as .xlsx or CSV"))
    hidden = ("__MACOSX/", ".")
    shown = [n for n in names if not n.startswith(hidden) and not n.split("/")[-1].startswith(".")]
    if len(shown) != 1:
        found = ", ".join(shown[:5]) or Message("nothing")
        refuse(
            path,
            Message(
                "must hold one table, but holds {found}; unpack it and open one of them",
                found=found,
            ),
        )
    if shown[0].endswith((".npy", ".npz")):
        refuse(path, Message("is a NumPy archive; give its name the ending .npz"))
    return Kind("text", "zip", shown[0])


@contextmanager
def opened(path: Path, kind: Kind) -> Iterator[tuple[IO[bytes], IO[bytes]]]:
    """The unpacked bytes of a text file, and the file itself, whose position gives the progress."""
    with unpacking(path), open(path, "rb") as raw:
        if kind.packing == "gz":
            yield _limited(gzip.GzipFile(fileobj=raw), path), raw
        elif kind.packing == "bz2":
            yield _limited(bz2.BZ2File(raw), path), raw
        elif kind.packing == "xz":
            with lzma.open(raw) as unpacked:
                yield _limited(unpacked, path), raw
        elif kind.packing == "zip":
            with zipfile.ZipFile(raw) as archive, archive.open(kind.member) as member:
                yield _limited(member, path), raw
        else:
            yield raw, raw


@contextmanager
def unpacking(path: Path) -> Iterator[None]:
    """Turns what is wrong with a compressed file into a `DataError`."""
    with reading(path):
        try:
            yield
        except (
            EOFError,
            zlib.error,
            lzma.LZMAError,
            zipfile.BadZipFile,
            gzip.BadGzipFile,
        ) as error:
            refuse(
                path,
                Message(
                    "is damaged: it cannot be unpacked ({error}); get a whole copy of it",
                    error=str(error),
                ),
            )
        except (NotImplementedError, RuntimeError) as error:
            refuse(path, Message("cannot be unpacked ({error}); unpack it first", error=str(error)))


class _Limited(io.RawIOBase):
    """Bytes of a compressed file, up to a limit: a small file may unpack to any size."""

    def __init__(self, stream: Any, path: Path) -> None:
        self._stream, self._path, self._left = stream, path, LARGEST

    def readable(self) -> bool:
        return True

    def readinto(self, buffer) -> int:  # pyright: ignore[reportIncompatibleMethodOverride]
        data = self._stream.read(len(buffer))
        self._left -= len(data)
        if self._left < 0:
            refuse(
                self._path,
                Message("unpacks to more than 2 GB, which is not read; take a part of it"),
            )
        buffer[: len(data)] = data
        return len(data)


def _limited(stream: Any, path: Path) -> IO[bytes]:
    return io.BufferedReader(_Limited(stream, path), 1 << 18)


def refuse_disguised_text(head: bytes, path: Path) -> None:
    """Raise a `DataError` for text that is no table, or a picture in an archive."""
    begins = head[:256].removeprefix(codecs.BOM_UTF8).lstrip().lower()
    for beginning, advice in DISGUISED_TEXT.items():
        if begins.startswith(beginning):
            refuse(path, advice)
    for beginning, advice in DISGUISES.items():
        if head.startswith(beginning):
            refuse(path, advice)


def encoding_of(head: bytes, path: Path, whole: bool) -> str:
    """The encoding of a text by its beginning; `whole` is False where it continues.

    Raises `DataError` if it is not text.
    """
    for mark, encoding in _BOMS:
        if head.startswith(mark):
            return encoding
    if b"\0" in head:
        even, odd = head[:2000:2].count(0), head[1:2000:2].count(0)
        length = len(head[:2000]) / 2
        if odd > 0.3 * length and even < 0.05 * length:
            return "utf-16-le"
        if even > 0.3 * length and odd < 0.05 * length:
            return "utf-16-be"
        if sum(byte < 9 or 13 < byte < 27 for byte in head[:64]) > 4:
            refuse(
                path, Message("is not a table of text; save it as CSV, Excel (.xlsx) or Parquet")
            )
        return "utf-8-sig"
    refuse_disguised_text(head, path)
    if sum(byte < 9 or 13 < byte < 27 for byte in head[:512]) > 5:
        refuse(path, Message("is not a table of text; save it as CSV, Excel (.xlsx) or Parquet"))
    if head.isascii() or is_utf8(head, whole):
        return "utf-8-sig"
    return legacy_encoding(head, whole)


def is_utf8(data: bytes, whole: bool) -> bool:
    try:
        codecs.getincrementaldecoder("utf-8-sig")().decode(data, final=whole)
    except UnicodeDecodeError:
        return False
    return True


def legacy_encoding(data: bytes, whole: bool = False) -> str:
    """The encoding of a text that is not Unicode: Korean, Russian, Western and Japanese by their
    letters, which a few words show, others as charset-normalizer finds."""
    if _are_korean(_letters(data, "euc_kr", whole)):
        return "cp949"
    lines = [line for line in data.splitlines() if not line.isascii()]
    sample = b"\n".join(lines[: len(lines) - (not whole) or 1][:2000])
    if cyrillic := _cyrillic(sample):
        return cyrillic
    # Accents stand between ASCII letters: few bytes of Western text are beyond ASCII.
    high = sum(byte > 127 for byte in sample)
    western = _letters(sample, "cp1252", True)
    usual = sum(each in _WESTERN for each in western)
    if western and usual >= 0.95 * len(western) and 3 * high < len(sample):
        return "cp1252"
    if other := _other_western(sample) or _japanese(sample):
        return other
    found = _normalizer(sample)
    if found in ("", "euc_kr", "johab", "cp949") and _are_korean(_letters(data, "cp949", whole)):
        return "cp949"
    return found or "cp1252"


def _cyrillic(sample: bytes) -> str:
    return _best_words(sample, ("cp1251", "koi8_r", "cp866"), _RUSSIAN, 0.8)


def _other_western(sample: bytes) -> str:
    return _best_words(sample, ("cp850", "mac_roman"), _LATIN, 0.9)


def _best_words(
    sample: bytes, encodings: Sequence[str], word: re.Pattern[str], least: float
) -> str:
    """The encoding in which words are whole and in small letters behind the first; "" if there is
    none. In the wrong one capitals are small letters, or there are signs among them."""
    best, most = "", least
    for encoding in encodings:
        with suppress(UnicodeDecodeError):
            words = [w for w in _WORD.findall(sample.decode(encoding)) if not w.isascii()]
            whole = sum(word.fullmatch(each) is not None for each in words)
            if words and whole > most * len(words):
                best, most = encoding, whole / len(words)
    return best


def _japanese(sample: bytes) -> str:
    """The Japanese encoding in which the text has kana, or hardly any but the common characters of
    Shift JIS, whose first bytes other encodings seldom use; "" if there is none."""
    for encoding in ("cp932", "euc_jp"):
        with suppress(UnicodeDecodeError):
            letters = [each for each in sample.decode(encoding) if not each.isascii()]
            kana = sum("\u3041" <= each <= "\u30fe" for each in letters)
            narrow = sum("\uff61" <= each <= "\uff9f" for each in letters)
            if letters and kana >= 0.15 * len(letters) and narrow <= 0.1 * len(letters):
                return encoding
            first = [each.encode(encoding)[0] for each in letters]
            common = sum(0x81 <= byte <= 0x97 for byte in first)
            if encoding == "cp932" and letters and common >= 0.95 * len(letters):
                return encoding
    return ""


def _are_korean(letters: str) -> bool:
    hangul = sum("가" <= each <= "힣" or each in "·㎡℃" for each in letters)
    return bool(letters) and hangul >= 0.9 * len(letters)


def _normalizer(sample: bytes) -> str:
    try:
        from charset_normalizer import from_bytes
    except ImportError:
        return ""
    best = from_bytes(sample, cp_isolation=_ISOLATED, threshold=0.5).best()
    return best.encoding if best else ""


def _letters(data: bytes, encoding: str, whole: bool) -> str:
    """The letters beyond ASCII of a text; none where it is not in that encoding."""
    try:
        text = codecs.getincrementaldecoder(encoding)().decode(data, final=whole)
    except UnicodeDecodeError:
        return ""
    return "".join(each for each in text if not each.isascii())
