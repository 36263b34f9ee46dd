"""Records shipped together, as bytes and back; the digest of those bytes is what a receipt names."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache

import pyarrow as pa
import pyarrow.compute as pc

from upstate.catalog import SyncObject
from upstate.errors import WireError
from upstate.wire.bounds import DATES, MOMENTS, all_between
from upstate.wire.schema import MISFITS, arrow_schema

_RANGES = {pa.date32().id: DATES, pa.timestamp("us").id: MOMENTS}
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


@cache
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
        if reader.tell() != reader.size():
            raise ValueError("there is more behind its end")
        for part in parts:
            part.validate(full=True)
    except (pa.ArrowException, OSError, ValueError) as error:
        raise WireError(f"A batch of {obj.name} cannot be read as Arrow: {_line(error)}.") from error
    records, misfits = parts
    if not records.schema.equals(arrow_schema(obj)) or not misfits.schema.equals(MISFITS):
        raise WireError(f"A batch of {obj.name} does not have the columns of the catalog; update the agent's catalog.")
    if wrong := _wrong_values(records) or _wrong_misfits(obj, misfits):
        raise WireError(f"A batch of {obj.name} cannot be taken: {wrong}.")
    return Batch(records, misfits)


def encode_keys(keys: pa.Table) -> bytes:
    """Keys of records as one Arrow IPC stream, compressed."""
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, keys.schema, options=_OPTIONS) as writer:
        writer.write_table(keys)
    return sink.getvalue().to_pybytes()  # type: ignore[no-any-return]


def digest(payload: bytes) -> bytes:
    """What tells this payload from any other: 16 bytes."""
    return hashlib.blake2b(payload, digest_size=16).digest()


def _wrong_values(records: pa.RecordBatch) -> str | None:
    """What Arrow has not seen to itself."""
    for field, values in zip(records.schema, records.columns, strict=True):
        bounds = _RANGES.get(field.type.id)
        numbers = pa.int32() if field.type == pa.date32() else pa.int64()
        if bounds is not None and not all_between(values.view(numbers), *bounds):
            return f"{field.name} holds a value outside its range"
    return None


def _wrong_misfits(obj: SyncObject, misfits: pa.RecordBatch) -> str | None:
    if any(values.null_count for values in misfits.columns):
        return "a misfit lacks its record, key, column or reason"
    parts = pc.list_value_length(misfits.column("key"))
    if pc.any(pc.not_equal(parts, len(obj.key))).as_py():
        return f"a misfit's key does not have {len(obj.key)} parts"
    return None


def _line(error: BaseException) -> str:
    return " ".join(str(error).split()).rstrip(".")


def _one_batch(reader: pa.BufferReader) -> pa.RecordBatch:
    with pa.ipc.open_stream(reader) as stream:
        batches = list(stream)
    if len(batches) != 1:
        raise ValueError(f"{len(batches)} record batches where there must be one")
    return batches[0]
