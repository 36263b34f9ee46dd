"""What every source must do that is asked for some records by what they hold; part of SourceContract."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Protocol
from uuid import UUID

import pytest
from tests.agent.cases import NATIVES, column_of, mapped, misfits, read_all, records, select_all, thing

from upstate.agent.mapping import OWN_ID
from upstate.agent.sources import open_source
from upstate.catalog import Column, ColumnType, SyncObject
from upstate.wire import spell

Row = Sequence[Any]


class Maker(Protocol):
    """A fresh database of one kind, and the ways to fill it that a contract needs."""

    @property
    def url(self) -> str:
        """The address by which a source of it is opened."""

    def texts(self, obj: SyncObject, rows: Sequence[Row]) -> None:
        """Make the object's table with every column a text, and put these texts and nulls in."""

    def natives(self, obj: SyncObject, rows: Sequence[Row]) -> None:
        """Make the object's table with each column of the kind the database has for its type; Python values."""

    def change(self, statement: str) -> None:
        """Run a statement over a connection of its own, and commit it."""


class SelectingContract:
    """The suite; see SourceContract."""

    @pytest.mark.parametrize("kind", ["text", "integer", "uuid", "date", "decimal", "timestamptz", "bytes"])
    def test_records_are_found_by_what_a_column_holds_however_it_is_kept(self, maker: Maker, kind: ColumnType) -> None:
        obj = thing(column_of(kind))
        values = [v.bytes if isinstance(v, UUID) else v for v in NATIVES[kind]]
        maker.natives(obj, [*enumerate(NATIVES[kind]), (90, None)])
        for number, value in enumerate(values):
            found = select_all(open_source(maker.url), obj, ("value",), [(spell(obj.column("value"), value),)])
            assert records(found) == [{"id": number, "value": value}]
        wanted = [(spell(obj.column("value"), value),) for value in values]
        assert records(select_all(open_source(maker.url), obj, ("value",), wanted)) == [
            {"id": number, "value": value} for number, value in enumerate(values)
        ]

    def test_records_are_found_by_key_among_many_and_none_else(self, maker: Maker) -> None:
        obj = thing(Column("note", "text"))
        maker.natives(obj, [(n, f"note {n}") for n in range(100_000)])
        found = select_all(open_source(maker.url), obj, ("id",), [("7",), ("99999",), ("100000",), ("-1",)])
        assert records(found) == [{"id": 7, "note": "note 7"}, {"id": 99_999, "note": "note 99999"}]
        many = [(str(n),) for n in range(0, 100_000, 2)]
        assert [r["id"] for r in records(select_all(open_source(maker.url), obj, ("id",), many))] == [
            *range(0, 100_000, 2)
        ]
        assert select_all(open_source(maker.url), obj, ("id",), []) == []

    def test_a_uuid_is_found_however_it_is_spelled_and_twice_where_it_comes_twice(self, maker: Maker) -> None:
        obj = SyncObject("Thing", "thing", ("id",), (Column("id", "uuid", True), Column("value", "integer")))
        plain = "6f9619ff-8b86-d011-b42d-00c04fc964ff"
        spellings = [plain, plain.upper(), plain.replace("-", ""), f"{{{plain}}}"]
        maker.texts(obj, [*((text, str(n)) for n, text in enumerate(spellings)), (str(UUID(int=1)), "9"), ("x", "9")])
        found = select_all(open_source(maker.url), obj, ("id",), [(plain,)])
        assert [r["value"] for r in records(found)] == [0, 1, 2, 3]
        assert misfits(found) == []

    def test_a_record_that_does_not_fit_is_found_by_its_key_read_or_not(self, maker: Maker) -> None:
        columns = (Column("day", "date", True), Column("id", "integer", True), Column("value", "integer"))
        obj = SyncObject("Thing", "thing", ("day", "id"), columns)
        rows = [("2024-01-31", "1", "x"), ("2024-01-31", "2", "5"), ("2024-02-01", "1", "6"), ("2024-02-01", "?", "7")]
        maker.texts(obj, rows)
        found = select_all(open_source(maker.url), obj, obj.key, [("2024-01-31", "1"), ("2024-02-01", "2")])
        assert (records(found), misfits(found)) == ([], [(["2024-01-31", "1"], "value", "not_an_integer")])
        found = select_all(open_source(maker.url), obj, obj.key, [("2024-02-01", None), ("2024-01-31", "2")])
        assert [r["value"] for r in records(found)] == [5]
        assert misfits(found) == [(["2024-02-01", None], "id", "not_an_integer")]

    def test_a_record_of_another_year_is_not_found(self, maker: Maker) -> None:
        obj = thing(Column("end_year", "integer"), school_year="end_year")
        maker.natives(obj, [(1, 2023), (2, 2024)])
        assert [r["id"] for r in records(select_all(open_source(maker.url), obj, ("id",), [("1",), ("2",)], 2024))] == [
            2
        ]

    def test_quotes_in_what_is_looked_for_are_only_quotes(self, maker: Maker) -> None:
        obj = SyncObject("Thing", "thing", ("id",), (Column("id", "text", True),))
        names = ["O'Hara", 'a "b"', "\\'; DROP TABLE thing; --", "x|y", ""]
        maker.natives(obj, [(name,) for name in (*names, "other")])
        found = select_all(open_source(maker.url), obj, ("id",), [(name,) for name in names])
        assert [r["id"] for r in records(found)] == names

    def test_the_districts_own_id_is_what_the_mapping_says(self, maker: Maker) -> None:
        obj = thing(Column("value", "text"))
        maker.natives(thing(Column("local", "text"), Column("value", "text")), [(1, "L7", "a"), (2, "L8", "b")])
        for told in ("'local'", "{ sql = 'lower(r.local)' }"):
            source = open_source(maker.url, mapped(obj, f"[Thing]\nid = {told}"))
            narrow = replace(obj, columns=(*obj.key_columns, Column(OWN_ID, "text")))
            wanted = "L8" if told == "'local'" else "l8"
            assert [r["id"] for r in records(select_all(source, narrow, (OWN_ID,), [(wanted,), ("L9",)]))] == [2]
            assert records(read_all(source, obj)) == [{"id": 1, "value": "a"}, {"id": 2, "value": "b"}]
