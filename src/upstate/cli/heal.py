"""`upstate heal`: send a mended root again, and what it held back with it."""

from __future__ import annotations

import click

from upstate.cli.hubs import Ended
from upstate.cli.opening import open_hub
from upstate.cli.printing import console, count, print_json


@click.command()
@click.argument("district")
@click.option(
    "--root", required=True, metavar="ID", type=click.IntRange(1, 2**62), help="As upstate errors --roots has it."
)
@click.option("--year", metavar="YEAR", type=int, help="The school year, for a root that is bound to none.")
@click.option(
    "--json", "as_json", is_flag=True, help="Print one JSON object: the resync, what went on from it, its roots."
)
def heal(district: str, root: int, year: int | None, as_json: bool) -> None:
    """Send one record that did not land and, once it has, every record that it held back. Nothing else is sent.

    Mend the record in the district's own database first. One that still fails is said, and nothing else changes. What a
    resync of whole objects frees in the same way goes with it by itself.

    \b
    Examples:  upstate errors Lakeside --roots
               upstate heal Lakeside --root 4711
    """
    hub = open_hub()
    from upstate.cli.progress import watching
    from upstate.cli.resync import outcome_json
    from upstate.cli.selecting import show_records

    with watching(as_json=as_json) as watcher:
        ended = hub.runner.heal(district, root, year=year, watcher=watcher)
    if as_json:
        roots = [
            found
            for each in (ended, *ended.followers)
            for found in hub.reports.roots(ended.district, resync=each.resync)
        ]
        print_json({**outcome_json(ended, roots), "landed": _landed(ended)})
    else:
        show_records(hub.reports, ended)
        for line in _said(ended, root):
            console().print(line)
    failed = [run for each in (ended, *ended.followers) for run in each.runs if run.state == "failed"]
    for run in failed:
        click.echo(f"upstate: {run.object} failed as a whole: {run.message}", err=True)
    if failed or not _landed(ended):
        raise click.exceptions.Exit(1)


def _landed(ended: Ended) -> bool:
    """Whether the root landed, or the district has it no more; it may have landed only with what hung on it."""
    return all(run.state == "landed" and not run.counts.errors for run in ended.runs) or bool(_followed(ended))


def _followed(ended: Ended) -> int:
    """How many records landed of what the root had held back."""
    return sum(run.counts.landed for each in ended.followers for run in each.runs)


def _said(ended: Ended, root: int) -> list[str]:
    if not _landed(ended) and ended.followers:
        see = f"See: upstate errors {ended.district} --roots."
        return [f"Root {root} waits for another record now, and so does what it held back. {see}"]
    if not _landed(ended):
        return [f"Root {root} did not land, so nothing that it holds back was sent. What is wrong stands above."]
    (run,) = ended.runs
    there = "landed" if run.counts.processed else "is in the district no more"
    landed = _followed(ended)
    errors = sum(r.counts.errors for e in ended.followers for r in e.runs)
    if not ended.followers:
        return [f"Root {root} {there}. Nothing was held back by it."]
    still = f", {count(errors, 'record')} still did not" if errors else ""
    return [f"Root {root} {there}, and with it {count(landed, 'record')} that it had held back{still}."]
