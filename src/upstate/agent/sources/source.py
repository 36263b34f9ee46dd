"""What every source can do: be checked, described, and read in one consistent snapshot."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext
from typing import Protocol, runtime_checkable

from upstate.agent.sources.comparison import Comparison, StateSide
from upstate.agent.sources.description import Description
from upstate.agent.sources.wanted import Wanted
from upstate.catalog import SyncObject
from upstate.wire import Batch


class Snapshot(Protocol):
    """The database as it was at one moment, however long the reading takes. For one thread at a time."""

    def read(self, obj: SyncObject, school_year: int | None) -> Iterator[Batch]:
        """An object's records, at most 65,536 a batch, in an order that is the same on every run over the same data.

        Of an object bound to a year, with a year given: that year's records, and those whose year is null or no number,
        so that a bad record is reported and not lost. Raises SourceError where this object cannot be read (others
        still can), LostSourceError where the connection is gone.
        """

    def select(self, obj: SyncObject, school_year: int | None, wanted: Wanted) -> Iterator[Batch]:
        """Of that which `read` gives, the records that are wanted, misfits among them; see Wanted.

        A source that cannot look for them gives `chosen(self.read(obj, school_year), wanted)`. Raises as `read`.
        """

    def compare(self, obj: SyncObject, school_year: int | None, state: StateSide) -> Comparison | None:
        """What of that which `read` gives differs from the state's rows; see Comparison.

        None where so many records differ that all had better be shipped. Raises as `read` does, also while the batches
        are taken, and whatever the state's side raises; WireError where the two sides' answers cannot be compared.
        """


@runtime_checkable
class Twinned(Protocol):
    """A snapshot of a database that can give the same moment twice."""

    def twin(self) -> AbstractContextManager[Snapshot | None]:
        """The same moment once more, for another thread, while this one lasts; None where it cannot be had."""


def twin_of(snapshot: Snapshot) -> AbstractContextManager[Snapshot | None]:
    """A snapshot's twin, where it has one; open, use and end it in one thread."""
    return snapshot.twin() if isinstance(snapshot, Twinned) else nullcontext()


class Source(Protocol):
    """A district's database. Opening one touches nothing yet; no connection is kept between calls."""

    def check(self, objects: Iterable[SyncObject]) -> None:
        """SourceError, in one line, for the first table or column that is not there, or a database that is not."""

    def snapshot(self) -> AbstractContextManager[Snapshot]:
        """A consistent snapshot, held until the block ends; open, use and end it in one thread. Raises SourceError."""

    def describe(self) -> Description:
        """The database's own schema as a catalog. Raises SourceError."""
