"""`upstate verify`: whether both ends agree on a district's objects. Moves nothing."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from upstate.cli.printing import console, count, key_text, number, print_json

if TYPE_CHECKING:
    from upstate.cli.planned import Planned
    from upstate.cli.verifying import Timed
    from upstate.loading.references import Checked


@click.command()
@click.argument("district")
@click.argument("objects", metavar="[OBJECT]...", nargs=-1)
@click.option("--year", metavar="YEAR", type=int, help="The school year by its end; default: the zone's own.")
@click.option("--references", is_flag=True, help="Count rows at the state whose parent is missing; reads no district.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object: equal, resync_needed, objects.")
def verify(district: str, objects: tuple[str, ...], year: int | None, references: bool, as_json: bool) -> None:
    """Say whether the district and the state hold the same, object by object (none named: all of them).

    Nothing is moved or changed. Differences that are as they should be (records that a rejection keeps out, values
    that the state owns) are counted apart. An answer that is not whole is an error and never "equal".

    \b
    Examples:  upstate verify Lakeside
               upstate verify Lakeside Enrollment Roster --json
               upstate verify Lakeside --references
    """
    from upstate.cli.settings import open_state

    database_url = open_state()
    from upstate.cli.planned import plan_resync

    planned = plan_resync(district, objects or None, year=year, check_dependencies=False)
    if references:
        _references(database_url, planned, as_json=as_json)
        return
    from upstate.cli.verifying import verify_district

    began = time.monotonic()
    said = f"A resync of {planned.district.name} is running; verifying after it."
    found = tuple(verify_district(database_url, planned, lambda: click.echo(said, err=True)))
    if as_json:
        print_json(summary_json(found))
        return
    _print(planned, found, time.monotonic() - began)


def summary_json(found: Sequence[Timed]) -> dict[str, Any]:
    """The one JSON object that `verify --json` promises."""
    return {
        "equal": all(timed.verified.equal for timed in found),
        "resync_needed": [timed.verified.object for timed in found if timed.verified.resync_needed],
        "objects": [
            {
                "object": timed.verified.object,
                "district_count": timed.verified.district_count,
                "state_count": timed.verified.state_count,
                **timed.verified.unexpected,
                "expected": dict(timed.verified.expected),
                "seconds": round(timed.seconds, 3),
            }
            for timed in found
        ],
    }


def _print(planned: Planned, found: Sequence[Timed], seconds: float) -> None:
    from upstate.cli.tables import verification_table

    out = console()
    out.print(verification_table(timed.verified for timed in found))
    for timed in found:
        for difference in timed.verified.first[:5]:
            where = f" in {', '.join(difference.columns)}" if difference.columns else ""
            out.print(
                f"{timed.verified.object} {key_text(difference.key)}: {_WORDS[difference.kind]}{where}", soft_wrap=True
            )
    expected = sum(sum(timed.verified.expected.values()) for timed in found)
    unequal = [timed.verified for timed in found if not timed.verified.equal]
    out.print()
    if unequal:
        out.print(f"Not equal: {', '.join(v.object for v in unequal)}.", soft_wrap=True)
    else:
        out.print(f"Equal: {count(len(found), 'object')}, {count(expected, 'difference')} as expected.")
    needed = [timed.verified.object for timed in found if timed.verified.resync_needed]
    if needed:
        out.print(f"A resync is needed: upstate resync {planned.district.name} {' '.join(needed)}", soft_wrap=True)
    elif unequal:
        out.print("A resync would change nothing here: the state holds rows that the district no longer has.")
    out.print(f"Verified in {seconds:.1f} s; nothing was changed.")


_WORDS = {
    "district_only": "only at the district",
    "state_only": "only at the state",
    "different": "different",
    "duplicates": "more than once at the district",
}


def _references(database_url: str, planned: Planned, *, as_json: bool) -> None:
    from upstate.hub.postgres import connect, database_errors
    from upstate.loading.references import check_references

    with connect(database_url) as connection, database_errors():
        checked = check_references(connection, planned.catalog, planned.district.id, planned.plan.objects)
    missing = sum(reference.missing for reference in checked)
    if as_json:
        print_json({"missing": missing, "references": [_reference_json(reference) for reference in checked]})
        return
    out = console()
    for reference in (r for r in checked if r.missing):
        names = ", ".join(reference.columns)
        out.print(f"{reference.object}.{names}: {number(reference.missing)} point at no {reference.parent}")
    out.print(f"{count(len(checked), 'reference')} checked, {count(missing, 'row')} without a parent.")


def _reference_json(reference: Checked) -> dict[str, Any]:
    return {
        "object": reference.object,
        "columns": list(reference.columns),
        "parent": reference.parent,
        "missing": reference.missing,
    }
