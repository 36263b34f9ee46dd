"""Of all that was sent, what may differ from the state's rows: told by digests, as a comparison would have told it.

A record in a bucket whose sums are equal at both ends is at the state just so, and need not be copied, merged and
judged by its values once more; it is judged as what a comparison finds equal is.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import psycopg
import pyarrow as pa
from numpy.typing import NDArray
from psycopg.types.json import Jsonb

from upstate.catalog import SyncObject
from upstate.errors import WireError
from upstate.loading.comparing import Held, can_digest_within
from upstate.loading.delivered import delivered, records_delivered
from upstate.loading.keys import found_keys, readable, typed_keys
from upstate.loading.looking import Zone, look
from upstate.loading.statements import columns, equal, expression, statement
from upstate.loading.task import Task
from upstate.wire import Batch
from upstate.wire.digests import (
    Sums,
    Total,
    bucket_count,
    bucket_sql,
    differing,
    digests_of,
    for_shipping,
    in_buckets_sql,
    key_hashes,
    lone_records,
    sums_from_hashes,
    total_of_sums,
)

Cursor = psycopg.Cursor[Any]
Hashes = tuple[NDArray[np.int64], NDArray[np.int64]]

_MOST_RECORDS = 1 << 21  # whose hashes are in memory: 32 MB
_MOST_MISFITS = 10_000  # whose keys are asked about
# Where more records than these, and more than this part of all, may differ, to find out which costs more than it saves.
_FEW = 1 << 17
_WORTH = 0.5


@dataclass(frozen=True, slots=True, eq=False)
class Narrowed:
    """A task as if a comparison had been there: of each batch the records that may differ (None: nothing of it is
    wanted), the buckets in which a row of the state's may be gone, and the digest of all that the state holds."""

    task: Task
    chosen: tuple[NDArray[np.bool_] | None, ...]
    buckets: int
    unsettled: NDArray[np.int64]
    held: Total

    def batches(self, cursor: Cursor) -> Iterator[Batch]:
        """The records that may differ, and every misfit."""
        wanted = [number for number, mask in enumerate(self.chosen) if mask is not None]
        for number, sent in zip(wanted, delivered(cursor, self.task, wanted), strict=True):
            yield Batch(sent.records.filter(pa.array(self.chosen[number])), sent.misfits)

    def find_gone(self, cursor: Cursor) -> int:
        """Fill `gone`, once the batches are filled in; returns how many rows of the state's those are."""
        if not self.unsettled.size:
            return 0
        obj = self.task.object
        cursor.execute(
            statement(
                "find_gone_within",
                keys=columns("held", obj.key),
                rows=Held(obj, self.task.district, self.task.school_year).rows,
                within=expression(in_buckets_sql(obj, "held", self.buckets, self.unsettled.tolist())),
                sent=equal("sent", "held", obj.key),
                refused_keys=typed_keys(obj),
                readable=readable(obj),
                refused=equal("refused", "held", dict(zip(found_keys(obj), obj.key, strict=True))),
            ),
            self.task.values,
        )
        return cursor.rowcount


def narrow(cursor: Cursor, task: Task) -> Narrowed | None:
    """What of an order may differ; None where it cannot be told, or is too much to be worth telling apart.

    The state's rows must have been judged by the same catalog and zone before (`task.judged_alike`): what is found
    equal is judged no further than a comparison would. WireError as `fill`.
    """
    records = records_delivered(cursor, task)
    if not task.judged_alike or not 0 < records <= _MOST_RECORDS or not can_digest_within(cursor):
        return None
    compared, buckets = for_shipping(task.object), bucket_count(records)
    held = Held(compared, task.district, task.school_year)
    try:
        zone = Zone(task.zone_year, task.edition)
        looked = look(cursor.connection, held, task.object, buckets, zone, helped=True)
    except WireError:
        return None
    sent = _Sent(compared)
    ours = sums_from_hashes(compared, sent.see(delivered(cursor, task)), buckets)
    wanted = differing(ours, looked.sums)
    inside = int(ours.records[wanted].sum() + looked.sums.records[wanted].sum())
    if len(sent.misfits) > _MOST_MISFITS or inside > max(_FEW, _WORTH * (ours.total + looked.sums.total)):
        return None
    shared = _buckets_of(cursor, task.object, buckets, sent.misfits)
    chosen, unsettled = _choose(sent, wanted, shared, looked.sums)
    narrowed = replace(task, everything=False, district_records=ours.total + sent.misfitting, clear=looked.clear)
    return Narrowed(narrowed, chosen, buckets, unsettled, total_of_sums(looked.sums))


@dataclass(slots=True)
class _Sent:
    """What was sent: of each batch the hashes of the records that fit, and whether there are others; their keys."""

    obj: SyncObject
    hashes: list[Hashes] = field(default_factory=list)
    with_misfits: list[bool] = field(default_factory=list)
    misfits: set[tuple[str | None, ...]] = field(default_factory=set)
    misfitting: int = 0

    def see(self, batches: Iterator[Batch]) -> Iterator[Hashes]:
        """Take note of the batches; gives their hashes."""
        for sent in batches:
            hashes = key_hashes(self.obj, sent.records), digests_of(self.obj, sent.records)
            self.hashes.append(hashes)
            self.with_misfits.append(sent.misfits.num_rows > 0)
            if len(self.misfits) <= _MOST_MISFITS:  # beyond that nobody asks for them, however many follow
                self.misfits.update(tuple(key) for key in sent.misfits.column("key").to_pylist())
            self.misfitting += sent.size - sent.records.num_rows
            yield hashes


def _choose(
    sent: _Sent, wanted: NDArray[np.int64], shared: NDArray[np.int64], theirs: Sums
) -> tuple[tuple[NDArray[np.bool_] | None, ...], NDArray[np.int64]]:
    """Of each batch what may differ, and the buckets where that is not settled: elsewhere only lone records differ.

    Whatever is in a bucket where a misfit's key is may share that key, and is all chosen.
    """
    places = [keys & (theirs.buckets - 1) for keys, _ in sent.hashes]
    inside = [np.flatnonzero(_among(part, wanted, theirs.buckets)) for part in places]
    both = list(zip(sent.hashes, inside, strict=True))
    keys, digests = (np.concatenate([np.zeros(0, np.int64), *(each[n][here] for each, here in both)]) for n in (0, 1))
    lone, settled = lone_records(keys, digests, wanted, theirs)
    unsettled = np.union1d(wanted[~settled], shared)
    masks = [_among(part, unsettled, theirs.buckets) for part in places]
    start = 0
    for mask, here in zip(masks, inside, strict=True):
        mask[here] |= lone[start : start + len(here)]
        start += len(here)
    kept = zip(masks, sent.with_misfits, strict=True)
    return tuple(mask if mask.any() or misfits else None for mask, misfits in kept), unsettled


def _among(places: NDArray[np.int64], wanted: NDArray[np.int64], buckets: int) -> NDArray[np.bool_]:
    inside = np.zeros(buckets, np.bool_)
    inside[wanted] = True
    return inside[places]


def _buckets_of(cursor: Cursor, obj: SyncObject, buckets: int, keys: set[tuple[str | None, ...]]) -> NDArray[np.int64]:
    """The buckets of keys told as texts, as far as they can be read."""
    if not keys:
        return np.zeros(0, np.int64)
    typed = {name: f"record.{found}" for name, found in zip(obj.key, found_keys(obj), strict=True)}
    query = statement(
        "buckets_of_keys",
        keys=typed_keys(obj),
        readable=readable(obj),
        bucket=expression(bucket_sql(obj, "record", buckets, typed)),
    )
    rows = cursor.execute(query, {"keys": Jsonb([list(key) for key in keys])}).fetchall()
    return np.array([bucket for (bucket,) in rows], np.int64)
