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
    found = [np.zeros(0, np.int64)]
    for batch in misfits:
        keys = batch.column("key")
        parts = [fit_text(column, pc.list_element(keys, place)).values for place, column in enumerate(obj.key_columns)]
        whole = pa.RecordBatch.from_arrays(parts, names=list(obj.key)).drop_null()
        found.append(key_hashes(obj, whole))
    return np.concatenate(found)
