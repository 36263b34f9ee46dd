"""Names instead of GUIDs: a mapping's `stored = "name"`, the same over every kind of source."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from uuid import UUID, uuid5

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tests.agent.cases import mapped, misfits, read_all, records, select_all
from tests.agent.csv_maker import CsvMaker
from tests.agent.mysql_maker import MysqlMaker, fresh_database
from tests.agent.postgresql_maker import PostgresqlMaker
from tests.agent.selecting_contract import Maker
from tests.agent.sqlite_maker import SqliteMaker

from upstate.agent.sources import open_source
from upstate.agent.sources.naming import NAMESPACE, guid_of
from upstate.catalog import Column, SyncObject
from upstate.errors import MappingError

GUID = UUID("6f9619ff-8b86-d011-b42d-00c04fc964ff")
OBJ = SyncObject(
    "Pupil",
    "pupil",
    ("guid",),
    (Column("guid", "uuid", True), Column("school_guid", "uuid"), Column("born", "date")),
)
NAMED = """
[Pupil.columns]
guid = { column = "code", stored = "name" }
school_guid = { sql = "upper(school)", stored = "name" }
"""
KEPT = SyncObject(
    "Pupil", "pupil", ("code",), (Column("code", "text"), Column("school", "text"), Column("born", "date"))
)


@pytest.fixture(params=["sqlite", "csv", "mysql", "postgresql"])
def maker(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Maker]:
    with ExitStack() as stack:
        match request.param:
            case "sqlite":
                yield SqliteMaker(tmp_path / "district.sqlite")
            case "csv":
                yield CsvMaker(tmp_path / "district")
            case "mysql":
                yield MysqlMaker(stack.enter_context(fresh_database()))
            case _:
                yield PostgresqlMaker(request.getfixturevalue("database"))


@given(st.text(), st.text())
@example("a", "A")
@example("1", "01")
def test_a_name_stands_for_one_guid_and_two_names_for_two(one: str, other: str) -> None:
    assert guid_of(one) == guid_of(one)
    assert (guid_of(one) == guid_of(other)) == (one == other)
    assert guid_of(one) == uuid5(NAMESPACE, one)


@pytest.mark.parametrize("text", [str(GUID), str(GUID).upper(), GUID.hex, f"{{{GUID}}}"])
def test_a_name_that_is_a_guid_stays_that_guid(text: str) -> None:
    assert guid_of(text) == GUID


def test_a_name_stands_for_the_same_guid_in_every_release() -> None:
    assert str(guid_of("sch-1")) == "cf87abf7-a319-5af2-a7ef-5e38839c891b"


def test_names_become_guids_over_every_kind_of_source(maker: Maker) -> None:
    maker.texts(KEPT, [("p-1", "north", "2010-01-31"), (str(GUID), None, None), ("p-1", "", "2010-01-31")])
    source = open_source(maker.url, mapped(OBJ, NAMED))
    source.check([OBJ])
    got = [(r["guid"], r["school_guid"]) for r in records(read_all(source, OBJ))]
    p_1 = guid_of("p-1").bytes
    assert got == [(p_1, guid_of("NORTH").bytes), (GUID.bytes, None), (p_1, None)]


def test_a_misfit_is_known_by_the_guid_of_its_name_and_found_by_it(maker: Maker) -> None:
    maker.texts(KEPT, [("p-1", "north", "soon"), ("p-2", "north", None)])
    source = open_source(maker.url, mapped(OBJ, NAMED))
    assert misfits(read_all(source, OBJ)) == [([str(guid_of("p-1"))], "born", "not_a_date")]
    found = select_all(source, OBJ, ("guid",), [(str(guid_of(name)),) for name in ("p-1", "p-2", "p-3")])
    assert [r["guid"] for r in records(found)] == [guid_of("p-2").bytes]
    assert [key for key, *_ in misfits(found)] == [[str(guid_of("p-1"))]]
    children = select_all(source, OBJ, ("school_guid",), [(str(guid_of("NORTH")),)])
    assert [r["guid"] for r in records(children)] == [guid_of("p-2").bytes]


@pytest.mark.parametrize(
    ("column", "said"),
    [
        ('born = { column = "b", stored = "name" }', 'stored = "name" does not fit born'),
        ('guid = { column = "b", stored = "unix" }', "a GUID takes: name"),
    ],
)
def test_only_a_guid_can_be_stored_as_a_name(column: str, said: str) -> None:
    with pytest.raises(MappingError, match=said):
        mapped(OBJ, f"[Pupil.columns]\n{column}")
