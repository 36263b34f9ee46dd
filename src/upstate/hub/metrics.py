"""What there is to watch of the whole state: counted in its database, so every process of the hub says the same."""

from __future__ import annotations

from importlib.metadata import version
from typing import Any

from upstate.hub.exposition import Metric
from upstate.hub.postgres import Connection, database_errors, statement

_UNSETTLED = ("waiting", "reading", "delivered")


@database_errors()
def metrics(connection: Connection) -> tuple[Metric, ...]:
    """All metrics, by a few quick statements. A district is named by its number, never by its name."""
    counters = _counters(connection)
    resyncs = {state: (count, oldest) for state, count, oldest in _rows(connection, "metrics_resyncs")}
    orders: dict[str, int] = dict(_rows(connection, "metrics_orders"))
    ((batches, size),) = _rows(connection, "metrics_kept")
    ((mails,),) = _rows(connection, "metrics_mails")
    return (
        Metric("upstate_info", "gauge", "The version that answers.", (({"version": version("upstate")}, 1),)),
        Metric(
            "upstate_resyncs",
            "gauge",
            "Resyncs that have not ended.",
            tuple(({"state": state}, resyncs.get(state, (0, 0))[0]) for state in ("queued", "running")),
        ),
        Metric(
            "upstate_oldest_queued_resync_seconds",
            "gauge",
            "For how long the resync that waits longest has waited; 0 where none waits.",
            (({}, resyncs.get("queued", (0, 0))[1]),),
        ),
        Metric(
            "upstate_orders",
            "gauge",
            "Work orders of resyncs that have not ended, by state.",
            tuple(({"state": state}, orders.get(state, 0)) for state in _UNSETTLED),
        ),
        Metric("upstate_orders_settled_total", "counter", "Work orders that ended, by how.", counters["orders"]),
        Metric("upstate_records_total", "counter", "Records of landed orders, by verdict.", counters["records"]),
        Metric(
            "upstate_lease_losses_total",
            "counter",
            "Orders taken over from a reader: its lease ran out (expired), or its process ended (released).",
            counters["leases"],
        ),
        Metric("upstate_batches_kept", "gauge", "Delivered batches that have not landed.", (({}, batches),)),
        Metric("upstate_batches_kept_bytes", "gauge", "Their size.", (({}, size),)),
        Metric(
            "upstate_agent_silence_seconds",
            "gauge",
            "For how long a district's agent has not been seen; the district by its number.",
            tuple(({"district": str(d)}, seconds) for d, seconds in _rows(connection, "metrics_agents")),
        ),
        Metric(
            "upstate_rejections_open",
            "gauge",
            "Open rejections, by verdict and reason.",
            tuple(({"verdict": v, "reason": r}, n) for v, r, n in _rows(connection, "metrics_rejections")),
        ),
        Metric("upstate_mails_waiting", "gauge", "Mails that are due and not sent.", (({}, mails),)),
    )


_LABELS = {
    "orders": ("state", ("landed", "failed")),
    "records": ("verdict", ("created", "updated", "unchanged", "failed", "blocked", "excluded", "deleted")),
    "leases": ("how", ("expired", "released")),
}


def _counters(connection: Connection) -> dict[str, tuple[tuple[dict[str, str], float], ...]]:
    """What was counted since the hub was set up; a counter that never moved is 0, so that its first move is seen."""
    counted = {(name, label): value for name, label, value in _rows(connection, "metrics_counters")}
    return {
        name: tuple(({key: label}, counted.get((name, label), 0)) for label in labels)
        for name, (key, labels) in _LABELS.items()
    }


def _rows(connection: Connection, name: str) -> list[tuple[Any, ...]]:
    return connection.execute(statement(name)).fetchall()
