"""From the facts of a database's tables to a catalog of them, and what could not be carried over."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

from upstate.catalog import Catalog, Column, Reference, SyncObject, Unique
from upstate.catalog.alias import alias_from

_NAME = re.compile(r"\w(?:[\w$# -]*[\w$#])?")  # what a catalog takes as the name of a table or column
_LONGEST = 63
# The state's own column, and those every PostgreSQL table has.
_RESERVED = frozenset({"district_id", "ctid", "cmin", "cmax", "tableoid", "xmin", "xmax"})
_TAKEN = frozenset({"record", "row", "zone"})


@dataclass(frozen=True, slots=True)
class ForeignKey:
    """Columns that point at another table's columns; no columns there: at its primary key."""

    columns: tuple[str, ...]
    table: str
    parent_columns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """A table as its database describes it. `nulls_equal` names those of `uniques` in which two nulls clash."""

    name: str
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ()
    uniques: tuple[tuple[str, ...], ...] = ()
    nulls_equal: frozenset[tuple[str, ...]] = frozenset()
    foreign_keys: tuple[ForeignKey, ...] = ()


@dataclass(frozen=True, slots=True)
class Description:
    """A database as a catalog, not yet checked (write it and parse it), and a line for all that was left out."""

    catalog: Catalog
    warnings: tuple[str, ...]


def as_tables(
    columns: Iterable[tuple[str, Column]],
    uniques: Iterable[tuple[str, str, bool, str]],
    references: Iterable[tuple[str, str, str, str, str]],
) -> list[Table]:
    """Tables from the rows in which a server tells of them, each by the name of its table first.

    Uniques say the index, whether it is the key, and a column; references the constraint, the parent, a column and the
    parent's column.
    """
    found: dict[str, list[Column]] = defaultdict(list)
    for table, column in columns:
        found[table].append(column)
    indexes: dict[str, dict[tuple[str, bool], list[str]]] = defaultdict(lambda: defaultdict(list))
    for table, index, is_key, name in uniques:
        indexes[table][index, bool(is_key)].append(name)
    pairs: dict[str, dict[tuple[str, str], list[tuple[str, str]]]] = defaultdict(lambda: defaultdict(list))
    for table, constraint, parent, name, parent_name in references:
        pairs[table][constraint, parent].append((name, parent_name))
    return [
        Table(
            name=table,
            columns=tuple(found[table]),
            key=next((tuple(names) for (_, is_key), names in indexes[table].items() if is_key), ()),
            uniques=tuple(tuple(names) for (_, is_key), names in indexes[table].items() if not is_key),
            foreign_keys=tuple(
                ForeignKey(tuple(ours for ours, _ in both), parent, tuple(theirs for _, theirs in both))
                for (_, parent), both in pairs[table].items()
            ),
        )
        for table in found
    ]


def describe_tables(tables: Iterable[Table]) -> Description:
    """The catalog of these tables, one object each under the table's name where that can name an object."""
    warnings: list[str] = []
    keyed = {t.name: k for t in sorted(tables, key=lambda t: t.name) if (k := _keyed(t, warnings))}
    names = _object_names(list(keyed))
    renamed = {name: _column_names(table) for name, table in keyed.items()}
    objects = {}
    for name, table in keyed.items():
        columns = renamed[name]
        stored = _fitting_name(name)
        if stored != name or any(old != new for old, new in columns.items()):
            warnings.append(_mapping_advice(names[name], name, stored, columns))
        objects[names[name]] = SyncObject(
            name=names[name],
            table=stored,
            key=tuple(columns[c] for c in table.key),
            columns=tuple(
                replace(c, name=columns[c.name], required=c.required or c.name in table.key) for c in table.columns
            ),
            references=_references(table, keyed, names, columns, warnings),
            uniques=tuple(
                Unique(tuple(columns[c] for c in u), nulls="equal" if u in table.nulls_equal else "distinct")
                for u in dict.fromkeys(table.uniques)
                if set(u) != set(table.key)
            ),
        )
    return Description(Catalog(MappingProxyType(objects)), tuple(warnings))


def _keyed(table: Table, warnings: list[str]) -> Table | None:
    if table.key:
        return table
    required = {c.name for c in table.columns if c.required}
    for unique in table.uniques:
        if required.issuperset(unique):
            return replace(table, key=unique)
    warnings.append(
        f'The table "{table.name}" is left out: it has no primary key, and no unique constraint whose columns are all '
        "required. Add one, or write its object by hand."
    )
    return None


def _object_names(tables: Sequence[str]) -> dict[str, str]:
    names: dict[str, str] = {}
    taken: set[str] = set()
    for table in tables:
        name = table
        if not re.fullmatch(r"[A-Za-z]\w*", table, re.ASCII):
            name = "".join(w[:1].upper() + w[1:] for w in re.split(r"[^A-Za-z0-9]+", table))
            name = name if name[:1].isalpha() else f"Table{name}"
        names[table] = _not_taken(name, taken)
    return names


def _column_names(table: Table) -> dict[str, str]:
    taken = {c.name.casefold() for c in table.columns if _fitting_name(c.name) == c.name}
    names = {}
    for column in table.columns:
        fitting = _fitting_name(column.name)
        names[column.name] = column.name if fitting == column.name else _not_taken(fitting, taken)
    return names


def _fitting_name(name: str) -> str:
    """A name the state can use."""
    if name in _RESERVED:
        return f"source_{name}"
    if _NAME.fullmatch(name) and len(name.encode()) <= _LONGEST:
        return name
    return re.sub(r"[^A-Za-z0-9]+", "_", name)[: _LONGEST - 8].strip("_") or "unnamed"


def _not_taken(name: str, taken: set[str]) -> str:
    found, number = name, 2
    while found.casefold() in taken:
        found, number = f"{name}{number}", number + 1
    taken.add(found.casefold())
    return found


def _mapping_advice(name: str, table: str, stored: str, columns: dict[str, str]) -> str:
    renamed = [f'{new} = "{old}"' for old, new in columns.items() if old != new]
    parts = [f'[{name}] table = "{table}"'] if stored != table else []
    parts += [f"[{name}.columns] {', '.join(renamed)}"] if renamed else []
    return f"{name} has names the state cannot use; map them in the mapping file: {'; '.join(parts)}."


def _references(
    table: Table, tables: dict[str, Table], names: dict[str, str], columns: dict[str, str], warnings: list[str]
) -> tuple[Reference, ...]:
    references: list[Reference] = []
    aliases = set(_TAKEN)
    for foreign in dict.fromkeys(table.foreign_keys):
        said = f'The reference of "{table.name}" ({", ".join(foreign.columns)}) to "{foreign.table}" is left out'
        parent = tables.get(foreign.table)
        if parent is None:
            warnings.append(f"{said}: that table is not in the catalog.")
            continue
        pairs = dict(zip(foreign.parent_columns or parent.key, foreign.columns, strict=False))
        if set(pairs) != set(parent.key) or len(foreign.columns) != len(parent.key):
            warnings.append(f"{said}: it does not point at that table's key ({', '.join(parent.key)}).")
            continue
        ours = tuple(pairs[c] for c in parent.key)
        if _types(table, ours) != _types(parent, parent.key):
            warnings.append(f"{said}: its columns are not of the types of that table's key.")
            continue
        joined = "_".join(columns[c] for c in ours)
        ending = next((e for e in ("_guid", "_id") if joined.endswith(e) and joined != e), "")
        alias = alias_from(joined.removesuffix(ending))
        references.append(Reference(names[foreign.table], tuple(columns[c] for c in ours), _not_taken(alias, aliases)))
    return tuple(references)


def _types(table: Table, names: Iterable[str]) -> list[str]:
    types = {c.name: c.type for c in table.columns}
    return [types[name] for name in names]
