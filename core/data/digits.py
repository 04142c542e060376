"""The bundled handwritten digits: real images without a download."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from core.base.registry import setting
from core.base.translation import Message
from core.data.dataset import DATASETS, DataError, Dataset, Samples, Task

FILE = Path(__file__).resolve().parents[2] / "resources" / "data" / "digits" / "digits.npz"
IMAGES = 1797


@DATASETS.add(
    "digits",
    label="Digits 8×8",
    formula=Message("64 pixels → 0…9"),
    advice="1,797 handwritten digits: small, but real. 95 % accuracy on held-out images is "
    "easy to reach.",
    source="Alpaydin & Kaynak 1998, CC BY 4.0",
)
class Digits(Dataset):
    """Pixel values are scaled to 0…1."""

    task: ClassVar[Task] = "classes"
    features: ClassVar[int] = 64

    count: int = setting(
        IMAGES,
        label="Pictures",
        low=20,
        high=IMAGES,
        scale="log",
        restarts_run=True,
        help="How many of the pictures are used, held-out ones included; few lead to overfitting.",
    )

    def samples(self, rng: np.random.Generator) -> Samples:
        images, labels = pictures()
        chosen = rng.permutation(len(images))[: self.count]
        return Samples(
            inputs=images[chosen] / 16,
            targets=np.eye(10)[labels[chosen]],
            task="classes",
            class_names=tuple("0123456789"),
            image_shape=(8, 8),
        )


def pictures() -> tuple[NDArray[np.uint8], NDArray[np.integer]]:
    """All pictures (1797, 64) of pixels 0…16, and their digits (1797,). Raises `DataError`."""
    try:
        with np.load(FILE) as archive:
            return archive["images"], archive["labels"]
    except (OSError, KeyError, ValueError) as error:
        raise DataError(
            Message("{file}: {error}. Install the application again.", file=FILE, error=str(error))
        ) from error
