"""Which object needs which: ancestors, and an order in which every parent comes before its child."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from upstate.catalog.model import Catalog, SyncObject
from upstate.errors import CatalogError


class CycleError(CatalogError):
    """Objects that wait for each other; `cycle` names them, each waiting for the next, the first again at the end."""

    def __init__(self, cycle: tuple[str, ...]) -> None:
        super().__init__(
            f"These objects wait for each other: {' -> '.join(cycle)}. "
            "Remove one of these references, scope or after arrows, or lookups."
        )
        self.cycle = cycle


@dataclass(frozen=True, slots=True)
class Graph:
    """The arrows of a catalog.

    `parents` drive Check dependencies (references and scope); `before` also holds what must merely come earlier (after
    arrows, references that do not drive, objects a rule looks up). Both map an object's name to names; a
    self-reference is no arrow, and an arrow to an object outside the catalog is dropped.
    """

    parents: Mapping[str, tuple[str, ...]]
    before: Mapping[str, frozenset[str]]

    @staticmethod
    def of(catalog: Catalog) -> Graph:
        """The graph of a catalog; CycleError names every object of a cycle."""
        parents = {o.name: _known(catalog, o, _driving(o)) for o in catalog}
        before = {o.name: frozenset((*parents[o.name], *_known(catalog, o, _ordering(o)))) for o in catalog}
        graph = Graph(MappingProxyType(parents), MappingProxyType(before))
        if cycle := graph._cycle():
            raise CycleError(cycle)
        return graph

    def ancestors(self, name: str) -> frozenset[str]:
        """Everything that must have been sent before this object may be."""
        found: set[str] = set()
        left = list(self.parents[name])
        while left:
            parent = left.pop()
            if parent not in found:
                found.add(parent)
                left.extend(self.parents[parent])
        return frozenset(found)

    def children(self, name: str) -> tuple[str, ...]:
        """The objects that name this one as a parent."""
        return tuple(child for child, parents in self.parents.items() if name in parents)

    def descendants(self, name: str) -> frozenset[str]:
        """Everything that depends on this object, directly or not."""
        return frozenset(other for other in self.parents if name in self.ancestors(other))

    def closure(self, names: Iterable[str]) -> frozenset[str]:
        """These objects and all their ancestors."""
        chosen = frozenset(names)
        return chosen.union(*(self.ancestors(name) for name in chosen))

    def order(self, names: Iterable[str]) -> tuple[str, ...]:
        """These objects, every parent before its child, and otherwise by name: the same on every run.

        An arrow holds also through objects that were not chosen, so a partial order never contradicts the full one.
        """
        full = self._full_order()
        chosen = set(names)
        return tuple(name for name in full if name in chosen)

    def _full_order(self) -> tuple[str, ...]:
        waiting = {name: len(before) for name, before in self.before.items()}
        followers: dict[str, list[str]] = {name: [] for name in self.before}
        for name, before in self.before.items():
            for earlier in before:
                followers[earlier].append(name)
        ready = [name for name, count in waiting.items() if count == 0]
        heapq.heapify(ready)
        order: list[str] = []
        while ready:
            name = heapq.heappop(ready)
            order.append(name)
            for follower in followers[name]:
                waiting[follower] -= 1
                if waiting[follower] == 0:
                    heapq.heappush(ready, follower)
        return tuple(order)

    def _cycle(self) -> tuple[str, ...]:
        """Objects that wait for each other, the first again at the end; empty where there are none."""
        among = self.before.keys() - set(self._full_order())
        if not among:
            return ()
        # Every object that is left waits for another that is left, so walking back must meet itself.
        path: list[str] = [min(among)]
        while True:
            earlier = min(n for n in self.before[path[-1]] if n in among)
            if earlier in path:
                circle = path[path.index(earlier) :]
                first = circle.index(min(circle))
                return (*circle[first:], *circle[:first], circle[first])
            path.append(earlier)


def _driving(obj: SyncObject) -> tuple[str, ...]:
    return (*(r.to for r in obj.references if r.drives), *obj.scope)


def _ordering(obj: SyncObject) -> tuple[str, ...]:
    return (*obj.after, *(r.to for r in obj.references), *(lookup.object for lookup in obj.lookups))


def _known(catalog: Catalog, obj: SyncObject, names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(n for n in names if n != obj.name and n in catalog))
