"""Bytes that no honest agent sends: other schemas in sound Arrow, lengths that are lies, bombs, mangled batches."""

from __future__ import annotations

import struct

import pyarrow as pa
from hypothesis import strategies as st

from upstate.catalog import SyncObject
from upstate.wire import Batch, arrow_schema, encode, no_misfits

_FLAT = [
    pa.null(),
    pa.bool_(),
    pa.int8(),
    pa.uint64(),
    pa.float16(),
    pa.float64(),
    pa.string(),
    pa.large_string(),
    pa.string_view(),
    pa.binary(),
    pa.binary(16),
    pa.decimal128(38, 12),
    pa.decimal256(70, 3),
    pa.date32(),
    pa.date64(),
    pa.timestamp("ns", "UTC"),
    pa.duration("s"),
    pa.month_day_nano_interval(),
    pa.uuid(),
    pa.json_(),
]
_ODD = [-1, 0, 1, 2**15, 65_537, 2**31 - 1, 2**31, 2**32, 2**40, 2**62, 2**63 - 1, -(2**63)]
COMPRESSIONS = st.sampled_from([None, "lz4", "zstd"])


def _nested(inner: st.SearchStrategy[pa.DataType]) -> st.SearchStrategy[pa.DataType]:
    fields = st.lists(inner, min_size=1, max_size=3).map(
        lambda types: [pa.field(f"f{n}", t) for n, t in enumerate(types)]
    )
    return st.one_of(
        inner.map(pa.list_),
        inner.map(pa.large_list),
        inner.map(lambda t: pa.list_(t, 3)),
        inner.map(lambda t: pa.map_(pa.string(), t)),
        fields.map(pa.struct),
    )


_PLAIN = st.sampled_from(_FLAT)
_DICTIONARIES = st.sampled_from([pa.string(), pa.int64(), pa.binary()]).map(lambda t: pa.dictionary(pa.int32(), t))
_RUNS = st.sampled_from([pa.string(), pa.int64()]).map(lambda t: pa.run_end_encoded(pa.int32(), t))
TYPES = st.recursive(_PLAIN, _nested, max_leaves=4) | _DICTIONARIES | _RUNS


def stream(schema: pa.Schema, arrays: list[pa.Array], compression: str | None) -> bytes:
    """These columns, then no misfits, as an agent sends a batch."""
    sink = pa.BufferOutputStream()
    options = pa.ipc.IpcWriteOptions(compression=compression)
    for part in (pa.RecordBatch.from_arrays(arrays, schema=schema), no_misfits()):
        with pa.ipc.new_stream(sink, part.schema, options=options) as writer:
            writer.write_batch(part)
    return bytes(sink.getvalue().to_pybytes())


@st.composite
def other_schemas(draw: st.DrawFn, obj: SyncObject) -> bytes:
    """Sound Arrow of a schema that is nearly the object's, or nothing like it."""
    fields = list(arrow_schema(obj))
    match draw(st.sampled_from(["type", "more", "name", "order", "other"])):
        case "type":
            at = draw(st.integers(0, len(fields) - 1))
            fields[at] = fields[at].with_type(draw(TYPES.filter(lambda t: t != fields[at].type)))
        case "more":
            fields.insert(draw(st.integers(0, len(fields))), pa.field("district_id", draw(TYPES)))
        case "name":
            at = draw(st.integers(0, len(fields) - 1))
            fields[at] = fields[at].with_name(draw(st.text(max_size=10)) + "?")
        case "order":
            fields = [*fields[1:], fields[0]]
        case "other":
            fields = [pa.field(f"f{n}", t) for n, t in enumerate(draw(st.lists(TYPES, max_size=5)))]
    rows = draw(st.integers(0, 5))
    arrays = [pa.nulls(rows, each.type) for each in fields]
    return stream(pa.schema(fields), arrays, draw(COMPRESSIONS))


@st.composite
def lying(draw: st.DrawFn, payload: bytes) -> bytes:
    """A batch in which one or two of its numbers, wherever they stand, say something enormous, tiny or negative."""
    data = bytearray(payload)
    for _ in range(draw(st.integers(1, 2))):
        at = 4 * draw(st.integers(0, (len(data) - 8) // 4))
        form, size = draw(st.sampled_from([("<q", 8), ("<i", 4), ("<H", 2)]))
        low, high = -(2 ** (8 * size - 1)) if form != "<H" else 0, 2 ** (8 * size - (form != "<H")) - 1
        data[at : at + size] = struct.pack(form, min(high, max(low, draw(st.sampled_from(_ODD)))))
    return bytes(data)


@st.composite
def mangled(draw: st.DrawFn, payload: bytes) -> bytes:
    """A batch with bytes changed, dropped, doubled, cut off or moved here and there."""
    data = bytearray(payload)
    for _ in range(draw(st.integers(1, 6))):
        if not data:
            break
        at, length = draw(st.integers(0, len(data) - 1)), draw(st.integers(1, 8))
        match draw(st.sampled_from(["flip", "change", "drop", "insert", "move", "cut"])):
            case "flip":
                data[at] ^= 1 << draw(st.integers(0, 7))
            case "change":
                data[at : at + length] = draw(st.binary(min_size=length, max_size=length))
            case "drop":
                del data[at : at + length]
            case "insert":
                data[at:at] = draw(st.binary(min_size=length, max_size=length))
            case "move":
                to = draw(st.integers(0, len(data) - 1))
                data[to:to] = data[at : at + length]
            case "cut":
                del data[at:]
    return bytes(data)


def hostile(obj: SyncObject, rows: list[dict[str, object]]) -> st.SearchStrategy[bytes]:
    """Any of all this, made from honest batches of these rows, however they are compressed."""
    records = pa.RecordBatch.from_pylist(rows, schema=arrow_schema(obj))
    honest = [encode(Batch(records, no_misfits()))]
    honest += [stream(records.schema, records.columns, compression) for compression in (None, "zstd")]
    ways = [each for payload in honest for each in (lying(payload), mangled(payload))]
    return st.one_of(*ways, other_schemas(obj), st.binary(max_size=2000))


def bomb(text: SyncObject, compression: str, size: int, claims: int | None = None) -> bytes:
    """A batch of an object of one text column `id` that unpacks to so many bytes; `claims` is what it says of that."""
    payload = stream(arrow_schema(text), [pa.array(["0" * size])], compression)
    if claims is None:
        return payload
    told = struct.pack("<q", size)
    assert payload.count(told) >= 1
    return payload.replace(told, struct.pack("<q", claims))
