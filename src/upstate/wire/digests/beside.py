"""What turns a record away though no digest sees it: a value the state owns that breaks its own limits."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from upstate.catalog import Column, SyncObject
from upstate.wire.digests.columns import digests
from upstate.wire.digests.definition import UNFIT, compared


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


def _broken(column: Column, values: pa.Array) -> pa.Array:
    broken = pc.is_null(values) if column.required else pa.repeat(pa.scalar(False), len(values))
    if column.length is not None and column.type == "text":
        broken = pc.or_(broken, pc.fill_null(pc.greater(pc.utf8_length(values), column.length), False))
    if column.codes is not None:
        known = pc.is_in(values, value_set=pa.array(list(column.codes), pa.string()))
        broken = pc.or_(broken, pc.and_(pc.is_valid(values), pc.invert(known)))
    return broken
