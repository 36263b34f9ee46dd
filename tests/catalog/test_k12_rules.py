"""The K-12 rules as PostgreSQL sees them: each is a condition it accepts, and is true for the records it means only."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from psycopg import sql

from upstate.catalog import Catalog, Rule, SyncObject, read_catalog, shipped_catalog

TYPES = {"decimal": "numeric", "double": "double precision", "bytes": "bytea", "json": "jsonb"}
Hits = dict[int, list[str]]


def guid(number: int) -> uuid.UUID:
    return uuid.UUID(int=number)


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


class State:
    """Tables of the catalog without any constraint, and the rules asked of what is in them, in school year 2024."""

    def __init__(self, connection: psycopg.Connection[Any], catalog: Catalog) -> None:
        self.connection, self.catalog = connection, catalog
        for obj in catalog:
            columns = ", ".join(f'"{c.name}" {TYPES.get(c.type, c.type)}' for c in obj.columns)
            connection.execute(f'CREATE TABLE "{obj.table}" ({columns})'.encode())

    def put(self, name: str, number: int, **values: Any) -> None:
        values = {
            "guid": guid(number),
            **{k: guid(v) if k.endswith("_guid") else v for k, v in values.items()},
        }
        self.connection.execute(
            sql.SQL("INSERT INTO {} ({}) VALUES ({})").format(
                sql.Identifier(self.catalog[name].table),
                sql.SQL(", ").join(map(sql.Identifier, values)),
                sql.SQL(", ").join(sql.Placeholder() * len(values)),
            ),
            list(values.values()),
        )

    def ask(self, obj: SyncObject, rule: Rule, edition: str | None) -> psycopg.Cursor[Any]:
        joins = ""
        for reference in obj.references:
            parent = self.catalog[reference.to]
            on = " AND ".join(
                f'"{reference.name}"."{theirs}" = record."{ours}"'
                for ours, theirs in zip(reference.columns, parent.key, strict=True)
            )
            joins += f' LEFT JOIN "{parent.table}" AS "{reference.name}" ON {on}'
        for lookup in obj.lookups:
            by = ", ".join(f'row."{theirs}"' for theirs in lookup.on)
            found = ", ".join(f'{what} AS "{name}"' for name, what in lookup.columns.items())
            on = " AND ".join(f'"{lookup.name}"."{theirs}" = record."{ours}"' for theirs, ours in lookup.on.items())
            joins += (
                f" LEFT JOIN (SELECT {by}, {found} FROM {self.catalog[lookup.object].table} AS row CROSS JOIN zone"
                f' WHERE {lookup.where or "true"} GROUP BY {by}) AS "{lookup.name}" ON {on}'
            )
        query = (
            "WITH zone AS (SELECT 2024 AS school_year, %s::text AS edition)"
            f' SELECT record.guid, ({rule.when}) FROM "{obj.table}" AS record CROSS JOIN zone{joins}'
        )
        return self.connection.execute(query.encode(), (edition,))

    def hits(self, name: str, edition: str | None = None) -> Hits:
        """The reasons that hit, by the number of the record."""
        found: Hits = {}
        for rule in self.catalog[name].rules:
            for key, hit in self.ask(self.catalog[name], rule, edition):
                if hit:
                    found.setdefault(key.int, []).append(rule.reason)
        return found


@pytest.fixture
def state(database: str) -> Iterator[State]:
    with psycopg.connect(database, autocommit=True) as connection:
        yield State(connection, read_catalog(shipped_catalog("k12")))


def test_every_rule_is_a_condition_that_postgresql_accepts(state: State) -> None:
    boolean = 16
    for obj in state.catalog:
        for rule in obj.rules:
            description = state.ask(obj, rule, None).description
            assert description is not None
            assert description[1].type_code == boolean, f"{obj.name}: {rule.reason}"


def test_a_record_of_nothing_but_its_key_whose_parents_are_missing_breaks_no_rule_about_them(state: State) -> None:
    needs_a_value = {"no_state_code"}
    for obj in state.catalog:
        parents = {c: 900 for r in obj.references for c in r.columns}
        state.put(obj.name, 800, **parents)
        hits = state.hits(obj.name)
        assert set(hits.get(800, [])) <= needs_a_value, obj.name
        state.connection.execute(f'DELETE FROM "{obj.table}"'.encode())


def test_the_bureau_of_indian_education_reads_its_own_flag_and_everyone_else_the_states(state: State) -> None:
    for name in ("Enrollment", "StructureGradeLevel"):
        state.put(name, 1, state_exclude=False, bie_exclude=True)
        state.put(name, 2, state_exclude=True, bie_exclude=False)
        state.put(name, 3, state_exclude=True)
        assert sorted(state.hits(name)) == [2, 3]
        assert sorted(state.hits(name, "KY")) == [2, 3]
        assert sorted(state.hits(name, "BIE")) == [1]


def test_each_condition_of_a_test_score_has_its_own_reason(state: State) -> None:
    for person in (1, 2, 3, 4):
        state.put("PersonIdentity", person)
    stay = {"end_year": 2024, "no_show": False}
    state.put("Enrollment", 10, person_guid=1, **stay)
    state.put("Enrollment", 11, person_guid=2, end_date=day("2023-12-01"), **stay)
    state.put("Enrollment", 12, person_guid=3, end_year=2024, no_show=True)
    state.put("Enrollment", 13, person_guid=4, end_year=2023, no_show=False)
    good = {"published": True, "district_locked": False}
    state.put("Test", 20, state_code="MAP", end_year=2024, **good)
    state.put("Test", 21, state_code=" ", end_year=2024, **good)
    state.put("Test", 22, national_code="ACT", **good)
    state.put("Test", 23, state_code="OLD", end_year=2023, **good)
    state.put("Test", 24, state_code="LOCK", end_year=2024, published=True, district_locked=True)
    state.put("Test", 25, state_code="DRAFT", end_year=2024, published=False, district_locked=False)
    scores: dict[int, tuple[int, int, str | None, bool, list[str]]] = {
        30: (1, 20, None, True, []),
        31: (1, 21, None, True, ["test_without_code"]),
        32: (1, 25, None, True, ["test_not_published"]),
        33: (1, 22, None, True, ["score_without_date"]),
        34: (1, 22, None, False, []),
        35: (1, 22, "2023-06-30", True, ["score_outside_year"]),
        36: (1, 22, "2023-07-01", True, []),
        37: (1, 22, "2024-06-30", True, []),
        38: (1, 22, "2024-07-01", True, ["score_outside_year"]),
        39: (1, 23, None, True, ["score_outside_year"]),
        40: (1, 23, "2024-01-10", True, []),
        41: (1, 24, None, True, ["test_locked_by_district"]),
        42: (2, 20, "2023-12-01", True, []),
        43: (2, 20, "2023-12-02", True, ["not_actively_enrolled"]),
        44: (3, 20, None, True, ["not_actively_enrolled"]),
        45: (4, 20, None, True, ["not_actively_enrolled"]),
    }
    for number, (person, test, date, root, _) in scores.items():
        state.put("TestScore", number, person_guid=person, test_guid=test, date=date and day(date), root=root)
    wanted = {number: reasons for number, (*_, reasons) in scores.items() if reasons}
    assert state.hits("TestScore") == wanted


def test_an_enrollment_starts_within_its_calendar_and_its_year(state: State) -> None:
    state.put("Calendar", 1, end_year=2024, start_date=day("2023-08-09"), end_date=day("2024-05-24"))
    for number, start, year in (
        (2, "2023-08-08", 2024),
        (3, "2023-08-09", 2024),
        (4, "2024-05-24", 2024),
        (5, "2024-05-25", 2024),
        (6, "2023-08-09", 2023),
    ):
        state.put("Enrollment", number, calendar_guid=1, start_date=day(start), end_year=year)
    assert state.hits("Enrollment") == {
        2: ["starts_outside_calendar"],
        5: ["starts_outside_calendar"],
        6: ["other_year_than_calendar"],
    }


def test_a_student_is_transported_in_one_way_at_a_time(state: State) -> None:
    for number, person, start, end in (
        (1, 8, "2023-08-01", "2023-09-01"),
        (2, 8, "2023-09-01", None),
        (3, 8, "2024-01-01", None),
        (4, 9, "2023-08-01", "2023-09-01"),
        (5, 9, "2023-09-02", None),
    ):
        ends = end and day(end)
        state.put("Transportation", number, person_guid=person, calendar_guid=7, start_date=day(start), end_date=ends)
    assert state.hits("Transportation") == {2: ["overlaps_earlier"], 3: ["overlaps_earlier"]}


def test_one_truancy_record_is_open_and_all_lie_within_their_year(state: State) -> None:
    for number, person, start, end in (
        (1, 8, "2023-08-01", None),
        (2, 8, "2023-09-01", None),
        (3, 9, "2023-08-01", "2023-09-01"),
        (4, 9, "2023-09-02", None),
        (5, 7, "2024-06-30", "2024-07-01"),
    ):
        ends = end and day(end)
        state.put("Truancy", number, end_year=2024, person_guid=person, start_date=day(start), end_date=ends)
    assert state.hits("Truancy") == {1: ["another_open"], 5: ["outside_year"]}


def test_only_people_who_need_a_state_id_are_sent_to_get_one(state: State) -> None:
    for number, state_id in ((1, None), (2, ""), (3, "1000000001")):
        state.put("PersonIdentityNoStateIDOnly", number, state_id=state_id, birth_date=day("2010-02-03"))
    assert state.hits("PersonIdentityNoStateIDOnly") == {3: ["has_state_id"]}


def test_a_birth_date_is_neither_before_1900_nor_after_the_school_year(state: State) -> None:
    for number, born in ((1, "1899-12-31"), (2, "1900-01-01"), (3, "2024-06-30"), (4, "2024-07-01")):
        state.put("PersonIdentity", number, birth_date=day(born))
    assert state.hits("PersonIdentity") == {1: ["birth_date_too_early"], 4: ["birth_date_in_future"]}


def test_what_is_not_locked_stays_at_home(state: State) -> None:
    for name in ("Plan", "PlanProgressReport", "Evaluation"):
        state.put(name, 1, locked=True)
        state.put(name, 2, locked=False)
        assert state.hits(name) == {2: ["not_locked"]}
