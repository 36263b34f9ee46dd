"""Reading by key: which records are wanted, and picking them out of batches, whatever source these come from."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import cached_property

import pyarrow as pa
import pyarrow.compute as pc

from upstate.agent.conform.fitting import fit_text
from upstate.agent.sources.joining import joined
from upstate.catalog import Column, SyncObject
from upstate.wire import MISFITS, Batch

_MOST_IN_A_QUERY = 10_000  # beyond that a query is as long as reading all


class Wanted:
    """The records of an object whose values in some columns (its key's, a reference's) are one of these.

    `texts` has a column of texts for each, spelled as keys are. A text that its column cannot hold finds a misfit
    alone: the record whose key could not be read either.
    """

    def __init__(self, obj: SyncObject, columns: tuple[str, ...], texts: pa.Table) -> None:
        self.obj = obj
        self.columns = tuple(obj.column(name) for name in columns)
        self.texts = texts.combine_chunks()
        self._parts = [_read(column, _array(self.texts.column(place))) for place, column in enumerate(self.columns)]
        whole = pa.Table.from_arrays(self._parts, names=list(columns))
        self.values = whole.filter(_complete(whole))
        self._of_key = columns == obj.key

    def __len__(self) -> int:
        return int(self.texts.num_rows)

    def legible(self) -> Wanted:
        """Those of them whose texts can be read as their columns' types."""
        whole = pa.Table.from_arrays(self._parts, names=self.texts.column_names)
        return Wanted(self.obj, tuple(c.name for c in self.columns), self.texts.filter(_complete(whole)))

    def few_enough(self) -> bool:
        """Whether a query may name them all: each can be read as its column's type, and they are not too many."""
        return bool(self.values.num_rows == len(self) <= _MOST_IN_A_QUERY)

    def values_of(self, column: Column) -> pa.Array:
        """The values looked for in one of the columns, each once."""
        return pc.unique(_array(self.values.column(column.name)))

    def pick(self, batch: Batch) -> Batch:
        """What of a batch is wanted."""
        return Batch(batch.records.filter(self._mask(batch.records)), self._misfits(batch.misfits))

    def lacking(self, batches: Iterable[Batch]) -> tuple[Iterator[Batch], Callable[[], pa.Table]]:
        """The same batches and, once they are all taken, the texts that none of their records has."""
        seen = pa.repeat(pa.scalar(False), self.texts.num_rows)

        def taken() -> Iterator[Batch]:
            nonlocal seen
            for batch in batches:
                seen = pc.or_(seen, self._found_in(batch))
                yield batch

        return taken(), lambda: self.texts.filter(pc.invert(seen))

    def _found_in(self, batch: Batch) -> pa.Array:
        """Of each text whether the batch has its record."""
        if len(self.columns) == 1 and not batch.misfits.num_rows:
            (column,) = self.columns
            return pc.and_(pc.is_valid(self._parts[0]), pc.is_in(self._parts[0], batch.records.column(column.name)))
        names = [column.name for column in self.columns]
        typed = set(zip(*batch.records.select(names).to_pydict().values(), strict=True))
        misfits = {tuple(key) for key in batch.misfits.column("key").to_pylist()}
        rows = zip(zip(*(part.to_pylist() for part in self._parts), strict=True), self._rows(), strict=True)
        return pa.array([values in typed or texts in misfits for values, texts in rows], pa.bool_())

    def _rows(self) -> Iterator[tuple[str | None, ...]]:
        return zip(*(column.to_pylist() for column in self.texts.columns), strict=True)

    def _mask(self, records: pa.RecordBatch) -> pa.Array:
        mask = pa.repeat(pa.scalar(True), records.num_rows)
        for column in self.columns:
            mask = pc.and_(mask, pc.is_in(records.column(column.name), value_set=self.values_of(column)))
        if len(self.columns) == 1:
            return mask
        places = pc.indices_nonzero(mask)
        found = records.select([column.name for column in self.columns]).take(places)
        exact = pa.array([row in self._tuples for row in zip(*found.to_pydict().values(), strict=True)], pa.bool_())
        return pc.is_in(pa.array(range(records.num_rows), pa.uint64()), value_set=places.filter(exact))

    def _misfits(self, misfits: pa.RecordBatch) -> pa.RecordBatch:
        if not self._of_key or not misfits.num_rows:
            return misfits.slice(0, 0)
        rows = [row for row in misfits.to_pylist() if tuple(row["key"]) in self._spelled]
        return pa.RecordBatch.from_pylist(rows, schema=MISFITS)

    @cached_property
    def _tuples(self) -> frozenset[tuple[object, ...]]:
        return frozenset(zip(*self.values.to_pydict().values(), strict=True))

    @cached_property
    def _spelled(self) -> frozenset[tuple[str | None, ...]]:
        return frozenset(self._rows())


def chosen(batches: Iterable[Batch], wanted: Wanted) -> Iterator[Batch]:
    """The records that are wanted of an object's batches, in as few batches as travel well."""

    def picked() -> Iterator[Batch]:
        for batch in batches:
            some = wanted.pick(batch)
            if some.size:
                yield some

    return joined(picked()) if len(wanted) else iter(())


def _array(column: pa.ChunkedArray) -> pa.Array:
    return pa.concat_arrays(column.chunks) if column.num_chunks else pa.array([], column.type)


def _read(column: Column, texts: pa.Array) -> pa.Array:
    if column.type == "bytes":  # fit_text takes no text for bytes, but a key is spelled as one
        return pa.array([_bytes(text) for text in texts.to_pylist()], pa.binary())
    return fit_text(column, texts).values


def _bytes(text: str | None) -> bytes | None:
    try:
        return bytes.fromhex((text or "").removeprefix("\\x")) if text is not None else None
    except ValueError:
        return None


def _complete(whole: pa.Table) -> pa.Array:
    mask = pa.repeat(pa.scalar(True), whole.num_rows)
    for column in whole.columns:
        mask = pc.and_(mask, _array(pc.is_valid(column)))
    return mask
