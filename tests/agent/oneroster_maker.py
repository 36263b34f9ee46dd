"""A made-up district's OneRoster 1.2 export: tables of rows, to be changed, and written as a folder or a zip."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

Row = dict[str, str]

HEADERS = {
    "academicSessions": "sourcedId,status,dateLastModified,title,type,startDate,endDate,parentSourcedId,schoolYear",
    "classes": "sourcedId,status,dateLastModified,title,grades,courseSourcedId,classCode,classType,location,"
    "schoolSourcedId,termSourcedIds,subjects,subjectCodes,periods",
    "courses": "sourcedId,status,dateLastModified,schoolYearSourcedId,title,courseCode,grades,orgSourcedId,subjects,"
    "subjectCodes",
    "demographics": "sourcedId,status,dateLastModified,birthDate,sex,americanIndianOrAlaskaNative,asian,"
    "blackOrAfricanAmerican,nativeHawaiianOrOtherPacificIslander,white,demographicRaceTwoOrMoreRaces,"
    "hispanicOrLatinoEthnicity,countryOfBirthCode,stateOfBirthAbbreviation,cityOfBirth,publicSchoolResidenceStatus",
    "enrollments": "sourcedId,status,dateLastModified,classSourcedId,schoolSourcedId,userSourcedId,role,primary,"
    "beginDate,endDate",
    "orgs": "sourcedId,status,dateLastModified,name,type,identifier,parentSourcedId",
    "roles": "sourcedId,status,dateLastModified,userSourcedId,roleType,role,beginDate,endDate,orgSourcedId,"
    "userProfileSourcedId",
    "users": "sourcedId,status,dateLastModified,enabledUser,username,userIds,givenName,familyName,middleName,"
    "identifier,email,sms,phone,agentSourcedIds,grades,password,userMasterIdentifier,resourceSourcedIds,preferredGivenName,"
    "preferredMiddleName,preferredFamilyName,primaryOrgSourcedId,pronouns",
}
_OTHERS = ("resources", "results", "lineItems", "userProfiles")  # and more, that nothing here reads
_NAMES = [
    ("Zoë", "O'Neil"),
    ("Ana María", 'de la "Cruz"'),
    ("李", "小龙"),
    ("Bo, Jr.", "Ng"),
    ("Mary\nAnn", "Smith-Jones"),
]
_RACES = ("americanIndianOrAlaskaNative", "asian", "blackOrAfricanAmerican", "white")
GRADES = {"sch-hs": ["09", "10"], "sch-ms": ["07"], "sch-es": ["KG", "3"]}
A_GUID = "6F9619FF-8B86-D011-B42D-00C04FC964FF"  # of a student whose sourcedId is one


@dataclass
class Roster:
    """The tables of an export, and what its manifest says where that is not simply what is there."""

    tables: dict[str, list[Row]]
    manifest: dict[str, str]

    def find(self, table: str, sourced_id: str) -> Row:
        return next(row for row in self.tables[table] if row["sourcedId"] == sourced_id)

    def files(self) -> dict[str, bytes]:
        said = {"manifest.version": "1.0", "oneroster.version": "1.2"}
        said |= {f"file.{name}": "bulk" if name in self.tables else "absent" for name in [*HEADERS, *_OTHERS]}
        rows = [{"propertyName": key, "value": value} for key, value in (said | self.manifest).items() if value]
        files = {"manifest": _csv("propertyName,value", rows)}
        return files | {name: _csv(HEADERS[name], rows) for name, rows in self.tables.items()}

    def write(self, path: Path) -> Path:
        """As a folder, or as a zip where the path ends so."""
        if path.suffix == ".zip":
            with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
                for name, data in self.files().items():
                    archive.writestr(f"{name}.csv", data)
            return path
        path.mkdir()
        for name, data in self.files().items():
            (path / f"{name}.csv").write_bytes(data)
        return path


def make_roster(students: int = 40) -> Roster:
    """A district of three schools with two semesters of one year, and what there was a year before."""
    orgs = [
        {"sourcedId": "dist", "name": "Lakeside District", "type": "district", "identifier": "D-77"},
        {"sourcedId": "dept", "name": "Secondary schools", "type": "department", "parentSourcedId": "dist"},
        {"sourcedId": "sch-hs", "name": 'Lakeside "High"', "type": "school", "parentSourcedId": "dept"},
        {
            "sourcedId": "sch-ms",
            "name": "École du Lac",
            "type": "school",
            "identifier": "020",
            "parentSourcedId": "dept",
        },
        {
            "sourcedId": "sch-es",
            "name": "Elm, Elementary",
            "type": "school",
            "identifier": "030",
            "parentSourcedId": "",
        },
        {"sourcedId": "sch-old", "name": "Closed", "type": "school", "status": "tobedeleted"},
    ]
    tables: dict[str, list[Row]] = {
        "orgs": orgs,
        "academicSessions": list(_sessions()),
        "courses": [
            {"sourcedId": f"crs-{n}", "title": title, "courseCode": code, "orgSourcedId": "dist"}
            for n, (title, code) in enumerate([("Algebra", "MA101"), ("Español 1", "SP101"), ("Homeroom", "")])
        ],
        **{name: [] for name in ("classes", "users", "demographics", "roles", "enrollments")},
    }
    roster = Roster(tables, {})
    for n, school in enumerate(GRADES):
        _teach(roster, school, n)
    for n in range(students):
        _enroll(roster, n)
    for row in (row for rows in tables.values() for row in rows if "dateLastModified" in row):
        row.setdefault("status", "active")
    return roster


def _sessions() -> Iterator[Row]:
    for year in (2023, 2024):
        top = f"y{year}"
        yield _session(top, f"{year - 1}-{year}", "schoolYear", f"{year - 1}-08-14", f"{year}-06-01", year, "")
        yield _session(f"{top}-s1", "Semester 1", "semester", f"{year - 1}-08-14", f"{year}-01-08", year, top)
        yield _session(f"{top}-s2", "Semester 2", "semester", f"{year}-01-08", f"{year}-06-01", year, top)
        yield _session(f"{top}-g1", "Grading 1", "gradingPeriod", f"{year - 1}-08-14", f"{year - 1}-10-16", year, top)


def _session(sourced_id: str, title: str, kind: str, start: str, end: str, year: int, parent: str) -> Row:
    return {"sourcedId": sourced_id, "title": title, "type": kind, "startDate": start, "endDate": end,
            "parentSourcedId": parent, "schoolYear": str(year)}  # fmt: skip


def _teach(roster: Roster, school: str, n: int) -> None:
    """Two teachers, of whom the state can be told of one, and three classes of this year and one of the last."""
    for which in ("a", "b"):
        teacher = f"tch-{school}-{which}"
        user = {"sourcedId": teacher, "givenName": "Terry", "familyName": f"Té-{which}", "username": teacher}
        roster.tables["users"].append(user | {"enabledUser": "true", "primaryOrgSourcedId": school})
        _role(roster, teacher, "teacher", school, "primary")
    _role(roster, f"tch-{school}-a", "parent", "dist", "secondary")
    roster.tables["demographics"].append({"sourcedId": f"tch-{school}-a", "birthDate": "1980-02-29", "sex": "female"})
    for course, (terms, code) in enumerate(
        [("y2024-s1,y2024-s2", "A"), ("y2024-s2", "B"), ("y2024", ""), ("y2023-s1", "A")]
    ):
        sourced_id = f"cls-{school}-{course}"
        roster.tables["classes"].append({
            "sourcedId": sourced_id, "title": f"Class {course}, “{school}”", "courseSourcedId": f"crs-{min(course, 2)}",
            "classCode": code, "classType": "scheduled", "schoolSourcedId": school, "termSourcedIds": terms,
            "periods": "1,2" if course == 0 else str(course),
        })  # fmt: skip
        for which, primary in (("a", "true"), ("b", "false")) if course != 1 else (("b", ""),):
            _enrollment(roster, sourced_id, school, f"tch-{school}-{which}", "teacher", primary, "", "")


def _enroll(roster: Roster, n: int) -> None:
    """A student in two classes of a school; every tenth in another school too, every seventh left early."""
    school = list(GRADES)[n % 3]
    student = A_GUID if n == 0 else f"stu-{n}"
    given, family = _NAMES[n % len(_NAMES)]
    grade = GRADES[school][n % len(GRADES[school])]
    roster.tables["users"].append({
        "sourcedId": student, "dateLastModified": "2023-09-01T12:00:00.000Z" if n % 2 else "", "enabledUser": "true",
        "username": f"s{n}", "givenName": given, "familyName": family, "middleName": "Q" if n % 4 == 0 else "",
        "grades": grade, "primaryOrgSourcedId": school if n % 5 else "", "identifier": f"{n:06}",
    })  # fmt: skip
    races = {
        race: "true" if place == n % 4 or (n % 9 == 0 and race == "white") else "false"
        for place, race in enumerate(_RACES)
    }
    roster.tables["demographics"].append({
        "sourcedId": student, "birthDate": f"20{10 + n % 5}-0{1 + n % 9}-1{n % 10}",
        "sex": ("male", "female", "other", "unspecified")[n % 4], "countryOfBirthCode": "US" if n % 3 else "",
        "hispanicOrLatinoEthnicity": "true" if n % 6 == 0 else "false", **races,
    })  # fmt: skip
    _role(roster, student, "student", school, "primary")
    left = "2023-12-02" if n % 7 == 0 else ""
    for course in (0, 2):
        _enrollment(
            roster, f"cls-{school}-{course}", school, student, "student", "", "2023-08-21" if n % 2 else "", left
        )
    if n % 10 == 3:
        _enrollment(roster, "cls-sch-hs-1", "sch-hs", student, "student", "", "", "")
    if n % 11 == 5:
        _enrollment(roster, f"cls-{school}-3", school, student, "student", "", "", "2024-01-08")


def _role(roster: Roster, user: str, role: str, org: str, kind: str) -> None:
    rows = roster.tables["roles"]
    rows.append(
        {"sourcedId": f"rol-{len(rows)}", "userSourcedId": user, "roleType": kind, "role": role, "orgSourcedId": org}
    )


def _enrollment(
    roster: Roster, taught: str, school: str, user: str, role: str, primary: str, begin: str, end: str
) -> None:
    rows = roster.tables["enrollments"]
    row = {"sourcedId": f"enr-{len(rows)}", "classSourcedId": taught, "schoolSourcedId": school, "userSourcedId": user}
    rows.append(row | {"role": role, "primary": primary, "beginDate": begin, "endDate": end})


def _csv(header: str, rows: list[Row]) -> bytes:
    written = io.StringIO()
    writer = csv.DictWriter(written, header.split(","), restval="", quoting=csv.QUOTE_MINIMAL, lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    return written.getvalue().encode()
