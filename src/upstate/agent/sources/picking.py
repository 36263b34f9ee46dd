"""From buckets that differ to the records that do: by the sums alone, by pairs, and by the keys of misfits."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from upstate.agent.sources.digesting import misfit_key_hashes
from upstate.agent.sources.joining import joined
from upstate.agent.sources.spool import Spool
from upstate.catalog import SyncObject
from upstate.wire import Batch, no_misfits
from upstate.wire.digests import (
    DIGEST,
    Differences,
    Pairs,
    Sums,
    compare_pairs,
    confirm,
    key_hashes,
    lone_records,
    pairs_from_table,
    pairs_schema,
)

AT_ONCE: Final = 1 << 17  # of the state's records, whose keys are in memory at the same time


@dataclass(frozen=True, slots=True)
class Picked:
    """The keys of the state's rows that the district has no more; and what must be shipped, to be read once."""

    gone: pa.Table
    batches: Iterator[Batch]


def pick(
    obj: SyncObject,
    spool: Spool,
    wanted: NDArray[np.int64],
    theirs: Sums,
    ask: Callable[[Sequence[int]], Pairs],
    known: Sequence[NDArray[np.intp]] = (),
) -> Picked:
    """Go from differing buckets to differing records, of an object as `for_shipping` has it.

    The spool has at least the district's records of those buckets, and every misfit; `ask` gives the state's pairs.
    `known`: where in each batch records are, outside those buckets, that are known to differ.
    """
    unequal = [np.zeros(len(spool.hashes(number)[0]), np.bool_) for number in range(len(spool))]
    for marks, places in zip(unequal, known, strict=False):
        marks[places] = True
    gone = [pairs_schema(obj).empty_table().drop_columns(DIGEST)]
    for some in _portions(wanted, theirs):
        inside = _inside(_parts(spool), some, theirs)
        asked = _mark_lone(inside, some, theirs, unequal)
        if asked.size:
            held = ask(asked.tolist())
            confirm(theirs, asked, held)
            gone.append(_mark(obj, spool, _inside(inside, asked, theirs), held, unequal).only_state)
    lost = pa.concat_tables(gone)
    if spool.misfitting:
        lost = _mark_misfits(obj, spool, unequal, lost)
    return Picked(lost, joined(_chosen(spool, unequal)))


def _portions(wanted: NDArray[np.int64], theirs: Sums) -> Iterator[NDArray[np.int64]]:
    """The wanted buckets, as many at once as memory allows."""
    if wanted.size:
        reached = np.cumsum(theirs.records[wanted]) // AT_ONCE
        yield from np.split(wanted, np.flatnonzero(np.diff(reached)) + 1)


@dataclass(frozen=True, slots=True, eq=False)
class _Part:
    """Records of a batch of the spool: their places in it, hashes of keys, and digests."""

    number: int
    places: NDArray[np.intp]
    keys: NDArray[np.int64]
    digests: NDArray[np.int64]


def _parts(spool: Spool) -> Iterator[_Part]:
    """All of the district's records."""
    for number in range(len(spool)):
        keys, digests = spool.hashes(number)
        yield _Part(number, np.arange(len(keys)), keys, digests)


def _inside(parts: Iterable[_Part], some: NDArray[np.int64], theirs: Sums) -> list[_Part]:
    """Those that are in some buckets."""
    inside = np.zeros(theirs.buckets, np.bool_)
    inside[some] = True
    chosen = ((part, inside[part.keys & (theirs.buckets - 1)]) for part in parts)
    return [
        _Part(part.number, part.places[here], part.keys[here], part.digests[here])
        for part, here in chosen
        if here.any()
    ]


def _mark_lone(
    parts: Sequence[_Part], some: NDArray[np.int64], theirs: Sums, unequal: Sequence[NDArray[np.bool_]]
) -> NDArray[np.int64]:
    """Mark the records that alone the state lacks in their buckets; the buckets that are not settled by that."""
    if not parts:
        return some
    keys, digests = (np.concatenate([getattr(part, name) for part in parts]) for name in ("keys", "digests"))
    lone, settled = lone_records(keys, digests, some, theirs)
    _note(parts, lone, unequal)
    return some[~settled]


def _mark(
    obj: SyncObject, spool: Spool, parts: Sequence[_Part], held: Pairs, unequal: Sequence[NDArray[np.bool_]]
) -> Differences:
    """Mark those of the district's records that the state does not hold just so, by the state's pairs."""
    schema = pairs_schema(obj)
    batches = [
        pa.RecordBatch.from_arrays(
            [*spool.records(part.number, obj.key).take(pa.array(part.places)).columns, pa.array(part.digests)],
            schema=schema,
        )
        for part in parts
    ]
    found = compare_pairs(pairs_from_table(obj, pa.Table.from_batches(batches, schema)), held)
    _note(parts, found.unequal, unequal)
    return found


def _note(parts: Sequence[_Part], found: NDArray[np.bool_], unequal: Sequence[NDArray[np.bool_]]) -> None:
    start = 0
    for part in parts:
        unequal[part.number][part.places] = found[start : start + len(part.places)]
        start += len(part.places)


def _mark_misfits(obj: SyncObject, spool: Spool, unequal: Sequence[NDArray[np.bool_]], gone: pa.Table) -> pa.Table:
    """Mark the records whose key a misfitting one has too; a row of the state's with such a key is not gone."""
    misfits = (spool.misfits(number) for number in range(len(spool)))
    keys = misfit_key_hashes(obj, (batch for batch in misfits if batch is not None))
    for number, marks in enumerate(unequal):
        marks[np.isin(spool.hashes(number)[0], keys)] = True
    kept = [batch.filter(pa.array(~np.isin(key_hashes(obj, batch), keys))) for batch in gone.to_batches()]
    return pa.Table.from_batches(kept, gone.schema)


def _chosen(spool: Spool, unequal: Sequence[NDArray[np.bool_]]) -> Iterator[Batch]:
    """Of each batch the marked records, and every misfit."""
    for number, marks in enumerate(unequal):
        misfits = spool.misfits(number)
        if misfits is not None or marks.any():
            yield Batch(spool.records(number).filter(pa.array(marks)), no_misfits() if misfits is None else misfits)
