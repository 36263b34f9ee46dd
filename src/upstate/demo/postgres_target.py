"""Writing a made-up district into a schema of a PostgreSQL database, by binary COPY, in one transaction."""

from __future__ import annotations

from collections.abc import Mapping
from types import TracebackType
from typing import Any

import numpy as np
import psycopg
import pyarrow as pa
from pgpq import ArrowToPostgresBinaryEncoder
from psycopg import sql

from upstate.catalog import Column, SyncObject
from upstate.demo.world import Columns, Values
from upstate.errors import ConfigError, DatabaseError

_TYPES = {"text": "text", "integer": "integer", "bigint": "bigint", "boolean": "boolean", "date": "date",
          "time": "time", "timestamp": "timestamp", "uuid": "uuid", "double": "double precision",
          "decimal": "numeric"}  # fmt: skip
_ARROW = {"text": pa.string(), "integer": pa.int32(), "bigint": pa.int64(), "boolean": pa.bool_(),
          "date": pa.date32(), "time": pa.time64("us"), "timestamp": pa.timestamp("us"), "uuid": pa.binary(16),
          "double": pa.float64()}  # fmt: skip


class PostgresTarget:
    """Tables in a schema that has none of them yet; nothing is there unless everything is. Use it in a `with`."""

    database = "postgresql"

    def __init__(self, url: str, schema: str) -> None:
        self._url, self._schema = url, schema
        self._wide: frozenset[str] = frozenset()

    def __enter__(self) -> PostgresTarget:
        try:
            self._connection = psycopg.connect(self._url)
        except psycopg.Error as error:
            reason = str(error).strip().splitlines()[0]
            raise DatabaseError(f"The district's database cannot be reached: {reason}") from error
        self._connection.execute(sql.SQL("create schema if not exists {}").format(sql.Identifier(self._schema)))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        if kind is None:
            self._connection.commit()
        self._connection.close()

    def _table(self, synced: SyncObject) -> sql.Composable:
        return sql.Identifier(self._schema, synced.table)

    def create(self, synced: SyncObject, _keyed: bool, wide: frozenset[str]) -> None:
        """The object's empty table; ConfigError where there is one already."""
        self._wide = wide
        columns = sql.SQL(", ").join(
            sql.SQL("{} {}").format(sql.Identifier(c.name), sql.SQL(_sql_type(c, wide))) for c in synced.columns
        )
        try:
            self._connection.execute(sql.SQL("create table {} ({})").format(self._table(synced), columns))
        except psycopg.errors.DuplicateTable as error:
            raise ConfigError(
                f"The schema {self._schema} has a table {synced.table} already; name an empty schema or database."
            ) from error

    def write(self, synced: SyncObject, columns: Columns, _odd: Mapping[str, Mapping[int, Any]]) -> None:
        """Rows into the object's table."""
        arrays = [_arrow(c, columns[c.name], self._wide) for c in synced.columns]
        batch = pa.RecordBatch.from_arrays(arrays, names=[c.name for c in synced.columns])
        encoder = ArrowToPostgresBinaryEncoder(batch.schema)
        statement = sql.SQL("copy {} from stdin (format binary)").format(self._table(synced))
        with self._connection.cursor() as cursor, cursor.copy(statement) as copy:
            copy.write(encoder.write_header() + encoder.write_batch(batch) + encoder.finish())

    def finish(self, synced: SyncObject, keyed: bool) -> None:
        """The primary key, once the rows are there: quicker than with every row."""
        if keyed:
            key = sql.SQL(", ").join(map(sql.Identifier, synced.key))
            self._connection.execute(sql.SQL("alter table {} add primary key ({})").format(self._table(synced), key))


def _sql_type(column: Column, wide: frozenset[str]) -> str:
    return "bigint" if column.type == "integer" and column.name in wide else _TYPES[column.type]


def _arrow(column: Column, values: Values, wide: frozenset[str]) -> pa.Array:
    """A column's values in the Arrow type that becomes its PostgreSQL type."""
    data, mask = np.ma.getdata(values), np.ma.getmaskarray(values)
    nulls = mask if mask.any() else None
    if column.type == "uuid":
        return _octets(data, mask, pa.binary(16))
    if column.type == "decimal":
        whole = np.round(np.where(mask, 0, data).astype(np.float64) * 10 ** (column.scale or 6)).astype(np.int64)
        # 128 bits a value: the whole number, and its sign once more
        octets = np.stack([whole, whole >> 63], axis=1)
        precision = 18 if column.name in wide or column.precision is None else column.precision
        return _octets(octets, mask, pa.decimal128(precision, column.scale or 6))
    if column.type in ("time", "timestamp"):
        return pa.array(data.astype(np.int64) * 1_000_000, mask=nulls).cast(_ARROW[column.type])
    if column.type == "date":
        return pa.array(data.astype(np.int32), mask=nulls).cast(pa.date32())
    if column.type == "integer":
        return pa.array(data, pa.int64() if column.name in wide else pa.int32(), mask=nulls)
    if column.type == "boolean":
        return pa.array(data.astype(bool), mask=nulls)
    return pa.array(data, _ARROW[column.type], mask=nulls, from_pandas=True)


def _octets(data: Values, mask: Values, kind: pa.DataType) -> pa.Array:
    """An array right from bytes of a fixed width."""
    valid = pa.py_buffer(np.packbits(~mask, bitorder="little").tobytes()) if mask.any() else None
    return pa.Array.from_buffers(kind, len(mask), [valid, pa.py_buffer(np.ascontiguousarray(data).tobytes())])
