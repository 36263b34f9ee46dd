"""The matrix of districts and objects: of each cell the status, of each row and of the whole state the tally."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import connection as control

from upstate.catalog import Catalog, Graph
from upstate.hub.models import District
from upstate.hub.postgres import database_errors, statement
from upstate.planning import Status

ORDER = (Status.RED, Status.YELLOW, Status.GREEN, Status.GRAY, Status.NEVER)


@dataclass(frozen=True, slots=True)
class Row:
    """A district's row: for each column its object and status, None where the district is not offered the object."""

    district: District
    named: tuple[tuple[str, Status | None], ...]

    @property
    def red(self) -> int:
        """How many of its objects are red."""
        return sum(status is Status.RED for _, status in self.named)


@dataclass(frozen=True, slots=True)
class Matrix:
    """The whole: columns are objects, parents before children; `tally` counts the cells by status."""

    objects: tuple[str, ...]
    rows: tuple[Row, ...]
    tally: tuple[tuple[Status, int], ...]


def matrix_of(catalog: Catalog, districts: Iterable[District], status: Status | None = None) -> Matrix:
    """The matrix of these districts, who come with `zone` at hand; with `status`, of those with such a cell alone."""
    listed = list(districts)
    offered = {district.id: _offered(catalog, district) for district in listed}
    stands = _standing(offered)
    names = frozenset().union(*offered.values()) if offered else frozenset()
    objects = Graph.of(catalog).order(names)
    rows = []
    for each in listed:
        mine, here = stands.get(each.id, {}), offered[each.id]
        cells = tuple((name, mine.get(name, Status.NEVER) if name in here else None) for name in objects)
        if status is None or any(cell is status for _, cell in cells):
            rows.append(Row(each, cells))
    counted = Counter(cell for row in rows for _, cell in row.named)
    return Matrix(objects, tuple(rows), tuple((each, counted[each]) for each in ORDER))


def _offered(catalog: Catalog, district: District) -> frozenset[str]:
    zone = district.zone
    return frozenset(catalog.offered(zone.edition, frozenset(zone.switches)).objects)


@database_errors()
def _standing(offered: Mapping[int, frozenset[str]]) -> Mapping[int, Mapping[str, Status]]:
    """How each object of each district stands; what a full resync did not have is looked for before it."""
    stands: dict[int, dict[str, Status]] = {}
    bounded: set[int] = set()
    for district, name, status, has_full in _newest(list(offered)):
        stands.setdefault(district, {})[name] = Status(status)
        if has_full:
            bounded.add(district)
    left = {district: names for district in bounded if (names := offered[district] - stands[district].keys())}
    if left:
        for district, name, status, _ in _newest(list(left), frozenset().union(*left.values())):
            stands[district].setdefault(name, Status(status))
    return stands


def _newest(districts: list[int], beyond: frozenset[str] | None = None) -> list[tuple[int, str, str, bool]]:
    values: dict[str, Any] = {"districts": districts, "all_of_it": beyond is not None, "objects": sorted(beyond or ())}
    with control.cursor() as cursor:
        cursor.execute(statement("matrix").decode(), values)
        return [(district, name, status, has_full) for district, name, status, has_full in cursor.fetchall()]
