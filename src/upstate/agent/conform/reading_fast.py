"""The fast reading of many texts at once in Arrow; it takes none of them where it cannot vouch for all."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from upstate.agent.conform.hexadecimal import uuids_from_texts
from upstate.agent.conform.letters import letters
from upstate.agent.conform.reading_numbers import MOST_DIGITS
from upstate.agent.conform.reading_texts import TRUTH
from upstate.catalog import Column
from upstate.wire import arrow_type
from upstate.wire.bounds import DATES, DAY, MOMENTS, all_between

_TRUE_OR_FALSE = pa.array(list(TRUTH), pa.string())


class NotSoFastError(ValueError):
    """The fast path cannot vouch for this array; halve it."""


def _fast_text(_column: Column, texts: pa.Array) -> pa.Array:
    texts.validate(full=True)
    _vouch((letters(texts) != 0).all())
    return texts


def _fast_integer(column: Column, texts: pa.Array) -> pa.Array:
    _vouch((letters(texts) != ord("x")).all())  # Arrow would take 0x10 for 16
    return texts.cast(arrow_type(column))


def _fast_decimal(column: Column, texts: pa.Array) -> pa.Array:
    # Beyond 38 digits Arrow wraps around without a word.
    _vouch((pc.max(pc.binary_length(texts)).as_py() or 0) <= MOST_DIGITS)
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
    _vouch(all_between(days.view(pa.int32()), *DATES))
    return days


def _fast_time(_column: Column, texts: pa.Array) -> pa.Array:
    moments = pc.binary_join_element_wise("1970-01-01", texts, " ").cast(pa.timestamp("us"))
    _vouch(all_between(moments.view(pa.int64()), 0, DAY - 1))
    return moments.view(pa.int64()).view(pa.time64("us"))


def _fast_moment(column: Column, texts: pa.Array) -> pa.Array:
    moments = texts.cast(arrow_type(column))
    _vouch(all_between(moments.view(pa.int64()), *MOMENTS))
    return moments


def _fast_boolean(_column: Column, texts: pa.Array) -> pa.Array:
    places = pc.index_in(texts, value_set=_TRUE_OR_FALSE)
    _vouch(places.null_count == texts.null_count)
    return pa.array(list(TRUTH.values())).take(places)


def _fast_uuid(_column: Column, texts: pa.Array) -> pa.Array:
    uuids = uuids_from_texts(texts)
    if uuids is None:
        raise NotSoFastError
    return uuids


def _never_fast(_column: Column, _texts: pa.Array) -> pa.Array:
    raise NotSoFastError


def _vouch(holds: Any) -> None:
    if not holds:
        raise NotSoFastError


FAST_READERS: dict[str, Callable[[Column, pa.Array], pa.Array]] = {
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
