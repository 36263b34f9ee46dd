"""A partition moves to another server: every row once, at every moment one place, whoever is killed in between."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest
from tests.databases import passing_database
from tests.loading.conftest import MakeDesk
from tests.loading.desk import CATALOG, Desk
from tests.loading.servers import clusters, make_servers
from tests.loading.test_changes import START
from tests.loading.test_divided import PEOPLE

from upstate.catalog import parse_catalog
from upstate.errors import ConfigError, DatabaseError, LandingError
from upstate.loading import copying, moving
from upstate.loading.comparing import sums_of_state
from upstate.loading.entering import landing
from upstate.loading.landing import land
from upstate.loading.moving import Moved, districts_of, left_behind, move_partition
from upstate.loading.placing import at_district, placement
from upstate.loading.references import check_references
from upstate.loading.spreading import prepare_spread
from upstate.planning import Counts

__all__ = ["clusters", "make_servers"]  # fixtures
DISTRICTS = range(1, 9)


@pytest.fixture
def partitions() -> int | None:
    return 4


@pytest.fixture
def filled(desk: Desk) -> Desk:
    """Eight districts on two servers, four partitions."""
    for district in DISTRICTS:
        desk.resync(START, district=district)
    return desk


def number_of(desk: Desk, district: int) -> int:
    """The partition that holds a district."""
    (number,) = (n for n in range(4) if district in districts_of(desk.connection, n, 4))
    return number


def elsewhere(desk: Desk, number: int) -> str:
    """The other of the two servers."""
    return "upstate_2" if placement(desk.connection)[number] == "upstate_1" else "upstate_1"


def everything(desk: Desk) -> dict[int, Any]:
    """All that the state shows of every district, and the sums that the servers make of their rows."""
    return {**rows(desk), 0: [sums_of_state(desk.connection, obj) for obj in desk.catalog]}


def rows(desk: Desk) -> dict[int, Any]:
    """All that the state shows of every district."""
    return {district: {obj.name: desk.rows(obj.table, district) for obj in desk.catalog} for district in DISTRICTS}


def held_by(desk: Desk, district: int) -> list[int]:
    """How many pupils of a district each of the two servers has, whatever is shown."""
    found = []
    for url in desk.servers:
        with psycopg.connect(url) as connection:
            query = "select count(*)::integer from state.pupil where district_id = %s"
            found += [count for (count,) in connection.execute(query, (district,))]
    return found


def test_a_moved_partition_has_every_row_and_lands_compares_and_is_checked_where_it_is(filled: Desk) -> None:
    number = number_of(filled, 1)
    before, target = everything(filled), elsewhere(filled, number)
    moved = move_partition(filled.connection, filled.catalog, number, target)
    districts = tuple(districts_of(filled.connection, number, 4).values())
    assert moved == Moved(number, target, districts, 22 * len(districts), copied=True)
    assert placement(filled.connection)[number] == target
    assert everything(filled) == before
    assert sorted(held_by(filled, 1)) == [0, 10]
    assert left_behind(filled.connection) == {}
    changed = {**START, "School": [{**START["School"][0], "name": "New"}, *START["School"][1:]]}
    assert filled.resync(changed, district=1)["School"] == Counts(updated=1, unchanged=1)
    with at_district(filled.connection, 1) as holder, pytest.raises(psycopg.errors.ForeignKeyViolation):
        holder.execute("delete from state.school")
    assert {each.missing for each in check_references(filled.connection, filled.catalog, 1)} == {0}
    assert move_partition(filled.connection, filled.catalog, number, target).copied is False
    there = next(name for name in ("upstate_1", "upstate_2") if name != target)
    assert move_partition(filled.connection, filled.catalog, number, there).copied is True, "and back"
    assert filled.rows("school", 1)[0]["name"] == "New"


def test_a_new_server_is_made_ready_and_what_the_catalog_gains_later_is_made_where_partitions_are(
    filled: Desk, clusters: tuple[str, ...]
) -> None:
    before = everything(filled)
    with passing_database(clusters[0]) as url:
        numbers = [n for n, server in placement(filled.connection).items() if server == "upstate_1"]
        for number in numbers:
            assert move_partition(filled.connection, filled.catalog, number, url).server == "upstate_3"
        assert everything(filled) == before
        assert set(placement(filled.connection).values()) == {"upstate_2", "upstate_3"}
        more = parse_catalog(
            {
                **CATALOG,
                "Bus.toml": CATALOG["School.toml"]
                .replace("chool", "chool2")
                .replace("School2", "Bus")
                .replace("school2", "bus"),
            }
        )
        prepare_spread(filled.connection, more)
        filled.catalog = more
        for district in DISTRICTS:
            assert filled.send("Bus", [{"id": 1, "name": "A"}], district=district) == Counts(created=1)
        with psycopg.connect(filled.servers[0]) as emptied:
            assert emptied.execute("select to_regclass('state.bus')").fetchone() == (None,)
        assert move_partition(filled.connection, more, numbers[0], "upstate_1").copied, "one that was emptied"
        assert filled.send("Bus", [{"id": 1, "name": "A"}], district=1) == Counts(unchanged=1)
        assert filled.orphans() == 0


def cut_short(desk: Desk, number: int, before: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A move that dies just before one of its steps."""

    def die(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(moving, before, die)
        with pytest.raises(KeyboardInterrupt):
            move_partition(desk.connection, desk.catalog, number, elsewhere(desk, number))


@pytest.mark.parametrize("step", ["compare_rows", "_show", "take_away"])
def test_a_move_that_is_cut_short_shows_every_row_once_and_goes_on(
    filled: Desk, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    number = number_of(filled, 1)
    target = elsewhere(filled, number)
    there = next(name for name in ("upstate_1", "upstate_2") if name != target)
    before = everything(filled)
    cut_short(filled, number, step, monkeypatch)
    shown = step == "take_away"
    assert (placement(filled.connection)[number] == target) is shown
    assert rows(filled) == {district: before[district] for district in DISTRICTS}
    assert filled.resync(START, district=1)["Pupil"] == Counts(unchanged=10), "it goes on where it is"
    filled.resync({**START, "School": [{**row, "name": "New"} for row in START["School"]]}, district=1)
    filled.resync(START, district=1)
    assert left_behind(filled.connection) == {number: [there if shown else target]}
    assert move_partition(filled.connection, filled.catalog, number, target).copied is not shown
    assert left_behind(filled.connection) == {}
    assert everything(filled) == before


def test_rows_that_are_on_two_servers_are_never_summed_up(filled: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    number = number_of(filled, 1)
    target, before = elsewhere(filled, number), everything(filled)
    taken: list[str] = []
    clear = copying.clear_rows

    def clear_the_copy_alone(cursor: psycopg.Cursor[Any], *more: Any) -> None:
        taken.append("once more")
        if len(taken) == 1:
            clear(cursor, *more)

    with monkeypatch.context() as patched:  # as if the hub had died between the last two commits
        patched.setattr(moving, "clear_rows", clear_the_copy_alone)
        patched.setattr(moving, "take_away", lambda *_: None)
        move_partition(filled.connection, filled.catalog, number, target)
    assert held_by(filled, 1) == [10, 10]
    assert rows(filled) == {district: before[district] for district in DISTRICTS}
    with pytest.raises(DatabaseError, match="are on two servers: a move was cut short"):
        sums_of_state(filled.connection, filled.catalog["Pupil"])
    assert move_partition(filled.connection, filled.catalog, number, target).copied is False
    assert everything(filled) == before
    assert sorted(held_by(filled, 1)) == [0, 10]


def test_nothing_moves_while_one_of_its_districts_lands_and_a_landing_that_waited_goes_where_the_rows_are(
    filled: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = number_of(filled, 1)
    target = elsewhere(filled, number)
    task = filled.task(filled.place(["School"], 1), "School", 1)
    filled.deliver(task, [dict(row) for row in START["School"]])
    with landing(filled.connection, task), filled.reconnected() as other:
        with pytest.raises(DatabaseError, match="A resync of district 1 is landing just now, so nothing was moved"):
            move_partition(other.connection, other.catalog, number, target)
        assert placement(other.connection)[number] != target
    seen = []
    copy = copying.copy_rows

    def copy_and_look(*given: Any) -> None:
        copy(*given)
        with filled.reconnected() as other:
            other.connection.execute("set lock_timeout = '100ms'")
            late = other.task(other.place(["School"], 1), "School", 1)
            other.deliver(late, [dict(row) for row in START["School"]])
            with pytest.raises(LandingError, match="lock timeout"):
                land(other.connection, late)
            seen.append(late)

    monkeypatch.setattr(moving, "copy_rows", copy_and_look)
    move_partition(filled.connection, filled.catalog, number, target)
    assert land(filled.connection, seen[0]) == Counts(unchanged=2)
    assert filled.rows("pupil", 1)


def test_who_reads_while_rows_move_is_told_and_never_takes_none_for_an_answer(filled: Desk) -> None:
    number = number_of(filled, 1)

    def read() -> None:
        with filled.reconnected() as other, at_district(other.connection, 1) as holder:
            move_partition(filled.connection, filled.catalog, number, elsewhere(filled, number))
            assert holder.execute("select count(*) from state.pupil where district_id = 1").fetchone() == (0,)

    with pytest.raises(DatabaseError, match=r"moved to another server meanwhile\. Run it again"):
        read()


def test_values_that_are_unique_in_the_state_stay_so(make_desk: MakeDesk) -> None:
    desk = make_desk(PEOPLE)
    for district in (1, 2):
        desk.resync({"Person": [{"id": n, "number": 10 * district + n} for n in range(5)]}, district=district)
    register = "select * from state_parts.person_number_unique_register order by 1, 2"
    before = desk.connection.execute(register.encode()).fetchall()
    number = number_of(desk, 1)
    move_partition(desk.connection, desk.catalog, number, elsewhere(desk, number))
    assert desk.connection.execute(register.encode()).fetchall() == before
    assert desk.resync({"Person": [{"id": 9, "number": 10}]}, district=2)["Person"].failed == 1
    assert desk.resync({"Person": [{"id": 0, "number": 77}]}, district=1)["Person"].updated == 1
    assert desk.resync({"Person": [{"id": 9, "number": 10}]}, district=2)["Person"].created == 1


def test_what_a_lost_landing_noted_moves_along(filled: Desk) -> None:
    filled.connection.execute(
        "create function refuse() returns trigger language plpgsql as $$ begin raise 'the office is gone'; end $$;"
        "create constraint trigger refuse after update on hub_order deferrable initially deferred "
        "for each row when (new.state = 'landed') execute function refuse()"
    )
    task = filled.task(filled.place(["School"], 1), "School", 1)
    filled.deliver(task, [{**row, "name": "New"} for row in START["School"]])
    with pytest.raises(LandingError, match="the office is gone"):
        land(filled.connection, task)
    filled.connection.execute("drop trigger refuse on hub_order")
    number = number_of(filled, 1)
    move_partition(filled.connection, filled.catalog, number, elsewhere(filled, number))
    assert land(filled.connection, task) == Counts(updated=2)


def test_what_cannot_be_moved_is_one_clear_line(filled: Desk) -> None:
    def refused(number: int, target: str, error: type[Exception], match: str) -> None:
        with pytest.raises(error, match=match):
            move_partition(filled.connection, filled.catalog, number, target)

    number = number_of(filled, 1)
    target = elsewhere(filled, number)
    refused(4, target, ConfigError, "There is no partition 4: they are numbered from 0 to 3")
    refused(number, "db9", ConfigError, "There is no server db9: there are upstate_1, upstate_2")
    refused(number, "postgresql://localhost:1/state", DatabaseError, "cannot be reached")
    refused(number, filled.url, DatabaseError, "holds a state already")
    filled.write("alter table state.school add own text")
    refused(number, target, DatabaseError, r"state.school has other columns on .* than on .* \(own\). Make them alike")
    filled.write("alter table state.school drop own")
    filled.write(
        "create table public.visit (district_id integer, school integer, foreign key (district_id, school) "
        "references state.school (district_id, id))"
    )
    refused(number, target, DatabaseError, "public.visit on .* points at state.school .* and would not go along")
    filled.write("drop table public.visit")
    assert move_partition(filled.connection, filled.catalog, number, target).copied
