"""Film formats: each takes frames one after the other, so that a film need not fit into memory."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
from PIL import GifImagePlugin, Image

from core.base.translation import Message, tr

# The pixels that the colours of a GIF are chosen from, at most.
PALETTE_PIXELS = 1_000_000
# One of the 256 colours of a GIF stands for "as in the frame before".
UNCHANGED = 255
# Of WebP: high enough that text has no visible artefacts.
QUALITY = 90
NO_FFMPEG = Message("MP4 needs ffmpeg, which was not found on this computer.")


class FilmError(Exception):
    """A film could not be written; the message says why."""


@dataclass(frozen=True)
class Reel:
    """Properties of a film: `size` in pixels, frames per second and number of frames."""

    size: tuple[int, int]
    rate: int
    count: int


Frames = Iterator[Image.Image]


@dataclass(frozen=True)
class FilmFormat:
    """A kind of film. `write` takes an open file and the frames (RGB).

    With `samples` the first, the middle and the last frame come once before all others, to choose
    colours from. `missing` returns what the computer lacks for this format, "" if nothing.
    """

    key: str
    label: str
    write: Callable[[Path, Reel, Frames], None]
    samples: bool = False
    missing: Callable[[], str] = lambda: ""


def centiseconds(reel: Reel) -> list[int]:
    """How long each frame of a GIF is shown, in 1/100 s: together exactly as long as the film."""
    ends = [round(100 * (i + 1) / reel.rate) for i in range(reel.count)]
    return [end - start for start, end in zip([0, *ends], ends, strict=False)]


def write_gif(path: Path, reel: Reel, frames: Frames) -> None:
    """A looping GIF with one palette for all frames, so that colours do not flicker."""
    palette = _palette([next(frames) for _ in range(3)])
    with open(path, "wb") as file:
        header, _ = GifImagePlugin.getheader(palette.copy(), info={"loop": 0, "optimize": False})
        file.writelines(header)
        before: np.ndarray | None = None
        for frame, duration in zip(frames, centiseconds(reel), strict=True):
            indexed = frame.quantize(palette=palette, dither=Image.Dither.NONE)
            now = np.asarray(indexed)
            _write_changes(file, indexed, now, before, 10 * duration)
            before = now
        file.write(b";")


def _palette(samples: list[Image.Image]) -> Image.Image:
    """An image with a palette of at most 255 colours that suits all samples."""
    width, height = samples[0].size
    shrink = max(1.0, (len(samples) * width * height / PALETTE_PIXELS) ** 0.5)
    small = [s.resize((round(width / shrink), round(height / shrink)), 0) for s in samples]
    sheet = Image.new("RGB", (small[0].width, sum(s.height for s in small)))
    for i, sample in enumerate(small):
        sheet.paste(sample, (0, i * sample.height))
    chosen = sheet.quantize(UNCHANGED, Image.Quantize.MEDIANCUT)
    colors = (chosen.getpalette() or [])[: 3 * UNCHANGED]
    image = Image.new("P", (1, 1))
    # The rest repeats an existing colour, which no pixel uses.
    image.putpalette(colors + colors[:3] * (256 - len(colors) // 3))
    return image


def _write_changes(
    file: BinaryIO, frame: Image.Image, now: np.ndarray, before: np.ndarray | None, duration: int
) -> None:
    """Write the part of a frame that differs from the frame before; `duration` in ms."""
    left = top = 0
    if before is not None:
        same = now == before
        rows, columns = np.flatnonzero(~same.all(axis=1)), np.flatnonzero(~same.all(axis=0))
        if not rows.size:
            rows = columns = np.zeros(1, int)
        top, left = int(rows[0]), int(columns[0])
        part = slice(top, int(rows[-1]) + 1), slice(left, int(columns[-1]) + 1)
        palette = frame.getpalette() or []
        frame = Image.fromarray(np.where(same[part], np.uint8(UNCHANGED), now[part]))
        frame.putpalette(palette)
    how = {"duration": duration, "disposal": 1, "transparency": UNCHANGED}
    file.writelines(GifImagePlugin.getdata(frame, (left, top), **how))


class _Sequence(Image.Image):
    """Frames with Pillow's interface of an animated image, fetched on demand."""

    def __init__(self, frames: Frames, count: int) -> None:
        super().__init__()
        self._frames, self.n_frames, self._at = frames, count, 0
        self._take()

    def tell(self) -> int:
        return self._at

    def seek(self, frame: int) -> None:
        if frame == self._at + 1:
            self._at = frame
            self._take()

    def _take(self) -> None:
        frame = next(self._frames)
        self.im, self._mode, self._size = frame.im, frame.mode, frame.size


def write_webp(path: Path, reel: Reel, frames: Frames) -> None:
    """A looping WebP in which only differences from the frame before are stored. Lossless
    compression would make it five times as large, without a visible difference."""
    ends = [round(1000 * (i + 1) / reel.rate) for i in range(reel.count)]
    durations = [end - start for start, end in zip([0, *ends], ends, strict=False)]
    how = {"quality": QUALITY, "method": 2, "loop": 0, "kmin": 0, "kmax": 0}
    with open(path, "wb") as file:
        sequence = _Sequence(frames, reel.count)
        sequence.save(file, "WEBP", save_all=True, duration=durations, **how)


def ffmpeg() -> str | None:
    """The path of ffmpeg; None if it is not installed."""
    return shutil.which("ffmpeg")


def _ffmpeg_missing() -> str:
    return "" if ffmpeg() else NO_FFMPEG


def write_mp4(path: Path, reel: Reel, frames: Frames) -> None:
    """An H.264 film that every browser plays, made by ffmpeg. Raises `FilmError`."""
    program = ffmpeg()
    if program is None:
        raise FilmError(tr(NO_FFMPEG))
    width, height = reel.size
    source = f"-f rawvideo -pix_fmt rgb24 -s {width}x{height} -r {reel.rate} -i -"
    # H.264 with colours at half the resolution needs even sides.
    even = "pad=ceil(iw/2)*2:ceil(ih/2)*2"
    target = f"-an -vf {even} -c:v libx264 -preset veryfast -crf 16 -pix_fmt yuv420p"
    words = f"-y -loglevel error {source} {target} -movflags +faststart -f mp4".split()
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(
            [program, *words, str(path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=said,
        )
        if status := _fed(process, frames):
            said.seek(0)
            lines = said.read().decode(errors="replace").strip().splitlines()
            ended = tr("ended with status {status}", status=status)
            raise FilmError(f"ffmpeg: {lines[0] if lines else ended}")


def _fed(process: subprocess.Popen[bytes], frames: Frames) -> int:
    """Write all frames to a process and return its exit status; end it if the film is cancelled."""
    assert process.stdin is not None
    try:
        # If the process has ended too early, its exit status shows it.
        with suppress(BrokenPipeError):
            for frame in frames:
                process.stdin.write(frame.tobytes())
    except BaseException:
        process.kill()
        raise
    finally:
        with suppress(BrokenPipeError):
            process.stdin.close()
        status = process.wait()
    return status


FILM_FORMATS = {
    kind.key: kind
    for kind in (
        FilmFormat("gif", Message("GIF, 256 colours"), write_gif, samples=True),
        FilmFormat("webp", Message("WebP, all colours"), write_webp),
        FilmFormat("mp4", Message("MP4 video (H.264)"), write_mp4, missing=_ffmpeg_missing),
    )
}
