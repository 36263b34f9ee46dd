"""Which objects' records can be found by the district's own id, as far as the hub has its mapping (see mapping.md)."""

from __future__ import annotations

import tomllib

from upstate.hub.districts import KnownDistrict


def own_ids(known: KnownDistrict) -> frozenset[str] | None:
    """The objects whose mapping names an id; None where the mapping is with the district's own agent, not here."""
    if known.remote:
        return None
    entries = tomllib.loads(known.mapping)  # it was checked when the district was added
    return frozenset(name for name, entry in entries.items() if isinstance(entry, dict) and "id" in entry)


def without_own_id(known: KnownDistrict, name: str) -> str:
    """Why an object's records cannot be found by the district's own id, in one line; empty where they may."""
    mapped = own_ids(known)
    if mapped is None or name in mapped:
        return ""
    return (
        f"The mapping of {known.name} names no own id for {name}. "
        f'Give keys, or have id = "…" added under [{name}] in the mapping file.'
    )
