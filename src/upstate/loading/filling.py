"""From delivered batches to candidates: rows that may land, in a temporary table or straight in the state's own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import pgpq
import psycopg
import pyarrow as pa
import pyarrow.compute as pc
from pgpq.encoders import StringEncoderBuilder
from pgpq.schema import Jsonb
from psycopg import sql

from upstate.catalog import SyncObject
from upstate.loading.delivered import delivered
from upstate.loading.inspecting import inspect
from upstate.loading.refusing import said
from upstate.loading.statements import columns, statement
from upstate.loading.suspecting import Suspects
from upstate.loading.task import Task
from upstate.loading.wording import Refusal, refused_by_database
from upstate.wire import Batch, spell
from upstate.wire.digests import Total, Totalling

# Records are copied in runs sorted by key, so that the key's index is written page by page and not at random (1 million
# records with uuid keys: 1.9 against 3.7 s). A run is what of an object is in memory at once.
_RUN_BYTES = 16 << 20
_ROWS_AT_ONCE = 16_384
# While the database takes in what it is given, what it is given next is encoded, and the run after that is sorted. Of
# few records, to have another thread do it takes longer than to do it.
_BESIDE = 2


@dataclass(frozen=True, slots=True)
class Filled:
    """How many records came to be candidates, how many were refused by themselves, which columns that must be unique
    may hold something twice, and the digest of those refused that have one."""

    candidates: int
    refused: int
    repeated: frozenset[tuple[str, ...]]
    turned_away: Total


def fill(
    cursor: psycopg.Cursor[Any],
    task: Task,
    table: sql.Identifier,
    *,
    sort: bool,
    carefully: bool = False,
    sparing: bool = False,
    batches: Iterable[Batch] | None = None,
) -> Filled:
    """Copy an order's batches (or those given) into `table`, whose columns are district_id and the object's own.

    Records that cannot become rows go to the temporary table `refusal` with their reasons. `sort` orders each run by
    key: worth it where the table has an index on it. `carefully`, a record that the database cannot even hold (no
    agent is trusted to have seen to that) is one of those too, instead of an error. `sparing`, one run is in memory at
    a time, which takes longer. WireError where a kept batch is missing or cannot be read.
    """
    candidates = refused = 0
    unfit: list[pa.RecordBatch] = []
    turned_away = Totalling(task.object)
    suspects = Suspects(task.object, key_too=not sort)  # where there is an index, it minds the key

    def taken() -> Iterator[pa.RecordBatch]:
        nonlocal candidates, refused
        for sent in delivered(cursor, task) if batches is None else batches:
            inspected = inspect(task.object, sent, task.school_year)
            candidates += inspected.records.num_rows
            refused += len(inspected.refused)
            if inspected.refused:
                _refuse(cursor, inspected.refused)
            if inspected.turned_away is not None:
                turned_away.add(inspected.turned_away)
            yield inspected.records

    with ThreadPoolExecutor(_BESIDE, "upstate-filling") as threads:
        copy = partial(_copy_carefully if carefully else _copy, cursor, task, table)
        ready: Future[pa.Table] | None = None
        for run in _runs(taken()):
            if ready is None and sum(batch.num_rows for batch in run) <= _ROWS_AT_ONCE:
                unfit += copy(None, _ready(task, suspects, run, sort=sort))
                continue
            following = threads.submit(_ready, task, suspects, run, sort=sort)
            del run
            if ready is not None:
                unfit += copy(threads, ready.result())
            if sparing:
                unfit += copy(threads, following.result())
            else:
                ready = following
            del following
        if ready is not None:
            unfit += copy(threads, ready.result())
    for record in unfit:
        turned_away.add(record)
    return Filled(candidates - len(unfit), refused + len(unfit), suspects.repeated(), turned_away.total)


def _refuse(cursor: psycopg.Cursor[Any], refused: tuple[tuple[Refusal, ...], ...]) -> None:
    with cursor.copy(statement("refuse")) as copy:
        for reasons in refused:
            for r in reasons:
                copy.write_row((list(r.key), r.reason, r.column, r.message, r.advice))


def _runs(batches: Iterable[pa.RecordBatch]) -> Iterator[list[pa.RecordBatch]]:
    run: list[pa.RecordBatch] = []
    size = 0
    for batch in batches:
        if batch.num_rows:
            run.append(batch)
        size += batch.nbytes
        if size >= _RUN_BYTES:
            yield run
            run, size = [], 0
    if run:
        yield run


def _ready(task: Task, suspects: Suspects, run: list[pa.RecordBatch], *, sort: bool) -> pa.Table:
    for batch in run:
        suspects.see(batch)
    records = pa.Table.from_batches(run)
    run.clear()
    return records.take(_order(task.object, records)) if sort else records


def _order(obj: SyncObject, records: pa.Table) -> pa.Array:
    """The records' order by key, as near as an index needs it to be written page by page: uuids by their first half."""
    first = records.column(obj.key[0])
    if first.type == pa.binary(16):
        keys = first.combine_chunks()
        halves = np.frombuffer(keys.buffers()[1], ">u8", 2 * len(keys), 16 * keys.offset)[::2]
        return pa.array(np.argsort(halves.astype(np.uint64)))
    return pc.sort_indices(records, sort_keys=[(name, "ascending") for name in obj.key])


def _copy_carefully(
    cursor: psycopg.Cursor[Any], task: Task, table: sql.Identifier, beside: Executor | None, records: pa.Table
) -> list[pa.RecordBatch]:
    """Copy by halves what will not go as a whole; returns each record that was refused alone."""
    try:
        with cursor.connection.transaction():
            return _copy(cursor, task, table, beside, records)
    except psycopg.DataError as unfit:
        if records.num_rows > 1:
            middle = records.num_rows // 2
            halves = (records.slice(0, middle), records.slice(middle))
            return [record for half in halves for record in _copy_carefully(cursor, task, table, beside, half)]
        (row,) = records.select(list(task.object.key)).to_pylist()
        key = tuple(spell(column, row[column.name]) for column in task.object.key_columns)
        _refuse(cursor, ((refused_by_database(key, said(unfit)),),))
        return list(records.to_batches())


def _copy(
    cursor: psycopg.Cursor[Any], task: Task, table: sql.Identifier, beside: Executor | None, records: pa.Table
) -> list[pa.RecordBatch]:
    district = pa.repeat(pa.scalar(task.district, pa.int32()), records.num_rows)
    rows = records.add_column(0, pa.field("district_id", pa.int32()), district)
    encoder = pgpq.ArrowToPostgresBinaryEncoder.new_with_encoders(rows.schema, _encoders(task.object, rows.schema))
    into = statement("copy_in", table=table, columns=columns(None, rows.schema.names))
    with cursor.copy(into) as copy:
        copy.write(encoder.write_header())
        encoded = b""
        for part in rows.to_batches(max_chunksize=_ROWS_AT_ONCE):
            if beside is None:
                copy.write(encoder.write_batch(part))
                continue
            encoding = beside.submit(encoder.write_batch, part)
            copy.write(encoded)
            encoded = encoding.result()
        copy.write(encoded)
        copy.write(encoder.finish())
    return []


def _encoders(obj: SyncObject, schema: pa.Schema) -> dict[str, Any]:
    json = {column.name for column in obj.columns if column.type == "json"}
    return {
        f.name: StringEncoderBuilder.new_with_output(f, Jsonb())
        if f.name in json
        else pgpq.ArrowToPostgresBinaryEncoder.infer_encoder(f)
        for f in schema
    }
