"""With a record goes all that shares with it what must be unique: a resync of the whole object judges them together."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from tests.agent.cases import misfits, records, thing
from tests.agent.sqlite_maker import SqliteMaker

from upstate.agent.sharing import select_sharing
from upstate.agent.sources import open_source
from upstate.agent.sources.wanted import Wanted
from upstate.catalog import Column, SyncObject, Unique
from upstate.wire import table_of_keys

PLAIN = thing(Column("code", "text"), Column("number", "bigint"), Column("end_year", "integer"), school_year="end_year")


@pytest.fixture
def maker(tmp_path: Path) -> SqliteMaker:
    return SqliteMaker(tmp_path / "district.sqlite")


def sent(maker: SqliteMaker, obj: SyncObject, *keys: int, school_year: int | None = 2024) -> list[int]:
    wanted = Wanted(obj, obj.key, table_of_keys(obj.key, [(str(key),) for key in keys]))
    with open_source(maker.url).snapshot() as snapshot:
        return [record["id"] for record in records(list(select_sharing(snapshot, wanted, school_year)))]


def unique(*rules: Unique) -> SyncObject:
    return replace(PLAIN, uniques=rules)


def test_a_record_that_shares_nothing_goes_alone(maker: SqliteMaker) -> None:
    obj = unique(Unique(("code",)))
    maker.natives(obj, [(1, "a", 1, 2024), (2, "b", 1, 2024), (3, "A", 1, 2024), (4, None, 1, 2024)])
    assert sent(maker, obj, 1) == [1]
    assert sent(maker, obj) == []
    assert sent(maker, obj, 77) == []


def test_who_shares_goes_along_of_the_same_year(maker: SqliteMaker) -> None:
    obj = unique(Unique(("code", "number")))
    maker.natives(obj, [(1, "a", 1, 2024), (2, "a", 1, 2024), (3, "a", 2, 2024), (4, "a", 1, 2023), (5, "a", 1, 2024)])
    assert sent(maker, obj, 1) == [1, 2, 5]
    assert sent(maker, obj, 3) == [3]


def test_who_shares_with_one_that_shares_goes_along_too(maker: SqliteMaker) -> None:
    obj = unique(Unique(("code",)), Unique(("number",)))
    maker.natives(obj, [(1, "a", 1, 2024), (2, "a", 2, 2024), (3, "b", 2, 2024), (4, "b", 3, 2024), (5, "c", 4, 2024)])
    assert sent(maker, obj, 1) == [1, 2, 3, 4]


def test_nulls_are_different_values_unless_the_rule_says_that_they_are_equal(maker: SqliteMaker) -> None:
    rows = [(1, "a", None, 2024), (2, "a", None, 2024), (3, None, None, 2024), (4, None, None, 2024), (5, "a", 1, 2024)]
    distinct, equal = (unique(Unique(("code", "number"), nulls=nulls)) for nulls in ("distinct", "equal"))
    maker.natives(distinct, rows)
    assert sent(maker, distinct, 1) == [1]
    assert sent(maker, equal, 1) == [1, 2]
    assert sent(maker, equal, 3) == [3, 4]
    assert sent(maker, equal, 5) == [5]


def test_a_rule_with_the_key_in_it_and_a_record_that_does_not_fit_bring_nobody(maker: SqliteMaker) -> None:
    obj = unique(Unique(("id", "code")), Unique(("code",)))
    maker.texts(obj, [("1", "a", "1", "2024"), ("2", "a", "one", "2024"), (None, "a", "1", "2024")])
    assert sent(maker, obj, 1) == [1]


def test_what_has_the_key_of_one_that_shares_goes_along_whatever_it_is(maker: SqliteMaker) -> None:
    obj = unique(Unique(("code",)))
    maker.texts(
        obj, [("1", "a", "1", "2024"), ("2", "a", "2", "2024"), ("2", "b", "3", "2024"), ("2", "c", "x", "2024")]
    )
    wanted = Wanted(obj, obj.key, table_of_keys(obj.key, [("1",)]))
    with open_source(maker.url).snapshot() as snapshot:
        batches = list(select_sharing(snapshot, wanted, 2024))
    assert [record["code"] for record in records(batches)] == ["a", "a", "b"]
    assert misfits(batches) == [(["2"], "number", "not_an_integer")]


def test_a_key_that_was_spelled_otherwise_does_not_bring_its_record_twice(maker: SqliteMaker) -> None:
    obj = unique(Unique(("code",)))
    maker.natives(obj, [(1, "a", 1, 2024)])
    wanted = Wanted(obj, obj.key, table_of_keys(obj.key, [("01",)]))
    with open_source(maker.url).snapshot() as snapshot:
        assert len(records(list(select_sharing(snapshot, wanted, 2024)))) == 1
