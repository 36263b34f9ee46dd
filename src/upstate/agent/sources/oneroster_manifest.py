"""What a OneRoster 1.2 export says of itself: its version, and whether each file is whole, a change or absent."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence

from upstate.errors import SourceError

# The files that people and classes are in, and the columns of each that the shipped mapping reads.
COLUMNS = {
    "academicSessions": ("sourcedId", "status", "title", "type", "startDate", "endDate", "schoolYear"),
    "classes": ("sourcedId", "status", "title", "courseSourcedId", "classCode", "schoolSourcedId", "termSourcedIds",
                "periods"),
    "courses": ("sourcedId", "status", "title", "courseCode"),
    "demographics": ("sourcedId", "status", "birthDate", "sex", "americanIndianOrAlaskaNative", "asian",
                     "blackOrAfricanAmerican", "nativeHawaiianOrOtherPacificIslander", "white",
                     "demographicRaceTwoOrMoreRaces", "hispanicOrLatinoEthnicity", "countryOfBirthCode"),
    "enrollments": ("sourcedId", "status", "classSourcedId", "userSourcedId", "role", "primary", "beginDate",
                    "endDate"),
    "orgs": ("sourcedId", "status", "name", "type", "identifier", "parentSourcedId"),
    "roles": ("sourcedId", "status", "userSourcedId", "roleType", "role", "orgSourcedId"),
    "users": ("sourcedId", "status", "dateLastModified", "givenName", "familyName", "middleName", "grades",
              "primaryOrgSourcedId"),
}  # fmt: skip
_MAY_BE_ABSENT = frozenset({"demographics", "roles"})
_MODES = ("absent", "bulk", "delta")
_VERSION = re.compile(r"1\.2(\.[0-9]+)*")
_PROPERTY, _VALUE = "propertyName", "value"


def wanted_files(shown: str, rows: Iterable[tuple[str | None, str | None]], there: Collection[str]) -> list[str]:
    """The files to read, by the manifest's properties and the names of the files that are there, without .csv.

    SourceError, in one line, for a manifest that does not fit what is there, or an export that is no whole one.
    """
    said = _properties(shown, rows)
    version = said.get("oneroster.version", "")
    if not _VERSION.fullmatch(version):
        found = f"is OneRoster {version}" if version else "does not say of which version of OneRoster it is"
        raise SourceError(
            f"The export {shown} {found}; 1.2 is read. Have it exported as OneRoster 1.2 CSV, or read it as plain "
            "files: csv:///PATH with a mapping of your own."
        )
    files = {name.casefold(): name for name in there}
    return [name for name in COLUMNS if _is_wanted(shown, name, said.get(f"file.{name}"), name.casefold() in files)]


def need_columns(shown: str, name: str, columns: Sequence[str]) -> None:
    """SourceError for the columns that a file lacks."""
    known = {column.casefold() for column in columns}
    lacking = [column for column in COLUMNS[name] if column.casefold() not in known]
    if lacking:
        raise SourceError(
            f"{shown} lacks the column {', '.join(lacking)}. OneRoster 1.2 wants every column in the header, "
            "also those that stay empty."
        )


def manifest_columns(shown: str, columns: Sequence[str]) -> tuple[int, int]:
    """Where in the manifest's header property and value are; SourceError where they are not."""
    folded = [column.casefold() for column in columns]
    try:
        return folded.index(_PROPERTY.casefold()), folded.index(_VALUE)
    except ValueError:
        raise SourceError(f"{shown} is no manifest of OneRoster: its header must be {_PROPERTY},{_VALUE}.") from None


def _properties(shown: str, rows: Iterable[tuple[str | None, str | None]]) -> dict[str, str]:
    said: dict[str, str] = {}
    for name, value in rows:
        key, told = (name or "").strip(), (value or "").strip()
        if said.setdefault(key, told) != told:
            raise SourceError(f"The manifest of {shown} says two things of {key}: {said[key]} and {told}. Keep one.")
    return said


def _is_wanted(shown: str, name: str, mode: str | None, there: bool) -> bool:
    file = f"{name}.csv"
    if mode is not None and mode not in _MODES:
        raise SourceError(f'The manifest of {shown} says "{mode}" of {file}; there are {", ".join(_MODES)}.')
    if mode == "delta":
        raise SourceError(
            f"The export {shown} holds but the changes of {file} (delta), and a resync needs the whole of it. Have it "
            "exported in bulk mode."
        )
    if mode == "bulk" and not there:
        raise SourceError(f"The manifest of {shown} names {file}, but it is not there. Export all of it again.")
    if mode != "bulk" and there:
        what = "says that it is absent" if mode else "does not name it"
        raise SourceError(f"{file} is in {shown}, but the manifest {what}. Have the manifest say file.{name},bulk.")
    if mode != "bulk" and name not in _MAY_BE_ABSENT:
        raise SourceError(f"The export {shown} has no {file}, and nothing can be told without it. Export it too.")
    return mode == "bulk"
