"""What fits a column and what does not, and why: the same for every source; with the small change of its tests."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any
from uuid import UUID

from upstate.agent.mapping import Mapping, parse_mapping
from upstate.agent.sources import Source
from upstate.agent.sources.wanted import Wanted
from upstate.catalog import Catalog, Column, ColumnType, SyncObject
from upstate.wire import Batch, table_of_keys


def thing(*columns: Column, name: str = "Thing", school_year: str | None = None) -> SyncObject:
    """An object with these columns behind an integer key."""
    return SyncObject(name, name.lower(), ("id",), (Column("id", "bigint", True), *columns), school_year=school_year)


def moment(text: str) -> datetime:
    """A moment without a zone, as columns without one hold."""
    return datetime.fromisoformat(text)


def column_of(kind: ColumnType, name: str = "value") -> Column:
    """A column of this type, with room enough where the type needs to know."""
    return Column(name, kind, precision=10, scale=2) if kind == "decimal" else Column(name, kind)


def read_all(source: Source, obj: SyncObject, school_year: int | None = None) -> list[Batch]:
    """Everything of an object, in a snapshot of its own."""
    with source.snapshot() as snapshot:
        return list(snapshot.read(obj, school_year))


def select_all(
    source: Source,
    obj: SyncObject,
    columns: tuple[str, ...],
    texts: Sequence[tuple[str | None, ...]],
    school_year: int | None = None,
) -> list[Batch]:
    """The records whose values in some columns are spelled like that, in a snapshot of its own."""
    wanted = Wanted(obj, columns, table_of_keys(columns, texts))
    with source.snapshot() as snapshot:
        return list(snapshot.select(obj, school_year, wanted))


def records(batches: Sequence[Batch]) -> list[dict[str, Any]]:
    """The records that fit."""
    return [record for batch in batches for record in batch.records.to_pylist()]


def misfits(batches: Sequence[Batch]) -> list[tuple[list[str | None], str, str]]:
    """Key, column and reason of each value that does not fit."""
    return [(m["key"], m["column"], m["reason"]) for batch in batches for m in batch.misfits.to_pylist()]


def mapped(obj: SyncObject, text: str) -> Mapping:
    """The mapping in a text, for a catalog of this one object."""
    return parse_mapping("mapping.toml", text, Catalog({obj.name: obj}))


# Texts that fit a column of the type, with what they are. Every source that can hold a text must read them so.
FIT: dict[ColumnType, list[tuple[str, Any]]] = {
    "text": [("", ""), (" ", " "), ('O\'Neil "Q"\r\n\tö 漢 😀', 'O\'Neil "Q"\r\n\tö 漢 😀'), ("NULL", "NULL")],
    "integer": [("3", 3), ("-3", -3), ("+3", 3), ("007", 7), ("3.0", 3), ("2147483647", 2147483647), ("3e2", 300)],
    "bigint": [("9223372036854775807", 2**63 - 1), ("-9223372036854775808", -(2**63))],
    "decimal": [
        ("1.1", Decimal("1.10")),
        ("1.1000", Decimal("1.10")),
        ("-.5", Decimal("-0.50")),
        ("12345678.91", Decimal("12345678.91")),
        ("1.5e1", Decimal("15.00")),
        ("00000000000000000000000000000000000000001", Decimal("1.00")),
    ],
    "double": [("1.5", 1.5), ("1e300", 1e300), ("9007199254740992", 2.0**53), ("Infinity", float("inf")), ("0.1", 0.1)],
    "boolean": [(t, True) for t in ("1", "true", "TRUE", "t")] + [(f, False) for f in ("0", "false", "F")],
    "date": [
        ("2024-02-29", date(2024, 2, 29)),
        ("2024-02-29 00:00:00", date(2024, 2, 29)),
        ("2024-02-29T00:00:00.000", date(2024, 2, 29)),
        ("0001-01-01", date(1, 1, 1)),
        ("1899-12-31", date(1899, 12, 31)),
        ("9999-12-31", date(9999, 12, 31)),
    ],
    "time": [("13:05", time(13, 5)), ("13:05:30", time(13, 5, 30)), ("23:59:59.999999", time(23, 59, 59, 999999))],
    "timestamp": [
        ("2024-02-29 13:05:30", moment("2024-02-29 13:05:30.000000")),
        ("2024-02-29T13:05:30.25", moment("2024-02-29 13:05:30.250000")),
        ("2024-02-29", moment("2024-02-29 00:00:00.000000")),
        ("2024-02-29 13:05:30.123456000", moment("2024-02-29 13:05:30.123456")),
        ("1066-10-14 09:00", moment("1066-10-14 09:00:00.000000")),
    ],
    "timestamptz": [
        ("2024-02-29 13:05:30Z", datetime(2024, 2, 29, 13, 5, 30, tzinfo=UTC)),
        ("2024-02-29 13:05:30-05:00", datetime(2024, 2, 29, 18, 5, 30, tzinfo=UTC)),
        ("2024-02-29 13:05:30.5+0530", datetime(2024, 2, 29, 7, 35, 30, 500000, tzinfo=UTC)),
    ],
    "uuid": [
        (form, UUID("6f9619ff-8b86-d011-b42d-00c04fc964ff").bytes)
        for form in (
            "6f9619ff-8b86-d011-b42d-00c04fc964ff",
            "6F9619FF-8B86-D011-B42D-00C04FC964FF",
            "{6F9619FF-8B86-D011-B42D-00C04FC964FF}",
            "6f9619ff8b86d011b42d00c04fc964ff",
        )
    ],
    "json": [('{"a": [1, null]}', '{"a": [1, null]}'), ("3", "3"), ('"\\u00e9"', '"\\u00e9"')],
}

# Texts that do not fit a column of the type, and why.
DO_NOT_FIT: dict[ColumnType, list[tuple[str, str]]] = {
    "integer": [
        *[(text, "not_an_integer") for text in ("", "3.5", "three", " 3", "0x10", "1_000", "NaN", "٣")],
        ("2147483648", "out_of_range"),
        ("1e400", "out_of_range"),
    ],
    "bigint": [("9223372036854775808", "out_of_range"), ("-9223372036854775809", "out_of_range")],
    "decimal": [
        ("1.101", "too_many_digits"),
        ("0.000000000000000000000000000000000000000001", "too_many_digits"),
        ("123456789", "out_of_range"),
        ("999999999999999999999999999999999999999", "out_of_range"),
        ("1e39", "out_of_range"),
        ("NaN", "not_finite"),
        ("Infinity", "not_finite"),
        ("1,5", "not_a_number"),
        ("", "not_a_number"),
    ],
    "double": [("1e400", "out_of_range"), ("9007199254740993", "too_many_digits"), ("1.5x", "not_a_number")],
    "boolean": [(text, "not_boolean") for text in ("2", "yes", "", "-1")],
    "date": [
        *[
            (text, "not_a_date")
            for text in ("2024-02-30", "02/29/2024", "2024-2-9", "", "20240229", "2460369.5", "soon")
        ],
        ("2024-02-29 00:00:01", "not_a_date"),
        ("2024-02-29 00:00:00Z", "not_a_date"),
        *[(text, "date_out_of_range") for text in ("0000-01-01", "10000-01-01", "-0044-03-15", "infinity")],
    ],
    "time": [("24:00:00", "not_a_time"), ("7:30", "not_a_time"), ("13:05:30.1234567", "too_many_digits")],
    "timestamp": [
        ("2024-02-29 13:05:30Z", "has_zone"),
        ("2024-02-29 24:00:00", "not_a_timestamp"),
        ("2024-02-29 13:05:30.1234567", "too_many_digits"),
        ("10000-01-01 00:00:00", "date_out_of_range"),
    ],
    "timestamptz": [
        ("2024-02-29 13:05:30", "no_zone"),
        ("0001-01-01 00:00:00+05:00", "date_out_of_range"),
        ("2024-02-29 13:05:30+99:00", "not_a_timestamp"),
    ],
    "uuid": [
        (text, "not_a_uuid")
        for text in ("", "6f9619ff", "abcdefghijklmnop", "6f9619ff-8b86-d011-b42d-00c04fc964fg", "#" * 17)
    ],
    "bytes": [("abc", "not_bytes")],
    "json": [
        ("{", "not_json"),
        ("", "not_json"),
        ("NaN", "not_json"),
        ('"\\u0000"', "not_json"),
        ('"\\ud800"', "not_json"),
    ],
}

NATIVES: dict[ColumnType, list[Any]] = {
    "text": ["", "ö", "x" * 300],
    "integer": [0, -(2**31), 2**31 - 1],
    "bigint": [-(2**63), 2**63 - 1],
    "decimal": [Decimal("0.01"), Decimal("-99999999.99")],
    "double": [0.1, -1e300, 5e-324],
    "boolean": [True, False],
    "date": [date(1, 1, 1), date(1899, 12, 31), date(9999, 12, 31)],
    "time": [time(0, 0), time(23, 59, 59, 999999)],
    "timestamp": [moment("0001-01-01"), moment("9999-12-31 23:59:59.999999")],
    "timestamptz": [datetime(2024, 2, 29, 13, 5, 30, 1, tzinfo=UTC), datetime(1, 1, 1, tzinfo=UTC)],
    "uuid": [UUID(int=0), UUID(int=2**128 - 1)],
    "bytes": [b"", b"\x00\xff", bytes(range(256))],
    "json": ['{"a": 1}', "[]"],
}
