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


SMOOTH = ("sin", "cos", "tan", "asin", "acos", "atan", "sinh", "cosh", "tanh", "exp", "log")


@pytest.mark.parametrize(
    "text",
    [
        *(f"{name}(0.3x + 0.1y²)" for name in (*SMOOTH, "sqrt", "sigmoid", "abs")),
        *("x/(1 + y²)", "2/(x y)", "(x y)^3", "(x y)^-1", "(x y)^2", "(x y)^1.7", "2^(x y)"),
        *("(x + y)^(x y)", "max(x y, x + y)", "min(x y, x + y)", "3 − x", "x y² sin x e^y"),
    ],
)
def test_every_rule_gives_the_exact_first_and_second_derivatives(text):
    x, y, h = np.array([0.4, 0.7, 1.1]), np.array([0.9, 1.2, 0.6]), 1e-5
    formula = Formula(text)

    def slope_of(by: tuple[str, ...], along: str) -> np.ndarray:
        dx, dy = (h, 0.0) if along == "x" else (0.0, h)
        ahead, behind = (formula.derivative(by, x + s * dx, y + s * dy) for s in (1, -1))
        return (ahead - behind) / (2 * h)

    for by in (("x",), ("y",), ("x", "x"), ("x", "y"), ("y", "x"), ("y", "y")):
        exact = formula.derivative(by, x, y)
        assert exact == pytest.approx(slope_of(by[:-1], by[-1]), rel=1e-7, abs=1e-8), by
    with pytest.raises(ValueError, match="twice"):
        formula.derivative(("x", "x", "x"), x, y)


def test_slopes_at_kinks_are_between_those_of_both_sides():
    zero = np.zeros(1)
    for text in ("|x|", "max(x, −x)", "min(x, −x)"):
        assert Formula(text).derivative(("x",), zero, zero) == [0]
        assert Formula(text).kinks
    assert Formula("max(2x, 0)").derivative(("x",), zero, zero) == [1]
    assert not Formula("x²").kinks


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("6/2x", "3·x"),
        ("0.5 + 0.4 sin 2πx", "0.5 + 0.4·sin(2·π·x)"),
        ("-x^2 - (y - 1)", "−x^2 − (y − 1)"),
        ("(x+y)(x-y)/2", "(x + y)·(x − y)/2"),
        ("(2^x)^y + 2^x^y", "(2^x)^y + 2^x^y"),
        ("x·-y + 1e-20", "x·(−y) + 1e−20"),
        ("|x| + √y - e", "abs(x) + sqrt(y) − e"),
    ],
)
def test_a_formula_is_written_as_it_was_understood(text, read):
    assert Formula(text).written() == read


def test_deeply_nested_and_long_formulas_are_evaluated():
    tower, long = Formula("x^" * 149 + "x"), Formula("+".join(["xy"] * 100))
    one = np.ones(1)
    assert tower.value(one, one) == [1] and tower.derivative(("x", "y"), one, one) == [0]
    nested = Formula("σ(" * 35 + "x y" + ")" * 35)
    assert 0.6 < nested.value(one, one)[0] < 0.7
    assert 0 < nested.derivative(("x", "y"), one, one)[0] < 1e-10
    assert long.value(one, one) == [100] and long.derivative(("x", "y"), one, one) == [100]


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
        ("√" * 60 + "x", 39, "Too many functions"),
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
    again = Formula(formula.written())
    assert np.array_equal(again.value(X, Y), formula.value(X, Y), equal_nan=True)


def test_functions_without_a_slope_are_fine_where_none_is_needed():
    formula = Formula("step(x − 0.5) + floor(2x) + sign x", ("x",), differentiable=False)
    assert formula.value(np.array([0.25, 0.75, -1.0])) == pytest.approx([1, 3, -3])


def test_where_a_formula_is_undefined_it_is_no_number():
    assert np.isnan(Formula("log x").value(np.array([-1.0]), np.zeros(1)))[0]
    assert np.isinf(Formula("1/x").value(np.zeros(1), np.zeros(1)))[0]
