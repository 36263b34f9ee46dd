"""What is OneRoster's alone: the manifest, exports that are wrong, and what the shipped mapping makes of the files."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from tests.agent.cases import misfits, read_all, records
from tests.agent.oneroster_maker import HEADERS, Roster, make_roster

from upstate.agent.mapping import Mapping, parse_mapping
from upstate.agent.sources import Source, open_source
from upstate.agent.sources.address import OneRosterAddress, parse_address
from upstate.agent.sources.csv_store import store
from upstate.agent.sources.naming import guid_of
from upstate.agent.sources.oneroster import mapping_text, roster_mapping
from upstate.catalog import read_catalog, shipped_catalog
from upstate.errors import LostSourceError, SourceError

K12 = read_catalog(shipped_catalog("k12"))


def source_at(path: Path) -> Source:
    return open_source(f"oneroster://{path}?state=KY&start_status=E01")


def read(path: Path, name: str, school_year: int | None = 2024) -> list[dict[str, Any]]:
    obj = K12[name]
    batches = read_all(source_at(path), obj, school_year if obj.school_year else None)
    assert misfits(batches) == []
    return records(batches)


def without(name: str) -> Callable[[Roster], object]:
    return lambda roster: roster.tables.pop(name)


def said(key: str, value: str) -> Callable[[Roster], object]:
    return lambda roster: roster.manifest.update({key: value})


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (said("oneroster.version", "1.1"), r"is OneRoster 1\.1; 1\.2 is read"),
        (said("oneroster.version", ""), r"does not say of which version"),
        (said("file.users", "delta"), r"holds but the changes of users\.csv \(delta\)"),
        (said("file.users", "full"), r'says "full" of users\.csv; there are absent, bulk, delta'),
        (said("file.roles", "absent"), r"roles\.csv is in .*the manifest says that it is absent"),
        (said("file.roles", ""), r"roles\.csv is in .*the manifest does not name it"),
        (without("classes"), r"has no classes\.csv, and nothing can be told without it"),
        (lambda r: (r.tables.pop("orgs"), r.manifest.update({"file.orgs": "bulk"})), r"names orgs\.csv, but it is not"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("name", ["export", "export.zip"])
def test_an_export_whose_manifest_does_not_fit_is_told_in_one_line(
    tmp_path: Path, name: str, change: Callable[[Roster], Any], told: str
) -> None:
    roster = make_roster(3)
    change(roster)
    path = roster.write(tmp_path / name)
    with pytest.raises(SourceError, match=rf"^[^\n]*{told}[^\n]*$"):
        source_at(path).check(())
    with pytest.raises(SourceError, match=told), source_at(path).snapshot():
        pass


@pytest.mark.parametrize(
    ("file", "data", "told"),
    [
        ("manifest", b"a,b\n1,2\n", r"its header must be propertyName,value"),
        (
            "manifest",
            b"propertyName,value\noneroster.version,1.2\noneroster.version,1.1\n",
            r"says two things of oneroster",
        ),
        ("manifest", b"", r"manifest\.csv, line 1: it has no header"),
        ("users", b"sourcedId,status,givenName\n", r"users\.csv lacks the column dateLastModified, familyName, "),
        ("users", b'"\xff\xfe', r"users\.csv, line 1: "),
        ("enrollments", b"a,b,b\n", r"enrollments\.csv, line 1: the header names the column b twice"),
    ],
)
def test_a_file_that_is_wrong_is_told_by_its_name_before_anything_is_read(
    tmp_path: Path, file: str, data: bytes, told: str
) -> None:
    path = make_roster(3).write(tmp_path / "export")
    (path / f"{file}.csv").write_bytes(data)
    with pytest.raises(SourceError, match=rf"^[^\n]*{told}[^\n]*$"):
        source_at(path).check(())


def test_a_record_that_is_wrong_is_told_by_its_line_and_nothing_is_read(tmp_path: Path) -> None:
    path = make_roster(3).write(tmp_path / "export")
    with (path / "orgs.csv").open("a") as file:
        file.write("one,two\n")
    with pytest.raises(SourceError, match=r"orgs\.csv, line 8: 2 fields where the header has 7"):
        read_all(source_at(path), K12["Roster"], 2024)


def test_a_folder_without_a_manifest_is_no_export(tmp_path: Path) -> None:
    path = make_roster(3).write(tmp_path / "export")
    (path / "manifest.csv").unlink()
    with pytest.raises(SourceError, match=r"has no manifest\.csv.*csv:///PATH"):
        source_at(path).check(())


def test_demographics_and_roles_may_be_absent(tmp_path: Path) -> None:
    roster = make_roster(3)
    del roster.tables["demographics"], roster.tables["roles"]
    people = read(roster.write(tmp_path / "export"), "PersonIdentity")
    assert [(p["birth_date"], p["gender"]) for p in people] == [
        (None, None)
    ] * 3  # students; the state will turn them away


@pytest.mark.parametrize("address", ["oneroster://{}", "oneroster://{}?state=KY", "oneroster://{}?start_status=E01"])
def test_what_oneroster_has_no_word_for_is_asked_for_in_one_line(tmp_path: Path, address: str) -> None:
    path = make_roster(3).write(tmp_path / "export")
    with pytest.raises(SourceError, match=r"^[^\n]*\?state=KY&start_status=E01[^\n]*$"):
        open_source(address.format(path)).check(())


def test_an_unknown_option_of_the_address_is_told(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="an option stat that is not known"):
        open_source(f"oneroster://{tmp_path}?stat=KY")


def test_a_kept_address_says_the_same_as_the_given_one(tmp_path: Path) -> None:
    (tmp_path / "été #1").mkdir()
    given = parse_address(f"oneroster://{tmp_path}/%C3%A9t%C3%A9 %231?state=KY&start_status=E01")
    assert isinstance(given, OneRosterAddress)
    assert given.path == tmp_path / "été #1"
    assert parse_address(given.kept()) == given


def test_files_that_change_while_they_are_copied_are_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = make_roster(3).write(tmp_path / "export")

    def store_late(files: Any, to: Path, **options: Any) -> Any:
        with (path / "users.csv").open("a") as file:
            file.write("\r\n")
        return store(files, to, **options)

    monkeypatch.setattr("upstate.agent.sources.oneroster.store", store_late)
    with (
        pytest.raises(LostSourceError, match=r"users\.csv was written to while it was read"),
        source_at(path).snapshot(),
    ):
        pass


def test_rows_that_are_to_be_deleted_are_as_if_they_were_not_there(tmp_path: Path) -> None:
    roster = make_roster(6)
    before = {r["guid"] for r in read(roster.write(tmp_path / "one"), "Roster")}
    gone = [row for row in roster.tables["enrollments"] if row["role"] == "student"][:3]
    for row, status in zip(gone, ("tobedeleted", "ToBeDeleted", "inactive"), strict=True):
        row["status"] = status
    after = {r["guid"] for r in read(roster.write(tmp_path / "two"), "Roster")}
    assert before - after == {guid_of(row["sourcedId"]).bytes for row in gone}
    assert after < before


def test_days_after_the_last_become_last_days(tmp_path: Path) -> None:
    path = make_roster(3).write(tmp_path / "export")
    terms = {(t["name"], t["start_date"], t["end_date"], t["sequence"]) for t in read(path, "TermSchedule")}
    assert terms == {
        ("Semester 1", date(2023, 8, 14), date(2024, 1, 7), 1),
        ("Semester 2", date(2024, 1, 8), date(2024, 5, 31), 2),
    }
    assert {c["end_date"] for c in read(path, "Calendar")} == {date(2024, 5, 31)}


@pytest.mark.parametrize("text", ["2024-02-31", "06/01/2024", "soon", "20240601"])
def test_what_is_no_date_is_a_misfit_and_never_another_day(tmp_path: Path, text: str) -> None:
    roster = make_roster(3)
    row = next(row for row in roster.tables["enrollments"] if row["role"] == "student")
    row["endDate"] = text
    batches = read_all(source_at(roster.write(tmp_path / "export")), K12["Roster"], 2024)
    assert misfits(batches) == [([str(guid_of(row["sourcedId"]))], "end_date", "not_a_date")]


@pytest.mark.parametrize(
    ("marks", "code"),
    [
        ({"asian": "true"}, "3"),
        ({"asian": "true", "white": "true"}, "7"),
        ({"demographicRaceTwoOrMoreRaces": "true"}, "7"),
        ({"hispanicOrLatinoEthnicity": "true", "white": "true"}, "1"),
        ({"nativeHawaiianOrOtherPacificIslander": "true", "asian": "false"}, "5"),
        ({}, None),
    ],
)
def test_races_become_the_states_one_code(tmp_path: Path, marks: dict[str, str], code: str | None) -> None:
    roster = make_roster(2)
    row = roster.find("demographics", "stu-1")
    row.update({name: "" for name in row if name not in ("sourcedId", "birthDate", "sex")} | marks)
    people = read(roster.write(tmp_path / "export"), "PersonIdentity")
    (found,) = [person for person in people if person["guid"] == guid_of("stu-1").bytes]
    assert found["race_ethnicity"] == code


def test_a_section_names_the_primary_teacher_where_the_state_is_told_of_that_person(tmp_path: Path) -> None:
    roster = make_roster(3)
    sections = {s["guid"]: s["teacher_guid"] for s in read(roster.write(tmp_path / "one"), "CourseSection")}
    assert sections[guid_of("cls-sch-hs-0").bytes] == guid_of("tch-sch-hs-a").bytes
    assert sections[guid_of("cls-sch-hs-1").bytes] is None  # its teacher has no birth date
    for row in roster.tables["enrollments"]:
        row["primary"] = ""
    sections = {s["guid"]: s["teacher_guid"] for s in read(roster.write(tmp_path / "two"), "CourseSection")}
    assert sections[guid_of("cls-sch-hs-0").bytes] is None  # one of two, and nothing says which


def test_a_class_whose_terms_are_in_two_years_or_none_is_reported_and_not_lost(tmp_path: Path) -> None:
    roster = make_roster(3)
    roster.find("classes", "cls-sch-hs-0")["termSourcedIds"] = "y2024-s1, y2023-s1"
    roster.find("classes", "cls-sch-ms-0")["termSourcedIds"] = "no such term"
    batches = read_all(source_at(roster.write(tmp_path / "export")), K12["CourseSection"], 2024)
    yearless = [r["guid"] for r in records(batches) if r["end_year"] is None]
    assert sorted(yearless) == sorted(guid_of(f"cls-sch-{school}-0").bytes for school in ("hs", "ms"))


def test_only_the_year_that_is_asked_for_is_read(tmp_path: Path) -> None:
    path = make_roster(12).write(tmp_path / "export")
    assert {c["end_year"] for c in read(path, "Calendar", 2023)} == {2023}
    assert {r["section_guid"] for r in read(path, "Roster", 2023)} == {guid_of("cls-sch-es-3").bytes}


def test_schools_find_their_district_through_what_is_between(tmp_path: Path) -> None:
    def districts(name: str) -> dict[bytes, bytes | None]:
        return {s["guid"]: s["district_guid"] for s in read(roster.write(tmp_path / name), "School")}

    roster = make_roster(3)
    assert set(districts("one").values()) == {guid_of("dist").bytes}
    roster.tables["orgs"].append({"sourcedId": "dist2", "name": "Other", "type": "district"})
    found = districts("two")
    assert found[guid_of("sch-hs").bytes] == guid_of("dist").bytes
    assert found[guid_of("sch-es").bytes] is None  # two districts, and nothing says which
    roster.find("orgs", "dept")["parentSourcedId"] = "dept"
    assert districts("three")[guid_of("sch-hs").bytes] is None  # above itself, which must end


def test_what_oneroster_has_no_file_for_is_absent(tmp_path: Path) -> None:
    source = source_at(make_roster(3).write(tmp_path / "export"))
    source.check(K12.objects.values())
    assert read_all(source, K12["Behavior"], 2024) == []


def test_the_shipped_mapping_printed_and_given_back_is_the_same_mapping() -> None:
    assert roster_mapping(parse_mapping("own.toml", mapping_text(), K12)) == roster_mapping(Mapping())


def test_the_shipped_mapping_reads_only_columns_that_exports_have() -> None:
    from upstate.agent.sources.oneroster_manifest import COLUMNS

    assert COLUMNS.keys() == HEADERS.keys()
    for name, columns in COLUMNS.items():
        assert set(columns) <= set(HEADERS[name].split(","))
