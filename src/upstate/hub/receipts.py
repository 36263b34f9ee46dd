"""Receipts kept by the hub, read back."""

from __future__ import annotations

from upstate.errors import ConfigError
from upstate.hub.models import ReceiptLine, Resync
from upstate.hub.postgres import database_errors
from upstate.hub.receipt import Receipt, ReceiptObject
from upstate.wire.digests import Total


@database_errors()
def receipt_of(resync: int, zone: int | None = None) -> Receipt | None:
    """The receipt of a resync (of this zone, where one is given); None where there is none.

    None has a rehearsal, as nothing was written, a resync of some records only, and one that ended without any digest.
    Of one that has not ended it is what has landed so far.
    """
    found = Resync.objects.filter(id=resync, mode__in=("full", "partial")).select_related("zone__district").first()
    if found is None or zone not in (None, found.zone_id):
        return None
    orders = list(found.orders.filter(state="landed").select_related("receipt").order_by("position"))
    told = [each for order in orders if (each := getattr(order, "receipt", None)) is not None and each.state]
    if not told and found.finished_at is not None:
        return None
    known = {each.order_id for each in told}
    return Receipt(
        found.id,
        found.zone.district.name,
        found.school_year,
        found.finished_at,
        tuple(map(_object, told)),
        tuple(order.object for order in orders if order.id not in known),
    )


def _object(line: ReceiptLine) -> ReceiptObject:
    order = line.order
    return ReceiptObject(
        object=order.object,
        school_year=order.school_year,
        definition=bytes(line.definition or b""),
        district=_total(line.district),
        state=_total(line.state),
        district_landed=_total(line.district_landed),
        state_landed=_total(line.state_landed),
        turned_away=order.failed + order.blocked + order.excluded,
        leftovers=order.leftovers,
    )


def _total(numbers: list[int] | None) -> Total:
    return Total(*(numbers or ()))


def no_receipt(resync: int) -> ConfigError:
    """What is said where there is no such receipt, of the wrong district as well."""
    return ConfigError(f"There is no receipt {resync}. Receipts are numbered as the resyncs of `upstate history`.")
