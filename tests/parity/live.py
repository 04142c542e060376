"""PyTorch's numbers for any case of any family. Importing this needs PyTorch."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.parity import torch_side, torch_training
from tests.parity.families import FAMILIES, Numbers

SIDES: dict[str, Callable[[Any], Numbers]] = {
    "activations": torch_side.activation,
    "losses": torch_side.loss,
    "optimizers": torch_side.optimizer,
    "schedules": torch_side.schedule,
    "remedies": torch_side.remedy,
    "training": torch_training.train,
}


def theirs(family: str, case: str) -> Numbers:
    """PyTorch's numbers for a case."""
    with torch_side.double_precision():
        return SIDES[family](FAMILIES[family].cases[case])
