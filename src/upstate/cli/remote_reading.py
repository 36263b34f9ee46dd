"""The API's JSON, read back into the values that commands print."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from upstate.hub.leftovers import HeldRemoval, LeftOver
from upstate.hub.receipt import Receipt, ReceiptObject
from upstate.hub.reports import ObjectRun, Outlook, Root
from upstate.loading.dependents import Dependents, Listed
from upstate.loading.verifying import KINDS, Difference, Looked, Verified
from upstate.planning import Counts, Plan, Status, Step
from upstate.wire.digests import Total

Json = Mapping[str, Any]

_COUNTED = ("created", "updated", "unchanged", "deleted", "failed", "blocked", "excluded", "leftovers")


def read_plan(plan: Json) -> Plan:
    """A plan."""
    return Plan(
        district=plan["district"],
        school_year=plan["year"],
        mode=plan["mode"],
        steps=tuple(Step(each["object"], tuple(each["added_for"]), each["year"]) for each in plan["objects"]),
        warnings=tuple(plan["warnings"]),
    )


def read_run(run: Json) -> ObjectRun:
    """One object of a resync, or where an object stands."""
    return ObjectRun(
        object=run["object"],
        state=run["state"],
        counts=Counts(**{verdict: run[verdict] for verdict in _COUNTED}),
        status=Status(run["status"]),
        message=run["message"],
        records=run.get("records", 0),
        seconds=run.get("seconds", 0.0),
        started=_moment(run.get("last_resync") or run.get("started")),
    )


def read_receipt(receipt: Json) -> Receipt:
    """A receipt as it was written."""
    return Receipt(
        resync=receipt["receipt"],
        district=receipt["district"],
        school_year=receipt["year"],
        finished=_moment(receipt["finished"]),
        objects=tuple(map(_receipt_object, receipt["objects"])),
        untold=tuple(receipt["untold"]),
    )


def _receipt_object(each: Json) -> ReceiptObject:
    return ReceiptObject(
        object=each["object"],
        school_year=each["year"],
        definition=bytes.fromhex(each["definition"]),
        district=Total(*each["district"]["sums"]),
        state=Total(*each["state"]["sums"]),
        district_landed=Total(*each["district"]["landed_sums"]),
        state_landed=Total(*each["state"]["landed_sums"]),
        turned_away=each["turned_away"],
        leftovers=each["leftovers"],
    )


def read_history(resync: Json) -> Iterator[dict[str, Any]]:
    """A resync as the rows of dis_batch_history that it has."""
    for run in resync["objects"]:
        yield {
            "resync": resync["resync"],
            "school_year": resync["year"],
            "object": run["object"],
            "started": _moment(run["started"] or resync["started"] or resync["placed"]),
            "finished": _moment(run["finished"]),
            "processed": run["processed"],
            **{verdict: run[verdict] for verdict in _COUNTED},
            "errors": run["errors"],
            "status": run["status"],
            "state": run["state"],
            "message": run["message"],
            "mode": resync["mode"],
            "asked_by": resync["asked_by"],
        }


def read_rejection(row: Json) -> dict[str, Any]:
    """A rejection as the hub's own report has it."""
    return {
        "object": row["object"],
        "key": row["key"],
        "school_year": row["year"],
        **{
            name: row[name]
            for name in (
                "verdict", "reason", "column", "records", "message", "advice", "root_object", "root_key", "root_reason",
            )
        },
        "first_seen_at": _moment(row["first_seen"]),
        "last_seen_at": _moment(row["last_seen"]),
    }  # fmt: skip


def read_root(root: Json) -> Root:
    """A root."""
    return Root(**{**root, "key": tuple(root["key"])})


def read_outlook(outlook: Json) -> Outlook:
    """What the open rejections come to."""
    return Outlook(**outlook)


def read_looked(each: Json, first: Iterable[Json]) -> Looked:
    """An object of a verification, with the first of its differences."""
    if each["state"] != "compared":
        return Looked(each["object"], None, each["seconds"] or 0.0, each["message"])
    verified = Verified(
        object=each["object"],
        district_count=each["district_count"],
        state_count=each["state_count"],
        unexpected={kind: each[kind] for kind in KINDS},
        expected=each["expected"],
        first=tuple(Difference(row["kind"], tuple(row["key"]), tuple(row["columns"])) for row in first),
    )
    return Looked(each["object"], verified, each["seconds"] or 0.0)


def read_left_over(each: Json) -> LeftOver:
    """The leftovers of an object."""
    return LeftOver(**{**each, "since": _moment(each["since"]), "dependents": _dependents(each)})


def read_leftover(row: Json) -> Listed:
    """One leftover by key."""
    since = datetime.fromisoformat(row["since"])
    return Listed(0, tuple(row["key"]), since, row["kept"], row["kept_by"], _dependents(row))


def read_held_removal(row: Json) -> HeldRemoval:
    """A removal that is or was held."""
    return HeldRemoval(**{**row, "held_at": _moment(row["held_at"]), "decided_at": _moment(row["decided_at"])})


def _dependents(row: Json) -> tuple[Dependents, ...]:
    return tuple(Dependents(**each) for each in row["dependents"])


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
