"""`upstate resync`: send a district's objects to the state."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from upstate.cli.choosing import choice, choose
from upstate.cli.hubs import Ended, Reports
from upstate.cli.opening import open_hub
from upstate.cli.printing import console, count, key_text, print_json
from upstate.cli.selecting import read_records, report_records
from upstate.errors import PlanError

if TYPE_CHECKING:
    from upstate.hub.leftovers import RemovalOutcome
    from upstate.hub.reports import ObjectRun, Root

_NOTHING = "nothing was written."


@click.command()
@choice
@click.option("--everything", is_flag=True, help="Send every record, not only what differs from what the state holds.")
@click.option("--rehearse", is_flag=True, help="Do all of it and write nothing: show what a resync would come to.")
@click.option(
    "--remove-leftovers", is_flag=True, help="At the end, remove rows at the state that the district no longer has."
)
@click.option("--key", "keys", metavar="KEY,…", multiple=True, help="Only the records with these keys (of one OBJECT).")
@click.option("--key-file", metavar="FILE", help="Only the records whose keys are in this CSV file, a line each.")
@click.option(
    "--id", "ids", metavar="ID,…", multiple=True, help="Only the records with these ids of the district's own."
)
@click.option("--id-file", metavar="FILE", help="Only the records whose own ids are in this file, a line each.")
@click.option("--with-dependents", is_flag=True, help="With --key or --id: and what hangs on those records.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object: the resync, its objects, its roots.")
def resync(
    district: str,
    objects: tuple[str, ...],
    all_objects: bool,
    no_dependencies: bool,
    year: int | None,
    everything: bool,
    rehearse: bool,
    remove_leftovers: bool,
    keys: tuple[str, ...],
    key_file: str | None,
    ids: tuple[str, ...],
    id_file: str | None,
    with_dependents: bool,
    as_json: bool,
) -> None:
    """Send these OBJECTs of a district to the state, with what they depend on, and show what happened.

    Of an object that the state has already, only what differs is sent; the outcome is the same as that of --everything.

    Records that may not come in are counted as errors and listed by `upstate errors`; they do not make the command
    fail. It ends with 1 where an object could not be read or landed as a whole. A command that was killed is finished
    by running it again.

    With --rehearse all of it is read, judged and merged as in a resync, and then undone: every count and every root is
    what the resync would have, and the state, the Error Log and the statuses stay as they are.

    \b
    Examples:  upstate resync Lakeside --all
               upstate resync Lakeside Enrollment Roster
               upstate resync Lakeside TestScore --no-dependencies --json
               upstate resync Lakeside --all --rehearse
               upstate resync Lakeside --all --remove-leftovers
               upstate resync Lakeside Enrollment --key 6f9619ff-8b86-d011-b42d-00c04fc964ff

    With --remove-leftovers what the district no longer has goes from the state once every object has landed, children
    before parents, and never what another row needs. More than the state lets go waits for approval: upstate leftovers.

    With --key some records are sent instead of whole objects, with what they need (or --no-dependencies). Keys are
    separated by commas, the parts of one key by "|"; what has a comma in it goes into a --key-file.
    """
    records = read_records(keys, key_file, ids, id_file, dependents=with_dependents)
    if records is not None and (len(objects) != 1 or all_objects or everything or rehearse):
        raise PlanError("Some records are of one object: name it, without --all, --everything or --rehearse.")
    if records is not None and remove_leftovers:
        raise PlanError("Some records say nothing of the others: only whole objects can have their leftovers removed.")
    chosen = choose("resync", district, objects, all_objects)
    hub = open_hub()
    from upstate.cli.progress import watching

    if records is not None:
        with watching(as_json=as_json) as watcher:
            how: dict[str, Any] = {"year": year, "check_dependencies": not no_dependencies}
            ended, not_there = hub.runner.select(district, objects[0], records, **how, watcher=watcher)
        roots = hub.reports.roots(ended.district, resync=ended.resync) if as_json else ()
        report_records(hub.reports, ended, not_there, records, outcome_json(ended, roots), as_json=as_json)
        _fail_with(ended)
        return
    with watching(as_json=as_json) as watcher:
        outcome = hub.runner.resync(
            district,
            chosen,
            year=year,
            check_dependencies=not no_dependencies,
            everything=everything,
            rehearse=rehearse,
            remove_leftovers=remove_leftovers,
            watcher=watcher,
        )
    removal = hub.leftovers.removal_outcome(outcome.district, outcome.resync) if remove_leftovers else None
    _report(hub.reports, outcome, removal, rehearsal=rehearse, as_json=as_json)
    _fail_with(outcome)


def _fail_with(outcome: Ended) -> None:
    failed = [run for each in (outcome, *outcome.followers) for run in each.runs if run.state == "failed"]
    for run in failed:
        click.echo(f"upstate: {run.object} failed as a whole: {run.message}", err=True)
    if failed:
        raise click.exceptions.Exit(1)


def _report(
    reports: Reports, outcome: Ended, removal: RemovalOutcome | None, *, rehearsal: bool, as_json: bool
) -> None:
    district, resync = outcome.district, outcome.resync
    if as_json:
        told = outcome_json(outcome, reports.roots(district, resync=resync), rehearsal=rehearsal)
        print_json({**told, **({} if removal is None else {"removal": asdict(removal)})})
        return
    from upstate.cli.leftovers import outcome_lines
    from upstate.cli.tables import outlook_lines, roots_table, status_table

    out = console()
    by_name = {run.object: run for run in outcome.runs}
    if rehearsal:
        out.print(f"What a resync would come to; this is a rehearsal, and {_NOTHING}", style="bold")
    started = {} if rehearsal else reports.standing(district).runs
    out.print(status_table(by_name, {**by_name, **{n: r for n, r in started.items() if n in by_name}}, split=True))
    said = reports.outlook(district, resync=resync)
    for line in outlook_lines(said):
        out.print(line)
    if said.problems:
        problems = reports.roots(district, resync=resync, verdict="failed", limit=5)
        out.print(roots_table(root for root in problems if root.blocks))
    if removal is not None:
        out.print("\n".join(outcome_lines(removal, rehearsal=rehearsal)))
    for each in outcome.followers:
        landed = sum(r.counts.landed for r in each.runs)
        errors = sum(r.counts.errors for r in each.runs)
        out.print(
            f"A root that landed had held back records of other objects or years: {count(landed, 'record')} of them "
            f"landed with it, {count(errors, 'record')} did not (resync {each.resync})."
        )
    if rehearsal:
        out.print(f"Rehearsal {resync} {outcome.state} in {outcome.seconds:.1f} s; {_NOTHING}")
    else:
        out.print(f"Resync {resync} {outcome.state} in {outcome.seconds:.1f} s.")


def outcome_json(outcome: Ended, roots: Iterable[Root], *, rehearsal: bool = False) -> dict[str, Any]:
    """The one JSON object that `resync --json` promises."""
    return {
        "resync": outcome.resync,
        **({"rehearsal": True} if rehearsal else {}),
        "district": outcome.district,
        "year": outcome.school_year,
        "objects": list(map(_run_json, outcome.runs)),
        "roots": [
            {
                "object": root.object,
                "key": key_text(root.key),
                "reason": root.reason,
                "message": root.message,
                "advice": root.advice,
                "blocks": root.blocks,
                "id": root.id,
            }
            for root in roots
        ],
        **({"followers": list(map(_follower_json, outcome.followers))} if outcome.followers else {}),
        "seconds": round(outcome.seconds, 3),
    }


def _follower_json(ended: Ended) -> dict[str, Any]:
    return {"resync": ended.resync, "year": ended.school_year, "objects": list(map(_run_json, ended.runs))}


def _run_json(run: ObjectRun) -> dict[str, Any]:
    return {
        "object": run.object,
        "processed": run.counts.processed,
        "created": run.counts.created,
        "updated": run.counts.updated,
        "unchanged": run.counts.unchanged,
        "deleted": run.counts.deleted,
        "failed": run.counts.failed,
        "blocked": run.counts.blocked,
        "excluded": run.counts.excluded,
        "errors": run.counts.errors,
        "status": run.status.value,
        "seconds": round(run.seconds, 3),
        "leftovers": run.counts.leftovers,
    }
