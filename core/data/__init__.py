"""Data sets, their splits and their batches."""

from core.data.dataset import DATASETS, Dataset, Samples
from core.data.split import Split, split

__all__ = ["DATASETS", "Dataset", "Samples", "Split", "split"]
