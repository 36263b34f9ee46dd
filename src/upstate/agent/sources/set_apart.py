"""What the state rejects is read by its key and set apart before sums are compared: it would make each bucket that it
is in differ, and all the records beside it there be looked at, at both ends."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from upstate.agent.sources.digesting import first_of_each, legible_misfits
from upstate.agent.sources.spool import Hashes, Spool
from upstate.catalog import SyncObject
from upstate.wire import Batch, no_misfits
from upstate.wire.digests import UNFIT, Sums, Total, sums_from_hashes, total_of


@dataclass(frozen=True, slots=True)
class SetApart:
    """Some records of an object as `for_shipping` has it, all that have any of their keys, in a spool."""

    obj: SyncObject
    spool: Spool

    def sums(self, buckets: int) -> Sums:
        """Their sums, as the database that they are in makes them: a misfit counts, and equals nothing."""
        return sums_from_hashes(self.obj, self._hashes(), buckets)

    def outside(self, buckets: int, wanted: NDArray[np.int64]) -> tuple[Iterator[Batch], Total]:
        """Those that are in none of the wanted buckets, and their total."""
        inside = np.zeros(buckets, np.bool_)
        inside[wanted] = True
        total = Total()
        for number in range(len(self.spool)):
            keys, digests = self.spool.hashes(number)
            total += total_of(digests[~inside[keys & (buckets - 1)]])
        return self._outside(inside), total

    def _outside(self, inside: NDArray[np.bool_]) -> Iterator[Batch]:
        for number in range(len(self.spool)):
            keys, _ = self.spool.hashes(number)
            records = self.spool.records(number).filter(pa.array(~inside[keys & (len(inside) - 1)]))
            misfits = self.spool.misfits(number)
            if misfits is not None:
                places, keys = legible_misfits(self.obj, misfits)
                kept = np.ones(misfits.num_rows, np.bool_)
                kept[places] = ~inside[keys & (len(inside) - 1)]
                misfits = misfits.filter(pa.array(kept))
            if records.num_rows or (misfits is not None and misfits.num_rows):
                yield Batch(records, no_misfits() if misfits is None else misfits)

    def _hashes(self) -> Iterator[tuple[Hashes, Hashes]]:
        for number in range(len(self.spool)):
            yield self.spool.hashes(number)
            misfits = self.spool.misfits(number)
            if misfits is not None:
                _, keys = legible_misfits(self.obj, first_of_each(misfits))
                yield keys, np.full(len(keys), UNFIT)
