"""Reading verifications back: those of a zone, what each came to, and the differences it kept."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.db.models import QuerySet

from upstate.hub.models import Verification, VerifiedDifference, VerifiedObject
from upstate.hub.postgres import database_errors
from upstate.hub.verification_result import ObjectResult, Result


def verifications_of(zone: int) -> QuerySet[Verification]:
    """Every verification of a zone, in no order."""
    return Verification.objects.filter(zone=zone)


@database_errors()
def results(rows: Iterable[Verification]) -> list[Result]:
    """What these came to, with their objects in one statement."""
    rows = list(rows)
    by_number: dict[int, list[ObjectResult]] = {row.id: [] for row in rows}
    for each in VerifiedObject.objects.filter(verification__in=by_number).order_by("verification", "position"):
        by_number[each.verification_id].append(ObjectResult(each))
    return [Result(row, tuple(by_number[row.id])) for row in rows]


@database_errors()
def newest_full(years: Mapping[int, int]) -> dict[int, Result]:
    """Of each of these zones, by id, the newest verification of all objects of the year given that has ended."""
    found = Verification.objects.filter(zone__in=years, mode="full", state__in=("finished", "failed"))
    newest = found.order_by("zone", "school_year", "-id").distinct("zone", "school_year")
    return {each.row.zone_id: each for each in results(row for row in newest if row.school_year == years[row.zone_id])}


def differences_of(
    verified: Iterable[int], *, kind: str | None = None, expected: bool | None = None
) -> QuerySet[VerifiedDifference]:
    """The kept differences of verified objects; by id: object by object, those that nobody expects first, by key."""
    found = VerifiedDifference.objects.filter(verified__in=list(verified))
    if kind is not None:
        found = found.filter(kind=kind)
    if expected is not None:
        found = found.filter(expected__isnull=not expected)
    return found
