"""`upstate demo`: a made-up district, from its making to what held its records back."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click
from rich.progress import BarColumn, Progress, TextColumn

from upstate.cli.printing import console, count
from upstate.cli.settings import open_state, read_settings

DISTRICT, EDITION, YEAR = "Lakeside", "KY", 2024


@click.command()
@click.option(
    "--scale",
    metavar="N",
    type=click.FloatRange(min=0.0, min_open=True),
    default=0.05,
    show_default=True,
    help="1 is a large real district: 2.5 million records and more.",
)
@click.option(
    "--seed", metavar="N", type=int, default=2024, show_default=True, help="The same seed makes the same district."
)
@click.option(
    "--serve/--no-serve", "served", default=True, help="Whether to end with the hub running, its pages open to sign in."
)
@click.option(
    "--port", metavar="N", type=click.IntRange(1, 65535), help="Of the pages; default: 8642, or the next free."
)
@click.option("--one-act", is_flag=True, help="Leave out the second act, in which both ends are edited and mended.")
def demo(scale: float, seed: int, served: bool, port: int | None, one_act: bool) -> None:
    """Resync a made-up district into the state, show what happened, and open the hub.

    The district's database is written under UPSTATE_HOME, set up at the hub and sent in full; faults of every kind
    are planted in it. In a second act both ends are edited; a verification finds that, a resync mends it, and a receipt
    says so. Then the hub runs, until Ctrl-C or `upstate hub down`. Run again, the district is made anew, and only what
    differs is sent.

    \b
    Examples:  upstate demo --scale 0.2
               upstate demo --no-serve
    """
    from upstate.catalog import catalog_files, shipped_catalog
    from upstate.demo import Recipe, make_district

    settings = read_settings()
    out = console()
    recipe = Recipe(scale=scale, seed=seed, edition=EDITION, school_year=YEAR)
    place = settings.folder("demo") / "lakeside.sqlite"
    out.print(f"Making the district {DISTRICT} (scale {scale:g}, seed {seed}).")
    with _making() as progress:
        made = make_district(recipe, place, progress)
    out.print(f"  {count(made.total, 'row')} in {made.seconds:.1f} s: {place}")

    out.print("Starting the state's PostgreSQL and the hub.")
    url = open_state(settings)
    from upstate.cli.progress import watching
    from upstate.cli.running import run_resync
    from upstate.cli.tables import outlook_lines, roots_table, status_table
    from upstate.hub.districts import add_district
    from upstate.hub.planned import plan_resync
    from upstate.hub.postgres import connect
    from upstate.hub.reports import outlook, roots, status
    from upstate.hub.set_up import set_up

    prepared = set_up(url, catalog_files(shipped_catalog("k12")))
    add_district(prepared.catalog, DISTRICT, source_url=str(place), mapping="", school_year=YEAR, edition=EDITION)
    planned = plan_resync(DISTRICT, None)
    out.print(f"Sending all {count(len(planned.plan.steps), 'object')} of {DISTRICT} to the state.")
    with watching(as_json=False) as watcher:
        outcome = run_resync(url, planned, watcher=watcher)
    with connect(url) as connection:
        known = planned.district
        out.print(f"\nResync State Data: {DISTRICT}, {YEAR - 1}-{YEAR}", style="bold")
        out.print(status_table(planned.plan.objects, status(connection, known), split=False))
        for line in outlook_lines(outlook(connection, known)):
            out.print(line)
        out.print(roots_table(root for root in roots(connection, known, verdict="failed", limit=3) if root.blocks))
    records = sum(run.counts.processed for run in outcome.runs)
    out.print(f"{count(records, 'record')} {outcome.state} in {outcome.seconds:.1f} s.", style="bold")
    if not one_act:
        from upstate.cli.demo_second_act import play_second_act

        play_second_act(url, planned, place, recipe)
    out.print("What next:\n", style="bold")
    for command, what in _NEXT:
        out.print(f"  {command:<44}{what}")
    if not served:
        return
    from upstate.cli.demo_hub import make_neighbour, neighbour_of, serve, show_people

    out.print()
    make_neighbour(settings, url, neighbour_of(recipe))
    show_people(settings)
    serve(settings, port)


_NEXT = (
    (f"upstate errors {DISTRICT} --roots", "what to mend first"),
    (f"upstate status {DISTRICT}", "every object with the split of its results"),
    (f"upstate plan {DISTRICT} Enrollment", "what a smaller resync would send"),
    (f"upstate resync {DISTRICT} Enrollment", "send it: unchanged records are not written again"),
    ("upstate database url", "the state's address, for psql and reports"),
)


@contextmanager
def _making() -> Iterator[Callable[[str, int, int], None] | None]:
    if not sys.stdout.isatty():
        yield None
        return
    columns = (BarColumn(24), TextColumn("{task.percentage:>3.0f} % {task.description}"))
    with Progress(*columns, console=console(), transient=True) as bar:
        task = bar.add_task("")

        def seen(name: str, rows: int, total: int) -> None:
            bar.update(task, description=name, completed=rows, total=total)

        yield seen
