"""The tree table of the Batch page: each object of a zone, where it hangs, what it needs, how its last run went."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from upstate.catalog import Branch, Catalog, Graph, tree
from upstate.hub.web.pages.batch_runs import Expected, LastOrder
from upstate.planning import Status, Zone, offered, year_name


@dataclass(frozen=True, slots=True)
class Line:
    """An object's place in the tree. `needs` are all its ancestors, in the order they are sent.

    `under` are the rows it hangs under, `also_needs` its parents that are drawn elsewhere. `why_not` says why it cannot
    be chosen for the year; empty where it can.
    """

    object: str
    depth: int
    under: tuple[str, ...]
    has_children: bool
    also_needs: tuple[str, ...]
    needs: tuple[str, ...]
    why_not: str


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the table with how its object stands; `last` is None where it was never sent.

    `expected` tells of a run before, and is there only while the object is on its way. One that `waits` is part of a
    resync in the queue: it is gray, and still shows what came of its last run.
    """

    line: Line
    last: LastOrder | None
    expected: Expected | None
    waits: bool = False

    @property
    def object(self) -> str:
        """The object's name."""
        return self.line.object

    @property
    def status(self) -> Status:
        """The status of its last run, or that another one has been asked for."""
        if self.waits:
            return Status.GRAY
        return Status.NEVER if self.last is None else self.last.status

    @property
    def on_its_way(self) -> bool:
        """Whether it is part of a resync that has not settled it yet."""
        return self.last is not None and not self.last.settled

    @property
    def version(self) -> str:
        """Tells what is drawn of it from what was drawn before, so that only what changed is drawn anew."""
        waits = "-waits" if self.waits else ""
        if self.last is None:
            return f"never{waits}"
        moving = f"-{self.last.read}-{self.last.records}" if self.on_its_way else ""
        return f"{self.last.resync}-{self.last.state}{moving}{waits}"

    @property
    def word(self) -> str:
        """What the status says where more is known than its colour tells; empty: the colour's own word."""
        if self.waits and not self.on_its_way:
            return "waiting"
        if self.last is None:
            return ""
        if self.last.state == "reading":
            return "sending" if self.last.everything else "comparing"
        return {"waiting": "waiting", "delivered": "landing", "failed": "did not land"}.get(self.last.state, "")

    @property
    def progress(self) -> str:
        """How far it is, in words, while it is on its way."""
        last, about = self.last, "" if self.expected is None else f" of about {self.expected.processed}"
        if last is None or last.state == "waiting":
            return "Waits for its turn"
        if last.everything:
            return f"Delivered: {last.records}{about if last.state == 'reading' else ''}"
        if last.state == "reading":
            return f"Compares{about.removeprefix(' of')}: {last.records} differ so far"
        return f"Compared: {last.read}, {last.records} differ"


def table(
    lines: tuple[Line, ...],
    last: Mapping[str, LastOrder],
    expected: Mapping[str, Expected],
    waiting: frozenset[str] = frozenset(),
) -> tuple[Row, ...]:
    """The rows of the tree: each line with its object's last run, and whether it is `waiting` for another."""
    rows = []
    for line in lines:
        found = last.get(line.object)
        moving = found is not None and not found.settled
        rows.append(Row(line, found, expected.get(line.object) if moving else None, line.object in waiting))
    return tuple(rows)


def lines_of(catalog: Catalog, zone: Zone, year: int) -> tuple[Line, ...]:
    """The tree of what a zone is offered, drawn from the top; what the year does not offer says why."""
    here = catalog.offered(zone.edition, zone.switches)
    available = frozenset(offered(catalog, zone, year))
    graph = Graph.of(here)
    order = graph.order(here.objects)

    def why_not(name: str) -> str:
        if name in available:
            return ""
        if here[name].school_year is None:
            return f"Not tied to a year: it goes with {year_name(zone.school_year)}."
        return f"Not configured for {year_name(year)}."

    def walk(branch: Branch, under: tuple[str, ...]) -> Iterator[Line]:
        name = branch.object
        ancestors = graph.ancestors(name)
        yield Line(
            object=name,
            depth=len(under),
            under=under,
            has_children=bool(branch.children),
            also_needs=branch.also_needs,
            needs=tuple(each for each in order if each in ancestors),
            why_not=why_not(name),
        )
        for child in branch.children:
            yield from walk(child, (*under, name))

    return tuple(line for branch in tree(here) for line in walk(branch, ()))
