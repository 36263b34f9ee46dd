"""Agents: of each district whether its agent is there, what it has to do, and what it said."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db import connection as control
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from upstate.hub.models import Agent, AgentEntry, District, Order
from upstate.hub.postgres import database_errors, statement
from upstate.hub.requests import undisclosed
from upstate.hub.rights import districts_where
from upstate.hub.web.keyset import newest_first, paged, place_of
from upstate.hub.web.needs import needs
from upstate.hub.web.pages.agents_keys import keys_of
from upstate.hub.web.request import Request

_THERE = timedelta(seconds=90)  # an agent says every 20 s that it is there
_MOST = 200


@dataclass(frozen=True, slots=True)
class Queue:
    """How many orders wait, are being read at the district, and wait to land at the state."""

    waiting: int = 0
    reading: int = 0
    delivered: int = 0


@dataclass(frozen=True, slots=True)
class Row:
    """A district's agent, None where none was ever seen, and its queue."""

    district: District
    agent: Agent | None
    there: bool
    queue: Queue


@require_GET
@needs("agents.view", where="anywhere")
def agents(request: Request) -> HttpResponse:
    """The agents of the districts in which one may see them."""
    mine = districts_where(request.user, "agents.view")
    districts = District.objects.select_related("agent").filter(zone__isnull=False).order_by("name")
    if mine is not None:
        districts = districts.filter(id__in=mine)
    return render(request, "hub/agents.html", {"rows": _rows(districts)})


@require_GET
@needs("agents.view")
def agent(request: Request, district: District) -> HttpResponse:
    """One district's agent: its queue, drawn alone for htmx, and its log."""
    (row,) = _rows([district])
    context = {"row": row, "orders": _orders(request, district)}
    if request.htmx:
        return render(request, "hub/parts/agent_queue.html", context)
    place = place_of(request.GET)
    entries = AgentEntry.objects.filter(district=district)
    context["page"] = paged(lambda most: newest_first(entries, place)[:most], place, lambda entry: (entry.id,))
    return render(request, "hub/agent.html", {**context, **keys_of(request, district)})


def _orders(request: Request, district: District) -> list[tuple[Order, str]]:
    """What is not settled, in the order it runs, with its object's name.

    A resync whose objects a person may not see is one line without a name, whatever it holds.
    """
    going = Order.objects.select_related("resync").exclude(state__in=["landed", "failed"])
    going = going.filter(resync__zone=district.zone, resync__state__in=["queued", "running"])
    orders = list(going.order_by("resync_id", "position")[:_MOST])
    kept = undisclosed(request.user, {order.resync_id for order in orders})
    first = {order.resync_id: order.id for order in reversed(orders)}
    return [
        (order, "" if order.resync_id in kept else order.object)
        for order in orders
        if order.resync_id not in kept or first[order.resync_id] == order.id
    ]


def _rows(districts: Iterable[District]) -> list[Row]:
    listed = list(districts)
    queues = _queues(listed)
    now = datetime.now(UTC)
    rows = []
    for each in listed:
        known: Agent | None = getattr(each, "agent", None)
        there = known is not None and now - known.seen_at < _THERE
        rows.append(Row(each, known, there, queues.get(each.id, Queue())))
    return rows


@database_errors()
def _queues(districts: list[District]) -> Mapping[int, Queue]:
    with control.cursor() as cursor:
        cursor.execute(statement("agent_queues").decode(), {"districts": [each.id for each in districts]})
        return {district: Queue(*counts) for district, *counts in cursor.fetchall()}
