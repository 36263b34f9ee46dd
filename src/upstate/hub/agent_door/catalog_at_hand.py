"""The catalog in force as agents get it, made anew only when it, or the owner of a field, has changed."""

from __future__ import annotations

import threading
from dataclasses import dataclass

from upstate.catalog import Catalog
from upstate.errors import DatabaseError
from upstate.hub.field_owners import set_owners
from upstate.hub.in_force import Edition, edition_in_force, kept_catalog
from upstate.hub.postgres import NOT_SET_UP, database_errors
from upstate.wire.protocol import catalog_stamp, decode_catalog, encode_catalog

_lock = threading.Lock()


@dataclass(frozen=True, slots=True)
class CatalogAtHand:
    """The catalog in force, the bytes in which it travels, and what tells them from any other."""

    catalog: Catalog
    sent: bytes
    stamp: str


_kept: list[tuple[Edition, CatalogAtHand]] = []


@database_errors()
def catalog_at_hand() -> CatalogAtHand:
    """The catalog in force, in one small query as long as it stays the same; DatabaseError where there is none."""
    edition = edition_in_force()
    with _lock:
        if not _kept or _kept[0][0] != edition:
            _kept[:] = [(edition, _made())]
        return _kept[0][1]


def _made() -> CatalogAtHand:
    texts = kept_catalog()
    if not texts:
        raise DatabaseError(NOT_SET_UP)
    owners: dict[str, dict[str, str]] = {}
    for each in set_owners():
        owners.setdefault(each.object, {})[each.column] = each.owner
    sent = encode_catalog(texts, owners)
    return CatalogAtHand(decode_catalog(sent), sent, catalog_stamp(sent))
