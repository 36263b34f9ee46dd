"""The exact reading of whole numbers, decimals and doubles: none is ever rounded to fit."""

from __future__ import annotations

import re
from decimal import Context, Decimal, InvalidOperation

from upstate.agent.conform.reading_texts import ascii_text
from upstate.agent.conform.reasons import MisfitError, Reason
from upstate.catalog import Column

MOST_DIGITS = 38  # of a decimal, as Arrow has them
CERTAIN_DIGITS = 15  # a double tells any two decimals of so many digits apart

_INTEGER = re.compile(r"[+-]?[0-9]+")
_NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")
_NOT_FINITE = re.compile(r"[+-]?(nan|inf|infinity)", re.IGNORECASE)
_EXACT = Context(prec=200)
_MOST_EXPONENT = 400


def read_integer(value: bytes, column: Column) -> int:
    """'3', '+3', '3.0' and '3e0' are 3; '3.5' is none, and neither is 2^31 in an integer column."""
    number = _number(value, "not_an_integer")
    if not number.is_finite() or number != number.to_integral_value(context=_EXACT):
        raise MisfitError("not_an_integer")
    bits = 31 if column.type == "integer" else 63
    if not -(1 << bits) <= number < 1 << bits:
        raise MisfitError("out_of_range")
    return int(number)


def read_decimal(value: bytes, column: Column) -> Decimal:
    """The number exactly as written; a digit more than the column holds is a misfit, never rounded away."""
    number = _number(value, "not_a_number")
    if not number.is_finite():
        raise MisfitError("not_finite")
    precision, scale = column.precision or MOST_DIGITS, column.scale or 0
    if number and number.adjusted() >= precision - scale:
        raise MisfitError("out_of_range")
    try:
        exact = number.quantize(Decimal(1).scaleb(-scale), context=_EXACT)
    except InvalidOperation as error:
        raise MisfitError("too_many_digits") from error
    if exact != number:
        raise MisfitError("too_many_digits")
    return exact


def read_double_as_decimal(value: float, column: Column) -> Decimal:
    """The decimal of at most 15 digits that this double is the nearest to; it may stand for many of more digits."""
    shortest = Decimal(repr(value))
    if not shortest.is_finite():
        raise MisfitError("not_finite")
    if len(shortest.normalize(_EXACT).as_tuple().digits) > CERTAIN_DIGITS:
        raise MisfitError("too_many_digits")
    return read_decimal(str(shortest).encode(), column)


def read_double(value: bytes, _column: Column) -> float:
    """The nearest double to a fraction; a whole number must be a double exactly. NaN and infinity fit."""
    text = ascii_text(value, "not_a_number")
    if _NOT_FINITE.fullmatch(text):
        return float(text)
    number = _number(value, "not_a_number")
    nearest = float(text)
    if nearest in (float("inf"), float("-inf")):
        raise MisfitError("out_of_range")
    if _INTEGER.fullmatch(text) and Decimal(nearest) != number:
        raise MisfitError("too_many_digits")
    return nearest


def _number(value: bytes, reason: Reason) -> Decimal:
    text = ascii_text(value, reason)
    if _NOT_FINITE.fullmatch(text):
        return Decimal(text)
    found = _NUMBER.fullmatch(text)
    if not found:
        raise MisfitError(reason)
    if abs(int((found.group(2) or "e0")[1:])) > _MOST_EXPONENT:
        raise MisfitError("out_of_range")
    return Decimal(text)
