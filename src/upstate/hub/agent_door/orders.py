"""What an agent asks about an order that it claimed, from what the hub holds of it to how it ended."""

from __future__ import annotations

import pyarrow as pa
from django.http import HttpRequest, HttpResponse

from upstate.catalog import SyncObject
from upstate.hub.agent_door.bodies import message, number, payload
from upstate.hub.agent_door.desks import met
from upstate.hub.agent_door.refusing import RefusedError, said
from upstate.hub.agent_door.seats import upload_seat
from upstate.hub.agent_door.visiting import Visitor, for_agents
from upstate.hub.agents import note_line, note_seen
from upstate.wire import Compared, Parcel, arrow_type, digest, encode_rejected
from upstate.wire.arriving import MOST_RECORDS, arrived, check_table
from upstate.wire.digests import total_from_text
from upstate.wire.protocol import BINARY, DIGEST_HEADER, receipt_to_json

_MOST_BATCHES = 1_000_000
_LONGEST_LINE = 500


@for_agents("GET")
def held(request: HttpRequest, visitor: Visitor, order: int) -> HttpResponse:
    """The receipts of what is kept of it."""
    with met(request, visitor, order) as at:
        return said({"receipts": [receipt_to_json(each) for each in at.desk.held(at.order)]})


@for_agents("GET")
def selection(request: HttpRequest, visitor: Visitor, order: int) -> HttpResponse:
    """Which records it is about, where it is selective."""
    with met(request, visitor, order) as at:
        return HttpResponse(at.desk.selection(at.order), BINARY, headers={"Cache-Control": "no-store"})


@for_agents("PUT")
def deliver(request: HttpRequest, visitor: Visitor, order: int, batch: int) -> HttpResponse:
    """Keep a batch, once it was found to be one: of the object's columns, small, whole, in sound Arrow."""
    records = number(request.GET.get("records"), "records", most=MOST_RECORDS)
    place = number(str(batch), "the batch's number", most=_MOST_BATCHES - 1)
    try:
        told = bytes.fromhex(request.headers.get(DIGEST_HEADER, ""))
    except ValueError as error:
        raise RefusedError("wrong", f"{DIGEST_HEADER} must be hexadecimal.") from error
    with upload_seat(visitor.district):
        with met(request, visitor, order) as at:
            at.need_room()
        parcel = Parcel(place, payload(request), told, records)
        if digest(parcel.payload) != told:
            raise RefusedError("damaged", f"Batch {place} was damaged on its way; send it again.")
        # nothing is read from the network, nor unpacked, while a connection to the database is lent
        arrived(at.catalog[at.order.object], parcel.payload, records)
        with met(request, visitor, order) as at:
            return said(receipt_to_json(at.desk.deliver(at.order, parcel)))


@for_agents("DELETE")
def forget(request: HttpRequest, visitor: Visitor, order: int) -> HttpResponse:
    """Drop its batches from a number on."""
    first = number(request.GET.get("from"), "from", most=_MOST_BATCHES)
    with met(request, visitor, order) as at:
        at.desk.forget(at.order, first)
        return said({})


@for_agents("GET")
def sums(request: HttpRequest, visitor: Visitor, order: int) -> HttpResponse:
    """The sums of the state's rows that it is about."""
    with met(request, visitor, order) as at:
        return HttpResponse(at.desk.sums(at.order).to_bytes(), BINARY, headers={"Cache-Control": "no-store"})


@for_agents("GET")
def rejected(request: HttpRequest, visitor: Visitor, order: int) -> HttpResponse:
    """The keys of its records that are rejected."""
    with met(request, visitor, order) as at:
        keys = encode_rejected(at.desk.rejected(at.order))
        return HttpResponse(keys, BINARY, headers={"Cache-Control": "no-store"})


@for_agents("POST")
def pairs(request: HttpRequest, visitor: Visitor, order: int) -> HttpResponse:
    """The keys and digests of the state's rows in some buckets."""
    wanted = message(request).get("wanted")
    with met(request, visitor, order) as at:
        if not isinstance(wanted, list) or len(wanted) > at.order.buckets:
            raise RefusedError("wrong", "wanted must be a list of buckets.")
        buckets = [number(each, "a bucket", most=at.order.buckets - 1) for each in wanted]
        return HttpResponse(at.desk.pairs(at.order, buckets).to_bytes(), BINARY, headers={"Cache-Control": "no-store"})


@for_agents("POST")
def heartbeat(request: HttpRequest, visitor: Visitor, order: int) -> HttpResponse:
    """It is still being read."""
    with met(request, visitor, order) as at:
        at.desk.renew(at.order)
    sent = message(request)
    note_seen([visitor.district], str(sent.get("place", ""))[:200], str(sent.get("version", ""))[:50])
    return said({})


@for_agents("POST")
def finish(request: HttpRequest, visitor: Visitor, order: int) -> HttpResponse:
    """All of it is delivered; with `records`, the body has the keys that the district has no more; `total` is the
    digest of what the district has."""
    batches = number(request.GET.get("batches"), "batches", most=_MOST_BATCHES)
    compared = None
    if "records" in request.GET:
        records = number(request.GET["records"], "records")
        with upload_seat(visitor.district):
            compared = Compared(records, payload(request))
    with met(request, visitor, order) as at:
        if compared is not None:
            obj = at.catalog[at.order.object]
            keys = None if at.order.selective else _keys(obj)
            check_table(compared.gone, keys, f"What is gone of {obj.name}")
        total = None
        if "total" in request.GET:
            total = total_from_text(at.catalog[at.order.object], request.GET["total"])
        at.desk.finish(at.order, batches, compared, total)
        return said({})


@for_agents("POST")
def fail(request: HttpRequest, visitor: Visitor, order: int) -> HttpResponse:
    """It cannot be read; the line says why."""
    line = message(request).get("message")
    if not isinstance(line, str) or not line.strip() or "\0" in line:
        raise RefusedError("wrong", "message must be a line that says why.")
    line = " ".join(line.encode("utf-8", "replace").decode().split())[:_LONGEST_LINE]
    with met(request, visitor, order) as at:
        at.desk.fail(at.order, line)
    note_line(visitor.district, f"{at.order.object}: {line}", resync=at.order.resync, went_wrong=True)
    return said({})


def _keys(obj: SyncObject) -> pa.Schema:
    return pa.schema([pa.field(column.name, arrow_type(column)) for column in obj.key_columns])
