"""`upstate leftovers`: what the state holds that a district has no more, and removals of it that wait for approval."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click
from rich.table import Table
from rich.text import Text

from upstate.cli.hubs import Decision, Leftovers
from upstate.cli.opening import open_hub
from upstate.cli.printing import console, count, key_text, local_time, number, print_json, print_json_rows
from upstate.errors import PlanError

if TYPE_CHECKING:
    from upstate.hub.leftovers import HeldRemoval, LeftOver, RemovalOutcome
    from upstate.loading.dependents import Dependents, Listed

_WHY = {
    "": "",
    "needed": "a row of {} needs it",
    "state_owned": "a column that the state owns has a value",
    "held": "its removal waits for approval",
}


@click.command()
@click.argument("district")
@click.argument("object_name", metavar="[OBJECT]", required=False)
@click.option("--year", metavar="YEAR", type=int, help="The school year of OBJECT's leftovers; default: the newest.")
@click.option("--approve", metavar="ID", type=click.IntRange(1, 2**62), help="Approve a removal that waits.")
@click.option("--discard", metavar="ID", type=click.IntRange(1, 2**62), help="Discard a removal that waits.")
@click.option("--reason", default="", help="Why, with --approve and --discard.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def leftovers(
    district: str,
    object_name: str | None,
    year: int | None,
    approve: int | None,
    discard: int | None,
    reason: str,
    as_json: bool,
) -> None:
    """Show what the state holds that a district has no more, with what hangs on it; with an OBJECT, its rows by key.

    They are removed only on request, by upstate resync DISTRICT … --remove-leftovers. What is past the state's limits
    waits until it is approved or discarded.

    \b
    Examples:  upstate leftovers Lakeside
               upstate leftovers Lakeside Enrollment --json
               upstate leftovers Lakeside --approve 3 --reason "The school has closed."
    """
    if approve is not None or discard is not None:
        if approve is not None and discard is not None:
            raise PlanError("Approve a removal or discard it, not both.")
        if object_name is not None:
            raise PlanError("A removal is approved or discarded by its number alone. Leave out the object.")
        if not reason.strip():
            raise PlanError('Give a reason: --reason "…". Whoever looks for these rows later wants to know.')
        hub = open_hub()
        decision: Decision = "approve" if approve is not None else "discard"
        click.echo(
            hub.leftovers.decide(hub.reports.district_named(district), approve or discard or 0, decision, reason)
        )
        return
    hub = open_hub()
    name = hub.reports.district_named(district)
    if object_name is not None:
        _list(hub.leftovers, name, hub.reports.object_named(object_name), year, as_json=as_json)
        return
    objects, held = hub.leftovers.left_over(name)
    if as_json:
        print_json({"district": name, "objects": list(map(asdict, objects)), "held": list(map(held_json, held))})
        return
    if objects:
        console().print(_table(objects))
    else:
        console().print(f"Nothing is left over: the state holds no row that {name} has no more, as far as was looked.")
    for each in (one for one in held if one.state == "waiting"):
        console().print(held_line(each))


def _list(leftovers: Leftovers, district: str, object_name: str, year: int | None, *, as_json: bool) -> None:
    rows = leftovers.left_over_of(district, object_name, year=year)
    if as_json:
        print_json_rows({"district": district, "object": object_name}, "leftovers", map(_row_json, rows))
        return
    table = _plain_table(object_name, "Since", "Hangs on it", "Stays because")
    shown = 0
    for shown, row in enumerate(rows, start=1):  # noqa: B007 - counted for whom there is none
        why = _WHY[row.kept].format(row.kept_by)
        table.add_row(key_text(row.key), local_time(row.since), _hanging(row.dependents), why)
    console().print(table if shown else f"Nothing of {object_name} is left over.")


def _row_json(row: Listed) -> dict[str, Any]:
    return {
        "key": key_text(row.key),
        "since": row.since,
        "kept": row.kept,
        "kept_by": row.kept_by,
        "dependents": list(map(asdict, row.dependents)),
    }


def _table(objects: Iterable[LeftOver]) -> Table:
    table = _plain_table("Object", "Year", "Left over", "Of rows", "Since", "Hangs on them", "Stay")
    for each in objects:
        stay = ((each.needed, "needed"), (each.state_owned, "the state's own"), (each.held, "held"))
        table.add_row(
            each.object,
            "" if each.school_year is None else str(each.school_year),
            number(each.leftovers),
            number(each.rows),
            local_time(each.since),
            _hanging(each.dependents),
            ", ".join(f"{number(n)} {why}" for n, why in stay if n),
        )
    return table


def _hanging(dependents: Iterable[Dependents]) -> Text:
    """12 Roster, and in bold 3 Plan that stand in the way."""
    said = Text()
    for text, style in _said(dependents):
        said.append("\n" if said else "").append(text, style=style)
    return said


def _said(dependents: Iterable[Dependents]) -> Iterator[tuple[str, str]]:
    for each in dependents:
        if each.leftovers:
            yield f"{number(each.leftovers)} {each.object}, left over too", "dim"
        if each.in_the_way:
            yield f"{number(each.in_the_way)} {each.object}, in the way", "bold"


def _plain_table(*headings: str) -> Table:
    from upstate.cli.tables import plain_table

    table = plain_table()
    for heading in headings:
        table.add_column(heading, justify="right" if heading in ("Left over", "Of rows") else "left", overflow="fold")
    return table


def held_line(held: HeldRemoval) -> str:
    """A removal that waits, in a sentence."""
    return (
        f"Held removal {held.id} waits for approval: {held.says} of {held.object}, as resync {held.resync} of "
        f"{held.asked_by} would have them removed."
    )


def held_json(held: HeldRemoval) -> dict[str, Any]:
    """A removal that is or was held, as JSON."""
    return asdict(held)


def outcome_lines(outcome: RemovalOutcome, *, rehearsal: bool) -> Iterator[str]:
    """What came of removing a resync's leftovers, in sentences; of a rehearsal, what would come."""
    if outcome.message:
        yield outcome.message
        return
    would = "would be" if rehearsal else "were" if outcome.removed != 1 else "was"
    yield f"{count(outcome.removed, 'leftover')} {would} removed."
    for each in outcome.held:
        waits = "would wait" if rehearsal else "waits" if each.state == "waiting" else f"is {each.state}"
        yield f"{each.object}: {each.says} {'' if rehearsal else f'(held removal {each.id}) '}{waits} for approval."
