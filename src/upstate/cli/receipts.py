"""A receipt held against both ends as they are now: the digests of either computed again, moving nothing."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Final

from upstate.agent.sources import Snapshot
from upstate.catalog import Catalog, SyncObject
from upstate.cli.sources import source_of
from upstate.errors import LostSourceError, SourceError
from upstate.hub.districts import KnownDistrict, find_district
from upstate.hub.in_force import catalog_in_force
from upstate.hub.postgres import connect, database_errors
from upstate.hub.receipt import Receipt, ReceiptObject
from upstate.hub.receipts import no_receipt, receipt_of
from upstate.hub.zone_lock import zone_lock
from upstate.loading.comparing import Held
from upstate.loading.receipts import held_total
from upstate.wire.digests import Total, Totalling, definition, for_shipping

AS_THEN: Final = "as then"
CHANGED: Final = "changed since"
OTHER_CATALOG: Final = "the catalog has changed since"


@dataclass(frozen=True, slots=True)
class Checked:
    """An object of a receipt now: of either end AS_THEN, CHANGED, OTHER_CATALOG, or why nobody can say."""

    object: str
    district: str
    state: str

    @property
    def known(self) -> bool:
        """Whether both ends were read to their ends."""
        return {self.district, self.state} <= {AS_THEN, CHANGED, OTHER_CATALOG}

    @property
    def unchanged(self) -> bool:
        """Whether both ends are what they were."""
        return self.district == self.state == AS_THEN


def check_here(database_url: str, found: Receipt, on_wait: Callable[[], None]) -> tuple[Receipt, tuple[Checked, ...]]:
    """Compute the digests of a receipt again, waiting for whatever runs for its zone and year (`on_wait` is told).

    Returns it as it is by then. All of the district is read in one snapshot. SourceError where it cannot be opened,
    DatabaseError where the state is gone; what cannot be read to its end is as little "as then" as "changed".
    ConfigError where there is no receipt after all.
    """
    known, catalog = find_district(found.district), catalog_in_force()
    with (
        zone_lock(database_url, known.zone_id, found.school_year, on_wait),
        connect(database_url) as connection,
        _snapshot(known, catalog) as snapshot,
    ):
        receipt = receipt_of(found.resync)
        if receipt is None:
            raise no_receipt(found.resync)
        checked = []
        lost = "" if snapshot is not None else f"{known.name} is read by an agent of its own, and not from here."
        for line in receipt.objects:
            if not _same_definition(line, catalog):
                checked.append(Checked(line.object, OTHER_CATALOG, OTHER_CATALOG))
                continue
            obj, district = catalog[line.object], lost
            with database_errors(), connection.cursor() as cursor:
                held = held_total(cursor, Held(obj, known.id, line.school_year))
            if not lost and snapshot is not None:
                try:
                    district = _said(_read(snapshot, obj, line.school_year), line.district)
                except SourceError as error:
                    district = error.message
                    lost = error.message if isinstance(error, LostSourceError) else ""
            checked.append(Checked(line.object, district, _said(held, line.state)))
    return receipt, tuple(checked)


def _snapshot(known: KnownDistrict, catalog: Catalog) -> AbstractContextManager[Snapshot | None]:
    if known.remote:
        return nullcontext()
    return source_of(known.source_url, known.mapping, catalog).snapshot()


def _same_definition(line: ReceiptObject, catalog: Catalog) -> bool:
    known = line.object in catalog
    return known and definition(for_shipping(catalog[line.object])) == line.definition


def _read(snapshot: Snapshot, obj: SyncObject, school_year: int | None) -> Total:
    totalling = Totalling(obj)
    for batch in snapshot.read(obj, school_year):
        totalling.add(batch.records)
    return totalling.total


def _said(now: Total, then: Total) -> str:
    return AS_THEN if now == then else CHANGED
