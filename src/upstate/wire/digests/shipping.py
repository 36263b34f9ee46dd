"""What is compared beyond what the district owns: by a resync the columns that judge who may land, else all of them."""

from __future__ import annotations

from dataclasses import replace

from upstate.catalog import SyncObject
from upstate.catalog.conditions import names_in


def for_shipping(obj: SyncObject) -> SyncObject:
    """The object as both sides digest it to find what must be shipped.

    A column that the state owns is not compared, unless the object's rules, uniques, references or lookups use it: they
    judge a record by the district's value, so that a record whose value there is another than the state's must be seen.
    """
    used = _used(obj)
    columns = tuple(replace(c, owner="district") if c.name in used else c for c in obj.columns)
    return obj if columns == obj.columns else replace(obj, columns=columns)


def in_whole(obj: SyncObject) -> SyncObject:
    """The object as both sides digest it to find any difference there is, also in a column that the state owns."""
    return replace(obj, columns=tuple(replace(c, owner="district") for c in obj.columns))


def _used(obj: SyncObject) -> set[str]:
    used = {name for unique in obj.uniques for name in unique.columns}
    used |= {name for reference in obj.references for name in reference.columns}
    used |= {name for lookup in obj.lookups for name in lookup.on.values()}
    named = [name.column for rule in obj.rules for name in names_in(rule.when) if name.alias == "record"]
    return used | ({c.name for c in obj.columns} if "*" in named else set(named))
