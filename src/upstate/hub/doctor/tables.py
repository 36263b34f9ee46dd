"""The state's tables against the catalog in force, and their references against each other."""

from __future__ import annotations

from collections.abc import Iterator

from upstate.hub.districts import all_districts
from upstate.hub.doctor.finding import Finding, good, must_mend
from upstate.hub.in_force import catalog_in_force
from upstate.hub.postgres import Connection, database_errors
from upstate.loading.lacking import lacking
from upstate.loading.moving import left_behind
from upstate.loading.placing import everywhere, placement
from upstate.loading.references import check_references

_SHOWN = 3


@database_errors()
def table_findings(connection: Connection) -> Iterator[Finding]:
    """What the state lacks of the catalog."""
    catalog = catalog_in_force()
    with everywhere(connection) as holders:
        missing = tuple(dict.fromkeys(line for holder in holders for line in lacking(holder, catalog)))
    if not missing:
        yield good("state tables", f"All {len(catalog)} objects have their tables, keys and references.")
        return
    said = "; ".join(missing[:_SHOWN]) + (f"; and {len(missing) - _SHOWN} more" if len(missing) > _SHOWN else "")
    yield must_mend(
        "state tables", f"The state's tables are not as the catalog has them: {said}.", "Run: upstate hub init."
    )


@database_errors()
def moved_findings(connection: Connection) -> Iterator[Finding]:
    """Whether a partition that was moved to another server is still where it was."""
    for number, servers in left_behind(connection).items():
        yield must_mend(
            "partitions",
            f"Partition {number} was moved, and {' and '.join(servers)} still holds what it had of it.",
            f"Run: upstate hub move {number} --to {placement(connection)[number]}.",
        )


@database_errors()
def reference_findings(connection: Connection) -> Iterator[Finding]:
    """Whether any row points at a parent that is not there: reads every row that refers to another."""
    catalog = catalog_in_force()
    astray = False
    for district in all_districts():
        for checked in check_references(connection, catalog, district.id):
            if checked.missing:
                astray = True
                yield must_mend(
                    "references",
                    f"District {district.id}: {checked.missing:,} rows of {checked.object} point at a {checked.parent} "
                    f"that is not there ({', '.join(checked.columns)}).",
                    f"Send {checked.parent} and {checked.object} of that district again, everything.",
                )
    if not astray:
        yield good("references", "Every reference of every district leads to a row.")
