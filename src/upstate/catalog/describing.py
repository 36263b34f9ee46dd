"""An object of a catalog in words, for people: the same sections on the screen and in the reference."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from upstate.catalog.drawing import draw, offer
from upstate.catalog.graph import Graph
from upstate.catalog.model import Catalog, Column, Lookup, Reference, SyncObject, Unique


@dataclass(frozen=True, slots=True)
class Section:
    """A titled table: its head and its rows, as texts, some of two lines; each row is as long as the head."""

    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def sections(catalog: Catalog, obj: SyncObject) -> tuple[Section, ...]:
    """All there is to know of an object; a section without rows is left out."""
    graph = Graph.of(catalog)
    found = (
        Section("At a glance", ("", ""), tuple(_glance(catalog, graph, obj))),
        Section(
            "Columns",
            ("Column", "Type", "Required", "Owner", "Notes"),
            tuple(
                (c.name, type_text(c), "yes" if c.required else "", c.owner, _column_notes(obj, c)) for c in obj.columns
            ),
        ),
        Section(
            "References",
            ("Columns", "To", "In rules", "Notes"),
            tuple((", ".join(r.columns), r.to, r.name, _reference_notes(r)) for r in obj.references),
        ),
        Section("Unique", ("Columns", "Notes"), tuple((", ".join(u.columns), _unique_notes(u)) for u in obj.uniques)),
        Section("Lookups", ("In rules", "Looks in", "Where", "Gives"), tuple(_lookup(each) for each in obj.lookups)),
        Section(
            "Rules",
            ("Reason, verdict", "Where", "Message and advice"),
            tuple((f"{r.reason}\n{r.verdict}", _one_line(r.when), f"{r.message}\n{r.advice}") for r in obj.rules),
        ),
        Section(
            "Codes",
            ("Column", "Codes"),
            tuple((c.name, ", ".join(f"{k} {v}" for k, v in c.codes.items())) for c in obj.columns if c.codes),
        ),
    )
    return tuple(section for section in found if section.rows)


def type_text(column: Column) -> str:
    """A column's type with its limits: "text(50)", "decimal(10, 2)", "date"."""
    if column.type == "decimal":
        return f"decimal({column.precision}, {column.scale})"
    return column.type if column.length is None else f"{column.type}({column.length})"


def markdown(catalog: Catalog, title: str, preface: str = "") -> str:
    """The reference of a whole catalog, in Markdown: its tree, then every object by name."""
    parts = [f"# {title}\n", *([f"{preface}\n"] if preface else ()), f"```text\n{draw(catalog)}```\n"]
    parts += [object_markdown(catalog, catalog[name]) for name in sorted(catalog.objects)]
    return "\n".join(parts)


def object_markdown(catalog: Catalog, obj: SyncObject) -> str:
    """One object's part of the reference, in Markdown."""
    lines = [f"## {obj.name}", ""]
    for section in sections(catalog, obj):
        if section.head[0]:
            lines += [f"**{section.title}**", "", _row(section.head), _row("---" for _ in section.head)]
            lines += [_row(row) for row in section.rows]
        else:
            lines += [f"- {label}: {_cell(text)}" for label, text in section.rows]
        lines.append("")
    return "\n".join(lines)


def _glance(catalog: Catalog, graph: Graph, obj: SyncObject) -> Iterator[tuple[str, str]]:
    order = graph.order(catalog.objects)
    ancestors = graph.order(graph.ancestors(obj.name))
    only_after = graph.order(graph.before[obj.name].difference(graph.parents[obj.name]))
    yield "Table", obj.table
    yield "Key", ", ".join(obj.key)
    yield "School year", f"bound to it by {obj.school_year}" if obj.school_year else "not bound to one"
    yield "Offered", ", ".join(offer(obj)) or "everywhere"
    yield "In the order", f"{order.index(obj.name) + 1} of {len(order)}"
    yield "Parents", ", ".join(graph.parents[obj.name]) or "none"
    yield "All it needs", ", ".join(ancestors) or "nothing"
    if only_after:
        yield "Also comes after", ", ".join(only_after)
    yield "Children", ", ".join(graph.children(obj.name)) or "none"


def _column_notes(obj: SyncObject, column: Column) -> str:
    notes = ["key"] if column.name in obj.key else []
    notes += [f"to {r.to}" for r in obj.references if column.name in r.columns]
    notes += ["school year"] if column.name == obj.school_year else []
    notes += [f"{len(column.codes)} codes"] if column.codes else []
    notes += ["sensitive"] if column.sensitive else []
    return ", ".join(notes)


def _reference_notes(reference: Reference) -> str:
    notes = [] if reference.drives else ["not marked by Check dependencies"]
    if reference.when_excluded == "clear":
        notes.append("emptied where policy keeps the parent out")
    return ", ".join(notes)


def _unique_notes(unique: Unique) -> str:
    notes = ["across the state"] if unique.across == "state" else []
    return ", ".join([*notes, *(["empty equals empty"] if unique.nulls == "equal" else [])])


def _lookup(lookup: Lookup) -> tuple[str, str, str, str]:
    pairs = " and ".join(f"row.{theirs} = record.{ours}" for theirs, ours in lookup.on.items())
    where = f"{pairs} and {_one_line(lookup.where)}" if lookup.where else pairs
    gives = ", ".join(f"{name}: {_one_line(sql)}" for name, sql in lookup.columns.items())
    return lookup.name, lookup.object, where, gives


def _one_line(sql: str) -> str:
    return " ".join(sql.split())


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(_cell(cell) for cell in cells)} |"


def _cell(text: str) -> str:
    for plain, escaped in (("\\", "\\\\"), ("|", "\\|"), ("*", "\\*"), ("<", "&lt;"), ("\n", "<br>")):
        text = text.replace(plain, escaped)
    return text
