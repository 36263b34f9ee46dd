"""Where each object comes from when the district's names are not the catalog's: a TOML file on the district's side."""

from __future__ import annotations

from collections.abc import Mapping as Dictionary
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal, get_args

from upstate.catalog import Catalog, ColumnType, SyncObject
from upstate.catalog.keys import Key
from upstate.catalog.nearest import did_you_mean
from upstate.catalog.toml_file import Place, TomlFile
from upstate.errors import CatalogError, MappingError

Stored = Literal["julian", "unix", "unix_ms"]
OWN_ID = "id:"  # no column of an object can be called so

_OBJECT_KEYS = {
    "table": Key(str),
    "select": Key(str),
    "absent": Key(bool),
    "id": Key((str, dict)),
    "columns": Key(dict),
}
_ID_KEYS = {"sql": Key(str, needed=True)}
_COLUMN_KEYS = {"column": Key(str), "sql": Key(str), "absent": Key(bool), "stored": Key(str)}
_MOMENTS = ("date", "timestamp", "timestamptz")
_NAME = "name"  # `stored` of a GUID that is derived from a text


@dataclass(frozen=True, slots=True)
class ColumnOrigin:
    """Where a column's values come from: a column of the district's by name, a SQL expression, or nowhere (null).

    `stored` says how numbers tell a date or a moment: days of the Julian calendar, seconds or milliseconds since 1970.
    `names`: the values are any texts that name a record, and a GUID is to be derived from them.
    """

    column: str | None = None
    sql: str | None = None
    stored: Stored | None = None
    names: bool = False


@dataclass(frozen=True, slots=True)
class ObjectOrigin:
    """Where an object's records come from: a table by name, or a SELECT; `absent`: the district has none at all.

    `columns` are by the catalog's names; OWN_ID among them is the district's own id, by which people know a record.
    """

    table: str
    select: str | None = None
    absent: bool = False
    columns: Dictionary[str, ColumnOrigin] = field(default_factory=lambda: MappingProxyType({}))

    def column(self, name: str) -> ColumnOrigin:
        """Where a column of the catalog comes from: as mapped, else the column of the same name.

        MappingError for the district's own id where the mapping does not say which column that is.
        """
        if name == OWN_ID and name not in self.columns:
            raise MappingError("the mapping does not say which column is the district's own id")
        return self.columns.get(name, ColumnOrigin(column=name))


@dataclass(frozen=True, slots=True)
class Mapping:
    """Every object's origin; one that is not mapped comes from the table the catalog names, or is absent as well."""

    origins: Dictionary[str, ObjectOrigin] = field(default_factory=lambda: MappingProxyType({}))
    others_absent: bool = False

    def origin(self, obj: SyncObject) -> ObjectOrigin:
        """Where this object's records come from."""
        return self.origins.get(obj.name, ObjectOrigin(obj.table, absent=self.others_absent))

    @property
    def absent(self) -> frozenset[str]:
        """The objects of which this district has nothing: no record is read, none is sent."""
        return frozenset(name for name, origin in self.origins.items() if origin.absent)


def read_mapping(path: Path | str, catalog: Catalog) -> Mapping:
    """The mapping in a file; MappingError with file, line and what to do."""
    path = Path(path)
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise MappingError(f"The mapping file {path} cannot be read: {reason}. Name a readable TOML file.") from error
    return parse_mapping(str(path), text, catalog)


def parse_mapping(name: str, text: str, catalog: Catalog) -> Mapping:
    """The mapping in a text of a file of that name; MappingError with file, line and what to do."""
    try:
        file = TomlFile.parse(name, text)
        return Mapping(MappingProxyType({key: _object(file, key, value, catalog) for key, value in file.data.items()}))
    except CatalogError as error:  # a TomlFile speaks for catalogs; the same words are right here
        raise MappingError(error.message) from error


def _object(file: TomlFile, name: str, entry: Any, catalog: Catalog) -> ObjectOrigin:
    if name not in catalog:
        known = did_you_mean(name, catalog.objects) or f"The catalog has: {', '.join(catalog.objects)}."
        raise file.error(Place(name), f"there is no object {name}", known)
    if not isinstance(entry, dict):
        raise file.error(Place("", 0, name), f"{name} is not a table", f"Write it under [{name}].")
    file.expect_keys(entry, Place(name), _OBJECT_KEYS)
    absent = entry.get("absent", False)
    if sum(("table" in entry, "select" in entry, absent)) > 1 or (absent and "columns" in entry):
        raise file.error(Place(name), f"{name} comes from two places", "Give a table, a select or absent = true.")
    obj = catalog[name]
    columns = {column: _column(file, name, obj, column, value) for column, value in entry.get("columns", {}).items()}
    if "id" in entry:
        columns[OWN_ID] = _own_id(file, name, entry["id"])
    return ObjectOrigin(
        table=entry.get("table", obj.table),
        select=entry["select"].strip().rstrip(";") if "select" in entry else None,
        absent=absent,
        columns=MappingProxyType(columns),
    )


def _own_id(file: TomlFile, name: str, value: Any) -> ColumnOrigin:
    if isinstance(value, str):
        return ColumnOrigin(column=value)
    file.expect_keys(value, Place(name, 0, "id"), _ID_KEYS)
    return ColumnOrigin(sql=value["sql"])


def _column(file: TomlFile, name: str, obj: SyncObject, column: str, value: Any) -> ColumnOrigin:
    place = Place(f"{name}.columns", 0, column)
    if place not in file.lines:
        place = Place(name, 0, "columns")
    known = [c.name for c in obj.columns]
    if column not in known:
        mend = did_you_mean(column, known) or f"It has: {', '.join(known)}."
        raise file.error(place, f"{name} has no column {column}", mend)
    if isinstance(value, str):
        if not value.strip():
            raise file.error(place, f"the column of {column} is empty", "Name a column of the district's.")
        value = {"column": value}
    if not isinstance(value, dict):
        raise file.error(place, f"{column} has a value of the wrong type", 'Give a name, or { sql = "…" }.')
    inner = Place(f"{name}.columns.{column}")
    if inner not in file.lines:  # { … } on the column's own line
        file = replace(file, lines={**file.lines, inner: file.lines.get(place, 1)})
    file.expect_keys(value, inner, _COLUMN_KEYS)
    absent = value.get("absent", False)
    if sum(("column" in value, "sql" in value, absent)) > 1:
        raise file.error(place, f"{column} comes from two places", "Give a column, sql or absent = true.")
    if absent and obj.column(column).required:
        raise file.error(place, f"{column} is required", "It cannot be absent: give a column or sql.")
    stored = value.get("stored")
    if stored not in (None, *_ways(obj.column(column).type)):
        raise file.error(
            place,
            f'stored = "{stored}" does not fit {column}',
            f"Dates and moments take: {', '.join(get_args(Stored))}; a GUID takes: {_NAME}.",
        )
    if absent:
        return ColumnOrigin(sql="NULL")
    sql = value.get("sql")
    names = stored == _NAME
    return ColumnOrigin(
        column=None if sql else value.get("column", column), sql=sql, stored=None if names else stored, names=names
    )


def _ways(kind: ColumnType) -> tuple[str, ...]:
    """What `stored` may be in a column of this type."""
    return get_args(Stored) if kind in _MOMENTS else (_NAME,) if kind == "uuid" else ()
