"""What a landing notes down is in tables that its session keeps: none is made twice, and each finds them empty."""

from __future__ import annotations

from dataclasses import replace

import psycopg
from tests.loading.desk import Desk, Row

from upstate.loading.landing import land
from upstate.loading.temporary import APART, REFUSAL, finding_of, keep, keep_for, rejected_of

SCHOOLS: list[Row] = [{"id": 1, "name": "North"}, {"id": 2, "name": None}, {"id": 3, "name": "Lee", "closed": True}]
PUPILS: list[Row] = [{"id": n, "school_id": 1 + n % 3} for n in range(9)]
KEPT = ("refusal", "apart", "finding", "gone", "turned", "rejected 0")


def kept(desk: Desk) -> dict[str, int | None]:
    """The number that each has in the server's catalog."""
    query = "select name, to_regclass(format('pg_temp.%%I', name))::oid from unnest(%s::text[]) as wanted (name)"
    return dict(desk.connection.execute(query, (list(KEPT),)).fetchall())


def found_in(desk: Desk) -> int:
    """How many rows the next landing of a pupil finds in all of them."""
    with desk.connection.cursor() as cursor:
        keep_for(cursor, desk.catalog["Pupil"])
        keep(cursor, rejected_of("rejected 0", desk.catalog["School"]))
    found = [name for name, number in kept(desk).items() if number]
    return sum(desk.connection.execute(f'select from pg_temp."{name}"').rowcount for name in found)


def test_a_session_makes_each_once_and_the_next_landing_finds_nothing_in_it(desk: Desk) -> None:
    desk.resync({"School": SCHOOLS, "Pupil": PUPILS})
    made = kept(desk)
    assert None not in made.values()
    assert found_in(desk) == 0
    again = desk.resync({"School": SCHOOLS, "Pupil": PUPILS})
    assert kept(desk) == made
    assert (again["School"].failed, again["School"].excluded, again["Pupil"].unchanged) == (1, 1, 3)


def test_a_landing_that_is_undone_leaves_nothing_and_the_next_one_finds_them(desk: Desk) -> None:
    desk.send("School", SCHOOLS)
    task = desk.task(desk.place(["Pupil"], 1), "Pupil", 1)
    desk.deliver(task, PUPILS)
    with desk.connection.transaction(force_rollback=True):
        land(desk.connection, task)
    assert found_in(desk) == 0
    assert land(desk.connection, task).created == 3


def test_another_kind_of_key_makes_anew_what_has_keys(desk: Desk) -> None:
    desk.send("School", SCHOOLS)
    before = kept(desk)
    school = desk.catalog["School"]
    named = replace(school, key=("name",))
    with desk.connection.cursor() as cursor:
        keep(cursor, REFUSAL, APART, finding_of(named))
        cursor.execute("insert into pg_temp.finding (k1) values ('a text')")
    after = kept(desk)
    assert {name for name in KEPT if after[name] != before[name]} == {"finding"}
    assert desk.send("School", SCHOOLS).unchanged == 1


def test_sessions_do_not_see_each_other_s(desk: Desk) -> None:
    desk.send("School", SCHOOLS)
    task = desk.task(desk.place(["Pupil"], 1), "Pupil", 1)
    desk.deliver(task, PUPILS)
    with psycopg.connect(desk.url, autocommit=True) as other:
        assert land(other, task).created == 3
    assert desk.send("School", SCHOOLS).unchanged == 1


def test_what_much_was_found_in_is_cut_and_not_looked_through(desk: Desk) -> None:
    desk.send("School", SCHOOLS)
    before = kept(desk)
    desk.connection.execute("insert into pg_temp.refusal (message) select 'x' from generate_series(1, 20000)")
    assert found_in(desk) == 0
    assert desk.connection.execute("select pg_relation_size('pg_temp.refusal')").fetchone() == (0,)
    assert kept(desk)["refusal"] == before["refusal"]
