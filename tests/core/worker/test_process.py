"""A process of its own: what goes to and fro, and how it ends, whoever ends first."""

import os
import pickle
import queue
import select
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from core.worker.process import Link, Process

WAIT = 20
HERE = "tests.core.worker.test_process"


def echo(link: Link) -> None:
    """In the other process: send everything back, with its number."""
    print("what is printed is no message")
    count = 0
    while (packed := link.receive()) is not None:
        link.send((count, pickle.loads(packed)))
        count += 1


def deaf(link: Link) -> None:
    """In the other process: never listen, never end."""
    link.send("here")
    threading.Event().wait()


def broken(link: Link) -> None:
    raise RuntimeError("no such luck")


class Peer:
    """A process and what came from it."""

    def __init__(self, service: str) -> None:
        self.messages: queue.Queue = queue.Queue()
        self.status: queue.Queue = queue.Queue()
        self.process = Process(f"{HERE}:{service}", self.messages.put, self.status.put)

    def heard(self):
        return pickle.loads(self.messages.get(timeout=WAIT))


@pytest.mark.parametrize("message", ["", {"a": (1, None)}, b"x" * 5_000_000, list(range(1000))])
def test_what_is_sent_comes_back_as_it_was(message):
    peer = Peer("echo")
    for count in range(3):
        peer.process.send(message)
        assert peer.heard() == (count, message)
    assert peer.process.close(WAIT)
    assert peer.status.get(timeout=WAIT) == 0


def test_many_may_send_at_once():
    peer, message = Peer("echo"), b"y" * 100_000
    senders = [
        threading.Thread(target=lambda: [peer.process.send(message) for _ in range(20)])
        for _ in range(4)
    ]
    for sender in senders:
        sender.start()
    assert [peer.heard() for _ in range(80)] == [(count, message) for count in range(80)]
    assert peer.process.close(WAIT)


def test_one_that_does_not_listen_is_ended_all_the_same():
    peer = Peer("deaf")
    assert peer.heard() == "here"
    assert not peer.process.close(0.05)
    assert peer.status.get(timeout=WAIT) == -signal.SIGKILL


def test_one_that_dies_is_told_and_hears_no_more(capfd):
    peer = Peer("broken")
    assert peer.status.get(timeout=WAIT) == 1
    peer.process.send("anybody there?")
    assert peer.process.close(WAIT)
    assert "no such luck" in capfd.readouterr().err


def test_it_ends_with_whoever_has_started_it():
    script = (
        f"import sys, time; from {HERE} import Peer; peer = Peer('echo'); peer.process.send(1);"
        "peer.heard(); print(peer.process.id, flush=True); time.sleep(60)"
    )
    root = Path(__file__).parents[3]
    parent = subprocess.Popen([sys.executable, "-c", script], cwd=root, stdout=subprocess.PIPE)
    assert parent.stdout
    child = int(parent.stdout.readline())
    handle = os.pidfd_open(child)
    parent.kill()
    parent.wait()
    parent.stdout.close()
    assert _ended(handle)


def test_where_there_is_nowhere_to_print_it_works_all_the_same():
    script = (
        f"from {HERE} import Peer; peer = Peer('echo'); peer.process.send(1);"
        "raise SystemExit(0 if peer.heard() == (0, 1) and peer.process.close(20) else 1)"
    )
    closed = f'exec {sys.executable} -c "$1" 2>&-'
    root = Path(__file__).parents[3]
    assert subprocess.run(["bash", "-c", closed, "bash", script], cwd=root).returncode == 0


def test_an_interrupt_from_the_keyboard_is_not_for_it():
    peer = Peer("echo")
    peer.process.send(1)
    peer.heard()
    assert os.getpgid(peer.process.id) != os.getpgid(0)
    assert peer.process.close(WAIT)


def test_a_module_of_that_name_in_the_present_folder_is_not_taken(tmp_path, monkeypatch):
    (tmp_path / "core").mkdir()
    (tmp_path / "core" / "__init__.py").write_text("raise SystemExit(7)")
    monkeypatch.chdir(tmp_path)
    peer = Peer("echo")
    peer.process.send("hello")
    assert peer.heard() == (0, "hello")
    assert peer.process.close(WAIT)


def _ended(handle: int) -> bool:
    """Whether a process, which is not a child of this one, ends in time."""
    ready, _, _ = select.select([handle], [], [], WAIT)
    os.close(handle)
    return bool(ready)
