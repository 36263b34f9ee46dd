"""From delivered batches to candidates: rows that may land, in a temporary table or straight in the state's own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from typing import Any

import pgpq
import psycopg
import pyarrow as pa
import pyarrow.compute as pc
from pgpq.encoders import StringEncoderBuilder
from pgpq.schema import Jsonb
from psycopg import sql

from upstate.catalog import SyncObject
from upstate.loading.inspecting import Inspected, inspect
from upstate.loading.statements import columns, statement
from upstate.loading.task import Task
from upstate.loading.wording import Refusal
from upstate.wire import decode

# Records are copied in runs sorted by key, so that the key's index is written page by page and not at random (1 million
# records with uuid keys: 1.9 against 3.7 s). A run is what of an object is in memory at once.
_RUN_BYTES = 40 << 20
_ROWS_AT_ONCE = 16_384


@dataclass(frozen=True, slots=True)
class Filled:
    """How many records came to be candidates, and how many were refused by themselves."""

    candidates: int = 0
    refused: int = 0


def fill(cursor: psycopg.Cursor[Any], task: Task, table: sql.Identifier, *, sort: bool) -> Filled:
    """Copy an order's batches into `table`, whose columns are district_id and the object's own.

    Records that cannot become rows go to the temporary table `refusal` with their reasons. `sort` orders each run by
    key: worth it where the table has an index on it. WireError where a kept batch cannot be read.
    """
    run: list[pa.RecordBatch] = []
    size = candidates = refused = 0
    for inspected in _inspected(cursor, task):
        batch = inspected.records
        candidates += batch.num_rows
        refused += len(inspected.refused)
        if inspected.refused:
            _refuse(cursor, inspected.refused)
        if batch.num_rows:
            run.append(batch)
        size += batch.nbytes
        if size >= _RUN_BYTES:
            _copy(cursor, task, table, run, sort=sort)
            run, size = [], 0
    if run:
        _copy(cursor, task, table, run, sort=sort)
    return Filled(candidates, refused)


def _inspected(cursor: psycopg.Cursor[Any], task: Task) -> Iterator[Inspected]:
    for number in count():
        row = cursor.execute(statement("kept_batch"), {"order": task.order, "number": number}, binary=True).fetchone()
        if row is None:
            return
        yield inspect(task.object, decode(task.object, row[0]), task.school_year)


def _refuse(cursor: psycopg.Cursor[Any], refused: tuple[tuple[Refusal, ...], ...]) -> None:
    with cursor.copy(statement("refuse")) as copy:
        for reasons in refused:
            for r in reasons:
                copy.write_row((list(r.key), r.reason, r.column, r.message, r.advice))


def _copy(
    cursor: psycopg.Cursor[Any], task: Task, table: sql.Identifier, run: list[pa.RecordBatch], *, sort: bool
) -> None:
    records = pa.Table.from_batches(run)
    run.clear()
    if sort:
        records = records.take(pc.sort_indices(records, sort_keys=[(name, "ascending") for name in task.object.key]))
    district = pa.repeat(pa.scalar(task.district, pa.int32()), records.num_rows)
    rows = records.add_column(0, pa.field("district_id", pa.int32()), district)
    encoder = pgpq.ArrowToPostgresBinaryEncoder.new_with_encoders(rows.schema, _encoders(task.object, rows.schema))
    into = statement("copy_in", table=table, columns=columns(None, rows.schema.names))
    with cursor.copy(into) as copy:
        copy.write(encoder.write_header())
        for part in rows.to_batches(max_chunksize=_ROWS_AT_ONCE):
            copy.write(encoder.write_batch(part))
        copy.write(encoder.finish())


def _encoders(obj: SyncObject, schema: pa.Schema) -> dict[str, Any]:
    json = {column.name for column in obj.columns if column.type == "json"}
    return {
        f.name: StringEncoderBuilder.new_with_output(f, Jsonb())
        if f.name in json
        else pgpq.ArrowToPostgresBinaryEncoder.infer_encoder(f)
        for f in schema
    }
