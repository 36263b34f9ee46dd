"""The roots of what did not land, ranked by what each holds back, from the sums that landings keep."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import SuspiciousOperation
from django.db.models import Sum
from psycopg.rows import dict_row

from upstate.catalog import Branch, Catalog, tree
from upstate.hub.models import District, Hold, Tally
from upstate.hub.postgres import Connection, statement
from upstate.hub.web.keyset import Page, Place, paged
from upstate.hub.web.pages.errors_key import Key
from upstate.hub.web.pages.errors_statements import composed

_LAST = 2**63 - 1
AT_ONCE = 25


@dataclass(frozen=True, slots=True)
class Held:
    """How many records of an object hang on a root; `depth` is how far down the tree of objects, from 0."""

    object: str
    records: int
    depth: int


@dataclass(frozen=True, slots=True)
class RankedRoot:
    """A record that holds back others. `message` is empty where its own rejection is open no more."""

    id: int
    object: str
    key: Key
    reason: str
    column: str
    message: str
    advice: str
    holds: int
    held: tuple[Held, ...]


@dataclass(frozen=True, slots=True)
class ReasonCount:
    """How many rejections of an object there are for one reason that lies in the record itself."""

    object: str
    reason: str
    column: str
    rejections: int


def ranked_roots(
    connection: Connection, catalog: Catalog, district: District, verdict: str, place: Place | None
) -> Page[RankedRoot]:
    """A page of the roots that failed, or that policy keeps out, whatever holds back most first."""

    def fetch(most: int) -> list[RankedRoot]:
        return _roots(connection, catalog, district, verdict, place, most)

    return paged(fetch, place, lambda root: (root.holds, root.id), AT_ONCE)


def held_by(catalog: Catalog, district: District, root_object: str, root_key: Key) -> tuple[Held, ...]:
    """What a record holds back, whatever its reasons, as a tree."""
    rows = Hold.objects.filter(district=district, root_object=root_object, root_key=list(root_key))
    found = rows.values_list("object").annotate(total=Sum("records"))
    return _as_tree(tree(catalog), found)


def reasons_counted(district: District, verdict: str) -> tuple[ReasonCount, ...]:
    """The reasons that lie in the records themselves, the most frequent first."""
    rows = (
        Tally.objects.filter(district=district, verdict=verdict, own=True)
        .values_list("object", "reason", "column")
        .annotate(total=Sum("rejections"))
        .order_by("-total", "object", "reason", "column")
    )
    return tuple(ReasonCount(*row) for row in rows)


def _roots(
    connection: Connection,
    catalog: Catalog,
    district: District,
    verdict: str,
    place: Place | None,
    most: int,
) -> list[RankedRoot]:
    back = place is not None and place.back
    holds, number = (_LAST, _LAST) if place is None else _start(place)
    values: dict[str, Any] = {
        "district": district.id,
        "verdict": verdict,
        "holds": holds,
        "id": number,
        "most": most,
    }
    with connection.cursor(row_factory=dict_row) as cursor:
        roots = cursor.execute(composed("errors_roots", down=not back), values).fetchall()
        values["roots"] = [root["id"] for root in roots]
        holds_of: dict[int, dict[str, int]] = {}
        for row in cursor.execute(statement("errors_holds"), values):
            by_object = holds_of.setdefault(row["id"], {})
            by_object[row["object"]] = by_object.get(row["object"], 0) + row["records"]
    branches = tree(catalog)
    return [
        RankedRoot(
            id=root["id"],
            object=root["object"],
            key=tuple(root["key"]),
            reason=root["reason"],
            column=root["column"] or "",
            message=root["message"] or "",
            advice=root["advice"] or "",
            holds=root["holds"],
            held=_as_tree(branches, holds_of.get(root["id"], {}).items()),
        )
        for root in roots
    ]


def _start(place: Place) -> tuple[int, int]:
    match place.beyond:
        case (int(holds), int(number)):
            return holds, number
    raise SuspiciousOperation("The place in this list cannot be read.")


def _as_tree(branches: Sequence[Branch], counts: Iterable[tuple[str, int]]) -> tuple[Held, ...]:
    """The objects in the order of the catalog's tree, each as deep below the root as it has ancestors among them."""
    left = dict(counts)
    found: list[Held] = []

    def walk(branches: Sequence[Branch], depth: int) -> None:
        for branch in branches:
            deeper = depth
            if branch.object in left:
                found.append(Held(branch.object, left.pop(branch.object), depth))
                deeper += 1
            walk(branch.children, deeper)

    walk(branches, 0)
    return (*found, *(Held(name, records, 0) for name, records in sorted(left.items())))
