"""`upstate catalog from-database`: a catalog made from the tables of a database."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import click

from upstate.catalog import parse_catalog
from upstate.catalog.writing import catalog_texts
from upstate.cli.printing import count, print_json
from upstate.errors import CatalogError, ConfigError


@click.command("from-database")
@click.argument("url")
@click.option("--out", "out", metavar="DIR", required=True, type=click.Path(path_type=Path), help="A new folder.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def from_database(url: str, out: Path, as_json: bool) -> None:
    """Write a catalog of the tables in the database at URL, one file a table, into DIR.

    Columns, primary keys, unique constraints and foreign keys are taken over; rules are yours to add.

    \b
    Examples:  upstate catalog from-database sqlite:///school.sqlite --out ./my-catalog
               upstate catalog from-database postgresql://me@localhost/school --out ./my-catalog
               upstate catalog from-database mysql://me@localhost/school --out ./my-catalog
    """
    from upstate.agent.sources import open_source

    _expect_empty(out)
    described = open_source(url).describe()
    if not len(described.catalog):
        why = f" {described.warnings[0]}" if described.warnings else ""
        raise ConfigError(f"That database has no table to make an object of.{why}")
    texts = catalog_texts(described.catalog)
    _write(out, texts)
    try:
        parse_catalog(texts)
    except CatalogError as error:  # tables that need each other: which reference to give up is for people to say
        raise CatalogError(f"The files are in {out}, but need mending before use: {error.message}") from error
    if as_json:
        print_json({"folder": str(out), "files": sorted(texts), "warnings": list(described.warnings)})
        return
    click.echo(f"{count(len(texts), 'object')} written to {out}.")
    for warning in described.warnings:
        click.echo(f"Mind: {warning}")
    click.echo(f"Look at it:  upstate catalog graph {out}\nUse it:      upstate hub init --catalog {out}")


def _expect_empty(out: Path) -> None:
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        what = "not empty" if out.is_dir() else "a file"
        raise ConfigError(f"{out} is {what}; nothing was written. Name a new or an empty folder.")


def _write(out: Path, texts: Mapping[str, str]) -> None:
    try:
        out.mkdir(parents=True, exist_ok=True)
        for name, text in texts.items():
            (out / name).write_text(text, encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"{out} cannot be written: {error.strerror}. Name a folder you may write to.") from error
