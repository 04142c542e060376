"""Optimizers: frozen rules over flat vectors; their state lives outside them.

`base` holds the contract and the registry, the other modules the entries. Importing this package
registers them all.
"""

from core.optimizers.base import OPTIMIZERS, Array, Optimizer, State
from core.optimizers.classic import NAG, SGD, Momentum
from core.optimizers.diagonal import AdaDelta, AdaGrad, RMSProp
from core.optimizers.moments import Adam, Adamax, AdamW, AMSGrad, Lion, NAdam
from core.optimizers.quasi_newton import LBFGS

__all__ = [
    "LBFGS",
    "NAG",
    "OPTIMIZERS",
    "SGD",
    "AMSGrad",
    "AdaDelta",
    "AdaGrad",
    "Adam",
    "AdamW",
    "Adamax",
    "Array",
    "Lion",
    "Momentum",
    "NAdam",
    "Optimizer",
    "RMSProp",
    "State",
]
