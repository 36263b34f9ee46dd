"""`python -m bench`: measure the floor and ours, print what came out."""

from __future__ import annotations

import json
import os
import platform
import tempfile
from pathlib import Path
from typing import Any

import click

from bench import report
from bench.place import Place, prepare, remove
from bench.rounds import EXPERIMENTS, Bench, Wanted
from bench.shipped import shipped_tables
from bench.spending import count_statements, leave_statements
from bench.watching import BenchError
from upstate.errors import UpstateError

SOURCES = ("postgresql", "sqlite")


def _listed(_context: click.Context, option: click.Parameter, value: str) -> tuple[str, ...]:
    """A list with commas, of what that option knows."""
    known = SOURCES if option.name == "sources" else EXPERIMENTS
    named = tuple(dict.fromkeys(part.strip() for part in value.split(",")))
    if unknown := [name for name in named if name not in known]:
        raise click.BadParameter(f"{unknown[0]!r} is none of {', '.join(known)}")
    return named


@click.command()
@click.option("--scale", type=click.FloatRange(min=0, min_open=True), default=0.1, show_default=True,
              help="Size of the made-up district; 1 is a large real one, 3.1 million records.")  # fmt: skip
@click.option("--rounds", type=click.IntRange(min=1), default=3, show_default=True)
@click.option("--sources", callback=_listed, default=",".join(SOURCES), show_default=True)
@click.option("--only", callback=_listed, default=",".join(EXPERIMENTS), show_default=True)
@click.option("--keep", type=click.Path(file_okay=False, path_type=Path),
              help="A folder for the server and the district, used again by the next run.")  # fmt: skip
@click.option("--json", "json_file", type=click.Path(dir_okay=False, path_type=Path), help="Write every figure there.")
@click.option("--profile", is_flag=True, help="Say where ours spends its time (which costs a little of it).")
def bench(
    scale: float,
    rounds: int,
    sources: tuple[str, ...],
    only: tuple[str, ...],
    keep: Path | None,
    json_file: Path | None,
    profile: bool,
) -> None:
    """Measure Upstate against the least that moving the same data could cost, on one PostgreSQL, in turns."""
    wanted = Wanted(rounds, sources, only)
    folder = keep if keep is not None else Path(tempfile.mkdtemp(prefix="upstate-bench-"))
    try:
        place = prepare(folder, scale, click.echo)
        try:
            _measure(place, wanted, {"scale": scale}, profile, json_file)
        finally:
            place.cluster.stop() if keep is not None else remove(place)
    except (BenchError, UpstateError) as error:
        raise click.ClickException(str(error)) from error


def _measure(place: Place, wanted: Wanted, facts: dict[str, Any], profile: bool, json_file: Path | None) -> None:
    (count_statements if profile else leave_statements)(place)
    tables = shipped_tables(place)
    rounds = Bench(place, tables, click.echo, profile).measure(wanted)
    facts = {**facts, **_machine(place), "objects": len(tables)}
    click.echo(f"\nscale {facts['scale']:g}, {facts['objects']} objects; PostgreSQL {facts['server']}, "
               f"fsync {facts['fsync']}, shared_buffers {facts['shared_buffers']}; Python {facts['python']}, "
               f"{facts['processors']} processors\n")  # fmt: skip
    for part in (
        report.table(rounds, wanted.sources),
        report.memory(rounds),
        report.written(rounds),
        report.weighed(rounds),
    ):
        click.echo("\n".join((*part, "")))
    for doubt in report.doubts(rounds):
        click.echo(f"Mind: {doubt}")
    if json_file is not None:
        json_file.write_text(json.dumps(report.as_json(facts, rounds), indent=2) + "\n", encoding="utf-8")


def _machine(place: Place) -> dict[str, Any]:
    with place.connect("upstate") as connection:
        settings = {name: connection.execute(f"show {name}").fetchone() for name in _SETTINGS}
    said = {name: row[0] for name, row in settings.items() if row is not None}
    return {
        "server": said.pop("server_version").split()[0],
        **said,
        "python": platform.python_version(),
        "processors": os.cpu_count(),
    }


_SETTINGS = ("server_version", "fsync", "shared_buffers")

if __name__ == "__main__":
    bench(prog_name="python -m bench")
