"""The fitting of a whole column in Arrow; only the part that will not go through fast is read value by value."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from upstate.agent.conform.reading import READERS
from upstate.agent.conform.reading_fast import FAST_READERS, NotSoFastError
from upstate.agent.conform.reading_numbers import CERTAIN_DIGITS, MOST_DIGITS, read_double_as_decimal
from upstate.agent.conform.reasons import MisfitError, Reason
from upstate.catalog import Column
from upstate.wire import arrow_type
from upstate.wire.bounds import DATES, DAY, MOMENTS, all_between, between

_SMALL = 32  # below this many values, reading one by one beats another cast


@dataclass(frozen=True, slots=True)
class Fitted:
    """A column's values in its Arrow type, null where they do not fit, and those places with their reasons."""

    values: pa.Array
    misfits: tuple[tuple[int, Reason], ...] = ()


def fit_text(column: Column, texts: pa.Array) -> Fitted:
    """Fit values that arrived as text (UTF-8 not yet trusted)."""
    if texts.null_count == len(texts):
        return Fitted(pa.nulls(len(texts), arrow_type(column)))
    parts: list[pa.Array] = []
    misfits: list[tuple[int, Reason]] = []
    _halve(column, texts, 0, parts, misfits)
    return Fitted(parts[0] if len(parts) == 1 else pa.concat_arrays(parts), tuple(misfits))


def _halve(
    column: Column, texts: pa.Array, start: int, parts: list[pa.Array], misfits: list[tuple[int, Reason]]
) -> None:
    try:
        parts.append(FAST_READERS[column.type](column, texts))
    except (pa.ArrowException, NotSoFastError):
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
        width, (low, high) = (pa.int32(), DATES) if column.type == "date" else (pa.int64(), MOMENTS)
        reason: Reason = "date_out_of_range"
        if column.type == "time":
            low, high, reason = 0, DAY - 1, "not_a_time"
        return _keep_between(values, width, (low, high), column, reason)
    return Fitted(values.cast(arrow_type(column)))


def _fit_integers(column: Column, values: pa.Array) -> Fitted:
    if column.type in ("integer", "bigint"):
        if values.type == arrow_type(column) or values.type.bit_width < arrow_type(column).bit_width:
            return Fitted(values.cast(arrow_type(column)))
        return _keep_between(values, values.type, (-(1 << 31), (1 << 31) - 1), column, "out_of_range")
    if column.type == "boolean":
        return _keep_between(values, values.type, (0, 1), column, "not_boolean")
    return fit_text(column, values.cast(pa.string()))


def _fit_doubles(column: Column, values: pa.Array) -> Fitted:
    """Doubles as decimals: a double stands for the one decimal of at most 15 digits that it is the nearest to.

    digits / 10^scale is rounded once, as both are exact; where it gives the double again, those are its digits. The
    others are read one by one.
    """
    scale = column.scale or 0
    if scale >= CERTAIN_DIGITS:
        return _one_by_one(column, values, lambda value: read_double_as_decimal(value, column))
    tens = _double(float(10**scale))
    digits = pc.round(pc.multiply(values, tens), round_mode="half_to_even")
    most = _double(float(10 ** min(CERTAIN_DIGITS, column.precision or MOST_DIGITS)))
    certain = pc.and_(pc.less(pc.abs(digits), most), pc.equal(pc.divide(digits, tens), values))
    if pc.all(certain, min_count=0).as_py():
        return Fitted(_decimals(digits, column))
    doubtful = pc.fill_null(pc.invert(certain), False)
    places = pc.indices_nonzero(doubtful)
    slow = _one_by_one(column, values.take(places), lambda value: read_double_as_decimal(value, column))
    fast = _decimals(pc.if_else(doubtful, pa.nulls(len(values), pa.float64()), digits), column)
    misfits = tuple((places[index].as_py(), reason) for index, reason in slow.misfits)
    return Fitted(pc.replace_with_mask(fast, doubtful, slow.values), misfits)


def _decimals(digits: pa.Array, column: Column) -> pa.Array:
    whole = digits.cast(pa.int64()).cast(pa.decimal128(19, 0))
    return whole.view(pa.decimal128(19, column.scale or 0)).cast(arrow_type(column))


def _keep_between(
    values: pa.Array, counted: pa.DataType, bounds: tuple[int, int], column: Column, reason: Reason
) -> Fitted:
    """The values that are within the bounds, as `counted` counts them; the others are misfits for this reason."""
    numbers = values.view(counted)
    if all_between(numbers, *bounds):
        return Fitted(values.cast(arrow_type(column)))
    return _keep(values, between(numbers, *bounds), column, reason)


@cache
def _double(value: float) -> pa.Scalar:
    # Whenever Arrow makes a value of its own from Python's, it looks for pandas, which takes longer than the sum.
    return pa.scalar(value)


def _keep(values: pa.Array, good: pa.Array, column: Column, reason: Reason) -> Fitted:
    """The values where `good` holds, cast; the others are misfits for this reason."""
    if pc.all(good, min_count=0).as_py():
        return Fitted(values.cast(arrow_type(column)))
    kept = pc.if_else(good, values, pa.nulls(len(values), values.type))
    bad = pc.indices_nonzero(pc.fill_null(pc.invert(good), False)).to_pylist()
    return Fitted(kept.cast(arrow_type(column)), tuple((index, reason) for index in bad))
