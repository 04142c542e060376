"""Experiments as programs: scripts for PyTorch, Keras and NumPy, from templates."""

from core.codegen.export import Export, Options, export, needs_weights, start_weights, write
from core.codegen.keras import Keras
from core.codegen.numpy import NumPy
from core.codegen.pytorch import PyTorch
from core.codegen.target import TARGETS, CodeError, Target

__all__ = [
    "TARGETS",
    "CodeError",
    "Export",
    "Keras",
    "NumPy",
    "Options",
    "PyTorch",
    "Target",
    "export",
    "needs_weights",
    "start_weights",
    "write",
]
