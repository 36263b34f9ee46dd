"""What may come off a network at all: Arrow streams of the expected schema that stay small once they are unpacked.

A compressed stream of a few kB may ask for any amount of memory. So before anything is decompressed, the sizes that it
claims are read from its metadata (flatbuffers, as in Arrow's Message.fbs): nothing is unpacked beyond the limit.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence

import pyarrow as pa

from upstate.catalog import SyncObject
from upstate.errors import WireError
from upstate.wire.batch import Batch, decode
from upstate.wire.schema import MISFITS, arrow_schema

MOST_PAYLOAD = 32 << 20  # bytes of a request's body
MOST_UNPACKED = 128 << 20  # bytes of a batch once decompressed; agents cut theirs at 16 MiB
MOST_RECORDS = 65_536  # a batch

_RECORD_BATCH = 3  # in MessageHeader
_HEADER_TYPE, _HEADER = 1, 2  # fields of Message
_LENGTH, _BUFFERS, _COMPRESSION = 0, 2, 3  # fields of RecordBatch


def arrived(obj: SyncObject, payload: bytes, records: int) -> Batch:
    """The batch that these bytes are said to be, with so many records; WireError where they are anything else."""
    check_streams(payload, (arrow_schema(obj), MISFITS), f"A batch of {obj.name}")
    batch = decode(obj, payload)
    if batch.size != records:
        raise WireError(f"A batch of {obj.name} holds {batch.size} records, and was said to hold {records}.")
    return batch


def check_streams(
    payload: bytes, schemas: Sequence[pa.Schema], what: str, *, most: int = MOST_UNPACKED, records: int = MOST_RECORDS
) -> None:
    """WireError unless the bytes are one Arrow stream for each schema, one record batch each, and small once unpacked.

    Their values are not looked at. `most` counts the bytes of all streams together, `records` the rows of each.
    """
    for found in _streams(payload, schemas, what, most, records):
        if found != 1:
            raise WireError(f"{what} has {found} record batches where there must be one.")


def check_table(payload: bytes, schema: pa.Schema | None, what: str) -> None:
    """WireError unless the bytes are one Arrow stream of this schema (None: of texts, however they are called), of any
    number of batches, small once unpacked."""
    for _ in _streams(payload, (schema,), what, MOST_UNPACKED, MOST_UNPACKED):
        continue


def _streams(payload: bytes, schemas: Sequence[pa.Schema | None], what: str, most: int, records: int) -> Iterator[int]:
    """How many record batches each of the streams has, all of them together within their limits."""
    if len(payload) > MOST_PAYLOAD:
        raise WireError(f"{what} is larger than {MOST_PAYLOAD >> 20} MiB.")
    reader = pa.BufferReader(payload)
    left = most
    try:
        for schema in schemas:
            messages = pa.ipc.MessageReader.open_stream(reader)
            if not _fits(_schema(messages), schema):
                raise WireError(f"{what} does not have the columns of the catalog; update the agent's catalog.")
            count = total = 0
            while (message := _next_or_end(messages)) is not None:
                rows, size = _unpacked(message.metadata.to_pybytes(), memoryview(message.body or b""))
                count, total, left = count + 1, total + rows, left - size
                if rows < 0 or total > records:
                    raise WireError(f"{what} claims {total} records; {records} is the most.")
                if left < 0:
                    raise WireError(f"{what} would unpack to more than {most >> 20} MiB.")
            yield count
        if reader.tell() != reader.size():
            raise ValueError("there is more behind its end")
    except (pa.ArrowException, OSError, ValueError, struct.error, IndexError) as error:
        line = " ".join(str(error).split()).rstrip(".")
        raise WireError(f"{what} cannot be read as Arrow: {line}.") from error


def _fits(found: pa.Schema, wanted: pa.Schema | None) -> bool:
    return found.equals(wanted) if wanted is not None else all(each == pa.string() for each in found.types)


def _schema(messages: pa.ipc.MessageReader) -> pa.Schema:
    message = _next_or_end(messages)
    if message is None:
        raise ValueError("it is cut short")
    if message.type != "schema":  # Arrow would read whatever it is as one, and end the process
        raise ValueError("it does not begin with a schema")
    return pa.ipc.read_schema(message)


def _next_or_end(messages: pa.ipc.MessageReader) -> pa.ipc.Message | None:
    try:
        return messages.read_next_message()
    except StopIteration:
        return None


def _unpacked(metadata: bytes, body: memoryview) -> tuple[int, int]:
    """How many rows a record batch's message claims, and how many bytes its buffers take once decompressed."""
    (root,) = struct.unpack_from("<I", metadata, 0)
    if metadata[_field(metadata, root, _HEADER_TYPE, required=True)] != _RECORD_BATCH:
        raise ValueError("a record batch does not follow its schema")
    batch = _follow(metadata, _field(metadata, root, _HEADER, required=True))
    at = _field(metadata, batch, _LENGTH)
    rows = struct.unpack_from("<q", metadata, at)[0] if at else 0
    compressed = bool(_field(metadata, batch, _COMPRESSION))
    at = _field(metadata, batch, _BUFFERS)
    if not at:
        return rows, 0
    vector = _follow(metadata, at)
    (count,) = struct.unpack_from("<I", metadata, vector)
    if count > len(metadata) // 16:
        raise ValueError("it claims more buffers than there are")
    total = 0
    for offset, length in struct.iter_unpack("<qq", metadata[vector + 4 : vector + 4 + 16 * count]):
        if offset < 0 or length < 0 or offset + length > len(body):
            raise ValueError("a buffer lies outside of it")
        size = struct.unpack_from("<q", body, offset)[0] if compressed and length else -1
        if size < -1:
            raise ValueError("a buffer claims a size below zero")
        total += length if size == -1 else size
    return rows, total


def _field(data: bytes, table: int, number: int, *, required: bool = False) -> int:
    """Where a field of a flatbuffers table lies; 0 where it has its default."""
    (back,) = struct.unpack_from("<i", data, table)
    slots = table - back
    if slots < 0:
        raise ValueError("its metadata points outside")
    (size,) = struct.unpack_from("<H", data, slots)
    slot = 4 + 2 * number
    offset = struct.unpack_from("<H", data, slots + slot)[0] if slot + 2 <= size else 0
    if not offset and required:
        raise ValueError("its metadata lacks a part")
    return table + offset if offset else 0


def _follow(data: bytes, at: int) -> int:
    return int(at + struct.unpack_from("<I", data, at)[0])
