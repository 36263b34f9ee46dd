"""Values as text, as PostgreSQL itself spells them."""

from datetime import UTC, date, datetime, time
from decimal import Decimal

import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from upstate.catalog import Column
from upstate.wire import spell

FINITE = st.decimals(min_value=-(10**20), max_value=10**20, places=10)
VALUES = st.one_of(
    st.floats().map(lambda v: ("double", "double precision", v)),
    FINITE.map(lambda v: ("decimal", "numeric(38,10)", v)),
    st.booleans().map(lambda v: ("boolean", "boolean", v)),
    st.dates().map(lambda v: ("date", "date", v)),
    st.times().map(lambda v: ("time", "time", v)),
    st.datetimes().map(lambda v: ("timestamp", "timestamp", v)),
    st.datetimes(timezones=st.just(UTC)).map(lambda v: ("timestamptz", "timestamptz", v)),
    st.binary().map(lambda v: ("bytes", "bytea", v)),
    st.integers(-(2**63), 2**63 - 1).map(lambda v: ("bigint", "bigint", v)),
    st.text(st.characters(codec="utf-8", exclude_characters="\0")).map(lambda v: ("text", "text", v)),
    st.binary(min_size=16, max_size=16).map(lambda v: ("uuid", "uuid", v)),
)


def test_every_value_is_spelled_as_postgresql_spells_it(cluster_url: str) -> None:
    with psycopg.connect(cluster_url, autocommit=True, options="-c timezone=UTC -c datestyle=ISO") as connection:

        @settings(max_examples=400, deadline=None, database=None)
        @given(VALUES)
        def same(case: tuple[str, str, object]) -> None:
            kind, cast, value = case
            column = Column("c", kind)  # type: ignore[arg-type]
            sent = value.hex() if kind == "uuid" and isinstance(value, bytes) else value
            row = connection.execute(f"select %s::{cast}::text", (sent,)).fetchone()
            assert row is not None
            # PostgreSQL leaves out the shortest form of a double that lies just between two others: both mean the same
            rare = kind == "double" and isinstance(value, float) and float(str(spell(column, value))) == float(row[0])
            assert row[0] == spell(column, value) or (rare and len(row[0]) > 17)

        same()


@pytest.mark.parametrize(
    ("kind", "value", "text"),
    [
        ("double", 1.0, "1"),
        ("double", 1e15, "1e+15"),
        ("double", 0.00001, "1e-05"),
        ("decimal", Decimal("0E-10"), "0.0000000000"),
        ("time", time(10, 30, 0, 500000), "10:30:00.5"),
        ("timestamp", datetime(2024, 2, 29), "2024-02-29 00:00:00"),  # noqa: DTZ001
        ("timestamptz", datetime(2024, 2, 29, tzinfo=UTC), "2024-02-29 00:00:00+00"),
        ("date", date(1, 1, 1), "0001-01-01"),
        ("json", '{"a": 1}', '{"a": 1}'),
        ("text", None, None),
    ],
)
def test_a_value_has_one_spelling(kind: str, value: object, text: str | None) -> None:
    assert spell(Column("c", kind), value) == text  # type: ignore[arg-type]
