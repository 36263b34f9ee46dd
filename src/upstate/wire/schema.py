"""How the columns of an object look on the wire: one Arrow type for each type of the catalog."""

from __future__ import annotations

import pyarrow as pa

from upstate.catalog import Column, SyncObject

_ARROW: dict[str, pa.DataType] = {
    "text": pa.string(),
    "integer": pa.int32(),
    "bigint": pa.int64(),
    "double": pa.float64(),
    "boolean": pa.bool_(),
    "date": pa.date32(),
    "time": pa.time64("us"),
    "timestamp": pa.timestamp("us"),
    "timestamptz": pa.timestamp("us", "UTC"),
    "uuid": pa.binary(16),
    "bytes": pa.binary(),
    "json": pa.string(),
}

# A record with a value that fits no Arrow value travels apart: which record of the batch, its key as text (a part is
# null where it is missing or unreadable), the offending column, the reason, and the value as text, shortened.
MISFITS = pa.schema(
    [
        pa.field("record", pa.int32(), nullable=False),
        pa.field("key", pa.list_(pa.string()), nullable=False),
        pa.field("column", pa.string(), nullable=False),
        pa.field("reason", pa.string(), nullable=False),
    ]
)


def arrow_type(column: Column) -> pa.DataType:
    """The Arrow type that carries this column exactly."""
    if column.type == "decimal":
        return pa.decimal128(column.precision or 38, column.scale or 0)
    return _ARROW[column.type]


def arrow_schema(obj: SyncObject) -> pa.Schema:
    """The schema of an object's records: every column in the catalog's order, each nullable."""
    return pa.schema([pa.field(column.name, arrow_type(column)) for column in obj.columns])
