"""Batches put aside in a temporary file while they are compared, each beside the hashes that comparing needs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import IO
from weakref import finalize

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from upstate.agent.sources.scratch import borrow, give_back
from upstate.catalog import SyncObject
from upstate.errors import SourceError
from upstate.wire import Batch
from upstate.wire.digests import Total, digests_of, key_hashes, total_of

Hashes = NDArray[np.int64]

_OPTIONS = pa.ipc.IpcWriteOptions()  # to compress takes longer than to write, and GUIDs hardly shrink


@dataclass(frozen=True, slots=True)
class _Kept:
    """Where in the file a batch begins, and the lengths of what follows one another there."""

    start: int
    hashes: int
    records: int
    misfits: int


class Spool:
    """An object's batches in the order they were read.

    `misfitting` counts the records in them that do not fit, `total` is that of the others.
    """

    def __init__(self, obj: SyncObject) -> None:
        self._obj = obj
        self._file: IO[bytes] | None = None
        self._end = 0
        self._kept: list[_Kept] = []
        self.misfitting = 0
        self.total = Total()

    def keep(self, batches: Iterable[Batch]) -> Iterator[tuple[Hashes, Hashes]]:
        """Put batches aside; gives of each, once it is kept, the hashes of its records' keys and their digests.

        SourceError where there is no room for them.
        """
        for batch in batches:
            keys, digests = key_hashes(self._obj, batch.records), digests_of(self._obj, batch.records)
            parts = (_stream(batch.records), _stream(batch.misfits) if batch.misfits.num_rows else b"")
            try:
                start = self._append(keys.tobytes(), digests.tobytes(), *parts)
            except OSError as error:
                raise SourceError(
                    f"{self._obj.name} cannot be compared, as its records cannot be put aside: {error.strerror}. "
                    "Make room in the folder for temporary files."
                ) from error
            self._kept.append(_Kept(start, keys.nbytes, *map(len, parts)))
            self.misfitting += batch.size - batch.records.num_rows
            self.total += total_of(digests)
            yield keys, digests

    def fill(self, batches: Iterable[Batch]) -> None:
        """Put batches aside."""
        for _ in self.keep(batches):
            pass

    def __len__(self) -> int:
        return len(self._kept)

    def hashes(self, number: int) -> tuple[Hashes, Hashes]:
        """Of batch `number`, counted from 0: the hashes of its records' keys, and their digests."""
        kept = self._kept[number]
        both = np.frombuffer(self._read(kept.start, 2 * kept.hashes), np.int64)
        return both[: len(both) // 2], both[len(both) // 2 :]

    def records(self, number: int, names: Sequence[str] | None = None) -> pa.RecordBatch:
        """The records of batch `number`, with the columns of these names in that order; None: every column."""
        kept = self._kept[number]
        if names is None:
            return _batch(self._read(kept.start + 2 * kept.hashes, kept.records))
        places = [column.name for column in self._obj.columns]
        data = self._read(kept.start + 2 * kept.hashes, kept.records)
        return _batch(data, [places.index(name) for name in names]).select(list(names))

    def misfits(self, number: int) -> pa.RecordBatch | None:
        """The misfits of batch `number`; None where it has none."""
        kept = self._kept[number]
        if not kept.misfits:
            return None
        return _batch(self._read(kept.start + 2 * kept.hashes + kept.records, kept.misfits))

    def _append(self, *parts: bytes | pa.Buffer) -> int:
        """Write them behind all else; returns where that is."""
        if self._file is None:
            self._file = borrow()
            finalize(self, give_back, self._file)
        start = self._file.seek(self._end)
        for part in parts:
            self._file.write(part)
        self._file.flush()
        self._end = self._file.tell()
        return start

    def _read(self, start: int, length: int) -> bytes:
        if self._file is None:
            return b""
        self._file.seek(start)
        return self._file.read(length)


def _stream(batch: pa.RecordBatch) -> pa.Buffer:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, batch.schema, options=_OPTIONS) as writer:
        writer.write_batch(batch)
    return sink.getvalue()


def _batch(data: bytes, columns: list[int] | None = None) -> pa.RecordBatch:
    with pa.ipc.open_stream(data, options=pa.ipc.IpcReadOptions(included_fields=columns)) as stream:
        return stream.read_next_batch()
