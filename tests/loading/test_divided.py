"""State tables divided by district: everything that holds of tables in one piece holds of them, and where rows are."""

from __future__ import annotations

import psycopg
import pytest
from tests.loading.conftest import MakeDesk
from tests.loading.desk import Desk, Row, describe, refers, unique
from tests.loading.test_changes import START, both_ways, send_changes
from tests.loading.test_changes import test_a_comparison_ends_as_everything_does as test_changes_end_as_everything
from tests.loading.test_changes import test_any_rows_in_any_turn_end_alike_both_ways as test_any_changes
from tests.loading.test_changes import test_what_the_database_refuses_is_narrowed_down_both_ways as narrowed_down
from tests.loading.test_dependents import *  # noqa: F403
from tests.loading.test_districts import *  # noqa: F403
from tests.loading.test_duplicates import *  # noqa: F403
from tests.loading.test_locks import *  # noqa: F403
from tests.loading.test_model import *  # noqa: F403
from tests.loading.test_references import *  # noqa: F403
from tests.loading.test_removing import *  # noqa: F403

from upstate.catalog import parse_catalog
from upstate.errors import DatabaseError
from upstate.loading.comparing import Held, held_sums
from upstate.loading.lacking import lacking
from upstate.loading.state import prepare_state
from upstate.planning import Counts
from upstate.wire.digests import for_shipping

__all__ = ["test_any_changes", "test_changes_end_as_everything"]

PEOPLE = {
    "Person.toml": describe("Person", "id integer!, number integer, name text", unique("number", 'across = "state"')),
    "Job.toml": describe("Job", "id integer!, person_id integer", refers("Person", "person_id")),
}


@pytest.fixture
def partitions() -> int | None:
    return 3


def parts_of(desk: Desk, table: str) -> dict[int, set[str]]:
    """In which partitions each district's rows are."""
    found: dict[int, set[str]] = {}
    query = f"select distinct district_id, tableoid::regclass::text from state.{table}"
    for district, part in desk.connection.execute(query.encode()).fetchall():
        found.setdefault(district, set()).add(part)
    return found


def test_a_district_is_whole_in_one_partition_and_districts_are_in_all_of_them(desk: Desk) -> None:
    for district in range(1, 13):
        desk.resync(START, district=district)
    for table in ("school", "pupil", "note"):
        parts = parts_of(desk, table)
        assert all(len(each) == 1 for each in parts.values())
        assert set.union(*parts.values()) == {f"state_parts.{table}_{n}" for n in range(3)}


@pytest.mark.parametrize("changes", [False, True])
def test_every_statement_on_state_data_looks_at_the_districts_own_partition_alone(desk: Desk, changes: bool) -> None:
    for district in (1, 2, 3, 4, 5, 6):
        desk.resync(START, district=district)
    part = next(iter(parts_of(desk, "pupil")[1])).removeprefix("state_parts.pupil_")
    run = "select pg_stat_force_next_flush(), pg_stat_clear_snapshot()"
    counted = (
        "select relname, seq_scan + coalesce(idx_scan, 0) from pg_stat_user_tables "
        "where schemaname = 'state_parts' and relname ~ '_[0-9]+$'"
    )
    desk.connection.execute(run)
    before: dict[str, int] = dict(desk.connection.execute(counted).fetchall())
    rows = {
        **START,
        "Pupil": START["Pupil"][1:],
        "School": [{**START["School"][0], "name": "New"}, *START["School"][1:]],
    }
    if changes:
        send_changes(desk, rows, 1)
    else:
        desk.resync(rows, district=1)
    for obj in desk.catalog:
        held_sums(desk.connection, Held(for_shipping(obj), 1, None), 4)
    desk.connection.execute(run)
    after: dict[str, int] = dict(desk.connection.execute(counted).fetchall())
    moved = {name for name in after if after[name] != before[name]}
    assert moved
    assert {name for name in moved if not name.endswith(f"_{part}")} == set()


def test_values_are_unique_across_districts_in_whatever_partition(make_desk: MakeDesk) -> None:
    desk = make_desk(PEOPLE)
    people: list[Row] = [{"id": n, "number": n} for n in range(5)] + [{"id": 9, "number": None}]
    desk.resync({"Person": people, "Job": [{"id": 1, "person_id": 3}]}, district=1)
    for district in (2, 3, 4, 5):
        assert desk.resync({"Person": people[2:3]}, district=district)["Person"] == Counts(failed=1)
        ((name, _, reason),) = desk.rejections(district=district)
        assert (name, reason) == ("Person", "refused_by_database")
        message = next(iter(desk.rejections(district=district).values()))["message"]
        assert message == "The state's unique rule person_number_unique refuses it."
        others: list[Row] = [{"id": 1, "number": 100 * district}, {"id": 2, "number": None}]
        assert desk.resync({"Person": others}, district=district)["Person"].created == 2


def test_two_may_swap_what_is_unique_and_what_is_given_up_is_free(make_desk: MakeDesk) -> None:
    desk = make_desk(PEOPLE)
    desk.resync({"Person": [{"id": 1, "number": 1}, {"id": 2, "number": 2}]}, district=1)
    swapped: list[Row] = [{"id": 1, "number": 2}, {"id": 2, "number": 1}]
    assert desk.resync({"Person": swapped}, district=1)["Person"] == Counts(updated=2)
    assert desk.resync({"Person": [{"id": 1, "number": 7}, swapped[1]]}, district=1)["Person"].updated == 1
    assert desk.resync({"Person": [{"id": 1, "number": 2}]}, district=2)["Person"] == Counts(created=1)


def test_writers_other_than_the_loader_meet_the_keys_and_the_unique_rules_as_always(make_desk: MakeDesk) -> None:
    desk = make_desk(PEOPLE)
    desk.resync({"Person": [{"id": 1, "number": 1}], "Job": [{"id": 1, "person_id": 1}]}, district=1)
    run = desk.connection.execute
    with pytest.raises(psycopg.errors.UniqueViolation, match="person_number_unique"):
        run("insert into state.person (district_id, id, number) values (2, 1, 1)")
    with pytest.raises(psycopg.errors.ForeignKeyViolation):
        run("delete from state.person")
    with pytest.raises(psycopg.errors.ForeignKeyViolation):
        run("insert into state.job (district_id, id, person_id) values (2, 1, 1)")
    run("insert into state.person (district_id, id, number) values (2, 1, 5), (2, 2, 6)")
    run("update state.person set number = 11 - number where district_id = 2")
    run("update state.person set number = 1000 where district_id = 1")
    run("insert into state.person (district_id, id, number) values (3, 1, 1)")
    run("delete from state.person where district_id = 2")
    run("insert into state.person (district_id, id, number) values (3, 2, 5)")


def test_a_landing_has_row_triggers_off_here_too(make_desk: MakeDesk) -> None:
    from upstate.loading.statements import statement

    desk = make_desk(PEOPLE)
    values = {"table": "job", "declared": ["job_person_id_fkey"]}
    assert desk.connection.execute(statement("skip_triggers_if_declared"), values).fetchone() == ("replica",)
    desk.connection.execute("create table state.other (id integer primary key)")
    desk.connection.execute("alter table state.job add foreign key (id) references state.other")
    assert desk.connection.execute(statement("skip_triggers_if_declared"), values).fetchone() is None


def test_what_the_catalog_gains_is_divided_likewise(make_desk: MakeDesk, partitions: int) -> None:
    desk = make_desk({"Person.toml": describe("Person", "id integer!, number integer, name text")})
    desk.resync({"Person": [{"id": 1, "number": 1}]}, district=1)
    made = prepare_state(desk.connection, parse_catalog(PEOPLE))
    assert f"table state.job, in {partitions} partitions" in made
    assert "unique register person_number_unique" in made
    assert lacking(desk.connection, parse_catalog(PEOPLE)) == ()
    assert prepare_state(desk.connection, parse_catalog(PEOPLE), partitions) == []
    desk.catalog = parse_catalog(PEOPLE)
    assert desk.resync({"Person": [{"id": 1, "number": 1}]}, district=2)["Person"] == Counts(failed=1)


def test_rows_that_share_what_must_be_unique_keep_a_register_from_being_made(make_desk: MakeDesk) -> None:
    desk = make_desk({"Person.toml": describe("Person", "id integer!, number integer, name text")})
    for district in (1, 2):
        desk.resync({"Person": [{"id": 1, "number": 1}]}, district=district)
    with pytest.raises(DatabaseError, match=r"Rows of state\.person share their number"):
        prepare_state(desk.connection, parse_catalog(PEOPLE))


@pytest.mark.parametrize("wanted", [2, 8])
def test_tables_that_are_there_are_not_divided_anew(desk: Desk, wanted: int) -> None:
    with pytest.raises(DatabaseError, match="divided into 3 partitions") as told:
        prepare_state(desk.connection, desk.catalog, wanted)
    assert f"To have {wanted} partitions" in told.value.message


def test_what_a_check_of_the_states_own_refuses_is_narrowed_down(desk: Desk) -> None:
    narrowed_down(desk, "check (number <> 13)")


def test_verdicts_and_counts_are_those_of_tables_in_one_piece(desk: Desk) -> None:
    assert both_ways(desk, START)["Pupil"] == Counts(created=10)
