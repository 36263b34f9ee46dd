"""What must hold within an object, whatever else the catalog holds: its names, columns, key, year and unique rules."""

from __future__ import annotations

import re

from upstate.catalog.checking_names import check_name, need_columns
from upstate.catalog.model import SyncObject
from upstate.catalog.toml_file import Place, TomlFile

_OBJECT_NAME = re.compile(r"[A-Za-z]\w*", re.ASCII)
_SYSTEM_COLUMNS = ("ctid", "cmin", "cmax", "tableoid", "xmin", "xmax")  # every PostgreSQL table has these already


def check_head(obj: SyncObject, file: TomlFile) -> None:
    """CatalogError for the first thing wrong at the top of the file: the object's name, its table, its editions."""
    if not _OBJECT_NAME.fullmatch(obj.name):
        raise file.error(
            Place(key="object"), f'"{obj.name}" is no name for an object', "Take a letter, then letters and digits."
        )
    check_name(obj.table, "table", file, Place(key="table"))
    for both in sorted(obj.editions & obj.not_editions):
        raise file.error(
            Place(key="not_editions"), f"edition {both} is both in and out", "Name it in one of the two lists."
        )


def check_columns(obj: SyncObject, file: TomlFile) -> None:
    """CatalogError for the first thing wrong with the columns, or with a key, year or unique rule that names them."""
    if not obj.columns:
        raise file.error(Place(key="column"), f"{obj.name} has no columns", "Write each under [[column]].")
    names = [column.name for column in obj.columns]
    for number, name in enumerate(names):
        place = Place("column", number, "name")
        check_name(name, "column", file, place)
        if name in names[:number]:
            raise file.error(place, f"the column {name} is given twice", "Give it once.")
        if name == "district_id" or name in _SYSTEM_COLUMNS:
            whose = "state's" if name == "district_id" else "database's"
            raise file.error(
                place, f"{name} is the {whose} own column", "Rename this one; a mapping can say its source."
            )
    if not obj.key:
        raise file.error(Place(key="key"), "the key is empty", "Name the columns that tell one record from another.")
    need_columns(obj, file, Place(key="key"), obj.key)
    for name in obj.key:
        if not obj.column(name).required:
            raise file.error(
                Place("column", names.index(name)), f"the key column {name} is not required", "Add required = true."
            )
    if obj.school_year is not None:
        need_columns(obj, file, Place(key="school_year"), (obj.school_year,))
        kind = obj.column(obj.school_year).type
        if kind not in ("integer", "bigint"):
            raise file.error(
                Place(key="school_year"), f"the school year {obj.school_year} is a {kind}", "Name an integer column."
            )
    for number, unique in enumerate(obj.uniques):
        place = Place("unique", number, "columns")
        if not unique.columns:
            raise file.error(place, "the unique rule names no column", "Name at least one, or remove the rule.")
        need_columns(obj, file, place, unique.columns)
