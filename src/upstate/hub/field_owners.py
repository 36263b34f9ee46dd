"""Whose each field is: the catalog as it was shipped, with the owners that a state administrator set otherwise."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from django.db import connection as control
from django.db import transaction
from django.db.models.functions import Now

from upstate.catalog import Catalog
from upstate.catalog import owners as catalog_owners
from upstate.catalog.model import Owner
from upstate.catalog.owners import OWNERS, may_change
from upstate.errors import ConfigError
from upstate.hub import models
from upstate.hub.auditing import audit
from upstate.hub.postgres import database_errors


@dataclass(frozen=True, slots=True)
class SetOwner:
    """An owner that someone set, and when; `by` is their name, empty where they are gone."""

    object: str
    column: str
    owner: Owner
    at: datetime
    by: str


@database_errors()
def set_owners() -> tuple[SetOwner, ...]:
    """Every owner that was set; none in a database that is not set up that far."""
    if models.FieldOwner._meta.db_table not in control.introspection.table_names():
        return ()
    rows = models.FieldOwner.objects.values_list("object", "column", "owner", "changed_at", "changed_by__name")
    return tuple(SetOwner(name, column, cast(Owner, owner), at, by or "") for name, column, owner, at, by in rows)


def with_owners(catalog: Catalog, owners: Iterable[SetOwner]) -> Catalog:
    """The catalog with these owners; one of a field that is no more, or that nobody may give away, changes nothing."""
    return catalog_owners.with_owners(catalog, ((each.object, each.column, each.owner) for each in owners))


@database_errors()
def change_owner(person: models.Person, catalog: Catalog, name: str, column: str, owner: str) -> bool:
    """Give a field another owner, from the next run on; whether that changed anything. Audited.

    `catalog` is the one in force. ConfigError where there is no such field, or its owner cannot be changed.
    """
    if name not in catalog or column not in {c.name for c in catalog[name].columns}:
        raise ConfigError(f"There is no field {column} of {name}. Reload the page.")
    field = catalog[name].column(column)
    if owner not in OWNERS:
        raise ConfigError("A field belongs to the district or to the state.")
    if not may_change(catalog[name], field):
        raise ConfigError(f"{column} tells one record of {name} from another, so nobody can own it alone.")
    if field.owner == owner:
        return False
    with transaction.atomic():
        models.FieldOwner.objects.update_or_create(
            object=name, column=column, defaults={"owner": owner, "changed_by": person, "changed_at": Now()}
        )
        audit(person, "changed the owner of a field", None, f"{name}.{column}: from the {field.owner} to the {owner}")
    return True
