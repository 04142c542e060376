"""Readers of data files: what is whole is read, what is not is refused with place and remedy."""

import contextlib
import gzip
import io
import struct
import zipfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from core.data import DataError
from core.data.archive import members, read_npz
from core.data.columns.choices import Choices
from core.data.columns.plan import encode
from core.data.idx import TYPES, read_idx, read_pictures
from core.data.tables import blocks, reader, rows
from core.data.tables import sniff as sniffing
from core.data.tables.blocks import BLOCK_BYTES
from core.data.tables.reader import read_table
from core.data.tables.sniff import sniff
from core.data.tables.table import ReadOptions

# Every example writes the same file anew, so that one folder serves them all.
same_folder = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)


def idx_bytes(array: np.ndarray) -> bytes:
    codes = {np.dtype(name): code for code, name in TYPES.items()}
    big = array.astype(array.dtype.newbyteorder(">"))
    head = struct.pack(f">HBB{array.ndim}I", 0, codes[big.dtype], array.ndim, *array.shape)
    return head + big.tobytes()


def written(folder: Path, content: bytes | str, name: str = "file.csv") -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def table_of(folder: Path, text: str | bytes, **how):
    return read_table(sniff(written(folder, text), ReadOptions(**how)))


def refusal(read, *arguments) -> str:
    with pytest.raises(DataError) as caught:
        read(*arguments)
    return str(caught.value)


# IDX


@same_folder
@given(
    array=arrays.arrays(
        st.sampled_from([np.uint8, np.int8, np.int16, np.int32, np.float32, np.float64]),
        arrays.array_shapes(max_dims=3, max_side=4, min_side=0),
        elements={"allow_nan": False},
    ),
    zipped=st.booleans(),
)
def test_any_idx_array_is_read_back(tmp_path, array, zipped):
    content = idx_bytes(array)
    path = written(tmp_path, gzip.compress(content) if zipped else content)
    read = read_idx(path)
    assert read.dtype == array.dtype
    assert np.array_equal(read, array)


PICTURES = np.arange(24, dtype=np.uint8).reshape(2, 3, 4)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is not an IDX file"),
        (b"\x00\x00\x08", "is not an IDX file"),
        (b"\x00\x00\x07\x01" + bytes(8), "is not an IDX file"),
        (b"\x89PNG\r\n\x1a\n", "is not an IDX file"),
        (b"\x00\x00\x08\x00", "claims 0 dimensions"),
        (b"\x00\x00\x08\xff", "claims 255 dimensions"),
        (b"\x00\x00\x08\x03\x00\x00", "ends within its header"),
        (idx_bytes(PICTURES)[:-1], "ends too early: 23 of 24 bytes"),
        (idx_bytes(PICTURES) + b"\0", "goes on behind its last number"),
        (b"\x00\x00\x08\x03" + b"\xff" * 12, "GB of numbers"),
        (gzip.compress(idx_bytes(PICTURES), mtime=0)[:-9], "compressed file ends too early"),
        (
            gzip.compress(idx_bytes(PICTURES), mtime=0)[:12] + bytes(30),
            "compressed file is damaged",
        ),
        (gzip.compress(idx_bytes(PICTURES)[:-1], mtime=0), "ends too early"),
    ],
)
def test_a_damaged_idx_file_is_refused(tmp_path, content, said):
    path = written(tmp_path, content)
    message = refusal(read_idx, path)
    assert said in message and str(path) in message


@same_folder
@given(
    zipped=st.booleans(), cut=st.integers(0, 200), at=st.integers(0, 60), byte=st.integers(0, 255)
)
def test_a_damaged_idx_file_is_read_whole_or_refused(tmp_path, zipped, cut, at, byte):
    plain = idx_bytes(PICTURES)
    content = bytearray((gzip.compress(plain, mtime=0) if zipped else plain)[:cut])
    if at < len(content):
        content[at] = byte
    with contextlib.suppress(DataError):
        array = read_idx(written(tmp_path, bytes(content)))
        # Without a checksum another header may describe what is there.
        assert not zipped or array.size == PICTURES.size


def test_what_is_no_readable_file_is_refused(tmp_path):
    for path, said in (
        (tmp_path, "is a folder"),
        (tmp_path / "none", "is not there"),
        (written(tmp_path, "a") / "below", "is not there"),
        (Path("/dev/null"), "is not a file"),
    ):
        for read in (read_idx, sniff, read_npz):
            assert f"{path}: {said}" in refusal(read, path)


def test_a_file_that_may_not_be_read_is_refused(tmp_path, monkeypatch):
    def denied(*_):
        raise PermissionError(13, "Permission denied")

    path = written(tmp_path, "a,b\n1,2\n")
    monkeypatch.setattr("builtins.open", denied)
    monkeypatch.setattr("io.open", denied)
    for read in (read_idx, sniff, read_npz):
        message = refusal(read, path)
        assert f"{path}: may not be read by you; change its permissions" in message


def test_pictures_and_labels_must_belong_together(tmp_path):
    images = written(tmp_path, idx_bytes(PICTURES), "images")
    labels = written(tmp_path, idx_bytes(np.array([1, 2], np.uint8)), "labels")
    pictures, classes = read_pictures(images, labels)
    assert pictures.shape == (2, 3, 4) and list(classes) == [1, 2]
    assert "exchanged" in refusal(read_pictures, labels, images)
    more = written(tmp_path, idx_bytes(np.array([1, 2, 3], np.uint8)), "more")
    assert "3 labels for the 2 pictures" in refusal(read_pictures, images, more)


# Tables


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_delimiter_header_and_types_are_found_out(tmp_path, delimiter, encoding):
    text = "size,colour,price\n1.5,rot,3\n2,grün,4\n\n-1e3,rot,\n".replace(",", delimiter)
    table = table_of(tmp_path, text.encode(encoding))
    size, colour, price = table.columns
    assert [c.name for c in table.columns] == ["size", "colour", "price"]
    assert list(size.values) == [1.5, 2, -1000]
    assert colour.categories == ("grün", "rot") and list(colour.values) == [1, 0, 1]
    assert list(price.missing) == [False, False, True]


def test_decimal_commas_are_read(tmp_path):
    table = table_of(tmp_path, "a;b\n1,5;2\n-2,25;3\n")
    assert list(table.columns[0].values) == [1.5, -2.25]


@pytest.mark.parametrize(
    ("text", "delimiter"),
    [
        ("1;2,5\n2;3,4\n", ";"),
        ("1,2;5\n2,3;4\n", ";"),
        ("a,b;c\n1,x;y\n", ","),
        ("only\n1\n", ","),
    ],
)
def test_of_several_delimiters_the_one_that_makes_sense_is_taken(tmp_path, text, delimiter):
    assert sniff(written(tmp_path, text)).dialect.delimiter == delimiter


def test_a_table_without_a_header_gets_column_names(tmp_path):
    table = table_of(tmp_path, "1,2\n3,4\n")
    assert [c.name for c in table.columns] == ["Column 1", "Column 2"]
    assert len(table) == 2
    assert len(table_of(tmp_path, "2019,2020\n1,2\n3,4\n", header=True)) == 2


def test_names_are_unique(tmp_path):
    names = [c.name for c in table_of(tmp_path, "a,a,,a\n1,2,3,4\n").columns]
    assert len(set(names)) == 4


def test_quoted_cells_may_hold_anything(tmp_path):
    table = table_of(tmp_path, 'a,b\n"x, ""y""\nz",1\nw,2\n')
    assert table.columns[0].categories == ("w", 'x, "y"\nz')


def test_a_long_table_is_read_with_progress(tmp_path):
    n = BLOCK_BYTES // 3
    path = written(tmp_path, "i,half\n" + "".join(f"{i},{i / 2}\n" for i in range(n)))
    shares: list[float] = []
    table = read_table(sniff(path), shares.append)
    assert np.array_equal(table.columns[1].values, np.arange(n) / 2)
    assert shares == sorted(shares) and shares[-1] == 1 and len(shares) >= 3


def test_reading_can_be_given_up(tmp_path):
    def cancel(share: float) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        read_table(sniff(written(tmp_path, "a,b\n1,2\n")), cancel)


LONG = "a,b\n" + "1,2\n" * 1500
MOSTLY_NUMBERS = "".join(f"{i},{i}\n" for i in range(30)) + "oops,3\n"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "is empty"),
        ("\n\n  \n", "is empty"),
        ("a,b\n", "no rows"),
        ("a,b\n1,2\n3,4,5\n", "line 3 has 3 fields instead of 2"),
        ("p,q\na,b,c,d\n1,2,3\n4,5,6\n7,8,9\n", "line 2 has 4 fields instead of 3"),
        (LONG + "oops,3\n", "line 1502, column 'a': 'oops' is not a finite number"),
        (LONG + "inf,3\n", "line 1502, column 'a': 'inf' is not a finite number"),
        ("a,b\n1,2\n" * 99 + "1,\0\n", "line 199 holds a NUL character"),
        ('a,b\n1,"2\n3,4\n', "quotation mark"),
        ("a,b\n1," + "x" * 200_000 + "\n", "field larger than field limit"),
        (b"\x89PNG\r\n\x1a\n\0\0\0", "not a table of text"),
        (LONG + "1,\0\n", "line 1502 holds a NUL character"),
        ("a,b\nx,y\n" * 700 + "x,\0\n", "line 1401 holds a NUL character"),
        ("a,b\n1,2\nx,\0\n".encode("utf-16"), "line 3 holds a NUL character"),
        (b"PK\x03\x04\x14\0\0\0", "is damaged: it cannot be unpacked"),
        (gzip.compress(b"a,b\n1,2\n" * 99, mtime=0)[:-9], "is damaged: it cannot be unpacked"),
        ("a,b\n" + MOSTLY_NUMBERS, "line 32, column 'a': 'oops' is not a finite number"),
    ],
)
def test_a_damaged_table_is_refused_with_its_place(tmp_path, content, said):
    message = refusal(lambda: encode(table_of(tmp_path, content)))
    assert said in message and "file.csv" in message and len(message) < 400


def test_blocks_of_plain_lines_are_left_to_a_parser(tmp_path, monkeypatch, parser):
    def never(*_):
        raise AssertionError

    monkeypatch.setattr(reader, "rows_of", never)
    table = table_of(tmp_path, "a,b\r\n" + "1,x y\r\n-2.5e3,\r\n" * 9000 + "7,z")
    assert table.columns[0].values[-3:].tolist() == [1, -2500, 7]
    assert table.columns[1].values[-3:].tolist() == [0, -1, 1]


def test_a_huge_file_is_refused_unread(tmp_path):
    path = tmp_path / "huge.csv"
    with open(path, "wb") as file:
        file.truncate(10 * 1024**3)
    assert "10.7 GB; more than 2 GB" in refusal(sniff, path)


numbers = st.floats(allow_nan=False, allow_infinity=False).map(str)
words = st.text(st.characters(codec="utf-8", exclude_characters='",\r\n\0'), max_size=5)
gaps = st.sampled_from(["", "NA", "nan", " ", "?"])


@st.composite
def tables(draw) -> str:
    """Tables as they come, nearly always whole: kinds of columns, faults, ends of lines."""
    kinds = draw(st.lists(st.sampled_from(["number", "word"]), min_size=1, max_size=4))
    of_kind = {"number": numbers | gaps, "word": words | numbers | gaps | st.just('"a, ""b"')}
    rows = st.tuples(*(of_kind[kind] for kind in kinds)).map(",".join)
    odd = st.sampled_from(["", " ", "inf,1", "1", "1,2,3,4,5", '"', "1_0,2", "\ufeff", "x\0"])
    lines = draw(st.lists(rows, min_size=1, max_size=8)) + draw(st.lists(odd, max_size=1))
    header = ",".join(f"name {i}" for i in range(len(kinds)))
    end = draw(st.sampled_from(["\n", "\r\n", "\n", "\r"]))
    return end.join([header, *lines, *draw(st.lists(rows, max_size=3))]) + draw(
        st.sampled_from(["", end])
    )


def told(read) -> tuple:
    """What a reader makes of a file, or says about it."""
    try:
        columns = read().columns
        return tuple((c.name, c.values.tolist(), c.categories) for c in columns)
    except DataError as error:
        return (str(error),)


@same_folder
@given(tables(), st.sampled_from([8, 40, BLOCK_BYTES]), st.booleans())
def test_blocks_and_single_cells_are_read_alike(tmp_path, parser, text, block, marked):
    path = written(tmp_path, ("\ufeff" * marked + text).encode())
    with contextlib.suppress(DataError), pytest.MonkeyPatch.context() as patch:
        layout = sniff(path)
        patch.setattr(blocks, "BLOCK_BYTES", block)
        quick = told(lambda: read_table(layout))
        patch.setattr(parser, "parse", lambda *_: None)
        assert repr(quick) == repr(told(lambda: read_table(layout)))


def test_a_line_without_end_is_refused_before_it_fills_the_memory(tmp_path, monkeypatch):
    for module in (rows, blocks, sniffing):
        monkeypatch.setattr(module, "LONGEST_LINE", 1000)
    monkeypatch.setattr(sniffing, "HEAD_BYTES", 5000)
    monkeypatch.setattr(blocks, "BLOCK_BYTES", 5000)
    assert "line 1 has over 1,000 characters" in refusal(sniff, written(tmp_path, "1," * 5000))
    late = "a,b\n" * 2000 + '"c' + ",d" * 5000
    path = written(tmp_path, late)
    assert "line 2001 has over 1,000 characters" in refusal(lambda: read_table(sniff(path)))


cells = st.text(st.sampled_from('0123456789.,;"\n\te-abNä '), max_size=12) | st.floats().map(str)


@same_folder
@given(
    st.lists(st.lists(cells, max_size=4).map(",".join), max_size=6).map("\n".join)
    | st.binary(max_size=60)
)
def test_garbage_is_read_whole_or_refused(tmp_path, content):
    try:
        table = table_of(tmp_path, content)
        assert len({len(column.values) for column in table.columns}) == 1
        samples = encode(table).samples
        gaps = np.isnan(samples.inputs)
        assert (np.isfinite(samples.inputs) | gaps).all() and np.isfinite(samples.targets).all()
        assert samples.gaps == gaps.any()
        assert len(samples.inputs) == len(samples.targets) > 0
    except DataError as error:
        assert "file.csv: " in str(error)


# From columns to samples

FLOWERS = """width,colour,note,kind
1.0,red,u,iris
2.0,blue,v,rose
,red,w,tulip
3.0,,x,rose
4.0,red,y,
"""


def test_words_and_gaps_become_numbers_and_are_told(tmp_path):
    encoded = encode(table_of(tmp_path, FLOWERS))
    samples = encoded.samples
    assert samples.task == "classes" and samples.class_names == ("iris", "rose", "tulip")
    assert samples.targets.argmax(axis=1).tolist() == [0, 1, 2, 1]
    assert np.array_equal(samples.inputs[:, 0], [1, 2, np.nan, 3], equal_nan=True)
    assert samples.gaps
    assert samples.feature_names[:4] == (
        "width",
        "width = missing",
        "colour = missing",
        "colour = blue",
    )
    assert samples.inputs[:, 2].tolist() == [0, 0, 0, 1]
    assert any("1 row without a target left out" in note for note in encoded.notes)
    assert any(
        "width: 1 missing value, filled with the median of the training" in note
        for note in encoded.notes
    )


@pytest.mark.parametrize(
    ("target", "purpose", "task", "outputs"),
    [
        ("flag", "auto", "binary", 1),
        ("grade", "auto", "classes", 3),
        ("grade", "regression", "regression", 1),
        ("price", "auto", "regression", 1),
        ("price", "classification", "classes", 4),
        ("", "auto", "regression", 1),
    ],
)
def test_the_task_follows_the_target(tmp_path, target, purpose, task, outputs):
    text = "flag,grade,price\n0,1,1.5\n1,2,2.5\n1,3,3.25\n0,1,4.5\n"
    samples = encode(table_of(tmp_path, text), Choices(target, purpose)).samples
    assert (samples.task, samples.outputs) == (task, outputs)


@pytest.mark.parametrize(
    ("text", "target", "purpose", "said"),
    [
        ("a\n1\n2\n", "", "auto", "only one column"),
        ("a,b\n1,2\n", "c", "auto", "has no column 'c'"),
        ("a,b\n1,x\n2,x\n", "", "auto", "only one value"),
        ("a,b\n1,x\n2,y\n", "", "regression", "can only be classified"),
        ("a,b\n1,\n2,\n", "b", "auto", "is empty; choose another target"),
        ("a,b\n,1\n,2\n", "", "auto", "no column that can serve"),
    ],
)
def test_a_table_that_cannot_be_learnt_is_refused(tmp_path, text, target, purpose, said):
    assert said in refusal(encode, table_of(tmp_path, text), Choices(target, purpose))


# NumPy archives


def archive(folder: Path, **content) -> Path:
    np.savez(folder / "file.npz", **content)
    return folder / "file.npz"


def test_archives_of_tables_and_pictures_are_read(tmp_path):
    pictures = np.arange(24.0).reshape(4, 2, 3)
    samples = read_npz(archive(tmp_path, images=pictures, labels=np.array([0, 1, 2, 1]))).samples
    assert samples.image_shape == (2, 3) and samples.features == 6
    assert samples.task == "classes" and samples.targets.argmax(axis=1).tolist() == [0, 1, 2, 1]
    words = read_npz(archive(tmp_path, x=pictures[:, 0], y=np.array(list("abab")))).samples
    assert words.task == "binary" and words.class_names == ("a", "b")
    several = read_npz(archive(tmp_path, x=pictures[:, 0], y=pictures[:, 1])).samples
    assert several.task == "regression" and several.outputs == 3


def test_a_test_set_of_an_archive_is_kept_apart(tmp_path):
    rng = np.random.default_rng(0)
    content = {"x_train": rng.random((6, 2, 2)), "y_train": np.array([0, 1, 2, 0, 1, 2])}
    tests = {"x_test": rng.random((3, 2, 2)), "y_test": np.array([2, 2, 1])}
    samples = read_npz(archive(tmp_path, **content, **tests)).samples
    assert samples.test is not None and (len(samples), len(samples.test)) == (6, 3)
    assert samples.test.targets.argmax(axis=1).tolist() == [2, 2, 1]
    assert np.array_equal(samples.test.inputs, tests["x_test"].reshape(3, 4))
    wrong = archive(tmp_path, **content, **(tests | {"y_test": np.array([2, 2])}))
    assert "3 test inputs but 2 test targets" in refusal(read_npz, wrong)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ({"x": np.ones((3, 2))}, "lacks an array named 'y'"),
        ({"x": np.ones((3, 2)), "y": np.ones(2)}, "3 inputs but 2 targets"),
        ({"x": np.ones(3), "y": np.ones(3)}, "is needed"),
        ({"x": np.ones((3, 2)), "y": np.array([{}] * 3, object)}, "plain arrays"),
        ({"x": np.array([[1, np.nan], [1, 1]]), "y": np.ones(2)}, "the first in row 0"),
        ({"x": np.ones((3, 2)), "y": np.ones(3)}, "only one value"),
        ({"x": np.ones((2, 2), complex), "y": np.ones(2)}, "not a list of numbers"),
    ],
)
def test_an_archive_that_does_not_fit_is_refused(tmp_path, content, said):
    assert said in refusal(read_npz, archive(tmp_path, **content))


shapes = arrays.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=4)
kinds = st.sampled_from([bool, np.uint8, np.int64, np.float32, np.float64, complex, "U3", "S2"])
some = arrays.arrays(kinds, shapes)


@same_folder
@given(
    st.dictionaries(
        st.sampled_from(["x", "y", "X", "labels", "x_train", "y_train", "x_test", "y_test", "z"]),
        some,
        max_size=5,
    ),
    st.sampled_from(["", "y", "z"]),
    st.sampled_from(["auto", "classification", "binary", "classes", "regression"]),
)
def test_any_arrays_are_samples_or_refused(tmp_path, content, target, purpose):
    path = archive(tmp_path, **content)
    with contextlib.suppress(DataError):
        samples = read_npz(path, target, purpose).samples
        for part in (samples, samples.test or samples):
            assert len(part.inputs) == len(part.targets)
            assert part.inputs.ndim == part.targets.ndim == 2
            assert np.isfinite(part.inputs).all() and np.isfinite(part.targets).all()
        assert samples.inputs.size > 0
    with contextlib.suppress(DataError):
        assert [member.name for member in members(path)] == list(content)


@same_folder
@given(at=st.integers(0, 700), byte=st.integers(0, 255), cut=st.integers(0, 700))
def test_a_damaged_archive_is_read_whole_or_refused(tmp_path, at, byte, cut):
    buffer = io.BytesIO()
    np.savez(buffer, x=np.arange(6.0).reshape(3, 2), y=np.array([0, 1, 1]))
    content = bytearray(buffer.getvalue()[: cut or None])
    content[at % len(content)] = byte
    try:
        assert len(read_npz(written(tmp_path, bytes(content))).samples) > 0
    except DataError as error:
        assert "file.csv: " in str(error)


def npy(descr: str, shape: str, data: bytes = b"") -> bytes:
    """An array as a file with any header."""
    header = f"{{'descr': {descr}, 'fortran_order': False, 'shape': {shape}, }}".ljust(117) + "\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode() + data


def zipped(folder: Path, members: dict[str, bytes], method: int = zipfile.ZIP_STORED) -> Path:
    path = folder / "file.npz"
    with zipfile.ZipFile(path, "w", method) as file:
        for name, data in members.items():
            file.writestr(name, data)
    return path


X, Y = npy("'<f8'", "(2, 1)", bytes(16)), npy("'<f8'", "(2,)", struct.pack("<2d", 0, 1))


def test_members_that_are_no_arrays_are_passed_over(tmp_path):
    path = zipped(tmp_path, {"x.npy": X, "README": b"made by hand", "y.npy": Y})
    assert [member.name for member in members(path)] == ["x", "y"]
    assert len(read_npz(path).samples) == 2


def test_an_archive_too_large_for_memory_is_refused_by_its_headers(tmp_path):
    giant = npy("'|u1'", "(2, 900000000)")
    path = zipped(tmp_path, {"x.npy": giant, "y.npy": Y})
    assert "takes 7.2 GB of memory; more than 2 GB is not read" in refusal(read_npz, path)
    assert members(path)[0].shape == (2, 900_000_000)


@pytest.mark.parametrize(
    "header",
    [
        npy("'<f8'", "(2, 1"),
        npy("'<f8'", "  (2,\n 1)"),
        npy("'<f8'", "(99999999999999999999, 1)"),
        npy("'<f8'", "(-1, 1)"),
        npy("'O'", "(2, 1)", bytes(16)),
        npy("[('a', '<f8')]", "(2,)", bytes(16)),
        npy("'nonsense'", "(2, 1)"),
        npy("'<f8'", "(2, 1)", bytes(7)),
        b"\x93NUMPY\x09\x00",
        b"",
    ],
)
def test_a_damaged_array_is_refused_with_what_to_do(tmp_path, header):
    message = refusal(read_npz, zipped(tmp_path, {"x.npy": header, "y.npy": Y}))
    assert message.startswith(f"{tmp_path / 'file.npz'}: ")
    assert "np.savez" in message or "holds" in message or "memory" in message


@pytest.mark.parametrize("method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2])
def test_a_damaged_compression_is_refused(tmp_path, method):
    path = zipped(tmp_path, {"x.npy": X * 9, "y.npy": Y}, method)
    data = bytearray(path.read_bytes())
    for at in range(38, 60):
        data[at] ^= 0x5A
    path.write_bytes(data)
    assert "is not a whole NumPy archive" in refusal(read_npz, path)
