"""Sending only what differs ends like sending everything: the same rows, the same verdicts, the same counts. So does
sending everything again, where what is at the state just so is told by digests."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from tests.loading.conftest import MakeDesk
from tests.loading.desk import CATALOG, Desk, Row, describe, refers, rule

from upstate.catalog import SyncObject
from upstate.loading.comparing import Held
from upstate.loading.landing import land
from upstate.loading.looking import Look, Zone, look
from upstate.loading.placing import at_district
from upstate.planning import Counts
from upstate.wire import arrow_type
from upstate.wire.digests import for_shipping

Rows = Mapping[str, list[Row]]
FULL, CHANGES, AGAIN = 1, 2, 3  # districts with the same records


@pytest.fixture(autouse=True)
def as_if_they_were_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("upstate.loading.narrowing.bucket_count", lambda _: 8)
    monkeypatch.setattr("upstate.loading.judging._SOME", 3)
    monkeypatch.setattr("upstate.loading.judging._MANY", 5)


def send_changes(desk: Desk, rows: Rows, district: int, *, looking: bool = True) -> dict[str, Counts]:
    """What an agent does that compares first: it ships what differs, and tells what the state has too much; `looking`,
    landing knows what the hub sees when it is asked for its sums."""
    resync = desk.place(list(rows), district)
    counts = {}
    for name, sent in rows.items():
        task = desk.task(resync, name, district)
        obj = desk.catalog[name]
        held = {_key(obj, row): row for row in desk.rows(obj.table, district)}
        times = Counter(_key(obj, row) for row in sent)
        differing = [r for r in sent if times[_key(obj, r)] > 1 or _differs(obj, r, held.get(_key(obj, r)))]
        desk.deliver(task, differing)
        gone = _gone(obj, [key for key in held if key not in times])
        clear = look_at(desk, obj, district).clear if looking else frozenset()
        compared = replace(task, everything=False, district_records=len(sent), gone=gone, clear=clear)
        counts[name] = land(desk.connection, compared)
    desk.connection.execute("update hub_resync set state = 'finished', finished_at = now() where id = %s", (resync,))
    return counts


def look_at(desk: Desk, obj: SyncObject, district: int, school_year: int | None = None) -> Look:
    """What the hub sees when an agent asks for its sums."""
    held = Held(for_shipping(obj), district, school_year)
    with at_district(desk.connection, district) as holder:
        return look(holder, held, obj, 4, Zone(desk.year, None))


def _key(obj: SyncObject, row: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(row[name] for name in obj.key)


def _differs(obj: SyncObject, sent: Mapping[str, Any], held: Mapping[str, Any] | None) -> bool:
    return held is None or any(sent.get(column.name) != held[column.name] for column in obj.pushed)


def _gone(obj: SyncObject, keys: list[tuple[Any, ...]]) -> bytes:
    schema = pa.schema([pa.field(column.name, arrow_type(column)) for column in obj.key_columns])
    table = pa.Table.from_pylist([dict(zip(obj.key, key, strict=True)) for key in keys], schema=schema)
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, schema) as writer:
        writer.write_table(table)
    return bytes(sink.getvalue())


def both_ways(desk: Desk, rows: Rows, *, looking: bool = True) -> dict[str, Counts]:
    """Send everything for two districts and changes for another; they must not be told apart."""
    full, changes = desk.resync(rows, district=FULL), send_changes(desk, rows, CHANGES, looking=looking)
    again = desk.resync(rows, district=AGAIN, judged_alike=True)
    assert changes == again == full
    for district in (CHANGES, AGAIN):
        for obj in desk.catalog:
            assert desk.rows(obj.table, district) == desk.rows(obj.table, FULL)
        assert _rejections(desk, district) == _rejections(desk, FULL)
    assert desk.orphans() == 0
    return changes


def _rejections(desk: Desk, district: int) -> list[tuple[Any, ...]]:
    return desk.connection.execute(
        'select object, key, reason, "column", verdict, records, message, root_object, root_key, root_reason '
        "from hub_rejection where district_id = %s and resolved_at is null order by 1, 2, 3, 4",
        (district,),
    ).fetchall()


LINCOLN: Row = {"id": 1, "name": "Lincoln", "kind": "E"}
GRANT: Row = {"id": 2, "name": "Grant", "kind": "H"}
PUPILS: list[Row] = [{"id": n, "school_id": 1 + n % 2, "number": 2 * n} for n in range(10)]
NOTES: list[Row] = [{"pupil_id": n, "line": 1, "reader_id": 1} for n in range(10)]
START: Rows = {"School": [LINCOLN, GRANT], "Pupil": PUPILS, "Note": NOTES}


@pytest.mark.parametrize(
    "after",
    [
        START,
        {**START, "Pupil": PUPILS[:5]},
        {**START, "School": [{**LINCOLN, "kind": "X"}, GRANT]},
        {**START, "School": [{**LINCOLN, "closed": True}, GRANT]},
        {**START, "Pupil": [*PUPILS, {"id": 50, "school_id": 1, "number": 4}]},
        {**START, "Pupil": [{**PUPILS[0], "id": 77}, *PUPILS[1:]]},
        {**START, "Pupil": [{**PUPILS[0], "mentor_id": 5}, *PUPILS[1:5], {**PUPILS[5], "school_id": 9}, *PUPILS[6:]]},
        {**START, "Pupil": [PUPILS[0], PUPILS[0], *PUPILS[1:]]},
        {**START, "School": []},
    ],
    ids=[
        "nothing changed",
        "records are gone",
        "a parent fails",
        "policy keeps a parent out",
        "a newcomer shares a number with one that did not change",
        "a record comes back under another key while the old one is still at the state",
        "a mentor fails",
        "a key comes twice",
        "a whole object is gone",
    ],
)
@pytest.mark.parametrize("looking", [True, False])
def test_a_comparison_ends_as_everything_does(desk: Desk, after: Rows, looking: bool) -> None:
    for rows in (START, after, START):
        both_ways(desk, rows, looking=looking)


def test_a_comparison_without_differences_writes_nothing(desk: Desk) -> None:
    send_changes(desk, START, CHANGES)
    before = desk.connection.execute("select ctid, xmin from state.pupil order by id").fetchall()
    counts = send_changes(desk, START, CHANGES)
    assert counts["Pupil"] == Counts(unchanged=10)
    assert desk.connection.execute("select ctid, xmin from state.pupil order by id").fetchall() == before


@pytest.mark.parametrize("rule", ["check (number <> 13)", "unique (number)"])
def test_what_the_database_refuses_is_narrowed_down_both_ways(desk: Desk, rule: str) -> None:
    both_ways(desk, START)
    columns = "unique (district_id, number)" if rule.startswith("unique") else rule
    desk.connection.execute(f"alter table state.pupil add {columns}")
    thirteen = {"id": 61, "school_id": 1, "number": 13}
    fourteen = {"id": 62, "school_id": 1, "number": 14}
    both_ways(desk, {**START, "Pupil": [*PUPILS, thirteen, fourteen]})
    both_ways(desk, {**START, "Pupil": [*PUPILS[1:], thirteen, fourteen, {**PUPILS[0], "number": 14}]})
    both_ways(desk, START)


ids = st.integers(1, 6)
schools = st.lists(
    st.fixed_dictionaries(
        {"id": ids, "name": st.sampled_from(["A", "B", "a name that is far too long"])},
        optional={"kind": st.sampled_from(["E", "H", "X", None]), "closed": st.booleans()},
    ),
    max_size=5,
)
pupils = st.lists(
    st.fixed_dictionaries(
        {"id": ids, "school_id": st.one_of(ids, st.none())},
        optional={"mentor_id": st.one_of(ids, st.none()), "number": st.one_of(st.integers(1, 3), st.none())},
    ),
    max_size=8,
)
notes = st.lists(
    st.fixed_dictionaries(
        {"pupil_id": ids, "line": st.integers(1, 2)}, optional={"reader_id": st.one_of(ids, st.none())}
    ),
    max_size=8,
)


any_turns = st.lists(st.fixed_dictionaries({"School": schools, "Pupil": pupils, "Note": notes}), min_size=1, max_size=3)


@settings(
    max_examples=25,
    deadline=None,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(any_turns)
def test_any_rows_in_any_turn_end_alike_both_ways(desk: Desk, turns: list[Rows]) -> None:
    in_any_turn(desk, turns)


def in_any_turn(desk: Desk, turns: list[Rows]) -> None:
    """Begin with nothing, and send one after the other, both ways."""
    for district in (FULL, CHANGES, AGAIN):
        for name in ("note", "pupil", "school"):
            desk.write(f"delete from state.{name} where district_id = {district}", district)
    for name in ("hub_leftover", "hub_rejection", "hub_order", "hub_resync"):
        desk.connection.execute(f"delete from {name}")
    for number, rows in enumerate(turns):
        both_ways(desk, rows, looking=number % 3 != 1)


AROUND = {
    **CATALOG,
    "Pupil.toml": CATALOG["Pupil.toml"]
    + """
        [[rule]]
        reason = "second_of_its_number"
        verdict = "failed"
        when = "lag(record.id) over (partition by record.number order by record.id) is not null"
        advice = "Another pupil has this number. Correct it."
        """,
}


def test_a_rule_that_looks_around_sees_what_was_sent_and_what_is_equal_at_once(make_desk: MakeDesk) -> None:
    desk = make_desk(AROUND)
    pupils: list[Row] = [{"id": n, "school_id": 1 + n % 2, "number": 4} for n in (1, 2)]
    rows: Rows = {"School": [LINCOLN, GRANT], "Pupil": pupils}
    first = both_ways(desk, rows)
    assert (first["Pupil"].created, first["Pupil"].failed) == (1, 1)
    assert both_ways(desk, rows)["Pupil"] == Counts(unchanged=1, failed=1)


LOOKING = {
    "School.toml": describe("School", "id integer!, name text"),
    "Pupil.toml": describe("Pupil", "id integer!, school_id integer!", refers("School", "school_id")),
    "Visit.toml": describe(
        "Visit",
        "id integer!, school_id integer, note text",
        refers("School", "school_id"),
        "after = ['Pupil']",
        '[[lookup]]\nname = "pupils"\nin = "Pupil"\non = { school_id = "school_id" }\ncolumns = { many = "count(*)" }',
        rule("empty", "school.id is not null and coalesce(pupils.many, 0) < 2"),
    ),
}
AGAIN_THERE = rule("again", "record.note = lag(record.note) over (order by record.id) and pupils.many = 2")


@pytest.mark.parametrize("around", ["", AGAIN_THERE], ids=["alone", "beside a rule that looks around"])
def test_what_is_looked_up_for_a_few_records_is_what_is_for_all(make_desk: MakeDesk, around: str) -> None:
    desk = make_desk({**LOOKING, "Visit.toml": f"{LOOKING['Visit.toml']}\n{around}"})
    pupils: list[Row] = [{"id": n, "school_id": 1 + n // 2} for n in range(7)]  # two each, and one in the last school
    visits: list[Row] = [{"id": n, "school_id": 1 + n % 4, "note": str(n // 2)} for n in range(12)]
    rows: Rows = {"School": [{"id": n} for n in range(1, 5)], "Pupil": pupils, "Visit": [*visits, {"id": 12}]}
    twice = 3 if around else 0  # the second of each pair, unless it is where there are too few pupils
    assert both_ways(desk, rows)["Visit"] == Counts(created=10 - twice, failed=3 + twice)
    changed = [*visits[:4], {**visits[4], "school_id": 4}, *visits[5:], {"id": 12}, {"id": 20, "school_id": 1}]
    pupils = [{"id": 0, "school_id": 4}, *pupils[1:]]  # now it is the first school that has one
    found = both_ways(desk, {**rows, "Pupil": pupils, "Visit": changed})["Visit"]
    if around:
        assert found.failed > 3
    else:
        assert found == Counts(created=3, updated=1, unchanged=7, failed=3)
