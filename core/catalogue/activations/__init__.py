"""Activation functions of hidden layers, each function beside its derivative. `base` has the base
class and the registry, the other modules the entries. Importing this package registers them all.
"""

from core.catalogue.activations.base import ACTIVATIONS, Activation, Array
from core.catalogue.activations.classic import Identity, Sigmoid, Step, Tanh
from core.catalogue.activations.rectifiers import ELU, SELU, SERLU, LeakyReLU, Maxout, PReLU, ReLU
from core.catalogue.activations.smooth import GELU, Mish, Softplus, Swish
from core.catalogue.activations.straight import HardSigmoid, HardSwish, HardTanh

__all__ = [
    "ACTIVATIONS",
    "ELU",
    "GELU",
    "SELU",
    "SERLU",
    "Activation",
    "Array",
    "HardSigmoid",
    "HardSwish",
    "HardTanh",
    "Identity",
    "LeakyReLU",
    "Maxout",
    "Mish",
    "PReLU",
    "ReLU",
    "Sigmoid",
    "Softplus",
    "Step",
    "Swish",
    "Tanh",
]
