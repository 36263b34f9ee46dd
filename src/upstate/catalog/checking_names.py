"""Names within a catalog: how those of tables and columns must look, and that what names a part finds it."""

from __future__ import annotations

import re
from collections.abc import Iterable

from upstate.catalog.model import Catalog, SyncObject
from upstate.catalog.nearest import did_you_mean
from upstate.catalog.toml_file import Place, TomlFile

_MOST_BYTES = 63  # PostgreSQL cuts longer names off
_TABLE_NAME = re.compile(r"\w[\w$# -]*")


def check_name(name: str, kind: str, file: TomlFile, place: Place) -> None:
    """CatalogError where PostgreSQL would not take this name of a table or a column."""
    if not _TABLE_NAME.fullmatch(name):
        raise file.error(place, f'"{name}" is no name for a {kind}', "Take letters, digits, _, $, #, - or blanks.")
    if len(name.encode()) > _MOST_BYTES:
        raise file.error(
            place, f'the name "{name}" is too long for a {kind}', f"PostgreSQL takes {_MOST_BYTES} bytes at most."
        )


def need_columns(obj: SyncObject, file: TomlFile, place: Place, names: Iterable[str]) -> None:
    """CatalogError for the first of these names that no column of the object has."""
    known = [column.name for column in obj.columns]
    for name in names:
        if name not in known:
            mend = did_you_mean(name, known) or f"Add a [[column]] named {name}, or mend the name."
            raise file.error(place, f"{obj.name} has no column {name}", mend)


def need_object(catalog: Catalog, name: str, file: TomlFile, place: Place) -> None:
    """CatalogError where the catalog has no object of this name."""
    if name not in catalog:
        raise file.error(
            place,
            f"there is no object {name}",
            did_you_mean(name, catalog.objects) or f"Write {name}.toml, or mend the name.",
        )
