"""A worker, in a process and in a thread: what goes to and fro, and how it ends, whoever ends
first."""

import contextlib
import os
import queue
import select
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from core.worker.channel import Handlers, Link, Worker, unpack
from core.worker.parcel import LARGE, parcel
from core.worker.process import HEARTBEAT_SECONDS, SILENT_AFTER, ProcessWorker
from core.worker.start import VARIABLE, start_worker
from core.worker.thread import ThreadWorker

WAIT = 20
HERE = "tests.core.worker.test_process"
ROOT = Path(__file__).parents[3]


def echo(link: Link) -> None:
    """In the worker: send everything back, with its number."""
    print("what is printed is no message")
    count = 0
    with contextlib.suppress(EOFError):
        while True:
            link.send((count, link.receive()))
            count += 1


def deaf(link: Link) -> None:
    """In the worker: never listen, never end."""
    link.send("here")
    threading.Event().wait()


def broken(link: Link) -> None:
    raise RuntimeError("no such luck")


def surroundings(link: Link) -> None:
    """In the worker: what it runs in."""
    import numpy as np  # noqa: F401
    from threadpoolctl import threadpool_info

    blas = [pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"]
    link.send((os.getcwd(), blas, sys.getswitchinterval()))


class Peer:
    """A worker and what came from it."""

    def __init__(self, service: str, make: Callable[..., Worker] = ProcessWorker) -> None:
        self.messages: queue.Queue = queue.Queue()
        self.status: queue.Queue = queue.Queue()
        self.silence: queue.Queue = queue.Queue()
        handlers = Handlers(self.messages.put, self.status.put, self.silence.put)
        self.worker = make(f"{HERE}:{service}", handlers)

    @property
    def process(self) -> int:
        assert self.worker.process_id
        return self.worker.process_id

    def heard(self):
        return unpack(self.messages.get(timeout=WAIT))


@pytest.fixture(params=[ProcessWorker, ThreadWorker])
def make(request):
    return request.param


@pytest.mark.parametrize("message", ["", {"a": (1, None)}, b"x" * 5_000_000, list(range(1000))])
def test_what_is_sent_comes_back_as_it_was(make, message):
    peer = Peer("echo", make)
    for count in range(3):
        peer.worker.send(message)
        assert peer.heard() == (count, message)
    assert peer.worker.close(WAIT)
    assert peer.status.get(timeout=WAIT) == 0


def test_many_may_send_at_once(make):
    peer, message = Peer("echo", make), b"y" * 100_000
    senders = [
        threading.Thread(target=lambda: [peer.worker.send(message) for _ in range(20)])
        for _ in range(4)
    ]
    for sender in senders:
        sender.start()
    assert [peer.heard() for _ in range(80)] == [(count, message) for count in range(80)]
    assert peer.worker.close(WAIT)


def test_large_arrays_cross_whole_and_can_be_written_to(make):
    rng = np.random.default_rng(0)
    rows = np.asfortranarray(rng.normal(size=(300_000, 3)).astype(np.float32))
    message = {"rows": rows, "same": rows, "few": np.arange(5), "odd": rows[1::2, 1]}
    peer = Peer("echo", make)
    for count in range(2):
        peer.worker.send(message)
        number, back = peer.heard()
        assert number == count
        for name, sent in message.items():
            assert np.array_equal(back[name], sent) and back[name].dtype == sent.dtype
        back["rows"][0, 0] = 1
    peer.worker.send("small again")
    assert peer.heard() == (2, "small again")
    assert peer.worker.close(WAIT)


def test_a_large_array_is_not_pickled_on_its_way():
    sent = parcel(("load", np.zeros(4 * LARGE, np.uint8)))
    assert len(sent.packed) < 1000 and [len(part) for part in sent.buffers] == [4 * LARGE]
    assert not parcel(("load", np.zeros(LARGE // 2, np.uint8))).buffers


def test_nothing_that_is_sent_is_shared(make):
    peer, message = Peer("echo", make), [1]
    peer.worker.send(message)
    message.append(2)
    assert peer.heard() == (0, [1])
    assert peer.worker.close(WAIT)


def test_one_that_does_not_listen_is_ended_all_the_same(make):
    peer = Peer("deaf", make)
    assert peer.heard() == "here"
    assert not peer.worker.close(0.05)
    assert peer.status.get(timeout=WAIT) == (-signal.SIGKILL if make is ProcessWorker else 1)


def test_one_that_dies_is_reported_and_receives_no_more(make, capfd):
    peer = Peer("broken", make)
    assert peer.status.get(timeout=WAIT) == 1
    peer.worker.send("anybody there?")
    assert peer.worker.close(WAIT)
    assert "no such luck" in capfd.readouterr().err


def test_a_process_that_is_stopped_is_noticed_and_so_is_that_it_goes_on():
    peer = Peer("echo")
    peer.worker.send(1)
    peer.heard()
    process = peer.process
    os.kill(process, signal.SIGSTOP)
    assert peer.silence.get(timeout=2 * HEARTBEAT_SECONDS * SILENT_AFTER) is True
    os.kill(process, signal.SIGCONT)
    assert peer.silence.get(timeout=WAIT) is False
    os.kill(process, signal.SIGSTOP)
    assert not peer.worker.close(0.05)
    assert peer.status.get(timeout=WAIT) == -signal.SIGKILL


def test_a_computer_that_has_slept_does_not_make_it_silent(monkeypatch):
    peer = Peer("echo")
    assert isinstance(peer.worker, ProcessWorker)
    source = peer.worker._source
    poll, waits = source.poll, iter([False])
    # One wait that ends without a heartbeat, however long it took.
    monkeypatch.setattr(source, "poll", lambda seconds: next(waits, None) is None and poll(seconds))
    for message in range(3):
        peer.worker.send(message)
        assert peer.heard() == (message, message)
    assert list(waits) == [] and peer.silence.empty()
    assert peer.worker.close(WAIT)


def test_it_ends_with_whoever_has_started_it():
    script = (
        f"import sys, time; from {HERE} import Peer; peer = Peer('echo'); peer.worker.send(1);"
        "peer.heard(); print(peer.worker.process_id, flush=True); time.sleep(60)"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", script], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    assert parent.stdout
    child = int(parent.stdout.readline())
    handle = os.pidfd_open(child)
    parent.kill()
    parent.wait()
    parent.stdout.close()
    assert _ended(handle)


def test_an_application_that_forgets_a_stopped_process_ends_all_the_same():
    script = (
        f"import os, signal; from {HERE} import Peer; peer = Peer('echo'); peer.worker.send(1);"
        "peer.heard(); os.kill(peer.worker.process_id, signal.SIGSTOP)"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, timeout=WAIT)
    assert done.returncode == 0


def test_where_there_is_nowhere_to_print_it_works_all_the_same():
    script = (
        f"from {HERE} import Peer; peer = Peer('echo'); peer.worker.send(1);"
        "raise SystemExit(0 if peer.heard() == (0, 1) and peer.worker.close(20) else 1)"
    )
    closed = f'exec {sys.executable} -c "$1" 0<&- 1>&- 2>&-'
    assert subprocess.run(["bash", "-c", closed, "bash", script], cwd=ROOT).returncode == 0


def test_an_interrupt_from_the_keyboard_is_not_for_it():
    peer = Peer("echo")
    # Also at once, while its interpreter is still starting.
    for message in range(3):
        os.kill(peer.process, signal.SIGINT)
        peer.worker.send(message)
        assert peer.heard() == (message, message)
    assert peer.worker.close(WAIT)
    assert peer.status.get(timeout=WAIT) == 0


def test_modules_in_the_current_folder_are_not_taken_for_the_standard_ones(tmp_path):
    for name in ("random", "socket", "pickle", "signal", "core"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit(7)")
    script = (
        f"import sys; sys.path[0] = {str(ROOT)!r}; import os; from {HERE} import Peer;"
        f"os.chdir({str(tmp_path)!r}); peer = Peer('echo'); peer.worker.send('hello');"
        "raise SystemExit(0 if peer.heard() == (0, 'hello') and peer.worker.close(20) else 1)"
    )
    assert subprocess.run([sys.executable, "-c", script], cwd=ROOT, timeout=WAIT).returncode == 0


def test_it_has_one_blas_thread_and_lets_commands_in_quickly():
    peer = Peer("surroundings")
    _, blas, interval = peer.heard()
    assert set(blas) <= {1}
    assert interval == pytest.approx(0.001)
    assert peer.worker.close(WAIT)


def test_where_no_process_can_be_started_a_thread_does_the_work(monkeypatch):
    def refuse(*_):
        raise OSError(12, "Cannot allocate memory")

    monkeypatch.setattr("core.worker.process._context.Process.start", refuse)
    peer = Peer("echo", start_worker)
    peer.worker.send("hello")
    assert peer.heard() == (0, "hello")
    assert peer.worker.process_id is None
    assert peer.worker.close(WAIT)


@pytest.mark.parametrize("value", ["thread", "process", ""])
def test_a_variable_chooses_the_thread(monkeypatch, value):
    monkeypatch.setenv(VARIABLE, value)
    peer = Peer("echo", start_worker)
    assert isinstance(peer.worker, ThreadWorker if value == "thread" else ProcessWorker)
    assert peer.worker.close(WAIT)


MAIN = """
import sys
from {here} import Peer
def main():
    peer = Peer("echo")
    peer.worker.send("hello")
    print(peer.heard())
    return 0 if peer.worker.close(20) else 1
print("main is read as", __name__)
if __name__ == "__main__":
    sys.exit(main())
"""


@pytest.mark.parametrize("how", ["script", "module"])
def test_it_works_however_the_application_was_started(tmp_path, how):
    """A spawned process reads the main module once more."""
    package = tmp_path / "started"
    package.mkdir()
    (package / "__main__.py").write_text(MAIN.format(here=HERE))
    script = tmp_path / "command"
    script.write_text(MAIN.format(here=HERE))
    start = [str(script)] if how == "script" else ["-m", "started"]
    environment = {**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{tmp_path}"}
    done = subprocess.run(
        [sys.executable, *start], env=environment, timeout=WAIT, capture_output=True, text=True
    )
    assert (done.returncode, done.stderr.replace("what is printed is no message\n", "")) == (0, "")
    assert "(0, 'hello')" in done.stdout
    assert done.stdout.count("read as __main__") == 1


def _ended(handle: int) -> bool:
    """Whether a process, which is not a child of this one, ends in time."""
    ready, _, _ = select.select([handle], [], [], WAIT)
    os.close(handle)
    return bool(ready)
