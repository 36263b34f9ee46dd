"""An object's key in its forms: its own columns; k1, k2, … where names could collide; texts in rejections."""

from __future__ import annotations

from psycopg import sql

from upstate.catalog import SyncObject
from upstate.loading.statements import Part, equal, key_type


def found_keys(obj: SyncObject) -> list[str]:
    """The names of the key's columns in `finding`, where the object's own could collide with others."""
    return [f"k{number}" for number in range(1, len(obj.key) + 1)]


def found_columns(obj: SyncObject) -> Part:
    """The key's columns under those names, from a table called `record`."""
    return sql.SQL(", ").join(
        sql.SQL("record.{} as {}").format(sql.Identifier(name), sql.Identifier(found))
        for name, found in zip(obj.key, found_keys(obj), strict=True)
    )


def is_found(obj: SyncObject, alias: str = "record") -> Part:
    """The condition that this record is in `finding`."""
    return equal("finding", alias, dict(zip(found_keys(obj), obj.key, strict=True)))


def typed_keys(obj: SyncObject) -> Part:
    """From a rejection's `key`, an array of texts, to k1, k2, … of the key's own types."""
    return sql.SQL(", ").join(
        sql.SQL("key[{}]::{} as {}").format(sql.Literal(n), key_type(c), sql.Identifier(f"k{n}"))
        for n, c in enumerate(obj.key_columns, start=1)
    )


def readable(obj: SyncObject) -> Part:
    """The condition that a rejection's `key` can be read as the key's own types: one that never fitted cannot."""
    return sql.SQL(" and ").join(
        sql.SQL("pg_input_is_valid(key[{}], {})").format(sql.Literal(n), sql.Literal(key_type(c).as_string(None)))
        for n, c in enumerate(obj.key_columns, start=1)
    )
