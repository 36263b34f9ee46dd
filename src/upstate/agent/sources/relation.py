"""The SQL that dialects share: an object's columns by the catalog's names, a table's name, what a WHERE says."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from upstate.agent.mapping import ObjectOrigin, Stored
from upstate.agent.sources.wanted import Wanted
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


def table_name(name: str, quote: Quote) -> str:
    """A table, by its schema before the first dot where there is one, quoted."""
    schema, dot, table = name.partition(".")
    return f"{quote(schema)}.{quote(table)}" if dot else quote(name)


def conditions(obj: SyncObject, in_year: Callable[[str, int], str], school_year: int | None, only: str | None) -> str:
    """The WHERE of an object's records; empty where every row counts.

    `in_year` says of a column when a row is of a year; `only` is a condition more.
    """
    tests = [] if only is None else [only]
    if school_year is not None and obj.school_year is not None:
        tests.append(in_year(obj.school_year, school_year))
    return f" WHERE {' AND '.join(f'({test})' for test in tests)}" if tests else ""


def all_of(wanted: Wanted, test: Callable[[Column, list[Any]], str | None]) -> str | None:
    """A condition that every wanted record meets; None where there is none, or the wanted are too many to be named.

    `test` says of a column that it has one of these values; None where the database could only guess.
    """
    if not wanted.few_enough():
        return None
    tests = (test(column, wanted.values_of(column).to_pylist()) for column in wanted.columns)
    return " AND ".join(f"({each})" for each in tests if each is not None) or None
