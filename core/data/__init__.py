"""Data sets, their splits and their batches.

Importing the package fills the registry of data sets.
"""

from core.data.dataset import DATASETS, DataError, Dataset, Samples
from core.data.split import Split, split

# Each of these registers its data sets, in the order of the dropdown.
from core.data import toys, digits, mnist, curves, noise, drawn, user_files  # noqa: F401  isort: skip

__all__ = ["DATASETS", "DataError", "Dataset", "Samples", "Split", "split"]
