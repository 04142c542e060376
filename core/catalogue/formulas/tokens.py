"""The tokens of a formula, and the error that carries a position in it."""

from __future__ import annotations

import math
import re
from collections.abc import Container
from typing import NamedTuple

from core.base.translation import Message

_SIGNS = str.maketrans({"−": "-", "·": "*", "×": "*", "⋅": "*", "÷": "/"})
_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
_TOKEN = re.compile(
    r"\s*(?:(?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)"
    r"|(?P<name>[A-Za-zα-ωΑ-Ω]+)|(?P<power>\*\*|\^)|(?P<super>[⁰¹²³⁴⁵⁶⁷⁸⁹]+)|(?P<sign>[-+*/(),|√]))"
)
CONSTANTS = {"pi": math.pi, "π": math.pi, "e": math.e}
ALIASES = {"ln": "log", "√": "sqrt", "σ": "sigmoid", "arcsin": "asin", "arccos": "acos"}
ALIASES |= {"arctan": "atan", "sgn": "sign"}
STEPS = ("sign", "floor", "step")  # slope 0 wherever there is one
# How many arguments each function takes.
FUNCTIONS = {
    **dict.fromkeys(("sin", "cos", "tan", "asin", "acos", "atan", "sinh", "cosh", "tanh"), 1),
    **dict.fromkeys(("exp", "log", "sqrt", "abs", "sigmoid", *STEPS), 1),
    **dict.fromkeys(("min", "max"), 2),
}


class FormulaError(ValueError):
    """A formula that cannot be used: what is wrong, and where, counted in characters from 0."""

    def __init__(self, message: str, position: int, length: int = 1) -> None:
        super().__init__(message)
        self.message, self.position, self.length = message, position, max(length, 1)


class Token(NamedTuple):
    kind: str  # "number", "name", "power", "super", "sign" or "end"
    text: str
    position: int


def digits(superscripts: str) -> str:
    return superscripts.translate(_SUPERSCRIPTS)


def tokens_of(text: str, variables: Container[str]) -> list[Token]:
    plain, at = text.translate(_SIGNS), 0
    tokens: list[Token] = []

    while plain[at:].strip():
        match = _TOKEN.match(plain, at)
        if not match:
            at += len(plain[at:]) - len(plain[at:].lstrip())
            problem = Message(
                "The character {character!r} has no meaning in a formula.", character=text[at]
            )
            raise FormulaError(problem, at)
        kind = str(match.lastgroup)
        start, word = match.start(kind), match.group(kind)
        if (
            kind == "name"
            and not is_known(word, variables)
            and all(c in variables or c in CONSTANTS for c in word)
        ):
            tokens += [Token("name", c, start + i) for i, c in enumerate(word)]  # xy is x·y
        else:
            tokens.append(Token(kind, word, start))
        at = match.end()
    return [*tokens, Token("end", "", len(text.rstrip()))]


def is_known(word: str, variables: Container[str]) -> bool:
    return word in variables or word in CONSTANTS or word in ALIASES or word in FUNCTIONS
