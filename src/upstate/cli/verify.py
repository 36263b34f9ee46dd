"""`upstate verify`: whether both ends agree on a district's objects. Moves nothing."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import click

from upstate.cli.hubs import VerificationEnded
from upstate.cli.opening import RemoteAddress, open_hub
from upstate.cli.printing import console, count, key_text, number, print_json
from upstate.errors import ConfigError

if TYPE_CHECKING:
    from upstate.loading.references import Checked
    from upstate.loading.verifying import Kind


@click.command()
@click.argument("district", required=False)
@click.argument("objects", metavar="[OBJECT]...", nargs=-1)
@click.option("--year", metavar="YEAR", type=int, help="The school year by its end; default: the zone's own.")
@click.option("--references", is_flag=True, help="Count rows at the state whose parent is missing; reads no district.")
@click.option(
    "--receipt",
    metavar="ID",
    type=click.IntRange(1, 2**63 - 1),
    help="Compute the digests of a resync's receipt again.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object: equal, resync_needed, objects.")
def verify(
    district: str | None,
    objects: tuple[str, ...],
    year: int | None,
    references: bool,
    receipt: int | None,
    as_json: bool,
) -> None:
    """Say whether the district and the state hold the same, object by object (none named: all of them).

    Nothing is moved or changed; what was found is kept, and shown on the district's page Verification Summary.
    Differences that are as they should be (records that a rejection keeps out, values that the state owns) are counted
    apart. An object that was not compared to its end is never "equal": it is named with the reason, and the command
    ends with 1.

    \b
    Examples:  upstate verify Lakeside
               upstate verify Lakeside Enrollment Roster --json
               upstate verify Lakeside --references
               upstate verify --receipt 12
    """
    if receipt is not None:
        if objects or year is not None or references:
            raise click.UsageError("A receipt has its own objects and year: leave out OBJECT, --year and --references.")
        from upstate.cli.verify_receipt import show_receipt

        show_receipt(district, receipt, as_json=as_json)
        return
    if district is None:
        raise click.MissingParameter(param_hint="'DISTRICT'", param_type="argument")
    if references:
        _references(district, objects, year, as_json=as_json)
        return
    began = time.monotonic()
    ended = open_hub().runner.verify(district, objects or None, year=year, say=lambda line: click.echo(line, err=True))
    if as_json:
        print_json(summary_json(ended))
    else:
        _print(ended, time.monotonic() - began)
    failed = [each for each in ended.objects if each.verified is None]
    for each in failed:
        click.echo(f"upstate: {each.object} was not compared: {each.message}", err=True)
    if failed:
        raise click.exceptions.Exit(1)


def summary_json(ended: VerificationEnded) -> dict[str, Any]:
    """The one JSON object that `verify --json` promises; what was not compared has null for its counts. An object's
    `seconds` are its own: the next is compared while what differs in one is looked at."""
    objects: list[dict[str, Any]] = []
    for each in ended.objects:
        found = each.verified
        sets: dict[str, int | None] = {kind: None if found is None else found.unexpected[kind] for kind in _WORDS}
        row = {
            "object": each.object,
            "district_count": None if found is None else found.district_count,
            "state_count": None if found is None else found.state_count,
            **sets,
            "expected": {} if found is None else dict(found.expected),
            "seconds": round(each.seconds, 3),
        }
        objects.append(row if found is not None else {**row, "message": each.message})
    return {
        "verification": ended.verification,
        "equal": ended.equal,
        "resync_needed": list(ended.resync_needed),
        "objects": objects,
    }


def _print(ended: VerificationEnded, seconds: float) -> None:
    from upstate.cli.tables import verification_table

    out = console()
    compared = [each.verified for each in ended.objects if each.verified is not None]
    out.print(verification_table(compared))
    for found in compared:
        for difference in found.first[:5]:
            where = f" in {', '.join(difference.columns)}" if difference.columns else ""
            said = f"{found.object} {key_text(difference.key)}: {_WORDS[difference.kind]}{where}"
            out.print(said, soft_wrap=True)
    expected = sum(sum(found.expected.values()) for found in compared)
    unequal = [found.object for found in compared if not found.equal]
    missing = len(ended.objects) - len(compared)
    out.print()
    if missing:
        out.print(f"Not compared: {count(missing, 'object')}. Nobody can say that the ends are equal.", soft_wrap=True)
    if unequal:
        out.print(f"Not equal: {', '.join(unequal)}.", soft_wrap=True)
    elif ended.equal:
        out.print(f"Equal: {count(len(compared), 'object')}, {count(expected, 'difference')} as expected.")
    if ended.resync_needed:
        needed = " ".join(ended.resync_needed)
        out.print(f"A resync is needed: upstate resync {ended.district} {needed}", soft_wrap=True)
    elif unequal:
        out.print("A resync would change nothing here: the state holds rows that the district no longer has.")
    out.print(f"Verified in {seconds:.1f} s, kept as verification {ended.verification}; nothing was changed.")


_WORDS: Mapping[Kind, str] = {
    "district_only": "only at the district",
    "state_only": "only at the state",
    "different": "different",
    "duplicates": "more than once at the district",
}


def _references(district: str, objects: tuple[str, ...], year: int | None, *, as_json: bool) -> None:
    if isinstance(click.get_current_context().find_root().obj, RemoteAddress):
        raise ConfigError("upstate verify --references works on this machine alone. Leave out --hub.")
    from upstate.cli.settings import open_state

    database_url = open_state()
    from upstate.hub.planned import plan_resync
    from upstate.hub.postgres import connect, database_errors
    from upstate.loading.references import check_references

    planned = plan_resync(district, objects or None, year=year, check_dependencies=False)
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
