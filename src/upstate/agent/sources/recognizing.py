"""What the state rejects is recognized by its key while a district is read, so that it can be left out of the sums: it
would make each bucket that it is in differ, and the state be asked for all that is beside it there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from upstate.agent.sources.spool import Hashes
from upstate.agent.sources.wanted import Wanted
from upstate.catalog import SyncObject
from upstate.wire.digests import Sums, key_hashes, sums_from_hashes

Places = NDArray[np.intp]


class Recognized:
    """Those of an object's records, as `for_shipping` has it, whose keys are among some texts.

    Another record whose key has the same hash is taken for one of them, which makes its bucket differ and nothing else.
    """

    def __init__(self, obj: SyncObject, texts: pa.Table | None, buckets: int) -> None:
        self._obj = obj
        self._buckets = buckets
        legible = [] if texts is None else Wanted(obj, obj.key, texts).values.to_batches()
        self._keys = np.unique(np.concatenate([np.zeros(0, np.int64), *(key_hashes(obj, each) for each in legible)]))
        self._likely = np.zeros(buckets, np.bool_)
        self._likely[self._keys & (buckets - 1)] = True
        self._places: list[Places] = []
        self._hashes: list[tuple[Hashes, Hashes]] = []

    def among(self, hashes: Iterable[tuple[Hashes, Hashes]]) -> Iterator[tuple[Hashes, Hashes]]:
        """The same hashes of keys and digests, batch by batch; those of them that are recognized are noted."""
        for keys, digests in hashes:
            places = np.flatnonzero(self._likely[keys & (self._buckets - 1)])
            places = places[np.isin(keys[places], self._keys)]
            self._places.append(places)
            self._hashes.append((keys[places], digests[places]))
            yield keys, digests

    @property
    def sums(self) -> Sums:
        """The sums of those that were recognized."""
        return sums_from_hashes(self._obj, self._hashes, self._buckets)

    def outside(self, wanted: NDArray[np.int64]) -> list[Places]:
        """Where in each batch those are that are in none of the wanted buckets."""
        inside = np.zeros(self._buckets, np.bool_)
        inside[wanted] = True
        pairs = zip(self._places, self._hashes, strict=True)
        return [places[~inside[keys & (self._buckets - 1)]] for places, (keys, _) in pairs]
