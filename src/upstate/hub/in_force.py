"""The catalog in force, with the owners that were set since: parsed anew only where either has changed."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import datetime

from django.db import connection as control
from django.db import connections

from upstate.catalog import Catalog, parse_catalog
from upstate.errors import DatabaseError
from upstate.hub.field_owners import set_owners, with_owners
from upstate.hub.models import CatalogFile
from upstate.hub.postgres import NOT_SET_UP, database_errors, statement


@dataclass(frozen=True, slots=True)
class Edition:
    """Tells a catalog in force from any other, also from that of another database."""

    address: str
    database: int
    newest: int | None
    files: int
    owners: int
    changed: datetime | None


_lock = threading.Lock()
_kept: list[tuple[Edition, Catalog]] = []


def catalog_in_force() -> Catalog:
    """The catalog that `set_up` kept, with the owners of fields that were set since; in one small query as long as it
    stays the same.

    DatabaseError where the hub was never set up.
    """
    edition = edition_in_force()
    with _lock:
        if not _kept or _kept[0][0] != edition:
            texts = kept_catalog()
            if not texts:
                raise DatabaseError(NOT_SET_UP)
            _kept[:] = [(edition, with_owners(parse_catalog(texts), set_owners()))]
        return _kept[0][1]


@database_errors()
def edition_in_force() -> Edition:
    """What tells the catalog in force from others. DatabaseError where the hub was never set up."""
    with control.cursor() as cursor:
        cursor.execute(statement("catalog_edition").decode())
        return Edition(connections.settings["default"]["UPSTATE_URL"], *cursor.fetchone())


@database_errors()
def kept_catalog() -> dict[str, str]:
    """The texts of the catalog in force, by file name; empty where the hub was never set up."""
    if CatalogFile._meta.db_table not in control.introspection.table_names():
        return {}
    return dict(CatalogFile.objects.values_list("name", "text"))
