"""GUIDs for records that a district knows by other names: derived from the name, always the same, for any source.

A source beneath reads such a column as a text, and knows nothing of this. A name that is a GUID stays that GUID; any
other becomes the one that RFC 9562 derives from it (version 5), in a namespace of Upstate's own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from types import MappingProxyType
from uuid import UUID, uuid5

import pyarrow as pa

from upstate.agent.conform.reading_texts import read_uuid
from upstate.agent.conform.reasons import MisfitError
from upstate.agent.conform.tidying import tidy
from upstate.agent.mapping import Mapping
from upstate.agent.sources.comparison import Comparison, StateSide, compare_by_reading
from upstate.agent.sources.description import Description
from upstate.agent.sources.source import Snapshot, Source, twin_of
from upstate.agent.sources.wanted import Wanted, chosen
from upstate.catalog import Column, SyncObject
from upstate.wire import MISFITS, Batch, arrow_schema

# The GUIDs at every state depend on it.
NAMESPACE = UUID("12a8984d-91a1-542d-9845-9ed58bc7f4b7")
_ANY = Column("name", "uuid")


def guid_of(name: str) -> UUID:
    """The GUID that a name stands for."""
    try:
        return UUID(bytes=read_uuid(name.encode(), _ANY))
    except MisfitError:
        return uuid5(NAMESPACE, name)


def has_names(mapping: Mapping) -> bool:
    """Whether any column is mapped so."""
    return any(column.names for origin in mapping.origins.values() for column in origin.columns.values())


def without_names(mapping: Mapping) -> Mapping:
    """The mapping for the source beneath, which reads names as the texts they are."""
    origins = {
        name: replace(
            origin,
            columns=MappingProxyType({key: replace(column, names=False) for key, column in origin.columns.items()}),
        )
        for name, origin in mapping.origins.items()
    }
    return replace(mapping, origins=MappingProxyType(origins))


@dataclass(frozen=True, slots=True)
class NamingSource:
    """A source some of whose GUIDs are told by names."""

    inner: Source
    mapping: Mapping

    def check(self, objects: Iterable[SyncObject]) -> None:
        """As the source beneath."""
        self.inner.check([_as_texts(obj, _named(obj, self.mapping)) for obj in objects])

    @contextmanager
    def snapshot(self) -> Iterator[NamingSnapshot]:
        """As the source beneath."""
        with self.inner.snapshot() as snapshot:
            yield NamingSnapshot(snapshot, self.mapping)

    def describe(self) -> Description:
        """As the source beneath."""
        return self.inner.describe()


@dataclass(frozen=True, slots=True)
class NamingSnapshot:
    """A snapshot of the source beneath. What a GUID was derived from cannot be told, so names are never looked up."""

    inner: Snapshot
    mapping: Mapping

    @contextmanager
    def twin(self) -> Iterator[NamingSnapshot | None]:
        """As the source beneath; see Twinned."""
        with twin_of(self.inner) as inner:
            yield None if inner is None else replace(self, inner=inner)

    def read(self, obj: SyncObject, school_year: int | None) -> Iterator[Batch]:
        """As the source beneath, with GUIDs for names; see Snapshot."""
        named = _named(obj, self.mapping)
        batches = self.inner.read(_as_texts(obj, named), school_year)
        yield from (_derived(obj, named, batch) for batch in batches) if named else batches

    def select(self, obj: SyncObject, school_year: int | None, wanted: Wanted) -> Iterator[Batch]:
        """All are read, unless no name is in what is wanted of an object; see Snapshot."""
        if _named(obj, self.mapping):
            return chosen(self.read(obj, school_year), wanted)
        return self.inner.select(obj, school_year, wanted)

    def compare(self, obj: SyncObject, school_year: int | None, state: StateSide) -> Comparison | None:
        """Every record is read, where the object has names; see Snapshot."""
        if _named(obj, self.mapping):
            return compare_by_reading(obj, self.read(obj, school_year), state)
        return self.inner.compare(obj, school_year, state)


def _named(obj: SyncObject, mapping: Mapping) -> frozenset[str]:
    columns = mapping.origin(obj).columns
    return frozenset(c.name for c in obj.columns if c.name in columns and columns[c.name].names)


def _as_texts(obj: SyncObject, named: frozenset[str]) -> SyncObject:
    return replace(obj, columns=tuple(replace(c, type="text") if c.name in named else c for c in obj.columns))


def _derived(obj: SyncObject, named: frozenset[str], batch: Batch) -> Batch:
    columns = zip(obj.columns, batch.records.columns, strict=True)
    arrays = [_guids(values) if column.name in named else values for column, values in columns]
    records = tidy(pa.RecordBatch.from_arrays(arrays, schema=arrow_schema(obj)))
    places = [place for place, name in enumerate(obj.key) if name in named]
    if not batch.misfits.num_rows or not places:
        return Batch(records, batch.misfits)
    misfits = batch.misfits.to_pylist()
    for misfit in misfits:
        for place in places:
            if misfit["key"][place]:
                misfit["key"][place] = str(guid_of(misfit["key"][place]))
    return Batch(records, pa.RecordBatch.from_pylist(misfits, schema=MISFITS))


def _guids(names: pa.Array) -> pa.Array:
    """The GUIDs of names, null for none; every name that comes is derived from once."""
    coded = names.dictionary_encode()
    guids = [guid_of(name).bytes if name else None for name in coded.dictionary.to_pylist()]
    return pa.array(guids, pa.binary(16)).take(coded.indices)
