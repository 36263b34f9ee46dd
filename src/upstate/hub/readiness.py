"""Whether this process can do its work: the database answers, its control tables are current, a catalog is in force."""

from __future__ import annotations

import hashlib
import threading
from functools import cache

from django.db import connection as control
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from upstate.catalog import parse_catalog
from upstate.errors import CatalogError, DatabaseError
from upstate.hub.in_force import kept_catalog
from upstate.hub.postgres import NOT_SET_UP, database_errors

_BEHIND = "Its control tables are of an older version. Run: upstate hub init."
_AWAY = "The state's PostgreSQL cannot be reached."
_WRONG = "The catalog in force cannot be read. Run: upstate hub doctor."

_read = threading.local()


def not_ready() -> str | None:
    """One line on what stands in the way of work, fit for anyone to read; None where nothing does."""
    try:
        with database_errors():
            if missing_migrations():
                return _BEHIND if "hub_catalog_file" in control.introspection.table_names() else NOT_SET_UP
            return _catalog_stands()
    except DatabaseError:
        return _AWAY  # what the driver says names hosts and users
    except CatalogError:
        return _WRONG


@database_errors()
def missing_migrations() -> tuple[str, ...]:
    """The changes to the control tables that this version knows and the database lacks, in no order."""
    applied = MigrationRecorder(control).applied_migrations()
    return tuple(sorted(f"{app}: {name}" for app, name in _known_migrations() if (app, name) not in applied))


def _catalog_stands() -> str | None:
    texts = kept_catalog()
    if not texts:
        return NOT_SET_UP
    edition = hashlib.sha256(repr(sorted(texts.items())).encode()).digest()
    if getattr(_read, "edition", None) != edition:  # parsing takes far longer than fetching
        parse_catalog(texts)
        _read.edition = edition
    return None


@cache
def _known_migrations() -> frozenset[tuple[str, str]]:
    return frozenset(MigrationLoader(None, ignore_no_migrations=True).disk_migrations)
