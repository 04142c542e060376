"""Getting data sets that do not come with the application.

Mirrors are tried in turn. An interrupted download is resumed where it ended, also days later
or from another mirror; only a file whose SHA-256 is right gets its name, all at once.
"""

from __future__ import annotations

import hashlib
import http.client
import os
import shutil
import socket
import tempfile
import urllib.error
import urllib.request
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import IO, NoReturn
from urllib.parse import urlsplit

from core.base.cancellation import Cancelled
from core.base.folders import cache_folder
from core.base.translation import Message, joined
from core.data.dataset import DataError
from core.data.folders import VARIABLE
from core.data.mnist import FILES, files_in, find, missing_in, read_set
from core.data.sources import RemoteFile, Source

# Called with the bytes present, the total number of bytes, and the current activity.
Progress = Callable[[int, int, str], None]
Question = Callable[[], bool]

SILENCE_SECONDS = 20
CHUNK = 1 << 16
# A mirror that disconnects is asked again while it sends something, up to a limit.
MOST_TRIES = 50


def present(key: str) -> Path | None:
    """The folder in which a data set lies ready to be read, or None."""
    files = find(key)
    if files is None:
        return None
    try:
        read_set(files)
    except DataError:
        return None
    return files[0].parent


def download(
    source: Source,
    progress: Progress = lambda done, size, text: None,
    cancelled: Question = lambda: False,
) -> Path:
    """Download what is missing of a data set into the cache folder, and return the folder.

    Raises `DataError`, with a line for each mirror if all of them fail, and `Cancelled`.
    """
    folder = cache_folder() / source.key
    done = 0
    for file in source.files:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            _Download(file, folder, source, done, progress, cancelled).run()
        except OSError as error:
            _refuse(error, folder)
        done += file.size
    for stem in FILES:
        # Another form of the same file must not be read instead.
        for other in (stem, stem.replace("-idx", ".idx")):
            (folder / other).unlink(missing_ok=True)
    return folder


def adopt(key: str, folder: Path) -> Path:
    """Copy a data set from a folder of the user's, gzipped or not; returns where it is now.

    Raises `DataError` where it is incomplete or damaged.
    """
    if not folder.is_dir():
        raise DataError(
            Message(
                "{folder}: is not a folder; choose the one with the four IDX files", folder=folder
            )
        )
    if not os.access(folder, os.R_OK | os.X_OK):
        raise DataError(
            Message(
                "{folder}: may not be read by you; change its permissions or copy it", folder=folder
            )
        )
    files = files_in(folder) or files_in(folder / key)
    if files is None:
        missing = ", ".join(missing_in(folder))
        raise DataError(
            Message(
                "{folder}: lacks {missing}; choose the folder with the four IDX files, gzipped "
                "or not",
                folder=folder,
                missing=missing,
            )
        )
    read_set(files)
    target = cache_folder() / key
    if target.exists() and files[0].parent.samefile(target):
        return target
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=f".{key}.", dir=target.parent) as aside:
            fresh = Path(aside) / "new"
            fresh.mkdir()
            for file in files:
                shutil.copyfile(file, fresh / file.name)
            if target.exists():
                target.rename(Path(aside) / "old")
            fresh.rename(target)
    except OSError as error:
        _refuse(error, target)
    return target


def _refuse(error: OSError, place: Path) -> NoReturn:
    raise DataError(
        Message(
            "{filename}: cannot be written ({strerror}); fix that, or name a folder that "
            "holds a folder {name} with the files in {variable}",
            filename=error.filename or place,
            strerror=error.strerror or str(error),
            name=place.name,
            variable=VARIABLE,
        )
    ) from error


class _Failure(Exception):
    """A mirror did not deliver."""


class _Download:
    """One file on its way from the mirrors into a folder."""

    def __init__(
        self,
        file: RemoteFile,
        folder: Path,
        source: Source,
        before: int,
        progress: Progress,
        cancelled: Question,
    ) -> None:
        self._file, self._source, self._before = file, source, before
        self._progress, self._cancelled = progress, cancelled
        self._target, self._part = folder / file.name, folder / f".{file.name}.part"

    def run(self) -> None:
        if self._target.exists() and self._is_right(self._target):
            self._tell(self._file.size, Message("is there already"))
            return
        failures = []
        for mirror in self._source.mirrors:
            try:
                self._from_mirror(mirror)
            except _Failure as failure:
                failures.append(joined(" ", [urlsplit(mirror).netloc or mirror, str(failure)]))
            else:
                os.replace(self._part, self._target)
                return
        told = Message(
            "{name} cannot be downloaded; check the connection and try again, or get the "
            "four files elsewhere and choose their folder",
            name=self._file.name,
        )
        raise DataError(joined("\n", [told, *failures]))

    def _from_mirror(self, mirror: str) -> None:
        """Leave the complete and right file under its provisional name. Raises `_Failure`."""
        for _ in range(MOST_TRIES):
            have = self._have()
            try:
                if have < self._file.size:
                    self._receive(mirror, have)
            except _Failure:
                if self._have() <= have:
                    raise
                continue
            if self._is_right(self._part):
                return
            self._part.unlink()
            if not have:
                break
        raise _Failure(Message("sends other bytes than were published (SHA-256)"))

    def _receive(self, mirror: str, have: int) -> None:
        """Append what the mirror sends to the `have` bytes already present."""
        headers = {"User-Agent": "training-playground"}
        if have:
            headers["Range"] = f"bytes={have}-"
        request = urllib.request.Request(mirror + self._file.name, headers=headers)
        self._ask()
        try:
            response = urllib.request.urlopen(request, timeout=SILENCE_SECONDS)
        except urllib.error.HTTPError as error:
            error.close()
            if have and error.code == http.client.REQUESTED_RANGE_NOT_SATISFIABLE:
                self._part.unlink()
                self._receive(mirror, 0)
                return
            raise _Failure(
                Message("answers {code} {reason}", code=error.code, reason=error.reason)
            ) from error
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise _Failure(_told(error)) from error
        with response:
            if response.status != http.client.PARTIAL_CONTENT:
                have = 0
            missing = self._file.size - have
            if response.headers.get("Content-Length", str(missing)) != str(missing):
                raise _Failure(Message("sends other bytes than were published (size)"))
            with open(self._part, "ab" if have else "wb") as part:
                self._copy(response, part, have, mirror)

    def _copy(
        self, response: http.client.HTTPResponse, part: IO[bytes], have: int, mirror: str
    ) -> None:
        while have < self._file.size:
            self._tell(have, Message("from {mirror}", mirror=mirror))
            self._ask()
            try:
                chunk = response.read1(CHUNK)
            except (OSError, http.client.HTTPException) as error:
                raise _Failure(_told(error)) from error
            if not chunk:
                raise _Failure(Message("disconnected"))
            part.write(chunk[: self._file.size - have])
            have += len(chunk)
        self._tell(self._file.size, Message("from {mirror}", mirror=mirror))

    def _have(self) -> int:
        """How many bytes of the file are present; a part that is too long is deleted."""
        with suppress(FileNotFoundError):
            size = self._part.stat().st_size
            if size <= self._file.size:
                return size
            self._part.unlink()
        return 0

    def _is_right(self, path: Path) -> bool:
        with open(path, "rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest() == self._file.sha256

    def _tell(self, have: int, text: str) -> None:
        self._progress(self._before + have, self._source.size, joined(" ", [self._file.name, text]))

    def _ask(self) -> None:
        if self._cancelled():
            raise Cancelled


def _told(error: Exception) -> str:
    """A network error in a few words."""
    reason = getattr(error, "reason", error)
    if isinstance(reason, socket.gaierror):
        return Message("is not found in the network")
    if isinstance(reason, TimeoutError):
        return Message("does not answer for {seconds} seconds", seconds=SILENCE_SECONDS)
    return str(getattr(reason, "strerror", None) or reason or type(reason).__name__)
