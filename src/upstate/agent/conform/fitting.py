"""The fast fitting of a whole column in Arrow; only the part that will not go through is read value by value."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from upstate.agent.conform.hexadecimal import uuids_from_texts
from upstate.agent.conform.reading import READERS, TRUTH, read_double_as_decimal
from upstate.agent.conform.reasons import MisfitError, Reason
from upstate.catalog import Column
from upstate.wire import arrow_type

_SMALL = 32  # below this many values, reading one by one beats another cast
_MOST_DECIMAL = 38
_CERTAIN_DIGITS = 15  # a double tells any two decimals of so many digits apart
_DAY = 86_400_000_000
_EPOCH = date(1970, 1, 1)
_DATES = ((date.min - _EPOCH).days, (date.max - _EPOCH).days)
_TRUE_OR_FALSE = pa.array(list(TRUTH), pa.string())
_MOMENTS = (_DATES[0] * _DAY, _DATES[1] * _DAY + _DAY - 1)


@dataclass(frozen=True, slots=True)
class Fitted:
    """A column's values in its Arrow type, null where they do not fit, and those places with their reasons."""

    values: pa.Array
    misfits: tuple[tuple[int, Reason], ...] = ()


class _NotSoFastError(ValueError):
    """The fast path cannot vouch for this array; halve it."""


def fit_text(column: Column, texts: pa.Array) -> Fitted:
    """Fit values that arrived as text (UTF-8 not yet trusted)."""
    if texts.null_count == len(texts):
        return Fitted(pa.nulls(len(texts), arrow_type(column)))
    parts: list[pa.Array] = []
    misfits: list[tuple[int, Reason]] = []
    _halve(column, texts, 0, parts, misfits)
    return Fitted(parts[0] if len(parts) == 1 else pa.concat_arrays(parts), tuple(misfits))


def fit_native(column: Column, values: pa.Array) -> Fitted:
    """Fit values that arrived in the database's own type, one near the column's."""
    if isinstance(values, pa.ExtensionArray):
        values = values.storage
    kind = values.type
    if pa.types.is_integer(kind):
        return _fit_integers(column, values)
    if column.type == "decimal" and pa.types.is_floating(kind):
        return _fit_doubles(column, values)
    if column.type == "uuid":
        if not pa.types.is_fixed_size_binary(kind):
            good = pc.equal(pc.binary_length(values), 16)
            return _keep(values, good, column, "not_a_uuid")
        return Fitted(values)
    if column.type in ("date", "timestamp", "timestamptz", "time"):
        width, (low, high) = (pa.int32(), _DATES) if column.type == "date" else (pa.int64(), _MOMENTS)
        reason: Reason = "date_out_of_range"
        if column.type == "time":
            low, high, reason = 0, _DAY - 1, "not_a_time"
        return _keep(values, _between(values.view(width), low, high), column, reason)
    return Fitted(values.cast(arrow_type(column)))


def _fit_integers(column: Column, values: pa.Array) -> Fitted:
    if column.type in ("integer", "bigint"):
        if values.type == arrow_type(column) or values.type.bit_width < arrow_type(column).bit_width:
            return Fitted(values.cast(arrow_type(column)))
        return _keep(values, _between(values, -(1 << 31), (1 << 31) - 1), column, "out_of_range")
    if column.type == "boolean":
        return _keep(values, _between(values, 0, 1), column, "not_boolean")
    return fit_text(column, values.cast(pa.string()))


def _fit_doubles(column: Column, values: pa.Array) -> Fitted:
    """Doubles as decimals: a double stands for the one decimal of at most 15 digits that it is the nearest to.

    digits / 10^scale is rounded once, as both are exact; where it gives the double again, those are its digits.
    """
    scale = column.scale or 0
    if scale < _CERTAIN_DIGITS:
        tens = pa.scalar(float(10**scale))
        digits = pc.round(pc.multiply(values, tens), round_mode="half_to_even")
        certain = pc.less(pc.abs(digits), float(10 ** min(_CERTAIN_DIGITS, column.precision or _MOST_DECIMAL)))
        if pc.all(pc.and_(certain, pc.equal(pc.divide(digits, tens), values)), min_count=0).as_py():
            whole = digits.cast(pa.int64()).cast(pa.decimal128(19, 0))
            return Fitted(whole.view(pa.decimal128(19, scale)).cast(arrow_type(column)))
    return _one_by_one(column, values, lambda value: read_double_as_decimal(value, column))


def _between(values: pa.Array, low: int, high: int) -> pa.Array:
    return pc.and_(pc.greater_equal(values, low), pc.less_equal(values, high))


def _keep(values: pa.Array, good: pa.Array, column: Column, reason: Reason) -> Fitted:
    """The values where `good` holds, cast; the others are misfits for this reason."""
    if pc.all(good, min_count=0).as_py():
        return Fitted(values.cast(arrow_type(column)))
    kept = pc.if_else(good, values, pa.nulls(len(values), values.type))
    bad = pc.indices_nonzero(pc.fill_null(pc.invert(good), False)).to_pylist()
    return Fitted(kept.cast(arrow_type(column)), tuple((index, reason) for index in bad))


def _halve(
    column: Column, texts: pa.Array, start: int, parts: list[pa.Array], misfits: list[tuple[int, Reason]]
) -> None:
    try:
        parts.append(_FAST[column.type](column, texts))
    except (pa.ArrowException, _NotSoFastError):
        if len(texts) <= _SMALL:
            slow = _slow(column, texts, start)
            parts.append(slow.values)
            misfits.extend(slow.misfits)
            return
        middle = len(texts) // 2
        _halve(column, texts.slice(0, middle), start, parts, misfits)
        _halve(column, texts.slice(middle), start + middle, parts, misfits)


def _slow(column: Column, texts: pa.Array, start: int) -> Fitted:
    read = READERS[column.type]
    return _one_by_one(column, texts.cast(pa.binary()), lambda value: read(value, column), start)


def _one_by_one(column: Column, raw: pa.Array, read: Callable[[Any], Any], start: int = 0) -> Fitted:
    values: list[Any] = []
    misfits: list[tuple[int, Reason]] = []
    for index, value in enumerate(raw.to_pylist(), start):
        try:
            values.append(None if value is None else read(value))
        except MisfitError as misfit:
            values.append(None)
            misfits.append((index, misfit.reason))
    return Fitted(pa.array(values, arrow_type(column)), tuple(misfits))


def _vouch(holds: Any) -> None:
    if not holds:
        raise _NotSoFastError


def _fast_text(_column: Column, texts: pa.Array) -> pa.Array:
    texts.validate(full=True)
    _vouch(not _has(texts, "\0"))
    return texts


def _fast_integer(column: Column, texts: pa.Array) -> pa.Array:
    _vouch(not _has(texts, "x"))  # Arrow would take 0x10 for 16
    return texts.cast(arrow_type(column))


def _fast_decimal(column: Column, texts: pa.Array) -> pa.Array:
    # Beyond 38 digits Arrow wraps around without a word.
    _vouch((pc.max(pc.binary_length(texts)).as_py() or 0) <= _MOST_DECIMAL)
    return texts.cast(arrow_type(column))


def _fast_double(_column: Column, texts: pa.Array) -> pa.Array:
    # Up to 15 characters a whole number is exact, and nothing but "inf" and "nan" is not finite. An exponent of three
    # digits may be beyond what the exact reader takes.
    _vouch(not pc.any(pc.match_substring_regex(texts, "[eE][+-]?[0-9]{3}")).as_py())
    numbers = texts.cast(pa.float64())
    _vouch((pc.max(pc.binary_length(texts)).as_py() or 0) <= 15 and pc.all(pc.is_finite(numbers)).as_py())
    return numbers


def _fast_date(_column: Column, texts: pa.Array) -> pa.Array:
    days = texts.cast(pa.date32())
    _vouch(_all_between(days.view(pa.int32()), *_DATES))
    return days


def _fast_time(_column: Column, texts: pa.Array) -> pa.Array:
    moments = pc.binary_join_element_wise("1970-01-01", texts, " ").cast(pa.timestamp("us"))
    _vouch(_all_between(moments.view(pa.int64()), 0, _DAY - 1))
    return moments.view(pa.int64()).view(pa.time64("us"))


def _fast_moment(column: Column, texts: pa.Array) -> pa.Array:
    moments = texts.cast(arrow_type(column))
    _vouch(_all_between(moments.view(pa.int64()), *_MOMENTS))
    return moments


def _fast_boolean(_column: Column, texts: pa.Array) -> pa.Array:
    places = pc.index_in(texts, value_set=_TRUE_OR_FALSE)
    _vouch(places.null_count == texts.null_count)
    return pa.array(list(TRUTH.values())).take(places)


def _fast_uuid(_column: Column, texts: pa.Array) -> pa.Array:
    uuids = uuids_from_texts(texts)
    if uuids is None:
        raise _NotSoFastError
    return uuids


def _never_fast(_column: Column, _texts: pa.Array) -> pa.Array:
    raise _NotSoFastError


def _has(texts: pa.Array, piece: str) -> bool:
    return bool(pc.any(pc.match_substring(texts, piece)).as_py())


def _all_between(values: pa.Array, low: int, high: int) -> bool:
    return bool(pc.all(_between(values, low, high), min_count=0).as_py())


_FAST: dict[str, Callable[[Column, pa.Array], pa.Array]] = {
    "text": _fast_text,
    "integer": _fast_integer,
    "bigint": _fast_integer,
    "decimal": _fast_decimal,
    "double": _fast_double,
    "boolean": _fast_boolean,
    "date": _fast_date,
    "time": _fast_time,
    "timestamp": _fast_moment,
    "timestamptz": _fast_moment,
    "uuid": _fast_uuid,
    "bytes": _never_fast,
    "json": _never_fast,
}
