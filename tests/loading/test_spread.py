"""Partitions on other servers: everything that holds of one database holds of three, and where rows are."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from psycopg import sql
from tests.loading.conftest import MakeDesk
from tests.loading.desk import CATALOG, Desk
from tests.loading.servers import clusters, make_servers
from tests.loading.test_changes import START, Rows, any_turns, in_any_turn, send_changes
from tests.loading.test_dependents import *  # noqa: F403
from tests.loading.test_divided import PEOPLE
from tests.loading.test_duplicates import *  # noqa: F403
from tests.loading.test_model import *  # noqa: F403
from tests.loading.test_references import *  # noqa: F403
from tests.loading.test_removing import *  # noqa: F403
from tests.loading.test_removing import CHAIN, chain, leftovers, sweep, without

from upstate.catalog import parse_catalog
from upstate.errors import DatabaseError, FencedError, LandingError
from upstate.hub.landing_loop import land_ready
from upstate.loading import removing
from upstate.loading.entering import landing
from upstate.loading.landing import land
from upstate.loading.leaving import judge_removal
from upstate.loading.placing import at_district
from upstate.loading.removing import Removed
from upstate.loading.spreading import prepare_spread
from upstate.planning import Counts

__all__ = ["clusters", "make_servers"]  # fixtures
del test_values_of_a_state_wide_index_swap_and_move_on_in_one_resync  # noqa: F821 - writes to the face
del test_it_is_the_same_with_triggers_and_without  # noqa: F821 - its role is no role of the servers
del test_what_another_writer_broke_with_the_keys_off_is_counted_in_its_district_alone  # noqa: F821 - writes to the face


@pytest.fixture
def partitions() -> int | None:
    return 4


def counts(url: str, table: str) -> dict[int, int]:
    """How many rows each district has in a database."""
    with psycopg.connect(url) as connection:
        query = sql.SQL("select district_id, count(*)::integer from state.{} group by 1").format(sql.Identifier(table))
        return dict(connection.execute(query).fetchall())


def test_a_district_is_whole_on_one_server_and_districts_are_on_both(desk: Desk) -> None:
    for district in range(1, 9):
        desk.resync(START, district=district)
    for table in ("school", "pupil", "note"):
        first, second = (counts(url, table) for url in desk.servers)
        assert first
        assert second
        assert not first.keys() & second.keys()
        assert {**first, **second} == counts(desk.url, table)


def test_what_is_written_through_the_hub_is_refused_and_on_the_server_itself_it_meets_the_keys(
    desk: Desk,
) -> None:
    desk.resync(START, district=1)
    for query in ("insert into state.school (district_id, id, name) values (1, 77, 'x')", "delete from state.pupil"):
        with pytest.raises(psycopg.errors.ObjectNotInPrerequisiteState, match=r"foreign table .* does not allow"):
            desk.connection.execute(query.encode())
    with at_district(desk.connection, 1) as holder:
        with pytest.raises(psycopg.errors.ForeignKeyViolation):
            holder.execute("delete from state.school")
        with pytest.raises(psycopg.errors.UniqueViolation):
            holder.execute("insert into state.school select * from state.school")
    strangers = [each for each in range(2, 40) if place(desk, each) != place(desk, 1)]
    with (
        at_district(desk.connection, 1) as holder,
        pytest.raises(psycopg.errors.CheckViolation, match="no partition of relation"),
    ):
        holder.execute("insert into state.school (district_id, id, name) values (%s, 1, 'x')", (strangers[0],))


def place(desk: Desk, district: int) -> str:
    """The folder of the server that answers where a district's rows are."""
    with at_district(desk.connection, district) as holder:
        return holder.info.host


def test_an_order_whose_second_commit_was_lost_lands_again_with_the_counts_of_the_first(desk: Desk) -> None:
    wanted = desk.resync(START, district=2)
    desk.connection.execute(
        "create function refuse() returns trigger language plpgsql as $$ begin raise 'the office is gone'; end $$;"
        "create constraint trigger refuse after update on hub_order deferrable initially deferred "
        "for each row when (new.state = 'landed') execute function refuse()"
    )
    resync = desk.place(list(START), 1)
    for name, rows in START.items():
        task = desk.task(resync, name, 1)
        desk.deliver(task, list(rows))
        desk.connection.execute("alter table hub_order enable trigger refuse")
        with pytest.raises(LandingError, match="the office is gone"):
            land(desk.connection, task)
        with at_district(desk.connection, 1) as holder:
            query = sql.SQL("select count(*) from state.{} where district_id = 1")
            assert holder.execute(query.format(sql.Identifier(desk.catalog[name].table))).fetchone() != (0,)
        assert desk.connection.execute("select count(*) from hub_rejection where district_id = 1").fetchone() == (0,)
        desk.connection.execute("alter table hub_order disable trigger refuse")
        assert land(desk.connection, task) == wanted[name]
        desk.connection.execute("delete from hub_rejection where district_id = 1")
    assert desk.orphans() == 0


def test_an_order_whose_second_commit_is_refused_says_that_the_rows_are_there_and_the_next_resync_settles_it(
    desk: Desk,
) -> None:
    wanted = desk.resync(START, district=2)
    desk.connection.execute(
        "create function refuse() returns trigger language plpgsql as $$ begin raise 'the office minds'; end $$;"
        "create constraint trigger refuse after update on hub_order deferrable initially deferred "
        "for each row when (new.state = 'landed') execute function refuse()"
    )
    resync = desk.place(list(START), 1)
    for name, rows in START.items():
        desk.deliver(desk.task(resync, name, 1), list(rows))
    land_ready(desk.connection, resync, desk.catalog)
    query = "select object, state, message from hub_order where resync_id = %s and object in ('School', 'Pupil')"
    said = (
        "School landed on the server that holds the district, but the hub's database did not take note of it: the "
        "office minds. The next resync of School finds its rows there and settles it."
    )
    assert desk.connection.execute(query, (resync,)).fetchall() == [
        ("School", "failed", said),
        ("Pupil", "failed", "Waits for School, which failed. Mend that first, then send both."),
    ]
    assert len(desk.rows("school", 1)) == len(desk.rows("school", 2)), "the first commit stands"
    desk.connection.execute("drop trigger refuse on hub_order")
    again = desk.resync(START, district=1)
    there = wanted["School"]
    assert again == {**wanted, "School": replace(there, created=0, unchanged=there.created)}
    assert desk.rejections(district=1).keys() == desk.rejections(district=2).keys()
    assert desk.orphans() == 0


def test_an_order_that_is_refused_before_the_first_commit_says_that_nothing_was_changed(desk: Desk) -> None:
    desk.connection.execute(
        "create function refuse() returns trigger language plpgsql as $$ begin raise 'the office minds'; end $$;"
        "create trigger refuse before update on hub_order for each row when (new.state = 'landed') "
        "execute function refuse()"
    )
    task = desk.task(desk.place(["School"], 1), "School", 1)
    desk.deliver(task, list(START["School"]))
    with pytest.raises(LandingError, match=r"^School could not land, and nothing of it was changed: the office minds"):
        land(desk.connection, task)
    assert desk.rows("school", 1) == []


def test_a_rejected_order_is_fenced_before_anything_is_asked_of_the_server(desk: Desk) -> None:
    desk.resync(START, district=1)
    task = desk.task(desk.place(["School"], 1), "School", 1)
    desk.deliver(task, [{"id": 1, "name": "Other"}])
    before = desk.rows("school", 1)
    with pytest.raises(FencedError):
        land(desk.connection, replace(task, epoch=task.epoch + 1))
    assert desk.rows("school", 1) == before


def test_values_are_unique_across_servers_and_what_a_lost_landing_left_in_the_register_is_taken_back(
    make_desk: MakeDesk,
) -> None:
    desk = make_desk(PEOPLE)
    places = {district: place(desk, district) for district in range(1, 20)}
    mine, theirs = next((a, b) for a in places for b in places if places[a] != places[b])
    people = [{"id": n, "number": n} for n in range(5)]
    assert desk.resync({"Person": people}, district=mine)["Person"] == Counts(created=5)
    assert desk.resync({"Person": people[2:3]}, district=theirs)["Person"] == Counts(failed=1)
    message = next(iter(desk.rejections(district=theirs).values()))["message"]
    assert message == "The state's unique rule person_number_unique refuses it."
    swapped = [{"id": 0, "number": 1}, {"id": 1, "number": 0}, *people[2:]]
    assert desk.resync({"Person": swapped}, district=mine)["Person"] == Counts(updated=2, unchanged=3)
    with at_district(desk.connection, mine) as holder:
        holder.execute("alter table state.person disable trigger all; delete from state.person")
        holder.execute("alter table state.person enable always trigger person_number_unique")
    held = desk.connection.execute("select count(*) from state_parts.person_number_unique_register").fetchone()
    assert held == (5,)
    assert desk.resync({"Person": people}, district=mine)["Person"] == Counts(created=5)
    assert desk.resync({"Person": people[2:3]}, district=theirs)["Person"] == Counts(failed=1)


def test_only_what_differs_is_sent_and_a_comparison_asks_the_server_itself(desk: Desk) -> None:
    desk.resync(START, district=1)
    changed = {**START, "School": [{**START["School"][0], "name": "New"}, *START["School"][1:]]}
    assert send_changes(desk, changed, 1)["School"].updated == 1


@settings(
    max_examples=6,
    deadline=None,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(any_turns)
def test_any_changes_end_as_everything_does(desk: Desk, turns: list[Rows]) -> None:
    in_any_turn(desk, turns)


def test_a_removal_whose_second_commit_was_lost_is_told_as_it_was_and_takes_nothing_more(make_desk: MakeDesk) -> None:
    desk = make_desk(CHAIN)
    desk.resync(chain())
    desk.resync(without(chain(), Pupil=[2], Note=[2], Line=[20]))
    desk.connection.execute(
        "create function refuse() returns trigger language plpgsql as $$ begin raise 'the office is gone'; end $$;"
        "create constraint trigger refuse after delete on hub_leftover deferrable initially deferred "
        "for each row execute function refuse()"
    )
    before = leftovers(desk)
    with pytest.raises(psycopg.errors.RaiseException, match="the office is gone"):
        sweep(desk)
    assert [row["id"] for row in desk.rows("line")] == [10, 11, 21], "gone on the server"
    assert leftovers(desk) == before, "and nothing said in the office"
    desk.connection.execute("drop trigger refuse on hub_leftover")
    desk.write("delete from state.line where id = 21")  # the judgement was made, and is not made again
    assert sweep(desk) == Removed({"Line": 1}, {})
    assert leftovers(desk) == {("Note", "2"): "needed Line", ("Pupil", "2"): "needed Note"}
    assert sweep(desk, approved=["Note"]).rows == {"Note": 1, "Pupil": 1}, "another decision of the same resync"


def test_a_removal_has_its_district_to_itself_on_the_server_and_in_the_office(
    make_desk: MakeDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = make_desk(CHAIN)
    desk.resync(chain())
    seen: list[tuple[bool] | None] = []

    def look(*given: Any) -> Any:
        query = "select pg_try_advisory_xact_lock(hashtext('upstate.landing'), 1)"
        with desk.reconnected() as office, at_district(office.connection, 1) as other:
            seen.extend(each.execute(query).fetchone() for each in (office.connection, other))
        return judge_removal(*given)

    monkeypatch.setattr(removing, "judge_removal", look)
    sweep(desk)
    assert seen == [(False,), (False,)]


def test_sums_over_the_whole_state_are_made_on_the_servers(desk: Desk) -> None:
    for district in range(1, 9):
        desk.resync(START, district=district)
    desk.connection.execute("set enable_partitionwise_aggregate = on")
    query = "select district_id, count(*), sum(number) from state.pupil group by district_id"
    plan = [line for (line,) in desk.connection.execute(f"explain (costs off, verbose) {query}".encode()).fetchall()]
    remote = [line for line in plan if "Remote SQL" in line]
    assert remote
    assert all("count(*)" in line and "GROUP BY" in line for line in remote)


def test_a_server_that_is_away_is_one_clear_line_and_the_others_go_on(desk: Desk) -> None:
    desk.connection.execute("alter server upstate_1 options (set dbname 'gone')")
    ended = {}
    for district in range(1, 9):
        try:
            desk.resync(START, district=district)
        except DatabaseError as error:
            ended[district] = error.message
    assert 0 < len(ended) < 8
    for message in ended.values():
        assert message.startswith("The server that holds part of the state (")
        assert "cannot be reached" in message


def test_what_the_catalog_gains_is_made_on_every_server(desk: Desk) -> None:
    motto = '[[column]]\nname = "motto"\ntype = "text"\n'
    more = {**CATALOG, "School.toml": CATALOG["School.toml"] + motto}
    assert prepare_spread(desk.connection, parse_catalog(CATALOG)) == []
    made = prepare_spread(desk.connection, parse_catalog(more))
    assert made == [*(f"column state.school.motto, on upstate_{n}" for n in (1, 2)), "column state.school.motto"]
    desk.catalog = parse_catalog(more)
    assert desk.send("School", [{"id": 1, "name": "A", "motto": "ad astra"}]) == Counts(created=1)
    assert desk.rows("school")[0]["motto"] == "ad astra"


def test_tables_that_are_there_are_not_put_on_other_servers(desk: Desk) -> None:
    with pytest.raises(DatabaseError, match="there already"):
        prepare_spread(desk.connection, desk.catalog, 4, desk.servers)


def test_a_server_that_holds_a_state_already_is_refused_and_an_attempt_that_was_cut_short_goes_on(
    desk: Desk,
) -> None:
    with desk.reconnected() as other:  # a hub that lost its side of it
        other.connection.execute("drop schema state cascade; drop schema state_parts cascade")
        made = prepare_spread(other.connection, desk.catalog, 4, desk.servers)
        assert "table state.school, to read, in 4 partitions on 2 servers" in made
        assert not [line for line in made if "on upstate_" in line]
        other.resync(START, district=1)
        other.connection.execute("drop schema state cascade; drop schema state_parts cascade")
        with pytest.raises(DatabaseError, match="holds a state already"):
            prepare_spread(other.connection, desk.catalog, 4, desk.servers)


def test_a_landing_has_its_district_to_itself_on_the_server_and_in_the_office(desk: Desk) -> None:
    task = desk.task(desk.place(["School"], 1), "School", 1)
    desk.deliver(task, [{"id": 1, "name": "North"}])
    query = "select pg_try_advisory_xact_lock(hashtext('upstate.landing'), 1)"
    with (
        landing(desk.connection, task) as (_, rows),
        desk.reconnected() as office,
        at_district(office.connection, 1) as other,
    ):
        assert office.connection.execute(query).fetchone() == (False,)
        assert other.execute(query).fetchone() == (False,)
        # rows must be safe on their server before the office says that they are there
        assert rows.execute("show synchronous_commit").fetchone() == ("on",)
