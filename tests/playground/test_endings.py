"""How commands end when the world around them misbehaves."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from core import lessons
from core.base.errors import UserError
from core.data import DataError
from core.data.user_files import load, opened
from core.experiment.files import read_experiment, replacing
from core.experiment.reading import MOST_ITEMS, SpecError
from core.experiment.serialization import from_dict
from playground import cli
from playground.display import missing_display
from tests.fuzz.memory import memory_limited

ROOT = Path(__file__).resolve().parents[2]
PLAY = [sys.executable, "-m", "playground"]
# Far more than a slow machine needs, whose bar of 2 s is that of `make fuzz`, and far less than
# these inputs once took.
ENDLESS_SECONDS = 8.0


def play(*arguments: str, **options) -> subprocess.CompletedProcess[bytes]:
    environment = {**os.environ, **options.pop("env", {})}
    return subprocess.run(
        [*PLAY, *arguments], cwd=ROOT, env=environment, capture_output=True, timeout=60, **options
    )


def said(done: subprocess.CompletedProcess[bytes]) -> str:
    text = done.stderr.decode(errors="replace")
    assert "Traceback" not in text and "Exception ignored" not in text, text
    return text


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1252"])
def test_an_encoding_that_lacks_characters_is_no_error(encoding):
    done = play("catalogue", env={"PYTHONIOENCODING": encoding})
    assert done.returncode == 0 and said(done) == ""
    assert b"## " in done.stdout


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_results_of_the_gallery_are_shown_in_every_encoding(encoding):
    names = ("gallery", "run", "two_layer", "--bundled", "--seeds", "1")
    done = play(*names, env={"PYTHONIOENCODING": encoding})
    assert done.returncode == 0 and said(done) == ""
    assert b"two layers" in done.stdout


def test_a_reader_of_predictions_that_goes_away_is_no_error(tmp_path):
    rows = "".join(f"{i},{i % 2}\n" for i in range(20_000))
    (tmp_path / "a.csv").write_text(f"x,y\n{rows}")
    trained = play("train", "--data", str(tmp_path / "a.csv"), "--epochs", "0", "--out", tmp_path)  # type: ignore[arg-type]
    assert trained.returncode == 0, said(trained)
    predict = f"predict {tmp_path}/trained.model {tmp_path}/a.csv"
    command = f"{sys.executable} -m playground {predict} | head -1"
    done = subprocess.run(command, shell=True, cwd=ROOT, capture_output=True, timeout=60)
    assert "roken pipe" not in said(done) and len(done.stdout.splitlines()) == 1


def test_a_reader_that_goes_away_is_no_error():
    running = subprocess.Popen(
        [*PLAY, "gallery", "run", "two_layer", "--bundled", "--json"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert running.stdout is not None
    running.stdout.close()
    assert running.wait(60) == 0
    assert running.stderr is not None
    assert running.stderr.read() == b""
    running.stderr.close()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_device_is_told():
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [*PLAY, "gallery", "list"], cwd=ROOT, stdout=full, stderr=subprocess.PIPE, timeout=60
        )
    assert done.returncode == 1
    assert "the output could not be written: No space left on device" in said(done)  # type: ignore[arg-type]


def test_a_closed_standard_error_is_no_failure():
    command = f"{sys.executable} -m playground train --epochs 1 2>&-"
    done = subprocess.run(command, shell=True, cwd=ROOT, capture_output=True, timeout=60)
    assert done.returncode == 0 and b"stopped after 1 epoch" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["x" * 300], "there is no command or file"),
        (["train", "z" * 300], "z: File name too long"),
        (["train", "--epochs", "1", "--out", "y" * 300], "y: File name too long"),
        (["train", "--data", "y" * 300 + ".csv"], "y.csv: "),
        (["code", "--to", "numpy", "--out", "y" * 300], "y: File name too long"),
        (["train", "--set", "a", "--set", "a"], "--set a: must be PATH=VALUE"),
        (["search", "--out", "", "--trials", "1"], "must be the name of a folder"),
        (["code", "--to", "numpy", "--out", ""], "must be the name of a file"),
        (["predict", "a.model", "a.csv", "--out", ""], "must be the name of a file"),
        (["train", "--epochs", "1", "--out", ""], "must be the name of a folder"),
        (["data", "fetch", "mnist", "--from", "http://[bad/"], "http://[bad/"),
        (["data", "fetch", "mnist", "--from", "~nosuchuser/x"], "nosuchuser"),
    ],
)
def test_odd_arguments_are_told(arguments, told):
    done = play(*arguments)
    assert done.returncode in (1, 2) and said(done).count(told) == 1


def test_an_unexpected_error_is_one_message_and_logged(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("playground.logs.log_folder", lambda: tmp_path / "logs")
    monkeypatch.setattr(cli, "_catalogue", lambda options: int("odd"))
    assert cli.main(["catalogue"]) == 1
    log = tmp_path / "logs" / "playground.log"
    assert capsys.readouterr().err == (
        "playground: something went wrong: ValueError: invalid literal for int() with base 10: "
        f"'odd' (details: {log})\n"
    )
    assert "Traceback" in log.read_text() and "test_endings.py" in log.read_text()


@pytest.mark.parametrize("nowhere", ["below a file", "full"])
def test_an_unexpected_error_that_cannot_be_logged_names_its_place(
    nowhere, tmp_path, monkeypatch, capsys
):
    (tmp_path / "file").touch()
    folder = tmp_path / "file" / "logs" if nowhere == "below a file" else tmp_path
    if nowhere == "full":
        (tmp_path / "playground.log").symlink_to("/dev/full")
    monkeypatch.setattr("playground.logs.log_folder", lambda: folder)
    monkeypatch.setattr(cli, "_catalogue", lambda options: 1 // 0)
    assert cli.main(["catalogue"]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert "something went wrong: ZeroDivisionError: " in line
    assert f"(at {__file__}:" in line


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (MemoryError(), "there is not enough memory"),
        (UserError("the file is odd"), "the file is odd"),
        (OSError(2, "No such file or directory", "/tmp/x"), "/tmp/x: No such file or directory"),
    ],
)
def test_known_errors_are_told_by_their_kind(error, told, monkeypatch, capsys):
    def fail(options):
        raise error

    monkeypatch.setattr(cli, "_catalogue", fail)
    assert cli.main(["catalogue"]) == 1
    assert capsys.readouterr().err == f"playground: {told}\n"


INTERRUPTED_WHILE_LOADING = """
import importlib.abc, os, signal, sys
class Finder(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name == "playground.cli":
            os.kill(os.getpid(), signal.SIGINT)
# A shell that starts the tests in the background has them ignore it.
signal.signal(signal.SIGINT, signal.default_int_handler)
sys.meta_path.insert(0, Finder())
from playground.__main__ import main
sys.exit(main(["train", "--epochs", "1"]))
"""


def test_ctrl_c_while_modules_are_loaded_ends_without_a_traceback():
    done = subprocess.run(
        [sys.executable, "-c", INTERRUPTED_WHILE_LOADING],
        cwd=ROOT, capture_output=True, timeout=60,
    )  # fmt: skip
    assert done.returncode == -signal.SIGINT and done.stderr == b""


@pytest.mark.parametrize("stream", ["1", "2"])
@pytest.mark.parametrize("where", ["&-", "/dev/full"])
@pytest.mark.parametrize("arguments", ["train --epochs 1", "search --trials 1 --minutes 0.0001"])
def test_closed_and_full_streams_give_no_traceback(stream, where, arguments):
    command = f"{sys.executable} -m playground {arguments} {stream}>{where}"
    done = subprocess.run(command, shell=True, cwd=ROOT, capture_output=True, timeout=60)
    assert done.returncode in (0, 1, 2, 130)
    assert b"Traceback" not in done.stderr and b"Exception ignored" not in done.stderr
    if (stream, where) == ("1", "/dev/full"):
        assert b"the output could not be written" in done.stderr


@pytest.mark.parametrize("name", ["trained.model", "weights.npz", "curves.csv"])
def test_a_result_file_that_is_a_folder_is_named(name, tmp_path, capsys):
    (tmp_path / name).mkdir()
    assert cli.main(["train", "--epochs", "0", "--out", str(tmp_path)]) == 1
    said = capsys.readouterr()
    assert said.err == f"playground: {tmp_path / name}: Is a directory\n"
    assert "train: loss" in said.out
    assert not list(tmp_path.glob(".part-*"))


def test_results_do_not_take_the_place_of_a_device_or_pipe(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(OSError, match="is not an ordinary file"), replacing(tmp_path / "pipe"):
        pass
    assert (tmp_path / "pipe").is_fifo() and len(list(tmp_path.iterdir())) == 1


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_keeps_what_was_computed(number, tmp_path):
    running = subprocess.Popen(
        [*PLAY, "train", "--epochs", "100000000", "--out", str(tmp_path)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    # The command line is loaded once the folder has been looked at and left empty again.
    time_limit = time.monotonic() + 50
    while not _catches(running.pid, number) and time.monotonic() < time_limit:
        os.sched_yield()
    running.send_signal(number)
    out, problems = running.communicate(timeout=60)
    assert running.returncode == 130, problems
    assert b"writing to" in problems and b"stopped by the user" in out
    names = sorted(each.name for each in tmp_path.iterdir())
    figures = ["curves.csv", "experiment.json", "metrics.json"]
    assert names == [*figures, "trained.model", "weights.npz"]


WRITES_SLOWLY = """
import os, signal, sys
import numpy as np
from playground import headless
from playground.__main__ import main
save = np.savez
def interrupted(*arguments, **arrays):
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGINT):
        os.kill(os.getpid(), number)
    save(*arguments, **arrays)
headless.np.savez = interrupted
class Stop:
    def __call__(self):
        os.kill(os.getpid(), signal.SIGINT)
        return asked()
run = headless.run
def started(spec, stopped, *rest):
    global asked
    asked = stopped
    return run(spec, Stop(), *rest)
headless.run = started
sys.exit(main(["train", "--epochs", "100000000", "--out", sys.argv[1]]))
"""


def test_a_second_ctrl_c_while_results_are_written_loses_nothing(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", WRITES_SLOWLY, str(tmp_path / "out")],
        cwd=ROOT, capture_output=True, timeout=60,
    )  # fmt: skip
    assert done.returncode == 130 and b"writing to" in done.stderr and b"train: loss" in done.stdout
    names = sorted(each.name for each in (tmp_path / "out").iterdir())
    figures = ["curves.csv", "experiment.json", "metrics.json"]
    assert names == [*figures, "trained.model", "weights.npz"]


def _catches(pid: int, number: int) -> bool:
    """Whether a process has a Python handler for SIGTERM, which it installs when it trains."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return False
    caught = next(line for line in status.splitlines() if line.startswith("SigCgt"))
    return bool(int(caught.split()[1], 16) >> (signal.SIGTERM - 1) & 1)


def test_figures_are_told_even_where_nothing_can_be_written(tmp_path, monkeypatch, capsys):
    from playground import headless

    def fail(recording, folder):
        raise OSError(28, "No space left on device", str(folder / "weights.npz"))

    monkeypatch.setattr(headless, "write", fail)
    assert cli.main(["train", "--epochs", "1", "--out", str(tmp_path)]) == 1
    said = capsys.readouterr()
    assert "train: loss" in said.out and "written to" not in said.out
    assert "weights.npz: No space left on device" in said.err


def test_a_compositor_that_is_gone_is_no_display(tmp_path):
    stale = {"WAYLAND_DISPLAY": "wayland-7", "XDG_RUNTIME_DIR": str(tmp_path)}
    assert missing_display(stale)
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "wayland-7"))
        server.listen()
        assert missing_display(stale) == ""


def test_a_display_number_beyond_all_ports_is_no_display():
    assert "answers" in missing_display({"DISPLAY": "localhost:99999"})


NO_TEMPORARY_FOLDER = """
import sys, tempfile
tempfile._candidate_tempdir_list = lambda: ["/no/such/folder"]
from playground.__main__ import main
if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
"""


@pytest.mark.parametrize(
    "arguments",
    [
        ["train", "--epochs", "1"],
        ["code", "--to", "numpy"],
        pytest.param(
            ["search", "--trials", "1", "--epochs", "1", "--bundled"],
            marks=pytest.mark.skipif(
                sys.platform != "linux", reason="its processes are connected by a temporary file"
            ),
        ),
    ],
)
def test_without_a_temporary_folder_commands_work(arguments):
    done = subprocess.run(
        [sys.executable, "-c", NO_TEMPORARY_FOLDER, *arguments],
        cwd=ROOT, capture_output=True, timeout=60,
    )  # fmt: skip
    assert not said(done) and done.returncode == 0


# Names that are not UTF-8


def test_files_whose_names_are_not_utf8_are_opened_or_refused_by_name(tmp_path, capsys):
    name = str(tmp_path / "caf\udce9")
    Path(f"{name}.json").write_text("{}")
    Path(f"{name}.csv").write_text("x,y\n" + "".join(f"{i},{i % 2}\n" for i in range(40)))
    assert cli.main(["train", f"{name}.json", "--epochs", "0", "--out", f"{name}.out"]) == 0
    assert cli.main(["predict", f"{name}.out/trained.model", "none.csv"]) == 2
    assert "is not there" in capsys.readouterr().err
    # Its name is kept in the experiment, which is UTF-8.
    assert cli.main(["train", "--data", f"{name}.csv", "--epochs", "0"]) == 2
    assert "a file with such a name has to be renamed" in capsys.readouterr().err
    with pytest.raises(DataError, match=r"caf\?.csv: .* rename the file"):
        opened(Path(f"{name}.csv"))


# Experiments


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_pipe_and_a_device_are_refused_unread(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", Path("/dev/zero")):
        with pytest.raises(SpecError, match="is not an ordinary file"):
            read_experiment(path)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_lesson_that_is_a_pipe_or_a_device_is_refused_unread(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", Path("/dev/zero")):
        with pytest.raises(OSError, match="is not an ordinary file"):
            lessons.read(path)
    with open(tmp_path / "giant.md", "wb") as file:
        file.truncate(10**12)
    with pytest.raises(lessons.LessonError):
        lessons.read(tmp_path / "giant.md")


def test_a_giant_file_is_refused_unread(tmp_path):
    with open(tmp_path / "giant.json", "wb") as file:
        file.truncate(10**12)
    with pytest.raises(SpecError, match="is too large for an experiment"):
        read_experiment(tmp_path / "giant.json")


def test_a_million_layers_are_refused():
    with pytest.raises(SpecError) as raised:
        from_dict({"network": {"hidden": [1] * 1_000_000}})
    assert raised.value.problems == [
        f"network.hidden: has 1,000,000 items; {MOST_ITEMS:,} are the most"
    ]


MOST_CHARACTERS = 5_000_000
GIANTS = {
    "brackets": "[" * 49_000_000,
    "brackets of the greatest length": "[" * MOST_CHARACTERS,
    "objects": "[" + '{"a":1},' * 6_000_000 + "1]",
    "objects of the greatest length": "[" + '{"a":1},' * (MOST_CHARACTERS // 8 - 1) + "1]",
    "lists of the greatest length": "[" + "[]," * (MOST_CHARACTERS // 3 - 1) + "1]",
    "blank lines": "\n" * 50_000_000,
    "unknown settings": "{" + ",".join(f'"a{i}":1' for i in range(400_000)) + "}",
}


@pytest.mark.parametrize("name", GIANTS)
def test_a_giant_text_is_refused_soon_and_in_little_memory(name, tmp_path):
    path = tmp_path / "giant.json"
    path.write_text(GIANTS[name])
    with memory_limited():
        began = time.process_time()
        with pytest.raises(SpecError) as raised:
            read_experiment(path)
        assert time.process_time() - began < ENDLESS_SECONDS
    assert len(raised.value.problems) < 50


def test_a_table_of_blank_lines_is_refused_soon_and_in_little_memory(tmp_path):
    path = tmp_path / "blank.csv"
    path.write_text("a,b\n1,2\n" + "\n" * 50_000_000)
    with pytest.raises(DataError):
        # Loads the library that reads tables, which is not counted.
        opened(path.with_name("none.csv"))
    with memory_limited():
        began = time.process_time()
        with pytest.raises(DataError):
            load(opened(path))
        assert time.process_time() - began < ENDLESS_SECONDS
