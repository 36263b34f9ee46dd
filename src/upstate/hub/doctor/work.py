"""The work: agents and workers that are silent, orders nobody reads, resyncs that stand still, mails that do not go."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.conf import settings

from upstate.hub.doctor.finding import Finding, good, mind, must_mend
from upstate.hub.postgres import Connection, database_errors, statement

_SHOWN = 5


@database_errors()
def work_findings(connection: Connection) -> Iterator[Finding]:
    """Of what is under way."""
    stuck = _rows(connection, "doctor_stuck", minutes=settings.UPSTATE_STALL_MINUTES)
    for resync, district, state, minutes in stuck[:_SHOWN]:
        doing = "waits to begin" if state == "queued" else "has not moved"
        yield must_mend(
            "resyncs",
            f"Resync {resync} of district {district} {doing} since {minutes:,} minutes.",
            "See that a worker runs (upstate hub work) and that the district's agent is there.",
        )
    stale = _rows(connection, "doctor_stale_leases")
    for resync, district, orders, minutes in stale[:_SHOWN]:
        yield must_mend(
            "leases",
            f"Resync {resync} of district {district}: the lease of {orders} orders ran out {minutes:,} minutes "
            "ago, and nobody took them over.",
            "Start the district's agent, or a worker; it goes on where the other stopped.",
        )
    if not stuck and not stale:
        yield good("resyncs", "None stands still, and no lease is stale.")
    ((silent, known),) = _rows(connection, "doctor_silent_agents")
    if silent:
        yield mind(
            "agents",
            f"{silent} of {known} agents were not seen for a quarter of an hour.",
            "The page Agents says which; start them, or the worker for those that run in-process.",
        )
    else:
        yield good("agents", f"All {known} were seen of late." if known else "There is none yet.")
    ((waiting,),) = _rows(connection, "doctor_late_mails")
    if waiting:
        yield must_mend(
            "mails", f"{waiting} mails wait for more than half an hour.", "See the worker's log, and UPSTATE_MAIL_URL."
        )


def _rows(connection: Connection, name: str, **values: Any) -> list[tuple[Any, ...]]:
    return connection.execute(statement(name), values).fetchall()
