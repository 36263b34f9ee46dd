"""A table read in blocks, which PostgreSQL strings together, gives what reading it row by row gives."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.agent.cases import mapped, misfits, read_all, records, thing
from tests.agent.postgresql_maker import PostgresqlMaker

from upstate.agent.sources import open_source, postgresql_blocks
from upstate.agent.sources.postgresql_snapshot import PostgresqlSnapshot
from upstate.catalog import Column, ColumnType
from upstate.wire import Batch

ROW_BY_ROW = "[Thing]\nselect = 'SELECT * FROM thing'"  # of a query there is no telling where its rows are
NUMBERS = st.decimals(allow_nan=False, allow_infinity=False, places=3, min_value=-(10**9), max_value=10**9)
VALUES: dict[ColumnType, st.SearchStrategy[Any]] = {
    "text": st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\0")),
    "json": st.sampled_from(["1", '{"a": [1, null]}', '"é"']),
    "integer": st.integers(-(1 << 31), (1 << 31) - 1),
    "bigint": st.integers(-(1 << 63), (1 << 63) - 1),
    "decimal": NUMBERS | st.just(Decimal("NaN")),
    "double": st.floats(allow_nan=False),
    "boolean": st.booleans(),
    "date": st.dates(),
    "time": st.times(),
    "timestamp": st.datetimes(),
    "timestamptz": st.datetimes(timezones=st.timezones()),
    "uuid": st.uuids(),
    "bytes": st.binary(),
}
KINDS = tuple(VALUES)
OBJECT = thing(*(Column(k, k, precision=20 if k == "decimal" else None, scale=3) for k in KINDS))


@pytest.fixture
def maker(database: str) -> PostgresqlMaker:
    return PostgresqlMaker(database)


@pytest.fixture
def blocks(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many rows each block had that was read."""
    seen: list[int] = []
    block = PostgresqlSnapshot._block

    def noted(self: PostgresqlSnapshot, *how: Any) -> Any:
        batch = block(self, *how)
        seen.append(batch.num_rows)
        return batch

    monkeypatch.setattr(PostgresqlSnapshot, "_block", noted)
    return seen


def both(maker: PostgresqlMaker, obj: Any, year: int | None = None) -> tuple[list[Batch], list[Batch]]:
    """What is read of a table as it is, and row by row."""
    return read_all(open_source(maker.url), obj, year), read_all(
        open_source(maker.url, mapped(obj, ROW_BY_ROW)), obj, year
    )


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(st.tuples(*(st.none() | VALUES[kind] for kind in KINDS)), max_size=30))
def test_whatever_is_stored_and_whatever_is_null(maker: PostgresqlMaker, blocks: list[int], rows: list[Any]) -> None:
    maker.change("DROP TABLE IF EXISTS thing")
    maker.natives(OBJECT, [(n, *row) for n, row in enumerate(rows)])
    del blocks[:]
    strung, plain = both(maker, OBJECT)
    assert sum(blocks) == len(rows)
    assert strung == plain


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(st.lists(st.none() | st.text("ab,é'\\\n", max_size=3), min_size=40, max_size=40), max_size=5))
def test_more_columns_than_one_integer_marks(maker: PostgresqlMaker, blocks: list[int], rows: list[Any]) -> None:
    obj = thing(*(Column(f"c{n}", "text") for n in range(40)))
    maker.change("DROP TABLE IF EXISTS thing")
    maker.texts(obj, [(str(n), *row) for n, row in enumerate(rows)])
    strung, plain = both(maker, obj)
    assert strung == plain


def test_every_block_of_a_table_with_holes_in_its_order(
    maker: PostgresqlMaker, blocks: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgresql_blocks, "_PAGES", 3)
    obj = thing(Column("end_year", "integer"), school_year="end_year")
    maker.natives(obj, [(n, 2024 + n % 2) for n in reversed(range(5_000))])
    maker.change("DELETE FROM thing WHERE id BETWEEN 1000 AND 3000 OR id % 7 = 0")
    maker.change("INSERT INTO thing VALUES (9000, 2024), (9001, NULL)")
    for year, shown in ((None, range(5_000)), (2024, range(0, 5_000, 2))):
        del blocks[:]
        strung, plain = both(maker, obj, year)
        ids = [record["id"] for record in records(strung)]
        assert ids == [record["id"] for record in records(plain)]
        left = [n for n in shown if not (1000 <= n <= 3000 or n % 7 == 0)]
        assert ids == [*reversed(left), 9000, 9001]
        assert len(blocks) > 5
        assert 0 in blocks


@pytest.mark.parametrize(
    "statement",
    [
        "ALTER TABLE thing RENAME TO rows; CREATE VIEW thing AS SELECT * FROM rows",
        "CREATE TABLE more () INHERITS (thing); INSERT INTO more VALUES (2, 'b')",
        """
        ALTER TABLE thing RENAME TO rows;
        CREATE TABLE thing (id bigint, name text) PARTITION BY RANGE (id);
        CREATE TABLE part PARTITION OF thing DEFAULT;
        INSERT INTO thing SELECT * FROM rows
        """,
        "ALTER TABLE thing ALTER name SET STORAGE EXTERNAL; INSERT INTO thing VALUES (2, repeat('b', 9000))",
    ],
    ids=["view", "inherited", "partitioned", "values apart"],
)
def test_what_has_no_blocks_is_read_row_by_row(maker: PostgresqlMaker, blocks: list[int], statement: str) -> None:
    obj = thing(Column("name", "text"))
    maker.natives(obj, [(1, "a")])
    maker.change(statement)
    strung, plain = both(maker, obj)
    assert records(strung)[0] == {"id": 1, "name": "a"}
    assert strung == plain
    assert blocks == []


def test_blocks_are_as_large_as_what_comes_of_them_allows(maker: PostgresqlMaker, blocks: list[int]) -> None:
    obj = thing(Column("name", "text"))
    maker.change("CREATE TABLE thing (id bigint, name text)")
    maker.change("INSERT INTO thing SELECT n, repeat('b', 150000) FROM generate_series(1, 600) AS n")
    maker.change("INSERT INTO thing SELECT n, 'a' FROM generate_series(601, 200000) AS n")
    strung, plain = both(maker, obj)
    ids = pa.concat_arrays([batch.records.column("id") for batch in strung])
    assert ids.equals(pa.concat_arrays([batch.records.column("id") for batch in plain]))
    assert max(batch.records.nbytes for batch in strung) < 40 << 20
    assert blocks[0] > blocks[1] == blocks[2]
    assert max(blocks) > 50_000


def test_mapped_sql_sees_all_rows(maker: PostgresqlMaker, blocks: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgresql_blocks, "_PAGES", 1)
    obj = thing(Column("many", "bigint"))
    maker.change("CREATE TABLE thing AS SELECT id::bigint FROM generate_series(1, 2000) AS id")
    counted = "[Thing.columns]\nmany = { sql = 'count(*) OVER ()' }"
    got = read_all(open_source(maker.url, mapped(obj, counted)), obj)
    assert {record["many"] for record in records(got)} == {2000}
    assert blocks == []


def test_who_may_read_some_columns_reads_those(maker: PostgresqlMaker, blocks: list[int]) -> None:
    obj = thing(Column("name", "text"))
    maker.change("CREATE TABLE thing AS SELECT 1::bigint AS id, 'a' AS name, 'secret' AS hidden")
    with maker.as_role("SELECT (id, name)") as url:
        got = read_all(open_source(url), obj)
    assert records(got) == [{"id": 1, "name": "a"}]
    assert blocks == []


def test_a_server_that_finds_nothing_by_its_place_does_for_us(maker: PostgresqlMaker) -> None:
    maker.change(f"ALTER DATABASE {urlsplit(maker.url).path[1:]} SET enable_tidscan = off")
    asked = "[Thing]\nselect = \"SELECT 1 AS id, current_setting('enable_tidscan') AS name\""
    obj = thing(Column("name", "text"))
    assert records(read_all(open_source(maker.url, mapped(obj, asked)), obj)) == [{"id": 1, "name": "on"}]


def test_a_value_that_does_not_fit_is_a_misfit_of_its_record(maker: PostgresqlMaker, blocks: list[int]) -> None:
    obj = thing(Column("born", "date"), Column("at", "timestamp"))
    maker.natives(obj, [(1, None, None), (2, "infinity", None), (3, "2024-01-31", "-infinity"), (4, None, None)])
    strung, plain = both(maker, obj)
    assert strung == plain
    assert misfits(strung) == [(["2"], "born", "date_out_of_range"), (["3"], "at", "date_out_of_range")]
    assert blocks == [4]
