"""What of an object differs between district and state: by sums of buckets, then by pairs, then record by record."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from upstate.agent.sources.joining import joined
from upstate.agent.sources.picking import AT_ONCE, pick
from upstate.agent.sources.recognizing import Recognized
from upstate.agent.sources.set_apart import SetApart
from upstate.agent.sources.spool import Spool
from upstate.agent.sources.wanted import Wanted
from upstate.catalog import SyncObject
from upstate.wire import Batch
from upstate.wire.digests import Pairs, Sums, Total, differing, for_shipping, sums_from_hashes, total_of_sums

_MOST_DIFFERING = 0.5  # beyond this part of the records, finding out which costs more than shipping all


@dataclass(frozen=True, slots=True)
class StateSide:
    """The state's rows of an object, as far as they can be asked about; each answer may be a WireError.

    `rejected` gives the keys, as texts, of what it does not hold for a reason it knows; None: of nothing.
    """

    buckets: int
    sums: Callable[[], Sums]
    pairs: Callable[[Sequence[int]], Pairs]
    rejected: Callable[[], pa.Table] | None = None


@dataclass(frozen=True, slots=True)
class Comparison:
    """What a comparison found, of one snapshot of the district.

    `records` counts all of them, misfits too; `total` is of those that fit; `gone` has the keys of the state's rows
    that the district has no more.
    `batches` are what must be shipped: records that the state lacks or holds otherwise, records whose key comes more
    than once, and every misfit. Read them within the snapshot. `settled`: but for records whose key comes more than
    once, the state has no row for any of them, and for all else just what the district has.
    """

    records: int
    total: Total
    gone: pa.Table
    batches: Iterator[Batch]
    settled: bool = False


def compare_by_reading(obj: SyncObject, batches: Iterable[Batch], state: StateSide) -> Comparison | None:
    """Compare all of a district's records, read once; None where so many differ that all had better be shipped.

    What cannot be told from an equal record must not be: WireError where the state's answer does not hold together.
    """
    compared = for_shipping(obj)
    spool = Spool(compared)
    hashes = spool.keep(batches)
    first = list(islice(hashes, 1))  # whatever the state is asked, the district is read meanwhile
    rejected = Recognized(compared, None if state.rejected is None else state.rejected(), state.buckets)
    district = sums_from_hashes(compared, rejected.among(chain(first, hashes)), state.buckets)
    theirs = state.sums()
    wanted = worth_looking_into(district - rejected.sums, theirs)
    if wanted is None:
        return None
    records = district.total + spool.misfitting
    picked = pick(compared, spool, wanted, theirs, state.pairs, rejected.outside(wanted))
    return Comparison(records, spool.total, picked.gone, picked.batches, settled=not wanted.size)


def compare_by_sums(
    obj: SyncObject,
    district: Sums,
    state: StateSide,
    within: Callable[[list[int]], Iterable[Batch]],
    select: Callable[[Wanted], Iterable[Batch]],
) -> Comparison | None:
    """As `compare_by_reading`, for a district whose database has made its sums; only what may differ is read.

    `within` reads what is in some buckets, `select` what has some keys; all of one snapshot, that of the sums.
    """
    compared = for_shipping(obj)
    apart = SetApart(compared, Spool(compared))
    if state.rejected is not None:
        keys = Wanted(compared, compared.key, state.rejected()).legible()
        apart.spool.fill(select(keys) if len(keys) else ())
    rest = district - apart.sums(state.buckets)
    theirs = state.sums()
    wanted = worth_looking_into(rest, theirs)
    if wanted is None:
        return None
    spool = Spool(compared)
    spool.fill(within(wanted.tolist()) if wanted.size else ())
    outside, total_outside = apart.outside(state.buckets, wanted)
    total = total_of_sums(rest, without=wanted) + total_outside + spool.total
    picked = pick(compared, spool, wanted, theirs, state.pairs)
    batches = joined(chain(outside, picked.batches))
    return Comparison(district.total, total, picked.gone, batches, settled=not wanted.size)


def worth_looking_into(district: Sums, theirs: Sums) -> NDArray[np.int64] | None:
    """The buckets that differ; None where they hold so many records that all had better be shipped."""
    wanted = differing(district, theirs)
    inside = int(district.records[wanted].sum() + theirs.records[wanted].sum())
    most = max(AT_ONCE, _MOST_DIFFERING * (district.total + theirs.total))
    return wanted if inside <= most else None
