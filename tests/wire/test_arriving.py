"""What arrives from a network: a batch is taken, anything else refused in a line, with little memory asked for."""

from __future__ import annotations

import struct
import subprocess
import sys
from pathlib import Path

import psutil
import pyarrow as pa
import pytest

from upstate.catalog import Column, SyncObject, catalog_files, parse_catalog, shipped_catalog
from upstate.errors import WireError
from upstate.wire import Batch, arrow_schema, encode, no_misfits
from upstate.wire.arriving import MOST_PAYLOAD, MOST_RECORDS, arrived, check_table

ROOT = Path(__file__).parents[2]
OBJECTS = parse_catalog(catalog_files(shipped_catalog("k12"))).objects
ENROLLMENT = OBJECTS["Enrollment"]


def batch_of(obj: SyncObject, rows: int = 3) -> Batch:
    """Records of that object: nulls, but for texts."""
    schema = arrow_schema(obj)
    filled = {f.name: [f"text {n}" if f.type == pa.string() else None for n in range(rows)] for f in schema}
    return Batch(pa.RecordBatch.from_pydict(filled, schema=schema), no_misfits())


VALID = encode(batch_of(ENROLLMENT))


def plain(schema: pa.Schema, rows: int, compression: str | None = None) -> bytes:
    """A batch of nulls with any schema, then no misfits."""
    sink = pa.BufferOutputStream()
    options = pa.ipc.IpcWriteOptions(compression=compression)
    for part in (pa.RecordBatch.from_arrays([pa.nulls(rows, f.type) for f in schema], schema=schema), no_misfits()):
        with pa.ipc.new_stream(sink, part.schema, options=options) as writer:
            writer.write_batch(part)
    return bytes(sink.getvalue().to_pybytes())


@pytest.mark.parametrize("name", sorted(OBJECTS))
def test_a_batch_of_every_object_is_taken(name: str) -> None:
    obj = OBJECTS[name]
    assert arrived(obj, encode(batch_of(obj)), 3).size == 3


@pytest.mark.parametrize("compression", [None, "lz4", "zstd"])
def test_a_batch_is_taken_however_it_is_compressed(compression: str | None) -> None:
    assert arrived(ENROLLMENT, plain(arrow_schema(ENROLLMENT), 5, compression), 5).size == 5


def test_an_empty_batch_is_taken() -> None:
    assert arrived(ENROLLMENT, encode(batch_of(ENROLLMENT, 0)), 0).size == 0


@pytest.mark.parametrize("end", range(0, len(VALID), 97))
def test_a_stream_that_is_cut_off_is_refused(end: int) -> None:
    with pytest.raises(WireError, match="cannot be read as Arrow"):
        arrived(ENROLLMENT, VALID[:end], 3)


def test_more_behind_its_end_is_refused() -> None:
    for more in (b"x", bytes(8), VALID):
        with pytest.raises(WireError, match="behind its end"):
            arrived(ENROLLMENT, VALID + more, 3)


def test_another_count_of_records_than_was_said_is_refused() -> None:
    for said in (0, 2, 4):
        with pytest.raises(WireError, match="holds 3 records, and was said"):
            arrived(ENROLLMENT, VALID, said)


def test_a_batch_that_says_whose_rows_it_holds_is_refused_as_another_schema() -> None:
    schema = arrow_schema(ENROLLMENT)
    claims = schema.append(pa.field("district_id", pa.int32()))
    for wrong in (claims, claims.remove(0), schema.remove(0), pa.schema(reversed(list(schema))), pa.schema([])):
        with pytest.raises(WireError, match="does not have the columns of the catalog"):
            arrived(ENROLLMENT, plain(wrong, 3), 3)


def test_two_record_batches_where_there_must_be_one_are_refused() -> None:
    sink = pa.BufferOutputStream()
    part = batch_of(ENROLLMENT).records
    with pa.ipc.new_stream(sink, part.schema) as writer:
        writer.write_batch(part)
        writer.write_batch(part)
    with pytest.raises(WireError, match="2 record batches"):
        arrived(ENROLLMENT, sink.getvalue().to_pybytes() + VALID, 6)


def test_too_many_records_and_too_many_bytes_are_refused() -> None:
    with pytest.raises(WireError, match="is the most"):
        arrived(ENROLLMENT, plain(arrow_schema(ENROLLMENT), MOST_RECORDS + 1), MOST_RECORDS + 1)
    with pytest.raises(WireError, match="larger than 32 MiB"):
        arrived(ENROLLMENT, bytes(MOST_PAYLOAD + 1), 1)


def test_a_stream_that_unpacks_to_much_is_refused_by_what_it_claims_and_asks_for_no_memory() -> None:
    text = SyncObject(name="Text", table="text", key=("id",), columns=(Column("id", "text", required=True),))
    small = encode(Batch(pa.RecordBatch.from_pylist([{"id": "x" * 5000}], schema=arrow_schema(text)), no_misfits()))
    frame = b'\x04"M\x18'  # what an LZ4 frame begins with; before it stands what it unpacks to
    claimed = struct.pack("<q", 5000) + frame
    assert small.count(claimed) == 1
    process = psutil.Process()
    arrived(text, small, 1)
    before = process.memory_info().rss
    for size in (129 << 20, 1 << 33, 1 << 40, (1 << 63) - 1):
        for _ in range(50):
            with pytest.raises(WireError, match="would unpack to more than 128 MiB"):
                arrived(text, small.replace(claimed, struct.pack("<q", size) + frame), 1)
    assert process.memory_info().rss - before < 32 << 20
    for size in (-2, -(1 << 40), 4999, 5001):  # below zero, or not what comes out
        with pytest.raises(WireError, match="cannot be read as Arrow"):
            arrived(text, small.replace(claimed, struct.pack("<q", size) + frame), 1)


def test_a_real_bomb_is_refused() -> None:
    text = SyncObject(name="Text", table="text", key=("id",), columns=(Column("id", "text", required=True),))
    records = pa.RecordBatch.from_arrays([pa.array(["0" * (140 << 20)])], schema=arrow_schema(text))
    sink = pa.BufferOutputStream()
    for part in (records, no_misfits()):
        with pa.ipc.new_stream(sink, part.schema, options=pa.ipc.IpcWriteOptions(compression="zstd")) as writer:
            writer.write_batch(part)
    bomb = sink.getvalue().to_pybytes()
    assert len(bomb) < 1 << 20
    with pytest.raises(WireError, match="would unpack to more than 128 MiB"):
        arrived(text, bomb, 1)


def test_a_table_of_keys_is_taken_in_any_number_of_batches_and_nothing_else_is() -> None:
    schema = pa.schema([pa.field("guid", pa.binary(16))])
    table = pa.table({"guid": pa.array([b"k" * 16] * 5, pa.binary(16))})
    for rows in (1, 2, 5):
        sink = pa.BufferOutputStream()
        with pa.ipc.new_stream(sink, schema) as writer:
            writer.write_table(table, rows)
        check_table(sink.getvalue().to_pybytes(), schema, "What is gone")
    for wrong in (b"", b"keys", VALID, sink.getvalue().to_pybytes()[:-9]):
        with pytest.raises(WireError):
            check_table(wrong, schema, "What is gone")
    with pytest.raises(WireError):
        check_table(sink.getvalue().to_pybytes(), None, "What is lacking")


_CRASHES = """
import struct, sys
from tests.wire.test_arriving import ENROLLMENT, VALID
from upstate.errors import WireError
from upstate.wire.arriving import arrived, check_table

data = bytearray(VALID)
(root,) = struct.unpack_from("<I", data, 8)
(back,) = struct.unpack_from("<i", data, 8 + root)
(offset,) = struct.unpack_from("<H", data, 8 + root - back + 4 + 2)
assert data[8 + root + offset] == 1  # in MessageHeader: a schema
for other in (0, 2, 3, 4, 5, 6, 255):
    data[8 + root + offset] = other
    for look in (lambda: arrived(ENROLLMENT, bytes(data), 3), lambda: check_table(bytes(data), None, "It")):
        try:
            look()
        except WireError as error:
            assert "cannot be read as Arrow" in error.message
        else:
            sys.exit("taken")
"""


def test_a_schema_that_says_it_is_something_else_is_refused_and_does_not_end_the_process() -> None:
    done = subprocess.run([sys.executable, "-c", _CRASHES], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
