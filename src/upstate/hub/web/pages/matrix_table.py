"""The matrix of districts and objects: of each cell the status, of each row and of the whole state the tally."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from upstate.catalog import Catalog, Graph
from upstate.hub.models import District
from upstate.hub.web.standing import ORDER, offered_in, stands_of
from upstate.planning import Status


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
    offered = offered_in(catalog, listed)
    stands = stands_of(offered)
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
