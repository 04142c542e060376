"""Whether the cells of a column are numbers, as a whole."""

from __future__ import annotations

from collections.abc import Mapping

from core.data.tables.numbers import NumberStyle, is_missing, style_of

# A column with at most this share of other words, and this many different numbers, is one of
# numbers: the words are errors, and their place is reported.
FEW_FAULTS = 0.2
MANY_NUMBERS = 5
# The same for at most this many different words, repeated, among this many different numbers.
REPEATED_FAULTS = 0.5
FEW_WORDS = 2
SURELY_NUMBERS = 10


def number_style(
    counts: Mapping[str, int],
    prior: str,
    missing: frozenset[str] = frozenset(),
    factors: bool | None = None,
) -> NumberStyle | None:
    """The style of a column in which each cell occurs so often; None where it is one of words."""
    known = {cell: n for cell, n in counts.items() if not is_missing(cell) and cell not in missing}
    if not known:
        return None
    style = style_of(known, prior, factors)
    bad = [cell for cell in known if style.parse(cell) is None]
    if not bad:
        return style
    numbers = len(known) - len(bad)
    share = sum(known[cell] for cell in bad) / sum(known.values())
    few = share <= FEW_FAULTS and numbers >= MANY_NUMBERS
    repeated = share <= REPEATED_FAULTS and len(bad) <= FEW_WORDS and numbers >= SURELY_NUMBERS
    return style if few or repeated else None
