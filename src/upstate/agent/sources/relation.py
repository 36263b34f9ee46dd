"""The SQL all dialects share: an object's columns under the catalog's names, from wherever the mapping says."""

from __future__ import annotations

from collections.abc import Callable

from upstate.agent.mapping import ObjectOrigin, Stored
from upstate.catalog import Column, SyncObject

Quote = Callable[[str], str]
Epoch = Callable[[str, Stored, Column], str]


def relation(obj: SyncObject, origin: ObjectOrigin, table: str, quote: Quote, epoch: Epoch) -> str:
    """A SELECT of every column of the object, none yet cast; `table` is the quoted table with what the dialect adds.

    Columns are always qualified: SQLite takes a lone quoted name that is no column for a text.
    """
    columns = []
    for column in obj.columns:
        source = origin.column(column.name)
        expression = f"({source.sql}\n)" if source.sql is not None else f"r.{quote(source.column or column.name)}"
        if source.stored is not None:
            expression = epoch(expression, source.stored, column)
        columns.append(f"{expression} AS {quote(column.name)}")
    # A line break before each closing parenthesis, so that a comment at the end of mapped SQL ends there.
    rows = f"({origin.select}\n) r" if origin.select is not None else table  # Oracle takes no AS there
    return f"SELECT {', '.join(columns)} FROM {rows}"  # noqa: S608
