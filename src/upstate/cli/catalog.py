"""`upstate catalog`: check, draw and explain a catalog."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

import click
from rich import box
from rich.table import Table
from rich.text import Text

from upstate.catalog import Catalog, Graph, read_catalog, shipped_catalog
from upstate.catalog.describing import Section, markdown, object_markdown, sections
from upstate.catalog.drawing import dot, draw, mermaid
from upstate.cli.catalog_from_database import from_database
from upstate.cli.choosing import find_object
from upstate.cli.printing import console, count, print_json

_DEFAULT = "k12"
_PREFACE = (
    "What Upstate sends of each object, and what keeps a record out. Generated from the catalog by "
    "`upstate catalog show --markdown`; do not edit it by hand. Its words are explained in "
    "[the catalog format](catalog-format.md)."
)

_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
_folder = click.argument("folder", metavar="[DIR]", required=False)


@click.group()
def catalog() -> None:
    """What can be resynced: its objects, columns, references and rules.

    DIR is a folder of .toml files, one object a file; without one, the K-12 catalog that comes with Upstate.
    """


catalog.add_command(from_database)


@catalog.command()
@_folder
@_json
def check(folder: str | None, as_json: bool) -> None:
    """Check every file of the catalog in DIR, and say what it holds.

    The first mistake is told with its file, its line and what to do; the exit code is then 1.
    """
    read = _read(folder)
    held = {
        "objects": len(read),
        "columns": sum(len(obj.columns) for obj in read),
        "references": sum(len(obj.references) for obj in read),
        "unique": sum(len(obj.uniques) for obj in read),
        "rules": sum(len(obj.rules) for obj in read),
    }
    if as_json:
        print_json({"catalog": folder or _DEFAULT, **held, "editions": sorted(read.editions)})
        return
    objects, columns, references, uniques, rules = held.values()
    click.echo(
        f"{folder or _DEFAULT} is right: {count(objects, 'object')}, {count(columns, 'column')}, "
        f"{count(references, 'reference')}, {count(uniques, 'unique constraint')}, {count(rules, 'rule')}."
    )


@catalog.command()
@_folder
@click.option("--dot", "form", flag_value="dot", help="For Graphviz; dashed arrows are order only.")
@click.option("--mermaid", "form", flag_value="mermaid", help="For Mermaid; dotted arrows are order only.")
@click.option("--json", "form", flag_value="json", help="Print one JSON object: all objects in order.")
def graph(folder: str | None, form: str | None) -> None:
    """Draw which object of the catalog in DIR needs which.

    Each object stands under the first of its parents, with what else it needs behind it.
    """
    read = _read(folder)
    if form == "json":
        arrows = Graph.of(read)
        print_json({"objects": [_standing(arrows, name) for name in arrows.order(read.objects)]})
        return
    drawing = {"dot": dot, "mermaid": mermaid}.get(form or "", draw)
    click.echo(drawing(read), nl=False)


@catalog.command()
@click.argument("name", metavar="[OBJECT]", required=False)
@click.option("--catalog", "folder", metavar="DIR", help="A folder of .toml files; default: the K-12 catalog.")
@click.option("--markdown", "as_markdown", is_flag=True, help="Print Markdown; of every object where none is named.")
@_json
def show(name: str | None, folder: str | None, as_markdown: bool, as_json: bool) -> None:
    """Show all there is to know of OBJECT: columns, references, rules with their advice, its place in the order.

    \b
    Examples:  upstate catalog show Enrollment
               upstate catalog show TestScore --json
    """
    read = _read(folder)
    if name is None:
        if not as_markdown:
            raise click.UsageError("Name an object, such as Enrollment; `upstate catalog graph` lists them.")
        click.echo(catalog_page(read, _title(folder)), nl=False)
        return
    obj = read[find_object(read, name)]
    if as_json:
        print_json({**_standing(Graph.of(read), obj.name), **_data(obj)})
    elif as_markdown:
        click.echo(object_markdown(read, obj), nl=False)
    else:
        out = console()
        out.print(Text(obj.name, style="bold"))
        for section in sections(read, obj):
            out.print(_table(section))


def catalog_page(read: Catalog, title: str) -> str:
    """The reference of a whole catalog, as docs/reference/k12.md has it."""
    return markdown(read, title, _PREFACE)


def _read(folder: str | None) -> Catalog:
    return read_catalog(shipped_catalog(_DEFAULT) if folder is None else Path(folder))


def _title(folder: str | None) -> str:
    return "The K-12 catalog" if folder is None else f"The catalog in {Path(folder).name}"


def _table(section: Section) -> Table:
    plain = not section.head[0]
    table = Table(
        title=None if plain else section.title,
        title_justify="left",
        title_style="bold",
        box=None if plain else box.SIMPLE_HEAD,
        show_header=not plain,
        pad_edge=False,
    )
    for number, heading in enumerate(section.head):
        whole = number == 0 and heading != "Columns"  # a list of columns may break; a single name may not
        table.add_column(heading, overflow="fold", no_wrap=whole, style="bold" if plain and whole else "")
    for row in section.rows:
        table.add_row(*row)
    return table


def _standing(arrows: Graph, name: str) -> dict[str, Any]:
    """Where an object stands in the order, and what stands around it."""
    order = arrows.order(arrows.parents)
    return {
        "object": name,
        "position": order.index(name) + 1,
        "parents": list(arrows.parents[name]),
        "after": list(arrows.order(arrows.before[name].difference(arrows.parents[name]))),
        "ancestors": list(arrows.order(arrows.ancestors(name))),
        "children": list(arrows.children(name)),
    }


def _data(value: Any) -> Any:
    """A frozen value of the catalog as plain dicts and lists, its own names for keys."""
    if is_dataclass(value):
        return {field.name: _data(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Mapping):
        return {key: _data(each) for key, each in value.items()}
    if isinstance(value, frozenset):
        return sorted(value)
    return [_data(each) for each in value] if isinstance(value, tuple) else value
