"""Of buckets that differ, those in which the state lacks just one of the district's records: the sums tell which.

Most of what is turned away at every resync (what policy keeps out, what points nowhere) is alone in its bucket. To ask
the state for the keys of all such buckets would carry more than the records that have really changed.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from upstate.wire.digests.sums import Sums


def lone_records(
    keys: NDArray[np.int64], digests: NDArray[np.int64], wanted: NDArray[np.int64], theirs: Sums
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Which of the district's records alone the state lacks in their buckets, and which of the `wanted` buckets are
    settled by that.

    `keys` (hashes of keys) and `digests` are those of all the district's records in the wanted buckets, which rise.
    Without its lone record a settled bucket has the count and both sums of the state's: it is equal as surely as any
    other. A record whose key may come twice is left for the keys to tell.
    """
    place = np.searchsorted(wanted, keys & (theirs.buckets - 1))
    uppers, lowers = digests >> 32, (digests << 32) >> 32
    more, upper, lower = (
        _summed(place, values, len(wanted)) - held[wanted]
        for values, held in (
            (np.ones_like(keys), theirs.records),
            (uppers, theirs.uppers),
            (lowers, theirs.lowers),
        )
    )
    _, which, times = np.unique(keys, return_inverse=True, return_counts=True)
    alone = (more[place] == 1) & (uppers == upper[place]) & (lowers == lower[place]) & (times[which] == 1)
    settled = np.bincount(place[alone], minlength=len(wanted)) == 1
    return alone & settled[place], settled


def _summed(place: NDArray[np.intp], values: NDArray[np.int64], count: int) -> NDArray[np.int64]:
    sums = np.zeros(count, np.int64)
    np.add.at(sums, place, values)
    return sums
