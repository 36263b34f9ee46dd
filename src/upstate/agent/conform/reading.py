"""The slow, exact reading of one value's text: what every fast path must agree with."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Context, Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from upstate.agent.conform.reasons import MisfitError, Reason
from upstate.catalog import Column

# What a projection writes in place of bytes in a column that wants something else. No text of the kind is ever
# taken: a NUL fits no column.
BYTES_MARK = "\0bytes"

_INTEGER = re.compile(r"[+-]?[0-9]+")
_NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")
_NOT_FINITE = re.compile(r"[+-]?(nan|inf|infinity)", re.IGNORECASE)
_CLOCK = r"([0-9]{2})(?::([0-9]{2})(?::([0-9]{2})(?:\.([0-9]+))?)?)?"
_TIME = re.compile(_CLOCK)
_MOMENT = re.compile(
    r"(?P<day>[+-]?[0-9]{4,}-[0-9]{2}-[0-9]{2})"
    rf"(?:[ T](?P<clock>{_CLOCK})(?P<zone>Z|[+-][0-9]{{2}}(?::?[0-9]{{2}}(?::?[0-9]{{2}})?)?)?)?(?P<bc> BC)?"
)
_ENDLESS = ("infinity", "-infinity")
TRUTH = {"1": True, "0": False, "true": True, "false": False, "t": True, "f": False}
_EXACT = Context(prec=200)
_MOST_EXPONENT = 400
_CERTAIN_DIGITS = 15


def read_text(value: bytes, _column: Column) -> str:
    """Text of the database as it is: no NUL, valid UTF-8, no bytes in its place."""
    if value == BYTES_MARK.encode():
        raise MisfitError("not_text")
    if b"\0" in value:
        raise MisfitError("nul_character")
    try:
        return value.decode()
    except UnicodeDecodeError as error:
        raise MisfitError("not_utf8") from error


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
    precision, scale = column.precision or 38, column.scale or 0
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
    if len(shortest.normalize(_EXACT).as_tuple().digits) > _CERTAIN_DIGITS:
        raise MisfitError("too_many_digits")
    return read_decimal(str(shortest).encode(), column)


def read_double(value: bytes, _column: Column) -> float:
    """The nearest double to a fraction; a whole number must be a double exactly. NaN and infinity fit."""
    text = _text(value, "not_a_number")
    if _NOT_FINITE.fullmatch(text):
        return float(text)
    number = _number(value, "not_a_number")
    nearest = float(text)
    if nearest in (float("inf"), float("-inf")):
        raise MisfitError("out_of_range")
    if _INTEGER.fullmatch(text) and Decimal(nearest) != number:
        raise MisfitError("too_many_digits")
    return nearest


def read_boolean(value: bytes, _column: Column) -> bool:
    """1 and 0, true and false, t and f in any case; 1.0 and 0.0 as a column of reals keeps them."""
    text = _text(value, "not_boolean").lower().removesuffix(".0")
    if text not in TRUTH:
        raise MisfitError("not_boolean")
    return TRUTH[text]


def read_date(value: bytes, _column: Column) -> date:
    """'2024-01-31', also with a time of day that is midnight to the last digit."""
    day, clock, zone, _ = _moment(value, "not_a_date")
    if zone or clock != time.min:
        raise MisfitError("not_a_date")
    return day


def read_time(value: bytes, _column: Column) -> time:
    """'13:05', '13:05:30' or '13:05:30.123456'."""
    found = _TIME.fullmatch(_text(value, "not_a_time"))
    if not found:
        raise MisfitError("not_a_time")
    return _clock(found.groups(), "not_a_time")


def read_timestamp(value: bytes, _column: Column) -> datetime:
    """'2024-01-31 13:05:30', with T as well, to the microsecond; a date alone is its midnight. No zone."""
    day, clock, zone, _ = _moment(value, "not_a_timestamp")
    if zone:
        raise MisfitError("has_zone")
    return datetime.combine(day, clock)


def read_timestamptz(value: bytes, _column: Column) -> datetime:
    """As a timestamp, but with its zone: Z, +01, -0500 or +05:30."""
    day, clock, zone, offset = _moment(value, "not_a_timestamp")
    if not zone:
        raise MisfitError("no_zone")
    try:
        return datetime.combine(day, clock, timezone(offset)).astimezone(UTC)
    except OverflowError as error:
        raise MisfitError("date_out_of_range") from error


def read_uuid(value: bytes, _column: Column) -> bytes:
    """32 hexadecimal digits in any case, with dashes and braces or without."""
    digits = _text(value, "not_a_uuid").strip("{}").replace("-", "")
    if not re.fullmatch("[0-9a-fA-F]{32}", digits):
        raise MisfitError("not_a_uuid")
    return UUID(digits).bytes


def read_bytes(_value: bytes, _column: Column) -> bytes:
    """Text and numbers are no bytes."""
    raise MisfitError("not_bytes")


def read_json(value: bytes, column: Column) -> str:
    """JSON that a database takes: no NaN, no NUL and no unpaired surrogate in it, not even escaped."""
    text = read_text(value, column)
    try:
        json.loads(text, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise MisfitError("not_json") from error
    if "\\u" in text:
        plain = json.dumps(json.loads(text), ensure_ascii=False)
        if "\\u0000" in plain or any("\ud800" <= c <= "\udfff" for c in plain):
            raise MisfitError("not_json")
    return text


READERS: dict[str, Callable[[bytes, Column], Any]] = {
    "text": read_text,
    "integer": read_integer,
    "bigint": read_integer,
    "decimal": read_decimal,
    "double": read_double,
    "boolean": read_boolean,
    "date": read_date,
    "time": read_time,
    "timestamp": read_timestamp,
    "timestamptz": read_timestamptz,
    "uuid": read_uuid,
    "bytes": read_bytes,
    "json": read_json,
}


def _no_constant(name: str) -> None:
    raise ValueError(name)


def _text(value: bytes, reason: Reason) -> str:
    try:
        return value.decode("ascii")
    except UnicodeDecodeError as error:
        raise MisfitError(reason) from error


def _number(value: bytes, reason: Reason) -> Decimal:
    text = _text(value, reason)
    if _NOT_FINITE.fullmatch(text):
        return Decimal(text)
    found = _NUMBER.fullmatch(text)
    if not found:
        raise MisfitError(reason)
    if abs(int((found.group(2) or "e0")[1:])) > _MOST_EXPONENT:
        raise MisfitError("out_of_range")
    return Decimal(text)


def _moment(value: bytes, reason: Reason) -> tuple[date, time, str, timedelta]:
    text = _text(value, reason)
    if text in _ENDLESS:
        raise MisfitError("date_out_of_range")
    found = _MOMENT.fullmatch(text)
    if not found:
        raise MisfitError(reason)
    year, month, day = found["day"].lstrip("+-").split("-")
    if found["day"][0] in "+-" or found["bc"] or not 1 <= int(year) <= 9999:
        raise MisfitError("date_out_of_range")
    clock = _clock(found.groups()[2:6], reason) if found["clock"] else time.min
    try:
        return date(int(year), int(month), int(day)), clock, found["zone"] or "", _offset(found["zone"])
    except ValueError as error:
        raise MisfitError(reason) from error


def _clock(parts: tuple[str | None, ...], reason: Reason) -> time:
    hour, minute, second, fraction = parts
    if fraction and fraction[6:].strip("0"):
        raise MisfitError("too_many_digits")
    try:
        return time(int(hour or 0), int(minute or 0), int(second or 0), int((fraction or "")[:6].ljust(6, "0")))
    except ValueError as error:
        raise MisfitError(reason) from error


def _offset(zone: str | None) -> timedelta:
    if not zone or zone == "Z":
        return timedelta(0)
    digits = zone[1:].replace(":", "").ljust(6, "0")
    hours, minutes, seconds = int(digits[:2]), int(digits[2:4]), int(digits[4:])
    if hours > 23 or minutes > 59 or seconds > 59:
        raise ValueError(zone)
    offset = timedelta(hours=hours, minutes=minutes, seconds=seconds)
    return -offset if zone[0] == "-" else offset
