"""Nobody else's rows: whatever lands for one district, another's rows and rejections are as they were."""

import re
from pathlib import Path
from typing import Any

import pytest
from tests.loading.conftest import MakeDesk
from tests.loading.desk import Desk, Row, describe, refers, rule, unique

import upstate.loading
from upstate.loading.pointing import pointing_at

SQL = Path(upstate.loading.__file__).parent / "sql"
TEXTS = {
    "School.toml": describe(
        "School",
        "id integer!, code text, note text, bad text",
        unique("code"),
        rule("marked", "record.bad = 'failed'"),
        rule("kept_out", "record.bad = 'excluded'", "excluded"),
    ),
    "Pupil.toml": describe(
        "Pupil",
        "id integer!, school_id integer, mentor_id integer, other_id integer",
        refers("School", "school_id"),
        refers("Pupil", "mentor_id"),
        refers("School", "other_id", 'when_excluded = "clear"'),
        '[[lookup]]\nname = "mates"\nin = "School"\non = { id = "school_id" }\ncolumns = { many = "count(*)" }',
        rule("crowded", "mates.many > 1"),
    ),
    "Term.toml": describe("Term", "id integer!, year integer!, code text", 'school_year = "year"', unique("code")),
}


def mess(note: str) -> dict[str, list[Row]]:
    """Records with something of everything: good, failed, excluded, blocked, double, missing, cleared."""
    schools: list[Row] = [{"id": n, "code": str(n), "note": note} for n in range(10)]
    schools += [
        {"id": 20, "bad": "failed"},
        {"id": 21, "bad": "excluded"},
        {"id": 22},
        {"id": 22},
        {"id": 23, "code": "1"},
    ]
    pupils: list[Row] = [{"id": n, "school_id": n % 10, "mentor_id": n - 1, "other_id": 21} for n in range(1, 20)]
    pupils += [{"id": n, "school_id": n} for n in (20, 21, 22, 23, 99)] + [{"id": 0}]
    return {"School": schools, "Pupil": pupils}


def keep(desk: Desk, district: int) -> tuple[Any, ...]:
    """All there is of a district: rows with where they are and who wrote them, and its rejections and their sums."""
    kept: list[Any] = [desk.versions(district)]
    for table in ("hub_rejection", "hub_hold", "hub_root", "hub_tally"):
        query = f"select ctid::text, xmin::text, r::text from {table} as r where district_id = %s order by id"
        kept.append(desk.connection.execute(query, (district,)).fetchall())
        assert kept[-1]
    return tuple(kept)


@pytest.mark.parametrize("order", [(1, 2), (2, 1)])
def test_another_district_s_rows_and_rejections_are_never_touched(make_desk: MakeDesk, order: tuple[int, int]) -> None:
    desk = make_desk(TEXTS)
    mine, theirs = order
    desk.resync(mess("theirs"), district=theirs)
    desk.send("Term", [{"id": n, "year": 2024, "code": str(n)} for n in range(5)], district=theirs, school_year=2024)
    desk.resync(mess("gone"), district=theirs)
    before = keep(desk, theirs)
    misfits = [{"record": 0, "key": ["5"], "column": "note", "reason": "not_text"}]
    desk.resync(mess("first"), district=mine)
    desk.resync(mess("second"), district=mine)
    desk.resync({"School": [*mess("third")["School"][6:]]}, misfits=misfits, district=mine)
    desk.resync({"School": [], "Pupil": mess("")["Pupil"]}, district=mine)
    for year in (2024, 2025):
        desk.send("Term", [{"id": n, "year": year, "code": str(n)} for n in range(5)], district=mine, school_year=year)
    desk.connection.execute("alter table state.school add constraint own check (note <> 'refused')")
    refused = [{"id": n, "code": str(n), "note": "refused" if n == 3 else "x"} for n in range(10)]
    desk.resync({"School": refused}, district=mine)
    assert ("School", "3", "refused_by_database") in desk.rejections(district=mine)
    assert keep(desk, theirs) == before
    assert desk.orphans() == 0


def test_what_one_district_has_is_neither_parent_nor_duplicate_in_another(make_desk: MakeDesk) -> None:
    desk = make_desk(TEXTS)
    desk.resync({"School": [{"id": 1, "code": "1"}, {"id": 2, "bad": "failed"}]}, district=2)
    assert desk.send("School", [{"id": 3, "code": "1"}]).created == 1
    assert desk.send("Pupil", [{"id": 1, "school_id": 1}, {"id": 2, "school_id": 2}]).failed == 2
    assert {key[2] for key in desk.rejections()} == {"missing_reference"}


DESTINATIONS = {"copy_in": "the rows carry their district", "refuse": "a temporary table", "find_refused": "by number"}
SEVERAL = {
    "districts_of_partition": "a partition moves with all its districts",
    "clear_notes": "of those districts",
    "copy_notes": "of those districts",
    "keep_districts": "a backup is of all districts",
    "lock_every_district": "a backup is of all districts",
}
SHAPES = ("make_candidates",)  # it reads no row: limit 0
SAFE = re.compile(r"limit 0\s*$")
DISTRICT = re.compile(
    r"\bdistrict_id = %\(district\)s|\{step_district\} = %\(district\)s"
    r"|\bhub_hold\.id = change\.id"  # ids that were found so
    r"|\{points\}"  # see the test of what points at a row
)
# orders, and the batches and receipts of one, are those of a single district
READS = re.compile(
    r"\b(?:from|join|update|using|merge into)\s+(?:\{(?:table|parent|candidates)\}|hub_(?!order|batch|receipt)\w+)"
)


@pytest.mark.parametrize("path", sorted(SQL.glob("*.sql")), ids=lambda path: path.stem)
def test_every_statement_on_state_data_is_limited_to_one_district(path: Path) -> None:
    text = re.sub(r"--[^\n]*", "", path.read_text())
    if path.stem.startswith("state_") or path.stem in DESTINATIONS or path.stem in SEVERAL:
        return  # the shape of tables, what is written here of one landing, and what is no landing
    if path.stem in SHAPES:
        assert SAFE.search(text)
        return
    assert len(DISTRICT.findall(text)) >= len(READS.findall(text)), text


def test_what_points_at_a_row_is_looked_for_in_its_district_alone(make_desk: MakeDesk) -> None:
    desk = make_desk(TEXTS)
    desk.connection.execute(
        "create table state.locker (owner_district integer, pupil integer, foreign key (owner_district, pupil)"
        " references state.pupil (district_id, id))"
    )
    with desk.connection.cursor() as cursor:
        found = [each for obj in desk.catalog for each in pointing_at(cursor, desk.catalog, obj)]
    assert {each.object is None for each in found} == {True, False}
    for each in found:
        assert '"district_id" = %(district)s and' in each.points.as_string(), each.name


def test_the_districts_of_rows_and_statements_are_one_and_the_same(make_desk: MakeDesk) -> None:
    desk = make_desk(TEXTS)
    desk.resync(mess("mine"), district=7)
    for obj in desk.catalog:
        found = desk.connection.execute(f"select distinct district_id from state.{obj.table}").fetchall()
        assert found in ([], [(7,)])
