"""A resync and its work orders, as the API tells of them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils import timezone

from upstate.hub.api import resync_shapes as shapes
from upstate.hub.models import Order, Resync
from upstate.hub.receipt import Receipt, ReceiptObject
from upstate.planning import Counts, Status, status_of
from upstate.wire.digests import Total

_COUNTED = ("created", "updated", "unchanged", "deleted", "failed", "blocked", "excluded", "leftovers")
_ENDED = ("landed", "failed")


def counted(counts: Counts, status: Status) -> dict[str, Any]:
    """What every shape with counts begins with."""
    return {
        **{verdict: getattr(counts, verdict) for verdict in _COUNTED},
        "processed": counts.processed,
        "errors": counts.errors,
        "status": status.value,
    }


def shape_of_resync(district: str, resync: Resync, *, disclosed: bool) -> shapes.Resync:
    """A resync with its objects in the order they run; without them where they are not to be told."""
    now = timezone.now()
    orders = sorted(resync.orders.all(), key=lambda order: order.position) if disclosed else []
    return shapes.Resync.model_validate(
        {
            "resync": resync.id,
            "district": district,
            "year": resync.school_year,
            "mode": resync.mode,
            "state": resync.state,
            "asked_by": resync.asked_by,
            "reason": resync.reason,
            "check_dependencies": resync.check_dependencies,
            "placed": resync.placed_at,
            "started": resync.started_at,
            "finished": resync.finished_at,
            "hold": resync.hold,
            "disclosed": disclosed,
            "follows": resync.follows_id,
            "remove_leftovers": resync.remove_leftovers,
            "followed_by": sorted(each.id for each in resync.followers.all()),
            "objects": [_run(order, now) for order in orders],
        }
    )


def shape_of_receipt(receipt: Receipt) -> shapes.Receipt:
    """A receipt with every object that landed."""
    return shapes.Receipt(
        receipt=receipt.resync,
        district=receipt.district,
        year=receipt.school_year,
        finished=receipt.finished,
        agrees=receipt.agrees,
        untold=list(receipt.untold),
        objects=[_receipt_object(each) for each in receipt.objects],
    )


def _receipt_object(each: ReceiptObject) -> shapes.ReceiptObject:
    def end(held: Total, landed: Total) -> shapes.ReceiptEnd:
        return shapes.ReceiptEnd(
            records=held.records,
            digest=held.shown(each.definition),
            landed=landed.shown(each.definition),
            sums=held.numbers(),
            landed_sums=landed.numbers(),
        )

    return shapes.ReceiptObject(
        object=each.object,
        year=each.school_year,
        agrees=each.agrees,
        equal=each.equal,
        definition=each.definition.hex(),
        district=end(each.district, each.district_landed),
        state=end(each.state, each.state_landed),
        turned_away=each.turned_away,
        leftovers=each.leftovers,
    )


def _run(order: Order, now: datetime) -> dict[str, Any]:
    counts = Counts(**{verdict: getattr(order, verdict) for verdict in _COUNTED})
    status = status_of(counts, running=order.state not in _ENDED, broken=order.state == "failed")
    seconds = ((order.finished_at or now) - order.started_at).total_seconds() if order.started_at else 0.0
    return {
        **counted(counts, status),
        "object": order.object,
        "state": order.state,
        "records": order.records,
        "seconds": seconds,
        "started": order.started_at,
        "finished": order.finished_at,
        "message": order.message,
    }
