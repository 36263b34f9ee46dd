"""The hashes of misfitting records' keys: a record that shares its key with one is no record to be taken for equal."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from upstate.agent.conform.fitting import fit_text
from upstate.catalog import SyncObject
from upstate.wire.digests import key_hashes


def misfit_key_hashes(obj: SyncObject, misfits: Iterable[pa.RecordBatch]) -> NDArray[np.int64]:
    """The hashes of the keys of misfitting records, as far as their keys can be read."""
    return np.concatenate([np.zeros(0, np.int64), *(legible_misfits(obj, batch)[1] for batch in misfits)])


def legible_misfits(obj: SyncObject, misfits: pa.RecordBatch) -> tuple[NDArray[np.intp], NDArray[np.int64]]:
    """The places of those whose key can be read, and the hashes of their keys."""
    texts = misfits.column("key")
    parts = [fit_text(column, pc.list_element(texts, place)).values for place, column in enumerate(obj.key_columns)]
    legible = np.ones(misfits.num_rows, np.bool_)
    for part in parts:
        legible &= pc.is_valid(part).to_numpy(zero_copy_only=False)
    whole = pa.RecordBatch.from_arrays(parts, names=list(obj.key)).filter(pa.array(legible))
    return np.flatnonzero(legible), key_hashes(obj, whole)


def first_of_each(misfits: pa.RecordBatch) -> pa.RecordBatch:
    """One row for each misfitting record, however many of its values misfit."""
    _, places = np.unique(misfits.column("record").to_numpy(), return_index=True)
    return misfits.take(pa.array(places))
