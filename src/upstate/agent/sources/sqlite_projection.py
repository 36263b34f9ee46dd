"""The canonical projection of SQLite: every value typed by what it is, not by what the first batch looked like.

The driver guesses a column's type from the first batch and then bends or refuses the rest. So the query begins with a
row of our own, which pins the types and is dropped again. What becomes of each column is in `sqlite_fields`.
"""

from __future__ import annotations

from collections.abc import Container
from typing import Any

from upstate.agent.mapping import ObjectOrigin
from upstate.agent.sources.relation import all_of, conditions, relation
from upstate.agent.sources.sqlite_fields import epoch, fields, in_year, uuid
from upstate.agent.sources.wanted import Wanted
from upstate.catalog import Column, SyncObject


def quote(name: str) -> str:
    """A name as an identifier and never as a text, which double quotes do not promise in SQLite."""
    return "`" + name.replace("`", "``") + "`"


def rows(obj: SyncObject, origin: ObjectOrigin) -> str:
    """The object's rows, uncast. NOT INDEXED reads the table in its own order, whatever index there may be."""
    return relation(obj, origin, f"{quote(origin.table)} AS r NOT INDEXED", quote, epoch)


def projection(
    obj: SyncObject,
    origin: ObjectOrigin,
    school_year: int | None,
    only: str | None = None,
    *,
    spelled: Container[str] | None = None,
) -> str:
    """An object's records; the query's first row pins the types and has to be dropped. `only`: one more condition.

    A batch may have what is `odd` in columns that are not among the `spelled` (None: all are), and cannot be conformed
    then.
    """
    pins, values = [], []
    for column in obj.columns:
        spell = spelled is None or column.name in spelled
        for prefix, pin, expression in fields(column, f"s.{quote(column.name)}", spelled=spell):
            pins.append(f"{pin} AS {quote(prefix + column.name)}")
            values.append(expression)

    def of_year(name: str, year: int) -> str:
        return in_year(f"s.{quote(name)}", year)

    where = conditions(obj, of_year, school_year, only)
    return f"SELECT {', '.join(pins)} UNION ALL SELECT {', '.join(values)} FROM ({rows(obj, origin)}) AS s{where}"  # noqa: S608


def among(wanted: Wanted) -> str | None:
    """A condition that every wanted record meets; None where there is none.

    A value of another storage class than its column's meets it too: what such a value says, only reading it can tell.
    """

    def test(column: Column, values: list[Any]) -> str | None:
        c = f"s.{quote(column.name)}"
        if column.type == "uuid":
            found = uuid(c)
            return f"({found}) IN ({_listed(values)}) OR typeof({found}) <> 'blob'"
        if column.type in ("integer", "bigint"):
            return f"{c} IN ({_listed(values)}) OR typeof({c}) <> 'integer'"
        if column.type == "text":
            return f"{c} IN ({_listed(values)}) OR typeof({c}) <> 'text'"
        return None

    return all_of(wanted, test)


def _listed(values: list[bytes | int | str]) -> str:
    return ", ".join(_literal(value) for value in values)


def _literal(value: bytes | int | str) -> str:
    match value:
        case bytes():
            return f"x'{value.hex()}'"
        case str():
            return "'" + value.replace("'", "''") + "'"
    return str(value)


def widest(obj: SyncObject, origin: ObjectOrigin) -> str | None:
    """A query for the bytes of the largest value among columns without a limit; None where all have one."""
    open_ended = [c for c in obj.columns if c.type in ("json", "bytes") or (c.type == "text" and c.length is None)]
    if not open_ended:
        return None
    sizes = ", ".join(f"coalesce(max(octet_length(s.{quote(c.name)})), 0)" for c in open_ended)
    most = f"max({sizes})" if len(open_ended) > 1 else sizes
    return f"SELECT {most} AS bytes FROM ({rows(obj, origin)}) AS s"  # noqa: S608
