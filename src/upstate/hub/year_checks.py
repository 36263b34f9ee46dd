"""The checklist of a closing school year: a full resync, nothing changed since, every object in it, both ends equal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from upstate.catalog import Catalog
from upstate.hub.districts import planning_zone
from upstate.hub.models import District
from upstate.hub.verification_result import Result
from upstate.planning import offered, year_name

_EQUAL: Final = "Both ends are equal"


@dataclass(frozen=True, slots=True)
class Check:
    """One line of the checklist; `at` is the moment it is about, if it is about one.

    `asked`: as long as it is not met, the year is switched with a written reason alone. Else it is there to be known.
    """

    name: str
    met: bool
    says: str
    at: datetime | None = None
    asked: bool = True


def checklist(
    catalog: Catalog, district: District, row: Mapping[str, Any], compared: Result | None, *, may_compare: bool
) -> tuple[Check, ...]:
    """The checklist of a district in its scoped year.

    `row` is one of year_standing.sql, `compared` the newest verification of all objects of that year that has ended.
    `may_compare`: the state lets someone verify at all.
    """
    if row["resync"] is None:
        year = year_name(district.zone.school_year)
        return (Check("A full resync has finished", False, f"None of {year} has, so the state may lack data of it."),)
    done = Check(
        "A full resync has finished",
        True,
        f"Resync {row['resync']}: {row['processed']:,} records processed, {row['errors']:,} errors. It started",
        row["started_at"],
    )
    since = sorted(set(offered(catalog, planning_zone(district))).difference(row["objects"]))
    left_out = f"Offered since, and not in it: {', '.join(since)}."
    took_in = (Check("It took in every object", False, left_out),) if since else ()
    newest = max(filter(None, (row["started_at"], row["changed_at"])))
    fresh = compared if compared is not None and (compared.row.started_at or newest) > newest else None
    equal = () if fresh is None and not may_compare else (_equal(fresh),)
    return (done, _unchanged(row), *took_in, *equal)


def _unchanged(row: Mapping[str, Any]) -> Check:
    name = "No data has changed since"
    if not row["changed"]:
        return Check(name, True, "No later resync changed a row at the state.")
    says = f"Later resyncs changed {row['changed']:,} rows at the state, so the district's data moved. The last"
    return Check(name, False, says, row["changed_at"])


def _equal(fresh: Result | None) -> Check:
    """What the newest verification since the last change says; that nobody compared asks for no reason."""
    if fresh is None:
        return Check(_EQUAL, False, "No verification has compared all objects since, so nobody can tell.", asked=False)
    named = f"Verification {fresh.row.id}"
    if fresh.unequal:
        says = f"{named} found {fresh.unexpected:,} differences that nobody expects, in {', '.join(fresh.unequal)}."
        return Check(_EQUAL, False, f"{says} It started", fresh.row.started_at)
    if not fresh.equal:
        says = f"{named} could not compare {fresh.not_compared:,} of {len(fresh.objects):,} objects. It started"
        return Check(_EQUAL, False, says, fresh.row.started_at, asked=False)
    says = f"{named} compared {len(fresh.objects):,} objects; {fresh.expected:,} differences are as expected."
    return Check(_EQUAL, True, f"{says} It started", fresh.row.started_at)
