"""The catalog in force for the pages: read and parsed anew only when its files have changed."""

from __future__ import annotations

import threading
from dataclasses import dataclass

from django.db import connections
from django.db.models import Count, Max

from upstate.catalog import Catalog
from upstate.hub.models import CatalogFile
from upstate.hub.postgres import database_errors
from upstate.hub.set_up import catalog_in_force


@dataclass(frozen=True, slots=True)
class _Kept:
    edition: tuple[str, int, int]
    catalog: Catalog


_lock = threading.Lock()
_kept: list[_Kept] = []


@database_errors()
def current_catalog() -> Catalog:
    """The catalog in force, in one small query as long as it stays the same; DatabaseError where there is none."""
    # every change replaces all files at once, so the newest id and their number tell two catalogs apart
    found = CatalogFile.objects.aggregate(newest=Max("id"), files=Count("id"))
    edition = (connections.settings["default"]["UPSTATE_URL"], found["newest"] or 0, found["files"])
    with _lock:
        if not _kept or _kept[0].edition != edition:
            _kept[:] = [_Kept(edition, catalog_in_force())]
        return _kept[0].catalog
