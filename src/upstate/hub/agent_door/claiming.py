"""An agent asks for an order: it gets the next one of its district, or waits a while for one to come."""

from __future__ import annotations

import math
import re
import time
from datetime import UTC, datetime
from typing import Any

from django.http import HttpRequest, HttpResponse

from upstate.hub.agent_door.board import board
from upstate.hub.agent_door.bodies import message, number
from upstate.hub.agent_door.catalog_at_hand import catalog_at_hand
from upstate.hub.agent_door.desks import desk
from upstate.hub.agent_door.refusing import RefusedError, said
from upstate.hub.agent_door.seats import waiting_seat
from upstate.hub.agent_door.visiting import Visitor, for_agents
from upstate.hub.agents import note_seen
from upstate.hub.holding import quiet_in
from upstate.hub.models import AgentKey
from upstate.hub.postgres import database_errors, statement
from upstate.hub.web.state import state_connection
from upstate.wire import WorkOrder
from upstate.wire.protocol import CATALOG_HEADER, LONGEST_WAIT, order_to_json

_LOOK_AGAIN = 0.5  # seconds
_QUIET_COME_AGAIN = 15  # so that whoever shortens quiet hours does not wait long
_TICKET = re.compile(r"[0-9A-Za-z_-]{1,64}")


@for_agents("POST")
def claim(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """The next order, of the resync that is named or of any; after `after` seconds it is worth asking again.

    Waits up to `wait` seconds for one, where few others do.
    """
    sent = message(request)
    resync = None if sent.get("resync") is None else number(sent["resync"], "resync")
    wait = number(sent.get("wait", 0), "wait", most=LONGEST_WAIT)
    ticket = _ticket(sent.get("ticket"))
    note_seen([visitor.district], str(sent.get("place", ""))[:200], str(sent.get("version", ""))[:50])
    waiting = board()
    until: datetime | None = None

    def look() -> WorkOrder | None:
        nonlocal until
        # who does not wait is told what is true now, and who waits what was true a moment ago
        if wait and not waiting.has_work(visitor.district):
            return None
        until = quiet_in(visitor.district)
        return None if until is not None else _claim(visitor, resync, ticket, request)

    with waiting_seat() as may_wait:
        end = time.monotonic() + (wait if may_wait else 0)
        while (order := look()) is None and until is None and time.monotonic() < end:
            time.sleep(_LOOK_AGAIN)
            if ticket is not None and _withdrawn(visitor, ticket):
                break
    if order is not None:
        return said({"order": order_to_json(order)})
    if until is not None:
        line = f"Quiet hours: nothing is handed out until {until:%Y-%m-%d %H:%M} UTC."
        left = math.ceil((until - datetime.now(UTC)).total_seconds())
        return said({"order": None, "after": min(_QUIET_COME_AGAIN, max(1, left)), "line": line})
    return said({"order": None, "after": 0 if may_wait else waiting.come_again(visitor.district)})


@for_agents("POST")
def withdraw(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """The claim with this ticket, of this key, waits for work no longer; it is answered in a moment."""
    ticket = _ticket(message(request).get("ticket"))
    if ticket is None:
        raise RefusedError("wrong", "ticket must be that of a claim.")
    with database_errors():
        AgentKey.objects.filter(pk=visitor.key).update(withdrawn=ticket)
    return said({})


@database_errors()
def _withdrawn(visitor: Visitor, ticket: str) -> bool:
    return AgentKey.objects.filter(pk=visitor.key, withdrawn=ticket).exists()


def _ticket(said: Any) -> str | None:
    """What tells this claim, and its repeats, from others of the same agent; older agents have none."""
    return said if isinstance(said, str) and _TICKET.fullmatch(said) else None


def _claim(visitor: Visitor, resync: int | None, ticket: str | None, request: HttpRequest) -> WorkOrder | None:
    with state_connection() as connection, database_errors():
        values = {"district": visitor.district, "resync": resync, "reader": visitor.key, "ticket": ticket}
        row = connection.execute(statement("resync_to_read"), values).fetchone()
        if row is None:
            return None
        at_hand = catalog_at_hand()  # as it is now: it may have changed while this request waited
        if request.headers.get(CATALOG_HEADER) != at_hand.stamp:
            raise RefusedError("catalog", "The agent's catalog is not the hub's any more; fetch it and ask again.")
        return desk(connection, at_hand.catalog, row[0], visitor, ticket).claim()
