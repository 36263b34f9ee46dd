"""What a resync ships: tables in order, their columns, and of a year-bound object only the rows of the year."""

from __future__ import annotations

from dataclasses import dataclass

from psycopg import sql

from bench.place import EDITION, NAME, YEAR, Place
from upstate.catalog import read_catalog, shipped_catalog
from upstate.planning import Zone, make_plan


@dataclass(frozen=True, slots=True)
class Shipped:
    """An object's table at the district: columns with their types there, the key, and whether the key is declared."""

    object: str
    table: str
    columns: tuple[tuple[str, str], ...]
    key: tuple[str, ...]
    keyed: bool
    year_column: str | None

    @property
    def rows(self) -> sql.Composed:
        """The SELECT of what is shipped; PostgreSQL and SQLite both take it."""
        names = sql.SQL(", ").join(sql.Identifier(name) for name, _ in self.columns)
        query = sql.SQL("select {} from {}").format(names, sql.Identifier(self.table))
        if self.year_column is None:
            return query
        year = sql.Identifier(self.year_column)
        return query + sql.SQL(" where {} = {} or {} is null").format(year, sql.Literal(YEAR), year)

    @property
    def landing(self) -> tuple[sql.Composed, sql.Composed]:
        """The statements for an empty table of the same columns with the same key.

        Where planted faults repeat a key there is an index like the key's, which costs as much.
        """
        columns = sql.SQL(", ").join(sql.SQL("{} ").format(sql.Identifier(n)) + sql.SQL(t) for n, t in self.columns)
        key = sql.SQL(", ").join(map(sql.Identifier, self.key))
        table = sql.Identifier(self.table)
        index = "alter table {} add primary key ({})" if self.keyed else "create index on {} ({})"
        return sql.SQL("create table {} ({})").format(table, columns), sql.SQL(index).format(table, key)


def shipped_tables(place: Place) -> tuple[Shipped, ...]:
    """The tables of a full resync of the district, parents first."""
    catalog = read_catalog(shipped_catalog("k12"))
    plan = make_plan(catalog, None, Zone(NAME, YEAR, EDITION))
    with place.connect("district") as connection:
        types: dict[str, dict[str, str]] = {}
        for table, column, kind in connection.execute(_COLUMNS):
            types.setdefault(table, {})[column] = kind
        keyed = {table for (table,) in connection.execute(_KEYED)}
    return tuple(
        Shipped(
            object=obj.name,
            table=obj.table,
            columns=tuple((column.name, types[obj.table][column.name]) for column in obj.columns),
            key=obj.key,
            keyed=obj.table in keyed,
            year_column=obj.school_year,
        )
        for obj in (catalog[step.object] for step in plan.steps)
    )


_COLUMNS = """
select attrelid::regclass::text, attname, format_type(atttypid, atttypmod)
from pg_attribute join pg_class on pg_class.oid = attrelid
where relnamespace = 'public'::regnamespace and relkind = 'r' and attnum > 0 and not attisdropped
"""
_KEYED = "select conrelid::regclass::text from pg_constraint where contype = 'p'"
