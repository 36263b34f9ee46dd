"""The slow, exact reading of one value's text, by the type of its column: what every fast path must agree with."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from upstate.agent.conform.reading_moments import read_date, read_time, read_timestamp, read_timestamptz
from upstate.agent.conform.reading_numbers import read_decimal, read_double, read_integer
from upstate.agent.conform.reading_texts import read_boolean, read_bytes, read_json, read_text, read_uuid
from upstate.catalog import Column

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
