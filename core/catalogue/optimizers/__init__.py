"""Optimizers: immutable rules over flat vectors, with their state kept outside. `base` has the base
class and the registry, the other modules the entries. Importing this package registers them all.
"""

from core.catalogue.optimizers.base import OPTIMIZERS, Array, Optimizer, State
from core.catalogue.optimizers.classic import NAG, SGD, Momentum
from core.catalogue.optimizers.diagonal import AdaDelta, AdaGrad, RMSProp
from core.catalogue.optimizers.moments import Adam, Adamax, AdamW, AMSGrad, Lion, NAdam
from core.catalogue.optimizers.quasi_newton import LBFGS

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
