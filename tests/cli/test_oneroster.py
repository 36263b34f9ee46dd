"""A district's OneRoster export goes all the way: added by its address, resynced, and found at the state row by row."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.agent.oneroster_maker import Roster, make_roster
from tests.cli.command import Command
from tests.cli.conftest import copied, set_up_in
from tests.home import once

from upstate.agent.sources.naming import guid_of


@pytest.fixture(scope="module")
def set_up_once(pytestconfig: pytest.Config, cluster_url: str) -> str:
    """The URL of a database that is set up with the K-12 catalog, to be copied."""
    return once(pytestconfig, "cli-k12", lambda folder: set_up_in(cluster_url, folder))


@pytest.fixture
def state(cluster_url: str, set_up_once: str, tmp_path: Path) -> Iterator[Command]:
    """The hub set up with the K-12 catalog, and no district yet."""
    with copied(cluster_url, set_up_once, tmp_path) as command:
        yield command


def added(state: Command, name: str, *more: str) -> Command:
    address = f"oneroster:///{name}?state=KY&start_status=E01"
    state.done("district", "add", "Lakeside", "--source", address, "--year", "2024", "--edition", "KY", *more)
    return state


def counts(told: dict[str, Any]) -> dict[str, tuple[int, int, int, int]]:
    return {
        o["object"]: (o["created"], o["updated"], o["unchanged"], o["errors"])
        for o in told["objects"]
        if o["processed"]
    }


OWN = """
[District]
select = "SELECT sourcedId, name, 'KY' AS state, '99' AS district_number FROM orgs WHERE type = 'district'"
[District.columns]
guid = { column = "sourcedId", stored = "name" }
region_number = { absent = true }
edition_type = { absent = true }
phone = { absent = true }
address = { absent = true }
[Enrollment]
absent = true
[Roster]
absent = true
"""


def guid(name: str, *parts: str) -> Any:
    """As the mapping names a record that OneRoster has no row of its own for."""
    return guid_of(f'["{name}",{",".join(f"{chr(34)}{part}{chr(34)}" for part in parts)}]' if parts else name)


def day_before(text: str) -> date | None:
    return date.fromisoformat(text) - timedelta(1) if text else None


def day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def students_of(roster: Roster) -> list[dict[str, str]]:
    return [
        row
        for row in roster.tables["enrollments"]
        if row["role"] == "student" and not row["classSourcedId"].endswith("-3")
    ]


def expected_people(roster: Roster) -> set[tuple[Any, ...]]:
    born = {d["sourcedId"]: day(d["birthDate"]) for d in roster.tables["demographics"]}
    return {
        (guid_of(u["sourcedId"]), u["givenName"], u["familyName"], u.get("middleName") or None, born[u["sourcedId"]])
        for u in roster.tables["users"]
        if u["sourcedId"] in born
    }


def expected_rosters(roster: Roster) -> set[tuple[Any, ...]]:
    return {
        (guid_of(e["sourcedId"]), guid("enrollment", e["userSourcedId"], e["schoolSourcedId"], "2024"),
         guid_of(e["classSourcedId"]), day(e["beginDate"]), day_before(e["endDate"]))
        for e in students_of(roster)
    }  # fmt: skip


def expected_enrollments(roster: Roster) -> set[tuple[Any, ...]]:
    found = set()
    for user, school in {(e["userSourcedId"], e["schoolSourcedId"]) for e in students_of(roster)}:
        mine = [e for e in students_of(roster) if (e["userSourcedId"], e["schoolSourcedId"]) == (user, school)]
        starts = [
            e["beginDate"] or ("2024-01-08" if e["classSourcedId"].endswith("-1") else "2023-08-14") for e in mine
        ]
        left = max(e["endDate"] for e in mine) if all(e["endDate"] for e in mine) else ""
        (primary,) = [r["orgSourcedId"] for r in roster.tables["roles"] if r["userSourcedId"] == user]
        grade = roster.find("users", user)["grades"]
        found.add((
            guid("enrollment", user, school, "2024"), guid_of(user), guid("calendar", school, "2024"),
            guid("grade", school, "2024", f"0{grade}" if len(grade) == 1 else grade), day(min(starts)), "E01",
            day_before(left), "P" if school == primary else "S",
        ))  # fmt: skip
    return found


def test_an_export_lands_row_by_row_and_a_second_resync_finds_nothing_to_do(state: Command) -> None:
    roster = make_roster()
    roster.write(state.folder / "export")
    told = added(state, "export").json("resync", "Lakeside", "--all")
    assert {o["object"]: o["errors"] for o in told["objects"] if o["errors"]} == {}
    assert state.rows("SELECT district_number, name, state FROM state.district") == [
        ("D-77", "Lakeside District", "KY")
    ]
    assert set(state.rows("SELECT guid, district_guid, school_number, name FROM state.school")) == {
        (guid_of(o["sourcedId"]), guid_of("dist"), o.get("identifier") or o["sourcedId"], o["name"])
        for o in roster.tables["orgs"]
        if o["type"] == "school" and o["sourcedId"] != "sch-old"
    }
    people = state.rows("SELECT guid, first_name, last_name, middle_name, birth_date FROM state.person_identity")
    assert set(people) == expected_people(roster)
    rosters = state.rows("SELECT guid, enrollment_guid, section_guid, start_date, end_date FROM state.roster")
    assert (set(rosters), len(rosters)) == (expected_rosters(roster), len(students_of(roster)))
    enrollments = state.rows(
        "SELECT guid, person_guid, calendar_guid, grade_guid, start_date, start_status, end_date, service_type "
        "FROM state.enrollment"
    )
    assert set(enrollments) == expected_enrollments(roster)
    again = counts(state.json("resync", "Lakeside", "--all"))
    assert {(created, updated, errors) for created, updated, _, errors in again.values()} == {(0, 0, 0)}
    assert again["Roster"] == (0, 0, len(rosters), 0)


def test_records_go_by_sourced_id_a_change_alone_and_what_is_to_be_deleted_not_at_all(state: Command) -> None:
    roster = make_roster()
    roster.write(state.folder / "export.zip")
    told = added(state, "export.zip").json("resync", "Lakeside", "PersonIdentity", "--id", "stu-3,nobody")
    assert told["not_there"] == ["nobody"]
    assert state.rows("SELECT guid FROM state.person_identity") == [(guid_of("stu-3"),)]
    state.done("resync", "Lakeside", "--all")
    roster.find("users", "stu-1")["familyName"] = "Nuñez"
    gone = students_of(roster)[-1]
    gone["status"] = "tobedeleted"
    roster.write(state.folder / "export.zip")
    changed = counts(state.json("resync", "Lakeside", "--all"))
    assert changed["PersonIdentity"][:2] == (0, 1)
    assert changed["Roster"] == (0, 0, len(students_of(roster)) - 1, 0)
    assert state.rows(f"SELECT last_name FROM state.person_identity WHERE guid = '{guid_of('stu-1')}'") == [("Nuñez",)]
    assert state.rows(f"SELECT count(*) FROM state.roster WHERE guid = '{guid_of(gone['sourcedId'])}'") == [(1,)]


def test_what_does_not_fit_is_told_by_record_and_everything_else_lands(state: Command) -> None:
    roster = make_roster()
    roster.tables["demographics"] = [d for d in roster.tables["demographics"] if d["sourcedId"] != "stu-1"]
    roster.find("users", "stu-2")["grades"] = "09,10"
    students_of(roster)[0]["endDate"] = "2024-02-31"
    orphan = {
        "sourcedId": "orphan",
        "classSourcedId": "cls-none",
        "schoolSourcedId": "sch-hs",
        "userSourcedId": "stu-3",
    }
    roster.tables["enrollments"].append(orphan | {"role": "student"})
    roster.tables["users"].append(dict(roster.find("users", "stu-4")))
    roster.write(state.folder / "export")
    added(state, "export").done("resync", "Lakeside", "--all")
    found = set(state.rows("""SELECT object, "column", reason FROM hub_rejection WHERE verdict = 'failed'"""))
    assert found >= {
        ("PersonIdentity", "birth_date", "required"),
        ("Enrollment", "grade_guid", "required"),
        ("Roster", "end_date", "not_a_date"),
        ("Roster", "end_year", "required"),
    }
    assert any(name == "PersonIdentity" and "duplicate" in reason for name, _, reason in found), found
    (landed,) = state.rows("SELECT count(*) FROM state.roster")[0]
    assert 0.8 * len(students_of(roster)) < landed < len(students_of(roster))


def test_districts_of_the_same_sourced_ids_stay_apart_and_a_mapping_replaces_single_objects(state: Command) -> None:
    make_roster(6).write(state.folder / "export")
    added(state, "export").done("resync", "Lakeside", "--all")
    before = state.rows("SELECT * FROM state.roster ORDER BY 1, 2")
    (state.folder / "own.toml").write_text(OWN)
    source = ("--source", "oneroster:///export", "--mapping", "own.toml", "--year", "2024", "--edition", "KY")
    state.done("district", "add", "Hillside", *source)
    told = counts(state.json("resync", "Hillside", "--all"))
    assert told["School"] == (3, 0, 0, 0)
    assert "Enrollment" not in told
    assert state.rows("SELECT district_number FROM state.district ORDER BY 1") == [("99",), ("D-77",)]
    assert state.rows("SELECT * FROM state.roster ORDER BY 1, 2") == before
