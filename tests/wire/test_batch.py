"""A batch as bytes and back; bytes that are no batch."""

from contextlib import suppress
from datetime import UTC
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from upstate.catalog import Column, SyncObject
from upstate.errors import WireError
from upstate.wire import MISFITS, Batch, arrow_schema, decode, digest, encode, no_misfits

KINDS: dict[str, st.SearchStrategy[Any]] = {
    "text": st.text(st.characters(codec="utf-8")),
    "integer": st.integers(-(2**31), 2**31 - 1),
    "bigint": st.integers(-(2**63), 2**63 - 1),
    "decimal": st.integers(-(10**38) + 1, 10**38 - 1).map(lambda n: Decimal(f"{n}E-9")),
    "double": st.floats(allow_nan=False),
    "boolean": st.booleans(),
    "date": st.dates(),
    "time": st.times(),
    "timestamp": st.datetimes(),
    "timestamptz": st.datetimes(timezones=st.just(UTC)),
    "uuid": st.binary(min_size=16, max_size=16),
    "bytes": st.binary(),
    "json": st.sampled_from(['{"a": 1}', "null"]),
}
COLUMNS = tuple(
    Column(f"a {kind}", kind, precision=38, scale=9) if kind == "decimal" else Column(f"a {kind}", kind)  # type: ignore[arg-type]
    for kind in KINDS
)
THING = SyncObject("Thing", "thing", ("a integer",), COLUMNS)
SMALL = SyncObject("Small", "small", ("id", "part"), (Column("id", "integer"), Column("part", "text")))
MISFIT = {"record": 3, "key": ["1", None], "column": "part", "reason": "nul_character"}


def batch_of(obj: SyncObject, rows: list[dict[str, Any]], misfits: list[dict[str, Any]] | None = None) -> Batch:
    return Batch(
        pa.RecordBatch.from_pylist(rows, schema=arrow_schema(obj)),
        pa.RecordBatch.from_pylist(misfits or [], schema=MISFITS),
    )


@settings(max_examples=60, deadline=None, database=None)
@given(st.lists(st.fixed_dictionaries({f"a {k}": st.none() | v for k, v in KINDS.items()}), max_size=5))
def test_records_go_and_come_back_as_they_were(rows: list[dict[str, Any]]) -> None:
    batch = batch_of(THING, rows)
    payload = encode(batch)
    again = decode(THING, payload)
    assert again.records.equals(batch.records)
    assert again.misfits.equals(batch.misfits)
    assert again.size == len(rows)
    assert encode(again) == payload


def test_misfits_travel_apart_and_count_once_a_record() -> None:
    misfits = [MISFIT, {**MISFIT, "column": "id", "reason": "not_an_integer"}, {**MISFIT, "record": 4}]
    batch = decode(SMALL, encode(batch_of(SMALL, [{"id": 1, "part": "x"}], misfits)))
    assert batch.misfits.to_pylist() == misfits
    assert batch.size == 3


def test_the_same_bytes_have_the_same_digest_and_others_another() -> None:
    one, two = (encode(batch_of(SMALL, [{"id": 1, "part": part}])) for part in "xy")
    assert digest(one) == digest(bytes(bytearray(one)))
    assert digest(one) != digest(two)
    assert len(digest(one)) == 16


GOOD = encode(batch_of(SMALL, [{"id": n, "part": "some text"} for n in range(50)], [MISFIT]))


@given(st.integers(0, len(GOOD) - 1))
def test_bytes_cut_short_are_no_batch(length: int) -> None:
    with pytest.raises(WireError, match="Small"):
        decode(SMALL, GOOD[:length])


@settings(max_examples=300, deadline=None, database=None)
@given(st.integers(0, len(GOOD) - 1), st.integers(1, 255))
def test_a_damaged_byte_is_an_error_of_ours_or_does_no_harm(place: int, flip: int) -> None:
    damaged = bytearray(GOOD)
    damaged[place] ^= flip
    with suppress(WireError):
        batch = decode(SMALL, bytes(damaged))
        assert batch.records.to_pylist() is not None
        assert batch.misfits.to_pylist() is not None


@pytest.mark.parametrize("payload", [b"", b"{}", b"\xff" * 64, b"ARROW1\0\0" * 8, GOOD * 2, GOOD + b"x", b"x" + GOOD])
def test_foreign_bytes_are_no_batch(payload: bytes) -> None:
    with pytest.raises(WireError, match=r"^A batch of Small "):
        decode(SMALL, payload)


def test_records_alone_are_no_batch() -> None:
    sink = pa.BufferOutputStream()
    records = batch_of(SMALL, []).records
    with pa.ipc.new_stream(sink, records.schema) as writer:
        writer.write_batch(records)
    with pytest.raises(WireError):
        decode(SMALL, sink.getvalue().to_pybytes())


@pytest.mark.parametrize(
    "columns",
    [
        (Column("id", "integer"),),
        (Column("part", "text"), Column("id", "integer")),
        (Column("id", "bigint"), Column("part", "text")),
        (Column("id", "integer"), Column("part", "json"), Column("more", "text")),
        (Column("ID", "integer"), Column("part", "text")),
    ],
)
def test_a_batch_with_other_columns_asks_for_a_newer_catalog(columns: tuple[Column, ...]) -> None:
    theirs = SyncObject("Small", "small", ("id",), columns)
    with pytest.raises(WireError, match="does not have the columns of the catalog; update the agent's catalog"):
        decode(SMALL, encode(batch_of(theirs, [])))


@pytest.mark.parametrize("key", [[], ["1"], ["1", "2", "3"]])
def test_a_misfit_with_another_number_of_key_parts_is_no_misfit_of_this_object(key: list[str]) -> None:
    with pytest.raises(WireError, match="a misfit's key"):
        decode(SMALL, encode(batch_of(SMALL, [], [{**MISFIT, "key": key}])))


@pytest.mark.parametrize("name", ["record", "key", "column", "reason"])
def test_a_misfit_that_lacks_something_is_none(name: str) -> None:
    schema = pa.schema([field.with_nullable(True) for field in MISFITS])
    loose = pa.RecordBatch.from_pylist([{**MISFIT, name: None}], schema=schema)
    forged = pa.RecordBatch.from_arrays(loose.columns, schema=MISFITS)
    with pytest.raises(WireError):
        decode(SMALL, encode(Batch(batch_of(SMALL, []).records, forged)))


@pytest.mark.parametrize("kind", ["date", "timestamp", "timestamptz"])
@pytest.mark.parametrize("value", [-(2**31), 2**31 - 1])
def test_a_moment_outside_the_years_1_to_9999_is_not_let_in(kind: str, value: int) -> None:
    obj = SyncObject("Small", "small", ("id",), (Column("id", "integer"), Column("at", kind)))  # type: ignore[arg-type]
    schema = arrow_schema(obj)
    width = pa.int32() if kind == "date" else pa.int64()
    at = pa.array([None, value if kind == "date" else value * 10**9], width).view(schema.field("at").type)
    records = pa.RecordBatch.from_arrays([pa.array([1, 2], pa.int32()), at], schema=schema)
    with pytest.raises(WireError, match="at holds a value outside its range"):
        decode(obj, encode(Batch(records, no_misfits())))


def test_text_that_is_not_utf8_is_not_let_in() -> None:
    part = pa.array([b"\xff\xfe"], pa.binary()).view(pa.string())
    records = pa.RecordBatch.from_arrays([pa.array([1], pa.int32()), part], schema=arrow_schema(SMALL))
    with pytest.raises(WireError, match="cannot be read as Arrow"):
        decode(SMALL, encode(Batch(records, no_misfits())))
