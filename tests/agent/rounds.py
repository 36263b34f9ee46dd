"""What the tests of a round share: a district of two objects, a hub in memory, and a source that is lost."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.agent.cases import thing
from tests.agent.memory_door import MemoryDoor
from tests.agent.sqlite_maker import SqliteMaker

from upstate.agent import round as round_module
from upstate.agent.round import Progress
from upstate.agent.sources import Comparison, Description, Snapshot, Source, StateSide
from upstate.agent.sources.comparison import compare_by_reading
from upstate.agent.sources.wanted import Wanted, chosen
from upstate.catalog import Catalog, Column, SyncObject
from upstate.errors import LostSourceError
from upstate.wire import Batch, WorkOrder, decode

SCHOOL = thing(Column("name", "text"), name="School")
PUPIL = thing(Column("name", "text"), name="Pupil")
CATALOG = Catalog({obj.name: obj for obj in (SCHOOL, PUPIL)})
PUPILS = 100_000  # four batches


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    maker = SqliteMaker(tmp_path_factory.mktemp("round") / "district.sqlite")
    maker.natives(SCHOOL, [(n, f"school {n}") for n in range(10)])
    maker.natives(PUPIL, [(n, f"pupil {n}") for n in range(PUPILS)])
    return maker.path


@pytest.fixture
def maker(filled: Path, tmp_path: Path) -> SqliteMaker:
    return SqliteMaker(Path(shutil.copy(filled, tmp_path)))


@pytest.fixture(autouse=True)
def no_thread_stays() -> Iterator[None]:
    yield
    assert [t.name for t in threading.enumerate() if t.name == "upstate-reader"] == []


def run_round(door: MemoryDoor, source: Source, catalog: Catalog, *progress: Progress) -> int:
    """A round of who comes when the leases of all before have ended."""
    door.let_go()
    return round_module.run_round(door, source, catalog, *progress)


def door_of(*objects: SyncObject) -> MemoryDoor:
    return MemoryDoor(*(WorkOrder(n, 1, obj.name, None, 0) for n, obj in enumerate(objects)))


def landed(door: MemoryDoor, obj: SyncObject) -> list[tuple[int, str]]:
    """What the hub holds of an object, as it would be read there."""
    (standing,) = (s for s in door.standings.values() if s.order.object == obj.name)
    batches = [decode(obj, standing.kept[n].payload) for n in sorted(standing.kept)]
    return [(r["id"], r["name"]) for batch in batches for r in batch.records.to_pylist()]


@dataclass(frozen=True)
class Dropping:
    """A source whose connection is lost after so many batches, like one that ends connections after ten minutes."""

    source: Source
    after: int

    def check(self, objects: object) -> None:
        raise AssertionError("the round does not check")

    def describe(self) -> Description:
        raise AssertionError("the round does not describe")

    @contextmanager
    def snapshot(self) -> Iterator[Snapshot]:
        with self.source.snapshot() as snapshot:
            yield DroppingSnapshot(snapshot, self.after)


@dataclass(frozen=True)
class DroppingSnapshot:
    snapshot: Snapshot
    after: int

    def read(self, obj: SyncObject, school_year: int | None) -> Iterator[Batch]:
        for number, batch in enumerate(self.snapshot.read(obj, school_year)):
            if number == self.after:
                raise LostSourceError("The connection was lost.")
            yield batch

    def select(self, obj: SyncObject, school_year: int | None, wanted: Wanted) -> Iterator[Batch]:
        return chosen(self.read(obj, school_year), wanted)

    def compare(self, obj: SyncObject, school_year: int | None, state: StateSide) -> Comparison | None:
        return compare_by_reading(obj, self.read(obj, school_year), state)
