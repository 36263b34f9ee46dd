"""Whether values that must be unique may come twice, told from 64-bit hashes while records stream by. Pure.

Equal values have equal hashes, so where no hash comes twice, nothing does, and the database need not be asked:
grouping a million records there costs as much as copying half of them.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from upstate.catalog import SyncObject
from upstate.wire.digests import value_hashes

# Eight bytes a record and rule are kept. Beyond so many records the database is asked after all; memory stays flat.
_MOST = 4_000_000


class Suspects:
    """What must be unique among an object's records, each a tuple of column names, and the hashes seen of it."""

    def __init__(self, obj: SyncObject, *, key_too: bool) -> None:
        self._columns = {names: tuple(obj.column(n) for n in names) for names in _watched(obj, key_too=key_too)}
        self._nulls_count = {u.columns for u in obj.uniques if u.nulls == "equal"}
        self._unsure = {names for names, columns in self._columns.items() if any(c.type == "json" for c in columns)}
        for reference in (r for r in obj.references if r.when_excluded == "clear"):
            # Emptied later on, these may come to be equal.
            self._unsure |= {names for names in self._nulls_count if set(names) & set(reference.columns)}
        self._seen: dict[tuple[str, ...], list[NDArray[np.int64]]] = {names: [] for names in self._columns}
        self._records = 0

    def see(self, records: pa.RecordBatch) -> None:
        """Take note of a batch."""
        self._records += records.num_rows
        if self._records > _MOST:
            self._seen.clear()
        for names, seen in self._seen.items():
            hashes = value_hashes(self._columns[names], records)
            if names not in self._nulls_count:
                hashes = hashes[_complete(records, names)]
            seen.append(hashes)

    def repeated(self) -> frozenset[tuple[str, ...]]:
        """What may come twice. Anything not in here does not."""
        if self._records > _MOST:
            return frozenset(self._columns)
        return frozenset(names for names, seen in self._seen.items() if names in self._unsure or _repeats(seen))


def _watched(obj: SyncObject, *, key_too: bool) -> Iterable[tuple[str, ...]]:
    if key_too:
        yield obj.key
    yield from (unique.columns for unique in obj.uniques)


def _complete(records: pa.RecordBatch, names: tuple[str, ...]) -> NDArray[np.bool_]:
    complete = np.ones(records.num_rows, np.bool_)
    for name in names:
        if records.column(name).null_count:
            complete &= pc.is_valid(records.column(name)).to_numpy(zero_copy_only=False)
    return complete


def _repeats(seen: list[NDArray[np.int64]]) -> bool:
    hashes = np.concatenate([np.zeros(0, np.int64), *seen])
    hashes.sort()
    return bool((hashes[1:] == hashes[:-1]).any())
