"""The three faces of the digest, PostgreSQL, Arrow and the slow reference, give one answer for every value."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC
from decimal import Context, Decimal
from typing import Any

import psycopg
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from tests.wire import reference
from tests.wire.rows import PUPIL, answers, batch, fill_table, make_table, pupil

from upstate.catalog import Column, SyncObject
from upstate.wire.digests import (
    SAMPLE,
    digest_sql,
    digests,
    key_hashes,
    known_answers,
    sample_records,
    self_test_sql,
)
from upstate.wire.digests.jsonb import jsonb_text

Connection = psycopg.Connection[Any]
WITH_DATABASE = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])

WIDE = Context(prec=60)
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=400)
NUMBER = st.from_regex(r"\A-?(0|[1-9][0-9]{0,20})(\.[0-9]{1,9})?([eE][+-]?[0-9]{1,2})?\Z")
QUOTED = TEXT.map(lambda text: json.dumps(text, ensure_ascii=len(text) % 2 == 0))
JSON = st.recursive(
    st.one_of(st.sampled_from(["null", "true", "false"]), NUMBER, QUOTED),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4).map(lambda parts: f"[{', '.join(parts)}]"),
        st.lists(st.tuples(QUOTED, inner), max_size=4).map(
            lambda pairs: "{" + ",".join(f"{key}:{value}" for key, value in pairs) + "}"
        ),
    ),
    max_leaves=8,
)


def decimals(precision: int, scale: int) -> st.SearchStrategy[Decimal]:
    most = 10**precision - 1
    return st.integers(-most, most).map(lambda unscaled: Decimal(unscaled).scaleb(-scale, WIDE))


VALUES: dict[str, st.SearchStrategy[Any]] = {
    "uuid": st.uuids(),
    "integer": st.integers(-(1 << 31), (1 << 31) - 1),
    "bigint": st.integers(-(1 << 63), (1 << 63) - 1),
    "boolean": st.booleans(),
    "double": st.floats(),
    "date": st.dates(),
    "time": st.times(),
    "timestamp": st.datetimes(),
    "timestamptz": st.datetimes(timezones=st.just(UTC)),
    "text": TEXT,
    "bytes": st.binary(max_size=200),
    "json": JSON,
}


def values_of(column: Column) -> st.SearchStrategy[Any]:
    if column.type == "decimal":
        return decimals(column.precision or 38, column.scale or 0)
    return VALUES[column.type]


ROW = st.fixed_dictionaries({c.name: st.none() | values_of(c) for c in SAMPLE.columns})


@pytest.fixture
def connection(database: str) -> Iterator[Connection]:
    with psycopg.connect(database, autocommit=True) as connection:
        yield connection


@WITH_DATABASE
@given(st.lists(ROW, max_size=6))
def test_all_three_faces_agree_for_any_records(connection: Connection, rows: list[dict[str, Any]]) -> None:
    if connection.execute("SELECT to_regclass('sample')").fetchone() == (None,):
        make_table(connection, SAMPLE)
    fill_table(connection, SAMPLE, rows)
    records = batch(SAMPLE, rows)
    ours = list(zip(digests(SAMPLE, records).tolist(), key_hashes(SAMPLE, records).tolist(), strict=True))
    assert answers(connection, SAMPLE) == ours
    assert ours == [(reference.digest(SAMPLE, row), reference.key_hash(SAMPLE, row)) for row in rows]


EDGES: dict[str, list[Any]] = {
    "double": [0.0, -0.0, float("nan"), -float("nan"), float("inf"), float("-inf"), 5e-324, 1.7976931348623157e308],
    "integer": [0, -1, 2**31 - 1, -(2**31)],
    "bigint": [0, -1, 2**31, -(2**31), 2**32, 2**63 - 1, -(2**63)],
    "boolean": [True, False],
    "text": ["", "x", "é", "😀" * 64, "x" * 255, "x" * 256, "x" * 257, "é" * 128, "é" * 129, "x" * 10_000_000],
    "bytes": [b"", b"\0", bytes(127), bytes(128), bytes(129), bytes(1_000_000)],
    "json": [
        "{}",
        "[]",
        "0",
        "-0",
        "-0.0",
        "0e5",
        "1E-3",
        "1.500",
        '{"a":1,"a":2}',
        '{"bb":1,"c":2}',
        '"\\ud83d\\ude00\\u007f"',
    ],
}


@pytest.mark.parametrize("kind", EDGES)
def test_the_edges_of_a_type_agree(connection: Connection, kind: Any) -> None:
    obj = SyncObject("Edge", "edge", ("v",), (Column("v", kind),))
    rows = [{"v": value} for value in [*EDGES[kind], None]]
    make_table(connection, obj)
    fill_table(connection, obj, rows)
    records = batch(obj, rows)
    assert [one for one, _ in answers(connection, obj)] == digests(obj, records).tolist()
    fast = [row for row in rows if not isinstance(row["v"], str | bytes) or len(row["v"]) < 100_000]
    assert digests(obj, batch(obj, fast)).tolist() == [reference.digest(obj, row) for row in fast]


@pytest.mark.parametrize("length", [1, 63, 64, 65, 128])
def test_texts_as_long_as_their_column_allows_agree(connection: Connection, length: int) -> None:
    obj = SyncObject("Edge", "edge", ("v",), (Column("v", "text", length=length),))
    rows = [{"v": value} for value in ("x" * length, "é" * length, "😀" * length, "", None)]
    make_table(connection, obj)
    fill_table(connection, obj, rows)
    ours = list(zip(digests(obj, batch(obj, rows)).tolist(), key_hashes(obj, batch(obj, rows)).tolist(), strict=True))
    assert answers(connection, obj) == ours
    assert ours == [(reference.digest(obj, row), reference.key_hash(obj, row)) for row in rows]


@pytest.mark.parametrize(("precision", "scale"), [(1, 0), (18, 18), (19, 0), (38, 0), (38, 38), (38, 12), (9, 7)])
def test_decimals_of_every_width_agree(connection: Connection, precision: int, scale: int) -> None:
    obj = SyncObject("Edge", "edge", ("v",), (Column("v", "decimal", precision=precision, scale=scale),))
    unscaled = [0, 1, -1, 9, 10 ** (precision - 1), 10**precision - 1, 1 - 10**precision]
    rows = [{"v": Decimal(number).scaleb(-scale, WIDE)} for number in unscaled]
    make_table(connection, obj)
    fill_table(connection, obj, rows)
    ours = digests(obj, batch(obj, rows)).tolist()
    assert [one for one, _ in answers(connection, obj)] == ours == [reference.digest(obj, row) for row in rows]


def test_what_only_postgresql_holds_has_a_digest_of_its_own_and_stops_nothing(connection: Connection) -> None:
    columns = (Column("d", "date"), Column("s", "timestamp"), Column("z", "timestamptz"))
    obj = SyncObject("Edge", "edge", ("d",), (*columns, Column("n", "decimal", precision=5, scale=2)))
    make_table(connection, obj)
    plain = {"d": None, "s": None, "z": None, "n": None}
    odd = [{**plain, name: text} for name in "dsz" for text in ("infinity", "-infinity", "4000-01-01 BC")]
    fill_table(connection, obj, [plain, *odd, {**plain, "n": "NaN"}])
    found = [one for one, _ in answers(connection, obj)]
    assert len(set(found)) == len(found) == 11


@given(st.lists(st.integers(0, 70_000), min_size=1, max_size=3), st.booleans())
@settings(max_examples=15, deadline=None)
def test_a_slice_and_a_long_batch_have_the_digests_of_their_records(sizes: list[int], with_nulls: bool) -> None:
    records = sample_records().slice(0, 1 + with_nulls)
    many = pa.concat_batches([records] * 20_000)
    whole = digests(SAMPLE, many)
    for size in sizes:
        part = many.slice(size % many.num_rows, 7)
        assert digests(SAMPLE, part).tolist() == whole[size % many.num_rows :][:7].tolist()


def test_a_postgresql_as_ours_passes_the_self_test_whatever_its_settings(connection: Connection) -> None:
    settings_ = ("timezone = 'Asia/Kolkata'", "datestyle = 'German'", "bytea_output = 'escape'")
    for setting in (*settings_, "intervalstyle = 'sql_standard'", "extra_float_digits = -15", "search_path = ''"):
        connection.execute(f"SET {setting}".encode())
    assert connection.execute(self_test_sql().encode()).fetchone() == (True,)


@pytest.mark.parametrize("encoding", ["LATIN1", "SQL_ASCII"])
def test_a_postgresql_of_another_encoding_fails_the_self_test(connection: Connection, encoding: str) -> None:
    name = connection.info.dbname + "_other"
    connection.execute(
        f"CREATE DATABASE {name} TEMPLATE template0 ENCODING '{encoding}' LOCALE 'C' LOCALE_PROVIDER libc".encode()
    )
    try:
        with psycopg.connect(connection.info.dsn, dbname=name) as other:
            assert not _passes(other)
    finally:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


def _passes(connection: Connection) -> bool:
    try:
        return connection.execute(self_test_sql().encode()).fetchone() == (True,)
    except psycopg.Error:
        return False


def test_the_known_answers_are_what_the_faces_say() -> None:
    said = [(answer.digest, answer.key_hash) for answer in known_answers()]
    records = sample_records()
    names = [column.name for column in SAMPLE.columns]
    rows = [dict(zip(names, answer.values, strict=True)) for answer in known_answers()]
    assert said == list(zip(digests(SAMPLE, records).tolist(), key_hashes(SAMPLE, records).tolist(), strict=True))
    assert said == [(reference.digest(SAMPLE, row), reference.key_hash(SAMPLE, row)) for row in rows]


def test_a_column_s_collation_does_not_change_its_digest(connection: Connection) -> None:
    make_table(connection, PUPIL)
    fill_table(connection, PUPIL, [pupil(1, "Zoë", "zoë")])
    before = answers(connection, PUPIL)
    try:
        connection.execute(
            "CREATE COLLATION blurred (provider = icu, locale = 'und-u-ks-level1', deterministic = false)"
        )
    except psycopg.errors.FeatureNotSupported:
        pytest.skip("this PostgreSQL was built without ICU, and has no collation that takes two texts for one")
    connection.execute("ALTER TABLE pupil ALTER given_name TYPE text COLLATE blurred")
    assert answers(connection, PUPIL) == before


def test_a_mapped_column_is_digested_by_its_expression(connection: Connection) -> None:
    connection.execute('CREATE TABLE "Kids%" (no smallint, "first ""name" varchar(20), last char(9), x int)')
    connection.execute("""INSERT INTO "Kids%" VALUES (7, 'Zoë', 'Byron', 3)""")
    mapped = {"id": "k.no", "given_name": 'k."first ""name"', "family_name": "k.last"}
    row = connection.execute(f'SELECT {digest_sql(PUPIL, None, mapped)} FROM "Kids%" AS k'.encode()).fetchone()
    assert row == (digests(PUPIL, batch(PUPIL, [pupil(7, "Zoë", "Byron")]))[0],)


@WITH_DATABASE
@given(JSON)
@example('{"aa": 1, "b": 2, "aa": 3}')
@example('{"é": 1, "zz": 2, "": 3}')
def test_a_json_text_is_written_as_jsonb_writes_it(connection: Connection, text: str) -> None:
    row = connection.execute("SELECT %s::jsonb::text", [text]).fetchone()
    assert row is not None
    assert jsonb_text(text) == row[0].encode()


@pytest.mark.parametrize("text", ['"\\u0000"', '"\\ud800"', "NaN", "{", "[" * 100_000, "1e200000", "1e-20000", ""])
def test_a_json_text_that_jsonb_would_not_take_equals_nothing_but_itself(text: str) -> None:
    obj = SyncObject("Edge", "edge", ("v",), (Column("v", "json"),))
    assert jsonb_text(text) is None
    one, same, other, none = digests(obj, batch(obj, [{"v": v} for v in (text, text, text + " ", None)]))
    assert one == same
    assert len({one, other, none}) == 3
