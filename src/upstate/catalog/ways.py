"""The way from one object to another by references; above all to the school that a record belongs to."""

from __future__ import annotations

from collections import deque

from upstate.catalog.model import Catalog, Reference

SCHOOL = "School"


def way_to_school(catalog: Catalog, name: str) -> tuple[Reference, ...] | None:
    """The shortest way from an object to its school by references; () for School itself, None where there is none."""
    if SCHOOL not in catalog:
        return None
    waiting: deque[tuple[str, tuple[Reference, ...]]] = deque([(name, ())])
    seen = {name}
    while waiting:
        here, way = waiting.popleft()
        if here == SCHOOL:
            return way
        for reference in catalog[here].references:
            if reference.to in catalog and reference.to not in seen:
                seen.add(reference.to)
                waiting.append((reference.to, (*way, reference)))
    return None
