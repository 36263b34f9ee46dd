"""Records shipped together, as bytes and back; the digest of those bytes is what a receipt names."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import pyarrow as pa

from upstate.catalog import SyncObject
from upstate.errors import WireError
from upstate.wire.schema import MISFITS, arrow_schema

_OPTIONS = pa.ipc.IpcWriteOptions(compression="lz4")


@dataclass(frozen=True, slots=True)
class Batch:
    """Records of one object that fit its columns, and apart from them those that do not.

    `records` has the schema `arrow_schema(obj)`; `misfits` has MISFITS, one row a misfitting value, so that a record
    with two of them has two rows with the same `record` number.
    """

    records: pa.RecordBatch
    misfits: pa.RecordBatch

    @property
    def size(self) -> int:
        """How many records there are, misfitting ones too."""
        return int(self.records.num_rows) + len(self.misfits.column("record").unique())


def no_misfits() -> pa.RecordBatch:
    """A batch's usual second half: empty."""
    return pa.RecordBatch.from_pylist([], schema=MISFITS)


def encode(batch: Batch) -> bytes:
    """Two Arrow IPC streams back to back, each compressed: the records, then the misfits."""
    sink = pa.BufferOutputStream()
    for part in (batch.records, batch.misfits):
        with pa.ipc.new_stream(sink, part.schema, options=_OPTIONS) as writer:
            writer.write_batch(part)
    return sink.getvalue().to_pybytes()  # type: ignore[no-any-return]


def decode(obj: SyncObject, payload: bytes | memoryview) -> Batch:
    """The batch in these bytes; WireError where they are not a batch of this object.

    Every array is checked in full, text for being UTF-8 too: what comes off the wire is trusted with nothing.
    """
    reader = pa.BufferReader(payload)
    try:
        parts = [_one_batch(reader), _one_batch(reader)]
        for part in parts:
            part.validate(full=True)
    except (pa.ArrowException, OSError, ValueError) as error:
        raise WireError(f"A batch of {obj.name} cannot be read as Arrow: {error}.") from error
    records, misfits = parts
    if not records.schema.equals(arrow_schema(obj)) or not misfits.schema.equals(MISFITS):
        raise WireError(f"A batch of {obj.name} does not have the columns of the catalog; update the agent's catalog.")
    return Batch(records, misfits)


def digest(payload: bytes) -> bytes:
    """What tells this payload from any other: 16 bytes."""
    return hashlib.blake2b(payload, digest_size=16).digest()


def _one_batch(reader: pa.BufferReader) -> pa.RecordBatch:
    with pa.ipc.open_stream(reader) as stream:
        batches = list(stream)
    if len(batches) != 1:
        raise ValueError(f"{len(batches)} record batches where there must be one")
    return batches[0]
