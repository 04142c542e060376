"""Cells that hold numbers, in the many ways people write them.

A column has one `NumberStyle`: its decimal mark and its unit (currency, percent, kg). `style_of`
finds it from the cells, `parse` reads a cell by it. A cell that does not fit the column's style is
no number: it is never read as something else.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

# Words that stand for a missing number, in lower case.
MISSING = frozenset(
    {"", "na", "n/a", "n.a.", "n.a", "nan", "-nan", "+nan", "nat", "null", "none", "nil", "?", "??"}
    | {"-", "--", "---", "–", "—", "−", ".", "..", "...", "…", ":", "*", "**", "\\n", "(null)"}
    | {"<na>", "<null>", "<none>", "<nan>", "<n/a>", "[null]", "(na)", "(n/a)", "#n/a", "#na"}
    | {"#n/a n/a", "#div/0!", "#value!", "#ref!", "#name?", "#num!", "#null!", "#####", "n/v"}
    | {"1.#ind", "-1.#ind", "1.#qnan", "-1.#qnan", "nan(ind)", "-nan(ind)", "unknown", "unk"}
    | {"unknown?", "undefined", "missing", "not available", "not applicable", "not known", "nd"}
    | {"not reported", "not recorded", "no data", "nodata", "no value", "n.d.", "n/d", "n.a./n.d."}
    | {"empty", "blank", "void", "tba", "tbd", "k.a.", "k. a.", "keine angabe", "unbekannt"}
    | {"inconnu", "desconocido", "sin dato", "s/d", "brak", "b.d.", "미상", "없음", "해당없음"}
    | {"不明", "无", "なし"}
)
_CURRENCY = (
    {"$", "€", "£", "¥", "₩", "₹", "₽", "₺", "₫", "฿", "₴", "₪", "₱", "₦", "￦", "R$", "US$", "C$"}
    | {"A$", "HK$", "NZ$", "S$", "USD", "EUR", "GBP", "JPY", "KRW", "CNY", "RMB", "INR", "RUB"}
    | {"CHF", "CAD", "AUD", "SEK", "NOK", "DKK", "PLN", "CZK", "HUF", "BRL", "TRY", "Rs", "Rs."}
    | {"kr", "kr.", "Kč", "zł", "Ft", "Fr.", "원", "円", "元", "만원"}
)
_UNITS = (
    {"%", "‰", "％", "kg", "g", "mg", "µg", "t", "lb", "lbs", "oz", "km", "m", "cm", "mm", "µm"}
    | {"nm", "mi", "ft", "in", "yd", "km/h", "kmh", "mph", "m/s", "s", "ms", "min", "h", "hr"}
    | {"hrs", "d", "day", "days", "wk", "weeks", "mo", "months", "yr", "yrs", "years", "°C", "°F"}
    | {"°", "K", "°K", "W", "kW", "MW", "kWh", "MWh", "V", "A", "mA", "Hz", "kHz", "MHz", "GHz"}
    | {"Pa", "hPa", "kPa", "bar", "mbar", "J", "kJ", "kcal", "cal", "B", "KB", "MB", "GB", "TB"}
    | {"px", "l", "L", "ml", "mL", "gal", "cc", "CC", "hp", "bhp", "PS", "kmpl", "km/kg", "ha"}
    | {"m2", "m²", "m^2", "m3", "m³", "km²", "sqft", "sqm", "ppm", "ppb", "dB", "rpm", "+"}
    | {"dl", "dL", "mol", "mmol", "µmol", "명", "개", "세", "년", "도"}
)
# Numbers after which letters stand for a factor, as in 1.1K; K and B may also be units.
FACTORS = {"k": 1e3, "K": 1e3, "M": 1e6, "Mio": 1e6, "B": 1e9, "bn": 1e9, "Mrd": 1e9}
# Units that change the meaning of a number, beside numbers without a unit.
_SCALES = {"%", "‰", *FACTORS}
# Full-width digits and signs, kinds of minus, of spaces and of apostrophes.
_ALIKE = str.maketrans(
    "０１２３４５６７８９．，＋－−–‐‑﹣\u00a0\u2009\u202f’‘´`",
    "0123456789.,+------   ''''",
)
_PLAIN = re.compile(
    r"(?P<sign>[+-]?)(?P<core>[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE](?P<exp>[+-]?[0-9]+))?"
)
_SHAPE = re.compile(
    r"(?P<sign>[+-]?) ?(?P<prefix>[^\d\s.,+'()-][^\d\s,+'()-]{0,3})? ?(?P<sign2>[+-]?) ?"
    r"(?P<core>[0-9][0-9.,' ]*|[.,][0-9]+)(?:(?P<exp>[eEdDqQ] ?[+-]?[0-9]+))?"
    r" ?(?P<suffix>[^\d\s.,'()-][^\s()]{0,7})?(?P<trailing>-?)"
)
_GROUPS = {
    mark: re.compile(
        rf"[0-9]{{1,3}}(?:{re.escape(mark)}[0-9]{{3}})+"
        + (r"|[0-9]{1,2}(?:,[0-9]{2})+,[0-9]{3}" if mark == "," else "")
    )
    for mark in ".,' "
}
# An unknown unit is accepted if this many different numbers carry it; dates and times have none.
MANY_WITH_UNIT = 10
_NOT_IN_UNITS = re.compile(r"[\d:/]")
# Where a factor is more than this many times larger than all numbers without one, it is none.
FARTHEST_FACTOR = 1e4


class NumberStyle(NamedTuple):
    """How a column writes its numbers: the decimal mark, the unit beside them, if any, and whether
    K, M and B after a number are factors."""

    decimal: str = "."
    unit: str = ""
    factors: bool = False

    def parse(self, cell: str) -> float | None:
        """The number in a cell, NaN where it is missing, None where it is anything else."""
        cell = cell.strip()
        if self.decimal == "." and _PLAIN.fullmatch(cell):
            value = float(cell)
            return value if math.isfinite(value) else None
        if cell.lower() in MISSING:
            return math.nan
        shape = _shape(cell)
        unit = "" if shape is None or (self.factors and shape.letters) else shape.mark
        if shape is None or unit not in ("", self.unit):
            return None
        value = shape.value(self.decimal)
        if value is None:
            return None
        value *= FACTORS[shape.letters] if self.factors and shape.letters else 1.0
        return value if math.isfinite(value) else None

    @property
    def is_scaled(self) -> bool:
        """Whether the unit changes the meaning of a number, as percent does."""
        return self.unit in _SCALES

    def has_unit(self, cell: str) -> bool | None:
        """Whether a number carries a unit; None where it is 0, which needs none, or no number."""
        shape = _shape(cell.strip())
        return bool(shape.mark) if shape is not None and shape.value(self.decimal) else None


class Evidence(NamedTuple):
    """How often commas and points were certainly decimal marks, and commas possibly were."""

    commas: int
    points: int
    unclear_commas: int


class _Shape(NamedTuple):
    """The parts of a number; `letters` after it are a factor, or else its unit."""

    core: str
    exponent: str
    unit: str
    factor: float
    letters: str = ""

    @property
    def mark(self) -> str:
        """The unit, if letters are no factor."""
        return self.unit or self.letters

    def value(self, decimal: str) -> float | None:
        """The number without the factor of its letters; None with other decimal marks."""
        digits = _digits(self.core, decimal)
        return None if digits is None else float(digits + self.exponent) * self.factor


def is_missing(cell: str) -> bool:
    """Whether a cell of a column of numbers marks a missing value."""
    return cell.strip().lower() in MISSING


def looks_numeric(cell: str) -> bool:
    """Whether a cell is a number in some style."""
    cell = cell.strip()
    if _PLAIN.fullmatch(cell):
        return True
    shape = _shape(cell)
    return (
        shape is not None
        and (not shape.mark or _is_known(shape.mark))
        and any(_digits(shape.core, mark) is not None for mark in ".,")
    )


def unit_of(cell: str) -> str:
    """The unit beside a number, or the letters that are its factor; "" where there is none."""
    shape = _shape(cell.strip())
    return "" if shape is None else shape.mark


def evidence(cells: Iterable[str]) -> Evidence:
    """The evidence of a whole table's cells for its decimal mark."""
    votes = Counter[str]()
    for cell in cells:
        if (shape := _shape(cell.strip())) is not None:
            votes[_vote(shape.core)] += 1
    return Evidence(votes["comma"], votes["point"], votes["comma?"])


def style_of(cells: Iterable[str], prior: str = ".", factors: bool | None = None) -> NumberStyle:
    """The style that suits most of the cells of a column.

    `prior` is the table's decimal mark: it decides what `1,234` is where the column leaves it open.
    `factors` is whether K, M and B after a number are factors, if that is known.
    """
    votes, units = Counter[str](), Counter[str]()
    shapes: list[_Shape] = []
    for cell in set(cells):
        cell = cell.strip()
        if cell.lower() in MISSING:
            continue
        if (shape := _shape(cell)) is not None:
            shapes.append(shape)
            votes[_vote(shape.core)] += 1
    if votes["comma"] != votes["point"]:
        decimal = "," if votes["comma"] > votes["point"] else "."
    elif votes["grouping comma"] != votes["grouping point"]:
        decimal = "." if votes["grouping comma"] > votes["grouping point"] else ","
    else:
        decimal = prior
    if factors is None:
        factors = _are_factors(shapes, decimal)
    units.update(shape.unit if factors else shape.mark for shape in shapes)
    del units[""]
    unit = max(units, key=lambda each: units[each], default="")
    if unit and not _is_known(unit):
        few = units[unit] < max(MANY_WITH_UNIT, 0.9 * len(shapes))
        unit = "" if few or _NOT_IN_UNITS.search(unit) else unit
    return NumberStyle(decimal, unit, factors)


def _are_factors(shapes: Sequence[_Shape], decimal: str) -> bool:
    """Whether letters after numbers are factors: beside numbers without a unit that are not all far
    smaller, or beside letters of another size."""
    sizes = {FACTORS[shape.letters] for shape in shapes if shape.letters}
    if len(sizes) > 1:
        return True
    plain = (abs(shape.value(decimal) or 0.0) for shape in shapes if not shape.mark)
    return bool(sizes) and FARTHEST_FACTOR * max(plain, default=0.0) >= min(sizes)


def _is_known(unit: str) -> bool:
    parts = [unit] if unit in _UNITS else re.split(r"[|/]", unit)
    return all(part in _UNITS or part in _CURRENCY for part in parts)


def _shape(cell: str) -> _Shape | None:
    """The parts of a cell that looks like a number with signs, currency or unit around it."""
    if plain := _PLAIN.fullmatch(cell):
        exponent = f"e{plain['exp']}" if plain["exp"] else ""
        return _Shape(plain["core"], exponent, "", -1.0 if plain["sign"] == "-" else 1.0)
    cell = cell.translate(_ALIKE).strip()
    in_brackets = len(cell) > 2 and cell[0] == "(" and cell[-1] == ")"
    found = _SHAPE.fullmatch(cell[1:-1] if in_brackets else cell)
    if found is None:
        return None
    prefix, suffix = found["prefix"] or "", found["suffix"] or ""
    signs = [sign for sign in (found["sign"], found["sign2"], found["trailing"]) if sign]
    if len(signs) + in_brackets > 1 or (prefix and prefix not in _CURRENCY):
        return None
    factor = 1.0
    if prefix and suffix in FACTORS:
        factor, suffix = FACTORS[suffix], ""
    if signs == ["-"] or in_brackets:
        factor = -factor
    exponent = (found["exp"] or "").replace(" ", "")
    exponent = f"e{exponent[1:]}" if exponent else ""
    core, letters = found["core"], ""
    if suffix in FACTORS and not (suffix in _UNITS and cell[found.start("suffix") - 1] == " "):
        suffix, letters = "", suffix
    unit = "|".join(filter(None, (prefix, "%" if suffix == "％" else suffix)))
    return _Shape(core.strip(), exponent, unit, factor, letters)


def _digits(core: str, decimal: str) -> str | None:
    """The digits as `float` reads them, None where marks are not where this style puts them."""
    whole, mark, rest = core.partition(decimal)
    if rest and not (rest.isascii() and rest.isdigit()):
        return None
    if whole and not whole.isdigit():
        separators = set(whole) - set("0123456789")
        if len(separators) != 1:
            return None
        (separator,) = separators
        if separator == decimal or not _GROUPS[separator].fullmatch(whole):
            return None
        whole = whole.replace(separator, "")
    if not whole and not rest:
        return None
    return f"{whole or '0'}.{rest}" if mark else whole


def _vote(core: str) -> str:
    """Which mark is the decimal one, as far as one number shows it."""
    commas, points = core.count(","), core.count(".")
    if commas and points:
        return "comma" if core.rindex(",") > core.rindex(".") else "point"
    if not commas and not points:
        return ""
    mark, name = (",", "comma") if commas else (".", "point")
    if commas + points > 1:
        return f"grouping {name}"
    whole, _, rest = core.partition(mark)
    if len(rest) == 3 and 1 <= len(whole) <= 3 and whole[0] != "0":
        return f"{name}?"
    return name
