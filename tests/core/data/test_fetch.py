"""Downloads survive what networks do: slow, broken, wrong and refusing servers; cancel, resume."""

import hashlib
import threading
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pytest

from core.base.cancellation import Cancelled
from core.data import DataError, fetch
from core.data.fetch import adopt, download, present
from core.data.mnist import FILES, MNIST
from core.data.sources import SOURCES, RemoteFile, Source
from playground.__main__ import main
from tests.core.data.test_mnist import drawn, home, write_set  # noqa: F401


class Server(BaseHTTPRequestHandler):
    """Serves `contents` below a first folder that says how it behaves."""

    protocol_version = "HTTP/1.1"
    contents: dict[str, bytes]
    requests: list[tuple[str, str]]
    half_seen: threading.Event

    def do_GET(self):
        _, manner, name = self.path.split("/")
        self.requests.append((manner, self.headers.get("Range", "")))
        getattr(self, f"be_{manner}")(self.contents[name])
        self.close_connection = True

    def be_good(self, content):
        start = 0
        if wanted := self.headers.get("Range"):
            start = int(wanted.removeprefix("bytes=").removesuffix("-"))
        self._answer(206 if wanted else 200, content[start:])

    def be_unresuming(self, content):
        self._answer(200, content)

    def be_stubborn(self, content):
        self._answer(416 if self.headers.get("Range") else 200, content)

    def be_breaking(self, content):
        """A part only at each request, whatever was announced."""
        start = int((self.headers.get("Range") or "bytes=0-")[6:-1])
        some = content[start : start + len(content) // 3 + 1]
        self._answer(206 if start else 200, some, announced=len(content) - start)

    def be_stuck(self, content):
        """The first half, and then nothing more ever."""
        self._answer(200, content[: len(content) // 2], announced=len(content))

    def be_slow(self, content):
        """The second half only once the first was seen."""
        half = len(content) // 2
        self._answer(200, content[:half], announced=len(content))
        self.half_seen.wait(10)
        self.wfile.write(content[half:])

    def be_silent(self, content):
        self.half_seen.wait(10)

    def be_wrong(self, content):
        self._answer(200, bytes(len(content)))

    def be_portal(self, content):
        self._answer(200, b"<html>Please log in</html>")

    def be_forbidding(self, content):
        self._answer(403, b"no")

    def be_missing(self, content):
        self._answer(404, b"no")

    def _answer(self, status, content, announced=None):
        self.send_response(status)
        self.send_header("Content-Length", str(len(content) if announced is None else announced))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format, *args):
        pass


@dataclass
class Network:
    """Makes sources of mirrors that behave in given manners; remembers what was asked."""

    base: str
    files: tuple[RemoteFile, ...]
    requests: list[tuple[str, str]]
    half_seen: threading.Event

    def __call__(self, *manners):
        return Source("mnist", tuple(f"{self.base}/{m}/" for m in manners), self.files)


class Told(list):
    """A progress callback that remembers what it was told."""

    def __call__(self, done, total, text):
        self.append((done, total, text))


@pytest.fixture
def network(home, tmp_path, monkeypatch):  # noqa: F811
    """A server of a small MNIST."""
    write_set(tmp_path / "published", zipped=True)
    contents = {f"{s}.gz": (tmp_path / "published" / f"{s}.gz").read_bytes() for s in FILES}
    files = tuple(
        RemoteFile(name, len(content), hashlib.sha256(content).hexdigest())
        for name, content in contents.items()
    )
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    state = {"requests": [], "half_seen": threading.Event()}
    manners = type("Manners", (Server,), state | {"contents": contents})
    server = ThreadingHTTPServer(("127.0.0.1", 0), manners)
    # So that closing it waits for its connections to be closed, too.
    server.daemon_threads = False
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()

    served = Network(f"http://127.0.0.1:{server.server_port}", files, **state)
    yield served
    served.half_seen.set()
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_download_is_complete_readable_and_works_offline_ever_after(network, home):  # noqa: F811
    progress, source = Told(), network("good")
    assert present("mnist") is None
    folder = download(source, progress)
    assert present("mnist") == folder == home / "mnist"
    assert len(drawn(MNIST())) == 50
    assert sorted(p.name for p in folder.iterdir()) == sorted(f.name for f in source.files)
    done = [d for d, _, _ in progress]
    assert done == sorted(done) and done[-1] == progress[0][1] == source.size
    asked = len(network.requests)
    download(source)
    assert len(network.requests) == asked


@pytest.mark.parametrize("bad", ["forbidding", "missing", "wrong", "portal", "stuck"])
def test_a_mirror_that_fails_is_followed_by_the_next(network, bad):
    download(network(bad, "good"))
    assert len(drawn(MNIST())) == 50
    assert [manner for manner, _ in network.requests].count("good") == 4


def test_a_mirror_that_is_not_there_is_followed_by_the_next(network):
    source = network("good")
    nowhere = Source("mnist", ("http://127.0.0.1:1/", *source.mirrors), source.files)
    download(nowhere)
    assert present("mnist")


def test_a_silent_mirror_is_given_up(network, monkeypatch):
    monkeypatch.setattr(fetch, "SILENCE_SECONDS", 0.05)
    download(network("silent", "good"))
    assert present("mnist")


def test_a_mirror_that_breaks_off_is_asked_for_the_rest(network):
    download(network("breaking"))
    assert present("mnist")
    assert [range_ for _, range_ in network.requests].count("") == 4
    assert len(network.requests) == 4 * 3


def test_when_all_mirrors_fail_each_is_named_with_its_reason(network, home):  # noqa: F811
    with pytest.raises(DataError) as caught:
        download(network("forbidding", "missing", "wrong", "portal", "stuck"))
    for reason in ("answers 403", "answers 404", "(SHA-256)", "(size)", "disconnected"):
        assert reason in str(caught.value)
    assert present("mnist") is None
    assert not [p for p in (home / "mnist").iterdir() if p.suffix == ".gz"]


def test_a_slow_mirror_shows_progress_and_can_be_cancelled(network):
    source, told = network("slow"), Told()
    half = source.files[0].size // 2
    with pytest.raises(Cancelled):
        download(source, told, lambda: bool(told) and told[-1][0] == half)
    assert told[-1][:2] == (half, source.size)
    network.half_seen.set()
    download(source)
    assert present("mnist")


@pytest.mark.parametrize("manner", ["good", "unresuming", "stubborn"])
def test_a_cancelled_download_is_taken_up_whatever_the_mirror_can(network, home, manner):  # noqa: F811
    told = Told()
    with pytest.raises(Cancelled):
        download(network("slow"), told, lambda: len(told) > 1)
    part = home / "mnist" / f".{FILES[0]}.gz.part"
    have = part.stat().st_size
    assert have > 0
    download(network(manner))
    assert present("mnist") and not part.exists()
    assert network.requests[1] == (manner, f"bytes={have}-")
    assert len(network.requests) == 1 + 4 + (manner == "stubborn")


def test_a_part_that_was_spoilt_is_fetched_anew(network, home):  # noqa: F811
    source = network("good")
    (home / "mnist").mkdir(parents=True)
    (home / "mnist" / f".{FILES[0]}.gz.part").write_bytes(b"spoilt")
    (home / "mnist" / f".{FILES[1]}.gz.part").write_bytes(bytes(10 * source.files[1].size))
    (home / "mnist" / f"{FILES[2]}.gz").write_bytes(b"damaged")
    download(source)
    assert present("mnist")


def test_nothing_is_asked_once_the_user_has_cancelled(network):
    with pytest.raises(Cancelled):
        download(network("good"), cancelled=lambda: True)
    assert network.requests == []


def test_a_place_that_cannot_be_written_is_named(network, home):  # noqa: F811
    home.parent.mkdir(parents=True, exist_ok=True)
    home.write_text("a file in the way")
    with pytest.raises(DataError, match=f"{home}.*cannot be written.*PLAYGROUND_DATA"):
        download(network("good"))


@pytest.mark.parametrize("zipped", [False, True])
def test_a_folder_of_the_user_s_is_copied(home, tmp_path, zipped):  # noqa: F811
    images = write_set(tmp_path / "mine", zipped)[0]
    write_set(home / "mnist", not zipped, seed=9)
    assert adopt("mnist", tmp_path / "mine") == home / "mnist"
    assert np.allclose(drawn(MNIST()).inputs * 255, images.reshape(len(images), -1), atol=1e-4)
    assert sorted(p.name for p in home.iterdir()) == ["mnist"]


def test_a_damaged_or_incomplete_folder_is_refused_and_nothing_changes(home, tmp_path):  # noqa: F811
    with pytest.raises(DataError, match=f"lacks {FILES[0]}, {FILES[1]}.*choose the folder"):
        adopt("mnist", tmp_path)
    write_set(tmp_path / "mine")
    (tmp_path / "mine" / FILES[0]).write_bytes(b"\0\0\x08\x03cut short")
    with pytest.raises(DataError, match=FILES[0]):
        adopt("mnist", tmp_path / "mine")
    assert present("mnist") is None


def test_a_folder_that_may_not_be_read_is_told(home, tmp_path, monkeypatch):  # noqa: F811
    monkeypatch.setattr(fetch.os, "access", lambda *_: False)
    with pytest.raises(DataError, match="may not be read by you; change its permissions"):
        adopt("mnist", tmp_path)


def test_what_is_published_is_told_exactly():
    for source in SOURCES.values():
        assert [f.name for f in source.files] == [f"{stem}.gz" for stem in FILES]
        assert all(len(f.sha256) == 64 and f.size > 4000 for f in source.files)
        assert all(m.endswith("/") for m in source.mirrors) and len(source.mirrors) > 1


def test_fetching_from_the_command_line(network, home, tmp_path, monkeypatch, capsys):  # noqa: F811
    source = network("good")
    monkeypatch.setitem(SOURCES, "mnist", source)
    assert main(["data", "fetch", "mnist"]) == 0
    assert str(home / "mnist") in capsys.readouterr().out
    assert main(["data", "fetch", "mnist"]) == 0
    assert "is already here" in capsys.readouterr().out
    assert main(["data", "fetch", "fashion_mnist", "--from", str(home / "mnist")]) == 0
    assert present("fashion_mnist")


def test_a_mirror_of_the_user_s_from_the_command_line(network, monkeypatch, capsys):
    source = network("good")
    monkeypatch.setitem(SOURCES, "mnist", Source("mnist", (), source.files))
    assert main(["data", "fetch", "mnist", "--from", source.mirrors[0].rstrip("/")]) == 0
    assert present("mnist")


def test_a_failed_fetch_says_why_with_status_1(network, tmp_path, monkeypatch, capsys):
    monkeypatch.setitem(SOURCES, "mnist", network("missing"))
    assert main(["data", "fetch", "mnist"]) == 1
    said = capsys.readouterr().err.splitlines()
    assert "check the connection and try again" in said[0] and said[1].endswith(
        "answers 404 Not Found"
    )
    assert "data fetch mnist --from FOLDER" in said[-1]
    assert main(["data", "fetch", "mnist", "--from", str(tmp_path / "nowhere")]) == 1
    assert "nowhere: is not a folder; choose the one with" in capsys.readouterr().err
