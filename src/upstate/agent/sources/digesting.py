"""Digests of a district's records, in which one that the state can hold in no case equals none of the state's.

A state-owned column is in no digest, but a value in it that breaks its own limits turns the record away all the same:
such a record must be shipped whatever the state holds.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from upstate.agent.conform.fitting import fit_text
from upstate.catalog import Column, SyncObject
from upstate.wire.digests import UNFIT, compared, digests, key_hashes


def limited_beside(obj: SyncObject) -> tuple[Column, ...]:
    """The columns that are in no digest and whose values may turn a record away."""
    inside = {column.name for column in compared(obj)}
    return tuple(c for c in obj.columns if c.name not in inside and (c.required or c.length or c.codes))


def digests_of(obj: SyncObject, records: pa.RecordBatch) -> NDArray[np.int64]:
    """The digest of each record; UNFIT where a column that is in no digest turns the record away."""
    found = digests(obj, records)
    for column in limited_beside(obj):
        found[_broken(column, records.column(column.name)).to_numpy(zero_copy_only=False)] = UNFIT
    return found


def misfit_key_hashes(obj: SyncObject, misfits: Iterable[pa.RecordBatch]) -> NDArray[np.int64]:
    """The hashes of the keys of misfitting records, as far as their keys can be read."""
    found = [np.zeros(0, np.int64)]
    for batch in misfits:
        keys = batch.column("key")
        parts = [fit_text(column, pc.list_element(keys, place)).values for place, column in enumerate(obj.key_columns)]
        whole = pa.RecordBatch.from_arrays(parts, names=list(obj.key)).drop_null()
        found.append(key_hashes(obj, whole))
    return np.concatenate(found)


def _broken(column: Column, values: pa.Array) -> pa.Array:
    broken = pc.is_null(values) if column.required else pa.repeat(pa.scalar(False), len(values))
    if column.length is not None and column.type == "text":
        broken = pc.or_(broken, pc.fill_null(pc.greater(pc.utf8_length(values), column.length), False))
    if column.codes is not None:
        known = pc.is_in(values, value_set=pa.array(list(column.codes), pa.string()))
        broken = pc.or_(broken, pc.and_(pc.is_valid(values), pc.invert(known)))
    return broken
