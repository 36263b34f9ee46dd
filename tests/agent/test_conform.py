"""Conform: the fast way through Arrow and the slow, exact way must agree on every value."""

from __future__ import annotations

import math
from datetime import date, datetime, time
from decimal import Decimal

import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tests.agent.cases import DO_NOT_FIT, FIT, column_of, thing

from upstate.agent.conform import BYTES_MARK, NATIVE, REASONS, TEXT, MisfitError, conform
from upstate.agent.conform.reading import READERS
from upstate.catalog import Column, ColumnType, SyncObject
from upstate.wire import Batch, arrow_schema, arrow_type, encode

_digits = st.from_regex(r"[+-]?[0-9]{0,42}([.][0-9]{0,42})?([eE][+-]?[0-9]{1,3})?", fullmatch=True)
_dates = st.builds(
    "{}-{}-{}{}".format,
    st.sampled_from(["2024", "0001", "0000", "9999", "10000", "1582", "99"]),
    st.sampled_from(["01", "02", "12", "13", "1"]),
    st.sampled_from(["01", "29", "30", "31", "32", "9"]),
    st.sampled_from(
        ["", " 00:00:00", "T00:00", " 12", " 24:00:00", " 00:00:00.0", " 23:59:59.9999999", "Z", " 10:00:00+05"]
    ),
)
_clocks = st.from_regex(r"[0-2]?[0-9](:[0-6][0-9](:[0-6][0-9]([.][0-9]{0,8})?)?)?", fullmatch=True)
_known = st.sampled_from([t for cases in (*FIT.values(), *DO_NOT_FIT.values()) for t, _ in cases])
_texts = st.one_of(_known, _digits, _dates, _clocks, st.text(max_size=8))


def one_column(column: Column, values: pa.Array, prefix: str = TEXT) -> Batch:
    """Conform an object of a key and this column."""
    keys = pa.array(range(len(values)), pa.int64())
    raw = pa.RecordBatch.from_arrays([keys, values], [NATIVE + "id", prefix + column.name])
    return conform(thing(column), raw)


@pytest.mark.parametrize("kind", READERS)
@settings(max_examples=60, deadline=None)
@given(texts=st.lists(st.one_of(st.none(), _texts), max_size=80))
@example(texts=[None] * 40 + ["9" * 39] + [None] * 40)
@example(texts=["0x10"] * 50)
@example(texts=[None, "6F9619ff-8b86-d011-b42d-00c04fc964ff", None, "00000000-0000-0000-0000-000000000007"])
@example(texts=["6f9619ff8b86d011b42d00c04fc964ff", "6f9619ff8b86d011b42d00c04fc964fg"] * 20)
@example(texts=["6f9619ff-8b86-d011-b42d-00c04fc964ff", "6f9619ff-8b86-d011-b42d+00c04fc964ff"] * 20)
@example(texts=["0E401", "1e-401", "1e300"])
@example(texts=["1", "0", None, "true", "f"] * 8)
def test_the_fast_way_gives_what_the_exact_reader_gives(kind: ColumnType, texts: list[str | None]) -> None:
    column = column_of(kind)
    expected, wrong = {}, []
    for n, text in enumerate(texts):
        try:
            expected[n] = None if text is None else READERS[kind](text.encode("utf-8", "surrogatepass"), column)
        except MisfitError as misfit:
            wrong.append((n, misfit.reason))
    encoded = [None if text is None else text.encode("utf-8", "surrogatepass") for text in texts]
    raw = pa.Array.from_buffers(pa.string(), len(texts), pa.array(encoded, pa.binary()).buffers())
    batch = one_column(column, raw)
    assert [(m["record"], m["reason"]) for m in batch.misfits.to_pylist()] == wrong
    got = {r["id"]: r["value"] for r in batch.records.to_pylist()}
    # a NaN equals nothing, not even itself
    assert {n: v if v == v else "NaN" for n, v in got.items()} == {
        n: v if v == v else "NaN" for n, v in expected.items()
    }


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.one_of(st.floats(), st.integers(-(10**12), 10**12).map(lambda n: n / 100)), min_size=1),
    st.integers(0, 20),
)
def test_a_double_is_a_decimal_only_where_15_digits_tell_it_apart(doubles: list[float], scale: int) -> None:
    column = Column("value", "decimal", precision=20, scale=scale)
    batch = one_column(column, pa.array(doubles, pa.float64()), NATIVE)
    for record in batch.records.to_pylist():
        value = doubles[record["id"]]
        assert float(record["value"]) == value
        assert record["value"] == Decimal(f"{value:.15g}")
    for misfit in batch.misfits.to_pylist():
        value = doubles[misfit["record"]]
        if misfit["reason"] == "not_finite":
            assert not math.isfinite(value)
        elif misfit["reason"] == "out_of_range":
            assert abs(value) >= 10 ** (20 - scale)
        else:
            assert misfit["reason"] == "too_many_digits"
            assert float(f"{value:.15g}") != value or -Decimal(repr(value)).normalize().as_tuple().exponent > scale  # type: ignore[operator]


@pytest.mark.parametrize(
    ("kind", "values", "fit", "reason"),
    [
        ("integer", pa.array([2**31, 7], pa.int64()), 7, "out_of_range"),
        ("boolean", pa.array([2, 1], pa.int64()), True, "not_boolean"),
        ("uuid", pa.array([b"short", b"0123456789abcdef"]), b"0123456789abcdef", "not_a_uuid"),
        ("date", pa.array([2932897, 0], pa.int32()).view(pa.date32()), date(1970, 1, 1), "date_out_of_range"),
        ("date", pa.array([-719163, 0], pa.int32()).view(pa.date32()), date(1970, 1, 1), "date_out_of_range"),
        (
            "timestamp",
            pa.array([-(2**63), 0], pa.int64()).view(pa.timestamp("us")),
            datetime.fromisoformat("1970-01-01"),
            "date_out_of_range",
        ),
        ("time", pa.array([86_400_000_000, 0], pa.int64()).view(pa.time64("us")), time(0), "not_a_time"),
    ],
)
def test_a_native_value_beyond_the_column_is_a_misfit(
    kind: ColumnType, values: pa.Array, fit: object, reason: str
) -> None:
    batch = one_column(column_of(kind), values, NATIVE)
    assert [(m["record"], m["reason"]) for m in batch.misfits.to_pylist()] == [(0, reason)]
    assert [r["value"] for r in batch.records.to_pylist()] == [fit]


def test_text_that_is_no_text_is_a_misfit_of_its_own_kind() -> None:
    odd = [b"a\0b", b"\xed\xa0\x80", b"a\xff", BYTES_MARK.encode(), "é".encode()]
    raw = pa.Array.from_buffers(pa.string(), len(odd), pa.array(odd, pa.binary()).buffers())
    batch = one_column(Column("value", "text"), raw)
    assert [m["reason"] for m in batch.misfits.to_pylist()] == ["nul_character", "not_utf8", "not_utf8", "not_text"]
    assert batch.records.to_pylist() == [{"id": 4, "value": "é"}]


def test_a_misfits_key_is_written_as_postgresql_writes_it() -> None:
    kinds: list[ColumnType] = [
        "uuid",
        "decimal",
        "boolean",
        "date",
        "time",
        "timestamp",
        "timestamptz",
        "bytes",
        "text",
    ]
    key = tuple(Column(kind, kind, True, precision=10 if kind == "decimal" else None, scale=2) for kind in kinds)
    obj = SyncObject("Thing", "thing", tuple(kinds), (*key, Column("value", "integer")))
    values = [
        b"\x00" * 15 + b"\x01",
        Decimal("1.50"),
        True,
        date(2024, 1, 31),
        time(9, 5, 0, 500000),
        datetime.fromisoformat("2024-01-31 09:05:00.120000"),
        datetime.fromisoformat("2024-01-31 09:05:00+00:00"),
        b"\x00\xff",
        "plain",
    ]
    names = [NATIVE + k if k != "text" else TEXT + k for k in kinds]
    arrays = [pa.array([v], arrow_type(c)) for v, c in zip(values, key, strict=True)]
    raw = pa.RecordBatch.from_arrays([*arrays, pa.array(["x"])], [*names, TEXT + "value"])
    assert conform(obj, raw).misfits.to_pylist()[0]["key"] == [
        "00000000-0000-0000-0000-000000000001",
        "1.50",
        "true",
        "2024-01-31",
        "09:05:00.5",
        "2024-01-31 09:05:00.12",
        "2024-01-31 09:05:00+00",
        "\\x00ff",
        "plain",
    ]


def test_a_value_may_come_natively_or_as_text_within_one_column() -> None:
    raw = pa.RecordBatch.from_arrays(
        [pa.array([1, 2, 3, 4]), pa.array([7, None, None, None]), pa.array([None, "8", "nine", None], pa.string())],
        [NATIVE + "id", NATIVE + "value", TEXT + "value"],
    )
    batch = conform(thing(Column("value", "integer")), raw)
    assert [(r["id"], r["value"]) for r in batch.records.to_pylist()] == [(1, 7), (2, 8), (4, None)]
    assert batch.records.schema.equals(arrow_schema(thing(Column("value", "integer"))))
    assert batch.size == 4


@pytest.mark.parametrize("kind", ["integer", "boolean", "text"])
def test_chance_bits_behind_the_last_value_never_reach_the_wire(kind: ColumnType) -> None:
    """Drivers leave them in a bitmap's last byte; two readings of the same rows must give the same bytes."""
    values: dict[ColumnType, list[object]] = {
        "integer": [1, None, 3],
        "boolean": [True, None, False],
        "text": ["a", None, "c"],
    }
    plain = pa.array(values[kind], arrow_type(column_of(kind)))
    payloads = set()
    for chance in (0b00000101, 0b11111101):
        first, *rest = plain.buffers()
        assert first is not None
        bits = [pa.py_buffer(bytes([chance]))]
        if kind == "boolean":
            bits.append(pa.py_buffer(bytes([0b001 | (chance & 0b11111000)])))
            rest = rest[1:]
        array = pa.Array.from_buffers(plain.type, 3, [*bits, *rest])
        assert array.equals(plain)
        payloads.add(encode(one_column(column_of(kind), array, TEXT if kind == "text" else NATIVE)))
    assert len(payloads) == 1


def test_every_reason_in_the_contract_is_on_the_closed_list() -> None:
    assert {reason for cases in DO_NOT_FIT.values() for _, reason in cases} <= set(REASONS)
