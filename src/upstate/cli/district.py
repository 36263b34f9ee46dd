"""`upstate district`: the districts that send."""

from __future__ import annotations

from datetime import date

import click
from rich import box
from rich.table import Table

from upstate.cli.printing import console, without_password
from upstate.cli.settings import open_state
from upstate.errors import ConfigError

_YEAR_TURNS = 7  # July


@click.group()
def district() -> None:
    """The districts that send: where each is read, for which school year."""


@district.command()
@click.argument("name")
@click.option(
    "--source",
    "source_url",
    metavar="URL",
    help="sqlite:///path, postgresql://…, mysql://…, csv:///folder, oneroster:///folder and the like, or the path of a "
    "file, a folder or a zip; without: its own agent reads it.",
)
@click.option(
    "--mapping", "mapping_file", metavar="FILE", help="Where objects and columns come from when their names differ."
)
@click.option(
    "--year",
    metavar="YEAR",
    type=click.IntRange(1900, 9999),
    help="The scoped school year by its end: 2024 is 2023-2024.",
)
@click.option(
    "--edition", metavar="LETTERS", help="The state's edition, such as KY: it decides which objects are offered."
)
def add(name: str, source_url: str | None, mapping_file: str | None, year: int | None, edition: str | None) -> None:
    """Add a district, or change the one of that name.

    The source is opened and the mapping read before anything is kept. Added again with another source, mapping, year
    or edition, the district changes to that; source, year and edition stay as they were where they are not given.
    A new one without a source is read by an agent of its own: connect it on the hub's Agents page.

    \b
    Examples:  upstate district add Lakeside --source ./lakeside.sqlite --year 2024 --edition KY
               upstate district add Lakeside --source postgresql://reader@sis.example/lakeside
    """
    open_state()
    from upstate.cli.sources import keep_district
    from upstate.hub.districts import known_district

    before = known_district(name)
    if source_url is None and mapping_file is not None:
        raise ConfigError("--mapping goes with --source: an agent of the district's own has its mapping beside it.")
    known, changed = keep_district(
        name if before is None else before.name,
        source_url,
        mapping_file,
        school_year=year or (_this_school_year() if before is None else before.zone.school_year),
        edition=before.zone.edition if before is not None and edition is None else edition,
    )
    said = f"{known.name}: school year {known.zone.school_year}, {known.zone.edition or 'no edition'}, "
    said += f"read {_where(known.source_url)}"
    if before is None:
        click.echo(f"Added {said}.")
    else:
        click.echo(f"Changed the {', '.join(changed)} of {said}." if changed else f"Unchanged: {said}.")


@district.command()
def mapping() -> None:
    """Print the mapping by which OneRoster files are read, to see what becomes of them and to change it.

    A mapping of a district's own takes the place of what it names, object by object; leave the others out.

    Example:  upstate district mapping > mapping.toml
    """
    from upstate.agent.sources.oneroster import mapping_text

    click.echo(mapping_text(), nl=False)


@district.command(name="list")
def list_() -> None:
    """List the districts, their years, editions and sources."""
    open_state()
    from upstate.hub.districts import all_districts

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for heading in ("District", "School year", "Edition", "Source", "Mapping"):
        table.add_column(heading, overflow="fold")
    known = all_districts()
    for each in known:
        table.add_row(
            each.name,
            str(each.zone.school_year),
            each.zone.edition or "–",
            _where(each.source_url).removeprefix("from "),
            "yes" if each.mapping else "–",
        )
    if known:
        console().print(table)
    else:
        click.echo("There is no district yet. Add one with: upstate district add NAME --source URL.")


def _where(source_url: str) -> str:
    return f"from {without_password(source_url)}" if source_url else "by an agent of its own"


def _this_school_year() -> int:
    today = date.today()  # noqa: DTZ011 - the school year of where this machine stands
    return today.year + (today.month >= _YEAR_TURNS)
