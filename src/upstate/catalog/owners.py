"""Whose each field is, set otherwise than the catalog's files say."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from types import MappingProxyType

from upstate.catalog.model import Catalog, Column, Owner, SyncObject

OWNERS: tuple[Owner, ...] = ("district", "state")


def with_owners(catalog: Catalog, owners: Iterable[tuple[str, str, str]]) -> Catalog:
    """The catalog with these owners, each (object, column, owner); what nobody may give away changes nothing."""
    objects = dict(catalog.objects)
    for name, column, owner in owners:
        obj = objects.get(name)
        if obj is None or owner not in OWNERS:
            continue
        if any(each.name == column and may_change(obj, each) for each in obj.columns):
            columns = tuple(replace(each, owner=owner) if each.name == column else each for each in obj.columns)
            objects[name] = replace(obj, columns=columns)
    return Catalog(MappingProxyType(objects))


def may_change(obj: SyncObject, column: Column) -> bool:
    """Whether a field may have another owner: what tells records and their years apart may not."""
    return column.name not in obj.key and column.name != obj.school_year
