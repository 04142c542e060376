"""Typed formulas: read as people write them, exact in value and slope, errors at their place."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.catalogue.formulas import Formula, FormulaError

X, Y = np.array([0.5, 1.5, 2.0]), np.array([1.0, -2.0, 3.0])


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("x²/20 + y²", X**2 / 20 + Y**2),
        ("-x^2", -(X**2)),
        ("2^-x", 2.0**-X),
        ("2^x^2", 2.0 ** (X**2)),
        ("6/2x", 3 * X),
        ("0.3x·sin 15x + 0.05·cos 50x", 0.3 * X * np.sin(15 * X) + 0.05 * np.cos(50 * X)),
        ("sin x cos y", np.sin(X) * np.cos(Y)),
        ("sin²x", np.sin(X) ** 2),
        ("sin 2πx", np.sin(2 * math.pi * X)),
        ("2|x - 1|y", 2 * np.abs(X - 1) * Y),
        ("√(x + 1) − xy", np.sqrt(X + 1) - X * Y),
        ("max(x, y) + min(x, 1)", np.maximum(X, Y) + np.minimum(X, 1)),
        ("1e-3 e^x + ln x", 1e-3 * np.exp(X) + np.log(X)),
        ("σ(x)", 1 / (1 + np.exp(-X))),
        ("3", np.full(3, 3.0)),
    ],
)
def test_formulas_read_as_people_write_them(text, meant):
    assert Formula(text).value(X, Y) == pytest.approx(meant, rel=1e-14)


@pytest.mark.parametrize(
    "text", ["x^3 y - y/x", "exp(-x^2 - y^2)", "sin(xy) + tanh(3x)", "√(x² + y²)", "x^1.5 atan y"]
)
def test_derivatives_are_the_slopes(text):
    formula, h = Formula(text), 1e-6
    numeric = (formula.value(X + h, Y) - formula.value(X - h, Y)) / (2 * h)
    assert formula.derivative(("x",), X, Y) == pytest.approx(numeric, rel=1e-6, abs=1e-8)
    slope = formula.derivative
    mixed = (slope(("x",), X, Y + h) - slope(("x",), X, Y - h)) / (2 * h)
    assert slope(("x", "y"), X, Y) == pytest.approx(mixed, rel=1e-6, abs=1e-8)


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        ("", 0, "Type a formula"),
        ("x + ", 3, "ends too early"),
        ("(x", 0, "never closed"),
        ("x)", 1, "never opened"),
        ("x + sine(y)", 4, "did you mean sin"),
        ("x + ln(-1)", 4, "not a finite real number"),
        ("x/(y − y)", 2, "Division by zero"),
        ("x + sign(y)", 4, "no gradient"),
        ("9^9^9^9 x", 3, "not a finite real number"),
        ("1e308 x 2", 8, "operator is missing"),
        ("1e308*1e308*x", 5, "too large"),
        ("(-8)^(1/3)", 4, "not a finite real number"),
        ("x $ y", 2, "no meaning"),
        ("__import__('os')", 0, "no meaning"),
        ("x" + "+x" * 200, 300, "at most 300"),
        ("(" * 60 + "x" + ")" * 60, 40, "Too many brackets"),
        ("-" * 60 + "x", 40, "Too many signs"),
        ("max(x)", 0, "takes 2, not 1"),
        ("sin + 1", 0, "argument is missing"),
    ],
)
def test_errors_name_their_place(text, place, words):
    with pytest.raises(FormulaError, match=words) as caught:
        Formula(text)
    assert caught.value.position == place


@given(st.text(alphabet="xy0123456789.+-*/^()|,esincoplgt ²π√", max_size=30))
def test_no_text_does_anything_but_parse_or_say_what_is_wrong(text):
    try:
        formula = Formula(text)
    except FormulaError as error:
        assert error.message and 0 <= error.position <= max(len(text), 1)
        return
    assert formula.value(X, Y).shape == X.shape
    assert formula.derivative(("x", "y"), X, Y).shape == X.shape


def test_functions_without_a_slope_are_fine_where_none_is_needed():
    formula = Formula("step(x − 0.5) + floor(2x) + sign x", ("x",), differentiable=False)
    assert formula.value(np.array([0.25, 0.75, -1.0])) == pytest.approx([1, 3, -3])


def test_where_a_formula_is_undefined_it_is_no_number():
    assert np.isnan(Formula("log x").value(np.array([-1.0]), np.zeros(1)))[0]
    assert np.isinf(Formula("1/x").value(np.zeros(1), np.zeros(1)))[0]
