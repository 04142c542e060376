"""Conditions on a run, such as `validation_accuracy >= 0.95 and hidden_units <= 2`.

A small part of Python's expressions, read by `ast` and evaluated here; nothing is run as code.
"""

from __future__ import annotations

import ast
import math
import operator
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from core.base.translation import Message
from core.experiment.reading import nearest
from core.lessons.paths import is_setting

Value = float | str | bool


class Figure(NamedTuple):
    """A figure of a run: its name for readers, and what it is."""

    label: str
    about: str


# What a condition can ask of a run, besides its settings.
FIGURES: dict[str, Figure] = {
    "step": Figure(Message("step"), Message("updates of the weights so far")),
    "epoch": Figure(Message("epoch"), Message("passes over the training samples so far")),
    "loss": Figure(Message("loss"), Message("mean training loss over the last epoch")),
    "accuracy": Figure(
        Message("training accuracy"), Message("mean training accuracy over the last epoch")
    ),
    "validation_loss": Figure(Message("validation loss"), Message("the last validation loss")),
    "validation_accuracy": Figure(
        Message("validation accuracy"), Message("the last validation accuracy")
    ),
    "best_validation_loss": Figure(
        Message("best validation loss"), Message("smallest validation loss so far")
    ),
    "learning_rate": Figure(
        Message("learning rate"), Message("learning rate of the last update, after the schedule")
    ),
    "diverged": Figure(Message("diverged"), Message("1 if the run has diverged, else 0")),
    "saturated": Figure(
        Message("saturated"), Message("largest share of saturated activations in a hidden layer")
    ),
    "dead": Figure(Message("dead units"), Message("largest share of dead units in a hidden layer")),
    "same_sign": Figure(
        Message("same sign"),
        Message(
            "largest share of a hidden layer's moved units whose weights all went the same way"
        ),
    ),
    "duplicate_units": Figure(
        Message("equal units"),
        Message("largest share of units that equal another of their hidden layer"),
    ),
    "spread": Figure(
        Message("spread"),
        Message("how far activations of the last hidden layer differ between two samples"),
    ),
    "gradient_first": Figure(
        Message("gradient, first layer"), Message("mean |gradient| of the first hidden layer")
    ),
    "gradient_last": Figure(
        Message("gradient, last layer"), Message("mean |gradient| of the last hidden layer")
    ),
    "gradient_ratio": Figure(
        Message("gradient, first / last"), Message("gradient_first divided by gradient_last")
    ),
    "hidden_layers": Figure(Message("hidden layers"), Message("number of hidden layers")),
    "hidden_units": Figure(Message("hidden units"), Message("number of hidden units")),
}

_COMPARE: dict[type, Callable[[Any, Any], bool]] = {
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
}
_COMPUTE: dict[type, Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}
LONGEST = 500
GRAMMAR = Message("only comparisons, and, or, not, + − * / and names are possible here")


@dataclass(frozen=True)
class Condition:
    """A condition that can be evaluated; make one with `Condition.read`."""

    text: str
    names: tuple[str, ...]
    body: ast.expr = field(repr=False, compare=False)

    @staticmethod
    def read(text: str) -> Condition:
        """Read a condition. Raises ValueError with the mistake."""
        if len(text) > LONGEST:
            raise ValueError(Message("has more than {count} characters", count=LONGEST))
        body = _parsed(text)
        names = tuple(dict.fromkeys(_names(body)))
        for name in names:
            if name not in FIGURES and not is_setting(name):
                template = Message("{name!r} is neither a figure nor a setting{near}")
                raise ValueError(Message(template, name=name, near=_near(name)))
        if not isinstance(body, ast.Compare | ast.BoolOp | ast.UnaryOp):
            raise ValueError(Message("compares nothing, as in loss < 0.1"))
        return Condition(text, names, body)

    def holds(self, values: Mapping[str, Value]) -> bool:
        """Whether the condition is fulfilled. A comparison with an unknown value is not."""
        return bool(_evaluate(self.body, values))


def _parsed(text: str) -> ast.expr:
    try:
        body = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        reason = getattr(error, "msg", "") or str(error)
        raise ValueError(Message("cannot be read: {reason}", reason=reason)) from None
    _check(body)
    return body


def _check(node: ast.expr) -> None:
    """Raise ValueError for everything that is not part of the grammar."""
    match node:
        case ast.BoolOp(values=parts):
            pass
        case ast.UnaryOp(op=ast.Not() | ast.USub(), operand=part):
            parts = [part]
        case ast.BinOp(left=left, right=right, op=op) if type(op) in _COMPUTE:
            parts = [left, right]
        case ast.Compare(left=left, ops=ops, comparators=others) if set(map(type, ops)) <= set(
            _COMPARE
        ):
            parts = [left, *others]
        case ast.Constant(value=str() | bool() | int() | float()):
            parts = []
        case ast.Name() | ast.Attribute() if _dotted(node):
            parts = []
        case _:
            part = ast.unparse(node)
            raise ValueError(
                Message("{part!r} is not allowed: {grammar}", part=part, grammar=GRAMMAR)
            )
    for part in parts:
        _check(part)


def _dotted(node: ast.expr) -> str:
    """A name such as `network.activation`; "" for anything else."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute) and (inner := _dotted(node.value)):
        return f"{inner}.{node.attr}"
    return ""


def _names(node: ast.expr) -> Iterator[str]:
    if name := _dotted(node):
        yield name
        return
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.expr):
            yield from _names(child)


def _near(name: str) -> str:
    return nearest(name, FIGURES)


def _evaluate(node: ast.expr, values: Mapping[str, Value]) -> Value:
    match node:
        case ast.BoolOp(op=ast.And()):
            return all(_evaluate(part, values) for part in node.values)
        case ast.BoolOp():
            return any(_evaluate(part, values) for part in node.values)
        case ast.UnaryOp(op=ast.Not()):
            return not _evaluate(node.operand, values)
        case ast.UnaryOp():
            return -_number(_evaluate(node.operand, values))
        case ast.BinOp():
            sides = (_number(_evaluate(side, values)) for side in (node.left, node.right))
            try:
                return _COMPUTE[type(node.op)](*sides)
            except ZeroDivisionError:
                return math.nan
        case ast.Compare():
            return _compares(node, values)
        case ast.Constant():
            assert isinstance(node.value, float | int | str)
            return node.value
    return values.get(_dotted(node), math.nan)


def _compares(node: ast.Compare, values: Mapping[str, Value]) -> bool:
    sides = [_evaluate(side, values) for side in (node.left, *node.comparators)]
    pairs = zip(sides, node.ops, sides[1:], strict=False)
    return all(_compare(left, type(op), right) for left, op, right in pairs)


def _compare(left: Value, op: type, right: Value) -> bool:
    if any(isinstance(side, float) and math.isnan(side) for side in (left, right)):
        return False
    if isinstance(left, str) != isinstance(right, str):
        return op is ast.NotEq
    return _COMPARE[op](left, right)


def _number(value: Value) -> float:
    return math.nan if isinstance(value, str) else float(value)
